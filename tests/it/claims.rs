//! What owners get out of their auctions: booked when closed, in any order, to the wei; left early
//! at the target only; and what goes beyond a debt is theirs.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{collectCall, leaveCall, repayCall, settleCall, withdrawReserveCall};
use plimsoll_abi::{
    AuctionClosed, BelowTarget, InsufficientCash, Left, ListTooLong, NoClaim, NoCredit,
    PriceForbids, Settled,
};
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, DAVE, GOVERNOR, KAY, MALLORY, SAM, SUE, USDC, WETH, World, usdc, wad,
    whole,
};

use crate::sales::{
    PPM, RAY, SCALE, auction, books, ceil, fill, floor, health, kick, kicked, open, still, taken,
};

pub const OWNERS: [(Address, u128); 5] = [(ALICE, 10), (BOB, 3), (CAROL, 7), (DAVE, 5), (SAM, 1)];

/// Five owners in one auction, and what it sells for in four takes and a rest.
pub fn pooled(mut world: World) -> (World, u64) {
    for (n, (owner, amount)) in (0_u128..).zip(OWNERS) {
        world.open(owner, WETH, whole(amount, 18), usdc(2_100) * amount + 13 * n);
    }
    world.set_price(WETH, wad(2_400));
    let owners = OWNERS.map(|(owner, _)| owner);
    assert_eq!(kick(&mut world, &owners).unwrap(), [0; 5]);
    let id = world.newest(WETH);
    (world, id)
}

fn sell_out(world: &mut World, id: u64) {
    for lot in [343, 425, 217, 390, 10_000] {
        world.pass(30);
        taken(world, id, lot * 10_u128.pow(16) + 7);
    }
}

#[test]
fn the_order_of_settlements_changes_no_total_and_no_claim_by_more_than_a_few_units() {
    let (mut world, id) = pooled(World::new());
    sell_out(&mut world, id);
    let raised = world.auction_pool(id).raised;
    let stored = OWNERS.map(|(owner, _)| world.account(owner).debt);
    let mut seen: Vec<[u128; 5]> = Vec::new();
    for order in
        [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1], [1, 0, 4, 2, 3], [3, 2, 1, 4, 0]]
    {
        let mut world = world.clone();
        for n in order {
            world.must(MALLORY, settleCall { accounts: vec![OWNERS[n].0] });
            books(&world);
        }
        let debts = OWNERS.map(|(owner, _)| world.account(owner).debt);
        let credited: u128 = stored.iter().sum::<u128>() - debts.iter().sum::<u128>();
        assert_eq!(credited, raised);
        let pool = world.auction_pool(id);
        assert_eq!((pool.units, pool.raised, pool.closed), (0, 0, true));
        seen.push(debts);
    }
    for debts in &seen {
        for (one, other) in debts.iter().zip(&seen[0]) {
            assert!(one.abs_diff(*other) < 5, "{seen:?}");
        }
    }
    // All in one call is the same as one after the other.
    let accounts = OWNERS.map(|(owner, _)| owner).to_vec();
    world.must(MALLORY, settleCall { accounts });
    assert_eq!(OWNERS.map(|(owner, _)| world.account(owner).debt), seen[0]);
}

#[test]
fn an_open_auction_is_not_settled() {
    let (mut world, id) = pooled(still());
    taken(&mut world, id, whole(2, 18));
    let before = world.state_digest();
    world.must(MALLORY, settleCall { accounts: vec![ALICE, BOB, SUE] });
    assert_eq!(world.state_digest(), before);
    let error = ListTooLong { length: U256::from(101), limit: U256::from(100) };
    world.refuse(MALLORY, settleCall { accounts: vec![ALICE; 101] }, error);
}

// ---- Excess ----

/// ALICE repays all but 1,000 while 16,000 worth of her WETH are on sale, and they sell.
fn excess(mut world: World) -> (World, u64) {
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.repay(ALICE, ALICE, usdc(20_000));
    taken(&mut world, id, u128::MAX);
    (world, id)
}

