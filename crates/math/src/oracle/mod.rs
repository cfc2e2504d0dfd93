//! Prices: how several sources become one, how good that is, and what it is good enough for.

mod aggregate;
mod float;
mod median;
mod source;
mod stats;

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

use crate::{Result, bits::low_8, fixed::mul_div_up};

/// Steps of a confidence code in one: a step is 4 bps of the price.
const CONFIDENCE_STEPS: u128 = 2_500;

/// The judgement on a price, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Fit for everything.
    #[default]
    Valid,
    /// The confidence is wide.
    Uncertain,
    /// Moved more than a step in one update and is not confirmed yet.
    Jumped,
    /// Too old.
    Stale,
    /// No price at all.
    Invalid,
}

impl Verdict {
    /// The stored code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Uncertain => 1,
            Self::Jumped => 2,
            Self::Stale => 3,
            Self::Invalid => 4,
        }
    }

    /// The verdict of a stored code. A code that was never stored is the worst.
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Valid,
            1 => Self::Uncertain,
            2 => Self::Jumped,
            3 => Self::Stale,
            _ => Self::Invalid,
        }
    }

    /// The worse of two.
    pub const fn worse(self, other: Self) -> Self {
        if self.code() < other.code() { other } else { self }
    }
}

/// What somebody wants to do with a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take on debt.
    Borrow,
    /// Take collateral out while owing.
    Withdraw,
    /// Start a sale. `hard`: the position is below [`crate::health::HARD_BPS`] even at the price
    /// plus its confidence.
    Kick {
        /// Whether it is.
        hard: bool,
    },
    /// Restart a sale.
    Redo,
    /// Buy from a sale.
    Take,
    /// Withdraw from an open sale.
    Leave,
    /// Write off a debt that nothing backs.
    Realise,
    /// Pay back.
    Repay,
    /// Add collateral.
    Deposit,
    /// Book a closed sale.
    Settle,
}

/// Whether a price of this verdict is good enough for an action: the one table.
///
/// | action | worst verdict |
/// |---|---|
/// | borrow, withdraw, leave, realise, kick | Valid |
/// | redo | Uncertain |
/// | kick of a position that is below the hard limit at the price plus its confidence | Jumped |
/// | take | Stale |
/// | repay, deposit, settle | Invalid |
pub const fn allows(verdict: Verdict, action: Action) -> bool {
    let worst = match action {
        Action::Borrow | Action::Withdraw | Action::Leave | Action::Realise => Verdict::Valid,
        Action::Kick { hard: false } => Verdict::Valid,
        Action::Redo => Verdict::Uncertain,
        Action::Kick { hard: true } => Verdict::Jumped,
        Action::Take => Verdict::Stale,
        Action::Repay | Action::Deposit | Action::Settle => Verdict::Invalid,
    };
    verdict.code() <= worst.code()
}

/// The verdict that was stored, as it stands at `now`: a price is stale after `fresh_until`.
pub const fn aged(stored: Verdict, fresh_until: u32, now: u32) -> Verdict {
    if now > fresh_until { stored.worse(Verdict::Stale) } else { stored }
}

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
    fn a_price_is_fresh_in_its_last_second() {
        assert_eq!(aged(Verdict::Valid, 100, 100), Verdict::Valid);
        assert_eq!(aged(Verdict::Valid, 100, 101), Verdict::Stale);
        assert_eq!(aged(Verdict::Invalid, 100, 101), Verdict::Invalid);
    }

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
