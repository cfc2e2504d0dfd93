//! Circuit breakers: who may move a level, when it ends, and what each refuses.

use plimsoll_abi::IPlimsoll::{
    auctionCall, borrowCall, breakerCall, collectCall, depositCall, kickCall, lowerCall,
    overallBreakerCall, priceCall, raiseCall, redeemCall, redoCall, repayCall, settleCall,
    supplyCall, withdrawCall,
};
use plimsoll_abi::skip::LEVEL;
use plimsoll_abi::{
    BadLevel, BadUntil, LevelForbids, LevelLowered, LevelRaised, NotGovernor, NotGuardian,
    NothingKicked, OVERALL, Redone, UnknownAsset,
};
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, GOVERNOR, GUARDIAN, KAY, MALLORY, SAM, SUE, TAK, USDC, WBTC, WETH,
    World, u256, usdc, wad, whole,
};

const DAY: u32 = 86_400;

fn raise(asset: u8, level: u8, until: u32) -> raiseCall {
    raiseCall { asset, level, until }
}

fn borrow(amount: u128) -> borrowCall {
    borrowCall { amount: u256(amount), receiver: ALICE }
}

fn forbids(asset: u8, level: u8) -> LevelForbids {
    LevelForbids { asset, level }
}

/// ALICE holds WETH, BOB holds WBTC; both can still borrow.
fn open() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world.open(BOB, WBTC, whole(1, 8), usdc(20_000));
    world.pass(10);
    world
}

// ---- Who and how ----

#[test]
fn the_guardian_raises_until_a_time() {
    let mut world = open();
    let until = world.now() + 100;
    world.must(GUARDIAN, raise(WETH, 2, until));
    world.assert_event(&LevelRaised { asset: WETH, by: GUARDIAN, oldLevel: 0, level: 2, until });
    let shown = world.get(breakerCall { asset: WETH });
    assert_eq!((shown.level, shown.since, shown.until), (2, until - 100, until));
    assert_eq!(world.get(priceCall { asset: WETH }).level, 2);
    assert_eq!(world.get(priceCall { asset: WBTC }).level, 0);
    world.pass(99);
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 2);
    world.pass(1);
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 0);
    assert_eq!(world.get(priceCall { asset: WETH }).level, 0);
}

#[test]
fn the_overall_breaker_covers_every_asset() {
    let mut world = open();
    let until = world.now() + 100;
    world.must(GOVERNOR, raise(OVERALL, 1, until));
    let (asset, by) = (OVERALL, GOVERNOR);
    world.assert_event(&LevelRaised { asset, by, oldLevel: 0, level: 1, until });
    let shown = world.get(overallBreakerCall {});
    assert_eq!((shown.level, shown.until), (1, until));
    // The higher of both counts.
    world.raise(ARB, 3, 50);
    let level = |world: &mut World, asset| world.get(priceCall { asset }).level;
    assert_eq!([WETH, WBTC, ARB].map(|asset| level(&mut world, asset)), [1, 1, 3]);
    world.pass(50);
    assert_eq!([WETH, WBTC, ARB].map(|asset| level(&mut world, asset)), [1, 1, 1]);
    world.pass(50);
    assert_eq!([WETH, WBTC, ARB].map(|asset| level(&mut world, asset)), [0, 0, 0]);
}

#[test]
fn raise_and_lower_ask_for_their_roles() {
    let mut world = open();
    let until = world.now() + 100;
    for caller in [MALLORY, ALICE, KAY] {
        world.refuse(caller, raise(WETH, 1, until), NotGuardian { caller });
        world.refuse(caller, lowerCall { asset: WETH, level: 0 }, NotGovernor { caller });
    }
    world.must(GUARDIAN, raise(WETH, 2, until));
    // The guardian tightens and never loosens.
    let caller = GUARDIAN;
    world.refuse(caller, lowerCall { asset: WETH, level: 1 }, NotGovernor { caller });
    world.refuse(caller, raise(WETH, 1, until), BadLevel { level: 1, current: 2 });
    let (earliest, latest) = (until, world.now() + 7 * DAY);
    let error = BadUntil { until: until - 1, earliest, latest };
    world.refuse(caller, raise(WETH, 2, until - 1), error);
    let error = BadUntil { until: until - 1, earliest, latest };
    world.refuse(caller, raise(WETH, 4, until - 1), error);
    world.must(caller, raise(WETH, 2, until));
    world.must(caller, raise(WETH, 4, until + 1));
    let unknown = || UnknownAsset { asset: 4, count: 4 };
    world.refuse(caller, raise(4, 1, until), unknown());
    world.refuse(
        GOVERNOR,
        lowerCall { asset: 254, level: 0 },
        UnknownAsset { asset: 254, count: 4 },
    );
}

