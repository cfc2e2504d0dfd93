//! The borrow index over time.

use alloy_primitives::{I256, U256};
use plimsoll_abi::Accrued;
use plimsoll_math::{
    interest::RateCurve,
    words::{Market, Totals},
};
use plimsoll_testvm::{ANYBODY, Outcome, START, World};

const YEAR: u32 = 31_536_000;
/// Five percent a year, whatever is lent.
const FLAT: RateCurve = RateCurve { base: 50, kink: 80, slope: 0, jump: 0 };
/// What a unit of debt is worth at the start: a thousandth of a base wei.
const INDEX: u128 = 10_u128.pow(24);
/// 800 base tokens of debt, in units.
const NET: i128 = 800_000_000_000;
/// 200 base tokens.
const CASH: u128 = 200_000_000;

/// A market in which 800 of 1,000 base tokens are lent at five percent.
fn lent(curve: RateCurve, no_suppliers: bool) -> World {
    let mut w = World::new();
    let market = Market { index: INDEX, accrued_at: START, rate: 500, ..Market::default() };
    w.engine.set_market(&market).passes();
    w.engine.set_totals(&Totals { net: NET, cash: CASH, curve, no_suppliers }).passes();
    w
}

#[test]
fn the_index_grows_by_the_rate_times_the_seconds_rounded_up() {
    // 10^24 * 500 bps * t / (10,000 * 31,536,000 s).
    let cases = [
        (0, 1_000_000_000_000_000_000_000_000_u128),
        // 1585489599188229.3...
        (1, 1_000_000_001_585_489_599_188_230),
        // 136986301369863013698.6...
        (86_400, 1_000_136_986_301_369_863_013_699),
        (YEAR, 1_050_000_000_000_000_000_000_000),
    ];
    for (seconds, index) in cases {
        let mut w = lent(FLAT, false);
        w.at(seconds);
        // A view shows the index of now and leaves the books alone.
        let index = U256::from(index);
        let seen = (index, U256::from(500), I256::try_from(NET).unwrap(), U256::ZERO, START);
        assert_eq!(w.view().ledger().passes(), seen);
        w.by(ANYBODY).accrue().passes();
        w.logged(&Accrued { index, toReserve: U256::ZERO });
        let market = w.engine.market();
        assert_eq!(U256::from(market.index), index);
        assert_eq!((market.accrued_at, market.rate), (START + seconds, 500));
    }
}

#[test]
fn each_accrual_compounds() {
    let mut w = lent(FLAT, false);
    for quarter in 1..=4 {
        w.at(quarter * (YEAR / 4));
        w.by(ANYBODY).accrue().passes();
    }
    // 1.0125^4 = 1.0509453369140625, where a year at once gives 1.05.
    assert_eq!(w.engine.market().index, 1_050_945_336_914_062_500_000_000);
}

#[test]
fn the_rate_of_a_stretch_is_the_one_that_stood_when_it_began() {
    // 1 % at rest, 5 % at 80 %, 55 % when all is lent.
    let mut w = lent(RateCurve { base: 10, kink: 80, slope: 8, jump: 10 }, false);
    w.at(YEAR);
    w.by(ANYBODY).accrue().passes();
    // The year at 5 %. Now 840 of 1,040 are lent: 100 + 400 + 5,000 * (84 - 83.2) / 20.8, up.
    let market = w.engine.market();
    assert_eq!((market.index, market.rate), (INDEX / 100 * 105, 693));
    w.at(2 * YEAR);
    // 1.05 * 1.0693.
    assert_eq!(w.view().ledger().passes().0, U256::from(INDEX / 1_000_000 * 1_122_765));
}

#[test]
fn a_second_accrual_in_a_block_and_one_in_the_past_do_nothing() {
    let mut w = lent(FLAT, false);
    w.at(1_000);
    w.by(ANYBODY).accrue().passes();
    let (market, totals) = (w.engine.market(), w.engine.totals());
    for seconds in [1_000, 999, 0] {
        w.at(seconds);
        w.by(ANYBODY).accrue().passes();
        assert_eq!((w.engine.market(), w.engine.totals()), (market, totals));
    }
}

#[test]
fn with_suppliers_interest_is_theirs() {
    let mut w = lent(FLAT, false);
    w.at(YEAR);
    w.by(ANYBODY).accrue().passes();
    let (cash, debt, claims, reserve, ..) = w.view().solvency().passes();
    assert_eq!(debt, I256::try_from(840_000_000).unwrap());
    assert_eq!([cash, claims, reserve], [CASH, 1_040_000_000, 0].map(U256::from));
}

#[test]
fn without_suppliers_interest_is_the_reserves() {
    let mut w = lent(FLAT, true);
    w.at(YEAR);
    let seen = w.view().solvency().passes();
    w.by(ANYBODY).accrue().passes();
    // A year on 800 at 5 %; what it shows before it is booked is what is booked.
    let forty = U256::from(40_000_000);
    w.logged(&Accrued { index: U256::from(INDEX / 100 * 105), toReserve: forty });
    assert_eq!(w.engine.market().reserve, 40_000_000);
    let after = w.view().solvency().passes();
    assert_eq!((after.2, after.3), (U256::from(1_000_000_000), forty));
    assert_eq!(after, seen);
}

#[test]
fn an_idle_market_without_suppliers_books_nothing() {
    let mut w = lent(FLAT, true);
    // More proceeds than debt: nobody pays interest on that.
    for net in [0, -NET] {
        let totals = Totals { net, ..w.engine.totals() };
        w.engine.set_totals(&totals).passes();
        let before = w.engine.market();
        w.at(before.accrued_at - START + YEAR);
        w.by(ANYBODY).accrue().passes();
        let after = w.engine.market();
        assert_eq!(after.reserve, 0);
        assert_eq!(after.index, before.index / 100 * 105);
    }
}
