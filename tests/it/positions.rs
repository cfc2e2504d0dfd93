//! Collateral in and out, and borrowing against it.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    borrowCall, depositCall, holdingCall, positionCall, setCapCall, withdrawCall,
};
use plimsoll_abi::{
    BadReceiver, BelowDust, BelowMinDebt, Borrowed, CapExceeded, Deposited, InsufficientBalance,
    InsufficientCash, NotOwner, PriceForbids, TokenCallFailed, TooLarge, Unhealthy, UnknownAsset,
    Withdrawn, ZeroAddress, ZeroAmount,
};
use plimsoll_testkit::engine::{
    ALICE, ARB, AssetConfig, BOB, GOVERNOR, LINK, MALLORY, SAM, USDC, WBTC, WETH, World,
    WorldConfig, u256, usdc, wad, whole,
};

use crate::exact::{AMOUNT_MAX, RAY, ceil, floor};

fn deposit(asset: u8, amount: u128) -> depositCall {
    depositCall { asset, amount: u256(amount), account: ALICE }
}

fn withdraw(asset: u8, amount: u128) -> withdrawCall {
    withdrawCall { asset, amount: u256(amount), receiver: ALICE }
}

fn borrow(amount: u128) -> borrowCall {
    borrowCall { amount: u256(amount), receiver: ALICE }
}

/// ALICE with collateral to spend.
fn rich() -> World {
    let mut world = World::new();
    for (asset, amount) in [(WETH, wad(100)), (WBTC, whole(10, 8)), (ARB, wad(10_000))] {
        world.mint(asset, ALICE, amount);
    }
    world
}

// ---- Deposit ----

#[test]
fn deposit_books_the_balance_and_the_bit() {
    let mut world = rich();
    world.must(ALICE, deposit(WBTC, 12_345_678));
    let amount = u256(12_345_678);
    world.assert_event(&Deposited { account: ALICE, asset: WBTC, payer: ALICE, amount });
    assert_eq!(world.account(ALICE).assets, 1 << WBTC);
    assert_eq!(world.holding(ALICE, WBTC).balance, 12_345_678);
    assert_eq!(world.sales(WBTC).held, 12_345_678);
    let shown = world.get(holdingCall { account: ALICE, asset: WBTC });
    assert_eq!((shown.balance, shown.auctions.len(), shown.units.len()), (amount, 0, 0));
    // A deposit is no health check of his own.
    assert_eq!(world.account(ALICE).checked_at, 0);
    world.check();
}

#[test]
fn deposit_of_a_new_asset_needs_its_owner_and_its_dust_value() {
    let mut world = rich();
    world.mint(WETH, BOB, wad(1));
    let error = NotOwner { caller: BOB, account: ALICE };
    world.refuse(BOB, deposit(WETH, wad(1)), error);

    // 100 USDC at 3,000: 0.0333... WETH, up.
    let least = ceil(100, wad(1), 3_000);
    let error = BelowDust { asset: WETH, value: u256(99_999_999), dust: u256(usdc(100)) };
    world.refuse(ALICE, deposit(WETH, least - 1), error);
    world.must(ALICE, deposit(WETH, least));

    // From then on anyone may add anything.
    world.must(BOB, deposit(WETH, 1));
    let (asset, amount) = (WETH, u256(1));
    world.assert_event(&Deposited { account: ALICE, asset, payer: BOB, amount });
    assert_eq!(world.holding(ALICE, WETH).balance, least + 1);
    world.check();
}

#[test]
fn deposit_up_to_the_cap() {
    let mut world = rich();
    world.must(GOVERNOR, setCapCall { asset: WETH, cap: u256(wad(50)) });
    world.must(ALICE, deposit(WETH, wad(49)));
    let error = CapExceeded { asset: WETH, total: u256(wad(50) + 1), cap: u256(wad(50)) };
    world.refuse(ALICE, deposit(WETH, wad(1) + 1), error);
    world.must(ALICE, deposit(WETH, wad(1)));
    let error = CapExceeded { asset: WETH, total: u256(wad(50) + 1), cap: u256(wad(50)) };
    world.refuse(ALICE, deposit(WETH, 1), error);
    // The cap is the market's, not the account's.
    world.mint(WETH, BOB, wad(1));
    let other = depositCall { asset: WETH, amount: u256(wad(1)), account: BOB };
    let error = CapExceeded { asset: WETH, total: u256(wad(51)), cap: u256(wad(50)) };
    world.refuse(BOB, other, error);
    world.check();
}

