//! Views: they show what is stored, and what they promise is what happens.

use alloy_primitives::{I256, U256};
use plimsoll_abi::IPlimsoll::{
    assetCall, auctionCall, auctionsCall, baseCall, creditOfCall, healthFactorsCall, holdingCall,
    ledgerCall, maxWithdrawCall, positionCall, priceCall, programsCall, quoteCall, solvencyCall,
};
use plimsoll_abi::{AuctionClosed, ListTooLong, UnknownAsset, UnknownAuction};
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, KAY, LINK, MALLORY, SUE, TAK, WBTC, WETH, World, u256, usdc, wad, whole,
};

use crate::exact::{BPS, RAY, WAD, ceil, floor};

/// ALICE with three collaterals and an odd debt at an odd index.
pub fn mixed() -> World {
    let mut world = World::new();
    world.open(BOB, WETH, wad(2_000), usdc(4_500_000));
    world.pass(86_400 * 90 + 7);
    world.refresh();
    world.deposit(ALICE, WETH, wad(3) + 1);
    world.deposit(ALICE, WBTC, 31_234_567);
    world.deposit(ALICE, LINK, wad(777) + 77);
    world.borrow(ALICE, usdc(15_000) + 3);
    world
}

// ---- What is stored ----

#[test]
fn position_is_what_its_parts_add_up_to() {
    let mut world = mixed();
    let now = world.now();
    world.pass(1);
    world.report(LINK, wad(14), WAD / 100, now + 1).unwrap();
    let weth = floor(wad(3) + 1, wad(3_000), 10_u128.pow(30));
    let wbtc = floor(31_234_567, wad(60_000), 10_u128.pow(20));
    let link = floor(wad(777) + 77, wad(14), 10_u128.pow(30));
    // 1 in 1,400 is two steps of 4 bps.
    let low = wad(14) - ceil(wad(14), 8, BPS);
    let link_low = floor(wad(777) + 77, low, 10_u128.pow(30));
    let margin = (weth + wbtc) * 8_400 + link * 7_500;
    let debt = ceil(world.account(ALICE).debt, world.index(), RAY);
    let shown = world.get(positionCall { account: ALICE });
    assert_eq!(shown.collateral, u256(weth + wbtc + link));
    assert_eq!(shown.margin, u256(margin / BPS));
    assert_eq!(shown.limit, u256(((weth + wbtc) * 8_000 + link_low * 6_800) / BPS));
    assert_eq!((shown.debt, shown.pending, shown.credit), (u256(debt), U256::ZERO, U256::ZERO));
    let health = u256(margin) * u256(WAD) / (u256(debt) * u256(BPS));
    assert_eq!((shown.health, world.health(ALICE)), (health, health));
}

#[test]
fn an_empty_position_has_the_best_health() {
    let mut world = World::new();
    let shown = world.get(positionCall { account: MALLORY });
    assert_eq!((shown.health, shown.debt, shown.limit), (U256::MAX, U256::ZERO, U256::ZERO));
    let healths = world.get(healthFactorsCall { accounts: vec![MALLORY, MALLORY] });
    assert_eq!(healths, [U256::MAX; 2]);
}

#[test]
fn a_batch_of_healths_is_each_of_them() {
    let mut world = mixed();
    let accounts = vec![ALICE, BOB, MALLORY, ALICE];
    let each = accounts.clone();
    let each: Vec<U256> = each.into_iter().map(|account| world.health(account)).collect();
    assert_eq!(world.get(healthFactorsCall { accounts }), each);
    assert!(world.get(healthFactorsCall { accounts: vec![] }).is_empty());
    assert_eq!(world.get(healthFactorsCall { accounts: vec![MALLORY; 100] }).len(), 100);
    let failure = world.view(healthFactorsCall { accounts: vec![MALLORY; 101] }).unwrap_err();
    let error = failure.expect::<ListTooLong>();
    assert_eq!((error.length, error.limit), (u256(101), u256(100)));
}

#[test]
fn the_balance_sheet_balances() {
    let mut world = mixed();
    let shown = world.get(solvencyCall {});
    let books = world.books();
    assert_eq!(shown.cash, u256(books.cash));
    let debt = floor(books.net as u128, books.index, RAY);
    assert_eq!(shown.debt, I256::try_from(debt).unwrap());
    assert_eq!(shown.claims, u256(books.cash + debt - books.reserve));
    let zero = U256::ZERO;
    assert_eq!((shown.credits, shown.deficit, shown.onSale), (zero, zero, zero));
    let ledger = world.get(ledgerCall {});
    assert_eq!(ledger.net, I256::try_from(books.net).unwrap());
    assert_eq!(ledger.totalShares, u256(world.shares(SUE)));
}

