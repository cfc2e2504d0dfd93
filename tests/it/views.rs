//! Views: they show what is stored, and what they promise is what happens.

use alloy_primitives::{I256, U256};
use plimsoll_abi::IPlimsoll::{
    assetCall, auctionCall, auctionsCall, baseCall, borrowCall, creditOfCall, depositCall,
    healthFactorCall, healthFactorsCall, holdingCall, ledgerCall, maxBorrowCall, maxWithdrawCall,
    positionCall, previewCall, priceCall, programsCall, quoteCall, repayCall, solvencyCall,
    withdrawCall,
};
use plimsoll_abi::{
    AuctionClosed, InsufficientBalance, ListTooLong, TooLarge, UnknownAsset, UnknownAuction,
};
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, GOVERNOR, KAY, LINK, MALLORY, SUE, TAK, USDC, WBTC, WETH, World, u256,
    usdc, wad, whole,
};

use crate::exact::{AMOUNT_MAX, BPS, Draw, RAY, WAD, ceil, floor};

const DEPOSIT: u8 = 0;
const WITHDRAW: u8 = 1;
const BORROW: u8 = 2;
const REPAY: u8 = 3;

/// ALICE with three collaterals and an odd debt at an odd index.
fn mixed() -> World {
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
    assert_eq!([shown.extension, shown.market, shown.lens], world.programs);
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
    assert_eq!(list(&mut world, 0, 10), (ids.clone(), 0));
    assert_eq!(list(&mut world, 0, 2), (ids[..2].to_vec(), 3));
    assert_eq!(list(&mut world, 3, 2), (ids[2..].to_vec(), 0));
    assert_eq!(list(&mut world, 4, u32::MAX), (vec![], 0));
    assert_eq!(list(&mut world, u32::MAX, u32::MAX), (vec![], 0));
    world.take_all(TAK, ids[1]);
    assert_eq!(list(&mut world, 0, 10), (vec![ids[0], ids[2]], 0));
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

// ---- Previews ----

fn preview(world: &mut World, action: u8, asset: u8, amount: u128) -> (U256, bool) {
    let call = previewCall { account: ALICE, action, asset, amount: u256(amount) };
    let shown = world.get(call);
    (shown.health, shown.allowed)
}

/// Does it for real and says whether it passed, with the health after it.
fn act(world: &mut World, action: u8, asset: u8, amount: u128) -> Option<U256> {
    let amount = u256(amount);
    let passed = match action {
        DEPOSIT => world.send(ALICE, depositCall { asset, amount, account: ALICE }).is_ok(),
        WITHDRAW => world.send(ALICE, withdrawCall { asset, amount, receiver: ALICE }).is_ok(),
        BORROW => world.send(ALICE, borrowCall { amount, receiver: ALICE }).is_ok(),
        _ => world.send(ALICE, repayCall { amount, account: ALICE }).is_ok(),
    };
    passed.then(|| world.get(healthFactorCall { account: ALICE }))
}

#[test]
fn a_preview_is_what_the_action_brings() {
    let mut world = mixed();
    for asset in [WETH, WBTC, ARB, LINK] {
        world.mint(asset, ALICE, wad(1_000_000));
    }
    world.mint(USDC, ALICE, usdc(1_000_000));
    let mut draw = Draw(42);
    world.batch(|world| {
        for n in 0..120 {
            let action = draw.below(4) as u8;
            let asset = [WETH, WBTC, LINK][draw.below(3) as usize];
            let most = match action {
                DEPOSIT => 10 * world.holding(ALICE, asset).balance,
                WITHDRAW => world.holding(ALICE, asset).balance,
                BORROW => usdc(12_000),
                _ => usdc(20_000),
            };
            let amount = 1 + draw.below(most);
            let (health, allowed) = preview(world, action, asset, amount);
            let snapshot = world.snapshot();
            match act(world, action, asset, amount) {
                Some(after) => assert_eq!((health, allowed), (after, true), "{n}: {action}"),
                None => assert!(!allowed, "{n}: {action} of {amount} of {asset}"),
            }
            if n % 3 > 0 {
                world.revert(snapshot);
            }
        }
    });
}

#[test]
fn a_preview_of_a_new_asset_counts_it() {
    let mut world = mixed();
    let (health, allowed) = preview(&mut world, DEPOSIT, ARB, wad(5_000));
    world.deposit(ALICE, ARB, wad(5_000));
    assert_eq!((health, allowed), (world.health(ALICE), true));
    // A debt repaid is the best health.
    let debt = world.debt(ALICE);
    assert_eq!(preview(&mut world, REPAY, 0, debt), (U256::MAX, true));
    assert_eq!(preview(&mut world, REPAY, 0, 10 * debt), (U256::MAX, true));
}

#[test]
fn a_preview_of_the_impossible_is_refused() {
    let mut world = mixed();
    let mut ask = |action, asset, amount| {
        let call = previewCall { account: ALICE, action, asset, amount };
        world.view(call).err().expect("refused")
    };
    let error = ask(WITHDRAW, WETH, u256(wad(3) + 2)).expect::<InsufficientBalance>();
    assert_eq!((error.asked, error.held), (u256(wad(3) + 2), u256(wad(3) + 1)));
    let error = ask(WITHDRAW, 4, u256(1)).expect::<UnknownAsset>();
    assert_eq!(error.asset, 4);
    for action in 0..4 {
        let error = ask(action, WETH, u256(AMOUNT_MAX + 1)).expect::<TooLarge>();
        assert_eq!(error.limit, u256(AMOUNT_MAX));
    }
}

// ---- The most ----

fn max_borrow(world: &mut World) -> u128 {
    world.get(maxBorrowCall { account: ALICE }).to()
}

fn max_withdraw(world: &mut World, asset: u8) -> u128 {
    world.get(maxWithdrawCall { account: ALICE, asset }).to()
}

/// At a hundred odd states: the most passes, a wei more does not.
#[test]
fn the_most_to_borrow_passes_and_a_wei_more_does_not() {
    let mut world = mixed();
    let mut draw = Draw(7);
    world.batch(|world| {
        for _ in 0..100 {
            stir(world, &mut draw);
            let most = max_borrow(world);
            assert!(most > 0);
            let snapshot = world.snapshot();
            assert!(act(world, BORROW, 0, most).is_some(), "{most}");
            world.revert(snapshot);
            assert!(act(world, BORROW, 0, most + 1).is_none(), "{most} is not all");
        }
    });
}

#[test]
fn the_most_to_withdraw_passes_and_a_wei_more_does_not() {
    let mut world = mixed();
    let most = max_borrow(&mut world);
    world.borrow(ALICE, most - usdc(2_000));
    let mut draw = Draw(11);
    world.batch(|world| {
        for _ in 0..60 {
            stir(world, &mut draw);
            for asset in [WETH, WBTC, LINK] {
                let (most, held) = (max_withdraw(world, asset), world.holding(ALICE, asset));
                let snapshot = world.snapshot();
                assert!(most > 0 && act(world, WITHDRAW, asset, most).is_some(), "{most}");
                world.revert(snapshot);
                if most < held.balance {
                    let more = act(world, WITHDRAW, asset, most + 1);
                    assert!(more.is_none(), "{most} of {asset} is not all");
                }
            }
        }
    });
}

/// Another second, another price, another debt.
fn stir(world: &mut World, draw: &mut Draw) {
    world.pass(1 + draw.below(100_000) as u32);
    world.refresh();
    let price = wad(2_900) + draw.below(wad(200));
    world.set_price(WETH, price);
    let now = world.now();
    world.pass(1);
    let confidence = draw.below(wad(1) / 10);
    world.report(LINK, wad(15), confidence, now + 1).expect("newer");
    world.repay(CAROL, ALICE, 1 + draw.below(usdc(10)));
}

#[test]
fn the_most_knows_the_cash_and_the_minimum() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(10_000));
    assert_eq!(max_borrow(&mut world), usdc(10_000_000));
    world.open(BOB, WETH, wad(10_000), usdc(9_999_950));
    // What is left is less than a debt may be.
    assert_eq!(max_borrow(&mut world), 0);
    world.supply(SUE, usdc(50));
    assert_eq!(max_borrow(&mut world), usdc(100));
    world.must(ALICE, borrowCall { amount: u256(usdc(100)), receiver: ALICE });
    assert_eq!(max_borrow(&mut world), 0);
    // Without collateral there is nothing.
    assert_eq!(world.get(maxBorrowCall { account: MALLORY }), U256::ZERO);
}

