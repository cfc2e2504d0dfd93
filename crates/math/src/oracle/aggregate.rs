//! From what up to five sources say to one price and a verdict on it.

use super::{
    Verdict, confidence_code,
    median::{Vote, Votes},
    stats::{LN_2, Stats, decay},
};
use crate::{
    bits::low_64,
    exp::exp_neg,
    fixed::{BPS, PRICE_MAX, mul_div_up},
    words::{AssetPrice, PricePolicy, Risk},
};

/// Sources that one asset can have.
pub const SOURCES: usize = 5;
/// Seconds that a source's clock may be ahead of the chain's.
pub const LEAD_MAX: u32 = 10;
/// Longest time for which a move is allowed to grow, seconds.
const GROWTH_MAX: u32 = 86_400;
/// The standard deviation of normal noise over its median absolute deviation, 1.4826, in parts of
/// 10,000.
const SPREAD: u128 = 14_826;
/// Standard deviations from the median beyond which a reading is an outlier.
const OUTLIER: u128 = 3;
/// Bits below the point that an age takes a weight down by.
const AGE_SHIFT: u32 = 63 - 16;
/// Parts of the price in which a move is measured against its volatility.
const MOVE_PARTS: u128 = 1_000_000_000;
/// The largest move that is squared: more is more than any volatility allows.
const MOVE_MAX: u128 = 1 << 60;

/// What a source says, and how it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// WAD base tokens for a whole collateral token; zero: what it said is no price, or one that is
    /// clamped to a bound.
    pub price: u128,
    /// Half the width of the interval that the price is said to lie in, WAD.
    pub confidence: u128,
    /// When it was observed.
    pub time: u32,
    /// Whose price it is: sources of one provider, or of one venue, are one family.
    pub family: u8,
    /// Weight of a reading of this second, from one.
    pub weight: u8,
    /// Derived, capped or a fallback: it may make the price less certain, and never moves it.
    pub secondary: bool,
}

/// What became of a reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// There is no source, or it did not answer.
    #[default]
    Silent,
    /// It counts.
    Used,
    /// It is secondary: it counts only against the price's certainty.
    Secondary,
    /// Too far from the others.
    Outlying,
    /// Too old.
    Stale,
    /// Observed after now.
    Future,
    /// Not a price, beyond the stored width, at a bound, or no more than its own confidence.
    Unusable,
}

impl Prior {
    /// What two words say was before. Without a half-life there is no average to be far from.
    pub fn from_words(price: &AssetPrice, risk: &Risk, policy: &PricePolicy) -> Self {
        let stats = Stats::from_words(price, risk);
        let ema = if policy.ema_half_life == 0 { 0 } else { stats.ema };
        Self {
            price: price.price,
            ema,
            verdict: price.verdict,
            time: stats.observed_at,
            variance: stats.measured(),
        }
    }
}

impl Priced {
    /// The two words of an asset with this price in them.
    ///
    /// # Rounding
    /// The confidence up, to steps of 4 bps; see [`Stats::write`].
    pub fn words(
        &self,
        price: &AssetPrice,
        risk: &Risk,
        policy: &PricePolicy,
        now: u32,
    ) -> (AssetPrice, Risk) {
        let past = Stats::from_words(price, risk);
        let stats = past.after(self, now, policy.ema_half_life, price.sigma);
        let mut price = AssetPrice {
            price: self.price,
            confidence: confidence_code(self.price, self.confidence),
            verdict: self.verdict,
            fresh_until: self.fresh.saturating_add(policy.max_age),
            ..*price
        };
        let mut risk = *risk;
        stats.write(&mut price, &mut risk);
        (price, risk)
    }
}

impl Fate {
    /// The code that views show.
    pub const fn code(self) -> u8 {
        match self {
            Self::Silent => 0,
            Self::Used => 1,
            Self::Secondary => 2,
            Self::Outlying => 3,
            Self::Stale => 4,
            Self::Future => 5,
            Self::Unusable => 6,
        }
    }

    /// What is known of a reading before it is compared with others.
    fn of(reading: Option<&Reading>, policy: &PricePolicy, now: u32) -> Self {
        let Some(reading) = reading else { return Self::Silent };
        if reading.time > now.saturating_add(LEAD_MAX) {
            return Self::Future;
        }
        if now.saturating_sub(reading.time) > policy.max_age {
            return Self::Stale;
        }
        let price = reading.price;
        if price == 0 || price > PRICE_MAX || reading.confidence >= price {
            return Self::Unusable;
        }
        if reading.secondary { Self::Secondary } else { Self::Used }
    }
}

/// What is stored before the readings are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prior {
    /// The stored price; zero if there is none.
    pub price: u128,
    /// Its moving average; zero if there is none.
    pub ema: u128,
    /// The verdict on it when it was stored.
    pub verdict: Verdict,
    /// When the newest reading behind it was observed.
    pub time: u32,
    /// Variance of its returns a second, WAD: see [`super::stats::Stats::measured`].
    pub variance: u128,
}

