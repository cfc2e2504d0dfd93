//! What sources answer, brought to WAD once.

use crate::fixed::{PRICE_MAX, pow10};

/// Decimals of a WAD.
const WAD_DECIMALS: i32 = 18;

/// A Chainlink-style answer in WAD; zero if it is none.
///
/// An aggregator clamps what it answers to its bounds, so that an answer at or beyond a bound says
/// only that the truth lies outside: it is no price. `max` of zero: no upper bound.
///
/// # Units
/// answer and bounds: 10^-decimals of the base token.
///
/// # Rounding
/// Exact up to 18 decimals, which setters enforce; down beyond.
pub fn feed_price(answer: u128, decimals: u8, min: u128, max: u128) -> u128 {
    if answer <= min || (max > 0 && answer >= max) {
        return 0;
    }
    wad(answer, i32::from(decimals).saturating_neg(), false)
}

/// A Pyth-style answer, `price` and `confidence` times ten to `exponent`, in WAD; zero and zero if
/// it is none. A confidence beyond 128 bits is the largest number, wider than any price.
///
/// # Rounding
/// Price down, confidence up.
pub fn pyth_price(price: u64, confidence: u64, exponent: i32) -> (u128, u128) {
    match wad(price.into(), exponent, false) {
        0 => (0, 0),
        wads => (wads, doubt(confidence, exponent)),
    }
}

fn doubt(confidence: u64, exponent: i32) -> u128 {
    match wad(confidence.into(), exponent, true) {
        // Rounded up, only what does not fit is nothing.
        0 if confidence > 0 => u128::MAX,
        wads => wads,
    }
}

/// Whether a reporter's reading is one: above zero, of the stored width, more than its confidence.
pub const fn usable(price: u128, confidence: u128) -> bool {
    price > 0 && price <= PRICE_MAX && confidence < price
}

/// `digits` times ten to `exponent` in WAD; zero if that is beyond 128 bits or nothing.
fn wad(digits: u128, exponent: i32, up: bool) -> u128 {
    let shift = WAD_DECIMALS.saturating_add(exponent);
    let Some(power) = u8::try_from(shift.unsigned_abs()).ok().and_then(|by| pow10(by).ok()) else {
        return 0;
    };
    if shift >= 0 {
        digits.checked_mul(power).unwrap_or_default()
    } else if up {
        digits.div_ceil(power)
    } else {
        digits.checked_div(power).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    #[test]
    fn answers_at_a_bound_are_none() {
        assert_eq!(feed_price(0, 8, 0, 0), 0);
        assert_eq!(feed_price(1, 8, 0, 0), 10_000_000_000);
        assert_eq!(feed_price(10_000_000, 8, 10_000_000, 0), 0);
        assert_eq!(feed_price(10_000_001, 8, 10_000_000, 0), 100_000_010_000_000_000);
        assert_eq!(feed_price(999, 0, 0, 1_000), 999 * WAD);
        assert_eq!(feed_price(1_000, 0, 0, 1_000), 0);
        assert_eq!(feed_price(u128::MAX, 0, 0, 0), 0);
    }

    #[test]
    fn exponents_go_both_ways() {
        assert_eq!(
            pyth_price(300_012_345_678, 1, -8),
            (3_000_123_456_780_000_000_000, 10_000_000_000)
        );
        assert_eq!(pyth_price(3, 1, 2), (300 * WAD, 100 * WAD));
        assert_eq!(pyth_price(15, 1, -19), (1, 1));
        assert_eq!(pyth_price(9, 9, -19), (0, 0));
        assert_eq!(pyth_price(1, 1, 19), (0, 0));
        // 3.4e6 * 10^32 is beyond 128 bits: no confidence at all must not look like certainty.
        assert_eq!(pyth_price(1, 3_402_823, 14).1, 3_402_823 * 10_u128.pow(32));
        assert_eq!(pyth_price(1, 3_402_824, 14).1, u128::MAX);
        assert_eq!(pyth_price(1, 1, i32::MIN), (0, 0));
    }
}
