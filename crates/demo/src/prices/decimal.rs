//! Decimal text to WAD, exactly.

/// Most digits before the point. The contract stores prices in 96 bits of WAD, which is a little
/// over 7.9e10 whole base tokens.
pub const MAX_WHOLE_DIGITS: usize = 10;
/// Most digits after the point: WAD has no more.
const MAX_FRACTION_DIGITS: usize = 18;

/// Why a text is not a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Not digits with at most one point among them.
    Malformed,
    /// More digits than a price can have on one side of the point.
    TooManyDigits,
    /// Zero, or with a minus sign.
    NotPositive,
}

/// Reads a price such as `194.61` into WAD. No sign, no exponent, no separators; leading zeros
/// count as digits.
pub fn parse_wad(text: &str) -> Result<u128, DecimalError> {
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text),
    };
    let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || size.ends_with('.') {
        return Err(DecimalError::Malformed);
    }
    if sign {
        return Err(DecimalError::NotPositive);
    }
    if whole.len() > MAX_WHOLE_DIGITS || fraction.len() > MAX_FRACTION_DIGITS {
        return Err(DecimalError::TooManyDigits);
    }
    // At most 10 + 18 digits: below 1e28, so nothing overflows.
    let number =
        |text: &str| text.bytes().fold(0u128, |sum, byte| sum * 10 + u128::from(byte & 15));
    let missing = (MAX_FRACTION_DIGITS - fraction.len()) as u32;
    let wad = number(whole) * crate::fixed::WAD + number(fraction) * 10u128.pow(missing);
    if wad == 0 { Err(DecimalError::NotPositive) } else { Ok(wad) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    #[test]
    fn reads_exactly() {
        assert_eq!(parse_wad("194.61"), Ok(19_461 * WAD / 100));
        assert_eq!(parse_wad("1"), Ok(WAD));
        assert_eq!(parse_wad("0.000000000000000001"), Ok(1));
        assert_eq!(parse_wad("0.00028000"), Ok(280_000_000_000_000));
        assert_eq!(parse_wad("9999999999.999999999999999999"), Ok(10u128.pow(28) - 1));
    }

    #[test]
    fn the_largest_price_fits_the_contract() {
        assert!(10u128.pow(28) < 1 << 96);
    }

    #[test]
    fn refuses_what_it_cannot_hold() {
        use DecimalError::{Malformed, NotPositive, TooManyDigits};
        for (text, error) in [
            ("", Malformed),
            (".", Malformed),
            (".5", Malformed),
            ("5.", Malformed),
            ("1.2.3", Malformed),
            ("1e5", Malformed),
            ("1,000", Malformed),
            ("+1", Malformed),
            ("NaN", Malformed),
            ("--1", Malformed),
            ("１", Malformed),
            (" 1", Malformed),
            ("0", NotPositive),
            ("0.000", NotPositive),
            ("-1", NotPositive),
            ("10000000000", TooManyDigits),
            ("0.0000000000000000001", TooManyDigits),
        ] {
            assert_eq!(parse_wad(text), Err(error), "{text}");
        }
    }
}
