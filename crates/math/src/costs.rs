//! What selling has cost: recorded by takes, learnt from once a day, fed back into how the asset is
//! sold, inside corridors around what governance has set.
//!
//! The penalty learns nothing: it is a margin for the reserve and the keeper, and a penalty that
//! rises with the losses of the sold would sell more of them.

use crate::{
    Result,
    fixed::{BPS, PPM, mul_div_down},
    params::consistent,
    words::{Calm, SaleTerms, Sold},
};

/// Seconds between two lessons.
pub const LESSON: u32 = 86_400;
/// Most that one lesson moves what is remembered, bps: a day of sales, however large, is a quarter
/// of the memory.
pub const INFLUENCE_MAX: u64 = 2_500;
/// Widest distance of the reference factor and the floor from what governance has set, bps.
pub const CORRIDOR: u16 = 100;
/// The bounds that governance itself has, bps: see [`crate::params::check_terms`].
const REFERENCE: (u16, u16) = (9_300, 9_700);
const FLOOR: (u16, u16) = (9_000, 9_400);
const START_MAX: u16 = 400;
/// Hourly volatility that halves the cap on what is on sale, ppm.
const CALM_PPM: u128 = 15_000;
/// ppm in a basis point.
const PPM_PER_BPS: u32 = 100;

impl Sold {
    /// What was sold, with one more take: all sums, each stopping at the width of its field.
    ///
    /// # Units
    /// value: at the oracle price, pay: milli base tokens; elapsed: seconds of the auction clock;
    /// keeper: ppm of the lot that its keepers were paid.
    pub fn with(&self, value: u64, pay: u64, elapsed: u32, keeper: u32) -> Self {
        let weight = u128::from(value);
        // 48 and 20 bits: the products fit.
        let paid = u128::from(value).saturating_mul(keeper.into()).checked_div(PPM);
        let waited = weight.saturating_mul(u128::from(elapsed.min(WAIT_MAX)));
        Self {
            value: self.value.saturating_add(value).min(MILLI_MAX),
            pay: self.pay.saturating_add(pay).min(MILLI_MAX),
            waited: self.waited.saturating_add(waited).min((1 << 72) - 1),
            keeper: u64::try_from(paid.unwrap_or_default())
                .unwrap_or(u64::MAX)
                .saturating_add(self.keeper)
                .min(MILLI_MAX),
            used: true,
        }
    }
}

/// Longest wait that is remembered, seconds: 24 bits.
const WAIT_MAX: u32 = (1 << 24) - 1;
/// Widest sum of milli base tokens: 48 bits.
const MILLI_MAX: u64 = (1 << 48) - 1;

impl Calm {
    /// What is remembered of an asset whose terms governance has just set: the terms themselves,
    /// and of its costs what was known before. An asset without a past is expected to clear as its
    /// terms say.
    pub fn set(&self, terms: &SaleTerms, now: u32) -> Self {
        let governed = Self {
            reference_factor: terms.reference_factor,
            floor: terms.floor,
            start_excess: terms.start_excess,
            max_on_sale: terms.max_on_sale,
            ..*self
        };
        if self.factor != 0 {
            return governed;
        }
        Self {
            factor: u32::from(terms.reference_factor).saturating_mul(PPM_PER_BPS),
            seconds: terms.seconds_to_reference(),
            keeper: u32::from(terms.chip).saturating_mul(PPM_PER_BPS),
            learnt_at: now,
            ..governed
        }
    }

    /// What is remembered after a lesson: the sales since the last one, weighted by their value
    /// against what may be on sale at once, at most [`INFLUENCE_MAX`].
    ///
    /// # Errors
    /// `Overflow`, which the fields' widths exclude.
    pub fn after(&self, sold: &Sold, now: u32) -> Result<Self> {
        let mut after = Self { learnt_at: now, ..*self };
        if sold.value == 0 {
            return Ok(after);
        }
        let weight = mul_div_down(sold.value.into(), BPS, self.max_on_sale.max(1).into())?;
        let weight = weight.min(INFLUENCE_MAX.into());
        let value = sold.value.into();
        // An average of 24 bits at most: no wait is longer, and no price twice the oracle's.
        let factor = mul_div_down(sold.pay.into(), PPM, value)?;
        let seconds = mul_div_down(sold.waited, 1, value)?;
        let keeper = mul_div_down(sold.keeper.into(), PPM, value)?;
        after.factor = toward(self.factor, factor, weight);
        after.seconds = toward(self.seconds, seconds, weight);
        after.keeper = toward(self.keeper, keeper, weight);
        Ok(after)
    }