#[test]
fn levels_and_times_have_bounds() {
    for asset in [WETH, OVERALL] {
        let mut world = open();
        let now = world.now();
        world.refuse(GUARDIAN, raise(asset, 0, now + 1), BadLevel { level: 0, current: 0 });
        world.refuse(GUARDIAN, raise(asset, 5, now + 1), BadLevel { level: 5, current: 0 });
        let (earliest, latest) = (now + 1, now + 7 * DAY);
        for until in [0, now, now + 7 * DAY + 1, u32::MAX] {
            let error = BadUntil { until, earliest, latest };
            world.refuse(GUARDIAN, raise(asset, 1, until), error);
        }
        world.must(GUARDIAN, raise(asset, 1, now + 1));
        world.must(GUARDIAN, raise(asset, 4, now + 7 * DAY));
    }
}

#[test]
fn the_governor_lowers_at_once() {
    for asset in [WETH, OVERALL] {
        let mut world = open();
        let error = BadLevel { level: 0, current: 0 };
        world.refuse(GOVERNOR, lowerCall { asset, level: 0 }, error);
        world.raise(asset, 4, 1_000);
        for level in [4, 5, 255] {
            let error = BadLevel { level, current: 4 };
            world.refuse(GOVERNOR, lowerCall { asset, level }, error);
        }
        world.pass(10);
        world.must(GOVERNOR, lowerCall { asset, level: 1 });
        world.assert_event(&LevelLowered { asset, oldLevel: 4, level: 1 });
        assert_eq!(world.get(priceCall { asset: WETH }).level, 1);
        world.must(GOVERNOR, lowerCall { asset, level: 0 });
        world.assert_event(&LevelLowered { asset, oldLevel: 1, level: 0 });
        assert_eq!(world.get(priceCall { asset: WETH }).level, 0);
        world.must(ALICE, borrow(1));
    }
}

#[test]
fn a_lowered_level_ends_when_the_higher_one_would_have() {
    let mut world = open();
    world.raise(WETH, 4, 100);
    world.pass(40);
    world.lower(WETH, 1);
    world.pass(59);
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 1);
    world.pass(1);
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 0);
}

// ---- What each level refuses ----

#[test]
fn from_level_one_there_is_no_new_risk() {
    for level in 1..=4 {
        let mut world = open();
        world.deposit(CAROL, WETH, wad(1));
        world.raise(WETH, level, 100);
        world.refuse(ALICE, borrow(1), forbids(WETH, level));
        let withdraw = |receiver| withdrawCall { asset: WETH, amount: u256(1), receiver };
        world.refuse(ALICE, withdraw(ALICE), forbids(WETH, level));
        // Who holds none of it, or owes nothing, takes no new risk in it.
        world.borrow(BOB, 1);
        world.must(CAROL, withdraw(CAROL));
        let shares = u256(1_000_000);
        world.must(SUE, redeemCall { shares, receiver: SUE });
        world.pass(100);
        world.must(ALICE, borrow(1));
    }
}

#[test]
fn from_overall_level_one_nobody_borrows_or_redeems() {
    for level in 1..=4 {
        let mut world = open();
        world.deposit(CAROL, WETH, wad(1));
        world.raise_all(level, 100);
        world.refuse(ALICE, borrow(1), forbids(OVERALL, level));
        let withdraw = |receiver| withdrawCall { asset: WETH, amount: u256(1), receiver };
        world.refuse(ALICE, withdraw(ALICE), forbids(OVERALL, level));
        world.must(CAROL, withdraw(CAROL));
        let redeem = redeemCall { shares: u256(1_000_000), receiver: SUE };
        world.refuse(SUE, redeem.clone(), forbids(OVERALL, level));
        world.pass(100);
        world.must(ALICE, borrow(1));
        world.must(SUE, redeem);
    }
}

