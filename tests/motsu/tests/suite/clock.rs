//! What time does by itself: interest, thresholds, prices, breakers, the auction's clock.

use alloy_primitives::U256;
use plimsoll::Blob;
use plimsoll_abi as abi;
use plimsoll_motsu::{BTC, ETH, MAX_AGE, Outcome, World, host, milli_eth, usd, wad};

const DAY: u32 = 86_400;
const YEAR: u64 = 31_536_000;

#[test]
fn the_index_grows_by_the_rate_times_the_time() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let (before, rate, ..) = w.view().ledger().passes();
    // 75 % utilised: 100 bps + 400 bps * 75 / 90, up.
    assert_eq!(rate, U256::from(434));
    for seconds in [0_u32, 1, 59, DAY, 90 * DAY] {
        let now = host::now();
        w.pass(seconds);
        let grown = before * rate * U256::from(seconds);
        let expected = before + grown.div_ceil(U256::from(10_000 * YEAR));
        assert_eq!(w.view().ledger().passes().0, expected, "after {seconds} s");
        host::set_now(now);
    }
}

#[test]
fn accruing_is_for_anybody_and_changes_no_claim() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.pass(30 * DAY);
    let (before, debt) = (w.view().solvency().passes(), w.view().position(w.alice).passes().1);
    let index = w.view().ledger().passes().0;
    w.by(w.bob).accrue().passes();
    w.logged(&abi::Accrued { index, toReserve: U256::ZERO });
    assert_eq!(w.view().solvency().passes(), before);
    assert_eq!(w.view().position(w.alice).passes().1, debt);
    assert_eq!(w.view().ledger().passes().4, host::now());
}

#[test]
fn interest_alone_makes_a_position_unhealthy() {
    let w = World::new();
    w.supplied(usd(15_200));
    w.indebted(w.alice);
    // Nearly all is lent out: far beyond the kink, some 55 % a year.
    let (_, rate, ..) = w.view().ledger().passes();
    assert!(rate > U256::from(5_000), "{rate}");
    w.pass(20 * DAY);
    assert!(w.by(w.alice).health_factor(w.alice).passes() >= wad(1));
    w.pass(40 * DAY);
    assert!(w.by(w.alice).health_factor(w.alice).passes() < wad(1));
    w.prices(2_000, 60_000);
    w.by(w.keeper).kick(vec![w.alice], vec![]).passes();
}

#[test]
fn a_threshold_falls_along_its_ramp_and_rises_at_once() {
    let w = World::new();
    let (start, end) = (host::now(), host::now() + 2 * DAY);
    w.by(w.governor).set_threshold(ETH, 7_600, end).passes();
    w.logged(&abi::ThresholdSet { asset: ETH, oldValue: 8_000, value: 7_600, start, end });
    let threshold = |w: &World| w.view().asset(ETH).passes().7;
    assert_eq!(threshold(&w), 8_000);
    w.pass(DAY);
    assert_eq!(threshold(&w), 7_800);
    // What positions are judged by moves with the prices.
    w.supplied(usd(20_000));
    w.prices(2_000, 60_000);
    w.deposited(w.alice, ETH, milli_eth(10_000));
    assert_eq!(w.view().position(w.alice).passes().3, usd(15_600));
    w.pass(2 * DAY);
    assert_eq!(threshold(&w), 7_600);
    w.prices(2_000, 60_000);
    assert_eq!(w.view().position(w.alice).passes().3, usd(15_200));
    w.by(w.governor).set_threshold(ETH, 8_100, 0).passes();
    assert_eq!(w.view().position(w.alice).passes().3, usd(16_200));
}

#[test]
fn a_price_is_good_for_its_life_and_not_a_second_longer() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    w.pass(MAX_AGE);
    w.by(w.alice).borrow(usd(100), w.alice).passes();
    w.pass(1);
    w.refuses(
        |w| w.by(w.alice).borrow(usd(100), w.alice),
        abi::PriceForbids { asset: ETH, verdict: 3 },
    );
    w.pass(1);
    w.report(&[(ETH, wad(2_000))]).passes();
    w.by(w.alice).borrow(usd(100), w.alice).passes();
}

#[test]
fn a_breaker_expires_by_itself() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    let until = host::now() + 100;
    w.by(w.guardian).raise(ETH, 1, until).passes();
    assert_eq!(w.view().breaker_of(ETH).passes(), (1, host::now(), until));
    w.pass(99);
    w.refuses(
        |w| w.by(w.alice).borrow(usd(100), w.alice),
        abi::LevelForbids { asset: ETH, level: 1 },
    );
    w.pass(1);
    assert_eq!(w.view().breaker_of(ETH).passes().0, 0);
    w.by(w.alice).borrow(usd(100), w.alice).passes();
    // And may be raised again from nothing.
    w.by(w.guardian).raise(ETH, 1, host::now() + 1).passes();
}

