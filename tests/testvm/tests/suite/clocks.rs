//! The auction clock: it counts the seconds in which somebody could take.

use alloy_primitives::U256;
use plimsoll_abi::OVERALL;
use plimsoll_math::words::Source;
use plimsoll_testvm::{
    ANYBODY, AUCTION, ETH, FEED, GOVERNOR, GUARDIAN, Outcome, START, World, wad,
};

/// An auction that starts now, at a price of 1,800.
fn selling() -> World {
    let mut w = World::new();
    w.report(wad(1_800), START).passes();
    w.open(START);
    w
}

#[track_caller]
fn shows(w: &mut World, line: &[(u32, u32)]) {
    for (seconds, elapsed) in line {
        w.at(*seconds);
        assert_eq!(w.elapsed(), *elapsed, "after {seconds} s");
    }
}

#[test]
fn level_three_of_the_asset_or_of_the_market_stops_the_clock_until_it_ends() {
    for (breaker, level) in [(ETH, 3), (ETH, 4), (OVERALL, 3), (OVERALL, 4)] {
        let mut w = selling();
        w.at(4);
        w.by(GUARDIAN).raise(breaker, level, START + 104).passes();
        shows(&mut w, &[(4, 4), (5, 4), (103, 4), (104, 4), (105, 5), (200, 100)]);
    }
}

#[test]
fn level_two_stops_nothing() {
    for breaker in [ETH, OVERALL] {
        let mut w = selling();
        w.at(4);
        w.by(GUARDIAN).raise(breaker, 2, START + 104).passes();
        shows(&mut w, &[(5, 5), (104, 104), (105, 105)]);
    }
}

#[test]
fn no_second_under_two_breakers_counts_twice() {
    // From, until: of the asset, of the market. Then what of 200 seconds is left.
    let cases = [
        // One reaches into the other: 10 to 160.
        ((10, 110), (60, 160), 50),
        ((60, 160), (10, 110), 50),
        // One is in the other: 10 to 110.
        ((10, 110), (20, 60), 100),
        ((20, 60), (10, 110), 100),
        // The same: 10 to 110.
        ((10, 110), (10, 110), 100),
        // One begins as the other ends: 10 to 90. Apart: twenty seconds and thirty.
        ((10, 50), (50, 90), 120),
        ((10, 30), (50, 80), 150),
    ];
    for (own, overall, left) in cases {
        let mut w = selling();
        let mut raises = [(ETH, own), (OVERALL, overall)];
        raises.sort_by_key(|(_, (from, _))| *from);
        for (breaker, (from, until)) in raises {
            w.at(from);
            w.by(GUARDIAN).raise(breaker, 3, START + until).passes();
        }
        w.at(200);
        assert_eq!(w.elapsed(), left, "{own:?} and {overall:?}");
        // Counting once more what was counted changes nothing.
        w.by(GUARDIAN).raise(ETH, 1, START + 300).passes();
        assert_eq!(w.elapsed(), left, "{own:?} and {overall:?}, folded");
    }
}

#[test]
fn a_level_that_is_lengthened_or_lowered_stops_what_it_stopped() {
    for breaker in [ETH, OVERALL] {
        let mut w = selling();
        w.at(10);
        w.by(GUARDIAN).raise(breaker, 3, START + 50).passes();
        w.at(40);
        w.by(GUARDIAN).raise(breaker, 4, START + 100).passes();
        shows(&mut w, &[(40, 10), (99, 10)]);
        w.at(70);
        w.by(GOVERNOR).lower(breaker, 2).passes();
        shows(&mut w, &[(70, 10), (71, 11), (100, 40)]);
        // Raised anew after a pause: sixty seconds before, fifty now.
        w.at(200);
        w.by(GUARDIAN).raise(breaker, 3, START + 250).passes();
        shows(&mut w, &[(200, 140), (250, 140), (300, 190)]);
    }
}

#[test]
fn the_clock_runs_again_with_the_next_price() {
    let mut w = selling();
    w.source(Source::FEED, FEED);
    // Twice without a price, for forty seconds and for a hundred.
    for (from, until) in [(10, 50), (100, 200)] {
        w.at(from);
        w.answer(U256::ZERO, START + from);
        w.by(ANYBODY).poke(vec![ETH]).passes();
        w.at(until);
        w.answer(wad(1_800), START + until);
        w.by(ANYBODY).poke(vec![ETH]).passes();
    }
    shows(&mut w, &[(200, 60), (201, 61)]);
}

#[test]
fn an_invalid_price_stops_the_clock_and_a_breaker_beside_it_adds_nothing() {
    let mut w = selling();
    w.source(Source::FEED, FEED);
    w.at(5);
    w.answer(U256::ZERO, START + 5);
    w.by(ANYBODY).poke(vec![ETH]).passes();
    assert_eq!(w.judged().0, 4);
    shows(&mut w, &[(5, 5), (6, 5), (105, 5)]);
    w.by(GUARDIAN).raise(ETH, 3, START + 205).passes();
    shows(&mut w, &[(105, 5), (155, 5)]);
    // A price again, under a breaker still.
    w.answer(wad(1_800), START + 155);
    w.by(ANYBODY).poke(vec![ETH]).passes();
    assert_eq!(w.judged(), (0, 3));
    shows(&mut w, &[(155, 5), (204, 5), (205, 5), (206, 6)]);
}

#[test]
fn a_stale_price_stops_nothing() {
    let mut w = selling();
    w.believe(1_800);
    for (seconds, verdict) in [(1_800, 0), (1_801, 3), (2_000, 3)] {
        w.at(seconds);
        assert_eq!((w.judged().0, w.elapsed()), (verdict, seconds));
    }
}

#[test]
fn calls_of_one_block_share_one_second() {
    let mut w = selling();
    w.at(7);
    for level in [3, 4] {
        w.by(GUARDIAN).raise(ETH, level, START + 1_000).passes();
        w.by(GUARDIAN).raise(OVERALL, level, START + 1_000).passes();
        w.by(ANYBODY).accrue().passes();
        assert_eq!(w.elapsed(), 7);
    }
    w.report(wad(1_800), START + 7).passes();
    w.by(GOVERNOR).lower(OVERALL, 0).passes();
    w.by(GOVERNOR).lower(ETH, 0).passes();
    // They stood for no time at all.
    assert_eq!(w.view().auction(AUCTION).passes().6, U256::from(7));
    shows(&mut w, &[(7, 7), (8, 8), (1_001, 1_001)]);
}
