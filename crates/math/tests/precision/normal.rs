use plimsoll_math::normal::{NORMAL_ONE, NORMAL_UNIT, cdf};

use crate::{
    Noise, POINTS,
    reference::{self, fixed},
};

/// Far enough that nothing lies beyond.
const FAR: u64 = 12 << 32;

/// Off by less than 2^-56 at all, and below zero by less than one part in 2^52 and a unit.
fn check(x: i64) {
    let value = fixed(cdf(x).into(), 63);
    let tail = reference::tail_of(x.unsigned_abs());
    let exact = if x < 0 { tail } else { reference::sub(&fixed(1, 0), &tail) };
    let error = reference::sub(&value, &exact).abs();
    assert!(error < fixed(1, 56), "at {x}");
    if x < 0 {
        let mut slack = exact;
        reference::scale(&mut slack, -52);
        assert!(error <= reference::add(&slack, &fixed(1, 63)), "the tail at {x}");
    }
}

#[test]
fn the_normal_is_within_its_bound() {
    let mut noise = Noise(6);
    for n in 0..POINTS {
        let x = noise.below(FAR).cast_signed();
        check(if n & 1 == 0 { x } else { -x });
    }
}

/// The nodes of the series are half a unit apart.
#[test]
fn the_normal_never_falls() {
    let mut noise = Noise(7);
    let nodes = (-24_i64..=24).map(|n| n * NORMAL_UNIT / 2);
    let anywhere: Vec<i64> =
        (0..1_000).map(|_| noise.below(2 * FAR).cast_signed() - FAR.cast_signed()).collect();
    for start in nodes.chain(anywhere) {
        let mut last = cdf(start - 300);
        for x in start - 299..start + 300 {
            let value = cdf(x);
            assert!(value >= last, "at {x}");
            last = value;
        }
        check(start);
    }
}

#[test]
fn the_normal_is_symmetric_and_has_both_ends() {
    assert_eq!((cdf(i64::MIN), cdf(i64::MAX)), (0, NORMAL_ONE));
    // Phi(0) = 1/2, up to the error of the series.
    assert!(cdf(0).abs_diff(NORMAL_ONE / 2) < 1 << 7);
    let mut noise = Noise(8);
    for _ in 0..10_000 {
        let x = noise.below(FAR).cast_signed().max(1);
        assert_eq!(cdf(-x), NORMAL_ONE - cdf(x));
    }
}
