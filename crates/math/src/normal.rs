//! The normal distribution, through Mills' ratio: what lies beyond a point over the density at it.
//!
//! The ratio is smooth and between 0.1 and 2 wherever it is asked for, so that tails keep their
//! relative precision and differences of tails do not cancel.

use crate::{
    bits::low_64,
    exp::{PARTS_BITS, exp_parts, mul_high},
};

/// One, as [`cdf`] takes it.
pub const NORMAL_UNIT: i64 = 1 << 32;
/// One, as [`cdf`] returns it.
pub const NORMAL_ONE: u64 = 1 << 63;

/// One, as points are measured here.
pub(crate) const POINT_ONE: u64 = 1 << PARTS_BITS;
/// Nothing that counts lies beyond: less than 2^-69.
pub(crate) const POINT_MAX: u64 = POINT_ONE.wrapping_mul(19) >> 1;
/// The least point of [`mills`] is minus this.
pub(crate) const HALF: u64 = POINT_ONE >> 1;

/// 1 / sqrt(2 pi), in units of 2^-64.
const DENSITY_AT_ZERO: u64 = 7_359_186_146_747_302_452;
/// One, as [`mills`] returns it.
const MILLS_ONE: u64 = 1 << 62;
/// Derivatives in a series of [`mills`]: from zero, with half a step, the next is below 2^-65.
const DERIVATIVES: u64 = 24;

/// Mills' ratio at 0, 1/2, 1 and so on to 9 1/2, in units of 2^-62.
const MILLS: [u64; 20] = [
    5_779_891_283_755_275_865,
    4_041_517_710_874_210_428,
    3_023_788_178_341_640_317,
    2_378_779_766_855_981_405,
    1_943_222_583_303_245_020,
    1_633_759_460_736_231_463,
    1_404_674_821_910_005_014,
    1_229_326_853_114_139_627,
    1_091_366_485_509_992_213,
    980_308_773_753_512_361,
    889_170_440_755_105_435,
    813_146_248_143_402_000,
    748_834_788_463_027_262,
    693_768_157_609_370_575,
    646_116_503_953_617_592,
    604_496_832_468_043_538,
    567_845_953_378_121_210,
    535_334_028_707_336_335,
    506_304_476_067_521_093,
    480_231_382_219_401_043,
];

/// The probability that a standard normal variable is at most `x`.
///
/// # Units
/// x: [`NORMAL_UNIT`] is one. Result: [`NORMAL_ONE`] is one.
///
/// # Rounding
/// Off by less than 2^-56, either way. It never falls: neighbours differ by one part in 2^32, and
/// the error of a tail is less than one part in 2^52 of it.
pub fn cdf(x: i64) -> u64 {
    let distance = x.unsigned_abs();
    let point = if distance < POINT_MAX >> 26 { distance << 26 } else { POINT_MAX };
    let tail = scaled_density(point, mills(point.wrapping_add(HALF)));
    if x < 0 { tail } else { NORMAL_ONE.saturating_sub(tail) }
}

/// The normal density at `point` times `factor`.
///
/// # Units
/// point: [`POINT_ONE`] is one, at most [`POINT_MAX`]; factor: units of 2^-62; result: 2^-63.
pub(crate) fn scaled_density(point: u64, factor: u64) -> u64 {
    // Below 46: a square of 116 bits after the point and the half.
    let exponent = low_64(u128::from(point).wrapping_mul(point.into()) >> 59);
    let (mantissa, halvings) = exp_parts(exponent);
    let product = u128::from(mul_high(factor, DENSITY_AT_ZERO)).wrapping_mul(mantissa.into());
    low_64(product >> 62).unbounded_shr(halvings)
}

/// Mills' ratio R(d) at d = `from_minus_half` - 1/2.
///
/// # Units
/// from_minus_half: [`POINT_ONE`] is one, at most ten; result: units of 2^-62.
///
/// # Rounding
/// Off by less than 2^-58 up to d = 4, and less than 2^-56 beyond.
///
/// # Source
/// R' = d R - 1. With b_n = |R^(n) / n!| at the next node above, b_1 = 1 - d b_0 and
/// (n + 1) b_(n+1) = b_(n-1) - d b_n; and R(d - h) = sum b_n h^n, of positive terms.
pub(crate) fn mills(from_minus_half: u64) -> u64 {
    // Half steps: the node n / 2 is at the end of the n-th.
    let node = from_minus_half >> 57;
    let h = HALF.wrapping_sub(from_minus_half & HALF.wrapping_sub(1)) << 6;
    let place = usize::try_from(node).unwrap_or(usize::MAX);
    let mut now = MILLS.get(place).copied().unwrap_or_default();
    let (mut before, mut power, mut sum) = (MILLS_ONE, u64::MAX, now);
    for n in 1..=DERIVATIVES {
        // Twice d b_n is below two: it fits.
        let next = before.saturating_sub(node.wrapping_mul(now) >> 1).checked_div(n).unwrap_or(0);
        (before, now) = (now, next);
        power = mul_high(power, h);
        let term = mul_high(next, power);
        if term == 0 {
            break;
        }
        sum = sum.saturating_add(term);
    }
    sum
}
