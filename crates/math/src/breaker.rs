//! Breakers and the auction clock that they stop.
//!
//! A breaker's level is the higher of two: one that the guardian or the governor raised, and one
//! that somebody tripped by proving a condition ([`trip`]). Both end by themselves.
//!
//! An asset's auction clock is the time less the seconds in which nobody could take. Stopped seconds
//! are counted lazily: up to `folded_at` they are in `stopped_total`, since then they follow from
//! the breakers' intervals. So before either breaker or the asset's `dead` changes, the asset's
//! [`fold`] must be stored; then the clock never runs backwards and no second counts twice.

use crate::words::Breaker;

mod trip;

pub use trip::{
    REST, Reason, SERIES, TRIP, TRIP_MAX, TripRefusal, bound, clearing, jump, part, trip,
};

/// Levels: 0 normal, 1 no new risk, 2 no kick unless the health factor is below the hard limit,
/// 3 also no redo and the auction clock stopped, 4 takes only at the oracle price or better.
pub const MAX_LEVEL: u8 = 4;
/// The lowest level that refuses new risk.
pub const NO_NEW_RISK: u8 = 1;
/// The lowest level that refuses a kick of a position that is not below the hard limit.
pub const NO_KICK: u8 = 2;
/// The lowest level that refuses a redo.
pub const NO_REDO: u8 = 3;
/// The level at which takes pay the oracle price at least.
pub const ORACLE_PRICE_ONLY: u8 = 4;
/// The lowest level that stops the auction clock.
pub const STOPS_CLOCK: u8 = 3;
/// Longest grace after a level that held kicks back, seconds.
pub const GRACE: u32 = 600;
/// Longest that one raise may last, seconds.
pub const LONGEST: u32 = 7 * 86_400;

/// The raised level in force at `now`.
pub const fn raised(breaker: &Breaker, now: u32) -> u8 {
    if breaker.since <= now && now < breaker.until { breaker.level } else { 0 }
}

/// The tripped level in force at `now`.
pub const fn tripped(breaker: &Breaker, now: u32) -> u8 {
    if now < breaker.trip.until { breaker.trip.level } else { 0 }
}

/// The level in force at `now`.
pub const fn active(breaker: &Breaker, now: u32) -> u8 {
    higher(raised(breaker, now), tripped(breaker, now))
}

/// The level that a kick is under at `now`: after a level that held kicks back they wait for as long
/// as it lasted, at most [`GRACE`]. Owners could repay and add collateral all the time, but nobody
/// had to watch.
pub const fn for_kicks(breaker: &Breaker, now: u32) -> u8 {
    let grace = if now < breaker.grace_until { NO_KICK } else { 0 };
    higher(active(breaker, now), grace)
}

const fn higher(a: u8, b: u8) -> u8 {
    if a < b { b } else { a }
}

/// Why a raise or a lowering is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such level, below the one in force (raise), or not below it (lowering).
    Level {
        /// The level in force.
        current: u8,
    },
    /// Not from `earliest` to `latest`.
    Until {
        /// First second that it may end in.
        earliest: u32,
        /// The last one.
        latest: u32,
    },
}

/// The breaker after a raise until `until`: never lower and never to end sooner than what is raised
/// already.
///
/// # Errors
/// As [`Refusal`] says.
pub fn raise(
    breaker: &Breaker,
    level: u8,
    until: u32,
    now: u32,
) -> core::result::Result<Breaker, Refusal> {
    let current = raised(breaker, now);
    if level == 0 || level > MAX_LEVEL || level < current {
        return Err(Refusal::Level { current });
    }
    let earliest = if current == 0 { now.saturating_add(1) } else { breaker.until };
    let latest = now.saturating_add(LONGEST);
    if until < earliest || until > latest {
        return Err(Refusal::Until { earliest, latest });
    }
    // Kicks that are held back already have been so since the level began.
    let since = if current >= NO_KICK { breaker.since } else { now };
    let next = Breaker { level, since, until, ..*breaker };
    Ok(next.with_grace(level, since, until))
}

