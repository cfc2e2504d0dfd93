//! Borrow and repay.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_motsu::{BTC, ETH, MAX_AGE, MIN_DEBT, Outcome, World, host, milli_eth, usd};

const STALE: u8 = 3;
const RAY: u64 = 1_000_000_000_000_000_000;

/// `amount` wei as debt units at an index, up.
fn units_up(amount: U256, index: U256) -> U256 {
    let ray = U256::from(RAY) * U256::from(1_000_000_000_u64);
    (amount * ray).div_ceil(index)
}

fn index(w: &World) -> U256 {
    w.view().ledger().passes().0
}

#[test]
fn what_is_borrowed_arrives_and_is_owed() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    let amount = usd(12_345);
    w.by(w.alice).borrow(amount, w.bob).passes();
    let units = units_up(amount, index(&w));
    w.logged(&abi::Borrowed { account: w.alice, receiver: w.bob, amount, units });
    assert_eq!(w.balance(&w.usdc, w.bob), amount);
    assert_eq!(w.held(&w.usdc), usd(20_000) - amount);
    let (health, debt, ..) = w.view().position(w.alice).passes();
    assert!(debt == amount || debt == amount + U256::from(1), "{debt}");
    // 20,000 at 80 % over the debt, in WAD, down.
    assert_eq!(health, usd(16_000) * U256::from(RAY) / debt);
    assert_eq!(w.by(w.alice).health_factor(w.alice).passes(), health);
    let (cash, owed, claims, ..) = w.view().solvency().passes();
    assert_eq!(cash, usd(20_000) - amount);
    assert_eq!((owed.into_raw(), claims), (amount, usd(20_000)));
}

#[test]
fn a_full_repayment_takes_what_is_owed_and_no_more() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let debt = w.view().position(w.alice).passes().1;
    w.fund(&w.usdc, w.bob, usd(40_000));
    let units = U256::from(w.by(w.alice).account(w.alice).debt);
    let paid = w.by(w.bob).repay(U256::MAX, w.alice).passes();
    assert_eq!(paid, debt);
    w.logged(&abi::Repaid { account: w.alice, payer: w.bob, amount: paid, units });
    assert_eq!(w.balance(&w.usdc, w.bob), usd(40_000) - paid);
    assert_eq!(w.held(&w.usdc), usd(5_000) + U256::from(1) + paid);
    assert_eq!(w.by(w.alice).account(w.alice).debt, 0);
    assert_eq!(w.by(w.alice).health_factor(w.alice).passes(), U256::MAX);
    w.refuses(|w| w.by(w.bob).repay(usd(1), w.alice), abi::NothingOwed { account: w.alice });
}

#[test]
fn a_part_repaid_lowers_the_debt_by_no_more_than_was_paid() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.pass(1_000);
    let before = w.view().position(w.alice).passes().1;
    w.fund(&w.usdc, w.alice, U256::ZERO);
    let paid = w.by(w.alice).repay(usd(1), w.alice).passes();
    assert_eq!(paid, usd(1));
    let after = w.view().position(w.alice).passes().1;
    assert!(before - after <= paid && before - after + U256::from(1) >= paid);
    // He may leave less than the minimum behind: it is a limit of borrowing.
    let rest = after - usd(1);
    w.by(w.alice).repay(rest, w.alice).passes();
    assert!(w.view().position(w.alice).passes().1 < usd(MIN_DEBT));
}

