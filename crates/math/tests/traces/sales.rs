//! What is sold, what it counts for and what a kick is paid.

use plimsoll_math::{
    MathError,
    auction::{
        AuctionState, Conditions, Curve, Request, RewardTerms, TakeRefusal, UNITS_LIMIT, factor,
        is_too_large, joinable, quote_take, reward,
    },
    claims::Pool,
    correlation::Correlations,
    fixed::{AMOUNT_MAX, BPS, WAD},
    health::{Exposure, Leg, pending},
    interest::INDEX_START,
    sizing::{Candidate, Kind, Policy, plan},
    value::{amount_for_value_down, value_down},
};

use crate::anything;

fn p5() -> (Candidate, Policy, u128) {
    let candidate = Candidate {
        asset: 0,
        balance: 100_000_000,
        value: 100_000_000,
        price: 1,
        scale: 0,
        threshold_bps: 9_000,
        sigma_bps: 0,
        relief_percent: 0,
        reference_bps: 9_500,
        penalty_bps: 500,
        dust: 0,
        room: u128::MAX >> 16,
    };
    (candidate, Policy { target_bps: 11_200, full_below_bps: 0, small: 0 }, 91_800_000)
}

/// LT 0.90, penalty 5 %, reference 0.95, collateral 100, debt 91.8: half the collateral sold lowers
/// the health factor from 0.9804 to 0.9665.
#[test]
fn trace_p5_a_partial_sale_never_lowers_health() {
    let (candidate, policy, owed) = p5();
    let health = |margin_bps, debt| {
        Exposure { margin_bps, debt, ..Exposure::default() }.health_factor().to::<u128>()
            / (WAD / 100_000)
    };
    let half = candidate.value / 2;
    let brought = half * 9_500 / 10_500;
    let (before, broken) =
        (health(100_000_000 * 9_000, owed), health((100_000_000 - half) * 9_000, owed - brought));
    assert_eq!((before, broken), (98_039, 96_645));

    // It brings 90.5 at best, so that no part of it helps: all of it goes.
    let plan = plan(&[candidate], &policy, owed, &Correlations::default()).unwrap();
    assert_eq!(plan.kind, Kind::Whole);
    assert_eq!(plan.amounts[0], candidate.balance);
}

/// An auction at a floor of 0.60, counted at the reference factor 0.95, shows a health of 1.05 where
/// 0.764 is true, and the rest cannot be kicked.
#[test]
fn trace_p6_a_lot_counts_at_the_lower_factor() {
    let start = Exposure { debt: 1_920_071, ..Exposure::default() };
    let position = start.with_leg(Leg { value: 1_250_000, threshold_bps: 8_000 }).unwrap();
    let lot = 1_018_571;
    let curve =
        Curve { start_excess_ppm: 10_000, fast: 1_000, slow: 30, descent: 200, floor_ppm: 600_000 };
    let at_floor = factor(&curve, 1_000_000);

    let broken = Exposure { pending: pending(lot, 950_000, 950_000, 0).unwrap(), ..position };
    assert!(!broken.is_liquidatable().unwrap());
    assert!(broken.meets(10_499).unwrap() && broken.is_below(10_501).unwrap());

    let ours = Exposure { pending: pending(lot, 950_000, at_floor, 0).unwrap(), ..position };
    assert!(ours.is_liquidatable().unwrap());
    assert!(ours.meets(7_639).unwrap() && ours.is_below(7_641).unwrap());
}