/// The breaker after a lowering to `level` of what was raised and of what was tripped. The grace
/// begins now. What was tripped can be proved again, as part of the same series.
///
/// # Errors
/// As [`Refusal`] says.
pub fn lower(breaker: &Breaker, level: u8, now: u32) -> core::result::Result<Breaker, Refusal> {
    let current = active(breaker, now);
    if level >= current {
        return Err(Refusal::Level { current });
    }
    let mut next = Breaker { grace_until: breaker.grace_until.min(now), ..*breaker };
    if raised(breaker, now) > level {
        next = next.with_grace(breaker.level, breaker.since, now);
        next.level = level;
        next.since = now;
        next.until = if level == 0 { now } else { breaker.until };
        next = next.with_grace(level, breaker.since, next.until);
    }
    if tripped(breaker, now) > level {
        next = next.with_grace(breaker.trip.level, breaker.trip.since, now);
        next.trip.until = now;
    }
    Ok(next)
}

impl Breaker {
    /// With the grace after a level from `since` to before `until`.
    fn with_grace(&self, level: u8, since: u32, until: u32) -> Self {
        if level < NO_KICK {
            return *self;
        }
        let grace = until.saturating_sub(since).min(GRACE);
        let grace_until = self.grace_until.max(until.saturating_add(grace));
        Self { grace_until, ..*self }
    }
}

/// Seconds that an asset's auction clock has stood still up to `now`. `dead`: the asset has had no
/// price that takes could use since `folded_at`.
///
/// # Source
/// The length of a union of two intervals, clipped to what is not folded yet.
pub fn stopped(asset: &Breaker, overall: &Breaker, dead: bool, now: u32) -> u32 {
    let open = now.saturating_sub(asset.folded_at);
    let since_fold = if dead { open } else { union(asset.folded_at, asset, overall, now) };
    asset.stopped_total.saturating_add(since_fold)
}

/// The asset's word with every stopped second up to `now` counted.
pub fn fold(asset: &Breaker, overall: &Breaker, dead: bool, now: u32) -> Breaker {
    if now <= asset.folded_at {
        return *asset;
    }
    let stopped_total = stopped(asset, overall, dead, now);
    Breaker { stopped_total, folded_at: now, ..*asset }
}

/// [`fold`] in which the seconds after `heard`, if there are any, count as stopped: the market was
/// silent. What was folded later than that was heard.
pub fn fold_silent(
    asset: &Breaker,
    overall: &Breaker,
    dead: bool,
    heard: u32,
    now: u32,
) -> Breaker {
    let folded = fold(asset, overall, dead, heard);
    let silent = now.saturating_sub(folded.folded_at);
    Breaker {
        stopped_total: folded.stopped_total.saturating_add(silent),
        folded_at: folded.folded_at.max(now),
        ..folded
    }
}

/// Whether a position may be kicked under a level. `hard`: it is below
/// [`crate::health::HARD_BPS`] even at the price plus its confidence.
pub const fn allows_kick(level: u8, hard: bool) -> bool {
    hard || level < NO_KICK
}

/// The auction clock.
pub const fn clock(now: u32, stopped: u32) -> u32 {
    now.saturating_sub(stopped)
}

/// Length of the union of both stopping intervals, from `from` to before `now`.
fn union(from: u32, a: &Breaker, b: &Breaker, now: u32) -> u32 {
    let (a, b) = (clip(a, from, now), clip(b, from, now));
    let both = length((a.0.max(b.0), a.1.min(b.1)));
    length(a).saturating_add(length(b)).saturating_sub(both)
}

/// The part of a stopping interval from `from` to before `now`.
fn clip(breaker: &Breaker, from: u32, now: u32) -> (u32, u32) {
    if breaker.level < STOPS_CLOCK {
        return (0, 0);
    }
    (breaker.since.max(from), breaker.until.min(now))
}