#[test]
fn small_views_show_their_words() {
    let mut world = mixed();
    let shown = world.get(baseCall {});
    assert_eq!((shown.token, shown.decimals, shown.minDebt), (world.base, 6, u256(usdc(100))));
    let shown = world.get(programsCall {});
    assert_eq!(shown, world.programs);
    let shown = world.get(assetCall { id: WBTC });
    assert_eq!((shown.token, shown.decimals), (world.token(WBTC), 8));
    assert_eq!((shown.held, shown.cap), (u256(31_234_567), u256(whole(1_000_000_000, 8))));
    assert_eq!((shown.maxLtv, shown.threshold), (8_000, 8_400));
    assert_eq!(world.get(creditOfCall { account: ALICE }), U256::ZERO);
    for failure in [
        world.view(assetCall { id: 4 }).err(),
        world.view(priceCall { asset: 4 }).err(),
        world.view(holdingCall { account: ALICE, asset: 4 }).err(),
        world.view(maxWithdrawCall { account: ALICE, asset: 4 }).err(),
        world.view(auctionsCall { asset: 4, from: 0, limit: 1 }).err(),
    ] {
        assert_eq!(failure.expect("refused").expect::<UnknownAsset>().asset, 4);
    }
}

// ---- Auctions ----

#[test]
fn auctions_are_listed_while_they_are_open() {
    let mut world = World::new();
    assert!(world.get(auctionsCall { asset: WETH, from: 0, limit: 10 }).ids.is_empty());
    let mut ids = Vec::new();
    for account in [ALICE, BOB, CAROL] {
        world.set_price(WETH, wad(3_000));
        world.open(account, WETH, wad(10), usdc(23_900));
        world.set_price(WETH, wad(2_700));
        world.pass(20);
        world.kick(KAY, &[account]).unwrap();
        ids.push(world.newest(WETH));
        // Below one: nobody joins it.
        world.pass(20);
    }
    let list = |world: &mut World, from, limit| {
        let shown = world.get(auctionsCall { asset: WETH, from, limit });
        (shown.ids, shown.next)
    };
    // The newest first.
    let all = (vec![ids[2], ids[1], ids[0]], 0);
    assert_eq!(list(&mut world, 0, 10), all);
    assert_eq!(list(&mut world, 0, 2), (vec![ids[2], ids[1]], 1));
    assert_eq!(list(&mut world, 1, 2), (vec![ids[0]], 0));
    assert_eq!(list(&mut world, 2, 1), (vec![ids[1]], 1));
    // There is nothing above the highest, and no look at nothing gets further.
    assert_eq!(list(&mut world, 4, u32::MAX), all);
    assert_eq!(list(&mut world, u32::MAX, u32::MAX), all);
    assert_eq!(list(&mut world, 2, 0), (vec![], 2));
    world.take_all(TAK, ids[1]);
    assert_eq!(list(&mut world, 0, 10), (vec![ids[2], ids[0]], 0));
    assert_eq!(world.get(auctionCall { id: ids[1] }).state, 2);
    assert_eq!(world.get(auctionCall { id: ids[0] }).state, 1);
    for unknown in [0, ids[0] + 1_000, ids[0] | 1 << 48, ids[0] + (1 << 24), u64::MAX] {
        let shown = world.get(auctionCall { id: unknown });
        assert_eq!((shown.state, shown.lot, shown.price), (0, U256::ZERO, U256::ZERO));
        let quote = world.view(quoteCall { id: unknown, lot: u256(1), wait: 0 });
        assert_eq!(quote.err().expect("refused").expect::<UnknownAuction>().auction, unknown);
    }
    let closed = world.view(quoteCall { id: ids[1], lot: u256(1), wait: 0 }).err();
    assert_eq!(closed.expect("refused").expect::<AuctionClosed>().auction, ids[1]);
}

#[test]
fn a_quote_for_later_is_what_later_costs() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(23_900));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let id = world.newest(WETH);
    let lot = wad(1) + 12_345;
    for wait in [0, 1, 9, 10, 11, 600, 2_000] {
        let quote = world.get(quoteCall { id, lot: u256(lot), wait });
        let snapshot = world.snapshot();
        world.pass(wait);
        assert_eq!(world.get(auctionCall { id }).price, quote.price);
        assert_eq!(quote.pay, u256(ceil(lot, quote.price.to(), 10_u128.pow(30))));
        assert_eq!(world.take(TAK, id, lot), (lot, quote.pay.to()));
        world.revert(snapshot);
    }
}
