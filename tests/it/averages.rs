//! One source: how its answer is scaled, what is no price, and what is remembered of prices.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{averagesCall, pokeCall, setPricePolicyCall};
use plimsoll_abi::PricePolicy;
use plimsoll_math::oracle::Verdict;
use plimsoll_math::words::Bounds;
use plimsoll_testkit::contracts::{ClampedFeed, Pyth};
use plimsoll_testkit::engine::{
    ALICE, GOVERNOR, MALLORY, WETH, World, feed_source, price_policy, pyth_source, u256, usdc, wad,
};

/// The price's id at the Pyth-style contract.
const ID: U256 = U256::from_limbs([0x71, 0, 0, 0]);

#[test]
fn a_pyth_price_is_scaled_by_its_exponent() {
    for (price, conf, expo, expected) in [
        (3_100_i64, 1_u64, 0_i32, Some(wad(3_100))),
        (31, 0, 2, Some(wad(3_100))),
        (310_000_000_000, 500_000_000, -8, Some(wad(3_100))),
        (3_100_000_000_000_000_000, 0, -15, Some(wad(3_100))),
        (-310_000_000_000, 0, -8, None),
        (0, 0, -8, None),
        (31, 31, 2, None),
        (1, 0, i32::MAX, None),
        (1, 0, i32::MIN, None),
    ] {
        let mut world = World::new();
        let pyth = world.deploy_contract("Pyth");
        world.set_source(WETH, 0, pyth_source(pyth), ID);
        world.pass(60);
        let time = U256::from(world.now());
        let call = Pyth::setCall { id: ID.into(), price, conf, expo, publishTime: time };
        world.send_to(GOVERNOR, pyth, call).map(|_| ()).unwrap();
        world.must(MALLORY, pokeCall { assets: vec![WETH] });
        let word = world.asset_price(WETH);
        match expected {
            Some(expected) => {
                assert_eq!(
                    (word.price, word.verdict),
                    (expected, Verdict::Valid),
                    "{price} {expo}"
                );
                // 5 in 3,100: 16.1 bps, five steps of four.
                assert_eq!(word.confidence, if conf > 1 { 5 } else { conf as u8 });
            }
            None => assert_eq!((word.price, word.verdict), (wad(3_000), Verdict::Invalid)),
        }
    }
}

#[test]
fn a_clamped_answer_is_no_price() {
    let mut world = World::new();
    let int = |value: i64| value.try_into().unwrap();
    let arguments = ClampedFeed::constructorCall {
        decimals: 8,
        minAnswer: int(100_000_000_000),
        maxAnswer: int(500_000_000_000),
    };
    let feed = world.deploy_with("ClampedFeed", &arguments);
    let bounds = Bounds { min: 100_000_000_000, max: 500_000_000_000 }.pack().unwrap();
    world.set_source(WETH, 0, feed_source(feed, 8), bounds);
    for (market, expected) in [
        (100_000_000_001_i64, Some(wad(1_000) + 10_u128.pow(10))),
        (100_000_000_000, None),
        (99_999_999_999, None),
        (499_999_999_999, Some(wad(5_000) - 10_u128.pow(10))),
        (500_000_000_000, None),
        (900_000_000_000, None),
    ] {
        let before = world.snapshot();
        world.pass(60);
        let updated = U256::from(world.now());
        let call = ClampedFeed::setCall { answer: market.try_into().unwrap(), updatedAt: updated };
        world.send_to(GOVERNOR, feed, call).map(|_| ()).unwrap();
        world.must(MALLORY, pokeCall { assets: vec![WETH] });
        let word = world.asset_price(WETH);
        match expected {
            Some(price) => assert_eq!(word.price, price),
            None => assert_eq!((word.price, word.verdict), (wad(3_000), Verdict::Invalid)),
        }
        world.revert(before);
    }
}

/// The average comes half way in a half-life, and new risk is judged by the lower of the two.
#[test]
fn the_average_follows_and_new_risk_uses_the_lower_of_the_two() {
    let mut world = World::new();
    let policy = PricePolicy { emaHalfLife: 60, ..price_policy(3_600, 5_000, 1_000) };
    world.must(GOVERNOR, setPricePolicyCall { asset: WETH, policy });
    world.deposit(ALICE, WETH, wad(10));
    world.pass(3_000);
    world.refresh();
    let start = world.asset_price(WETH);
    world.pass(60);
    world.observe(WETH, wad(3_300));
    let shown = world.get(averagesCall { asset: WETH });
    let middle = wad(3_150);
    let ema: u128 = shown.ema.to();
    assert!(ema.abs_diff(middle) < wad(1) / 1_000, "{ema}");
    assert_eq!(shown.observedAt, world.now());
    assert!(start.average().abs_diff(wad(3_000)) < 1_000_000);
    // A price that stays is caught up with; a second of it counts for a second.
    world.pass(1);
    world.observe(WETH, wad(3_300));
    let later: u128 = world.get(averagesCall { asset: WETH }).ema.to();
    assert!(ema < later && later < ema + wad(2));
}

/// A position's health reads the price alone: whatever else an update changes, it stays.
#[test]
fn noise_around_a_price_that_stays_moves_no_health() {
    let mut world = World::new();
    let policy = PricePolicy { emaHalfLife: 90, sigmas: 50, ..price_policy(3_600, 500, 100) };
    world.must(GOVERNOR, setPricePolicyCall { asset: WETH, policy });
    world.open(ALICE, WETH, wad(10), usdc(20_000));
    for (passed, to) in [(40, 3_100), (35, 2_950), (90, 3_080), (600, 3_000)] {
        world.pass(passed);
        world.observe(WETH, wad(to));
    }
    let measured = world.get(averagesCall { asset: WETH }).measured;
    assert!(measured > u256(100), "{measured}");
    let snapshot = world.snapshot();
    let health = world.health(ALICE);
    world.revert(snapshot);
    for confidence in [0, wad(10), wad(200), wad(1)] {
        let snapshot = world.snapshot();
        world.pass(1);
        let now = world.now();
        world.report(WETH, wad(3_000), confidence, now).unwrap();
        world.revert(snapshot);
        world.report(WETH, wad(3_000), confidence, world.now()).unwrap_err();
        assert_eq!(world.health(ALICE), health);
    }
    // Interest aside, which has nothing to do with prices, a thousand reports change nothing.
    for _ in 0..20 {
        world.pass(1);
        let now = world.now();
        world.report(WETH, wad(3_000), wad(29), now).unwrap();
        let debt = world.debt(ALICE);
        let exact = u256(usdc(25_200)) * u256(wad(1)) / u256(debt);
        assert_eq!(world.health(ALICE), exact);
    }
}
