//! The search for what a partial sale takes next.
//!
//! With an oracle value s of asset k sold, the position is at its target once
//!   M(v - s e_k) >= HT (D - s f / (1 + pi)).
//! M counts what diversification relieves of what is left, and has no closed inverse; without
//! relief the answer is s = (HT D - M) (1 + pi) / (HT f - LT (1 + pi)), and near it otherwise.

use core::cmp::Ordering;

use super::{Candidate, Position};
use crate::{
    MAX_ASSETS, MathError, Result,
    correlation::Stake,
    fixed::{compare_products, mul, mul_div_up},
};

/// Steps by the rule of false position, which needs fewer than ten; from there on by halves, which
/// needs at most as many as the value has bits.
const STEPS: u32 = 24;
/// More steps than both need together.
const STEPS_MAX: u32 = 160;

/// A partial sale between two assets.
pub(super) struct Step<'a> {
    pub position: &'a Position<'a>,
    /// What is left.
    pub stakes: [Stake; MAX_ASSETS],
    /// Margin of what is left, base wei times bps.
    pub margin: u128,
    /// What it lacks to the target, base wei times bps.
    pub missing: u128,
}

impl<'a> Step<'a> {
    /// The untried asset whose sale, up to its need, frees most margin for its cost; the first of
    /// equals.
    pub(super) fn best(
        &self,
        tried: &[bool; MAX_ASSETS],
    ) -> Result<Option<(usize, &'a Candidate)>> {
        let mut best: Option<(usize, &Candidate, u128, u128)> = None;
        for (place, (candidate, tried)) in self.position.candidates.iter().zip(tried).enumerate() {
            if *tried || candidate.value == 0 {
                continue;
            }
            let sale = self.estimate(candidate)?;
            let Ok(gain) = u128::try_from(self.gain(place, candidate, sale)?) else { continue };
            let cost = mul(sale, candidate.cost())?;
            let better = best.is_none_or(|(_, _, most, least)| {
                // gain / cost > most / least; a sale that costs nothing beats all others.
                compare_products(gain, least, most, cost) == Ordering::Greater
            });
            if gain > 0 && better {
                best = Some((place, candidate, gain, cost));
            }
        }
        Ok(best.map(|(place, candidate, ..)| (place, candidate)))
    }

    /// The least value of an asset whose sale reaches the target, if there is one: none below it
    /// does, as far as margin grows with every further base wei sold.
    pub(super) fn least(&self, place: usize, candidate: &Candidate) -> Result<Option<u128>> {
        let need = i128::try_from(mul(self.missing, candidate.gross())?).map_err(overflow)?;
        let lacks = |value: u128| -> Result<i128> {
            need.checked_sub(self.gain(place, candidate, value)?).ok_or(MathError::Overflow)
        };
        // Between `low`, which lacks something, and `high`, which does not.
        let (mut low, mut below) = (0, need);
        let mut high = self.estimate(candidate)?;
        let mut above = lacks(high)?;
        if above > 0 {
            (low, below, high) = (high, above, candidate.value);
            above = lacks(high)?;
        }
        if above > 0 {
            return Ok(None);
        }
        // Without relief the estimate is the answer.
        let mut probe = high.saturating_sub(1);
        for step in 0..STEPS_MAX {
            let width = high.saturating_sub(low);
            if width <= 1 {
                break;
            }
            let inner = (low.saturating_add(1), high.saturating_sub(1));
            probe = probe.clamp(inner.0, inner.1);
            let lack = lacks(probe)?;
            // The end that stays counts half of what it did, so that it moves in the end. A shift,
            // because a division of 128 bits is a routine of a kilobyte.
            if lack > 0 {
                (low, below, above) = (probe, lack, above >> 1);
            } else {
                (high, above, below) = (probe, lack, (below >> 1).max(1));
            }
            let width = high.saturating_sub(low);
            let (part, rest) = (below.unsigned_abs(), above.unsigned_abs());
            probe = if step < STEPS {
                low.saturating_add(mul_div_up(width, part, part.saturating_add(rest))?)
            } else {
                low.saturating_add(width >> 1)
            };
        }
        Ok(Some(high))
    }

    /// What the sale would have to be if diversification stayed as it is, within what there is.
    fn estimate(&self, candidate: &Candidate) -> Result<u128> {
        let Some(freed) = candidate.freed(self.position.target) else { return Ok(candidate.value) };
        Ok(mul_div_up(self.missing, candidate.gross(), freed)?.min(candidate.value))
    }

    /// What a sale of `value` brings closer to the target, in base wei times bps squared:
    /// HT f s - (1 + pi) (M - M').
    fn gain(&self, place: usize, candidate: &Candidate, value: u128) -> Result<i128> {
        let mut stakes = self.stakes;
        if let Some(stake) = stakes.get_mut(place) {
            stake.value = stake.value.saturating_sub(value);
        }
        let margin = self.position.margin_of(&stakes)?;
        let paid = mul(mul(value, candidate.reference_bps.into())?, self.position.target)?;
        let paid = i128::try_from(paid).map_err(overflow)?;
        let change = mul(margin.abs_diff(self.margin), candidate.gross())?;
        let change = i128::try_from(change).map_err(overflow)?;
        let sum =
            if margin < self.margin { paid.checked_sub(change) } else { paid.checked_add(change) };
        sum.ok_or(MathError::Overflow)
    }
}

fn overflow<E>(_: E) -> MathError {
    MathError::Overflow
}
