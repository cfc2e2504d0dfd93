//! Health: what a position's collateral carries against what it owes.

use alloy_primitives::U256;

use crate::{
    Result,
    bits::join,
    fixed::{BPS, PPM, WAD, add, mul, mul_div_down, mul_div_wide_down},
};

/// The health factor below which neither a wide confidence nor an unconfirmed jump protects, bps.
pub const HARD_BPS: u16 = 9_850;

/// One collateral of a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// Base wei, down.
    pub value: u128,
    /// The weight: liquidation threshold or max LTV, bps.
    pub threshold_bps: u16,
}

/// A position's stocks, all in base wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Sum of the legs' values.
    pub collateral: u128,
    /// Sum of value times weight, base wei times bps.
    pub margin_bps: u128,
    /// Effective debt, up; zero when what was raised exceeds it.
    pub debt: u128,
    /// Expected net proceeds of lots on sale, down.
    pub pending: u128,
}

impl Exposure {
    /// The exposure with one more collateral.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn with_leg(&self, leg: Leg) -> Result<Self> {
        Ok(Self {
            collateral: add(self.collateral, leg.value)?,
            margin_bps: add(self.margin_bps, mul(leg.value, leg.threshold_bps.into())?)?,
            ..*self
        })
    }

    /// What is owed once the lots on sale have brought what is expected of them.
    pub fn owed(&self) -> u128 {
        self.debt.saturating_sub(self.pending)
    }

    /// Whether the health factor is below `bps`, by cross-multiplication. Nobody who owes nothing is
    /// below anything.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn is_below(&self, bps: u16) -> Result<bool> {
        Ok(self.margin_bps < mul(self.owed(), bps.into())?)
    }

    /// Whether the health factor is below one.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn is_liquidatable(&self) -> Result<bool> {
        Ok(self.margin_bps < mul(self.owed(), BPS)?)
    }

    /// Whether the health factor is at least `target_bps`.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn meets(&self, target_bps: u16) -> Result<bool> {
        Ok(!self.is_below(target_bps)?)
    }

    /// See [`health_factor`].
    pub fn health_factor(&self) -> U256 {
        health_factor(self.margin_bps, self.owed())
    }
}

/// The health factor, for display: decisions compare products.
///
/// # Units
/// margin_bps: base wei times bps; owed: base wei; result: WAD, the largest number if nothing is
/// owed.
///
/// # Rounding
/// Down.
pub fn health_factor(margin_bps: u128, owed: u128) -> U256 {
    // Only a divisor of zero fails.
    match mul_div_wide_down(margin_bps, WAD / BPS, owed) {
        Ok((high, low)) => join(high, low),
        Err(_) => U256::MAX,
    }
}

/// Net proceeds that a lot on sale counts for: its value at the lower of the reference factor and
/// the auction's factor, less the penalty. The reference alone would count an unsellable lot for
/// ever.
///
/// # Units
/// value: base wei at the live price, down; factors and penalty: ppm; result: base wei.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn pending(value: u128, reference_ppm: u32, factor_ppm: u32, penalty_ppm: u32) -> Result<u128> {
    let factor = reference_ppm.min(factor_ppm);
    mul_div_down(value, factor.into(), add(PPM, penalty_ppm.into())?)
}