#[test]
fn an_excess_becomes_credit_with_its_penalty_back() {
    let (mut world, id) = excess(World::new());
    let closing = world.auction_terms(id).lot;
    world.pass(1_000);
    let before = books(&world);
    let (debt, raised) = (world.account(ALICE).debt, world.auction_pool(id).raised);
    let beyond = raised - debt;
    let credit = floor(beyond, closing, RAY);
    let refund = floor(credit, 13_985, PPM);
    assert!(refund < before.reserve);
    world.must(MALLORY, settleCall { accounts: vec![ALICE] });
    let [repaid, total, back] = [debt, credit + refund, refund].map(U256::from);
    world.assert_event(&Settled { account: ALICE, repaid, credit: total, refund: back });
    let after = books(&world);
    assert_eq!((world.account(ALICE).debt, world.credit(ALICE)), (0, credit + refund));
    assert_eq!(after.cash, before.cash - credit - refund);
    assert_eq!(after.reserve, before.reserve - refund);
    assert_eq!(after.net, before.net + beyond as i128);
    // The suppliers lose nothing, and gain what the excess did not earn since the close.
    assert!(after.nav >= before.nav);
    // What lowered debt has paid the penalty: 1,000 of it, to a few wei.
    assert!(after.reserve.abs_diff(floor(usdc(1_000), 13_985, PPM)) < 100_000, "{}", after.reserve);
}

#[test]
fn credit_earns_nothing_and_is_collected_once() {
    let (mut world, _) = excess(World::new());
    // Booked at once or half a year later: the same.
    let mut late = world.clone();
    world.settle(ALICE);
    let credit = world.credit(ALICE);
    world.pass(15_552_000);
    late.pass(15_552_000);
    late.settle(ALICE);
    assert_eq!(late.credit(ALICE), credit);
    let before = world.balance(USDC, SAM);
    let paid = world.must(ALICE, collectCall { receiver: SAM });
    assert_eq!((paid, world.balance(USDC, SAM)), (U256::from(credit), before + credit));
    books(&world);
    world.refuse(ALICE, collectCall { receiver: SAM }, NoCredit { account: ALICE });
}

#[test]
fn the_refund_ends_where_the_reserve_ends() {
    for left in [0, 1_000_000] {
        let (mut world, id) = excess(still());
        let amount = U256::from(books(&world).reserve - left);
        world.must(GOVERNOR, withdrawReserveCall { amount, receiver: GOVERNOR });
        let beyond = world.auction_pool(id).raised - world.account(ALICE).debt;
        let credit = floor(beyond, world.auction_terms(id).lot, RAY);
        world.settle(ALICE);
        assert_eq!(world.credit(ALICE), credit + left);
        assert_eq!(books(&world).reserve, 0);
    }
}

/// What is beyond the debt may be borrowed again without any collateral, and not a unit more.
#[test]
fn a_raised_excess_carries_new_debt() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.repay(ALICE, ALICE, usdc(20_000));
    taken(&mut world, id, whole(5, 18));
    let owed = -plimsoll_testkit::audit::effective_debt(&world, ALICE);
    let most = floor(owed.unsigned_abs(), books(&world).index, RAY);
    // The rest of her WETH carries nothing here.
    let balance = world.holding(ALICE, WETH).balance;
    world.withdraw(ALICE, WETH, balance);
    let before = world.snapshot();
    world.borrow(ALICE, most);
    books(&world);
    world.revert(before);
    let failure = world.send(
        ALICE,
        plimsoll_abi::IPlimsoll::borrowCall {
            amount: U256::from(most + 200_000_000),
            receiver: ALICE,
        },
    );
    assert!(failure.map(|_| ()).unwrap_err().is::<plimsoll_abi::Unhealthy>());
}

