//! Who bears what a position cannot: credit, reserve, suppliers, in this order, and only once
//! nothing is left to sell.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    coverDeficitCall, depositCall, kickCall, realiseCall, withdrawDustCall, withdrawReserveCall,
};
use plimsoll_abi::{
    DeficitCovered, DustKept, ListTooLong, NotBadDebt, NotGovernor, NothingKicked, PriceForbids,
    Realised, Uncovered, ZeroAmount, skip,
};
use plimsoll_testkit::audit::effective_debt;
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, DAVE, GOVERNOR, KAY, KIM, MALLORY, SUE, USDC, WETH, World, usdc, wad,
    whole,
};

use crate::sales::{RAY, books, ceil, fill, floor, joined, kick, kicked, open, still, taken};

fn realise(accounts: &[Address]) -> realiseCall {
    realiseCall { accounts: accounts.to_vec() }
}

fn not_bad(account: Address, value: u128) -> NotBadDebt {
    NotBadDebt { account, value: U256::from(value) }
}

/// All of an owner's WETH is sold at 1,000: about 11,000 of 21,000 stay unpaid.
fn sink(world: &mut World, owner: Address) -> u64 {
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    let id = kicked(world, owner);
    assert_eq!(world.holding(owner, WETH).balance, 0);
    id
}

fn sunk(mut world: World) -> (World, u64) {
    open(&mut world, ALICE);
    let id = sink(&mut world, ALICE);
    taken(&mut world, id, u128::MAX);
    (world, id)
}

#[test]
fn reserve_and_suppliers_bear_what_is_left() {
    let (mut world, _) = sunk(World::new());
    let before = books(&world);
    let units = effective_debt(&world, ALICE).unsigned_abs();
    let owed = ceil(units, before.index, RAY);
    let loss = owed - before.reserve;
    assert!(before.reserve > 0 && loss > usdc(10_000));
    // Anyone may.
    world.must(MALLORY, realise(&[ALICE]));
    let [written, from_reserve, lost] = [units, before.reserve, loss].map(U256::from);
    let (account, none) = (ALICE, U256::ZERO);
    world.assert_event(&Realised {
        account,
        units: written,
        fromCredit: none,
        fromReserve: from_reserve,
        loss: lost,
    });
    let after = books(&world);
    assert_eq!((after.reserve, after.deficit, after.cash), (0, loss, before.cash));
    assert_eq!(after.net, before.net - units as i128);
    let fell = before.nav - after.nav;
    assert!((loss as i128 - 1..=loss as i128).contains(&fell), "{fell} {loss}");
    assert_eq!((world.account(ALICE).debt, world.account(ALICE).assets), (0, 0));
    world.refuse(MALLORY, realise(&[ALICE]), not_bad(ALICE, 0));
}

#[test]
fn the_owners_own_credit_pays_first() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.repay(ALICE, ALICE, usdc(20_500));
    taken(&mut world, id, u128::MAX);
    world.settle(ALICE);
    let credit = world.credit(ALICE);
    assert!(credit > usdc(15_000));
    world.set_price(WETH, wad(3_000));
    let back = world.holding(ALICE, WETH).balance;
    world.deposit(ALICE, WETH, whole(10, 18) - back);
    world.borrow(ALICE, usdc(21_000));
    let id = sink(&mut world, ALICE);
    taken(&mut world, id, u128::MAX);
    let before = books(&world);
    let owed = ceil(effective_debt(&world, ALICE).unsigned_abs(), before.index, RAY);
    assert!(owed < credit);
    world.must(MALLORY, realise(&[ALICE]));
    let after = books(&world);
    assert_eq!((world.credit(ALICE), after.credits), (credit - owed, before.credits - owed));
    assert_eq!((after.reserve, after.deficit), (before.reserve, 0));
    assert_eq!(after.cash, before.cash + owed);
    assert!(after.nav >= before.nav - 1);
}

