//! Trips: what anybody may prove.
//!
//! What can be tripped is at most [`TRIP_MAX`]: anybody can have it, so it must not protect anybody.
//! It stops neither a take nor the clock, and no kick of a position below the hard limit. A trip is
//! prolonged only by proving again, and a series of trips ends after [`SERIES`] and rests for
//! [`REST`]; the first trip that holds kicks back begins one of its own, once. Once tripped, a lower bound keeps it: a condition that hovers about its bound does not
//! make the level flap.

use super::{NO_KICK, NO_NEW_RISK, STOPS_CLOCK, tripped};
use crate::{
    fixed::{BPS, mul_div_down},
    oracle::Verdict,
    words::{Breaker, Trip},
};

/// The highest level that can be tripped.
pub const TRIP_MAX: u8 = NO_KICK;
/// Seconds that a trip lasts unless it is proved again.
pub const TRIP: u32 = 3_600;
/// Longest series of trips, its gaps counted, seconds.
pub const SERIES: u32 = 21_600;
/// Seconds from the end of a trip until the next one is not of the same series.
pub const REST: u32 = 3_600;

/// All, bps.
const WHOLE: u32 = 10_000;

// A trip that stopped the clock would have to be folded into it.
const _: () = assert!(TRIP_MAX < STOPS_CLOCK);

/// What somebody may prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The price of an asset left its moving average, or jumped.
    Jump,
    /// The price of an asset is uncertain by much.
    Dispersion,
    /// Much of an asset, or of the cash, left in the present window.
    Outflow,
    /// Much bad debt was written off in the present window.
    Loss,
    /// Much of what is on sale of an asset was not wanted down to the floor.
    Queue,
    /// Lots of an asset clear about at the floor.
    Clearing,
}

impl Reason {
    /// Every reason, in order of the codes.
    pub const ALL: [Self; 6] =
        [Self::Jump, Self::Dispersion, Self::Outflow, Self::Loss, Self::Queue, Self::Clearing];

    /// The stored code; zero stands for no reason.
    pub const fn code(self) -> u8 {
        match self {
            Self::Jump => 1,
            Self::Dispersion => 2,
            Self::Outflow => 3,
            Self::Loss => 4,
            Self::Queue => 5,
            Self::Clearing => 6,
        }
    }

    /// The reason of a code.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Jump,
            2 => Self::Dispersion,
            3 => Self::Outflow,
            4 => Self::Loss,
            5 => Self::Queue,
            6 => Self::Clearing,
            _ => return None,
        })
    }

    /// The level that it trips. What says that sales go badly holds back those that can wait.
    pub const fn level(self) -> u8 {
        match self {
            Self::Queue | Self::Clearing => NO_KICK,
            _ => NO_NEW_RISK,
        }
    }

    /// What trips it and what keeps it tripped, bps of what its measure is of.
    pub const fn bounds(self) -> (u32, u32) {
        match self {
            Self::Jump => (1_000, 500),
            Self::Dispersion => (300, 150),
            Self::Outflow => (8_000, 4_000),
            Self::Loss => (50, 25),
            Self::Queue => (2_500, 1_250),
            Self::Clearing => (9_500, 8_000),
        }
    }

    /// Whether it can be proved of the market as a whole (else: of an asset).
    pub const fn concerns(self, overall: bool) -> bool {
        match self {
            Self::Outflow => true,
            Self::Loss => overall,
            _ => !overall,
        }
    }
}

/// Why a trip is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripRefusal {
    /// The condition does not hold.
    Unproved {
        /// What the measure would have to be, bps.
        bound: u32,
    },
    /// A higher level is tripped.
    Level {
        /// It.
        current: u8,
    },
    /// The series of trips is at its end.
    Resting {
        /// First second in which a new one may begin.
        until: u32,
    },
}

/// What a measure must reach to trip `reason`, bps: less where it is tripped already.
pub fn bound(breaker: &Breaker, reason: Reason, now: u32) -> u32 {
    let up = tripped(breaker, now) > 0 && breaker.trip.reason == reason.code();
    let (enter, stay) = reason.bounds();
    if up { stay } else { enter }
}

