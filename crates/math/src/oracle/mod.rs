//! Prices: how several sources become one, how good that is, and what it is good enough for.

mod aggregate;
mod float;
mod median;
mod source;
mod stats;
mod verdict;

pub use aggregate::{
    Aggregate, Fate, LEAD_MAX, Outcome, Priced, Prior, Reading, SOURCES, age_weight, aggregate,
    judge,
};
pub use float::{average, average_code, variance, variance_code};
pub use source::{feed_price, pyth_price, usable};
pub use stats::{
    FAST, RETURN_MIN, SLOW, Stats, VARIANCE_FLOOR, VARIANCE_MAX, squared_return, variance_of,
    volatility_of,
};
pub use verdict::{ACTIONS, Action, Verdict, aged, allows, worst};

use crate::{Result, bits::low_8, fixed::mul_div_up};

/// Steps of a confidence code in one: a step is 4 bps of the price.
const CONFIDENCE_STEPS: u128 = 2_500;

/// The stored code of a confidence: steps of 4 bps of the price.
///
/// # Rounding
/// Up; saturates at 255 steps, 10.2 % of the price.
pub fn confidence_code(price: u128, confidence: u128) -> u8 {
    let steps = mul_div_up(confidence, CONFIDENCE_STEPS, price).unwrap_or(u128::MAX);
    low_8(steps.min(u128::from(u8::MAX)))
}

/// The confidence of a code, WAD.
///
/// # Rounding
/// Up.
///
/// # Errors
/// `Overflow` above 128 bits, which a price of 92 bits cannot reach.
pub fn confidence_value_up(price: u128, code: u8) -> Result<u128> {
    mul_div_up(price, code.into(), CONFIDENCE_STEPS)
}

/// The price less its confidence: for new risk.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 128 bits, which a price of 92 bits cannot reach.
pub fn lower_bound(price: u128, code: u8) -> Result<u128> {
    Ok(price.saturating_sub(confidence_value_up(price, code)?))
}

/// The price plus its confidence: for a kick that does not wait for a valid price.
///
/// # Rounding
/// Up.
///
/// # Errors
/// `Overflow` above 128 bits, which a price of 92 bits cannot reach.
pub fn upper_bound(price: u128, code: u8) -> Result<u128> {
    crate::fixed::add(price, confidence_value_up(price, code)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    #[test]
    fn confidences_are_steps_of_four_basis_points() {
        assert_eq!(confidence_code(WAD, 0), 0);
        assert_eq!(confidence_code(WAD, 1), 1);
        assert_eq!(confidence_code(WAD, WAD / 2_500), 1);
        assert_eq!(confidence_code(WAD, WAD / 2_500 + 1), 2);
        assert_eq!(confidence_code(WAD, WAD), 255);
        assert_eq!(confidence_code(0, 1), 255);
        assert_eq!(lower_bound(10_000, 2), Ok(9_992));
        assert_eq!(upper_bound(10_000, 2), Ok(10_008));
    }
}
