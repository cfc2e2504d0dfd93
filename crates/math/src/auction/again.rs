//! What keepers ask about an auction in time: when it comes to a price, when it may start again,
//! and what starting it again pays.

use super::{Curve, TAIL, descended, price, runs_out_at};
use crate::{
    MathError, Result,
    fixed::{PPM, add, mul_div_down, mul_div_up, sub},
    value::{amount_for_value_down, value_down},
};

/// First second of the auction clock at which the price is at most `limit`, if the live price
/// stays; nothing if it has run out by then.
///
/// # Units
/// kick_price, live_price, limit: WAD; result: seconds of the auction clock.
///
/// # Errors
/// As [`price`].
pub fn seconds_to(
    curve: &Curve,
    kick_price: u128,
    live_price: u128,
    limit: u128,
) -> Result<Option<u32>> {
    // The price never rises: halve the seconds in which it could have come down to the limit.
    let (mut above, mut below) = (0, runs_out_at(curve));
    while above < below {
        let middle = above.midpoint(below);
        if price(curve, kick_price, live_price, middle)? <= limit {
            below = middle;
        } else {
            above = middle.saturating_add(1);
        }
    }
    Ok((below < runs_out_at(curve)).then_some(below))
}

/// Whether the market has left the price behind: the descent would need longer than the tail to
/// bring it to where a new auction would start. Up to there it is the descent's purpose to lag.
///
/// # Units
/// kick_price, live_price: WAD; elapsed: seconds of the auction clock.
///
/// # Errors
/// `Overflow` above 128 bits, which prices of 93 bits cannot reach.
pub fn is_left_behind(
    curve: &Curve,
    kick_price: u128,
    live_price: u128,
    elapsed: u32,
) -> Result<bool> {
    let start = mul_div_up(live_price, add(PPM, curve.start_excess_ppm.into())?, PPM)?;
    Ok(descended(curve, kick_price, elapsed.saturating_add(TAIL))? > start)
}

/// What a redo pays its keeper, and the penalty that is left to takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redo {
    /// Collateral wei out of the lot.
    pub reward: u128,
    /// Penalty afterwards, ppm of net proceeds.
    pub penalty_ppm: u32,
}

/// The keeper's reward for a redo: the tip, out of the lot and out of the penalty that takes are
/// still to pay. So the owners never pay more than the penalty, however often their auction is
/// started again, and nobody is paid to keep dust alive.
///
/// # Units
/// lot: collateral wei; tip, least: base wei; least is the value of the smallest lot that pays;
/// price: WAD.
///
/// # Rounding
/// Reward and penalty down: (1 + penalty') lot <= (1 + penalty) (lot - reward).
///
/// # Errors
/// `DivisionByZero` for an empty lot; `Overflow` above 128 bits, which 112 bits cannot reach.
pub fn redo_reward(
    lot: u128,
    penalty_ppm: u32,
    (tip, least): (u128, u128),
    price: u128,
    scale: u8,
) -> Result<Redo> {
    match value_down(lot, price, scale) {
        Ok(value) if value < least => return Ok(Redo { reward: 0, penalty_ppm }),
        // What is worth more than can be counted is no dust.
        Ok(_) | Err(MathError::Overflow) => {}
        Err(error) => return Err(error),
    }
    let gross = add(PPM, penalty_ppm.into())?;
    let limit = mul_div_down(lot, penalty_ppm.into(), gross)?;
    let reward = amount_for_value_down(tip, price, scale).unwrap_or(u128::MAX).min(limit);
    // At least PPM, because the limit leaves at least lot / (1 + penalty).
    let left = mul_div_down(gross, sub(lot, reward)?, lot)?;
    let penalty = u32::try_from(left.saturating_sub(PPM)).map_err(|_| MathError::Overflow)?;
    Ok(Redo { reward, penalty_ppm: penalty })
}

/// What keepers were paid out of an auction, ppm of its units, once one of them gets `reward`.
///
/// # Units
/// old, result: ppm, at most a million; units before and after, reward: collateral wei.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `DivisionByZero` without units afterwards.
pub fn keeper_part(old: u32, (before, after): (u128, u128), reward: u128) -> Result<u32> {
    let kept = mul_div_down(old.into(), before, after)?;
    let part = add(kept, mul_div_down(reward, PPM, after)?)?;
    Ok(u32::try_from(part.min(PPM)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    const CURVE: Curve =
        Curve { start_excess_ppm: 10_000, fast: 1_000, slow: 30, descent: 200, floor_ppm: 920_000 };

    #[test]
    fn a_price_is_met_in_its_first_second() {
        let to = |limit| seconds_to(&CURVE, 1_000 * WAD, 1_000 * WAD, limit).unwrap();
        assert_eq!(to(2_000 * WAD), Some(0));
        assert_eq!(to(1_010 * WAD), Some(0));
        let at = |elapsed| price(&CURVE, 1_000 * WAD, 1_000 * WAD, elapsed).unwrap();
        for second in [1, 49, 50, 51, 1_000, 2_676] {
            assert_eq!(to(at(second)), Some(second));
            assert_eq!(to(at(second) + 1), Some(second));
            assert_eq!(to(at(second) - 1), Some(second + 1));
        }
        // The floor, and a wei below it.
        assert_eq!(to(920 * WAD), Some(2_677));
        assert_eq!(to(920 * WAD - 1), None);
    }

    #[test]
    fn a_price_is_left_behind_when_it_lags_by_more_than_the_tail() {
        // e^-0.12 of the kick price after the tail: 0.88692...
        let behind = |live, elapsed| is_left_behind(&CURVE, 1_000 * WAD, live, elapsed).unwrap();
        assert!(!behind(887 * WAD, 0));
        assert!(behind(886 * WAD, 0));
        // A minute later it has come down by 1.2 %.
        assert!(!behind(886 * WAD, 60));
        assert!(behind(0, 60));
    }

    #[test]
    fn the_keepers_part_is_weighted_by_units() {
        // 10 of 1,000 and 30 of 3,000 more are 1 % of 4,000.
        let first = keeper_part(0, (0, 1_000), 10).unwrap();
        assert_eq!(first, 10_000);
        assert_eq!(keeper_part(first, (1_000, 4_000), 30), Ok(10_000));
        assert_eq!(keeper_part(first, (1_000, 4_000), 0), Ok(2_500));
        assert_eq!(keeper_part(u32::MAX, (1, 1), 5), Ok(1_000_000));
    }

    #[test]
    fn a_redo_is_paid_out_of_the_penalty() {
        let redo = |lot, penalty, tip| redo_reward(lot, penalty, (tip, 2_000), WAD, 18).unwrap();
        // One of a lot of 10,000: 1.013985 * 0.9999.
        assert_eq!(redo(10_000, 13_985, 1), Redo { reward: 1, penalty_ppm: 13_883 });
        // Below the smallest lot that pays, and at it.
        assert_eq!(redo(1_999, 13_985, 1), Redo { reward: 0, penalty_ppm: 13_985 });
        assert_eq!(redo(2_000, 13_985, 1), Redo { reward: 1, penalty_ppm: 13_478 });
        // Never more than the penalty, and nothing where there is none.
        assert_eq!(redo(10_000, 13_985, 1_000), Redo { reward: 137, penalty_ppm: 93 });
        assert_eq!(redo(10_000, 0, 1_000), Redo { reward: 0, penalty_ppm: 0 });
    }
}
