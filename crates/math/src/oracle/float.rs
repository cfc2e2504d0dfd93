//! Short floats: how moving figures are stored.
//!
//! A code holds a mantissa in its low bits and above it the power of two that it is multiplied by.

use crate::bits::{low_32, low_64};

/// Mantissa of a moving average: with six bits of exponent, 64 bits.
const AVERAGE_BITS: u32 = 58;
/// Mantissa of a variance: with eight bits of exponent, 32 bits.
const VARIANCE_BITS: u32 = 24;

/// The code of a moving average below 2^121.
///
/// # Rounding
/// Down, by less than one part in 2^57.
pub fn average_code(value: u128) -> u64 {
    encode(value, AVERAGE_BITS)
}

/// What a code from [`average_code`] stands for.
pub fn average(code: u64) -> u128 {
    decode(code, AVERAGE_BITS)
}

/// The code of a variance.
///
/// # Rounding
/// Down, by less than one part in 2^23.
pub fn variance_code(value: u128) -> u32 {
    low_32(encode(value, VARIANCE_BITS).into())
}

/// What a code from [`variance_code`] stands for.
pub fn variance(code: u32) -> u128 {
    decode(code.into(), VARIANCE_BITS)
}

fn encode(value: u128, bits: u32) -> u64 {
    let width = 128_u32.saturating_sub(value.leading_zeros());
    let exponent = width.saturating_sub(bits);
    low_64(value.unbounded_shr(exponent)) | u64::from(exponent).unbounded_shl(bits)
}

fn decode(code: u64, bits: u32) -> u128 {
    let mantissa = code & !u64::MAX.unbounded_shl(bits);
    u128::from(mantissa).unbounded_shl(low_32(code.unbounded_shr(bits).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::PRICE_MAX;

    #[test]
    fn codes_are_exact_within_their_mantissa_and_down_beyond_it() {
        for value in [0, 1, (1 << 58) - 1, 1 << 58, 1 << 91] {
            assert_eq!(average(average_code(value)), value);
        }
        assert_eq!(average(average_code(PRICE_MAX)), PRICE_MAX - ((1 << 34) - 1));
        assert_eq!(average(average_code((1 << 58) + 1)), 1 << 58);
        for value in [0, 1, (1 << 24) - 1, 1 << 24, 1 << 100] {
            assert_eq!(variance(variance_code(value)), value);
        }
        assert_eq!(variance(variance_code((1 << 24) + 1)), 1 << 24);
    }
}
