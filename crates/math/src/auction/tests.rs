use super::*;
use crate::{fixed::WAD, interest::INDEX_START};

const CURVE: Curve =
    Curve { start_excess_ppm: 10_500, fast: 1_000, slow: 30, descent: 200, floor_ppm: 920_000 };

#[test]
fn the_factor_falls_in_two_legs_to_the_floor() {
    let at = |elapsed| factor(&CURVE, elapsed);
    assert_eq!([0, 1, 10].map(at), [1_010_500, 1_009_500, 1_000_500]);
    // The full second at which it would pass one.
    assert_eq!([11, 12, 1_011].map(at), [1_000_000, 999_970, 970_000]);
    // 80,000 ppm at 30 a second.
    assert_eq!([2_677, 2_678, 100_000].map(at), [920_020, 920_000, 920_000]);
    assert_eq!(runs_out_at(&CURVE), 11 + 2_667 + TAIL);
}

#[test]
fn a_curve_without_rates_never_arrives() {
    let still = Curve { fast: 0, slow: 0, ..CURVE };
    assert_eq!(factor(&still, 1_000_000), 1_010_500);
    assert_eq!(runs_out_at(&still), u32::MAX);
    assert_eq!(factor(&Curve { start_excess_ppm: 0, ..still }, 0), 1_000_000);
}

#[test]
fn the_price_follows_up_at_once_and_down_slowly() {
    let at = |live, elapsed| price(&CURVE, 1_000 * WAD, live, elapsed).unwrap();
    assert_eq!(at(1_000 * WAD, 0), 1_010 * WAD + WAD / 2);
    assert_eq!(at(2_000 * WAD, 11), 2_000 * WAD);
    // Half the price is gone: 2 bps a second from the start, e^-0.02 of it after 100 seconds.
    assert_eq!(at(500 * WAD, 0), 1_010 * WAD + WAD / 2);
    let slow = at(500 * WAD, 100);
    assert_eq!(slow / (WAD / 1_000), 990_490);
    assert_eq!(at(0, 100), slow);
}

#[test]
fn the_effective_penalty_keeps_the_penalty_whole() {
    // 1.015 * 0.999 = 1.013985.
    assert_eq!(effective_penalty_ppm(150, 10), 13_985);
    assert_eq!(effective_penalty_ppm(150, 0), 15_000);
    assert_eq!(effective_penalty_ppm(0, 10), 0);
    assert_eq!(effective_penalty_ppm(u16::MAX, u16::MAX), 0);
}

#[test]
fn a_small_kick_pays_the_penalty_and_no_more() {
    let terms = RewardTerms { tip: 1_000_000, chip_bps: 10, penalty_bps: 150 };
    // A lot of 10,000 at a price of one: a tip of 1 and a chip of 10.
    assert_eq!(reward(10_000 * WAD, &terms, WAD, 30), Ok(11 * WAD));
    // A lot of 10: 1.5 of 101.5 parts.
    assert_eq!(reward(10 * WAD, &terms, WAD, 30), Ok(10 * WAD * 150 / 10_150));
    assert_eq!(reward(0, &terms, WAD, 30), Ok(0));
    assert_eq!(reward(10 * WAD, &terms, 0, 30), Ok(10 * WAD * 150 / 10_150));
}

fn auction() -> (AuctionState, Conditions) {
    let state = AuctionState {
        lot: 10 * WAD,
        units: 10 * WAD,
        raised: 0,
        closed: false,
        penalty_ppm: 15_000,
    };
    let conditions = Conditions {
        price: 3_030 * WAD,
        live_price: 3_000 * WAD,
        scale: 30,
        index: INDEX_START,
        dust: 100_000_000,
    };
    (state, conditions)
}

#[test]
fn a_take_splits_the_payment() {
    let (state, conditions) = auction();
    let request = Request { max_lot: 4 * WAD, max_price: u128::MAX, min_lot: 0 };
    let take = quote_take(&state, &request, &conditions).unwrap();
    assert_eq!((take.lot, take.pay), (4 * WAD, 12_120_000_000));
    assert_eq!((take.net, take.cut), (11_940_886_699, 179_113_301));
    assert_eq!(take.units_credited, 11_940_886_699_000);
    assert!(!take.closes);
    assert_eq!(take.after, AuctionState { lot: 6 * WAD, raised: 11_940_886_699_000, ..state });
    let rest = Request { max_lot: u128::MAX, ..request };
    let last = quote_take(&take.after, &rest, &conditions).unwrap();
    assert!(last.closes && last.after.closed);
    assert_eq!(last.after.lot, 0);
}

#[test]
fn refusals_come_with_their_values() {
    let (state, conditions) = auction();
    let request = Request { max_lot: u128::MAX, max_price: 3_030 * WAD, min_lot: 10 * WAD };
    let refused = |request| quote_take(&state, &request, &conditions).unwrap_err();
    assert!(quote_take(&state, &request, &conditions).is_ok());
    assert_eq!(
        refused(Request { max_price: 3_030 * WAD - 1, ..request }),
        TakeRefusal::TooExpensive { price: 3_030 * WAD, max: 3_030 * WAD - 1 }
    );
    assert_eq!(
        refused(Request { min_lot: 10 * WAD + 1, ..request }),
        TakeRefusal::LotTooSmall { lot: 10 * WAD, min: 10 * WAD + 1 }
    );
    assert_eq!(
        refused(Request { max_lot: 0, min_lot: 0, ..request }),
        TakeRefusal::LotTooSmall { lot: 0, min: 1 }
    );
    // 100 is dust's edge: 1/30 of a token and a wei less.
    let edge = WAD / 30 + 1;
    let part = |max_lot| Request { max_lot, min_lot: 0, ..request };
    assert!(quote_take(&state, &part(edge), &conditions).is_ok());
    assert_eq!(refused(part(edge - 1)), TakeRefusal::Dust { value: 99_999_999, dust: 100_000_000 });
    assert!(quote_take(&state, &part(10 * WAD - edge), &conditions).is_ok());
    assert_eq!(
        refused(part(10 * WAD - edge + 1)),
        TakeRefusal::Dust { value: 99_999_999, dust: 100_000_000 }
    );
}
