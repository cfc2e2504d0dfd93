//! Health: what a position's collateral carries against what it owes.

use alloy_primitives::U256;

use crate::{
    Result,
    fixed::{BPS, PPM, WAD, add, mul, mul_div_down},
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
    /// Sum of value times weight, and what diversification relieves, base wei times bps.
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

    /// The exposure with what diversification adds to its margin: [`crate::correlation::relief`].
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn with_relief(&self, relief_bps: u128) -> Result<Self> {
        Ok(Self { margin_bps: add(self.margin_bps, relief_bps)?, ..*self })
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
/// owed, or so little that the factor passes 2^128.
///
/// # Rounding
/// Down.
pub fn health_factor(margin_bps: u128, owed: u128) -> U256 {
    mul_div_down(margin_bps, WAD / BPS, owed).map_or(U256::MAX, U256::from)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 10,000 at a threshold of 80 % against 8,000.
    fn edge() -> Exposure {
        Exposure { debt: 8_000, ..Exposure::default() }
            .with_leg(Leg { value: 10_000, threshold_bps: 8_000 })
            .unwrap()
    }

    #[test]
    fn one_is_healthy_and_a_wei_less_is_not() {
        assert_eq!(edge().is_liquidatable(), Ok(false));
        assert_eq!(edge().health_factor(), U256::from(WAD));
        let deeper = Exposure { debt: 8_001, ..edge() };
        assert_eq!(deeper.is_liquidatable(), Ok(true));
        assert_eq!(deeper.health_factor(), U256::from(999_875_015_623_047_119_u128));
    }

    #[test]
    fn lots_on_sale_count_for_the_debt() {
        let deeper = Exposure { debt: 9_000, pending: 1_000, ..edge() };
        assert_eq!(deeper.owed(), 8_000);
        assert_eq!(deeper.is_liquidatable(), Ok(false));
        let covered = Exposure { pending: 9_001, ..deeper };
        assert_eq!((covered.owed(), covered.health_factor()), (0, U256::MAX));
        assert_eq!(covered.meets(u16::MAX), Ok(true));
    }

    #[test]
    fn pending_is_capped_by_both_factors() {
        // 1,000,000 * 0.95 / 1.015, and at the floor.
        assert_eq!(pending(1_000_000, 950_000, 1_010_000, 15_000), Ok(935_960));
        assert_eq!(pending(1_000_000, 950_000, 920_000, 15_000), Ok(906_403));
    }
}
