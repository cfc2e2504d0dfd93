//! How far one change of a parameter may go, and how soon the next one may follow.
//!
//! Steps and intervals bind once somebody relies on a parameter: an asset that nobody holds, and a
//! market that nobody owes anything, are set up freely within the bounds. What only tightens new
//! risk (a lower cap, a lower borrowing weight) is never held back.

use crate::{
    params::OutOfBounds,
    words::{PricePolicy, SaleTerms},
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

/// Whether a policy believes older prices, larger moves or wider confidences than another.
pub fn believes_more(old: &PricePolicy, new: &PricePolicy) -> bool {
    new.max_age > old.max_age
        || new.step > old.step
        || new.sigmas > old.sigmas
        || new.max_confidence > old.max_confidence
        || new.quorum < old.quorum
}

/// Whether a policy believes at most twice as much as it did; a quorum falls by one.
///
/// # Errors
/// The first that goes further: positions are those in the setter.
pub fn check_policy(old: &PricePolicy, new: &PricePolicy) -> core::result::Result<(), OutOfBounds> {
    let twice = |old: u64| old.saturating_mul(2);
    let checks: [(u8, u64, u64); 4] = [
        (1, new.max_age.into(), twice(old.max_age.into())),
        (2, new.step.into(), twice(old.step.into())),
        (3, new.sigmas.into(), twice(old.sigmas.into())),
        (4, new.max_confidence.into(), twice(old.max_confidence.into())),
    ];
    for (parameter, value, high) in checks {
        if value > high {
            return Err(OutOfBounds { parameter, value, low: 0, high });
        }
    }
    let (value, low) = (u64::from(new.quorum), u64::from(old.quorum.saturating_sub(1)));
    if value < low {
        return Err(OutOfBounds { parameter: 5, value, low, high: u64::MAX });
    }
    Ok(())
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

    #[test]
    fn a_policy_believes_at_most_twice_as_much() {
        let old = PricePolicy { max_age: 60, step: 100, quorum: 3, ..PricePolicy::default() };
        assert!(!believes_more(&old, &old));
        assert!(!believes_more(&old, &PricePolicy { max_age: 10, quorum: 4, ..old }));
        let next = PricePolicy { max_age: 120, step: 200, quorum: 2, ..old };
        assert!(believes_more(&old, &next));
        assert_eq!(check_policy(&old, &next), Ok(()));
        let bad = |parameter, value, low, high| Err(OutOfBounds { parameter, value, low, high });
        let older = PricePolicy { max_age: 121, ..old };
        assert_eq!(check_policy(&old, &older), bad(1, 121, 0, 120));
        let fewer = PricePolicy { quorum: 1, ..old };
        assert_eq!(check_policy(&old, &fewer), bad(5, 1, 2, u64::MAX));
    }

    #[test]
    fn a_ramp_takes_a_day_for_a_thousand() {
        assert_eq!([0, 1, 1_000].map(|fall| ramp_end(7, fall)), [86_407; 3]);
        assert_eq!(ramp_end(0, 1_001), 86_487);
        assert_eq!(ramp_end(0, 9_500), 820_800);
        assert_eq!(ramp_end(u32::MAX, 9_500), u32::MAX);
    }

    #[test]
    fn intervals_meet_their_bounds() {
        assert_eq!(reach(10, 3, 8, 12), (8, 12));
        assert_eq!(reach(10, 1, 8, 12), (9, 11));
        assert_eq!(double(5, 0, 1, 9), (3, 9));
        assert_eq!(double(0, 7, 1, 9), (0, 7));
    }
}