/// The breaker after somebody proved a reason. Never lowers a level, never ends one sooner.
///
/// # Units
/// measure: bps, see [`Reason::bounds`].
///
/// # Errors
/// As [`TripRefusal`] says.
pub fn trip(
    breaker: &Breaker,
    reason: Reason,
    measure: u32,
    now: u32,
) -> core::result::Result<Breaker, TripRefusal> {
    let bound = bound(breaker, reason, now);
    if measure < bound {
        return Err(TripRefusal::Unproved { bound });
    }
    let (current, level) = (tripped(breaker, now), reason.level());
    if level < current {
        return Err(TripRefusal::Level { current });
    }
    let old = breaker.trip;
    let rested = old.until.saturating_add(REST);
    let holds_kicks = level >= NO_KICK;
    // What holds no kick back must not use up the time of what does: that begins a series of its own.
    let same = old.until > 0 && now < rested && (breaker.deep || !holds_kicks);
    let since = if same { old.since } else { now };
    let until = now.saturating_add(TRIP).min(since.saturating_add(SERIES));
    if until <= now {
        return Err(TripRefusal::Resting { until: rested });
    }
    let deep = holds_kicks || same && breaker.deep;
    let trip = Trip { level, reason: reason.code(), since, until };
    Ok(Breaker { trip, deep, ..*breaker }.with_grace(level, now, until))
}

/// How far a price is from its moving average, bps of the average: all of it where the price has
/// jumped. Without an average, or without a price, only a jump counts.
///
/// # Rounding
/// Down.
pub fn jump(verdict: Verdict, price: u128, average: u128) -> u32 {
    if verdict == Verdict::Jumped {
        return WHOLE;
    }
    if average == 0 || verdict == Verdict::Invalid {
        return 0;
    }
    part(price.abs_diff(average), average)
}

/// How much of the discount at the floor lots have cleared at, bps; nothing while less was sold than
/// a quarter of what may be on sale at once: who wants to prove it has to have sold so much.
///
/// # Units
/// value: at the oracle price, pay, most: milli base tokens; floor: bps.
///
/// # Rounding
/// Down.
pub fn clearing(value: u64, pay: u64, most: u64, floor: u16) -> u32 {
    if value < most >> 2 {
        return 0;
    }
    let discount = u128::from(value.saturating_sub(pay)).saturating_mul(BPS);
    let at_floor = 10_000_u32.saturating_sub(floor.into());
    part(discount, u128::from(value).saturating_mul(at_floor.into()))
}