    /// The terms that follow from what is remembered.
    ///
    /// The reference factor is what lots bring, within the corridor and not below what the threshold
    /// needs; the floor keeps its distance to it; a start below what takers pay at once is raised by
    /// the difference; and the cap shrinks, at most to half, as lots take longer to clear than the
    /// curve to the governed reference. Terms that would contradict each other stay as governed.
    ///
    /// # Units
    /// threshold: bps, the highest in force.
    pub fn terms(&self, terms: &SaleTerms, threshold: u16) -> SaleTerms {
        let governed = self.governed(terms);
        let seen = u16::try_from(self.factor.checked_div(PPM_PER_BPS).unwrap_or_default());
        let seen = seen.unwrap_or(u16::MAX);
        let low = self.reference_factor.saturating_sub(CORRIDOR).max(REFERENCE.0);
        // A sale of a part must not lower health: check 2 of `consistent`.
        let gross = u32::from(terms.penalty).saturating_add(10_000);
        let needed = gross.saturating_mul(threshold.into());
        let needed = needed.div_ceil(u32::from(terms.full_below).max(1));
        let low = low.max(u16::try_from(needed).unwrap_or(u16::MAX)).min(self.reference_factor);
        let high = self.reference_factor.saturating_add(CORRIDOR).min(REFERENCE.1);
        let reference_factor = seen.clamp(low, high.max(low));
        let floor = self.floor.saturating_add(reference_factor);
        let floor = floor.saturating_sub(self.reference_factor).clamp(FLOOR.0, FLOOR.1);
        let eager = seen.saturating_sub(10_000);
        let learnt = SaleTerms {
            reference_factor,
            floor,
            start_excess: self.start_excess.saturating_add(eager).min(START_MAX),
            max_on_sale: self.slowed(governed.seconds_to_reference()),
            ..governed
        };
        if consistent(&learnt, threshold).is_ok() { learnt } else { governed }
    }

    /// The terms as governance has set them.
    pub fn governed(&self, terms: &SaleTerms) -> SaleTerms {
        SaleTerms {
            reference_factor: self.reference_factor,
            floor: self.floor,
            start_excess: self.start_excess,
            max_on_sale: self.max_on_sale,
            ..*terms
        }
    }

    /// The governed cap times `expected` over the seconds that lots take, one half to one.
    fn slowed(&self, expected: u32) -> u64 {
        let taken = u128::from(self.seconds.max(1));
        let part = mul_div_down(self.max_on_sale.into(), expected.into(), taken);
        let part = u64::try_from(part.unwrap_or(u128::MAX)).unwrap_or(u64::MAX);
        part.clamp(self.max_on_sale >> 1, self.max_on_sale)
    }
}

impl SaleTerms {
    /// Seconds in which the curve comes to the reference factor.
    pub fn seconds_to_reference(&self) -> u32 {
        let above = u32::from(self.start_excess).saturating_mul(PPM_PER_BPS);
        let below = 10_000_u32.saturating_sub(self.reference_factor.into());
        let below = below.saturating_mul(PPM_PER_BPS);
        let fast = above.div_ceil(u32::from(self.fast_rate).max(1));
        fast.saturating_add(below.div_ceil(u32::from(self.slow_rate).max(1)))
    }

    /// The terms under a volatility: half of the hourly standard deviation on the start factor, as
    /// far as its field goes, and a cap that 1.5 % an hour halve.
    ///
    /// # Units
    /// hourly: ppm of the price; result: start excess in ppm, and the cap in milli base tokens.
    ///
    /// # Rounding
    /// Both down.
    pub fn under(&self, hourly: u32) -> (u16, u64) {
        let excess = u32::from(self.start_excess).saturating_mul(PPM_PER_BPS);
        let excess = excess.saturating_add(hourly >> 1);
        let calm = CALM_PPM.saturating_add(hourly.into());
        let cap = mul_div_down(self.max_on_sale.into(), CALM_PPM, calm).unwrap_or_default();
        let cap = u64::try_from(cap).unwrap_or(self.max_on_sale);
        (u16::try_from(excess).unwrap_or(u16::MAX), cap)
    }
}

/// Hourly standard deviation of a price.
///
/// # Units
/// daily: bps per square root of a day; result: ppm.
///
/// # Rounding
/// Down: 100 over the root of 24, in thousandths.
pub fn hourly_ppm(daily: u64) -> u32 {
    let hourly = daily.saturating_mul(20_412).checked_div(1_000).unwrap_or_default();
    u32::try_from(hourly).unwrap_or(u32::MAX)
}

/// `old`, moved by `weight` bps of the way to `new`.
fn toward(old: u32, new: u128, weight: u128) -> u32 {
    let new = u32::try_from(new).unwrap_or(WAIT_MAX).min(WAIT_MAX);
    let way = u128::from(old.abs_diff(new)).saturating_mul(weight).checked_div(BPS);
    let way = u32::try_from(way.unwrap_or_default()).unwrap_or_default();
    if new > old { old.saturating_add(way) } else { old.saturating_sub(way) }
}

