//! What the engine remembers of a price's past: a moving average and two moving variances.
//!
//! Every weight is e to a power of the time that passed, so that many small steps forget as much as
//! one long one. A single observation is never believed for more than half of the average, nor for
//! a return of more than five standard deviations.

use super::{Priced, Verdict, float};
use crate::{
    exp::{EXP_ONE, EXP_UNIT, exp_neg, sqrt_down},
    fixed::mul_div_down,
    words::{AssetPrice, Risk},
};

/// Memory of the fast and of the slow variance, seconds: ten minutes and a day.
pub const FAST: u32 = 600;
/// See [`FAST`].
pub const SLOW: u32 = 86_400;
/// Seconds between two returns that the variances count: within less, a price moves by ticks.
pub const RETURN_MIN: u32 = 30;
/// Highest variance that is stored: 300 % of the price per square root of a day.
pub const VARIANCE_MAX: u128 = 104_166_666_666_666;
/// A return is believed up to five standard deviations, of at least this variance: 1 % per square
/// root of a day.
pub const VARIANCE_FLOOR: u128 = 1_157_407_407;
/// Variances that a return may show: five standard deviations, squared.
const CEILING: u128 = 25;
/// Seconds that are told apart between two prices: the low 24 bits, 194 days.
const CYCLE: u32 = (1 << 24) - 1;
/// ln 2 in units of [`EXP_UNIT`], down: what a half-life takes off the exponent.
pub(super) const LN_2: u128 = 762_123_384_785;
/// Parts of the price in which a return is measured: squared, they are WAD.
const RETURN_PARTS: u128 = 1_000_000_000;
/// The largest return that is squared: more is more than any ceiling.
const RETURN_MAX: u128 = 1 << 60;

/// The past of a price.
///
/// # Units
/// Prices in WAD; variances of the return a second, in WAD: 2.9e10 is 5 % per square root of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Moving average; zero before the first price.
    pub ema: u128,
    /// Moving variance over [`FAST`].
    pub fast: u128,
    /// Moving variance over [`SLOW`].
    pub slow: u128,
    /// The price that the next return is measured from; zero before the first price.
    pub anchor: u128,
    /// When it was observed.
    pub anchored_at: u32,
    /// When the newest price was observed.
    pub observed_at: u32,
    /// When the average was brought up to the price, modulo `CYCLE`.
    pub averaged_at: u32,
}

impl Stats {
    /// The past that two words hold.
    pub fn from_words(price: &AssetPrice, risk: &Risk) -> Self {
        Self {
            ema: float::average(price.ema),
            fast: float::variance(risk.var_fast),
            slow: float::variance(risk.var_slow),
            anchor: float::variance(risk.anchor),
            anchored_at: risk.anchored_at,
            observed_at: risk.observed_at,
            averaged_at: risk.averaged_at,
        }
    }

    /// Writes the past into the words that hold it.
    ///
    /// # Rounding
    /// Down: the average by less than a part in 2^57, the rest by less than one in eight million.
    pub fn write(&self, price: &mut AssetPrice, risk: &mut Risk) {
        price.ema = float::average_code(self.ema);
        risk.var_fast = float::variance_code(self.fast);
        risk.var_slow = float::variance_code(self.slow);
        risk.anchor = float::variance_code(self.anchor);
        risk.anchored_at = self.anchored_at;
        risk.observed_at = self.observed_at;
        risk.averaged_at = self.averaged_at;
    }

    /// The variance that new risk and jumps are measured by: see `measured`.
    pub fn measured(&self) -> u128 {
        measured(self.fast, self.slow)
    }

    /// The past after one more price, which has stood since the average was last brought up to one:
    /// so a poke that finds nothing new still moves the average on.
    ///
    /// A jump that nobody has confirmed yet moves nothing but the time: confirmed, it is one return
    /// from where the price was before, and until then it is perhaps a lie.
    ///
    /// # Units
    /// half_life: seconds in which the average comes half way; zero means that it is the price.
    /// reference: volatility that the variances start at, bps per square root of a day.
    pub fn after(&self, seen: &Priced, now: u32, half_life: u16, reference: u16) -> Self {
        let (observed_at, averaged_at) = (self.observed_at.max(seen.time), now & CYCLE);
        if self.anchor == 0 {
            return Self { averaged_at, ..Self::start(seen, reference) };
        }
        if seen.verdict == Verdict::Jumped {
            return Self { observed_at, averaged_at, ..*self };
        }
        let passed = now.wrapping_sub(self.averaged_at) & CYCLE;
        let ema = average(self.ema, seen.price, passed, half_life);
        Self { ema, averaged_at, ..self.with_return(seen, observed_at) }
    }

    /// The past of a price that has none.
    fn start(seen: &Priced, reference: u16) -> Self {
        let variance = variance_of(reference);
        Self {
            ema: seen.price,
            fast: variance,
            slow: variance,
            anchor: seen.price,
            anchored_at: seen.time,
            observed_at: seen.time,
            averaged_at: 0,
        }
    }

    /// The variances with the return since the anchor, if it is old enough.
    fn with_return(&self, seen: &Priced, observed_at: u32) -> Self {
        let passed = observed_at.saturating_sub(self.anchored_at);
        if passed < RETURN_MIN {
            return Self { observed_at, ..*self };
        }
        let shown = squared_return(self.anchor, seen.price, seen.confidence);
        let ceiling = self.slow.max(VARIANCE_FLOOR).saturating_mul(CEILING);
        let shown = shown.checked_div(passed.into()).unwrap_or_default().min(ceiling);
        Self {
            fast: mixed(self.fast, shown, passed, FAST),
            slow: mixed(self.slow, shown, passed, SLOW),
            anchor: seen.price,
            anchored_at: observed_at,
            observed_at,
            ..*self
        }
    }
}

