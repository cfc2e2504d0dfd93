//! How far one change of a parameter may go, and how soon the next one may follow.
//!
//! Steps and intervals bind once somebody relies on a parameter: an asset that nobody holds, and a
//! market that nobody owes anything, are set up freely within the bounds. What only tightens new
//! risk (a lower cap, a lower borrowing weight) is never held back.

use crate::{
    fixed::{AMOUNT_MAX, mul_div_down, pow10},
    outage::GAP_CODE_MAX,
    params::{LOSS_BOUND, OutOfBounds},
    words::{AssetPrice, PricePolicy, Ramp, SaleTerms},
};

/// Seconds between two changes of the same parameters.
pub const INTERVAL: u32 = 86_400;
/// Largest rise of a liquidation threshold, bps.
pub const THRESHOLD_STEP: u32 = 500;
/// Fastest fall of a liquidation threshold, bps a day.
pub const FALL_A_DAY: u32 = 1_000;
/// Largest rise of a borrowing weight, bps.
pub const WEIGHT_STEP: u32 = 500;
/// Largest move of each part of the rate curve, in its steps: base, kink, slope, jump.
pub const CURVE_STEPS: [u32; 4] = [20, 10, 20, 10];
/// Largest move of a grace, seconds.
pub const GRACE_STEP: u32 = 60;

/// The narrower of two intervals and of what one step reaches from `old`.
pub fn reach(old: u64, step: u64, low: u64, high: u64) -> (u64, u64) {
    (old.saturating_sub(step).max(low), old.saturating_add(step).min(high))
}

/// From half to twice `old`, or up to `first` from next to nothing.
pub fn double(old: u64, first: u64, low: u64, high: u64) -> (u64, u64) {
    (old.div_ceil(2).max(low).min(old), old.saturating_mul(2).max(first).min(high))
}

/// The first second in which a ramp that falls by `fall` bps may end: a day at least, and no
/// faster than [`FALL_A_DAY`].
pub fn ramp_end(now: u32, fall: u16) -> u32 {
    // 14 bits times 17 fit.
    let length = u32::from(fall).saturating_mul(INTERVAL).div_ceil(FALL_A_DAY);
    now.saturating_add(length.max(INTERVAL))
}

impl Ramp {
    /// The threshold at `now`, bps: it falls in a straight line, never below the target.
    ///
    /// # Rounding
    /// Up: for the owner.
    pub fn at(&self, now: u32) -> u16 {
        if now >= self.end {
            return self.to;
        }
        let length = u64::from(self.end.saturating_sub(self.start)).max(1);
        let passed = u64::from(now.saturating_sub(self.start));
        let height = u64::from(self.from.saturating_sub(self.to));
        // 14 bits times 32 fit 64; the quotient is at most the height.
        let fallen = height.saturating_mul(passed).checked_div(length).unwrap_or(0);
        self.from.saturating_sub(u16::try_from(fallen).unwrap_or(u16::MAX))
    }
}

/// Whether each term is within a step of what it was. Amounts move by a factor of two.
///
/// # Errors
/// The first that is not, with how far it may go.
pub fn check_terms(old: &SaleTerms, new: &SaleTerms) -> core::result::Result<(), OutOfBounds> {
    const ANY: u64 = u64::MAX;
    let step = |old: u16, new: u16, step| (u64::from(new), reach(old.into(), step, 0, ANY));
    let twice = |old: u64, new: u64, first| (new, double(old, first, 0, ANY));
    let checks: [(u64, (u64, u64)); 15] = [
        step(old.reference_factor, new.reference_factor, 100),
        step(old.penalty, new.penalty, 100),
        step(old.chip, new.chip, 25),
        step(old.target, new.target, 200),
        step(old.full_below, new.full_below, 500),
        step(old.start_excess, new.start_excess, 100),
        step(old.fast_rate, new.fast_rate, 200),
        step(old.slow_rate, new.slow_rate, 10),
        step(old.descent, new.descent, 50),
        step(old.floor, new.floor, 100),
        twice(old.dust.into(), new.dust.into(), 0),
        twice(old.max_on_sale, new.max_on_sale, 0),
        twice(old.tip.into(), new.tip.into(), 1_000),
        twice(old.small.into(), new.small.into(), 100_000),
        step(old.cool_off.into(), new.cool_off.into(), 15),
    ];
    for (parameter, (value, (low, high))) in (0_u8..).zip(checks) {
        if value < low || value > high {
            return Err(OutOfBounds { parameter, value, low, high });
        }
    }
    Ok(())
}

