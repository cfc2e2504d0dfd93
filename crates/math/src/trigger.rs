//! The trigger: when a position below one may be sold, and for how long its owner has a chance
//! first.

use crate::{
    Result,
    fixed::{BPS, mul, mul_div_down, sub},
    health::{Exposure, HARD_BPS},
};

/// The health factor from which on a flag may be taken off, bps: above one, so that a price that
/// wiggles around the line does not restart the clock.
pub const CURED_BPS: u16 = 10_050;
/// Longest grace that an asset may grant, seconds.
pub const GRACE_MAX: u16 = 300;

/// What a liquidation may do with a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing: its health factor is at least one.
    #[default]
    Healthy,
    /// Nothing yet: somebody has to flag it first.
    Unflagged,
    /// Nothing yet: it has been flagged and its grace runs.
    Waiting,
    /// It may be sold.
    Liquidatable,
}

impl State {
    /// The number that views return.
    pub const fn code(self) -> u8 {
        match self {
            Self::Healthy => 0,
            Self::Unflagged => 1,
            Self::Waiting => 2,
            Self::Liquidatable => 3,
        }
    }
}

/// The state of a position and the seconds until it may be sold, if nothing changes but the time;
/// counted from the flag that it does not have yet, if it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// What may be done with it.
    pub state: State,
    /// Seconds left.
    pub left: u32,
}

impl Status {
    const fn of(state: State) -> Self {
        Self { state, left: 0 }
    }
}

/// How long a position had to be flagged, were it flagged: all of `longest` at a health factor of
/// one, nothing at the hard limit and below.
///
/// # Units
/// Seconds.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn grace(live: &Exposure, longest: u16) -> Result<u32> {
    if live.is_below(HARD_BPS)? {
        return Ok(0);
    }
    let owed = live.owed();
    let hard = u128::from(HARD_BPS);
    let above = sub(live.margin_bps, mul(owed, hard)?)?;
    let seconds = mul_div_down(above, longest.into(), mul(owed, sub(BPS, hard)?)?)?;
    Ok(u32::try_from(seconds.min(longest.into())).unwrap_or_default())
}

/// Whether a position may be sold: below one at the price, and either no asset of its grants a
/// grace, or it is below one at the average price as well, or it has been flagged for its grace,
/// which is nothing below the hard limit.
///
/// `averaged`: whether the health factor at the average prices is below one; only asked where it
/// decides. `longest`: the longest grace among its assets. `flagged_at`: zero for no flag.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn status(
    live: &Exposure,
    averaged: impl FnOnce() -> Result<bool>,
    longest: u16,
    flagged_at: u32,
    now: u32,
) -> Result<Status> {
    if !live.is_liquidatable()? {
        return Ok(Status::of(State::Healthy));
    }
    if longest == 0 {
        return Ok(Status::of(State::Liquidatable));
    }
    let flagged = flagged_at > 0;
    let passed = if flagged { now.saturating_sub(flagged_at) } else { 0 };
    let left = grace(live, longest)?.saturating_sub(passed);
    // Without a flag only the hard limit leaves no grace, or one of less than a second.
    if (left == 0 && flagged) || live.is_below(HARD_BPS)? || averaged()? {
        return Ok(Status::of(State::Liquidatable));
    }
    let state = if flagged { State::Waiting } else { State::Unflagged };
    Ok(Status { state, left })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A health factor of `health` bps against a million.
    fn at(health: u128) -> Exposure {
        Exposure { margin_bps: health * 1_000_000, debt: 1_000_000, ..Exposure::default() }
    }

    #[test]
    fn grace_shrinks_with_health() {
        let grace = |health| grace(&at(health), 60).unwrap();
        // Sixty seconds over 150 bps.
        assert_eq!([10_000, 9_999, 9_925, 9_851, 9_850, 9_849].map(grace), [60, 59, 30, 0, 0, 0]);
        assert_eq!(grace(10_100), 60);
    }

    #[test]
    fn without_a_grace_the_price_alone_decides() {
        let at = |health| status(&at(health), || Ok(false), 0, 0, 100).unwrap().state;
        assert_eq!(at(10_000), State::Healthy);
        assert_eq!(at(9_999), State::Liquidatable);
    }

    #[test]
    fn the_average_the_hard_limit_or_a_flag_ends_the_grace() {
        let status = |health, averaged, flagged_at, now| {
            let Status { state, left } =
                status(&at(health), || Ok(averaged), 60, flagged_at, now).unwrap();
            (state, left)
        };
        assert_eq!(status(10_000, true, 1, 1_000), (State::Healthy, 0));
        assert_eq!(status(9_925, true, 0, 1_000), (State::Liquidatable, 0));
        assert_eq!(status(9_925, false, 0, 1_000), (State::Unflagged, 30));
        assert_eq!(status(9_925, false, 971, 1_000), (State::Waiting, 1));
        assert_eq!(status(9_925, false, 970, 1_000), (State::Liquidatable, 0));
        assert_eq!(status(9_850, false, 0, 1_000), (State::Unflagged, 0));
        assert_eq!(status(9_850, false, 1_000, 1_000), (State::Liquidatable, 0));
        assert_eq!(status(9_849, false, 0, 1_000), (State::Liquidatable, 0));
    }
}
