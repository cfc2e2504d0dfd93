//! Previews and the most that passes: what views promise is what happens.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{
    borrowCall, depositCall, healthFactorCall, maxBorrowCall, maxWithdrawCall, previewCall,
    repayCall, setMaxLtvCall, withdrawCall,
};
use plimsoll_abi::{InsufficientBalance, TooLarge, UnknownAsset};
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, GOVERNOR, KAY, LINK, MALLORY, SUE, USDC, WBTC, WETH, World, u256, usdc,
    wad, whole,
};

use crate::exact::{AMOUNT_MAX, Draw, ceil};
use crate::views::mixed;

const DEPOSIT: u8 = 0;
const WITHDRAW: u8 = 1;
const BORROW: u8 = 2;
const REPAY: u8 = 3;

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
    let unweighted = setMaxLtvCall { asset: LINK, maxLtv: 0 };
    world.must(GOVERNOR, unweighted);
    assert_eq!(max_withdraw(&mut world, LINK), wad(100));
    world.set_price(WETH, wad(2_999));
    assert_eq!((max_withdraw(&mut world, LINK), max_withdraw(&mut world, WETH)), (0, 0));
}

/// KAY has borrowed, and has kicked: her reward is hers, and no part of her position.
#[test]
fn a_keeper_s_reward_stands_beside_his_position() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(23_900));
    world.open(KAY, WBTC, whole(1, 8), usdc(47_000));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let reward = world.holding(KAY, WETH).balance;
    assert!(reward > 0 && world.account(KAY).assets == 1 << WBTC);
    let before = world.health(KAY);
    let most = maxWithdrawCall { account: KAY, asset: WETH };
    assert_eq!(world.get(most.clone()), u256(reward));
    let preview =
        |action, amount| previewCall { account: KAY, action, asset: WETH, amount: u256(amount) };
    let shown = world.get(preview(WITHDRAW, reward));
    assert_eq!((shown.health, shown.allowed), (before, true));
    // Beyond her limit she can take nothing out, the reward included.
    world.set_price(WBTC, wad(58_000));
    let shown = world.get(preview(WITHDRAW, reward));
    assert_eq!((shown.allowed, world.get(most)), (false, U256::ZERO));
    let withdraw = withdrawCall { asset: WETH, amount: u256(reward), receiver: KAY };
    world.fail(KAY, withdraw.clone());
    world.set_price(WBTC, wad(60_000));
    world.must(KAY, withdraw);
    // A deposit of her own brings the asset into the position, rewards and all.
    world.kick(KAY, &[ALICE]).ok();
    let shown = world.get(preview(DEPOSIT, wad(1)));
    world.deposit(KAY, WETH, wad(1));
    assert_eq!(world.health(KAY), shown.health);
    world.check();
}