/// Proceeds that were lent again since the sale are not there to be paid out: the claim waits,
/// and nothing else that its owner does waits with it.
#[test]
fn an_excess_waits_for_cash() {
    let (mut world, id) = excess(still());
    let cash = books(&world).cash;
    world.open(BOB, WETH, whole(6_000, 18), cash - usdc(10));
    assert!(books(&world).cash < usdc(100));
    let before = world.state_digest();
    world.must(MALLORY, settleCall { accounts: vec![ALICE] });
    assert_eq!(world.state_digest(), before);
    let balance = world.holding(ALICE, WETH).balance;
    world.withdraw(ALICE, WETH, balance / 2);
    let pool = world.auction_pool(id);
    assert_eq!(world.claims(ALICE, WETH)[0].units, pool.units);
    books(&world);

    world.repay(BOB, BOB, usdc(20_000));
    world.settle(ALICE);
    let credit = floor(pool.raised - usdc(1_000) * 1_000, world.auction_terms(id).lot, RAY);
    assert_eq!(world.credit(ALICE), credit + floor(credit, 13_985, PPM));
    books(&world);
}

/// Two sales closed at different indices: what is beyond the debt is worth the lower one.
#[test]
fn an_excess_of_several_sales_is_worth_the_lowest_index() {
    let mut world = World::new();
    world.deposit(ALICE, ARB, whole(6_000, 18));
    world.open(ALICE, WETH, whole(10, 18), usdc(24_000));
    world.set_price(WETH, wad(2_300));
    world.set_price(ARB, wad(65) / 100);
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    world.repay(ALICE, ALICE, usdc(23_500));
    let (weth, arb) = (world.newest(WETH), world.newest(ARB));
    taken(&mut world, arb, u128::MAX);
    world.pass(3_000);
    taken(&mut world, weth, u128::MAX);
    let indices = [arb, weth].map(|id| world.auction_terms(id).lot);
    assert!(indices[0] < indices[1]);
    let raised = world.auction_pool(arb).raised + world.auction_pool(weth).raised;
    let beyond = raised - world.account(ALICE).debt;
    world.pass(100);
    world.settle(ALICE);
    let credit = floor(beyond, indices[0], RAY);
    assert_eq!(world.credit(ALICE), credit + floor(credit, 13_985, PPM));
    books(&world);
}

// ---- Leaving ----

#[test]
fn leaving_needs_the_target_to_the_wei() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    let units = world.claims(ALICE, WETH)[0].units;
    let all = world.holding(ALICE, WETH).balance + units;
    // 21,000 at 1.12 over 0.84 is 28,000 of collateral.
    let at = ceil(usdc(28_000), 10_u128.pow(SCALE), all);
    world.set_price(WETH, at - 1);
    let worth = floor(all, at - 1, 10_u128.pow(SCALE));
    assert_eq!(worth, usdc(28_000) - 1);
    let health = U256::from(worth) * U256::from(8_400) * U256::from(wad(1) / 10_000)
        / U256::from(usdc(21_000));
    let below = BelowTarget { health, target: U256::from(wad(112) / 100) };
    world.refuse(ALICE, leaveCall { auction: id }, below);
    world.set_price(WETH, at);
    world.must(ALICE, leaveCall { auction: id });
    world.assert_event(&Left { account: ALICE, auction: id, lot: U256::from(units) });
    assert_eq!(world.holding(ALICE, WETH).balance, all);
    // The last to leave closes it and gives the capacity back.
    assert_eq!((world.sales(WETH).on_sale, auction(&mut world, id).state), (0, 2));
    books(&world);
    world.refuse(ALICE, leaveCall { auction: id }, AuctionClosed { auction: id });
}

#[test]
fn who_leaves_takes_his_part_of_lot_and_proceeds_and_no_more() {
    let (mut world, id) = pooled(World::new());
    taken(&mut world, id, whole(5, 18) + 3);
    let (pool, lot) = (world.auction_pool(id), world.auction_terms(id).lot);
    let before = OWNERS.map(|(owner, _)| (world.holding(owner, WETH), world.account(owner).debt));
    world.set_price(WETH, wad(3_200));
    let units = before[0].0.units;
    world.must(ALICE, leaveCall { auction: id });
    books(&world);
    let (share, raised) = (floor(units, lot, pool.units), floor(units, pool.raised, pool.units));
    assert_eq!(world.holding(ALICE, WETH).balance, before[0].0.balance + share);
    assert_eq!(world.account(ALICE).debt, before[0].1 - raised);
    let after = world.auction_pool(id);
    assert_eq!((after.units, after.raised), (pool.units - units, pool.raised - raised));
    assert_eq!(world.auction_terms(id).lot, lot - share);
    // Those who stay keep exactly what they had, or a unit more.
    for (n, (owner, _)) in OWNERS.into_iter().enumerate().skip(1) {
        let units = before[n].0.units;
        let was = floor(units, pool.raised, pool.units);
        let is = floor(units, after.raised, after.units);
        assert!(is == was || is == was + 1);
        assert_eq!(world.holding(owner, WETH), before[n].0);
    }
}