/// Whether each part of a policy is within a step of what it was, in both directions: to believe
/// less stops liquidations as much as to believe more lets a wrong price through. A policy that
/// was never set binds nothing.
///
/// # Errors
/// The first that is not: positions are those in the setter. A half-life of zero, with which age
/// does not count, stands beyond the longest and is shown as 65,536.
pub fn check_policy(old: &PricePolicy, new: &PricePolicy) -> core::result::Result<(), OutOfBounds> {
    if old.max_age == 0 {
        return Ok(());
    }
    let twice = |old: u32, new: u32| (u64::from(new), double(old.into(), 0, 0, u64::MAX));
    let step = |old: u16, new: u16, step| (u64::from(new), reach(old.into(), step, 0, u64::MAX));
    let life = |seconds: u16| if seconds == 0 { 1 << 16 } else { u32::from(seconds) };
    let checks: [(u64, (u64, u64)); 8] = [
        twice(old.max_age, new.max_age),
        twice(old.step.into(), new.step.into()),
        step(old.sigmas.into(), new.sigmas.into(), 10),
        twice(old.max_confidence.into(), new.max_confidence.into()),
        step(old.quorum.into(), new.quorum.into(), 1),
        twice(life(old.half_life), life(new.half_life)),
        step(old.outlier, new.outlier, 200),
        step(old.ema_half_life, new.ema_half_life, 60),
    ];
    for (parameter, (value, (low, high))) in (1_u8..).zip(checks) {
        if value < low || value > high {
            return Err(OutOfBounds { parameter, value, low, high });
        }
    }
    Ok(())
}

/// A market's depth, milli base tokens, and the impact of selling it, bps.
pub type Depth = (u64, u16);

/// Whether large holdings count for more with another depth. One of zero, or no impact, means that
/// size does not count.
pub const fn lends_more(old: Depth, new: Depth) -> bool {
    let (counted, counts) = (old.0 > 0 && old.1 > 0, new.0 > 0 && new.1 > 0);
    counted && (!counts || new.0 > old.0 || new.1 < old.1)
}

/// Whether a depth that counts for more is at most twice as deep, and moves at least half as far:
/// size stops to count by halving the impact.
///
/// # Errors
/// What goes further: positions are those in the setter.
pub fn check_depth(old: Depth, new: Depth) -> core::result::Result<(), OutOfBounds> {
    let (value, high) = (new.0, old.0.saturating_mul(2));
    if value == 0 || value > high {
        return Err(OutOfBounds { parameter: 1, value, low: 1, high });
    }
    let (value, low) = (u64::from(new.1), u64::from(old.1 >> 1));
    if value < low {
        return Err(OutOfBounds { parameter: 2, value, low, high: u64::MAX });
    }
    Ok(())
}

/// The highest that one step brings a bound on open losses to, whole base tokens.
pub fn highest_loss_bound(old: u32) -> u32 {
    old.saturating_mul(2).max(LOSS_BOUND)
}

/// Where a gap code stands among the others: none is beyond the longest.
pub const fn gap_rung(code: u8) -> u8 {
    if code == 0 { GAP_CODE_MAX.saturating_add(1) } else { code }
}