/// `some` of `whole` in bps, at most all of it; of nothing, nothing.
///
/// # Rounding
/// Down.
pub fn part(some: u128, whole: u128) -> u32 {
    let bps = mul_div_down(some.min(whole), BPS, whole).unwrap_or_default();
    u32::try_from(bps).unwrap_or(WHOLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breaker::{Refusal, active, for_kicks, lower, raise};

    #[test]
    fn a_trip_needs_its_bound_and_then_less() {
        let free = Breaker::default();
        let refused = |bound| Err(TripRefusal::Unproved { bound });
        assert_eq!(trip(&free, Reason::Jump, 999, 100), refused(1_000));
        let up = trip(&free, Reason::Jump, 1_000, 100).unwrap();
        assert_eq!([100, 3_699, 3_700].map(|now| active(&up, now)), [1, 1, 0]);
        assert_eq!(trip(&up, Reason::Jump, 499, 200), refused(500));
        assert_eq!(trip(&up, Reason::Jump, 500, 200).unwrap().trip.until, 3_800);
        // Another reason has to reach its own bound, and after its end so has the same one.
        assert_eq!(trip(&up, Reason::Dispersion, 299, 200), refused(300));
        assert_eq!(trip(&up, Reason::Jump, 999, 3_700), refused(1_000));
    }

    #[test]
    fn a_series_of_trips_ends_and_rests() {
        let (mut breaker, mut now) = (Breaker::default(), 10_000);
        let end = now + SERIES;
        while breaker.trip.until < end {
            breaker = trip(&breaker, Reason::Queue, 10_000, now).unwrap();
            now = breaker.trip.until - 1;
        }
        assert_eq!(breaker.trip.until, end);
        let resting = Err(TripRefusal::Resting { until: end + REST });
        for now in [end, end + REST - 1] {
            assert_eq!(trip(&breaker, Reason::Queue, 10_000, now), resting);
        }
        let again = trip(&breaker, Reason::Queue, 10_000, end + REST).unwrap();
        assert_eq!((again.trip.since, again.trip.until), (end + REST, end + REST + TRIP));
    }

    /// Gaps count: who trips, waits for the end and trips again gains nothing by waiting.
    #[test]
    fn flapping_does_not_outlast_the_series() {
        let (mut breaker, start) = (Breaker::default(), 10_000);
        let mut up = 0;
        for now in (start..start + SERIES + REST).step_by(10) {
            if active(&breaker, now) == 0 && now % 100 == 0 {
                breaker = trip(&breaker, Reason::Queue, 10_000, now).unwrap_or(breaker);
            }
            up += u32::from(active(&breaker, now) > 0) * 10;
        }
        assert!(up <= SERIES, "{up}");
    }

    /// A cheap proof held up for six hours does not keep a dear one from holding.
    #[test]
    fn what_holds_kicks_back_has_a_series_of_its_own_once() {
        let (mut breaker, start) = (Breaker::default(), 10_000);
        for now in (start..=start + SERIES - TRIP).step_by(3_000) {
            breaker = trip(&breaker, Reason::Dispersion, 10_000, now).unwrap();
        }
        let now = start + SERIES - 100;
        assert_eq!(trip(&breaker, Reason::Jump, 10_000, now).unwrap().trip.until, start + SERIES);
        breaker = trip(&breaker, Reason::Queue, 10_000, now).unwrap();
        assert_eq!((breaker.trip.since, breaker.trip.until), (now, now + TRIP));
        // Then a cheap one is part of its series, and neither begins another before the rest.
        let lapsed = now + TRIP;
        breaker = trip(&breaker, Reason::Dispersion, 10_000, lapsed).unwrap();
        assert_eq!((breaker.trip.level, breaker.trip.since), (1, now));
        breaker = trip(&breaker, Reason::Queue, 10_000, lapsed + 1).unwrap();
        assert_eq!((breaker.trip.level, breaker.trip.since), (2, now));
        let end = now + SERIES;
        breaker.trip.until = end;
        for reason in [Reason::Queue, Reason::Dispersion] {
            let resting = Err(TripRefusal::Resting { until: end + REST });
            assert_eq!(trip(&breaker, reason, 10_000, end), resting);
        }
    }

    #[test]
    fn a_trip_moves_no_raised_level_and_no_higher_trip() {
        let raised = raise(&Breaker::default(), 1, 10_000, 100).unwrap();
        let both = trip(&raised, Reason::Queue, 10_000, 100).unwrap();
        let times = [100, 3_699, 3_700, 9_999, 10_000];
        assert_eq!(times.map(|now| active(&both, now)), [2, 2, 1, 1, 0]);
        let lesser = trip(&both, Reason::Jump, 10_000, 200);
        assert_eq!(lesser, Err(TripRefusal::Level { current: 2 }));
        // The governor's lowering covers both.
        let lowered = lower(&both, 0, 200).unwrap();
        assert_eq!(active(&lowered, 200), 0);
        assert_eq!([299, 300].map(|now| for_kicks(&lowered, now)), [2, 0]);
        assert_eq!(lower(&lowered, 0, 200), Err(Refusal::Level { current: 0 }));
    }

    #[test]
    fn reasons_have_codes_levels_and_hysteresis() {
        for (code, reason) in (1..).zip(Reason::ALL) {
            assert_eq!((reason.code(), Reason::from_code(code)), (code, Some(reason)));
            let (enter, stay) = reason.bounds();
            assert!(stay < enter && reason.level() <= TRIP_MAX);
            assert!(reason.concerns(true) || reason.concerns(false));
        }
        assert_eq!([0, 7].map(Reason::from_code), [None, None]);
    }

    #[test]
    fn measures_are_parts_of_a_whole() {
        assert_eq!([part(1, 3), part(3, 3), part(9, 3), part(1, 0)], [3_333, 10_000, 10_000, 0]);
        assert_eq!(jump(Verdict::Valid, 1_099, 1_000), 990);
        assert_eq!(jump(Verdict::Valid, 900, 1_000), 1_000);
        assert_eq!(jump(Verdict::Jumped, 1_000, 1_000), 10_000);
        assert_eq!([jump(Verdict::Invalid, 1, 2), jump(Verdict::Valid, 1, 0)], [0, 0]);
        // 7.6 of the 8 percent at a floor of 0.92.
        assert_eq!(clearing(1_000, 924, 4_000, 9_200), 9_500);
        assert_eq!(clearing(1_000, 1_010, 4_000, 9_200), 0);
        assert_eq!(clearing(999, 0, 4_000, 9_200), 0);
        assert_eq!(clearing(1_000, 0, 4_000, 10_000), 0);
    }
}
