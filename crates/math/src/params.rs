//! What governance may set: bounds, what must hold between parameters, and what they mean.
//!
//! `docs/PARAMETERS.md` has the reasons.

use crate::{
    Result,
    auction::{Curve, effective_penalty_ppm},
    fixed::{mul, pow10},
    interest::INDEX_START,
    sizing::Policy,
    words::{AuctionTerms, Market, PricePolicy, SaleTerms, Source},
};

/// Highest liquidation threshold, bps.
pub const THRESHOLD_MAX: u32 = 9_500;
/// Shortest and longest life of a price, seconds.
pub const AGE_MIN: u32 = 10;
/// See [`AGE_MIN`].
pub const AGE_MAX: u32 = 86_400;
/// Smallest and largest believed move in one update, bps.
pub const STEP_MIN: u32 = 50;
/// See [`STEP_MIN`].
pub const STEP_MAX: u32 = 5_000;
/// Narrowest and widest confidence of a valid price, bps.
pub const CONFIDENCE_MIN: u32 = 4;
/// See [`CONFIDENCE_MIN`].
pub const CONFIDENCE_MAX: u32 = 1_000;
/// Most tenths of a standard deviation that a move may be.
pub const SIGMAS_MAX: u32 = 100;
/// Widest floor of the band beyond which a reading is an outlier, bps.
pub const OUTLIER_MAX: u32 = 2_000;
/// Longest half-life of the moving average, seconds.
pub const EMA_HALF_LIFE_MAX: u32 = 600;
/// Highest base rate, steps of 10 bps a year.
pub const RATE_BASE_MAX: u32 = 100;
/// Lowest and highest kink, percent.
pub const KINK_MIN: u32 = 10;
/// See [`KINK_MIN`].
pub const KINK_MAX: u32 = 99;
/// Highest slope, steps of 50 bps a year.
pub const SLOPE_MAX: u32 = 100;
/// Highest jump, steps of 500 bps a year.
pub const JUMP_MAX: u32 = 60;
/// Highest minimum debt, whole base tokens.
pub const MIN_DEBT_MAX: u128 = 100_000;

/// Check 1: a sale at the reference factor must be able to reach the target.
pub const TARGET_REACHABLE: u8 = 1;
/// Check 2: below `full_below` a partial sale may lower health.
pub const FULL_BELOW_COVERS: u8 = 2;
/// Check 3: the auction's floor must not be above what is counted on.
pub const FLOOR_BELOW_REFERENCE: u8 = 3;
/// Check 4: the descent limit must not be below the slow rate.
pub const DESCENT_ABOVE_SLOW: u8 = 4;
/// Check 5: what may be borrowed must stay below what is liquidated.
pub const LTV_BELOW_THRESHOLD: u8 = 5;
/// Check 6: the keeper's share must fit in the penalty.
pub const CHIP_WITHIN_PENALTY: u8 = 6;
/// Check 10: the tip comes on top of what a sale is sized for; it must not make one miss its target.
pub const TIP_WITHIN_SMALL: u8 = 10;
/// Check 11: what the assets may have on sale must not add up to more than all together may.
pub const SALES_WITHIN_MARKET: u8 = 11;
/// Most that all assets together may be allowed to have on sale, after construction; milli base
/// tokens.
pub const MOST_ON_SALE: u64 = 200_000_000_000;
/// Lowest and highest that governance may set it to.
pub const MOST_ON_SALE_MIN: u64 = 1_000_000;
/// See [`MOST_ON_SALE_MIN`].
pub const MOST_ON_SALE_MAX: u64 = (1 << 48) - 1;
/// What a debt that is sold in parts is worth in tips, at least.
const TIPS_IN_SMALL: u32 = 100;
/// Open losses that stop new risk in an asset after its listing, whole base tokens.
pub const LOSS_BOUND: u32 = 10_000;
/// Highest that governance may set it to.
pub const LOSS_BOUND_MAX: u32 = 10_000_000;

