//! Breakers and the auction clock that they stop.
//!
//! An asset's auction clock is the time less the seconds in which nobody could take. Stopped seconds
//! are counted lazily: up to `folded_at` they are in `stopped_total`, since then they follow from
//! the breakers' intervals. So before either breaker or the asset's `dead` changes, the asset's
//! [`fold`] must be stored; then the clock never runs backwards and no second counts twice.

use crate::words::Breaker;

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

/// The level in force at `now`.
pub const fn active(breaker: &Breaker, now: u32) -> u8 {
    if breaker.since <= now && now < breaker.until { breaker.level } else { 0 }
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
    fn overlapping_levels_stop_the_clock_once() {
        let (asset, overall) = (breaker(3, 100, 200), breaker(4, 150, 250));
        assert_eq!(stopped(&asset, &overall, false, 120), 20);
        assert_eq!(stopped(&asset, &overall, false, 1_000), 150);
        // Levels below three stop nothing, a dead price everything.
        assert_eq!(stopped(&breaker(2, 100, 200), &overall, false, 1_000), 100);
        assert_eq!(stopped(&asset, &overall, true, 1_000), 1_000);
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
