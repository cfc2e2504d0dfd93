//! Repaying, and what others can do to a position.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{depositCall, holdingCall, kickCall, realiseCall, repayCall};
use plimsoll_abi::skip::{COOLING_OFF, KICKED};
use plimsoll_abi::{
    BelowDust, DustKept, NotOwner, NothingKicked, NothingOwed, Realised, Repaid, TokenCallFailed,
    ZeroAmount,
};
use plimsoll_testkit::engine::{
    ALICE, BOB, KAY, MALLORY, TAK, USDC, WBTC, WETH, World, u256, usdc, wad, whole,
};

use crate::exact::{RAY, ceil, floor};

const START: u128 = RAY / 1_000;

fn repay(amount: u128) -> repayCall {
    repayCall { amount: u256(amount), account: ALICE }
}

#[test]
fn repay_takes_units_off_rounded_down() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(1_000), usdc(2_000_000));
    world.pass(86_400 * 200);
    for amount in [1, 999, usdc(12_345) + 1] {
        let (index, before) = (world.index(), world.account(ALICE).debt);
        let (cash, net) = (world.books().cash, world.totals().net);
        assert_eq!(world.repay(BOB, ALICE, amount), amount);
        let units = floor(amount, RAY, index);
        let (payer, paid, units_word) = (BOB, u256(amount), u256(units));
        world.assert_event(&Repaid { account: ALICE, payer, amount: paid, units: units_word });
        assert_eq!(world.account(ALICE).debt, before - units);
        assert_eq!((world.totals().cash, world.totals().net), (cash + amount, net - units as i128));
    }
    // Nobody's repayment is the owner's own check.
    assert!(world.account(ALICE).checked_at < world.now());
    world.check();
}

#[test]
fn repay_pulls_no_more_than_the_debt() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(5_000));
    world.pass(86_400);
    let debt = ceil(world.account(ALICE).debt, world.index(), RAY);
    assert!(debt > usdc(5_000));
    world.mint(USDC, BOB, 2 * debt);
    // A wei short leaves a wei; anything above takes exactly what is owed.
    let paid = world.must(BOB, repay(debt - 1));
    assert_eq!((paid, world.debt(ALICE)), (u256(debt - 1), 1));
    let paid = world.must(BOB, repayCall { amount: U256::MAX, account: ALICE });
    assert_eq!(paid, u256(1));
    assert_eq!((world.account(ALICE).debt, world.totals().net), (0, 0));
    assert_eq!(world.balance(USDC, BOB), debt);
    world.withdraw(ALICE, WETH, wad(10));
    world.check();
}

#[test]
fn repay_refuses_what_is_no_repayment() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(5_000));
    world.refuse(ALICE, repay(0), ZeroAmount {});
    let other = repayCall { amount: u256(1), account: BOB };
    world.refuse(ALICE, other, NothingOwed { account: BOB });
    let token = world.base;
    world.refuse(BOB, repay(usdc(1)), TokenCallFailed { token });
}

/// Above an index of one a wei is less than a unit of debt.
#[test]
fn repay_worth_no_unit_is_refused() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(1_000), usdc(500));
    // No market gets there soon: the index is put there from outside.
    let mut market = world.market();
    market.index = 2 * RAY + 1;
    world.chain.set_storage(world.engine, U256::ZERO, market.pack().unwrap());
    world.mint(USDC, BOB, 10);
    world.refuse(BOB, repay(2), ZeroAmount {});
    assert_eq!(world.must(BOB, repay(3)), u256(3));
    assert_eq!(world.account(ALICE).debt, usdc(500) * RAY / START - 1);
}

#[test]
fn a_position_opens_and_closes_without_a_trace() {
    let mut world = World::new();
    let before = world.totals();
    world.open(ALICE, WETH, wad(10), usdc(5_000));
    world.repay_all(BOB, ALICE);
    world.withdraw(ALICE, WETH, wad(10));
    assert_eq!(world.totals(), before);
    assert_eq!(world.balance(USDC, ALICE), usdc(5_000));
    world.check();
}

