//! The clock before a sale on the compiled programs: price, average, flag.

use plimsoll_abi::IPlimsoll::{
    flagCall, kickCall, liquidationStatusCall, setGraceCall, unflagCall,
};
use plimsoll_abi::{
    AlreadyFlagged, Flagged, GraceSet, NotCured, NotFlagged, NotGovernor, NotUnhealthy,
    NothingKicked, OutOfBounds, PriceForbids, Unflagged, skip,
};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, GOVERNOR, KAY, MALLORY, WETH, World, u256, usdc, wad,
};

use crate::sales::still_with;

const HEALTHY: u8 = 0;
const UNFLAGGED: u8 = 1;
const WAITING: u8 = 2;
const LIQUIDATABLE: u8 = 3;
const FORBIDDEN: u8 = 4;

const LIVE: u8 = 0;
const UPPER: u8 = 1;
const GENEROUS: u8 = 2;

/// Ten WETH against 21,000 USDC: a health factor of p / 2,500. An average that moves half way in
/// ten minutes, and a grace of so many seconds.
fn graced(grace: u16) -> World {
    let weth = AssetConfig::new("WETH", 18, wad(2_520)).weights(8_400, 8_390);
    let config = AssetConfig { ema_half_life: 600, max_age: 86_400, ..weth };
    let mut world = still_with(vec![config]);
    if grace > 0 {
        world.set_grace(WETH, grace);
    }
    world.open(ALICE, WETH, wad(10), usdc(21_000));
    world.pass(60);
    world
}

/// A price at which the health factor is `bps`.
fn health(world: &mut World, bps: u128) {
    world.set_price(WETH, wad(2_500) * bps / 10_000);
}

fn status(world: &mut World) -> (u8, u32) {
    let status = world.get(liquidationStatusCall { account: ALICE });
    (status.state, status.secondsLeft)
}

fn price_used(world: &mut World) -> u8 {
    world.get(liquidationStatusCall { account: ALICE }).priceUsed
}

fn kick() -> kickCall {
    kickCall { accounts: vec![ALICE], hints: vec![] }
}

#[test]
fn without_a_grace_the_price_alone_decides() {
    let mut world = graced(0);
    health(&mut world, 10_000);
    assert_eq!(status(&mut world), (HEALTHY, 0));
    world.refuse(KAY, kick(), NothingKicked { skip: skip::HEALTHY });
    world.set_price(WETH, wad(2_500) - 1_000_000_000);
    assert_eq!(status(&mut world), (LIQUIDATABLE, 0));
    world.must(KAY, kick());
}

#[test]
fn a_flag_and_its_seconds_come_before_a_sale() {
    let mut world = graced(60);
    // Half way between one and the hard limit: half of the grace.
    health(&mut world, 9_925);
    assert_eq!(status(&mut world), (UNFLAGGED, 30));
    world.refuse(KAY, kick(), NothingKicked { skip: skip::GRACE });
    world.must(BOB, flagCall { account: ALICE });
    let shown = u256(wad(1) / 10_000 * 9_925);
    world.assert_event(&Flagged { account: ALICE, health: shown });
    assert_eq!(world.account(ALICE).flagged_at, world.now());
    assert_eq!(status(&mut world), (WAITING, 30));
    world.refuse(BOB, flagCall { account: ALICE }, AlreadyFlagged { account: ALICE });
    world.pass(29);
    assert_eq!(status(&mut world), (WAITING, 1));
    world.refuse(KAY, kick(), NothingKicked { skip: skip::GRACE });
    world.pass(1);
    assert_eq!(status(&mut world), (LIQUIDATABLE, 0));
    world.must(KAY, kick());
    world.check();
}

#[test]
fn grace_ends_at_the_hard_limit() {
    let mut world = graced(300);
    for (bps, state, left) in [
        (9_999, UNFLAGGED, 298),
        (9_851, UNFLAGGED, 2),
        (9_850, UNFLAGGED, 0),
        (9_849, LIQUIDATABLE, 0),
    ] {
        health(&mut world, bps);
        assert_eq!(status(&mut world), (state, left), "{bps}");
    }
    world.must(KAY, kick());
}

#[test]
fn the_average_below_one_needs_no_flag() {
    let mut world = graced(300);
    health(&mut world, 9_990);
    assert_eq!(status(&mut world).0, UNFLAGGED);
    // The average comes half way in ten minutes: 20 above, it is below 2,500 after four.
    let mut halves = 0;
    while status(&mut world).0 == UNFLAGGED {
        world.pass(600);
        health(&mut world, 9_990);
        halves += 1;
    }
    assert_eq!(status(&mut world), (LIQUIDATABLE, 0));
    assert!(world.asset_price(WETH).average() < wad(2_500));
    assert!((3..6).contains(&halves), "{halves}");
    world.must(KAY, kick());
}

