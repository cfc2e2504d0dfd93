//! Expected loss: what a position may cost those who lent to it, before it can be sold.

use core::mem::swap;

use crate::{
    MAX_ASSETS, Result,
    bits::{low_16, low_64},
    correlation::{CODE_MAX, Correlations, Norm, Part, ROOT},
    exp::{ln, mul_high},
    fixed::{BPS, add, mul_div_down, mul_div_up},
    normal::{HALF, NORMAL_ONE, POINT_MAX, cdf, mills, scaled_density},
};

/// Seconds in which a loss may arise: from a kick to the last of the lot.
pub const HORIZON: u32 = 3_600;
/// Positions that one call ranks.
pub const RANK_MAX: usize = 100;

/// One, for a standard deviation and a ratio.
const UNIT: u128 = 1 << 32;
/// The largest standard deviation: one.
const DEVIATION_MAX: u64 = 1 << 32;
/// Beyond this ratio of collateral to debt a loss is below 2^-40 of the debt.
const RATIO_MAX: u128 = UNIT << 11;
/// One, for a loss over the debt.
const LOSS_ONE: u128 = 1 << LOSS_BITS;
const LOSS_BITS: u32 = 40;
/// More than the error of a time value, in units of 2^-63.
const ERROR: u64 = 1 << 10;
/// sqrt([`HORIZON`] / 86,400) / (50 * 10,000) in units of 2^-56, up: from a norm, which is in
/// fiftieths, bps and roots of a day.
const NORM_TO_DEVIATION: u64 = 29_417_389_581;

/// What the loss of a position depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prospect {
    /// What is owed, base wei, up.
    pub debt: u128,
    /// What selling all collateral is expected to bring, base wei, down.
    pub proceeds: u128,
    /// Standard deviation of the collateral's logarithm over the horizon, up; 2^32 is one, and
    /// counts for all above.
    pub deviation: u64,
}

/// The standard deviation over the horizon of collateral worth `value` whose parts, value times
/// volatility in bps per square root of a day, have a norm.
///
/// # Units
/// value: base wei; result: 2^32 is one.
///
/// # Rounding
/// Up, by less than one part in 2^33 and two units. Nothing deviates if there is no value.
pub fn deviation(norm: &Norm, value: u128) -> u64 {
    let unit = (1_u128 << 40).unbounded_shl(norm.shift);
    if value == 0 || norm.root == 0 {
        return 0;
    }
    // What passes 64 bits is a deviation far above one.
    let ratio = mul_div_up(norm.root.into(), unit, value).unwrap_or(u128::MAX);
    let ratio = u64::try_from(ratio).unwrap_or(u64::MAX);
    deviation_at(ratio)
}

/// The same of one asset alone: its volatility, bps per square root of a day.
pub fn deviation_of_one(sigma: u64) -> u64 {
    deviation_at(sigma.saturating_mul(ROOT).saturating_mul(1 << 40))
}

/// From fiftieths of a bp per square root of a day, with 40 bits after the point.
fn deviation_at(ratio: u64) -> u64 {
    mul_high(ratio, NORM_TO_DEVIATION).saturating_add(1)
}

/// The expected loss of a position whose collateral is sold at the end of the horizon, with what
/// it brings lognormal around the proceeds of today: a put on it, struck at the debt.
///
/// # Units
/// Base wei.
///
/// # Rounding
/// Up, by less than the debt / 2^31 and one wei. It never falls as the debt or the deviation rises
/// or the proceeds fall, and never passes the debt.
///
/// # Source
/// Margrabe: EL = D Phi(v - d1) - C Phi(-d1), d1 = ln(C / D) / v + v / 2. Written as
/// EL / D = max(0, 1 - C/D) + phi(z - v/2) (R(|z| - v/2) - R(|z| + v/2)) with z = ln(C/D) / v and
/// Mills' ratio R, nothing cancels. It is a function of C/D and v alone; C/D is cut to a multiple
/// of 2^-32 before anything else, as v is one. To the next multiple of either it changes by at
/// least phi 2^-47 where it is not below the last unit of 2^-40, and the errors are below phi 2^-53:
/// so they cannot turn it round.
pub fn expected_loss(prospect: &Prospect) -> u128 {
    let Prospect { debt, proceeds, .. } = *prospect;
    let deviation = prospect.deviation.min(DEVIATION_MAX);
    if deviation == 0 || debt == 0 {
        return debt.saturating_sub(proceeds);
    }
    let ratio = ratio(proceeds, debt);
    if ratio == 0 {
        return debt;
    }
    let intrinsic = UNIT.saturating_sub(ratio.into()) << 8;
    let share = intrinsic.saturating_add(time_value(ratio, deviation).into()).min(LOSS_ONE);
    part_up(debt, share)
}

/// `whole * share / LOSS_ONE`, up, for a share of at most one: nothing wraps.
fn part_up(whole: u128, share: u128) -> u128 {
    let low = LOSS_ONE.wrapping_sub(1);
    let rest = (whole & low).wrapping_mul(share).wrapping_add(low) >> LOSS_BITS;
    (whole >> LOSS_BITS).wrapping_mul(share).wrapping_add(rest)
}