/// Check 7: correlations are those of some portfolio.
pub const NO_CORRELATIONS: u8 = 7;
/// Check 8: a top-up never lowers health.
pub const TOP_UP_HURTS: u8 = 8;
/// Check 9: what takes part in diversification changes step by step.
pub const STEP_TOO_LARGE: u8 = 9;

/// Largest depth, milli base tokens: the width of its field.
pub const DEPTH_MAX: u64 = (1 << 48) - 1;
/// Largest impact of selling the depth, bps.
pub const IMPACT_MAX: u32 = 1_000;
/// Highest reference volatility, bps per square root of a day.
pub const SIGMA_MAX: u32 = 10_000;
/// Largest part of a haircut that diversification removes, percent.
pub const RELIEF_MAX: u32 = 25;
/// A parameter outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBounds {
    /// Position among the terms, from zero.
    pub parameter: u8,
    /// What was asked for.
    pub value: u64,
    /// The lowest that is allowed.
    pub low: u64,
    /// The highest that is allowed.
    pub high: u64,
}

/// Whether each term is within its bounds.
///
/// # Errors
/// The first that is not.
pub fn check_terms(terms: &SaleTerms) -> core::result::Result<(), OutOfBounds> {
    // Corridors as far as a measurement supports them; widths of the fields elsewhere.
    let bounds: [(u64, u64, u64); 15] = [
        (terms.reference_factor.into(), 9_300, 9_700),
        (terms.penalty.into(), 100, 500),
        (terms.chip.into(), 0, 100),
        (terms.target.into(), 10_800, 11_500),
        (terms.full_below.into(), 8_000, 9_999),
        (terms.start_excess.into(), 0, 400),
        (terms.fast_rate.into(), 200, 1_000),
        (terms.slow_rate.into(), 15, 50),
        (terms.descent.into(), 150, 300),
        (terms.floor.into(), 9_000, 9_400),
        (terms.dust.into(), 1_000, 1_000_000),
        (terms.max_on_sale, 1_000_000, (1 << 48) - 1),
        (terms.tip.into(), 0, 100_000),
        (terms.small.into(), 0, (1 << 24) - 1),
        (terms.cool_off.into(), 0, 60),
    ];
    for (parameter, (value, low, high)) in (0_u8..).zip(bounds) {
        if value < low || value > high {
            return Err(OutOfBounds { parameter, value, low, high });
        }
    }
    Ok(())
}

/// Whether a price policy is within its bounds; positions are those in the setter.
///
/// # Errors
/// The first that is not.
pub fn check_policy(policy: &PricePolicy) -> core::result::Result<(), OutOfBounds> {
    let bounds: [(u32, u32, u32); 8] = [
        (policy.max_age, AGE_MIN, AGE_MAX),
        (policy.step.into(), STEP_MIN, STEP_MAX),
        (policy.sigmas.into(), 0, SIGMAS_MAX),
        (policy.max_confidence.into(), CONFIDENCE_MIN, CONFIDENCE_MAX),
        (policy.quorum.into(), 1, 5),
        (policy.half_life.into(), 0, u16::MAX.into()),
        (policy.outlier.into(), 0, OUTLIER_MAX),
        (policy.ema_half_life.into(), 0, EMA_HALF_LIFE_MAX),
    ];
    within(1, &bounds)
}

/// Whether a source is within its bounds; positions are those in the setter.
///
/// # Errors
/// The first that is not.
pub fn check_source(source: &Source) -> core::result::Result<(), OutOfBounds> {
    let bounds: [(u32, u32, u32); 4] = [
        (source.kind.into(), 0, Source::REPORTER.into()),
        (source.decimals.into(), 0, 18),
        (source.family.into(), 0, u8::MAX.into()),
        (source.weight.into(), 1, u8::MAX.into()),
    ];
    within(3, &bounds)
}

