//! The exponential, the logarithm and the square root in fixed point.
//!
//! Arguments stand on a grid that is much coarser than the errors of the results: what neighbours
//! differ by is more than what rounding can take away, so that no function here turns round.
//! Everything is 64 bits wide and multiplied to 128; shifts of 128 bits are by constants.

use crate::bits::low_64;

/// One, as [`exp_neg`] returns it.
pub const EXP_ONE: u128 = 1 << 63;
/// One, as [`exp_neg`] takes it.
pub const EXP_UNIT: u128 = 1 << 40;
/// One, as [`ln`] takes it.
pub const LN_UNIT: u64 = 1 << 32;
/// One, as [`ln`] returns it.
pub const LN_ONE: i64 = 1 << 58;

/// Bits after the point in the argument of [`exp_parts`].
pub(crate) const PARTS_BITS: u32 = 58;
/// The logarithm of e to base two, in units of 2^-63, rounded down.
const LOG2_E: u64 = 13_306_513_097_844_322_491;
/// The natural logarithm of two, in units of 2^-64, rounded down.
const LN_2: u64 = 12_786_308_645_202_655_659;
/// 0.7^21 / 21! < 2^-76.
const TERMS: u64 = 20;
/// More than the error of a mantissa, in units of 2^-63.
const MANTISSA_ERROR: u64 = 64;

/// e^-`x`.
///
/// # Units
/// x: [`EXP_UNIT`] is one; above 63 counts as 63. Result: [`EXP_ONE`] is one.
///
/// # Rounding
/// Up, by less than one part in 2^55 and one unit. It never rises, and falls at every step while
/// the result is above 2^-22: neighbours differ by one part in 2^40.
pub fn exp_neg(x: u128) -> u128 {
    let x = low_64(x.min(EXP_UNIT.wrapping_mul(63)));
    let (mantissa, halvings) = exp_parts(x << 18);
    let up = mantissa.saturating_add(MANTISSA_ERROR).unbounded_shr(halvings);
    u128::from(up).saturating_add(1).min(EXP_ONE)
}

/// e^-`x` as a mantissa of 1/2 to 1 in units of 2^-63, and how often to halve it.
///
/// # Units
/// x: units of 2^-58, so below 64.
///
/// # Rounding
/// The mantissa is off by less than 64 units: `LOG2_E` by one part in 2^63.5, which makes
/// 64 ln 2 / 2^63 < 45 units, the fraction and `r` by two units of 2^-64, and the last step of the
/// series by four: each step passes on less than 0.7 of the error of the one before it.
pub(crate) fn exp_parts(x: u64) -> (u64, u32) {
    // x log2(e) with 121 bits after the point; below 64 * 1.5, so that it fits.
    let exponent = u128::from(x).wrapping_mul(LOG2_E.into());
    let r = mul_high(low_64(exponent >> 57), LN_2);
    // 1 - r (1 - r/2 (1 - r/3 (...))): every bracket is between zero and one.
    let one = low_64(EXP_ONE);
    let mut sum = one;
    for n in (1..=TERMS).rev() {
        let term = mul_high(sum, r).checked_div(n).unwrap_or(0);
        sum = one.saturating_sub(term);
    }
    (sum, crate::bits::low_32(exponent >> 121))
}

/// The natural logarithm of `x`; of the least positive number for zero.
///
/// # Units
/// x: [`LN_UNIT`] is one. Result: [`LN_ONE`] is one; between -22.2 and 22.2.
///
/// # Rounding
/// Off by less than 2^-56, either way. It never falls: see `log2`.
pub fn ln(x: u64) -> i64 {
    let product = i128::from(log2(x)).wrapping_mul(i128::from(LN_2));
    low_64((product >> 64).cast_unsigned()).cast_signed()
}

/// The logarithm to base two, in units of 2^-58, of `x` in units of 2^-32.
///
/// One bit a squaring: y^2 >= 2 says that the next bit of log2(y) is one, and then y^2 / 2 goes on.
/// Each step keeps the order of two arguments or tells them apart by its bit, roundings included,
/// so that the whole never falls.
///
/// # Rounding
/// Down, by less than 2^-58 + 2^-60: what the `n`-th squaring cuts off weighs 2^-n.
pub(crate) fn log2(x: u64) -> i64 {
    let x = x.max(1);
    let zeros = x.leading_zeros();
    let mut y = x.unbounded_shl(zeros);
    let mut bits = 31_i64.saturating_sub(i64::from(zeros));
    for _ in 0..PARTS_BITS {
        let square = mul_high(y, y);
        let bit = square >> 63;
        y = if bit == 1 { square } else { square << 1 };
        bits = bits << 1 | bit.cast_signed();
    }
    bits
}

/// The square root.
///
/// # Rounding
/// Down, exactly: one bit of the root a step, as on paper.
pub fn sqrt_down(value: u128) -> u64 {
    // The highest even power of two that a root's square may have.
    let highest = 126_u32.saturating_sub((value | 1).leading_zeros() & 126);
    let (mut root, mut rest, mut bit) = (0_u128, value, 1_u128.unbounded_shl(highest));
    while bit != 0 {
        // Of disjoint bits.
        let trial = root | bit;
        root >>= 1;
        if rest >= trial {
            rest = rest.wrapping_sub(trial);
            root |= bit;
        }
        bit >>= 2;
    }
    low_64(root)
}

/// `a * b / 2^64`, down: four products of halves, the carries of the middle ones collected. The
/// machine has no wider product, and the compiler's costs a call and a trip through memory.
#[inline(always)]
pub(crate) fn mul_high(a: u64, b: u64) -> u64 {
    const LOW: u64 = (1 << 32) - 1;
    let (a1, a0, b1, b0) = (a >> 32, a & LOW, b >> 32, b & LOW);
    // None of these sums wraps: (2^32 - 1)^2 leaves room for two numbers of 32 bits.
    let low = a0.wrapping_mul(b0) >> 32;
    let middle = a1.wrapping_mul(b0).wrapping_add(low);
    let cross = a0.wrapping_mul(b1).wrapping_add(middle & LOW);
    a1.wrapping_mul(b1).wrapping_add(middle >> 32).wrapping_add(cross >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_half_is_that_of_the_wide_product() {
        let ends =
            [0, 1, 2, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, 1 << 63, u64::MAX - 1, u64::MAX];
        let mut noise = 1_u64;
        for n in 0..100_000 {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (a, b) = (ends[n % 9] ^ (noise >> (n % 64)), ends[n / 9 % 9].wrapping_add(noise));
            let wide = (u128::from(a) * u128::from(b)) >> 64;
            assert_eq!(u128::from(mul_high(a, b)), wide, "{a} {b}");
        }
        for a in ends {
            for b in ends {
                assert_eq!(u128::from(mul_high(a, b)), (u128::from(a) * u128::from(b)) >> 64);
            }
        }
    }
}