/// The probability that the proceeds of a position fall short of its debt by the end of the
/// horizon: Phi(v / 2 - ln(C/D) / v).
///
/// # Units
/// Result: [`crate::normal::NORMAL_ONE`] is one.
///
/// # Rounding
/// Off by less than 2^-30 and 2^-32 D / (v C): C/D is cut to 2^-32, which weighs the more the less
/// deviates, 2^-25 at a hundredth. Without a deviation it is zero or one.
pub fn chance(prospect: &Prospect) -> u64 {
    let Prospect { debt, proceeds, .. } = *prospect;
    let deviation = prospect.deviation.min(DEVIATION_MAX);
    if proceeds >= debt && (deviation == 0 || debt == 0) {
        return 0;
    }
    let ratio = ratio(proceeds, debt);
    if ratio == 0 || deviation == 0 {
        return NORMAL_ONE;
    }
    let log = ln(ratio);
    let distance = (distance(log, deviation) >> 26).cast_signed();
    let half = (deviation >> 1).cast_signed();
    let below = if log < 0 { distance } else { distance.wrapping_neg() };
    cdf(below.saturating_add(half))
}

/// Proceeds over debt, down; 2^32 is one. What is above the largest counts as that.
fn ratio(proceeds: u128, debt: u128) -> u64 {
    low_64(mul_div_down(proceeds, UNIT, debt).unwrap_or(RATIO_MAX).min(RATIO_MAX))
}

/// |log| / deviation, down, in units of 2^-58; at most [`POINT_MAX`]. By two digits, since neither a
/// deviation nor a remainder of one passes 32 bits and a half.
fn distance(log: i64, deviation: u64) -> u64 {
    let log = log.unsigned_abs();
    let whole = log.checked_div(deviation).unwrap_or(POINT_MAX);
    if whole > POINT_MAX >> 32 {
        return POINT_MAX;
    }
    let rest = log.wrapping_sub(whole.wrapping_mul(deviation)) << 32;
    let part = rest.checked_div(deviation).unwrap_or(0);
    (whole << 32 | part).min(POINT_MAX)
}

/// The loss beyond the intrinsic one, over the debt, up; 2^40 is one.
fn time_value(ratio: u64, deviation: u64) -> u64 {
    let (log, half) = (ln(ratio), deviation << 25);
    // At most POINT_MAX: everything below fits 64 bits.
    let distance = distance(log, deviation);
    let far = distance.saturating_add(half);
    if far >= POINT_MAX {
        return 1;
    }
    // A deviation of at most one: its half is at most the half that `mills` begins below zero.
    let near = distance.saturating_add(HALF).saturating_sub(half);
    let tails = mills(near).saturating_sub(mills(far.saturating_add(HALF)));
    let point = if log < 0 { far } else { near.abs_diff(HALF) };
    (scaled_density(point, tails).saturating_add(ERROR) >> 23).saturating_add(1)
}

/// A candidate and what it may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ranked {
    /// Its place in the caller's list.
    pub index: usize,
    /// Expected loss, base wei.
    pub loss: u128,
}

/// Sorts by expected loss, the largest first; what is equal stays in its order.
///
/// By insertion: at most [`RANK_MAX`] entries are worth sorting, and this is the smallest program.
pub fn rank(entries: &mut [Ranked]) {
    for end in 1..entries.len() {
        let mut at = end;
        while let Some([before, after]) = at
            .checked_sub(1)
            .and_then(|from| entries.get_mut(from..=at))
            .and_then(|pair| pair.first_chunk_mut())
        {
            if before.loss >= after.loss {
                break;
            }
            swap(before, after);
            at = at.saturating_sub(1);
        }
    }
}

/// What each part contributes to the variance of all of them, in bps: w_i sum_j rho_ij w_j over
/// sum_ij rho_ij w_i w_j.
///
/// # Rounding
/// Down; the shares add up to less than one by at most a bp a part and a few parts in 2^40.
/// All are zero if nothing varies.
///
/// # Errors
/// `Overflow` if the weights pass 128 bits together.
pub fn contributions(parts: &[Part], correlations: &Correlations) -> Result<[u16; MAX_ASSETS]> {
    let total = parts.iter().try_fold(0, |sum, part| add(sum, part.weight))?;
    // So narrow that a row, 250 for a correlation of one, times a weight fits 128 bits.
    let shift = 128_u32.saturating_sub(total.leading_zeros()).saturating_sub(48);
    let weight = |part: &Part| part.weight.unbounded_shr(shift);
    let mut terms = [0_u128; MAX_ASSETS];
    let mut sum = 0_u128;
    for (part, term) in parts.iter().zip(&mut terms) {
        let row = parts.iter().fold(0_u128, |row, other| {
            let code = if part.asset == other.asset {
                0
            } else {
                correlations.code(part.asset, other.asset)
            };
            let rho = u128::from(CODE_MAX.saturating_sub(code));
            row.saturating_add(weight(other).saturating_mul(rho))
        });
        *term = weight(part).saturating_mul(row);
        sum = sum.saturating_add(*term);
    }
    let share = |term| low_16(mul_div_down(term, BPS, sum).unwrap_or(0));
    Ok(terms.map(share))
}