#[test]
fn collateral_worth_the_dust_value_is_sold_and_not_written_off() {
    // 100 USDC at 1,000 are 0.1 WETH; one base wei is 1e9 of its wei.
    let dust = whole(1, 17);
    for (left, value) in [
        (dust, Some(usdc(100))),
        (dust - 1, Some(usdc(100))),
        (dust - whole(1, 9), None),
        (1, None),
    ] {
        let (mut world, _) = sunk(still());
        // Anyone may add to what she has a claim on.
        world.mint(WETH, BOB, left);
        let deposit = depositCall { asset: WETH, amount: U256::from(left), account: ALICE };
        world.must(BOB, deposit);
        if let Some(value) = value {
            world.refuse(MALLORY, realise(&[ALICE]), not_bad(ALICE, value));
            continue;
        }
        world.must(MALLORY, realise(&[ALICE]));
        let (account, amount) = (ALICE, U256::from(left));
        world.assert_event(&DustKept { account, asset: WETH, amount });
        assert_eq!(world.holding(Address::ZERO, WETH).balance, left);
        assert_eq!(world.holding(ALICE, WETH).balance, 0);
        books(&world);
        let withdraw = || withdrawDustCall { asset: WETH, receiver: DAVE };
        world.refuse(ALICE, withdraw(), NotGovernor { caller: ALICE });
        let before = world.balance(WETH, DAVE);
        assert_eq!(world.must(GOVERNOR, withdraw()), amount);
        assert_eq!(world.balance(WETH, DAVE), before + left);
        books(&world);
        world.refuse(GOVERNOR, withdraw(), ZeroAmount {});
    }
}

/// Whose collateral is worth less than the dust value but covers what he owes keeps it.
#[test]
fn a_small_position_that_can_pay_is_not_written_off() {
    let mut world = still();
    world.open(ALICE, WETH, whole(1, 18), usdc(1_000));
    world.repay(ALICE, ALICE, usdc(950));
    // 0.1 WETH against 50 USDC: 300 at first, 99.9 later, 50 at last.
    world.withdraw(ALICE, WETH, whole(9, 17));
    for (price, value) in [(wad(1_500), usdc(150)), (wad(999), 99_900_000), (wad(500), usdc(50))] {
        world.set_price(WETH, price);
        world.refuse(MALLORY, realise(&[ALICE]), not_bad(ALICE, value));
    }
    // A base wei less than the debt.
    world.set_price(WETH, wad(500) - whole(1, 13));
    world.must(MALLORY, realise(&[ALICE]));
    assert_eq!(world.holding(Address::ZERO, WETH).balance, whole(1, 17));
    books(&world);
}

/// Nothing is socialised while a lot is still on sale.
#[test]
fn a_lot_on_sale_is_no_bad_debt() {
    let mut world = still();
    open(&mut world, ALICE);
    let id = sink(&mut world, ALICE);
    let lot = world.auction_terms(id).lot;
    let worth = ceil(lot, wad(1_000), whole(1, 30));
    world.refuse(MALLORY, realise(&[ALICE]), not_bad(ALICE, worth));
    // Down to what the dust rule lets stand: worth the dust value, still no bad debt.
    taken(&mut world, id, lot - whole(1, 17));
    world.refuse(MALLORY, realise(&[ALICE]), not_bad(ALICE, usdc(100)));
    // The price falls: what is left is dust, and realising takes her out of the auction.
    world.set_price(WETH, wad(999));
    world.must(MALLORY, realise(&[ALICE]));
    assert_eq!(world.holding(Address::ZERO, WETH).balance, whole(1, 17));
    assert!(world.auction_pool(id).closed);
    books(&world);
}

/// Her part of a pool may be dust while the pool goes on.
#[test]
fn realising_one_leaves_the_others_claims_alone() {
    let mut world = still();
    for (owner, amount) in [(ALICE, 1), (BOB, 10)] {
        world.open(owner, WETH, whole(amount, 18), usdc(2_300) * amount);
    }
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    assert_eq!(kick(&mut world, &[ALICE, BOB]).unwrap(), [0, 0]);
    let id = joined(&world, ALICE);
    let lot = world.auction_terms(id).lot;
    taken(&mut world, id, lot - whole(1, 18));
    let claim = world.claims(BOB, WETH)[0];
    let pool = world.auction_pool(id);
    let owed = effective_debt(&world, BOB);
    world.must(MALLORY, realise(&[ALICE]));
    books(&world);
    assert_eq!(world.claims(BOB, WETH), [claim]);
    assert!(owed - effective_debt(&world, BOB) <= 1);
    assert!(world.auction_pool(id).units < pool.units);
    // 1/11 of the last WETH.
    let dust = world.holding(Address::ZERO, WETH).balance;
    assert!(dust.abs_diff(whole(1, 18) / 11) < whole(1, 15), "{dust}");
    taken(&mut world, id, u128::MAX);
    world.must(MALLORY, realise(&[BOB]));
    assert_eq!(books(&world).net, 0);
}