/// A price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Priced {
    /// WAD base tokens for a whole collateral token.
    pub price: u128,
    /// How far from it the truth may be, WAD, up.
    pub confidence: u128,
    /// When the newest reading behind it was observed.
    pub time: u32,
    /// From when on a quorum of families had spoken: the price ages from here.
    pub fresh: u32,
    /// Families that agree.
    pub families: u8,
    /// The judgement on it.
    pub verdict: Verdict,
}

/// What the readings amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody who may move the price said anything: it ages.
    #[default]
    Silent,
    /// The only answers are no prices: there is none.
    Invalid,
    /// A price.
    Priced(Priced),
}

/// The result of counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aggregate {
    /// What became of each reading.
    pub fates: [Fate; SOURCES],
    /// What they amount to.
    pub outcome: Outcome,
}

/// Counts the readings: drops what is stale, not a price, or far from the rest, takes the weighted
/// median, and says how sure it is.
///
/// A weight halves with every half-life of age. No family weighs as much as all the others, so with
/// three or more none of them moves the price out of the range of the others, whatever it says. The
/// median is taken twice: of all, from which outliers are measured, and of what is left; where that
/// leaves two values with half the weight each, the price is as near the first median as they allow.
///
/// The confidence is the widest of the spread (1.4826 MAD), the sources' own weighted mean, a
/// quarter of the distance from the moving average, and the distance down to the lowest secondary
/// reading, as far as it takes to make the price uncertain.
///
/// # Rounding
/// The median of two is down, confidence up, by at most five wei.
pub fn aggregate(
    readings: &[Option<Reading>; SOURCES],
    policy: &PricePolicy,
    prior: &Prior,
    now: u32,
) -> Aggregate {
    let mut fates = readings.map(|reading| Fate::of(reading.as_ref(), policy, now));
    if !fates.contains(&Fate::Used) {
        let dead = present(readings, &fates)
            .any(|(reading, fate)| fate == Fate::Unusable && !reading.secondary);
        let outcome = if dead { Outcome::Invalid } else { Outcome::Silent };
        return Aggregate { fates, outcome };
    }
    let all = votes(readings, &fates, policy, now);
    let (low, high) = all.medians();
    let center = low.saturating_add(high.saturating_sub(low) >> 1);
    drop_outliers(&mut fates, &all, center, policy);
    let kept = votes(readings, &fates, policy, now);
    let (low, high) = kept.medians();
    let price = center.clamp(low, high.max(low));
    let (time, fresh) = times(readings, &fates, policy, now);
    let families = u8::try_from(kept.families()).unwrap_or(u8::MAX);
    let confidence = confidence(readings, &fates, &kept, price, (policy, prior));
    let seen = Priced { price, confidence, time, fresh, families, ..Priced::default() };
    let verdict = judge(&seen, policy, prior);
    Aggregate { fates, outcome: Outcome::Priced(Priced { verdict, ..seen }) }
}

/// The readings that there are, each with what became of it.
fn present<'a>(
    readings: &'a [Option<Reading>; SOURCES],
    fates: &'a [Fate; SOURCES],
) -> impl Iterator<Item = (&'a Reading, Fate)> {
    readings.iter().zip(fates).filter_map(|(reading, fate)| Some((reading.as_ref()?, *fate)))
}

/// The readings that count.
fn used<'a>(
    readings: &'a [Option<Reading>; SOURCES],
    fates: &'a [Fate; SOURCES],
) -> impl Iterator<Item = &'a Reading> {
    present(readings, fates).filter(|(_, fate)| *fate == Fate::Used).map(|(reading, _)| reading)
}

/// One vote for each reading that counts, with the weight that its age leaves (at most 24 bits, and
/// never nothing) and no family above all the others.
fn votes(
    readings: &[Option<Reading>; SOURCES],
    fates: &[Fate; SOURCES],
    policy: &PricePolicy,
    now: u32,
) -> Votes {
    let mut votes = Votes([Vote::default(); SOURCES]);
    for ((vote, reading), fate) in votes.0.iter_mut().zip(readings).zip(fates) {
        let Some(reading) = reading.filter(|_| *fate == Fate::Used) else { continue };
        let left = age_weight(now.saturating_sub(reading.time), policy.half_life);
        let weight = left.saturating_mul(reading.weight.into()).max(1);
        *vote = Vote { value: reading.price, weight, family: reading.family };
    }
    votes.capped()
}

/// What an age leaves of a weight, in parts of 2^16. Without a half-life, all of it.
///
/// # Rounding
/// Down.
pub fn age_weight(age: u32, half_life: u16) -> u64 {
    match half_life {
        0 => 1 << 16,
        life => low_64(exp_neg(decay(age, life.into(), LN_2)) >> AGE_SHIFT),
    }
}

