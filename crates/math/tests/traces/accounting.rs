//! Debts, claims, credits and the suppliers' residual.

use plimsoll_math::{
    auction::{AuctionState, Conditions, Request, quote_take},
    claims::{Pool, redeem, settle, worth},
    fixed::{RAY, mul_div_down},
    interest::{INDEX_START, Ledger, RateCurve, accrue, nav, refresh_rate},
    settlement::is_bad_debt,
    shares::{VIRTUAL_SHARES, assets_for_down},
    value::{debt_down, units_down, units_up},
};

use crate::anything;

/// Five owners, four takes. Flooring every credit against the original totals leaves 3 units of
/// proceeds with nobody: the net total ends at -3, and unsigned, the last borrower cannot repay.
#[test]
fn trace_p1_claims_take_the_remainder() {
    let claims = [530_u128, 302, 439, 606, 154];
    let takes = [543_u128, 725, 17, 890];
    let debts = [279_524_692_u128; 5];
    let units: u128 = claims.iter().sum();
    let raised: u128 = takes.iter().sum();
    let net = debts.iter().sum::<u128>() as i128 - raised as i128;

    let broken: u128 = claims.iter().map(|claim| claim * raised / units).sum();
    let broken_net = net - (debts.iter().sum::<u128>() - broken) as i128;
    assert_eq!(broken_net, -3);

    let mut pool = Pool { units, raised };
    let mut stored = 0;
    for (claim, debt) in claims.iter().zip(debts) {
        let credited;
        (credited, pool) = redeem(*claim, &pool).unwrap();
        stored += debt - credited;
    }
    assert_eq!(pool, Pool::default());
    assert_eq!(net - stored as i128, 0);
}

/// Two claims of 100, 50 raised, one settles while the auction is open, 200 are raised in all.
#[test]
fn trace_p2_an_open_auction_is_left_pro_rata_and_settled_when_closed() {
    // Settled early and again later: 225 credited out of 200.
    let early = 100 * 50 / 200;
    let (again, other) = (early + 100 * 200 / 200, 100 * 200 / 200);
    assert_eq!((again, other), (125, 100));
    // Taken off what was raised, but with the units left in: unequal.
    let rest = 200 - early;
    let (again, other) = (early + 100 * rest / 200, 100 * rest / 200);
    assert_eq!((again, other), (112, 87));

    // Settled when it is closed.
    let (first, pool) = redeem(100, &Pool { units: 200, raised: 200 }).unwrap();
    let (second, _) = redeem(100, &pool).unwrap();
    assert_eq!((first, second), (100, 100));

    // Left while it is open: 150 of a lot of 200 are unsold. Units go with the lot and with what it
    // raised, so that the one who stays keeps exactly his half of both.
    let open = Pool { units: 200, raised: 50 };
    let lot = worth(100, &Pool { raised: 150, ..open }).unwrap();
    let (credited, left) = redeem(100, &open).unwrap();
    assert_eq!((lot, credited), (75, 25));
    assert_eq!(left, Pool { units: 100, raised: 25 });
}

/// The owner repays in full while his lot is on sale, the lot sells. As negative debt his excess
/// earns the borrow rate and hides 300,000 of others' debt.
#[test]
fn trace_p3_an_excess_is_a_credit_without_interest() {
    let curve = RateCurve { base: 1, kink: 80, slope: 4, jump: 10 };
    let closing = INDEX_START;
    let others = units_up(300_000, closing).unwrap() as i128;
    let excess = units_down(664_286, closing).unwrap();
    let open = Ledger {
        index: closing,
        cash: 1_000_000,
        net: others - excess as i128,
        curve,
        rate: 169,
        ..Ledger::default()
    };
    let year = accrue(&open, 31_536_000);

    let broken = debt_down(excess, year.index).unwrap();
    assert_eq!(broken, 675_512, "grown at the suppliers' cost");
    assert_eq!(refresh_rate(&open).rate, 10, "the rate of an unused market");

    let settled = settle(0, excess, closing, 0, 0).unwrap();
    assert_eq!((settled.debt_after, settled.excess_units), (0, excess));
    assert_eq!(settled.credit, 664_286);
    let after = open.with_excess(&settled).unwrap();
    assert_eq!(after.net, others);
    assert_eq!(after.cash, 1_000_000 - 664_286);
    assert_eq!(nav(&after), nav(&open), "nobody's claim changes");
    // 300,000 of 635,714: half of the way to the kink and more.
    assert!(refresh_rate(&after).rate > 100);
    // A year later the credit is what it was: it no longer depends on the index.
    assert_eq!(settle(0, excess, closing, 0, 0).unwrap().credit, 664_286);
}

/// One satoshi deposited on a debt of 542: a rule that waits for no collateral at all never realises
/// the bad debt, and a supplier leaves at par meanwhile.
#[test]
fn trace_p10_a_satoshi_does_not_block_bad_debt() {
    let (owed, dust) = (542_000_000, 100_000_000);
    // One satoshi at 60,000 in a base of 6 decimals.
    let satoshi = 600;
    let broken = satoshi == 0;
    assert!(!broken);
    assert!(is_bad_debt(owed, satoshi, dust));
    assert!(is_bad_debt(owed, dust - 1, dust));
    assert!(!is_bad_debt(owed, dust, dust));
    assert!(!is_bad_debt(0, 0, dust));
}

/// A base of 2 decimals after interest of a thousandfold, 300 takes of 792: with an index that
/// started at one RAY a unit is worth a thousand wei, and every take is floored to nothing.
#[test]
fn trace_p11_small_takes_are_credited() {
    let grown = 1_000;
    let (broken_index, index) = (grown * RAY, grown * INDEX_START);
    let mut auction =
        AuctionState { lot: 300, units: 300, raised: 0, closed: false, penalty_ppm: 0 };
    let (mut paid, mut broken) = (0, 0);
    for _ in 0..300 {
        let at = Conditions { price: 792, live_price: 792, scale: 0, index, dust: 0 };
        let one = Request { max_lot: 1, ..anything() };
        let take = quote_take(&auction, &one, &at).unwrap();
        paid += take.pay;
        broken += take.net * RAY / broken_index;
        auction = take.after;
    }
    assert_eq!((paid, broken), (237_600, 0));
    assert!(auction.closed);
    assert_eq!(debt_down(auction.raised, index).unwrap(), 237_600);
}

/// A supplier index that is stored falls with every loss and is zero after a loss of everything: what
/// comes in later multiplies nothing. The residual knows what is there.
#[test]
fn trace_p14_the_suppliers_claim_is_the_residual() {
    let supplied = 1_000_000_000_000_u128;
    let shares = supplied * VIRTUAL_SHARES;
    let debt = units_up(supplied, INDEX_START).unwrap() as i128;
    let lent = Ledger { index: INDEX_START, net: debt, ..Ledger::default() };
    assert_eq!(nav(&lent), Ok(supplied));

    // All of the debt turns bad; then half of the deficit is covered.
    let lost = lent.with_debt_removed(debt.unsigned_abs()).unwrap();
    let covered = Ledger { cash: supplied / 2, ..lost };

    let scale = |index, after, before| mul_div_down(index, after, before).unwrap_or(0);
    let broken = scale(RAY, nav(&lost).unwrap(), nav(&lent).unwrap());
    let broken = scale(broken, nav(&covered).unwrap(), nav(&lost).unwrap());
    assert_eq!(debt_down(supplied, broken), Ok(0), "worthless for ever");

    assert_eq!(nav(&covered), Ok(supplied / 2));
    assert_eq!(assets_for_down(shares, shares, supplied / 2), Ok(supplied / 2));
}
