//! What may leave in an hour: cash, and collateral of each asset.

use alloy_primitives::Address;
use plimsoll_abi::IPlimsoll::{
    borrowCall, collectCall, redeemCall, setOutflowCall, tripCall, withdrawCall,
};
use plimsoll_abi::{
    LevelForbids, NotGovernor, NotProved, OVERALL, OutOfBounds, OutflowLimited, OutflowSet, TooSoon,
};
use plimsoll_math::breaker::Reason;
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, GOVERNOR, MALLORY, SAM, SUE, USDC, WBTC, WETH, World, u256, usdc, wad,
};

const HOUR: u32 = 3_600;
const OUTFLOW: u8 = Reason::Outflow.code();

fn set(asset: u8, percent: u8) -> setOutflowCall {
    setOutflowCall { asset, percent }
}

fn limited(asset: u8, out: u128, allowed: u128) -> OutflowLimited {
    OutflowLimited { asset, out: u256(out), allowed: u256(allowed) }
}

fn borrow(receiver: Address, amount: u128) -> borrowCall {
    borrowCall { amount: u256(amount), receiver }
}

/// Goes to the first second of the next window, with fresh prices.
fn next_window(world: &mut World) {
    world.pass_fresh(HOUR - world.now() % HOUR);
}

/// Ten million of cash, of which 30 % may leave in an hour; ALICE and BOB can borrow four each.
fn limited_cash() -> World {
    let mut world = World::new();
    world.must(GOVERNOR, set(OVERALL, 30));
    world.assert_event(&OutflowSet { asset: OVERALL, oldValue: 0, value: 30 });
    world.deposit(ALICE, WETH, wad(2_000));
    world.deposit(BOB, WETH, wad(2_000));
    next_window(&mut world);
    world
}

#[test]
fn a_part_of_the_cash_may_leave_in_an_hour() {
    let mut world = limited_cash();
    world.borrow(ALICE, usdc(2_000_000));
    let shares = u256(world.shares(SUE) / 50);
    world.must(SUE, redeemCall { shares, receiver: SUE });
    let (cash, anchor) = (world.totals().cash, world.limits().anchor);
    assert_eq!(anchor, usdc(10_000_000));
    let left = usdc(3_000_000) - (anchor - cash);
    let error = limited(OVERALL, usdc(3_000_000) + 1, usdc(3_000_000));
    world.refuse(BOB, borrow(BOB, left + 1), error);
    world.borrow(BOB, left);
    let error = limited(OVERALL, usdc(3_000_000) + 1, usdc(3_000_000));
    world.refuse(ALICE, borrow(ALICE, 1), error);
    // What comes in makes room.
    world.repay(BOB, ALICE, usdc(1_000_000));
    world.borrow(ALICE, usdc(1_000_000));
    // The next hour counts from what is there then.
    next_window(&mut world);
    world.borrow(ALICE, usdc(1_000_000));
    assert_eq!(world.limits().anchor, usdc(7_000_000));
    world.check();
}

/// Tokens that are carried in and out use nothing up, with a loan for the length of a transaction
/// or without.
#[test]
fn who_carries_cash_in_and_out_leaves_the_window_as_it_was() {
    let mut world = limited_cash();
    // Supplied and redeemed as the first thing in a window.
    let shares = world.supply(SAM, usdc(50_000_000));
    world.redeem(SAM, shares);
    world.borrow(ALICE, usdc(2_999_999));
    next_window(&mut world);
    // Repaid and borrowed again as the first thing in a window.
    world.repay(ALICE, ALICE, usdc(2_000_000));
    world.borrow(ALICE, usdc(2_000_000));
    let anchor = world.limits().anchor;
    world.borrow(BOB, anchor * 3 / 10 - usdc(1));
    world.check();
}

#[test]
fn the_last_ones_can_leave() {
    let mut world = World::new();
    world.must(GOVERNOR, set(OVERALL, 10));
    next_window(&mut world);
    let shares = world.shares(SUE);
    let call = |shares| redeemCall { shares: u256(shares), receiver: SUE };
    world.must(SUE, call(shares / 1_000 * 999 / 10));
    let mut hours = 0;
    while world.shares(SUE) > 0 {
        next_window(&mut world);
        let (held, supply) = (world.shares(SUE), world.supply_word().shares);
        // A tenth, or as much as a hundred of the smallest debts.
        let cash = world.totals().cash;
        let may = (cash / 10).max(usdc(10_000));
        let part = (held * may / cash).min(held).min(supply);
        world.must(SUE, call(part.max(1)));
        hours += 1;
        assert!(hours < 100);
    }
    world.check();
}

