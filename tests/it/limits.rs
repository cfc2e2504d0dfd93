//! The borrowing limit on the compiled programs: it follows the market at once, and what it follows
//! never tightens what is there.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{
    averagesCall, borrowCall, maxBorrowCall, maxWithdrawCall, previewCall, setDepthCall,
};
use plimsoll_abi::{DepthSet, NotGovernor, OutOfBounds};
use plimsoll_math::limit;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, GOVERNOR, MALLORY, WETH, World, u256, usdc, wad,
};

use crate::exact::Draw;
use crate::sales::still_with;

/// One collateral whose average moves half way in ten minutes.
fn slow() -> World {
    let weth = AssetConfig::new("WETH", 18, wad(3_000));
    let mut world = still_with(vec![AssetConfig {
        ema_half_life: 600,
        max_age: 86_400,
        max_confidence: 1_000,
        ..weth
    }]);
    world.deposit(ALICE, WETH, wad(10));
    world
}

fn most(world: &mut World) -> u128 {
    world.get(maxBorrowCall { account: ALICE }).to()
}

#[test]
fn a_rise_counts_with_the_average_and_a_fall_at_once() {
    let mut world = slow();
    assert_eq!(most(&mut world), usdc(24_000));
    world.pass(60);
    world.set_price(WETH, wad(3_300));
    // The distance to the average before is a doubt as well: a quarter of it.
    let word = world.asset_price(WETH);
    let average = word.average();
    assert!(average > wad(3_000) && average < wad(3_030));
    let low = limit::price(word.price, average, word.confidence).unwrap();
    let doubt = wad(300) / 4;
    assert!(low <= average - doubt && low > average - doubt - wad(2));
    assert_eq!(most(&mut world), low * 10 / 1_000_000_000_000 * 8 / 10);
    world.pass(60);
    world.set_price(WETH, wad(2_700));
    let word = world.asset_price(WETH);
    assert!(word.average() > wad(2_950));
    let low = limit::price(wad(2_700), word.average(), word.confidence).unwrap();
    assert!(low < wad(2_700) && low > wad(2_600));
    assert_eq!(most(&mut world), low * 10 / 1_000_000_000_000 * 8 / 10);
}

#[test]
fn the_confidence_comes_off_the_lower_of_the_two() {
    let mut world = slow();
    world.pass(60);
    let now = world.now();
    // Half a percent of 3,000, in steps of 4 bps up: 13 steps, 15.6.
    world.report(WETH, wad(3_000), wad(15), now).unwrap();
    assert_eq!(most(&mut world), usdc(29_844) * 8 / 10);
}

#[test]
fn more_volatility_than_the_reference_lowers_the_weight() {
    let mut world = slow();
    world.set_correlation(WETH, 200, 0, 0);
    for n in 0..30_u128 {
        world.pass(60);
        world.set_price(WETH, if n % 2 == 0 { wad(3_030) } else { wad(3_000) });
    }
    let (price, risk) = (world.asset_price(WETH), world.risk(WETH));
    let variance = |code| plimsoll_math::oracle::variance(code);
    let measured = variance(risk.var_slow).max(variance(risk.var_fast) * 49 / 100);
    let weight = limit::weight(8_000, 200, measured).unwrap();
    // A percent a minute is 38 % a day, of which five times the reference are believed at first:
    // 0.7 * 10 against 2, and the slow one learns.
    assert!((1_700..2_300).contains(&weight), "{weight}");
    let low = limit::price(price.price, price.average(), price.confidence).unwrap();
    assert_eq!(most(&mut world), low * 10 / 1_000_000_000_000 * weight / 10_000);
}

/// Without a reference nobody has looked at the volatility: what was measured until then is no calm.
#[test]
fn a_reference_that_comes_late_is_where_the_volatility_starts() {
    let mut world = slow();
    for _ in 0..10 {
        world.pass(60);
        world.set_price(WETH, wad(3_000));
    }
    let measured = |world: &mut World| world.get(averagesCall { asset: WETH }).measured;
    assert_eq!(measured(&mut world), u256(0));
    world.set_correlation(WETH, 500, 0, 0);
    assert!((499..=500).contains(&measured(&mut world).to::<u16>()));
    // From there on it learns, and a second reference, a step away, moves it no more.
    world.pass(60);
    world.set_price(WETH, wad(3_100));
    let learnt = measured(&mut world);
    assert!(learnt > u256(500));
    world.pass(86_400);
    world.set_correlation(WETH, 600, 0, 0);
    assert_eq!(measured(&mut world), learnt);
}