#[test]
fn healthy_and_debtless_accounts_are_refused() {
    let (mut world, _) = sunk(still());
    world.deposit(BOB, WETH, whole(1, 18));
    world.open(CAROL, WETH, whole(10, 18), usdc(2_000));
    world.refuse(MALLORY, realise(&[SUE]), not_bad(SUE, 0));
    world.refuse(MALLORY, realise(&[BOB]), not_bad(BOB, 0));
    world.refuse(MALLORY, realise(&[CAROL]), not_bad(CAROL, usdc(10_000)));
    let error = ListTooLong { length: U256::from(101), limit: U256::from(100) };
    world.refuse(MALLORY, realise(&[ALICE; 101]), error);
    // One of them is enough.
    world.must(MALLORY, realise(&[SUE, ALICE, CAROL]));
    assert_eq!((world.account(ALICE).debt, world.account(CAROL).debt > 0), (0, true));
    books(&world);
}

/// One account whose collateral has no price keeps nobody from booking the others.
#[test]
fn an_account_without_a_price_is_left_out() {
    let (mut world, _) = sunk(still());
    world.open(BOB, ARB, whole(50_000, 18), usdc(1_000));
    world.pass(3_601);
    world.set_price(WETH, wad(1_000));
    let error = PriceForbids { asset: ARB, verdict: 3 };
    world.refuse(MALLORY, realise(&[BOB]), error);
    let bob = world.account(BOB);
    world.must(MALLORY, realise(&[BOB, ALICE, BOB]));
    assert_eq!((world.account(ALICE).debt, world.account(BOB)), (0, bob));
    books(&world);
}

#[test]
fn writing_off_needs_a_good_price_of_what_is_left() {
    let (mut world, _) = sunk(still());
    world.mint(WETH, BOB, 1);
    world.must(BOB, depositCall { asset: WETH, amount: U256::ONE, account: ALICE });
    world.pass(3_601);
    let error = PriceForbids { asset: WETH, verdict: 3 };
    world.refuse(MALLORY, realise(&[ALICE]), error.clone());
    world.refuse(MALLORY, realise(&[SUE, ALICE]), error);
    world.set_price(WETH, wad(1_000));
    world.must(MALLORY, realise(&[ALICE]));
    // Nothing is left: no price is asked for.
    let (mut world, _) = sunk(still());
    world.settle(ALICE);
    assert_eq!(world.account(ALICE).assets, 0);
    world.pass(3_601);
    world.must(MALLORY, realise(&[ALICE]));
}

#[test]
fn a_deficit_is_covered_up_to_what_it_is() {
    let (mut world, _) = sunk(still());
    world.must(MALLORY, realise(&[ALICE]));
    let start = books(&world);
    let half = start.deficit / 2;
    fill(&mut world, BOB);
    let before = world.balance(USDC, BOB);
    let cover = |amount| coverDeficitCall { amount: U256::from(amount) };
    assert_eq!(world.must(BOB, cover(half)), U256::from(half));
    world.assert_event(&DeficitCovered { payer: BOB, amount: U256::from(half) });
    let now = books(&world);
    assert_eq!((now.deficit, now.cash), (start.deficit - half, start.cash + half));
    assert_eq!(now.nav, start.nav + half as i128);
    world.must(BOB, cover(usdc(1_000_000)));
    assert_eq!((books(&world).deficit, world.balance(USDC, BOB)), (0, before - start.deficit));
    world.refuse(BOB, cover(1), ZeroAmount {});
}