fn within(first: u8, bounds: &[(u32, u32, u32)]) -> core::result::Result<(), OutOfBounds> {
    for (parameter, &(value, low, high)) in (first..).zip(bounds) {
        if value < low || value > high {
            let (value, low, high) = (value.into(), low.into(), high.into());
            return Err(OutOfBounds { parameter, value, low, high });
        }
    }
    Ok(())
}

/// Whether the terms agree with each other and with a liquidation threshold, bps.
///
/// # Errors
/// The number of the check that failed.
pub fn consistent(terms: &SaleTerms, threshold: u16) -> core::result::Result<(), u8> {
    // 14 bits each, and at most 1.5 for the penalty: the products fit 64 bits.
    let penalised =
        u64::from(threshold).saturating_mul(u64::from(terms.penalty).saturating_add(10_000));
    let reference = u64::from(terms.reference_factor);
    if penalised >= reference.saturating_mul(terms.target.into()) {
        return Err(TARGET_REACHABLE);
    }
    if reference.saturating_mul(terms.full_below.into()) < penalised {
        return Err(FULL_BELOW_COVERS);
    }
    if terms.floor > terms.reference_factor {
        return Err(FLOOR_BELOW_REFERENCE);
    }
    if terms.descent < terms.slow_rate {
        return Err(DESCENT_ABOVE_SLOW);
    }
    if terms.chip > terms.penalty {
        return Err(CHIP_WITHIN_PENALTY);
    }
    if terms.tip.saturating_mul(TIPS_IN_SMALL) > terms.small {
        return Err(TIP_WITHIN_SMALL);
    }
    Ok(())
}

impl SaleTerms {
    /// Terms of an asset that was just listed, the middle of every corridor.
    pub fn start(base_decimals: u8) -> Self {
        Self {
            reference_factor: 9_500,
            penalty: 150,
            chip: 10,
            target: 11_200,
            full_below: 9_000,
            start_excess: 100,
            fast_rate: 1_000,
            slow_rate: 30,
            descent: 200,
            floor: 9_200,
            dust: 100_000,
            max_on_sale: 10_000_000_000,
            tip: 1_000,
            small: 2_000_000,
            cool_off: 1,
            milli_exponent: base_decimals.saturating_sub(3),
        }
    }

    /// Smallest value of a deposit, lot, take or remainder, base wei.
    ///
    /// # Errors
    /// `Overflow` above 128 bits, which the fields cannot reach.
    pub fn dust_value(&self) -> Result<u128> {
        self.base_wei(self.dust.into())
    }

    /// Largest value on sale at once, base wei.
    ///
    /// # Errors
    /// As [`SaleTerms::dust_value`].
    pub fn max_on_sale_value(&self) -> Result<u128> {
        self.base_wei(self.max_on_sale.into())
    }

    /// Debt up to which a position is sold as a whole, and value of a lot from which on a redo is
    /// paid, base wei.
    ///
    /// # Errors
    /// As [`SaleTerms::dust_value`].
    pub fn small_value(&self) -> Result<u128> {
        self.base_wei(self.small.into())
    }

    /// Flat reward for a kicked position, base wei.
    ///
    /// # Errors
    /// As [`SaleTerms::dust_value`].
    pub fn tip_value(&self) -> Result<u128> {
        self.base_wei(self.tip.into())
    }

    /// Penalty that a take charges, ppm of net proceeds.
    pub fn take_penalty_ppm(&self) -> u32 {
        effective_penalty_ppm(self.penalty, self.chip)
    }

    /// Milli base tokens of `wei`, down, at most what 48 bits hold.
    pub fn milli(&self, wei: u128) -> u64 {
        let unit = pow10(self.milli_exponent).unwrap_or(1);
        let milli = wei.checked_div(unit).unwrap_or_default().min((1 << 48) - 1);
        u64::try_from(milli).unwrap_or_default()
    }