#[test]
fn refusals_of_borrow() {
    let w = World::new();
    w.supplied(usd(10_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    let alice = w.alice;
    let (one, engine) = (U256::from(1), w.engine.address());
    let borrow = |amount, to| move |w: &World| w.by(alice).borrow(amount, to);
    w.refuses(borrow(U256::ZERO, alice), abi::ZeroAmount {});
    let limit = (one << 112) - one;
    w.refuses(borrow(U256::MAX, alice), abi::TooLarge { value: U256::MAX, limit });
    w.refuses(borrow(usd(100), Address::ZERO), abi::ZeroAddress {});
    w.refuses(borrow(usd(100), engine), abi::BadReceiver { receiver: engine });
    let min = usd(MIN_DEBT);
    // Rounding up makes the minimum of a debt a wei less.
    let too_small = min - U256::from(2);
    let debt = too_small + one;
    w.refuses(borrow(too_small, alice), abi::BelowMinDebt { debt, minDebt: min });
    // Not a wei above the minimum, and it passes.
    let enough = |w: &World| w.by(alice).borrow(min - one, alice);
    enough(&w).passes();
    assert_eq!(w.view().position(alice).passes().1, min);
    w.fund(&w.usdc, alice, one);
    w.by(alice).repay(min, alice).passes();
    let amount = usd(15_000);
    let over = abi::Unhealthy { debt: amount + one, limit: amount };
    w.refuses(borrow(amount, alice), over);
    let (asked, cash) = (usd(14_000), usd(10_000) + one);
    w.refuses(borrow(asked, alice), abi::InsufficientCash { asked, cash });
    let nothing = abi::Unhealthy { debt: min + one, limit: U256::ZERO };
    w.refuses(|w| w.by(w.bob).borrow(min, w.bob), nothing);
}

#[test]
fn a_second_borrow_is_judged_with_the_first() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    w.by(w.alice).borrow(usd(10_000), w.alice).passes();
    let most = w.view().max_borrow(w.alice).passes();
    let refused = w.by(w.alice).borrow(most + U256::from(2), w.alice);
    assert!(refused.is_err());
    refused.map_err(drop).unwrap_err();
    w.by(w.alice).borrow(U256::from(1), w.alice).passes();
    w.by(w.alice).borrow(usd(4_000), w.alice).passes();
}

#[test]
fn two_collaterals_carry_one_debt() {
    let w = World::new();
    w.supplied(usd(40_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    w.deposited(w.alice, BTC, U256::from(50_000_000));
    assert_eq!(w.view().position(w.alice).passes().5, usd(37_500));
    w.by(w.alice).borrow(usd(37_000), w.alice).passes();
    w.by(w.governor).set_max_ltv(BTC, 0).passes();
    w.logged(&abi::MaxLtvSet { asset: BTC, oldValue: 7_500, value: 0 });
    let debt = w.view().position(w.alice).passes().1;
    w.refuses(
        |w| w.by(w.alice).withdraw(BTC, U256::from(1), w.alice),
        abi::Unhealthy { debt, limit: usd(15_000) },
    );
}

#[test]
fn levels_and_verdicts_stop_borrowing_and_never_repaying() {
    let w = World::new();
    w.supplied(usd(40_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    w.by(w.alice).borrow(usd(1_000), w.alice).passes();
    w.fund(&w.usdc, w.alice, usd(1_000));
    let borrow = |w: &World| w.by(w.alice).borrow(usd(100), w.alice);
    let repay = |w: &World| w.by(w.alice).repay(usd(100), w.alice).passes();
    let until = host::now() + 60;
    w.by(w.guardian).raise(BTC, 4, until).passes();
    // He does not hold it.
    borrow(&w).passes();
    w.by(w.guardian).raise(ETH, 1, until).passes();
    w.refuses(borrow, abi::LevelForbids { asset: ETH, level: 1 });
    repay(&w);
    for level in [1, 4] {
        w.by(w.guardian).raise(abi::OVERALL, level, until).passes();
        w.refuses(borrow, abi::LevelForbids { asset: abi::OVERALL, level });
    }
    repay(&w);
    w.pass(60);
    borrow(&w).passes();
    w.pass(MAX_AGE);
    w.refuses(borrow, abi::PriceForbids { asset: ETH, verdict: STALE });
    repay(&w);
}

#[test]
fn refusals_of_repay() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.refuses(|w| w.by(w.alice).repay(U256::ZERO, w.alice), abi::ZeroAmount {});
    w.refuses(|w| w.by(w.alice).repay(usd(1), w.bob), abi::NothingOwed { account: w.bob });
    // Bob has no tokens.
    let token = w.usdc.address();
    w.refuses(|w| w.by(w.bob).repay(usd(1), w.alice), abi::TokenCallFailed { token });
}