#[test]
fn a_part_of_an_asset_may_leave_in_an_hour() {
    let mut world = World::new();
    world.must(GOVERNOR, set(WETH, 20));
    world.deposit(ALICE, WETH, wad(100));
    world.deposit(BOB, WETH, wad(100));
    next_window(&mut world);
    let withdraw = |amount, receiver| withdrawCall { asset: WETH, amount: u256(amount), receiver };
    world.withdraw(ALICE, WETH, wad(40));
    world.refuse(BOB, withdraw(1, BOB), limited(WETH, wad(40) + 1, wad(40)));
    // Other assets have windows of their own, or none.
    world.deposit(CAROL, WBTC, 100_000_000);
    world.withdraw(CAROL, WBTC, 100_000_000);
    // A loan that comes and goes changes nothing.
    world.deposit(MALLORY, WETH, wad(10_000));
    world.withdraw(MALLORY, WETH, wad(10_000));
    world.refuse(BOB, withdraw(1, BOB), limited(WETH, wad(40) + 1, wad(40)));
    // What comes in makes room.
    world.deposit(CAROL, WETH, wad(10));
    world.withdraw(BOB, WETH, wad(10));
    next_window(&mut world);
    world.withdraw(BOB, WETH, wad(32));
    world.check();
}

#[test]
fn sales_do_not_count_as_flight() {
    let mut world = World::new();
    world.must(GOVERNOR, set(WETH, 20));
    world.open(ALICE, WETH, wad(100), usdc(240_000));
    world.deposit(BOB, WETH, wad(100));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    next_window(&mut world);
    world.kick(plimsoll_testkit::engine::KAY, &[ALICE]).unwrap();
    let id = world.newest(WETH);
    world.take_all(plimsoll_testkit::engine::TAK, id);
    let held = world.sales(WETH).held;
    assert!(held < wad(160));
    world.withdraw(BOB, WETH, held / 5);
    world.check();
}

#[test]
fn most_of_a_window_trips_and_cannot_be_proved_again() {
    let mut world = limited_cash();
    world.borrow(ALICE, usdc(2_399_999));
    world.pass(1);
    let measure = 7_999;
    let error = NotProved { asset: OVERALL, reason: OUTFLOW, measure, bound: 8_000 };
    world.refuse(MALLORY, tripCall { asset: OVERALL, reason: OUTFLOW }, error);
    world.borrow(ALICE, usdc(1));
    world.pass(1);
    world.must(MALLORY, tripCall { asset: OVERALL, reason: OUTFLOW });
    world.refuse(BOB, borrow(BOB, 1), LevelForbids { asset: OVERALL, level: 1 });
    // What pays back, and what is owed to owners, goes on.
    world.repay(BOB, ALICE, usdc(1));
    world.supply(SAM, usdc(1));
    let no_credit = plimsoll_abi::NoCredit { account: ALICE };
    world.refuse(ALICE, collectCall { receiver: ALICE }, no_credit);
    next_window(&mut world);
    world.pass_fresh(HOUR);
    let error = NotProved { asset: OVERALL, reason: OUTFLOW, measure: 0, bound: 8_000 };
    world.refuse(MALLORY, tripCall { asset: OVERALL, reason: OUTFLOW }, error);
    world.borrow(BOB, usdc(100));
    world.check();
}

#[test]
fn a_limit_is_narrowed_at_once_and_widened_slowly() {
    let mut world = World::new();
    let bad = |value: u128, low: u128, high: u128| OutOfBounds {
        parameter: 1,
        value: u256(value),
        low: u256(low),
        high: u256(high),
    };
    world.refuse(MALLORY, set(WETH, 50), NotGovernor { caller: MALLORY });
    for percent in [9, 101] {
        world.refuse(GOVERNOR, set(WETH, percent), bad(percent.into(), 10, 100));
    }
    for asset in [WETH, OVERALL] {
        let mut world = World::new();
        world.open(ALICE, WETH, wad(100), usdc(10_000));
        world.must(GOVERNOR, set(asset, 40));
        world.must(GOVERNOR, set(asset, 20));
        world.refuse(GOVERNOR, set(asset, 41), bad(41, 10, 40));
        world.refuse(GOVERNOR, set(asset, 0), bad(100, 10, 40));
        world.must(GOVERNOR, set(asset, 40));
        let now = world.now();
        let error = TooSoon { now, earliest: now + 86_400 };
        world.refuse(GOVERNOR, set(asset, 41), error);
        world.must(GOVERNOR, set(asset, 30));
        world.pass_fresh(86_400);
        world.must(GOVERNOR, set(asset, 60));
    }
    world.mint(USDC, SAM, 1);
}

/// Who borrows and pays back in one transaction proves nothing by it: anybody could lock everybody's
/// redemptions with a loan for the length of a transaction.
#[test]
fn what_leaves_for_a_moment_trips_nothing() {
    let mut world = limited_cash();
    world.borrow(ALICE, usdc(3_000_000));
    let error = NotProved { asset: OVERALL, reason: OUTFLOW, measure: 0, bound: 8_000 };
    world.refuse(ALICE, tripCall { asset: OVERALL, reason: OUTFLOW }, error);
    world.repay(ALICE, ALICE, usdc(3_000_000));
    let shares = u256(world.shares(SUE) / 50);
    world.must(SUE, redeemCall { shares, receiver: SUE });
}
