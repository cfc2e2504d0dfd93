//! Diversification on the compiled programs: exact numbers, the cost of eight assets, the setter.

use alloy_primitives::U256;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use plimsoll_abi::IPlimsoll::{
    healthFactorCall, riskTermsCall, setCorrelationCall, setThresholdCall,
};
use plimsoll_abi::{
    CorrelationSet, Inconsistent, LengthMismatch, NotGovernor, OutOfBounds, TooSoon,
};
use plimsoll_math::params;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, GOVERNOR, KAY, MALLORY, World, u256, usdc, wad,
};

use crate::reference::{self, Q};
use crate::sales::{change_terms, still_with};

const NAMES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

/// Eight assets at 100 whose thresholds and volatilities differ; `together` of them take part.
fn eight(together: u8) -> World {
    let assets = NAMES.iter().enumerate().map(|(n, name)| {
        let threshold = 8_400 - 100 * n as u16;
        AssetConfig::new(name, 18, wad(100)).weights(threshold, threshold - 500)
    });
    let mut world = still_with(assets.collect());
    for asset in 0..together {
        world.set_correlation(asset, sigma(asset), relief(asset), code(asset));
    }
    world
}

fn sigma(asset: u8) -> u16 {
    300 + 50 * u16::from(asset)
}

/// The last one grants less.
fn relief(asset: u8) -> u8 {
    if asset == 7 { 10 } else { 25 }
}

/// What the last setter wrote for the pair: that of the later asset.
fn code(asset: u8) -> u8 {
    100 + asset
}

/// The relief in base wei: values v, LT, sigmas, limits and codes in fractions.
fn exact(values: &[u128]) -> Q {
    let weight = |n: usize| reference::int(values[n]) * reference::int(sigma(n as u8).into());
    let (mut sum, mut square) = (Q::zero(), Q::zero());
    for i in 0..values.len() {
        sum += weight(i);
        for j in 0..values.len() {
            let pair = code(i.max(j) as u8);
            let rho = if i == j { Q::one() } else { reference::ratio(250 - u128::from(pair), 250) };
            square += weight(i) * weight(j) * rho;
        }
    }
    let scaled = (square / (&sum * &sum) * Q::from_integer(BigInt::one() << 400)).floor();
    let ratio = Q::new(scaled.to_integer().sqrt(), BigInt::one() << 200);
    let spare = Q::one() - ratio;
    (0..values.len()).fold(Q::zero(), |total, n| {
        let haircut = reference::bps(1_600 + 100 * n as u128) * reference::int(values[n]);
        let limit = reference::ratio(relief(n as u8).into(), 100);
        total + haircut * spare.clone().min(limit)
    })
}

#[test]
fn the_health_factor_counts_relief_exactly() {
    let mut world = eight(8);
    let (mut values, mut margin) = (Vec::new(), Q::zero());
    for asset in 0..8_u8 {
        let tokens = 10 + u128::from(asset) * 7;
        world.deposit(ALICE, asset, wad(tokens));
        values.push(usdc(tokens * 100));
        margin +=
            reference::int(usdc(tokens * 100)) * reference::bps(8_400 - 100 * u128::from(asset));
    }
    let debt = usdc(15_000);
    world.borrow(ALICE, debt);
    let health = (&margin + exact(&values)) / reference::int(debt) * reference::ten_to(18);
    let shown: u128 = world.health(ALICE).to();
    // Down by less than the margin's own unit, a ten-thousandth of a base wei of 15,000 USDC.
    let unit = Q::one() + reference::ten_to(18) / reference::int(debt * 2_000);
    assert!(reference::int(shown) <= health && health < reference::int(shown) + unit);
    // And more than without.
    assert!(reference::int(shown) > margin / reference::int(debt) * reference::ten_to(18));
}

#[test]
fn one_collateral_is_as_it_was() {
    let health = |together| {
        let mut world = eight(together);
        world.open(ALICE, 3, wad(100), usdc(7_000));
        world.health(ALICE)
    };
    assert_eq!(health(8), health(0));
    // 100 * 100 * 0.81 / 7,000.
    assert_eq!(health(8), u256(wad(8_100) / 7_000));
}