#[test]
fn deposit_refuses_bad_arguments() {
    let mut world = rich();
    let engine = world.engine;
    world.refuse(ALICE, deposit(4, wad(1)), UnknownAsset { asset: 4, count: 4 });
    world.refuse(ALICE, deposit(255, wad(1)), UnknownAsset { asset: 255, count: 4 });
    world.refuse(ALICE, deposit(WETH, 0), ZeroAmount {});
    let (value, limit) = (u256(AMOUNT_MAX + 1), u256(AMOUNT_MAX));
    world.refuse(ALICE, deposit(WETH, AMOUNT_MAX + 1), TooLarge { value, limit });
    let nobody = depositCall { account: Address::ZERO, ..deposit(WETH, wad(1)) };
    world.refuse(ALICE, nobody, ZeroAddress {});
    let itself = depositCall { account: engine, ..deposit(WETH, wad(1)) };
    world.refuse(ALICE, itself, BadReceiver { receiver: engine });
    let token = world.token(WETH);
    world.refuse(ALICE, deposit(WETH, wad(100) + 1), TokenCallFailed { token });
    world.must(ALICE, deposit(WETH, wad(100)));
}

#[test]
fn deposits_that_pass_112_bits_together_are_too_large() {
    let mut asset = AssetConfig::new("BIG", 18, wad(1));
    asset.cap = AMOUNT_MAX;
    let mut world = World::build(&WorldConfig::of(vec![asset]));
    world.mint(0, ALICE, AMOUNT_MAX);
    world.mint(0, BOB, AMOUNT_MAX);
    world.must(ALICE, deposit(0, AMOUNT_MAX));
    let (value, limit) = (u256(AMOUNT_MAX + 1), u256(AMOUNT_MAX));
    world.refuse(BOB, deposit(0, 1), TooLarge { value, limit });
    // Nor is there room for it beside him.
    let own = depositCall { asset: 0, amount: u256(AMOUNT_MAX), account: BOB };
    let failure = world.fail(BOB, own);
    assert_eq!(failure.expect::<CapExceeded>().total, u256(2 * AMOUNT_MAX));
    world.check();
}

#[test]
fn deposit_without_a_price_is_worth_no_dust() {
    let mut world = World::build(&WorldConfig::of(vec![AssetConfig::new("NEW", 18, 0)]));
    world.mint(0, ALICE, wad(1_000));
    let error = BelowDust { asset: 0, value: U256::ZERO, dust: u256(usdc(100)) };
    world.refuse(ALICE, deposit(0, wad(1_000)), error);
    world.set_price(0, wad(1));
    world.must(ALICE, deposit(0, wad(100)));
    // A stale price stops nobody from adding.
    world.pass(100_000);
    world.must(ALICE, deposit(0, wad(1)));
    world.check();
}

// ---- Withdraw ----

#[test]
fn withdraw_without_debt_needs_no_price() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(2));
    world.pass(1_000_000);
    let partly = withdrawCall { asset: WETH, amount: u256(wad(2) - 1), receiver: SAM };
    world.must(ALICE, partly);
    let amount = u256(wad(2) - 1);
    world.assert_event(&Withdrawn { account: ALICE, asset: WETH, receiver: SAM, amount });
    assert_eq!(world.balance(WETH, SAM), wad(2) - 1);
    assert_eq!(world.account(ALICE).assets, 1);
    world.withdraw(ALICE, WETH, 1);
    assert_eq!(world.account(ALICE), Default::default());
    assert_eq!(world.sales(WETH).held, 0);
    world.check();
}