/// Marks what lies farther from the median than both three deviations and the floor.
fn drop_outliers(fates: &mut [Fate; SOURCES], votes: &Votes, center: u128, policy: &PricePolicy) {
    let spread = votes.deviation(center).saturating_mul(SPREAD).saturating_mul(OUTLIER);
    let floor = center.saturating_mul(policy.outlier.into());
    let band = spread.max(floor);
    for (fate, vote) in fates.iter_mut().zip(&votes.0) {
        let far = vote.value.abs_diff(center).saturating_mul(BPS) > band;
        if vote.weight > 0 && far {
            *fate = Fate::Outlying;
        }
    }
}

/// See [`aggregate`].
fn confidence(
    readings: &[Option<Reading>; SOURCES],
    fates: &[Fate; SOURCES],
    kept: &Votes,
    price: u128,
    (policy, prior): (&PricePolicy, &Prior),
) -> u128 {
    let spread = kept.deviation(price).saturating_mul(SPREAD).div_ceil(BPS);
    let said = readings.iter().map(|reading| reading.map_or(0, |reading| reading.confidence));
    let own = kept.mean_up(said);
    let lag = if prior.ema == 0 { 0 } else { price.abs_diff(prior.ema).div_ceil(4) };
    let below = present(readings, fates)
        .filter(|(_, fate)| *fate == Fate::Secondary)
        .map(|(reading, _)| price.saturating_sub(reading.price))
        .max();
    // As much as makes the price uncertain, and no more: what is doubted without end is never sold.
    let widest = price.saturating_mul(policy.max_confidence.into()).checked_div(BPS);
    let doubt = below.unwrap_or_default().min(widest.unwrap_or_default().saturating_add(1));
    spread.max(own).max(lag).max(doubt)
}

/// When the newest reading that counts was observed, and the last second at which a quorum of
/// families had spoken, or all of them if they are fewer.
fn times(
    readings: &[Option<Reading>; SOURCES],
    fates: &[Fate; SOURCES],
    policy: &PricePolicy,
    now: u32,
) -> (u32, u32) {
    let families_since = |time: u32| {
        let family = |first: &&Reading| {
            let mut newer = used(readings, fates).filter(|reading| reading.time >= time);
            // One reading a family: the first in the order of the sources.
            newer.find(|reading| reading.family == first.family) == Some(*first)
        };
        used(readings, fates).filter(|reading| reading.time >= time).filter(family).count()
    };
    let needed = families_since(0).min(policy.quorum.max(1).into());
    let newest = used(readings, fates).map(|reading| reading.time).max();
    let fresh = used(readings, fates)
        .map(|reading| reading.time)
        .filter(|time| families_since(*time) >= needed)
        .max();
    // A clock that is ahead gains nothing by it.
    (newest.unwrap_or_default().min(now), fresh.unwrap_or_default().min(now))
}

/// The verdict on a price, at the second of its update.
///
/// The stored price is the last one, a jumped one too: so a newer reading near a jumped price
/// confirms it, and one that returns to the old price is a jump again.
///
/// # Rounding
/// None for the step, the confidence and the quorum: products are compared. A move is measured up,
/// by less than a billionth of the price, before it is compared with the volatility.
pub fn judge(seen: &Priced, policy: &PricePolicy, prior: &Prior) -> Verdict {
    let unconfirmed = prior.verdict == Verdict::Jumped && seen.time <= prior.time;
    if prior.price > 0 && (unconfirmed || jumps(seen, policy, prior)) {
        return Verdict::Jumped;
    }
    let widest = seen.price.saturating_mul(policy.max_confidence.into());
    if seen.families < policy.quorum || seen.confidence.saturating_mul(BPS) > widest {
        return Verdict::Uncertain;
    }
    Verdict::Valid
}

/// Whether a price is farther from the stored one than both a step and what its volatility allows
/// in the time that has passed.
fn jumps(seen: &Priced, policy: &PricePolicy, prior: &Prior) -> bool {
    let moved = seen.price.abs_diff(prior.price);
    if moved.saturating_mul(BPS) <= prior.price.saturating_mul(policy.step.into()) {
        return false;
    }
    let parts = mul_div_up(moved, MOVE_PARTS, prior.price).unwrap_or(u128::MAX).min(MOVE_MAX);
    let passed = seen.time.saturating_sub(prior.time).min(GROWTH_MAX);
    // (move / sigmas)^2 > variance * time, with sigmas in tenths: 127 bits against 80.
    let sigmas = u128::from(policy.sigmas);
    let allowed = sigmas.saturating_mul(sigmas).saturating_mul(prior.variance);
    parts.saturating_mul(parts).saturating_mul(100) > allowed.saturating_mul(passed.into())
}