#[test]
fn the_most_is_nothing_while_anything_forbids_it() {
    let mut world = mixed();
    let most = |world: &mut World| (max_borrow(world), max_withdraw(world, WETH));
    assert!(most(&mut world) > (0, 0));
    world.raise(LINK, 1, 100);
    assert_eq!(most(&mut world), (0, 0));
    world.pass(100);
    world.raise_all(1, 100);
    assert_eq!(most(&mut world), (0, 0));
    world.pass(3_700);
    assert_eq!(most(&mut world), (0, 0));
    world.refresh();
    assert!(most(&mut world) > (0, 0));
    // Who owes nothing withdraws all, whatever the weather.
    world.repay_all(CAROL, ALICE);
    world.raise_all(4, 100);
    assert_eq!(most(&mut world), (0, wad(3) + 1));
}

#[test]
fn the_most_to_withdraw_leaves_no_dust() {
    let mut world = World::new();
    world.deposit(ALICE, WETH, wad(10));
    world.open(ALICE, LINK, wad(100), usdc(24_950));
    // 950 of 1,020 are needed: 93.137... LINK; 6.86 may go.
    let keep = ceil(ceil(usdc(950), 100, 68), 10_u128.pow(30), wad(15));
    assert_eq!(max_withdraw(&mut world, LINK), wad(100) - keep);
    // 50 of 1,020 are needed, less than dust is worth.
    world.repay(ALICE, ALICE, usdc(900));
    assert_eq!(max_withdraw(&mut world, LINK), wad(100) - ceil(100, wad(1), 15));
    world.repay(ALICE, ALICE, usdc(50));
    assert_eq!(max_withdraw(&mut world, LINK), wad(100));
    // An asset without weight can go whenever the others carry the debt.
    let unweighted = plimsoll_abi::IPlimsoll::setMaxLtvCall { asset: LINK, maxLtv: 0 };
    world.must(GOVERNOR, unweighted);
    assert_eq!(max_withdraw(&mut world, LINK), wad(100));
    world.set_price(WETH, wad(2_999));
    assert_eq!((max_withdraw(&mut world, LINK), max_withdraw(&mut world, WETH)), (0, 0));
}