#[test]
fn withdraw_stops_at_the_borrowing_limit() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(20_000));
    // 25,000 of collateral carry 20,000: 8.3333... WETH, up, have to stay.
    let keep = ceil(25_000, wad(1), 3_000);
    let (debt, limit) = (u256(usdc(20_000)), u256(usdc(20_000) - 1));
    world.refuse(ALICE, withdraw(WETH, wad(10) - keep + 1), Unhealthy { debt, limit });
    world.withdraw(ALICE, WETH, wad(10) - keep);
    assert_eq!(world.account(ALICE).checked_at, world.now());
    assert_eq!(world.get(positionCall { account: ALICE }).limit, debt);
    world.check();
}

#[test]
fn withdraw_leaves_nothing_or_the_dust_value() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(10));
    world.open(ALICE, LINK, wad(10), usdc(10_000));
    let dust = ceil(100, wad(1), 15);
    let error = BelowDust { asset: LINK, value: u256(usdc(100) - 1), dust: u256(usdc(100)) };
    world.refuse(ALICE, withdraw(LINK, wad(10) - dust + 1), error);
    world.withdraw(ALICE, LINK, wad(10) - dust);
    assert_eq!(world.account(ALICE).assets, 1 | 1 << LINK);
    world.withdraw(ALICE, LINK, dust);
    assert_eq!(world.account(ALICE).assets, 1);
    world.check();
}

#[test]
fn withdraw_refuses_bad_arguments() {
    let mut world = World::new();
    let engine = world.engine;
    world.open(ALICE, WETH, wad(10), usdc(1_000));
    world.refuse(ALICE, withdraw(4, 1), UnknownAsset { asset: 4, count: 4 });
    world.refuse(ALICE, withdraw(WETH, 0), ZeroAmount {});
    let (value, limit) = (u256(AMOUNT_MAX + 1), u256(AMOUNT_MAX));
    world.refuse(ALICE, withdraw(WETH, AMOUNT_MAX + 1), TooLarge { value, limit });
    let (asked, held) = (u256(wad(10) + 1), u256(wad(10)));
    let error = InsufficientBalance { asset: WETH, asked, held };
    world.refuse(ALICE, withdraw(WETH, wad(10) + 1), error);
    let error = InsufficientBalance { asset: WBTC, asked: u256(1), held: U256::ZERO };
    world.refuse(ALICE, withdraw(WBTC, 1), error);
    let nobody = withdrawCall { receiver: Address::ZERO, ..withdraw(WETH, 1) };
    world.refuse(ALICE, nobody, ZeroAddress {});
    let itself = withdrawCall { receiver: engine, ..withdraw(WETH, 1) };
    world.refuse(ALICE, itself, BadReceiver { receiver: engine });
    // What is ALICE's is nobody else's.
    let error = InsufficientBalance { asset: WETH, asked: u256(1), held: U256::ZERO };
    world.refuse(MALLORY, withdraw(WETH, 1), error);
}

#[test]
fn withdraw_with_debt_needs_valid_prices_of_all_that_is_held() {
    let mut world = World::new();
    world.deposit(ALICE, WBTC, whole(1, 8));
    world.open(ALICE, WETH, wad(10), usdc(1_000));
    world.pass(3_601);
    world.set_price(WETH, wad(3_000));
    let error = PriceForbids { asset: WBTC, verdict: 3 };
    world.refuse(ALICE, withdraw(WETH, 1), error);
    // All of the asset whose price has died, too.
    let error = PriceForbids { asset: WBTC, verdict: 3 };
    world.refuse(ALICE, withdraw(WBTC, whole(1, 8)), error);
    world.set_price(WBTC, wad(60_000));
    world.withdraw(ALICE, WBTC, whole(1, 8));
    world.check();
}

// ---- Borrow ----

#[test]
fn borrow_books_units_rounded_up() {
    let mut world = World::new();
    world.open(BOB, WETH, wad(1_000), usdc(1_000_000));
    world.pass(86_400 * 100);
    world.refresh();
    world.deposit(ALICE, WETH, wad(10));
    for amount in [usdc(100), 1, 7, usdc(3_333) + 3] {
        let (index, before) = (world.index(), world.account(ALICE).debt);
        let (cash, net) = (world.totals().cash, world.totals().net);
        world.must(ALICE, borrow(amount));
        let units = ceil(amount, RAY, index);
        let (receiver, amount_word) = (ALICE, u256(amount));
        world.assert_event(&Borrowed {
            account: ALICE,
            receiver,
            amount: amount_word,
            units: u256(units),
        });
        assert_eq!(world.account(ALICE).debt, before + units);
        assert_eq!(world.account(ALICE).checked_at, world.now());
        assert_eq!(world.totals().cash, cash - amount);
        assert_eq!(world.totals().net, net + units as i128);
    }
    assert_eq!(world.balance(USDC, ALICE), usdc(3_433) + 11);
    world.check();
}

