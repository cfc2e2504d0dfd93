//! The borrowing limit: what new risk may rest on. It follows the market at once, in both
//! directions, and touches nobody who takes no new risk.

use crate::{
    Result,
    correlation::sqrt_up,
    exp::sqrt_down,
    fixed::{BPS, mul, mul_div_down, mul_div_up, sub},
    oracle::confidence_value_up,
    value::value_down,
    words::{AssetPrice, Risk},
};

/// Steps of the root of a value over the value at which credit ends: three times its cube fits.
const STEPS: u64 = 1 << 42;
/// The variance a second, in WAD, of a volatility in milli bps per square root of a day:
/// (s / 10^7)^2 / 86,400 * 10^18 = s^2 * 25 / 216.
const VARIANCE: (u128, u128) = (25, 216);

/// What a balance lets its owner owe beside all that others hold of the asset: it counts for what it
/// adds to what everything would bring together, as if it were sold last. Whoever spreads a holding
/// over many accounts, or brings it in piece by piece, gets no more for all of them together.
///
/// # Units
/// balance, beside: collateral wei; depth: that of the market, base wei; result: base wei times bps.
///
/// # Rounding
/// Down, but for the steps of [`credit`], and never above the balance's value. It never falls as the
/// balance rises.
///
/// # Errors
/// `Overflow` above 128 bits; `OutOfRange` for a scale above 36.
pub fn carries(
    balance: u128,
    beside: u128,
    word: &AssetPrice,
    risk: &Risk,
    depth: u128,
) -> Result<u128> {
    let price = price(word.price, word.average(), word.confidence)?;
    let value = |amount| value_down(amount, price, word.scale);
    let mut counted = value(balance)?;
    if depth > 0 && risk.impact > 0 {
        // What others hold is no reason to fail: beyond 128 bits it is beyond the end of credit.
        let credit = |amount| credit(value(amount).unwrap_or(u128::MAX), depth, risk.impact);
        let whole = credit(balance.saturating_add(beside))?;
        counted = counted.min(sub(whole, credit(beside)?)?);
    }
    mul(counted, weight(risk.max_ltv, word.sigma, risk.measured())?)
}

/// The price that new risk is valued at: the lower of the price and its average, less the
/// confidence. An average that only its rounding keeps below the price is not lower.
///
/// # Units
/// WAD; code: steps of 4 bps of the price.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 128 bits, which a price of 92 bits cannot reach.
pub fn price(price: u128, ema: u128, code: u8) -> Result<u128> {
    // A stored average is rounded down by less than one part in 2^57.
    let lower = if ema.saturating_add(price >> 57) < price { ema } else { price };
    Ok(lower.saturating_sub(confidence_value_up(price, code)?))
}

/// The weight of new risk: the highest loan to value, less when the measured volatility is above
/// the reference.
///
/// # Units
/// max_ltv, result: bps; sigma: bps of the price per square root of a day, zero for no scaling;
/// variance: that of the return a second, WAD.
///
/// # Rounding
/// Down, by less than one unit and a thousandth of a bp of volatility.
///
/// # Errors
/// `Overflow` above 128 bits, which a stored variance cannot reach.
pub fn weight(max_ltv: u16, sigma: u16, variance: u128) -> Result<u128> {
    let (full, reference) = (u128::from(max_ltv), u128::from(sigma).saturating_mul(1_000));
    let measured = u128::from(sqrt_up(mul_div_up(variance, VARIANCE.1, VARIANCE.0)?));
    if sigma == 0 || measured <= reference {
        return Ok(full);
    }
    mul_div_down(full, reference, measured)
}

/// What a holding counts for whose sale moves the market: v (1 - 2/3 i sqrt(v / D)), what it would
/// bring if selling v moved the price by i sqrt(v / D), up to the size at which a little more brings
/// nothing, D / i^2. From there on it stays: more collateral never counts for less.
///
/// # Units
/// value, depth, result: base wei; impact: i in bps. Without a depth or an impact, the value.
///
/// # Rounding
/// Down, by less than 2^-40 sqrt(v D) / i and one unit: a size is rounded down to a step of its
/// root, whose credit is exact, so that credit never falls as the value rises.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn credit(value: u128, depth: u128, impact: u16) -> Result<u128> {
    if depth == 0 || impact == 0 {
        return Ok(value);
    }
    let square = u128::from(impact).saturating_mul(impact.into());
    let most = mul_div_down(depth, mul(BPS, BPS)?, square)?;
    let steps = u128::from(STEPS);
    let size = mul_div_down(value.min(most), mul(steps, steps)?, most)?;
    let root = u128::from(sqrt_down(size));
    // root^2 (3 STEPS - 2 root) / (3 STEPS^3): 84 bits times 44.
    let triple = mul(steps, 3)?;
    let part = mul(mul(root, root)?, sub(triple, mul(root, 2)?)?)?;
    mul_div_down(most, part, mul(mul(steps, steps)?, triple)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::variance_of;

    #[test]
    fn new_risk_is_valued_at_the_lower_price_less_the_confidence() {
        assert_eq!(price(10_000, 9_000, 0), Ok(9_000));
        assert_eq!(price(10_000, 11_000, 0), Ok(10_000));
        // Two steps are 8 bps of the price, whichever is lower.
        assert_eq!(price(10_000, 9_000, 2), Ok(8_992));
        assert_eq!(price(10_000, 7, 2), Ok(0));
    }

    #[test]
    fn the_weight_falls_when_volatility_passes_the_reference() {
        let at = |measured| weight(8_000, 500, variance_of(measured)).unwrap();
        assert_eq!([0, 499, 500].map(at), [8_000; 3]);
        // 8,000 * 500 / 501.
        assert_eq!(at(501), 7_984);
        assert_eq!(at(1_000), 4_000);
        assert_eq!(weight(8_000, 0, variance_of(9_999)), Ok(8_000));
        assert_eq!(weight(0, 500, 0), Ok(0));
    }

    /// D = 1,000,000 and i = 2 %: credit ends at 2,500 D, where a third is left.
    #[test]
    fn credit_bends_with_size_and_never_falls() {
        let depth = 1_000_000_000_000_u128;
        let at = |value| credit(value, depth, 200).unwrap();
        assert_eq!(at(0), 0);
        // 1 - 2/3 * 0.02 of the depth, between two steps.
        assert!((986_666_666_566..=986_666_666_666).contains(&at(depth)));
        // A quarter of the end is a step: 1/4 (1 - 1/3) of it.
        assert_eq!(at(625 * depth), 416_666_666_666_666);
        assert_eq!(at(2_500 * depth), 833_333_333_333_333);
        assert_eq!(at(2_500 * depth + 1), 833_333_333_333_333);
        assert_eq!(at(u128::MAX), 833_333_333_333_333);
        assert_eq!(credit(77, 0, 200), Ok(77));
        assert_eq!(credit(77, depth, 0), Ok(77));
    }
}