/// What selling collateral is expected to cost its owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Base wei that come off his debt.
    pub net: u128,
    /// The rest of the value: discount, penalty and keeper, base wei.
    pub cost: u128,
}

/// What a sale of `value` is expected to bring: the keeper's part off the lot, the price that lots
/// have brought, the penalty that takes charge. A lot beyond what may be on sale at once is sold in
/// parts, each at the same terms.
///
/// # Units
/// value: base wei; penalty_ppm: ppm of net proceeds.
///
/// # Rounding
/// The net down, the cost up.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn expected(costs: &Calm, penalty_ppm: u32, value: u128) -> Result<Expected> {
    let kept = PPM.saturating_sub(costs.keeper.into());
    let sold = mul_div_down(value, kept, PPM)?;
    let gross = PPM.saturating_add(penalty_ppm.into());
    let net = mul_div_down(sold, costs.factor.into(), gross)?;
    Ok(Expected { net, cost: value.saturating_sub(net) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> SaleTerms {
        SaleTerms { max_on_sale: 1_000_000, ..SaleTerms::start(6) }
    }

    fn start() -> Calm {
        Calm::default().set(&terms(), 0)
    }

    #[test]
    fn an_asset_without_a_past_is_sold_as_governed() {
        let calm = start();
        // 10 seconds above one, 500 bps at 30 ppm a second.
        assert_eq!((calm.factor, calm.seconds, calm.keeper), (950_000, 1_677, 1_000));
        assert_eq!(calm.terms(&terms(), 8_400), terms());
        assert_eq!(calm.after(&Sold::default(), 9).unwrap(), Calm { learnt_at: 9, ..calm });
    }

    #[test]
    fn a_lesson_weighs_by_value_and_at_most_a_quarter() {
        let calm = start();
        // A tenth of the cap at 0.98 of the oracle's price, after 700 seconds.
        let sold = Sold::default().with(100_000, 98_000, 700, 2_000);
        let after = calm.after(&sold, 5).unwrap();
        assert_eq!((after.factor, after.seconds, after.keeper), (953_000, 1_580, 1_100));
        // Twenty times as much counts as a quarter.
        let sold = Sold::default().with(2_000_000, 1_960_000, 700, 2_000);
        let after = calm.after(&sold, 5).unwrap();
        assert_eq!((after.factor, after.seconds, after.keeper), (957_500, 1_433, 1_250));
        // Dust moves nothing.
        let sold = Sold::default().with(99, 1, 1, 1);
        assert_eq!(calm.after(&sold, 0).unwrap(), calm);
    }

    #[test]
    fn what_is_learnt_stays_within_the_corridors() {
        let learnt = |factor, seconds| Calm { factor, seconds, ..start() }.terms(&terms(), 8_000);
        let seen = learnt(600_000, 100_000);
        assert_eq!((seen.reference_factor, seen.floor), (9_400, 9_100));
        assert_eq!((seen.start_excess, seen.max_on_sale), (100, 500_000));
        let seen = learnt(1_020_000, 1);
        assert_eq!((seen.reference_factor, seen.floor), (9_600, 9_300));
        assert_eq!((seen.start_excess, seen.max_on_sale), (300, 1_000_000));
        assert_eq!(learnt(1_500_000, 1).start_excess, 400);
        // Two thirds of the expected pace.
        assert_eq!(learnt(950_000, 2_516).max_on_sale, 666_534);
    }

    /// At the highest threshold that the governed terms allow, a lower reference would not cover a
    /// sale of the whole.
    #[test]
    fn what_would_contradict_a_threshold_is_not_learnt() {
        let low = Calm { factor: 900_000, ..start() };
        assert_eq!(low.terms(&terms(), 8_423), terms());
        // 8,400 * 10,150 / 9,000.
        assert_eq!(low.terms(&terms(), 8_400).reference_factor, 9_474);
        assert_eq!(low.terms(&terms(), 8_000).reference_factor, 9_400);
    }

    #[test]
    fn volatility_widens_the_start_and_narrows_the_cap() {
        assert_eq!(terms().under(0), (10_000, 1_000_000));
        assert_eq!(terms().under(15_000), (17_500, 500_000));
        assert_eq!(terms().under(u32::MAX), (u16::MAX, 3));
        // 5 % a day: 1.02 % an hour.
        assert_eq!(hourly_ppm(500), 10_206);
        assert_eq!(hourly_ppm(0), 0);
    }

    #[test]
    fn a_sale_costs_discount_penalty_and_keeper() {
        let Expected { net, cost } = expected(&start(), 13_985, 1_000_000).unwrap();
        // 0.999 * 0.95 / 1.013985.
        assert_eq!((net, cost), (935_960, 64_040));
    }
}