/// ALICE at 0.99 and BOB at 0.97 of health.
fn falling() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(22_400));
    world.open(BOB, WETH, wad(10), usdc(22_900));
    world.set_price(WETH, wad(2_645));
    world.pass(2);
    world
}

#[test]
fn level_one_stops_no_kick_and_from_level_two_only_hard_ones_pass() {
    let kick = |account| kickCall { accounts: vec![account], hints: vec![] };
    for overall in [false, true] {
        let asset = if overall { OVERALL } else { WETH };
        let mut world = falling();
        world.raise(asset, 1, 100);
        world.kick(KAY, &[ALICE]).unwrap();
        for level in 2..=4 {
            let mut world = falling();
            world.raise(asset, level, 100);
            world.refuse(KAY, kick(ALICE), NothingKicked { skip: LEVEL });
            assert_eq!(world.kick(KAY, &[ALICE, BOB]).unwrap(), [LEVEL, 0]);
            world.check();
        }
    }
}

/// An auction of ALICE's WETH that has run for 100 seconds.
pub fn on_sale() -> (World, u64) {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let id = world.newest(WETH);
    world.pass(100);
    (world, id)
}

#[test]
fn from_level_three_there_is_no_redo() {
    for asset in [WETH, OVERALL] {
        for level in 1..=4 {
            let (mut world, id) = on_sale();
            world.pass_fresh(5_000);
            assert!(world.get(auctionCall { id }).needsRedo);
            world.raise(asset, level, 100);
            let redo = redoCall { auction: id };
            if level < 3 {
                world.must(MALLORY, redo);
            } else {
                world.refuse(MALLORY, redo.clone(), forbids(WETH, level));
                world.pass(100);
                world.must(MALLORY, redo);
            }
            assert_eq!(world.events::<Redone>().len(), 1);
        }
    }
}

#[test]
fn level_four_takes_only_at_the_oracle_price_or_better() {
    for asset in [WETH, OVERALL] {
        let (mut world, id) = on_sale();
        let shown = world.get(auctionCall { id });
        assert!(shown.price < u256(wad(2_700)));
        world.mint(USDC, TAK, usdc(100_000));
        let order = world.order(TAK, id, u128::MAX);
        for level in 1..=3 {
            world.raise(asset, level, 100);
            let snapshot = world.snapshot();
            world.must(TAK, order.clone());
            world.revert(snapshot);
        }
        world.raise(asset, 4, 100);
        world.refuse(TAK, order.clone(), forbids(WETH, 4));
        // The oracle falls below what the sale asks: it sells again.
        world.pass(1);
        world.observe(WETH, wad(2_600));
        let shown = world.get(auctionCall { id });
        assert!(shown.price >= u256(wad(2_600)), "{}", shown.price);
        world.must(TAK, order);
        world.check();
    }
}

#[test]
fn no_level_stops_what_lowers_risk() {
    let (mut world, id) = on_sale();
    world.open(CAROL, WETH, wad(1), usdc(1_000));
    world.take_all(TAK, id);
    world.raise(WETH, 4, 1_000);
    world.raise_all(4, 1_000);
    world.pass(500);
    world.mint(USDC, SAM, usdc(10));
    world.mint(WETH, SAM, wad(1));
    world.must(SAM, settleCall { accounts: vec![ALICE] });
    assert!(world.claims(ALICE, WETH).is_empty());
    world.must(SAM, repayCall { amount: u256(usdc(5)), account: ALICE });
    world.must(SAM, depositCall { asset: WETH, amount: u256(wad(1)), account: ALICE });
    world.must(SAM, supplyCall { amount: u256(usdc(5)), receiver: SAM });
    world.repay_all(CAROL, CAROL);
    world.withdraw(CAROL, WETH, wad(1));
    world.check();
}

#[test]
fn no_level_keeps_a_credit() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(1), usdc(1_900));
    world.set_price(WETH, wad(2_200));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    world.take_all(TAK, auction);
    world.raise_all(4, 100);
    world.settle(ALICE);
    world.must(ALICE, collectCall { receiver: ALICE });
    world.check();
}