    /// Base wei of thousandths of a base token.
    ///
    /// # Errors
    /// `Overflow` above 128 bits, which no field reaches; `OutOfRange` for an impossible exponent.
    pub fn base_wei(&self, milli: u128) -> Result<u128> {
        mul(milli, pow10(self.milli_exponent)?)
    }

    /// The price curve of an auction that started at `start_excess_ppm` above one.
    pub fn curve(&self, start_excess_ppm: u16) -> Curve {
        Curve {
            start_excess_ppm: start_excess_ppm.into(),
            fast: self.fast_rate.into(),
            slow: self.slow_rate.into(),
            descent: self.descent.into(),
            floor_ppm: u32::from(self.floor).saturating_mul(100),
        }
    }

    /// The words of a new auction; an empty lot. `clock`: the asset's auction clock;
    /// `start_excess`: ppm, see [`SaleTerms::under`].
    pub fn open(
        &self,
        price: u128,
        start_excess: u16,
        clock: u32,
        generation: u32,
    ) -> AuctionTerms {
        AuctionTerms {
            lot: 0,
            start: clock,
            start_excess,
            redos: 0,
            generation,
            // At most five percent: fits 16 bits.
            penalty: u16::try_from(self.take_penalty_ppm()).unwrap_or(u16::MAX),
            kick_price: price,
        }
    }
}

impl Policy {
    /// The stricter of this policy and an asset's terms.
    ///
    /// # Errors
    /// `Overflow` above 128 bits, which the fields cannot reach.
    pub fn with(&self, terms: &SaleTerms) -> Result<Self> {
        Ok(Self {
            target_bps: self.target_bps.max(terms.target),
            full_below_bps: self.full_below_bps.max(terms.full_below),
            small: self.small.max(terms.small_value()?),
        })
    }
}

impl Market {
    /// A market that begins at `now`.
    pub fn start(now: u32) -> Self {
        Self { index: INDEX_START, accrued_at: now, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_terms_are_within_bounds_and_consistent_at_common_thresholds() {
        let terms = SaleTerms::start(6);
        assert_eq!(check_terms(&terms), Ok(()));
        for threshold in [0, 7_500, 8_000, 8_400] {
            assert_eq!(consistent(&terms, threshold), Ok(()));
        }
    }

    #[test]
    fn each_check_has_an_edge() {
        let terms = SaleTerms::start(6);
        // 9,500 * 9,000 = 85,500,000 = 8,423.6 * 10,150.
        assert_eq!(consistent(&terms, 8_423), Ok(()));
        assert_eq!(consistent(&terms, 8_424), Err(FULL_BELOW_COVERS));
        let chip = SaleTerms { chip: 151, ..terms };
        assert_eq!(consistent(&chip, 8_000), Err(CHIP_WITHIN_PENALTY));
        let slow = SaleTerms { slow_rate: 201, ..terms };
        assert_eq!(consistent(&slow, 8_000), Err(DESCENT_ABOVE_SLOW));
        let floor = SaleTerms { floor: 9_501, ..terms };
        assert_eq!(consistent(&floor, 8_000), Err(FLOOR_BELOW_REFERENCE));
        let tip = SaleTerms { tip: 20_001, small: 2_000_000, ..terms };
        assert_eq!(consistent(&tip, 8_000), Err(TIP_WITHIN_SMALL));
        assert_eq!(consistent(&SaleTerms { tip: 20_000, ..tip }, 8_000), Ok(()));
        let target = SaleTerms { target: 9_400, full_below: 9_999, ..terms };
        assert_eq!(consistent(&target, 8_799), Err(TARGET_REACHABLE));
    }

    #[test]
    fn values_are_milli_base_tokens() {
        let terms = SaleTerms::start(6);
        assert_eq!(terms.dust_value(), Ok(100_000_000));
        assert_eq!(terms.tip_value(), Ok(1_000_000));
        assert_eq!(SaleTerms::start(18).dust_value(), Ok(100_000_000_000_000_000_000));
    }
}
