//! Counting readings in exact fractions: votes in order of their values, walked from below.

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::{Q, int, ratio};

/// A vote: value, weight, family.
#[derive(Clone, Debug)]
pub struct Vote {
    pub value: Q,
    pub weight: Q,
    pub family: u8,
}

fn weight<'a>(votes: impl Iterator<Item = &'a Vote>) -> Q {
    votes.fold(Q::zero(), |sum, vote| sum + &vote.weight)
}

fn families(votes: &[Vote]) -> Vec<u8> {
    let mut families: Vec<u8> = votes.iter().map(|vote| vote.family).collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// How many families vote.
pub fn family_count(votes: &[Vote]) -> usize {
    families(votes).len()
}

/// The votes with the family that weighs as much as all the others cut down: below them by one unit
/// of theirs if they are two or more, to as much if there is only one.
pub fn capped(votes: &[Vote]) -> Vec<Vote> {
    let families = families(votes);
    for family in &families {
        let own = weight(votes.iter().filter(|vote| vote.family == *family));
        let others = weight(votes.iter().filter(|vote| vote.family != *family));
        if others > Q::zero() && own >= others {
            let limit = if families.len() > 2 { &others - Q::one() } else { others.clone() };
            let cut = limit / own;
            let scaled = |vote: &Vote| {
                let weight =
                    if vote.family == *family { &vote.weight * &cut } else { vote.weight.clone() };
                Vote { weight, ..vote.clone() }
            };
            return votes.iter().map(scaled).collect();
        }
    }
    votes.to_vec()
}

/// The first value from below at which half of the weight is reached, and the first from above.
pub fn medians(votes: &[Vote]) -> (Q, Q) {
    let half = weight(votes.iter()) / int(2);
    let walk = |order: Vec<&Vote>| -> Q {
        let mut sum = Q::zero();
        for vote in order {
            sum += &vote.weight;
            if sum >= half {
                return vote.value.clone();
            }
        }
        Q::zero()
    };
    let mut order: Vec<&Vote> = votes.iter().collect();
    order.sort_by(|a, b| a.value.cmp(&b.value));
    let low = walk(order.clone());
    order.reverse();
    (low, walk(order))
}

/// Upper weighted median of the distances from `center`.
pub fn deviation(votes: &[Vote], center: &Q) -> Q {
    let distance = |vote: &Vote| {
        let away = &vote.value - center;
        Vote { value: if away < Q::zero() { -away } else { away }, ..vote.clone() }
    };
    medians(&votes.iter().map(distance).collect::<Vec<_>>()).1
}

/// The weighted mean of what goes with each vote.
pub fn mean(votes: &[Vote], values: &[Q]) -> Q {
    let sum =
        votes.iter().zip(values).fold(Q::zero(), |sum, (vote, value)| sum + &vote.weight * value);
    sum / weight(votes.iter())
}

/// The price of the votes and which of them are outliers: the median of all, its whole part, and
/// the median of what lies within the band, as near the first as it allows.
pub fn price(votes: &[Vote], floor: &BigRational) -> (Q, Vec<bool>) {
    let all = capped(votes);
    let (low, high) = medians(&all);
    let center = ((low + high) / int(2)).floor();
    let band = (ratio(44_478, 10_000) * deviation(&all, &center)).max(&center * floor);
    let far = |vote: &Vote| {
        let away = &vote.value - &center;
        away > band || -away > band
    };
    let outlying: Vec<bool> = all.iter().map(far).collect();
    let kept = kept(votes, &outlying);
    let (low, high) = medians(&kept);
    (center.max(low).min(high), outlying)
}

/// The votes that are no outliers, with the cap among them.
pub fn kept(votes: &[Vote], outlying: &[bool]) -> Vec<Vote> {
    let kept = votes.iter().zip(outlying).filter(|(_, out)| !**out).map(|(vote, _)| vote.clone());
    capped(&kept.collect::<Vec<_>>())
}

/// The variance that moves are measured by: the slow one, or what 0.7 of the fast deviation squares
/// to.
pub fn measured(fast: u128, slow: u128) -> Q {
    (int(fast) * ratio(7, 10) * ratio(7, 10)).max(int(slow))
}

/// What may move a price without doubt.
pub struct Steps {
    /// A part of the stored price.
    pub step: Q,
    /// Deviations: k.
    pub sigmas: Q,
    /// A second, in WAD.
    pub variance: u128,
    /// Seconds: dt.
    pub passed: u32,
}

/// Whether a move from `from` is more than both a step and k sigma sqrt(dt), where dt counts up to
/// a day. The squares are compared, so nothing is rooted. `more`: a part of the stored price that is
/// added to the move where it is compared with its volatility.
pub fn jumps(from: &Q, to: &Q, may: &Steps, more: &Q) -> bool {
    let moved = if to > from { to - from } else { from - to } / from;
    let days = int(may.passed.min(86_400).into());
    let variance = int(may.variance) / int(10_u128.pow(18));
    let far = &moved + more;
    moved > may.step && &far * &far > &may.sigmas * &may.sigmas * variance * days
}
