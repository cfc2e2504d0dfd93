//! Fixed-point arithmetic: the one wide division, powers of ten, a short float.

use core::cmp::Ordering;

use crate::{MathError, Result, bits::low_64};

/// Basis points in one.
pub const BPS: u128 = 10_000;
/// Parts per million in one.
pub const PPM: u128 = 1_000_000;
/// One, for prices and health factors.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// One, for the borrow index.
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// Seconds in a year of 365 days.
pub const YEAR: u128 = 31_536_000;
/// The largest amount, debt or claim that is stored: 112 bits.
pub const AMOUNT_MAX: u128 = (1 << 112) - 1;
/// The largest price that is stored: 92 bits, five billion base tokens for a collateral token.
pub const PRICE_MAX: u128 = (1 << 92) - 1;

const LOW_64: u128 = (1 << 64) - 1;
const LOW_32: u64 = (1 << 32) - 1;
const MANTISSA_BITS: u32 = 40;

/// Sum of `a` and `b`.
///
/// # Errors
/// `Overflow` above 128 bits.
#[inline]
pub fn add(a: u128, b: u128) -> Result<u128> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// What is left of `a` without `b`.
///
/// # Errors
/// `Overflow` if `b` is larger.
#[inline]
pub fn sub(a: u128, b: u128) -> Result<u128> {
    a.checked_sub(b).ok_or(MathError::Overflow)
}

/// Product of `a` and `b`.
///
/// # Errors
/// `Overflow` above 128 bits.
#[inline(never)]
pub fn mul(a: u128, b: u128) -> Result<u128> {
    match mul_wide(a, b) {
        (0, low) => Ok(low),
        _ => Err(MathError::Overflow),
    }
}

/// `a * b / d` with a 256-bit product.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `DivisionByZero`; `Overflow` if the quotient passes 128 bits.
#[inline(never)]
pub fn mul_div_down(a: u128, b: u128, d: u128) -> Result<u128> {
    let (quotient, _) = mul_div(a, b, d)?;
    Ok(quotient)
}

/// `a * b / d` with a 256-bit product.
///
/// # Rounding
/// Up.
///
/// # Errors
/// `DivisionByZero`; `Overflow` if the quotient passes 128 bits.
#[inline(never)]
pub fn mul_div_up(a: u128, b: u128, d: u128) -> Result<u128> {
    let (quotient, remainder) = mul_div(a, b, d)?;
    add(quotient, u128::from(remainder != 0))
}

/// Compares `a * b` with `c * d`, exactly.
pub fn compare_products(a: u128, b: u128, c: u128, d: u128) -> Ordering {
    mul_wide(a, b).cmp(&mul_wide(c, d))
}