#[test]
fn borrow_to_another_owes_oneself() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(1));
    world.must(ALICE, borrowCall { amount: u256(usdc(100)), receiver: SAM });
    assert_eq!((world.balance(USDC, SAM), world.debt(SAM)), (usdc(100), 0));
    assert_eq!(world.debt(ALICE), usdc(100));
}

#[test]
fn borrow_stops_at_the_limit_of_all_collaterals() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(1));
    world.deposit(ALICE, WBTC, whole(1, 7));
    world.deposit(ALICE, ARB, wad(1_001) + 1);
    // 80 % of 3,000 and 6,000, 68 % of 1,001.000000.
    let limit = usdc(2_400 + 4_800) + floor(usdc(1_001), 68, 100);
    assert_eq!(world.get(positionCall { account: ALICE }).limit, u256(limit));
    let error = Unhealthy { debt: u256(limit + 1), limit: u256(limit) };
    world.refuse(ALICE, borrow(limit + 1), error);
    world.must(ALICE, borrow(limit));
    let error = Unhealthy { debt: u256(limit + 1), limit: u256(limit) };
    world.refuse(ALICE, borrow(1), error);
    world.check();
}

#[test]
fn borrow_with_no_collateral_is_unhealthy() {
    let mut world = World::new();
    let error = Unhealthy { debt: u256(usdc(100)), limit: U256::ZERO };
    world.refuse(MALLORY, borrow(usdc(100)), error);
}

#[test]
fn borrow_reaches_the_minimum_debt() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(1));
    let min_debt = u256(usdc(100));
    let error = BelowMinDebt { debt: u256(usdc(100) - 1), minDebt: min_debt };
    world.refuse(ALICE, borrow(usdc(100) - 1), error);
    world.refuse(ALICE, borrow(1), BelowMinDebt { debt: u256(1), minDebt: min_debt });
    world.must(ALICE, borrow(usdc(100)));
    // A repayment may leave less; the next borrow may not.
    world.repay(ALICE, ALICE, usdc(50));
    let error = BelowMinDebt { debt: u256(usdc(100) - 1), minDebt: min_debt };
    world.refuse(ALICE, borrow(usdc(50) - 1), error);
    world.must(ALICE, borrow(usdc(50)));
    world.check();
}

#[test]
fn borrow_stops_at_the_cash() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(10_000));
    let (asked, cash) = (u256(usdc(10_000_000) + 1), u256(usdc(10_000_000)));
    world.refuse(ALICE, borrow(usdc(10_000_000) + 1), InsufficientCash { asked, cash });
    world.must(ALICE, borrow(usdc(10_000_000)));
    assert_eq!(world.totals().cash, 0);
    world.refuse(ALICE, borrow(1), InsufficientCash { asked: u256(1), cash: U256::ZERO });
    world.check();
}

#[test]
fn borrow_refuses_bad_arguments() {
    let mut world = World::new();
    let engine = world.engine;
    world.deposit(ALICE, WETH, wad(1));
    world.refuse(ALICE, borrow(0), ZeroAmount {});
    let (value, limit) = (u256(AMOUNT_MAX + 1), u256(AMOUNT_MAX));
    world.refuse(ALICE, borrow(AMOUNT_MAX + 1), TooLarge { value, limit });
    let nobody = borrowCall { receiver: Address::ZERO, ..borrow(usdc(100)) };
    world.refuse(ALICE, nobody, ZeroAddress {});
    let itself = borrowCall { receiver: engine, ..borrow(usdc(100)) };
    world.refuse(ALICE, itself, BadReceiver { receiver: engine });
}