#[test]
fn a_holding_that_is_large_for_its_market_carries_less_a_token() {
    let mut world = slow();
    world.set_depth(WETH, 30_000, 100);
    world.assert_event(&DepthSet {
        asset: WETH,
        oldDepth: 0,
        oldImpact: 0,
        depth: 30_000_000,
        impact: 100,
    });
    // 30,000 of a depth of 30,000 at 1 %: 1 - 2/3 % of it counts, 80 % of that is lent.
    let exact = usdc(24_000) - usdc(160);
    let least = exact - 2;
    assert!((least..=exact).contains(&most(&mut world)), "{}", most(&mut world));
    // Collateral of ever more never carries less, and ever less a token.
    let (mut last, mut each) = (most(&mut world), u128::MAX);
    for n in 1..12_u32 {
        world.deposit(ALICE, WETH, wad(10) << n >> 1);
        let now = most(&mut world).min(usdc(10_000_000));
        assert!(now >= last);
        assert!(now / (1 << n) <= each);
        (last, each) = (now, now / (1 << n));
    }
    world.borrow(ALICE, usdc(20_000));
    // BOB's count behind hers, and leave hers less; a preview of a withdrawal knows what stays.
    let alone = world.get(maxWithdrawCall { account: ALICE, asset: WETH });
    world.deposit(BOB, WETH, wad(10_000));
    let able = world.get(maxWithdrawCall { account: ALICE, asset: WETH });
    assert!(able < alone && able > U256::ZERO);
    let preview = |amount| previewCall { account: ALICE, action: 1, asset: WETH, amount };
    assert!(world.get(preview(able)).allowed);
    assert!(!world.get(preview(able + u256(1))).allowed);
    world.withdraw(ALICE, WETH, able.to());
    assert!(world.get(maxWithdrawCall { account: ALICE, asset: WETH }).is_zero());
    let more = borrowCall { amount: u256(usdc(1)), receiver: ALICE };
    assert_eq!(world.fail(ALICE, more).name(), "Unhealthy");
}

#[test]
fn depths_have_bounds() {
    let mut world = slow();
    let set = |depth, impact| setDepthCall { asset: WETH, depth, impact };
    world.refuse(MALLORY, set(1, 1), NotGovernor { caller: MALLORY });
    let (value, high) = (u256(1 << 48), u256((1 << 48) - 1));
    let low = u256(0);
    world.refuse(GOVERNOR, set(1 << 48, 1), OutOfBounds { parameter: 1, value, low, high });
    let (value, high) = (u256(1_001), u256(1_000));
    world.refuse(GOVERNOR, set(1, 1_001), OutOfBounds { parameter: 2, value, low, high });
    world.must(GOVERNOR, set((1 << 48) - 1, 1_000));
}

/// Whatever prices do in between: at the same price the health factor is what it was, to the wei.
#[test]
fn no_sequence_of_prices_without_a_change_lowers_a_health_factor() {
    let assets = ["A", "B", "C"]
        .map(|name| AssetConfig { ema_half_life: 120, ..AssetConfig::new(name, 18, wad(100)) });
    let mut world = still_with(assets.to_vec());
    for asset in 0..3 {
        world.set_correlation(asset, 300, 25, 100);
        world.set_depth(asset, 10_000, 200);
        world.set_grace(asset, 60);
        world.deposit(ALICE, asset, wad(100));
    }
    world.borrow(ALICE, usdc(20_000));
    world.open(BOB, 0, wad(100), usdc(7_000));
    let before = (world.health(ALICE), world.health(BOB));
    let mut draw = Draw(0x1020_3040_5060_7080);
    for _ in 0..60 {
        for asset in 0..3 {
            world.pass(1 + draw.below(90) as u32);
            let (price, now) = (wad(1) / 10 * (700 + draw.below(601)), world.now());
            let confidence = draw.below(price / 200);
            world.report(asset, price, confidence, now).unwrap();
        }
        let noise = (world.health(ALICE), world.health(BOB));
        for asset in 0..3 {
            world.set_price(asset, wad(100));
        }
        assert_ne!(noise, before);
        assert_eq!((world.health(ALICE), world.health(BOB)), before);
    }
    // What was measured meanwhile has lowered what may be borrowed, and nothing else.
    let most: u128 = world.get(maxBorrowCall { account: ALICE }).to();
    assert_eq!(most, 0);
}