/// A take of 1e9 wei of collateral for 3 units of USDC: it would keep everybody in the pool from
/// leaving and make the next kick open a second auction.
#[test]
fn trace_p7_a_take_of_dust_is_refused() {
    let auction = AuctionState {
        lot: 10 * WAD,
        units: 10 * WAD,
        raised: 0,
        closed: false,
        penalty_ppm: 15_000,
    };
    let price = 3_000 * WAD;
    let at =
        Conditions { price, live_price: price, scale: 30, index: INDEX_START, dust: 100_000_000 };
    let tiny = Request { max_lot: 1_000_000_000, ..anything() };

    let broken = quote_take(&auction, &tiny, &Conditions { dust: 0, ..at }).unwrap();
    assert_eq!(broken.pay, 3);
    let curve =
        Curve { start_excess_ppm: 10_000, fast: 1_000, slow: 30, descent: 200, floor_ppm: 920_000 };
    let begun = Pool { units: broken.after.units, raised: broken.after.raised };
    assert!(!joinable(&curve, &begun, broken.after.lot, 0));

    assert_eq!(
        quote_take(&auction, &tiny, &at),
        Err(TakeRefusal::Dust { value: 3, dust: 100_000_000 })
    );
    // Nor may a take leave dust behind.
    let most = Request { max_lot: 10 * WAD - 1_000_000_000, ..anything() };
    assert_eq!(
        quote_take(&auction, &most, &at),
        Err(TakeRefusal::Dust { value: 3, dust: 100_000_000 })
    );
    assert!(joinable(&curve, &Pool { units: 10 * WAD, raised: 0 }, 10 * WAD, 0));
}

/// A price that wiggles by a basis point around the line: if leaving needed a health factor of one,
/// each wiggle would seize and give back the whole lot.
#[test]
fn trace_p8_leaving_needs_the_target() {
    let debt = 1_496_000_000_000;
    let at = |value| {
        Exposure { debt, ..Exposure::default() }
            .with_leg(Leg { value, threshold_bps: 8_000 })
            .unwrap()
    };
    let line = 1_870_000_000_000;
    for _ in 0..5 {
        assert!(at(line - line / 10_000).is_liquidatable().unwrap());
        let recovered = at(line + line / 10_000);
        assert!(!recovered.is_liquidatable().unwrap(), "the broken rule lets him leave");
        assert!(!recovered.meets(11_200).unwrap(), "ours does not");
    }
    assert!(at(line * 112 / 100).meets(11_200).unwrap());
}

/// A $100 opener and a $10 million joiner at a chip of 10 bps. Paid from later proceeds, the opener
/// gets $10,000; paid in kind at the kick, each gets the chip of what he kicked.
#[test]
fn trace_p9_each_kicker_is_paid_for_what_he_kicked() {
    let dollar = 1_000_000_u128;
    let price = 2_000 * WAD;
    let amount = |value| amount_for_value_down(value, price, 30).unwrap();
    let terms = RewardTerms { tip: 0, chip_bps: 10, penalty_bps: 150 };
    let (opened, joined) = (amount(100 * dollar), amount(10_000_000 * dollar));

    let broken = (opened + joined) * u128::from(terms.chip_bps) / BPS;
    assert_eq!(value_down(broken, price, 30).unwrap(), 10_000 * dollar + dollar / 10);

    let opener = reward(opened, &terms, price, 30).unwrap();
    let joiner = reward(joined, &terms, price, 30).unwrap();
    assert_eq!(value_down(opener, price, 30).unwrap(), dollar / 10);
    assert_eq!(value_down(joiner, price, 30).unwrap(), 10_000 * dollar);
}

/// Lots so large that `raised` passes its 112 bits: the take that would do it fails, so that the
/// auction can never be sold out. Such a kick is refused.
#[test]
fn trace_p12_a_lot_that_overflows_its_pool_is_not_opened() {
    let lot = AMOUNT_MAX / 2;
    let price = 5 * WAD;
    let auction = AuctionState { lot, units: lot, raised: 0, closed: false, penalty_ppm: 15_000 };
    let at = Conditions { price, live_price: price, scale: 18, index: INDEX_START, dust: 0 };
    let broken = quote_take(&auction, &anything(), &at);
    assert_eq!(broken, Err(TakeRefusal::Math(MathError::Overflow)));

    assert!(is_too_large(lot, price, 18, 10_000, INDEX_START));
    // The largest lot that opens sells even at fifteen times its start price.
    let lot = UNITS_LIMIT / 1_000 / 5 * 100 / 101 - 1_000;
    assert!(!is_too_large(lot, price, 18, 10_000, INDEX_START));
    let auction = AuctionState { lot, units: lot, ..auction };
    let risen = Conditions { price: price * 15, live_price: price * 15, ..at };
    assert!(quote_take(&auction, &anything(), &risen).is_ok());
}
