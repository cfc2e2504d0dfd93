use num_bigint::BigUint;
use plimsoll_math::exp::{EXP_ONE, EXP_UNIT, LN_ONE, LN_UNIT, exp_neg, ln, sqrt_down};

use crate::{
    Noise, POINTS,
    reference::{self, fixed},
};

/// `exact <= value <= exact (1 + 2^-55) + 2^-63`.
fn check_exp(x: u64) {
    let value = fixed(exp_neg(x.into()) as i128, 63);
    let exact = reference::exp_neg(x.into(), 40);
    assert!(value >= exact, "below e^-{x}");
    let mut slack = exact.clone();
    reference::scale(&mut slack, -55);
    let bound = reference::add(&reference::add(&exact, &slack), &fixed(1, 63));
    assert!(value <= bound, "e^-{x}");
}

#[test]
fn the_exponential_is_up_within_its_bound() {
    let mut noise = Noise(1);
    for _ in 0..POINTS {
        check_exp(noise.below(63 << 40));
    }
}

/// Halvings begin at the multiples of ln 2.
#[test]
fn the_exponential_never_rises() {
    let mut noise = Noise(2);
    let halvings = (1..90).map(|n| n * 762_123_384_785_u64);
    let anywhere: Vec<u64> = (0..500).map(|_| noise.below(63 << 40)).collect();
    for start in halvings.chain(anywhere) {
        let mut last = exp_neg(u128::from(start.saturating_sub(1_000)));
        for x in start.saturating_sub(1_000) + 1..start + 1_000 {
            let value = exp_neg(x.into());
            assert!(value < last || (value == last && value < EXP_ONE >> 22), "at {x}");
            last = value;
        }
        check_exp(start);
    }
}

#[test]
fn the_exponential_has_both_ends() {
    assert_eq!(exp_neg(0), EXP_ONE);
    assert!(exp_neg(1) < EXP_ONE);
    assert_eq!(exp_neg(63 * EXP_UNIT), 1);
    assert_eq!(exp_neg(u128::MAX), 1);
    // e^-1 = 0.36787944117144232159...
    assert_eq!(exp_neg(EXP_UNIT) * 10_u128.pow(16) / EXP_ONE, 3_678_794_411_714_423);
}

/// `|value - ln x| < 2^-56`: the exponentials of what is less and of what is more enclose x.
fn check_ln(x: u64) {
    let value = i128::from(ln(x));
    let exp = |value: i128| match u128::try_from(-value) {
        Ok(value) => reference::exp_neg(value, 58),
        Err(_) => reference::div(&fixed(1, 0), &reference::exp_neg(value as u128, 58)),
    };
    let exact = fixed(x.into(), 32);
    assert!(exp(value - 4) < exact && exact < exp(value + 4), "ln {x}");
}

#[test]
fn the_logarithm_is_within_its_bound() {
    let mut noise = Noise(3);
    for _ in 0..POINTS {
        check_ln(noise.draw().unbounded_shr((noise.draw() & 63) as u32).max(1));
    }
}

/// Bits change at the powers of two, and with them everything in the loop.
#[test]
fn the_logarithm_never_falls() {
    let mut noise = Noise(4);
    let powers = (0..64).map(|n| 1_u64 << n);
    let anywhere: Vec<u64> = (0..500).map(|_| noise.draw() >> (noise.draw() & 63)).collect();
    for start in powers.chain(anywhere) {
        let from = start.saturating_sub(500).max(1);
        let mut last = ln(from);
        for x in from..start.saturating_add(500) {
            let value = ln(x);
            assert!(value >= last, "at {x}");
            last = value;
        }
        check_ln(start.max(1));
    }
}

#[test]
fn the_logarithm_has_both_ends() {
    assert_eq!(ln(LN_UNIT), 0);
    assert_eq!(ln(0), ln(1));
    // 32 ln 2 = 22.18070977791824990...
    assert_eq!(ln(u64::MAX) / (LN_ONE / 1_000_000), 22_180_709);
    assert_eq!(ln(1) / (LN_ONE / 1_000_000), -22_180_709);
}

#[test]
fn the_root_is_exact() {
    let mut noise = Noise(5);
    let check = |value: u128| {
        let root = BigUint::from(value).sqrt();
        assert_eq!(BigUint::from(sqrt_down(value)), root, "of {value}");
    };
    for _ in 0..POINTS {
        let wide = u128::from(noise.draw()) << 64 | u128::from(noise.draw());
        check(wide >> (noise.draw() & 127));
    }
    for n in 0..64 {
        let square = (1_u128 << n) * (1_u128 << n);
        for value in [square - 1, square, square + 1] {
            check(value);
        }
    }
    check(u128::MAX);
    check(u128::from(u64::MAX) * u128::from(u64::MAX));
    check(u128::from(u64::MAX) * u128::from(u64::MAX) - 1);
}
