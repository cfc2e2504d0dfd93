//! What sources answer, brought to WAD: against exact powers of ten.

use num_bigint::BigInt;
use num_traits::{One, Zero};
use plimsoll_math::oracle::{feed_price, pyth_price};
use proptest::prelude::*;

use crate::config;
use crate::reference::{Q, int, ten_to};

/// `digits` times ten to `exponent` in WAD.
fn wad(digits: u128, exponent: i32) -> Q {
    let exponent = i64::from(exponent) + 18;
    let power = ten_to(u8::try_from(exponent.abs().min(100)).unwrap());
    if exponent < 0 { int(digits) / power } else { int(digits) * power }
}

/// Whether a number is stored as it is: below 2^128.
fn fits(value: &Q) -> bool {
    *value < Q::from_integer(BigInt::one() << 128)
}

/// Numbers of 0 to `bits` bits, every width as likely as another.
fn up_to(bits: u32) -> impl Strategy<Value = u128> {
    (0..=bits, any::<u128>()).prop_map(|(bits, noise)| noise.unbounded_shr(128 - bits))
}

proptest! {
    #![proptest_config(config())]

    /// An answer within its bounds, exclusive, is that many of its decimals, down.
    #[test]
    fn an_answer_is_scaled_by_its_decimals(
        answer in up_to(128), decimals in 0_u8..=54, min in up_to(128), max in up_to(128),
        near in 0_u8..3,
    ) {
        // The bounds themselves, one beside them, and any.
        let (min, max) = match near {
            0 => (answer.saturating_sub(max & 1), 0),
            1 => (0, answer.saturating_add(min & 1)),
            _ => (min, max),
        };
        let exact = wad(answer, -i32::from(decimals)).floor();
        let clamped = answer <= min || (max > 0 && answer >= max);
        let expected = if clamped || !fits(&exact) { Q::zero() } else { exact };
        prop_assert_eq!(int(feed_price(answer, decimals, min, max)), expected);
    }

    /// A price down and its confidence up; a confidence beyond counting is wider than any price. No
    /// power above 10^36 is counted with, either way.
    #[test]
    fn a_price_and_its_confidence_share_an_exponent(
        price in up_to(64), confidence in up_to(64), exponent in -60_i32..=25,
    ) {
        let (price, confidence) = (u64::try_from(price).unwrap(), u64::try_from(confidence).unwrap());
        let (got, doubt) = pyth_price(price, confidence, exponent);
        let exact = wad(price.into(), exponent).floor();
        if exact.is_zero() || !fits(&exact) || !(-54..=18).contains(&exponent) {
            prop_assert_eq!((got, doubt), (0, 0));
            return Ok(());
        }
        prop_assert_eq!(int(got), exact);
        let exact = wad(confidence.into(), exponent).ceil();
        let expected = if fits(&exact) { exact } else { int(u128::MAX) };
        prop_assert_eq!(int(doubt), expected);
    }
}