/// Two equal halves at a correlation of 0.28: d = 0.8 exactly, a fifth of the haircut of 3,200.
#[test]
fn a_position_is_kicked_where_its_relief_ends() {
    let assets = ["A", "B"].map(|name| AssetConfig::new(name, 18, wad(100)).weights(8_400, 8_300));
    let mut world = still_with(assets.to_vec());
    world.set_correlation(0, 400, 25, 180);
    world.set_correlation(1, 400, 25, 180);
    for asset in [0, 1] {
        world.deposit(ALICE, asset, wad(100));
        change_terms(&mut world, asset, |terms| terms.tip = 0);
        change_terms(&mut world, asset, |terms| terms.small = 0);
    }
    world.borrow(ALICE, usdc(16_600));
    // At a price p: 200 p (0.84 + 0.2 * 0.16) = 174.4 p against 16,600.
    let edge = usdc(16_600) * 1_000_000_000_000_000 / 174_400 + 1_000_000_000_000;
    for asset in [0, 1] {
        world.set_price(asset, edge);
    }
    world.pass(10);
    assert!(world.health(ALICE) >= u256(wad(1)));
    assert!(world.kick(KAY, &[ALICE]).is_err());
    for asset in [0, 1] {
        world.set_price(asset, edge / 1_000 * 999);
    }
    world.pass(10);
    assert_eq!(world.kick(KAY, &[ALICE]).unwrap(), [0]);
    // Sized with the relief of what is left: the target of 1.12, counted in full, but for the chip.
    let health: u128 = world.health(ALICE).to();
    assert!(health.abs_diff(wad(112) / 100) < wad(1) / 500, "{health}");
    world.check();
}

#[test]
fn eight_correlated_assets_cost_at_most_3000_gas_more() {
    let gas = |together| {
        let mut world = eight(together);
        for asset in 0..8 {
            world.deposit(ALICE, asset, wad(20));
        }
        world.borrow(ALICE, usdc(8_000));
        world.pass(1);
        world.must(BOB, healthFactorCall { account: ALICE });
        world.receipt().gas_used
    };
    let (plain, full) = (gas(0), gas(8));
    println!("health of eight assets: {plain} gas, with correlations {full}");
    assert!(full > plain && full - plain <= 3_000, "{plain} {full}");
}

#[test]
fn a_row_is_set_within_bounds_by_the_governor() {
    let mut world = eight(2);
    let call =
        |asset, sigma, relief, codes: Vec<u8>| setCorrelationCall { asset, sigma, relief, codes };
    let row = vec![100, 100, 0, 9, 9, 9, 9, 9];
    let set = |sigma, relief| call(2, sigma, relief, row.clone());
    world.refuse(MALLORY, set(400, 25), NotGovernor { caller: MALLORY });
    let out = |parameter, value: u64, high: u64| OutOfBounds {
        parameter,
        value: U256::from(value),
        low: U256::ZERO,
        high: U256::from(high),
    };
    world.refuse(GOVERNOR, set(10_001, 25), out(1, 10_001, 10_000));
    world.refuse(GOVERNOR, set(400, 26), out(2, 26, 25));
    let mut wide = row.clone();
    wide[0] = 251;
    world.refuse(GOVERNOR, call(2, 400, 25, wide), out(3, 251, 250));
    let mut own = row.clone();
    own[2] = 1;
    world.refuse(GOVERNOR, call(2, 400, 25, own), out(3, 1, 0));
    let short = LengthMismatch { left: U256::from(7), right: U256::from(8) };
    world.refuse(GOVERNOR, call(2, 400, 25, row[..7].to_vec()), short);
    // Fully correlated with both of two that are not with each other: nobody's correlations.
    let torn = call(2, 400, 25, vec![0; 8]);
    world.refuse(GOVERNOR, torn, Inconsistent { check: params::NO_CORRELATIONS });
    // A fifth as volatile, and more: topping up the other would take more relief than it brings.
    let calm = call(2, 15, 25, row.clone());
    world.refuse(GOVERNOR, calm, Inconsistent { check: params::TOP_UP_HURTS });

    world.must(GOVERNOR, set(400, 25));
    let codes = U256::from(100 | 100 << 8) | U256::from(0x09_0909_0909_u64) << 24;
    world.assert_event(&CorrelationSet {
        asset: 2,
        oldSigma: 0,
        oldRelief: 0,
        oldCodes: U256::from(100 | 101 << 8),
        sigma: 400,
        relief: 25,
        codes,
    });
    let terms = world.get(riskTermsCall { asset: 2 });
    assert_eq!((terms.sigma, terms.relief, terms.codes.to_vec()), (400, 25, row));
}