/// The lot of the last collateral brought less than the debt, and somebody has put a satoshi
/// beside it. A rule that asks for nothing at all would leave the debt to nobody, and the first
/// supplier to hear of it would leave at par.
#[test]
fn trace_p10_a_satoshi_does_not_block_bad_debt() {
    let mut world = World::new();
    world.open(ALICE, WBTC, whole(1, 8), usdc(48_000));
    world.set_price(WBTC, wad(40_000));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    // While the claim is there, the position holds the asset: anyone may add to it.
    world.mint(WBTC, MALLORY, whole(1, 8));
    let gift = |amount| depositCall { asset: WBTC, amount: u256(amount), account: ALICE };
    world.must(MALLORY, gift(1));
    let auction = world.newest(WBTC);
    world.take_all(TAK, auction);
    world.settle(ALICE);
    world.check();
    let (debt, satoshi) =
        (world.debt(ALICE), world.get(holdingCall { account: ALICE, asset: WBTC }));
    assert!(debt > usdc(5_000) && satoshi.balance == u256(1));

    let claims = world.books();
    world.must(MALLORY, realiseCall { accounts: vec![ALICE] });
    world.assert_event(&DustKept { account: ALICE, asset: WBTC, amount: u256(1) });
    let loss = world.events::<Realised>()[0].loss;
    assert_eq!(u256(world.deficit()), loss);
    assert!(loss + u256(claims.reserve) >= u256(debt));
    assert_eq!((world.debt(ALICE), world.account(ALICE).assets), (0, 0));
    assert_eq!(world.holding(Address::ZERO, WBTC).balance, 1);
    world.check();
}

/// Nor can it be hung on a position that does not hold the asset, by others or by its owner.
#[test]
fn trace_p10_a_satoshi_is_no_collateral() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(1), usdc(1_000));
    world.mint(WBTC, MALLORY, 1);
    world.mint(WBTC, ALICE, 1);
    let gift = depositCall { asset: WBTC, amount: u256(1), account: ALICE };
    world.refuse(MALLORY, gift.clone(), NotOwner { caller: MALLORY, account: ALICE });
    let error = BelowDust { asset: WBTC, value: u256(600), dust: u256(usdc(100)) };
    world.refuse(ALICE, gift, error);
}

/// One wei repaid on behalf in every block: if that counted as a check of the owner's own, the
/// cool-off would never end.
#[test]
fn trace_p13_a_repayment_on_behalf_does_not_prolong_the_cool_off() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.mint(USDC, MALLORY, usdc(1));
    world.mint(WETH, MALLORY, wad(1));
    world.set_price(WETH, wad(2_850));
    let checked = world.account(ALICE).checked_at;
    for _ in 0..5 {
        world.pass(1);
        world.must(MALLORY, repayCall { amount: u256(1), account: ALICE });
        world.must(MALLORY, depositCall { asset: WETH, amount: u256(1), account: ALICE });
    }
    assert_eq!(world.account(ALICE).checked_at, checked);
    assert_eq!(world.kick(KAY, &[ALICE]).unwrap(), [KICKED]);
    world.check();
}

/// His own borrow does protect him, for as long as the asset's terms say: a second.
#[test]
fn trace_p13_the_owner_s_own_check_cools_off() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(10));
    world.pass(10);
    world.borrow(ALICE, usdc(23_999));
    // A price of the same second takes his health away again.
    world.observe(WETH, wad(2_850));
    let kick = kickCall { accounts: vec![ALICE], hints: Vec::new() };
    world.refuse(KAY, kick, NothingKicked { skip: COOLING_OFF });
    world.pass(1);
    assert_eq!(world.kick(KAY, &[ALICE]).unwrap(), [KICKED]);
}
