//! Weighted medians over a handful of votes.

use super::SOURCES;
use crate::fixed::mul_div_up;

/// A value with a weight; without weight it does not vote.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Vote {
    pub value: u128,
    pub weight: u64,
    pub family: u8,
}

/// One vote a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Votes(pub [Vote; SOURCES]);

impl Votes {
    pub fn iter(&self) -> impl Iterator<Item = &Vote> {
        self.0.iter().filter(|vote| vote.weight > 0)
    }

    /// The weight of the votes that `counts` is true of. At most five of 57 bits.
    fn weight(&self, counts: impl Fn(&Vote) -> bool) -> u64 {
        self.iter().filter(|vote| counts(vote)).fold(0, |sum, vote| sum.saturating_add(vote.weight))
    }

    /// How many families vote: the votes that no earlier one of their family precedes.
    pub fn families(&self) -> usize {
        let first = |at: &usize| {
            let family = self.iter().nth(*at).map(|vote| vote.family);
            self.iter().take(*at).all(|vote| Some(vote.family) != family)
        };
        (0..self.iter().count()).filter(first).count()
    }

    /// The votes without a family that weighs as much as all the others together: with two others
    /// or more its weight is cut to less than theirs, so that it never decides by itself, and with
    /// a single one to as much, so that neither does.
    ///
    /// Weights come in at 24 bits and leave at no more than 54, exactly in proportion.
    pub fn capped(&self) -> Self {
        let total = self.weight(|_| true);
        let strict = u64::from(self.families() > 2);
        for heavy in self.iter() {
            let own = self.weight(|vote| vote.family == heavy.family);
            let others = total.saturating_sub(own);
            if others > 0 && own >= others {
                let family = heavy.family;
                let scale = |vote: &Vote| {
                    let own_scale = others.saturating_sub(strict);
                    let factor = if vote.family == family { own_scale } else { own };
                    Vote { weight: vote.weight.saturating_mul(factor), ..*vote }
                };
                return Self(self.0.each_ref().map(scale));
            }
        }
        *self
    }

    /// The lower and the upper weighted median: the least and the greatest value that has half of
    /// the weight on either side, its own counted. Zero without votes.
    pub fn medians(&self) -> (u128, u128) {
        let total = self.weight(|_| true);
        let half = |weight: u64| weight.saturating_mul(2) >= total;
        let below = |vote: &&Vote| half(self.weight(|other| other.value <= vote.value));
        let above = |vote: &&Vote| half(self.weight(|other| other.value >= vote.value));
        let low = self.iter().filter(below).map(|vote| vote.value).min();
        let high = self.iter().filter(above).map(|vote| vote.value).max();
        (low.unwrap_or_default(), high.unwrap_or_default())
    }

    /// The upper weighted median of the distances from `center`: at least half of the weight lies
    /// no farther.
    pub fn deviation(&self, center: u128) -> u128 {
        let distance = |vote: &Vote| Vote { value: vote.value.abs_diff(center), ..*vote };
        Self(self.0.each_ref().map(distance)).medians().1
    }

    /// The weighted mean of `values`, in the order of the sources.
    ///
    /// # Rounding
    /// Up, by less than one for each vote.
    pub fn mean_up(&self, values: impl Iterator<Item = u128>) -> u128 {
        let total = self.weight(|_| true);
        self.0.iter().zip(values).fold(0, |sum: u128, (vote, value)| {
            let part = mul_div_up(value, vote.weight.into(), total.into()).unwrap_or_default();
            sum.saturating_add(part)
        })
    }
}