#[test]
fn what_takes_part_is_tightened_by_steps_a_day_apart() {
    let mut world = eight(3);
    let set = |sigma, relief, code| {
        let codes = vec![code, 102, 0, 102, 102, 102, 102, 102];
        setCorrelationCall { asset: 2, sigma, relief, codes }
    };
    let step = || Inconsistent { check: params::STEP_TOO_LARGE };
    // A sigma of 400 by a fifth, a code by 25, a relief by five points; at a threshold of 82 % by four,
    // and no two of them as far at once: a hundredth of health is 41 / 9 percent of the haircut.
    world.refuse(GOVERNOR, set(319, 25, 102), step());
    world.refuse(GOVERNOR, set(481, 25, 102), step());
    world.refuse(GOVERNOR, set(400, 20, 102), step());
    world.refuse(GOVERNOR, set(400, 25, 76), step());
    world.refuse(GOVERNOR, set(320, 25, 95), step());
    world.must(GOVERNOR, set(320, 25, 96));
    let earliest = world.now() + 86_400;
    world.pass(86_399);
    let now = world.now();
    world.refuse(GOVERNOR, set(320, 21, 96), TooSoon { now, earliest });
    world.pass(1);
    world.must(GOVERNOR, set(320, 21, 96));
    world.pass(86_400);
    world.must(GOVERNOR, set(384, 25, 102));
}

/// Who holds it beside others could lose their relief at a stroke.
#[test]
fn what_is_held_does_not_join_those_that_relieve() {
    let mut world = eight(3);
    world.deposit(ALICE, 5, wad(20));
    let join = |asset: u8| {
        let codes = (0..8).map(|n| if n == asset { 0 } else { 102 }).collect();
        setCorrelationCall { asset, sigma: 400, relief: 0, codes }
    };
    world.refuse(GOVERNOR, join(5), Inconsistent { check: params::STEP_TOO_LARGE });
    world.must(GOVERNOR, join(6));
    world.withdraw(ALICE, 5, wad(20));
    world.must(GOVERNOR, join(5));
    // Where none has any, there is nothing to lose.
    let mut world = eight(0);
    world.deposit(ALICE, 5, wad(20));
    world.must(GOVERNOR, join(5));
}

/// A threshold may not fall so far that a top-up of another asset could hurt.
#[test]
fn a_threshold_keeps_top_ups_safe() {
    let mut world = eight(0);
    // 0.25 * 960 * (1 - LT) <= LT_k * 100 = 80 up to LT = 2/3.
    let codes = |asset: u8| (0..8).map(|n| if n == asset { 0 } else { 100 }).collect::<Vec<u8>>();
    world.must(GOVERNOR, setCorrelationCall { asset: 0, sigma: 960, relief: 25, codes: codes(0) });
    world.must(GOVERNOR, setCorrelationCall { asset: 4, sigma: 100, relief: 25, codes: codes(4) });
    world.must(GOVERNOR, plimsoll_abi::IPlimsoll::setMaxLtvCall { asset: 4, maxLtv: 5_000 });
    let end = world.now() + 3 * 86_400;
    let fall = |threshold| setThresholdCall { asset: 4, threshold, end };
    world.refuse(GOVERNOR, fall(6_499), Inconsistent { check: params::TOP_UP_HURTS });
    world.must(GOVERNOR, fall(6_500));
}
