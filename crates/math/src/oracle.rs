//! Prices: how good one is, and what it is good enough for.

use crate::{
    Result,
    bits::low_8,
    fixed::{BPS, PRICE_MAX, mul_div_up},
};

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

/// What a feed or a reporter says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// WAD base tokens for a whole collateral token.
    pub price: u128,
    /// Half the width of the interval that the price is said to lie in, WAD.
    pub confidence: u128,
}

/// What is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PricePolicy {
    /// Largest move in one update, bps of the stored price.
    pub max_step_bps: u16,
    /// Widest confidence, bps of the new price.
    pub max_confidence_bps: u16,
}

/// The verdict on a reading, at the second of its update.
///
/// `stored` is the price that the last update stored, a jumped one too: so a second reading within
/// a step of a jumped price confirms it, and one that returns to the old price is a jump again.
///
/// # Rounding
/// None: products are compared. A reading whose products pass 128 bits is invalid.
pub fn judge(stored: Option<u128>, reading: &Reading, policy: &PricePolicy) -> Verdict {
    judge_checked(stored, reading, policy).unwrap_or(Verdict::Invalid)
}

fn judge_checked(stored: Option<u128>, reading: &Reading, policy: &PricePolicy) -> Option<Verdict> {
    if reading.price == 0 || reading.price > PRICE_MAX {
        return Some(Verdict::Invalid);
    }
    if let Some(old) = stored {
        let moved = reading.price.abs_diff(old).checked_mul(BPS)?;
        if moved > old.checked_mul(policy.max_step_bps.into())? {
            return Some(Verdict::Jumped);
        }
    }
    let width = reading.confidence.checked_mul(BPS)?;
    if width > reading.price.checked_mul(policy.max_confidence_bps.into())? {
        return Some(Verdict::Uncertain);
    }
    Some(Verdict::Valid)
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

    const POLICY: PricePolicy = PricePolicy { max_step_bps: 500, max_confidence_bps: 100 };

    #[test]
    fn limits_are_inclusive() {
        let at = |price, confidence| judge(Some(1_000), &Reading { price, confidence }, &POLICY);
        assert_eq!(at(1_000, 10), Verdict::Valid);
        assert_eq!(at(1_000, 11), Verdict::Uncertain);
        assert_eq!(at(1_050, 0), Verdict::Valid);
        assert_eq!(at(1_051, 0), Verdict::Jumped);
        assert_eq!(at(950, 0), Verdict::Valid);
        assert_eq!(at(949, 900), Verdict::Jumped);
        assert_eq!(at(0, 0), Verdict::Invalid);
        assert_eq!(at(PRICE_MAX + 1, 0), Verdict::Invalid);
        assert_eq!(at(1_000, u128::MAX), Verdict::Invalid);
    }

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
