//! When a price may be observed, and how long it lives.

use alloy_primitives::U256;
use plimsoll_abi::{PriceInFuture, PriceNotNewer, PriceTooOld, Priced};
use plimsoll_testvm::{ETH, MAX_AGE, Outcome, START, World, wad};

const VALID: u8 = 0;
const STALE: u8 = 3;

#[test]
fn a_price_is_valid_in_its_last_second_and_stale_in_the_next() {
    let mut w = World::new();
    w.at(10);
    // Observed seven seconds ago: its life counts from then.
    let time = START + 3;
    w.report(wad(2_000), time).passes();
    let (price, confidence) = (wad(2_000), U256::ZERO);
    w.logged(&Priced { asset: ETH, price, confidence, time, verdict: VALID });
    for (seconds, verdict) in [(10, VALID), (3_602, VALID), (3_603, VALID), (3_604, STALE)] {
        w.at(seconds);
        let seen = w.view().price_of(ETH).passes();
        assert_eq!(seen, (price, confidence, time, verdict, 0), "after {seconds} s");
    }
}

#[test]
fn no_price_is_from_after_the_block() {
    let mut w = World::new();
    let (now, time) = (START, START + 1);
    w.refuses(|w| w.report(wad(2_000), time), PriceInFuture { time, now });
    w.report(wad(2_000), now).passes();
    w.at(1);
    w.report(wad(2_000), time).passes();
}

#[test]
fn a_price_is_newer_than_the_one_before() {
    let mut w = World::new();
    w.at(100);
    let last = START + 50;
    w.report(wad(2_000), last).passes();
    for time in [last - 1, last] {
        let refusal = PriceNotNewer { asset: ETH, time, last };
        w.refuses(|w| w.report(wad(2_001), time), refusal);
    }
    w.report(wad(2_001), last + 1).passes();
    assert_eq!(w.view().price_of(ETH).passes().2, last + 1);
}

#[test]
fn an_observation_is_as_old_as_a_price_may_become_and_no_older() {
    let mut w = World::new();
    w.at(10_000);
    let oldest = START + 10_000 - MAX_AGE;
    let refusal = PriceTooOld { asset: ETH, time: oldest - 1, oldest };
    w.refuses(|w| w.report(wad(2_000), oldest - 1), refusal);
    // This one has its last second now.
    w.report(wad(2_000), oldest).passes();
    assert_eq!(w.judged().0, VALID);
    w.at(10_001);
    assert_eq!(w.judged().0, STALE);
    w.report(wad(2_000), oldest + 1).passes();
    assert_eq!(w.judged().0, VALID);
}

#[test]
fn another_longest_life_moves_the_end_and_not_the_observation() {
    let mut w = World::new();
    w.report(wad(2_000), START).passes();
    w.at(100);
    for (age, verdict) in [(99, STALE), (100, VALID), (101, VALID)] {
        w.believe(age);
        let seen = w.view().price_of(ETH).passes();
        assert_eq!((seen.2, seen.3), (START, verdict), "for {age} s");
    }
    let refusal = PriceNotNewer { asset: ETH, time: START, last: START };
    w.refuses(|w| w.report(wad(2_000), START), refusal);
}