/// What a borrower was paid for his kicks stands outside his position, where no kick sees it. Bad
/// debt brings it in: it is sold before anything is written off.
#[test]
fn rewards_of_a_borrower_are_sold_before_his_debt_is_written_off() {
    let mut world = still();
    world.open(ALICE, WETH, whole(1_000, 18), usdc(2_100_000));
    world.open(KAY, ARB, whole(10_000, 18), usdc(6_500));
    world.set_price(WETH, wad(2_400));
    kicked(&mut world, ALICE);
    let reward = world.holding(KAY, WETH).balance;
    let worth = ceil(reward, wad(2_400), whole(1, 30));
    assert!(worth > usdc(1_000));
    world.set_price(ARB, wad(1) / 2);
    world.set_price(ARB, wad(1) / 4);
    assert_eq!(world.kick(KIM, &[KAY]).expect("under water"), [0]);
    let arb = world.newest(ARB);
    taken(&mut world, arb, u128::MAX);
    let again = kickCall { accounts: vec![KAY], hints: vec![] };
    world.refuse(KIM, again.clone(), NothingKicked { skip: skip::NOTHING_TO_SELL });
    assert!(effective_debt(&world, KAY) > 0);

    // Nothing is written off, and the reward is collateral from now on.
    world.must(MALLORY, realise(&[KAY]));
    assert!(world.events::<Realised>().is_empty());
    books(&world);
    world.refuse(MALLORY, realise(&[KAY]), not_bad(KAY, worth));
    world.must(KIM, again);
    let weth = joined(&world, KAY);
    taken(&mut world, weth, u128::MAX);
    let before = effective_debt(&world, KAY);
    world.must(MALLORY, realise(&[KAY]));
    assert!(before > 0 && world.account(KAY).debt == 0);
    assert_eq!(world.holding(KAY, WETH).balance, 0);
    books(&world);
}

/// An asset in a position binds its owner, whose other prices have to be good, too: of who is healthy
/// nobody makes a reward collateral.
#[test]
fn rewards_of_a_healthy_borrower_are_left_alone() {
    let mut world = still();
    world.open(ALICE, WETH, whole(10, 18), usdc(21_000));
    world.open(KAY, ARB, whole(10_000, 18), usdc(5_000));
    world.set_price(WETH, wad(2_400));
    kicked(&mut world, ALICE);
    assert!(world.holding(KAY, WETH).balance > 0);
    world.refuse(MALLORY, realise(&[KAY]), not_bad(KAY, usdc(10_000)));
    world.pass(world.asset_price(WETH).fresh_until + 1 - world.now());
    world.set_price(ARB, wad(1));
    world.borrow(KAY, usdc(1));
}

/// The governor does not take away what a visible loss will need first.
#[test]
fn the_reserve_stays_while_a_loss_is_visible() {
    let mut world = still();
    open(&mut world, BOB);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, BOB);
    taken(&mut world, id, u128::MAX);
    world.settle(BOB);
    world.repay_all(BOB, BOB);
    let held = world.holding(BOB, WETH).balance;
    world.withdraw(BOB, WETH, held);
    world.set_price(WETH, wad(3_000));
    open(&mut world, ALICE);
    let (reserve, cash) = (world.market().reserve, world.totals().cash);
    assert!(reserve > usdc(100));
    // Ten WETH that are worth the debt less the reserve, and a dollar; KAY's reward is left out.
    let kept = world.holding(KAY, WETH).balance;
    world.withdraw(KAY, WETH, kept);
    let collateral = usdc(21_000) - reserve + usdc(1);
    world.set_price(WETH, collateral * 100_000_000_000);
    let withdraw = |amount| withdrawReserveCall { amount: U256::from(amount), receiver: SUE };
    let too_much = usdc(1) + 1;
    let claim = cash + usdc(21_000) - reserve;
    let ratio = U256::from(floor(claim - 1, wad(1), claim));
    world.refuse(GOVERNOR, withdraw(too_much), Uncovered { gap: U256::ONE, ratio });
    world.must(GOVERNOR, withdraw(usdc(1)));
    world.refuse(GOVERNOR, withdraw(1), Uncovered { gap: U256::ONE, ratio });
    books(&world);
}