#[test]
fn leaving_needs_a_claim_and_a_good_price() {
    let (mut world, id) = pooled(still());
    let nobody = NoClaim { account: KAY, auction: id };
    world.refuse(KAY, leaveCall { auction: id }, nobody);
    world.set_price(WETH, wad(3_200));
    world.pass(3_601);
    let stale = PriceForbids { asset: WETH, verdict: 3 };
    world.refuse(ALICE, leaveCall { auction: id }, stale);
    // Who owes nothing any more needs no price.
    world.repay_all(BOB, BOB);
    assert!(world.claims(BOB, WETH).is_empty());
}

/// What a sale has raised beyond the debt leaves with its owner, if it has not been lent out.
#[test]
fn leaving_with_an_excess_needs_its_cash() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.repay(ALICE, ALICE, usdc(20_000));
    taken(&mut world, id, whole(5, 18));
    let cash = books(&world).cash;
    world.open(BOB, WETH, whole(6_000, 18), cash - usdc(10));
    let beyond = world.auction_pool(id).raised - world.account(ALICE).debt;
    let credit = floor(beyond, books(&world).index, RAY);
    let asked = U256::from(credit + floor(credit, 13_985, PPM));
    let short = InsufficientCash { asked, cash: U256::from(usdc(10)) };
    world.refuse(ALICE, leaveCall { auction: id }, short);
    world.repay(BOB, BOB, usdc(20_000));
    world.must(ALICE, leaveCall { auction: id });
    assert_eq!(U256::from(world.credit(ALICE)), asked);
    books(&world);
}

/// All that is owed, not a wei less: then every open auction is left and everything comes back.
#[test]
fn a_full_repayment_leaves_every_open_auction() {
    let mut world = World::new();
    world.deposit(ALICE, ARB, whole(6_000, 18));
    open(&mut world, BOB);
    world.open(ALICE, WETH, whole(10, 18), usdc(24_000));
    world.set_price(WETH, wad(2_350));
    world.set_price(ARB, wad(65) / 100);
    assert_eq!(kick(&mut world, &[ALICE, BOB]).unwrap(), [0, 0]);
    let (weth, arb) = (world.newest(WETH), world.newest(ARB));
    taken(&mut world, weth, whole(1, 18));
    let seized = [WETH, ARB].map(|asset| world.claims(ALICE, asset)[0]);
    assert!(seized[0].units > 0 && seized[1].units > 0);
    let owed = world.debt(ALICE);
    fill(&mut world, ALICE);
    let nearly = repayCall { amount: U256::from(owed - 1), account: ALICE };
    let before = world.snapshot();
    assert_eq!(world.must(ALICE, nearly), U256::from(owed - 1));
    assert_eq!(world.claims(ALICE, WETH).len(), 1);
    world.revert(before);

    let all = repayCall { amount: U256::from(owed), account: ALICE };
    assert_eq!(world.must(ALICE, all), U256::from(owed));
    books(&world);
    assert_eq!(world.account(ALICE).debt, 0);
    assert!(world.claims(ALICE, WETH).is_empty() && world.claims(ALICE, ARB).is_empty());
    assert_eq!((auction(&mut world, arb).state, auction(&mut world, weth).state), (2, 1));
    // She withdraws the rest of everything; BOB's sale goes on.
    for asset in [WETH, ARB] {
        let balance = world.holding(ALICE, asset).balance;
        world.withdraw(ALICE, asset, balance);
    }
    assert_eq!(world.account(ALICE).assets, 0);
    taken(&mut world, weth, u128::MAX);
    world.settle(BOB);
    assert!(!health(&world, BOB).is_below(11_000));
    books(&world);
}