/// The squared return between two prices, (p - q)^2 / pq: as much up as down, and within a twelfth
/// of its own square of the squared logarithm. Zero for a move within the confidence.
///
/// # Rounding
/// Down; WAD.
pub fn squared_return(from: u128, to: u128, confidence: u128) -> u128 {
    let moved = from.abs_diff(to);
    if moved <= confidence {
        return 0;
    }
    let part = |of| mul_div_down(moved, RETURN_PARTS, of).unwrap_or(u128::MAX).min(RETURN_MAX);
    // 60 bits each.
    part(from).saturating_mul(part(to))
}

/// The average after `passed` seconds that end with `price`. A half-life at most is believed.
///
/// # Rounding
/// Towards the price, by less than one wei: never out of the range of the two.
fn average(ema: u128, price: u128, passed: u32, half_life: u16) -> u128 {
    let life = u32::from(half_life);
    if life == 0 {
        return price;
    }
    let weight = exp_neg(decay(passed.min(life), life, LN_2));
    toward(ema, price, weight)
}

/// A variance after `passed` seconds that showed `shown`. Half a memory at most is believed.
fn mixed(old: u128, shown: u128, passed: u32, memory: u32) -> u128 {
    let weight = exp_neg(decay(passed.min(memory >> 1), memory, EXP_UNIT));
    toward(old, shown, weight).min(VARIANCE_MAX)
}

/// `passed / memory * unit`, down; the largest exponent if there is no memory.
pub(super) fn decay(passed: u32, memory: u32, unit: u128) -> u128 {
    u128::from(passed).saturating_mul(unit).checked_div(memory.into()).unwrap_or(u128::MAX)
}

/// What is left of the way from `target` to `old` at a weight of at most one.
fn toward(old: u128, target: u128, weight: u128) -> u128 {
    let left = mul_div_down(old.abs_diff(target), weight, EXP_ONE).unwrap_or_default();
    if old > target { target.saturating_add(left) } else { target.saturating_sub(left) }
}

impl AssetPrice {
    /// The moving average of the price, WAD; zero before the first price.
    pub fn average(&self) -> u128 {
        float::average(self.ema)
    }
}

impl Risk {
    /// The word once there is a reference volatility, bps per square root of a day: what was
    /// measured without one started at nothing, and says little of a calm before it.
    pub fn seeded(&self, reference: u16) -> Self {
        let code = float::variance_code(variance_of(reference));
        let least = |had| if float::variance(had) < float::variance(code) { code } else { had };
        match self.anchor {
            // The first price brings the reference.
            0 => *self,
            _ => Self { var_fast: least(self.var_fast), var_slow: least(self.var_slow), ..*self },
        }
    }

    /// The variance that new risk is measured by: see `measured`.
    pub fn measured(&self) -> u128 {
        measured(float::variance(self.var_fast), float::variance(self.var_slow))
    }

    /// The same as a volatility, bps per square root of a day, down; zero before the first price.
    pub fn volatility(&self) -> u64 {
        volatility_of(self.measured())
    }
}

/// The larger of the slow variance and half the fast one (0.7 of its standard deviation).
fn measured(fast: u128, slow: u128) -> u128 {
    // 0.7 * 0.7 = 49 / 100.
    slow.max(mul_div_down(fast, 49, 100).unwrap_or(u128::MAX))
}

/// The variance a second, in WAD, of a volatility in bps per square root of a day.
///
/// # Rounding
/// Down. (s / 10^4)^2 / 86,400 * 10^18 = s^2 * 3,125 / 27 * 1,000.
pub fn variance_of(sigma: u16) -> u128 {
    let square = u128::from(sigma).saturating_mul(sigma.into());
    mul_div_down(square, 3_125_000, 27).unwrap_or_default()
}

/// The volatility of a variance, bps per square root of a day.
///
/// # Rounding
/// Down, from a variance of at most [`VARIANCE_MAX`].
pub fn volatility_of(variance: u128) -> u64 {
    let square = mul_div_down(variance.min(VARIANCE_MAX), 27, 3_125_000);
    sqrt_down(square.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    #[test]
    fn volatilities_are_per_square_root_of_a_day() {
        assert_eq!(variance_of(500), 28_935_185_185);
        assert_eq!(volatility_of(28_935_185_186), 500);
        assert_eq!(variance_of(100), VARIANCE_FLOOR);
        assert_eq!(volatility_of(VARIANCE_MAX), 29_999);
        assert_eq!(volatility_of(u128::MAX), 29_999);
    }

    #[test]
    fn returns_count_from_above_the_confidence() {
        // From 100 to 110: 10 / 100 * 10 / 110.
        assert_eq!(squared_return(100, 110, 9), 100_000_000 * 90_909_090);
        assert_eq!(squared_return(110, 100, 9), 100_000_000 * 90_909_090);
        assert_eq!(squared_return(100, 110, 10), 0);
        assert_eq!(squared_return(1, 1 << 91, 0), RETURN_MAX * 999_999_999);
    }

    #[test]
    fn an_average_without_a_half_life_is_the_price() {
        assert_eq!(average(3 * WAD, 2 * WAD, 1, 0), 2 * WAD);
        assert_eq!(average(3 * WAD, 2 * WAD, 0, 60), 3 * WAD);
        // A half-life later, half way; longer does not count for more.
        let half = average(3 * WAD, 2 * WAD, 60, 60);
        assert!(half.abs_diff(5 * WAD / 2) < WAD / 1_000_000);
        assert_eq!(average(3 * WAD, 2 * WAD, 6_000, 60), half);
    }
}