/// Ten to the power `exponent`.
///
/// # Errors
/// `OutOfRange` above 36, the largest price scale.
#[inline(never)]
pub fn pow10(exponent: u8) -> Result<u128> {
    if exponent > 36 {
        return Err(MathError::OutOfRange);
    }
    // Square and multiply. What enters `power` divides 10^36, which fits; the last square, which
    // may wrap, is never used.
    let (mut power, mut square, mut rest) = (1_u128, 10_u128, exponent);
    while rest != 0 {
        if rest & 1 == 1 {
            power = power.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        rest >>= 1;
    }
    Ok(power)
}

/// The 48 bits that hold `value` with a mantissa of 40 bits and an exponent of 8.
///
/// # Rounding
/// Up, by less than one part in 2^39.
#[inline(never)]
pub fn float_up(value: u128) -> u64 {
    let bits = 128_u32.saturating_sub(value.leading_zeros());
    let exponent = bits.saturating_sub(MANTISSA_BITS);
    let mut mantissa = value.unbounded_shr(exponent);
    let mut shift = u64::from(exponent);
    if mantissa.unbounded_shl(exponent) != value {
        mantissa = mantissa.saturating_add(1);
        if mantissa >> MANTISSA_BITS != 0 {
            mantissa >>= 1;
            shift = shift.saturating_add(1);
        }
    }
    low_64(mantissa) | shift << MANTISSA_BITS
}

/// The value that 48 bits from [`float_up`] stand for. A value above 128 bits, which only a value
/// within 2^88 of that width becomes, saturates.
#[inline(never)]
pub fn float_value(float: u64) -> u128 {
    let exponent = low_32(float >> MANTISSA_BITS);
    let mantissa = u128::from(float & ((1 << MANTISSA_BITS) - 1));
    if exponent > mantissa.leading_zeros() {
        return if mantissa == 0 { 0 } else { u128::MAX };
    }
    mantissa.unbounded_shl(exponent)
}

fn low_32(value: u64) -> u32 {
    crate::bits::low_32(u128::from(value))
}

/// Quotient and remainder of `a * b / d`.
#[inline(never)]
fn mul_div(a: u128, b: u128, d: u128) -> Result<(u128, u128)> {
    if d == 0 {
        return Err(MathError::DivisionByZero);
    }
    let (high, low) = mul_wide(a, b);
    if high >= d {
        return Err(MathError::Overflow);
    }
    Ok(divide(high, low, d))
}

/// The 256-bit product, high half first: schoolbook on 64-bit digits.
#[inline(never)]
fn mul_wide(a: u128, b: u128) -> (u128, u128) {
    let (a1, a0, b1, b0) = (a >> 64, a & LOW_64, b >> 64, b & LOW_64);
    // Four products of two digits each fit 128 bits, and so do the sums below: the largest product
    // leaves room for two more digits.
    let low = a0.wrapping_mul(b0);
    let cross = a1.wrapping_mul(b0).wrapping_add(low >> 64);
    let middle = a0.wrapping_mul(b1).wrapping_add(cross & LOW_64);
    let high = a1.wrapping_mul(b1).wrapping_add(cross >> 64).wrapping_add(middle >> 64);
    (high, middle << 64 | low & LOW_64)
}

/// Quotient and remainder of a 256-bit number by `d`, for `high < d`, so that the quotient fits.
///
/// Knuth's algorithm D on 64-bit digits: two quotient digits, each estimated from the leading digit
/// of the divisor and corrected at most twice. No division of 128 bits: a WASM machine has none,
/// and the compiler's own costs more than the rest of this function together.
#[inline(never)]
fn divide(high: u128, low: u128, d: u128) -> (u128, u128) {
    // The estimate is close only if the divisor's top bit is set.
    let shift = d.leading_zeros();
    let complement = 128_u32.saturating_sub(shift);
    let d = d.unbounded_shl(shift);
    let high = high.unbounded_shl(shift) | low.unbounded_shr(complement);
    let low = low.unbounded_shl(shift);
    let (first, rest) = divide_digit(high, low >> 64, d);
    let (second, rest) = divide_digit(rest, low & LOW_64, d);
    (u128::from(first) << 64 | u128::from(second), rest.unbounded_shr(shift))
}

/// One digit of the quotient of `rest * 2^64 + digit` by `d`, and what remains; `rest < d` and the
/// top bit of `d` is set.
#[inline(never)]
fn divide_digit(rest: u128, digit: u128, d: u128) -> (u64, u128) {
    let (d1, d0) = (low_64(d >> 64), d & LOW_64);
    let (mut quotient, over) = estimate(low_64(rest >> 64), low_64(rest), d1);
    let mut over = u128::from(over.0) << 64 | u128::from(over.1);
    // The estimate ignores `d0`, so it is too large by at most two. Once `over` passes a digit, the
    // comparison cannot hold any more.
    while over <= LOW_64 && u128::from(quotient).wrapping_mul(d0) > (over << 64 | digit) {
        quotient = quotient.wrapping_sub(1);
        over = over.wrapping_add(d1.into());
    }
    // The remainder is below `d`, so that the low 128 bits of the difference are all of it.
    let product = u128::from(quotient).wrapping_mul(d);
    (quotient, (rest << 64 | digit).wrapping_sub(product))
}

/// The quotient of two digits by one, at most the largest digit, and what is over it (carry, then
/// digit). The top bit of `d` is set and `high <= d`.
fn estimate(high: u64, low: u64, d: u64) -> (u64, (u64, u64)) {
    if high >= d {
        // The quotient is one digit and a bit: the largest digit is close enough.
        let (over, carry) = low.overflowing_add(d);
        return (u64::MAX, (carry.into(), over));
    }
    // The same algorithm once more, on halves of 32 bits, which the machine divides.
    let (first, rest) = divide_half(high, low >> 32, d);
    let (second, rest) = divide_half(rest, low & LOW_32, d);
    (first << 32 | second, (0, rest))
}

/// One half-digit of the quotient of `rest * 2^32 + half` by `d`, and what remains; `rest < d` and
/// the top bit of `d` is set.
#[inline(never)]
fn divide_half(rest: u64, half: u64, d: u64) -> (u64, u64) {
    let (d1, d0) = (d >> 32, d & LOW_32);
    // `d1` has its top bit set.
    let mut quotient = rest.checked_div(d1).unwrap_or(0);
    let mut over = rest.wrapping_sub(quotient.wrapping_mul(d1));
    while over <= LOW_32 && (quotient > LOW_32 || quotient.wrapping_mul(d0) > (over << 32 | half)) {
        quotient = quotient.wrapping_sub(1);
        over = over.wrapping_add(d1);
    }
    (quotient, (rest << 32 | half).wrapping_sub(quotient.wrapping_mul(d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_differ_by_the_direction_only() {
        assert_eq!(mul_div_down(7, 3, 2), Ok(10));
        assert_eq!(mul_div_up(7, 3, 2), Ok(11));
        assert_eq!(mul_div_down(8, 3, 2), Ok(12));
        assert_eq!(mul_div_up(8, 3, 2), Ok(12));
        assert_eq!(mul_div_down(0, 3, 2), Ok(0));
        assert_eq!(mul_div_up(0, 3, 2), Ok(0));
    }

    #[test]
    fn quotients_end_at_128_bits() {
        let max = u128::MAX;
        assert_eq!(mul_div_down(max, max, max), Ok(max));
        assert_eq!(mul_div_down(max, max, max - 1), Err(MathError::Overflow));
        // One more than fits only because of the direction.
        assert_eq!(mul_div_down(max, 3, 3), Ok(max));
        assert_eq!(mul_div_up(max - 1, max, max - 1), Ok(max));
        assert_eq!(mul_div_down(1 << 127, 2, 1), Err(MathError::Overflow));
        assert_eq!(mul_div_up(5, 5, 0), Err(MathError::DivisionByZero));
    }

    /// Divisors for which the first estimate of a digit is one and two too large.
    #[test]
    fn digits_are_corrected_twice() {
        let d = (1 << 127) | LOW_64;
        let q = (LOW_64 << 64) | LOW_64;
        assert_eq!(mul_div_down(q, d - 1, d), Ok(q - 2));
        let d = u128::MAX - 1;
        assert_eq!(mul_div_down(d - 1, d - 1, d), Ok(d - 2));
    }

    #[test]
    fn floats_carry_into_the_exponent() {
        assert_eq!(float_value(float_up(0)), 0);
        assert_eq!(float_value(float_up((1 << 40) - 1)), (1 << 40) - 1);
        assert_eq!(float_value(float_up((1 << 41) - 1)), 1 << 41);
        assert_eq!(float_value(float_up(PRICE_MAX)), PRICE_MAX + 1);
        assert_eq!(float_value(float_up(u128::MAX)), u128::MAX);
    }
}