fn length(interval: (u32, u32)) -> u32 {
    interval.1.saturating_sub(interval.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(level: u8, since: u32, until: u32) -> Breaker {
        Breaker { level, since, until, ..Breaker::default() }
    }

    #[test]
    fn a_level_ends_by_itself() {
        let raised = breaker(3, 100, 200);
        assert_eq!([99, 100, 199, 200].map(|now| active(&raised, now)), [0, 3, 3, 0]);
    }

    #[test]
    fn a_raise_never_lowers_and_never_ends_sooner() {
        let raised = raise(&Breaker::default(), 2, 200, 100).unwrap();
        assert_eq!((raised.level, raised.since, raised.until), (2, 100, 200));
        assert_eq!(raise(&raised, 1, 300, 150), Err(Refusal::Level { current: 2 }));
        assert_eq!(raise(&raised, 5, 300, 150), Err(Refusal::Level { current: 2 }));
        let latest = 150 + LONGEST;
        let bad = Err(Refusal::Until { earliest: 200, latest });
        assert_eq!(raise(&raised, 4, 199, 150), bad);
        assert_eq!(raise(&raised, 4, latest + 1, 150), bad);
        assert!(raise(&raised, 2, 200, 150).is_ok());
        // Over is over.
        assert!(raise(&raised, 1, 201, 200).is_ok());
    }

    #[test]
    fn kicks_wait_after_a_level_for_as_long_as_it_lasted_at_most_ten_minutes() {
        let seen = |breaker: Breaker, times: [u32; 4]| times.map(|now| for_kicks(&breaker, now));
        let short = raise(&Breaker::default(), 2, 150, 100).unwrap();
        assert_eq!(seen(short, [149, 150, 199, 200]), [2, 2, 2, 0]);
        let long = raise(&Breaker::default(), 4, 5_000, 100).unwrap();
        assert_eq!(seen(long, [4_999, 5_000, 5_599, 5_600]), [4, 2, 2, 0]);
        // A level that held nothing back has none.
        let one = raise(&Breaker::default(), 1, 5_000, 100).unwrap();
        assert_eq!(seen(one, [4_999, 5_000, 5_001, 5_600]), [1, 0, 0, 0]);
        // Lowered early the grace begins then; a prolonged level counts from its beginning.
        let lowered = lower(&long, 1, 130).unwrap();
        assert_eq!(seen(lowered, [130, 159, 160, 5_000]), [2, 2, 1, 0]);
        let longer = raise(&short, 2, 180, 140).unwrap();
        assert_eq!(seen(longer, [180, 259, 260, 261]), [2, 2, 0, 0]);
    }

    #[test]
    fn overlapping_levels_stop_the_clock_once() {
        let (asset, overall) = (breaker(3, 100, 200), breaker(4, 150, 250));
        assert_eq!(stopped(&asset, &overall, false, 120), 20);
        assert_eq!(stopped(&asset, &overall, false, 1_000), 150);
        // Levels below three stop nothing, a dead price everything.
        assert_eq!(stopped(&breaker(2, 100, 200), &overall, false, 1_000), 100);
        assert_eq!(stopped(&asset, &overall, true, 1_000), 1_000);
    }

    #[test]
    fn a_silence_stops_the_clock_once() {
        let (asset, none) = (breaker(3, 100, 200), Breaker::default());
        let seen = |word: &Breaker, now| clock(now, stopped(word, &none, false, now));
        // Silent from 150, in the middle of a level, to 500.
        let folded = fold_silent(&asset, &none, false, 150, 500);
        assert_eq!((folded.stopped_total, folded.folded_at), (400, 500));
        assert_eq!((seen(&asset, 150), seen(&folded, 500), seen(&folded, 510)), (100, 100, 110));
        // Noticed again nothing is added; without a silence it is a fold.
        assert_eq!(fold_silent(&folded, &none, false, 150, 500), folded);
        assert_eq!(fold_silent(&asset, &none, false, 300, 300), fold(&asset, &none, false, 300));
    }

    #[test]
    fn a_fold_keeps_what_is_counted() {
        let (asset, overall) = (breaker(3, 100, 200), breaker(0, 0, 0));
        let folded = fold(&asset, &overall, false, 150);
        assert_eq!((folded.stopped_total, folded.folded_at), (50, 150));
        assert_eq!(stopped(&folded, &overall, false, 300), 100);
        // Time that runs backwards changes nothing.
        assert_eq!(fold(&folded, &overall, false, 120), folded);
    }
}