/// A price that wiggles around one does not restart the clock.
#[test]
fn a_flag_stays_until_the_position_is_well_again() {
    let mut world = graced(60);
    world.refuse(BOB, unflagCall { account: ALICE }, NotFlagged { account: ALICE });
    health(&mut world, 9_990);
    world.flag(ALICE);
    let flagged = world.account(ALICE).flagged_at;
    health(&mut world, 10_049);
    let shown = world.health(ALICE);
    world.refuse(ALICE, unflagCall { account: ALICE }, NotCured { account: ALICE, health: shown });
    world.pass(60);
    health(&mut world, 9_990);
    assert_eq!(world.account(ALICE).flagged_at, flagged);
    assert_eq!(status(&mut world), (LIQUIDATABLE, 0));
    health(&mut world, 10_050);
    world.must(BOB, unflagCall { account: ALICE });
    world.assert_event(&Unflagged { account: ALICE, health: u256(wad(1) / 1_000 * 1_005) });
    health(&mut world, 9_990);
    assert_eq!(status(&mut world), (UNFLAGGED, 56));
}

#[test]
fn only_the_unhealthy_are_flagged_and_only_at_valid_prices() {
    let mut world = graced(60);
    let healthy = world.health(ALICE);
    let flag = || flagCall { account: ALICE };
    world.refuse(MALLORY, flag(), NotUnhealthy { account: ALICE, health: healthy });
    health(&mut world, 9_990);
    world.pass(86_401);
    world.refuse(MALLORY, flag(), PriceForbids { asset: WETH, verdict: 3 });
    assert_eq!(status(&mut world), (UNFLAGGED, 56));
    // Without debt there is no price to ask.
    world.set_price(WETH, wad(2_450));
    world.repay_all(BOB, ALICE);
    world.refuse(
        MALLORY,
        flag(),
        NotUnhealthy { account: ALICE, health: alloy_primitives::U256::MAX },
    );
}

#[test]
fn the_status_says_when_something_else_is_in_the_way() {
    let mut world = graced(0);
    health(&mut world, 9_990);
    assert_eq!(status(&mut world), (LIQUIDATABLE, 0));
    world.raise(WETH, 2, 3_600);
    assert_eq!(status(&mut world), (FORBIDDEN, 0));
    assert_eq!(price_used(&mut world), LIVE);
    world.refuse(KAY, kick(), NothingKicked { skip: skip::LEVEL });
    // Far below, even at the price plus its confidence, no breaker of that level protects.
    health(&mut world, 9_700);
    assert_eq!(status(&mut world), (LIQUIDATABLE, 0));
    assert_eq!(price_used(&mut world), UPPER);
    world.pass(86_401);
    assert_eq!(status(&mut world), (FORBIDDEN, 0));
    let shown = world.get(liquidationStatusCall { account: ALICE });
    assert_eq!(shown.verdict, 3);
    assert_eq!(world.get(liquidationStatusCall { account: BOB }).state, HEALTHY);
}

/// Beside something whose price has died the position is judged at twice that price.
#[test]
fn a_dead_price_beside_the_others_counts_twice() {
    let weth = AssetConfig { max_age: 86_400, ..AssetConfig::new("WETH", 18, wad(2_520)) };
    let dead = AssetConfig { max_age: 600, ..AssetConfig::new("DEAD", 18, wad(1)) };
    let mut world = still_with(vec![weth, dead]);
    world.deposit(ALICE, 1, wad(1_000));
    world.open(ALICE, WETH, wad(10), usdc(19_500));
    world.pass(601);
    // 84 % of 24,000 and of a thousand; of 22,000 and of two thousand; of 21,000 and of those.
    world.set_price(WETH, wad(2_400));
    let known = |world: &mut World| (status(world).0, price_used(world));
    assert_eq!(known(&mut world), (HEALTHY, LIVE));
    world.set_price(WETH, wad(2_200));
    assert_eq!(known(&mut world), (FORBIDDEN, LIVE));
    world.refuse(KAY, kick(), NothingKicked { skip: skip::PRICE });
    world.set_price(WETH, wad(2_100));
    assert_eq!(known(&mut world), (LIQUIDATABLE, GENEROUS));
    assert_eq!(world.get(liquidationStatusCall { account: ALICE }).verdict, 3);
    world.must(KAY, kick());
}

#[test]
fn a_grace_is_at_most_five_minutes() {
    let mut world = World::new();
    let set = |grace| setGraceCall { asset: WETH, grace };
    world.refuse(MALLORY, set(1), NotGovernor { caller: MALLORY });
    let (value, low, high) = (u256(301), u256(0), u256(300));
    world.refuse(GOVERNOR, set(301), OutOfBounds { parameter: 1, value, low, high });
    world.must(GOVERNOR, set(300));
    world.assert_event(&GraceSet { asset: WETH, oldValue: 0, value: 300 });
    assert_eq!(world.asset_price(WETH).grace, 300);
}