/// The highest that one step brings a cap to: twice the old one or twice what is held, and what
/// `first` buys at the stored price if both are zero.
///
/// # Units
/// cap, held, result: collateral wei; first: base wei.
///
/// # Rounding
/// Down. Nothing without a price.
pub fn highest_cap(cap: u128, held: u128, first: u128, word: &AssetPrice) -> u128 {
    match cap.max(held) {
        0 if word.price == 0 => 0,
        // More than fits is any amount.
        0 => pow10(word.scale)
            .and_then(|unit| mul_div_down(first, unit, word.price))
            .map_or(AMOUNT_MAX, |most| most.min(AMOUNT_MAX)),
        most => most.saturating_mul(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_is_as_far_as_it_goes() {
        let old = SaleTerms::start(6);
        assert_eq!(check_terms(&old, &old), Ok(()));
        let with = |floor, max_on_sale| SaleTerms { floor, max_on_sale, ..old };
        assert_eq!(check_terms(&old, &with(9_100, 5_000_000_000)), Ok(()));
        assert_eq!(check_terms(&old, &with(9_300, 20_000_000_000)), Ok(()));
        let bad = |parameter, value, low, high| Err(OutOfBounds { parameter, value, low, high });
        let wide = check_terms(&old, &with(9_301, old.max_on_sale));
        assert_eq!(wide, bad(9, 9_301, 9_100, 9_300));
        let (low, high) = (5_000_000_000, 20_000_000_000);
        for value in [low - 1, high + 1] {
            assert_eq!(check_terms(&old, &with(9_200, value)), bad(11, value, low, high));
        }
        // From nothing there is a first step.
        let none = SaleTerms { tip: 0, ..old };
        assert_eq!(check_terms(&none, &SaleTerms { tip: 1_000, ..old }), Ok(()));
        let first = check_terms(&none, &SaleTerms { tip: 1_001, ..old });
        assert_eq!(first, bad(12, 1_001, 0, 1_000));
    }

    fn bad(parameter: u8, value: u64, low: u64, high: u64) -> Result<(), OutOfBounds> {
        Err(OutOfBounds { parameter, value, low, high })
    }

    /// Each part of a policy below, at and above what a step reaches, in both directions.
    #[test]
    fn a_policy_believes_a_step_more_or_less() {
        let old = PricePolicy {
            max_age: 61,
            step: 100,
            sigmas: 30,
            max_confidence: 50,
            quorum: 3,
            half_life: 101,
            outlier: 300,
            ema_half_life: 90,
            ..PricePolicy::default()
        };
        assert_eq!(check_policy(&old, &old), Ok(()));
        type Set = fn(&mut PricePolicy, u16);
        let parts: [(Set, u16, u16); 8] = [
            (|policy, value| policy.max_age = value.into(), 31, 122),
            (|policy, value| policy.step = value, 50, 200),
            (|policy, value| policy.sigmas = value as u8, 20, 40),
            (|policy, value| policy.max_confidence = value, 25, 100),
            (|policy, value| policy.quorum = value as u8, 2, 4),
            (|policy, value| policy.half_life = value, 51, 202),
            (|policy, value| policy.outlier = value, 100, 500),
            (|policy, value| policy.ema_half_life = value, 30, 150),
        ];
        for (parameter, (set, low, high)) in (1..).zip(parts) {
            let asked = |value| {
                let mut new = old;
                set(&mut new, value);
                check_policy(&old, &new)
            };
            let refused = |value: u16| bad(parameter, value.into(), low.into(), high.into());
            assert_eq!((asked(low), asked(high)), (Ok(()), Ok(())), "{parameter}");
            assert_eq!(asked(low - 1), refused(low - 1));
            assert_eq!(asked(high + 1), refused(high + 1));
        }
    }

    #[test]
    fn no_half_life_is_the_longest_and_no_policy_binds_nothing() {
        let with = |half_life| PricePolicy { max_age: 60, half_life, ..PricePolicy::default() };
        assert_eq!(check_policy(&with(0), &with(32_768)), Ok(()));
        assert_eq!(check_policy(&with(0), &with(32_767)), bad(6, 32_767, 32_768, 131_072));
        assert_eq!(check_policy(&with(32_768), &with(0)), Ok(()));
        assert_eq!(check_policy(&with(32_767), &with(0)), bad(6, 65_536, 16_384, 65_534));
        assert_eq!(check_policy(&PricePolicy::default(), &with(7)), Ok(()));
    }

    #[test]
    fn a_depth_lends_at_most_twice_as_much() {
        let old = (1_000, 200);
        // Nothing that counts large holdings for less, and nothing where size does not count.
        for new in [old, (999, 200), (1_000, 201)] {
            assert!(!lends_more(old, new), "{new:?}");
        }
        assert!(![(0, 200), (5, 0)].into_iter().any(|none| lends_more(none, (1, 1))));
        for new in [(1_001, 200), (1_000, 199), (0, 200), (1_000, 0)] {
            assert!(lends_more(old, new), "{new:?}");
        }
        assert_eq!(check_depth(old, (2_000, 100)), Ok(()));
        assert_eq!(check_depth(old, (2_001, 200)), bad(1, 2_001, 1, 2_000));
        assert_eq!(check_depth(old, (0, 200)), bad(1, 0, 1, 2_000));
        assert_eq!(check_depth(old, (1_000, 99)), bad(2, 99, 100, u64::MAX));
        assert_eq!(check_depth((1_000, 1), (1_000, 0)), Ok(()));
    }

    #[test]
    fn a_cap_opens_with_what_may_be_on_sale() {
        let at = |price| AssetPrice { price, scale: 30, ..AssetPrice::default() };
        let ether = at(3_000 * 10_u128.pow(18));
        // 9,000 tokens of six decimals buy three of eighteen.
        assert_eq!(highest_cap(0, 0, 9_000_000_000, &ether), 3 * 10_u128.pow(18));
        assert_eq!(highest_cap(0, 0, 9_000_000_000, &at(0)), 0);
        assert_eq!(highest_cap(0, 0, u128::MAX, &at(1)), AMOUNT_MAX);
        assert_eq!([highest_cap(5, 4, 1, &ether), highest_cap(4, 5, 1, &at(0))], [10, 10]);
    }

    #[test]
    fn bounds_on_losses_and_gaps_have_their_steps() {
        let bounds = [0, 5_000, 5_001, u32::MAX].map(highest_loss_bound);
        assert_eq!(bounds, [10_000, 10_000, 10_002, u32::MAX]);
        assert_eq!([0, 1, 7].map(gap_rung), [8, 1, 7]);
    }

    #[test]
    fn a_ramp_takes_a_day_for_a_thousand() {
        assert_eq!([0, 1, 1_000].map(|fall| ramp_end(7, fall)), [86_407; 3]);
        assert_eq!(ramp_end(0, 1_001), 86_487);
        assert_eq!(ramp_end(0, 9_500), 820_800);
        assert_eq!(ramp_end(u32::MAX, 9_500), u32::MAX);
    }

    #[test]
    fn a_ramp_falls_in_a_straight_line_rounded_for_the_owner() {
        let ramp = Ramp { from: 8_000, to: 7_000, start: 100, end: 1_100, ..Ramp::default() };
        let seen: [u16; 5] = [99, 100, 101, 600, 1_100].map(|now| ramp.at(now));
        assert_eq!(seen, [8_000, 8_000, 7_999, 7_500, 7_000]);
        let uneven = Ramp { from: 8_000, to: 7_999, start: 0, end: 3, ..Ramp::default() };
        assert_eq!([0, 1, 2, 3].map(|now| uneven.at(now)), [8_000, 8_000, 8_000, 7_999]);
    }

    #[test]
    fn intervals_meet_their_bounds() {
        assert_eq!(reach(10, 3, 8, 12), (8, 12));
        assert_eq!(reach(10, 1, 8, 12), (9, 11));
        assert_eq!(double(5, 0, 1, 9), (3, 9));
        assert_eq!(double(0, 7, 1, 9), (0, 7));
    }
}