/// An auction of ether, kicked at 1,800.
fn auction(w: &World) -> u64 {
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.prices(1_800, 60_000);
    w.by(w.keeper).kick(vec![w.alice], vec![]).passes();
    w.view().holding_of(w.alice, ETH).passes().1[0]
}

fn factor(w: &World, id: u64) -> u64 {
    w.view().auction(id).passes().5.to()
}

#[test]
fn an_auction_falls_from_above_the_oracle_to_its_floor() {
    let w = World::new();
    let id = auction(&w);
    // 1 % above, 1,000 ppm a second down to one, then 30 a second to 0.92, then ten minutes.
    let floor_at = 10 + 80_000_u32.div_ceil(30);
    let seen = [
        (0_u32, 1_010_000_u64),
        (1, 1_009_000),
        (10, 1_000_000),
        (11, 999_970),
        (110, 997_000),
        (floor_at, 920_000),
        (floor_at + 599, 920_000),
    ];
    let start = host::now();
    for (elapsed, expected) in seen {
        host::set_now(start + elapsed);
        let auction = w.view().auction(id).passes();
        assert_eq!(factor(&w, id), expected, "after {elapsed} s");
        assert_eq!((auction.6, auction.7), (U256::from(elapsed), false));
    }
    let earliest = floor_at + 600;
    let elapsed = earliest - 1;
    host::set_now(start + elapsed);
    w.prices(1_790, 60_000);
    host::set_now(start + elapsed);
    w.refuses(|w| w.by(w.keeper).redo(id), abi::RedoTooEarly { auction: id, elapsed, earliest });
    w.pass(1);
    let take = |w: &World| {
        let (most, least) = (U256::MAX, U256::ZERO);
        w.by(w.bob).take(id, most, most, least, u32::MAX, w.bob, Blob(vec![]))
    };
    w.refuses(take, abi::NeedsRedo { auction: id, elapsed: earliest });
    let held = |w: &World| w.view().holding_of(w.keeper, abi::auction_parts(id).0).passes().0;
    let before = held(&w);
    w.by(w.keeper).redo(id).passes();
    let reward = held(&w) - before;
    assert_eq!(factor(&w, id), 1_010_000);
    let kick_price = w.view().auction(id).passes().8;
    assert!(kick_price >= wad(1_790) && kick_price < wad(1_791));
    w.logged(&abi::Redone { auction: id, kickPrice: kick_price, reward });
}

#[test]
fn no_second_counts_in_which_nobody_could_take() {
    let w = World::new();
    let id = auction(&w);
    w.pass(4);
    assert_eq!(factor(&w, id), 1_006_000);
    // Level 2 stops nothing.
    w.by(w.guardian).raise(ETH, 2, host::now() + 1_000).passes();
    w.pass(2);
    assert_eq!(factor(&w, id), 1_004_000);
    // Level 3 does until it expires, and an overall one beside it adds nothing.
    w.by(w.guardian).raise(ETH, 3, host::now() + 1_000).passes();
    w.pass(500);
    w.by(w.guardian).raise(abi::OVERALL, 3, host::now() + 200).passes();
    w.pass(499);
    assert_eq!(factor(&w, id), 1_004_000);
    w.pass(3);
    assert_eq!(factor(&w, id), 1_002_000);
    // The other asset's breaker is the other asset's.
    w.by(w.guardian).raise(BTC, 4, host::now() + 1_000).passes();
    w.pass(1);
    assert_eq!(factor(&w, id), 1_001_000);
    // Lowered early, it runs again at once.
    w.by(w.guardian).raise(ETH, 3, host::now() + 1_000).passes();
    w.pass(300);
    w.by(w.governor).lower(ETH, 0).passes();
    assert_eq!(factor(&w, id), 1_001_000);
    w.pass(1);
    assert_eq!(factor(&w, id), 1_000_000);
}

#[test]
fn the_price_follows_the_oracle_up_at_once_and_down_slowly() {
    let w = World::new();
    let id = auction(&w);
    let price = |w: &World| w.view().auction(id).passes().4;
    // The stored kick price is rounded up to forty bits.
    let above = price(&w) - wad(1_818);
    assert!(above <= wad(1_818) >> 39, "{above}");
    w.prices(2_000, 60_000);
    assert_eq!(price(&w), wad(2_000) * U256::from(1_009) / U256::from(1_000));
    w.prices(1_500, 60_000);
    // No lower than 1.01 * 1,800 less 2 bps a second: three seconds now, with the rounding of
    // the stored kick price on top.
    w.pass(1);
    let least = wad(1_818) * U256::from(999_400) / U256::from(1_000_000);
    let most = least + wad(1_818) / U256::from(1_000_000);
    assert!(price(&w) >= least && price(&w) <= most, "{}", price(&w));
}
