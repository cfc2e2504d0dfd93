//! Correlations between collaterals, and what holding several of them relieves.
//!
//! A pair's code c of 0 to 250 means a correlation of 1 - c / 250: zero, which is what a fresh
//! word holds, is fully correlated. Correlations below zero are not granted.

use alloy_primitives::U256;

use crate::{
    MAX_ASSETS, MathError, Result,
    bits::low_64,
    exp::sqrt_down,
    fixed::{add, mul, mul_div_down},
};

mod semidefinite;
mod step;
pub use semidefinite::is_semidefinite;
pub use step::is_within_a_step;

/// The highest code of a pair: no correlation.
pub const CODE_MAX: u8 = 250;
/// Bytes of the four words that the pairs of all assets fill.
const BYTES: usize = 128;

/// One, in basis points.
const BPS_16: u16 = 10_000;
/// A correlation of one, in codes.
const ONE: u64 = 250;
/// Normalised weights add up to at most so many bits, so that a row of them times [`ONE`] fits 64.
const SUM_BITS: u32 = 55;
/// A weight of one as its own norm: the root of 2,500, so that the norm of one asset is exact.
pub(crate) const ROOT: u64 = 50;
/// From halves of [`ONE`] to 2,500.
const ROOT_SQUARED_OVER_HALF: u128 = 20;

/// The codes of all pairs: that of assets i < j is byte j (j - 1) / 2 + i, from the lowest of the
/// first word on. The pairs of assets 0 to 7 share that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correlations {
    bytes: [u8; BYTES],
}

impl Default for Correlations {
    fn default() -> Self {
        Self { bytes: [0; BYTES] }
    }
}

/// The byte of a pair; at most 119.
fn index(a: u8, b: u8) -> u8 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    (high.wrapping_mul(high.wrapping_sub(1)) >> 1).wrapping_add(low)
}

impl Correlations {
    /// The `n`-th word.
    pub fn word(&self, n: u8) -> U256 {
        let word = self.bytes.chunks_exact(32).nth(n.into());
        word.map(U256::from_le_slice).unwrap_or_default()
    }

    /// These correlations with another `n`-th word.
    pub fn with_word(mut self, n: u8, word: U256) -> Self {
        if let Some(place) = self.bytes.chunks_exact_mut(32).nth(n.into()) {
            place.copy_from_slice(&word.to_le_bytes::<32>());
        }
        self
    }

    /// The code of a pair of different assets.
    pub fn code(&self, a: u8, b: u8) -> u8 {
        self.bytes.get(usize::from(index(a, b))).copied().unwrap_or_default()
    }

    /// These correlations with another code of a pair.
    pub fn with_code(mut self, a: u8, b: u8, code: u8) -> Self {
        if let Some(place) = self.bytes.get_mut(usize::from(index(a, b))) {
            *place = code;
        }
        self
    }

    /// When one of them was last changed that takes part: the last four bytes, which no pair uses.
    pub fn changed_at(&self) -> u32 {
        self.bytes.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// These correlations with another time of the last change.
    pub fn with_changed_at(mut self, now: u32) -> Self {
        if let Some(place) = self.bytes.last_chunk_mut() {
            *place = now.to_le_bytes();
        }
        self
    }
}

/// A volatile part of a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The asset.
    pub asset: u8,
    /// Value times volatility, in any unit.
    pub weight: u128,
}

/// The words that hold the pairs of these parts, one bit each.
pub fn words_of(parts: &[Part]) -> u8 {
    if parts.iter().all(|part| part.asset < 8) {
        return u8::from(parts.len() > 1);
    }
    let mut words = 0;
    for (n, part) in parts.iter().enumerate() {
        for other in parts.iter().take(n) {
            words |= 1 << (index(part.asset, other.asset) >> 5 & 3);
        }
    }
    words
}

/// How much of the sum of its weights a portfolio moves: `root / (50 sum)` is the diversification
/// ratio, sqrt(sum_ij rho_ij w_i w_j) / sum_i w_i, up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Norm {
    /// Fifty times the norm of the weights, up, in units of 2^`shift`.
    pub root: u64,
    /// The sum of the weights, down, in units of 2^`shift`.
    pub sum: u64,
    /// See `root`.
    pub shift: u32,
}

impl Norm {
    /// What diversification takes off the sum, in fiftieths of its units, down.
    fn spare(&self) -> u64 {
        self.whole().saturating_sub(self.root)
    }

    /// The sum in fiftieths of its units: 61 bits.
    fn whole(&self) -> u64 {
        self.sum.wrapping_mul(ROOT)
    }
}

/// The norm of at most 16 parts of different assets.
///
/// # Rounding
/// The norm up and the sum down, by less than 16 parts in 2^54; not at all while the sum of the
/// weights is below 2^55.
///
/// # Errors
/// `OutOfRange` for more than 16 parts; `Overflow` above 128 bits.
pub fn norm(parts: &[Part], correlations: &Correlations) -> Result<Norm> {
    if parts.len() > MAX_ASSETS {
        return Err(MathError::OutOfRange);
    }
    let mut total = 0;
    for part in parts {
        total = add(total, part.weight)?;
    }
    let shift = 128_u32.saturating_sub(total.leading_zeros()).saturating_sub(SUM_BITS);
    let lost = u64::from(shift > 0);
    let mut weights = [0_u64; MAX_ASSETS];
    let (mut sum, mut square) = (0_u64, 0_u128);
    for (n, part) in parts.iter().enumerate() {
        if part.weight == 0 {
            continue;
        }
        // A shift of 128 bits by a variable is a call.
        let weight = if shift == 0 { part.weight } else { part.weight.unbounded_shr(shift) };
        let weight = low_64(weight);
        // Nothing wraps: the sum has 55 bits, a row eight more, and a square 118.
        sum = sum.wrapping_add(weight);
        let weight = weight.wrapping_add(lost);
        let mut row = (ONE / 2).wrapping_mul(weight);
        for (other, weight) in parts.iter().zip(&weights).take(n) {
            let code = correlations.code(part.asset, other.asset);
            row = row.wrapping_add(ONE.saturating_sub(code.into()).wrapping_mul(*weight));
        }
        square = square.wrapping_add(u128::from(weight).wrapping_mul(row.into()));
        if let Some(place) = weights.get_mut(n) {
            *place = weight;
        }
    }
    let square = square.wrapping_mul(ROOT_SQUARED_OVER_HALF);
    Ok(Norm { root: sqrt_up(square), sum, shift })
}

/// The square root of a number below 2^127.
///
/// # Rounding
/// Up.
pub(crate) fn sqrt_up(value: u128) -> u64 {
    let root = sqrt_down(value);
    let exact = u128::from(root).wrapping_mul(root.into()) == value;
    root.wrapping_add(u64::from(!exact))
}

/// One collateral as the maintenance margin sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// The asset.
    pub asset: u8,
    /// Base wei, down.
    pub value: u128,
    /// Liquidation threshold, bps.
    pub threshold_bps: u16,
    /// Reference volatility, bps of the price per square root of a day; zero takes no part.
    pub sigma_bps: u16,
    /// Largest part of the haircut that diversification may remove, percent.
    pub relief_percent: u8,
}

impl Stake {
    /// Whether diversification can see it.
    const fn takes_part(&self) -> bool {
        self.sigma_bps > 0 && self.value > 0
    }

    /// Value times volatility.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn part(&self) -> Result<Part> {
        let weight = times(self.value, self.sigma_bps)?;
        Ok(Part { asset: self.asset, weight })
    }

    /// Value times one less the threshold, base wei times bps.
    fn haircut(&self) -> Result<u128> {
        times(self.value, BPS_16.saturating_sub(self.threshold_bps))
    }
}

/// A value times 16 bits: what the wide product is too dear for.
fn times(value: u128, factor: u16) -> Result<u128> {
    if value >> 112 != 0 {
        return Err(MathError::Overflow);
    }
    Ok(value.wrapping_mul(factor.into()))
}

/// The parts of a position that diversification sees, and how many.
///
/// # Errors
/// `OutOfRange` for more than 16 of them; `Overflow` above 128 bits.
pub fn parts_of(stakes: &[Stake]) -> Result<([Part; MAX_ASSETS], usize)> {
    let (mut parts, mut count) = ([Part::default(); MAX_ASSETS], 0_usize);
    for stake in stakes.iter().filter(|stake| stake.takes_part()) {
        *parts.get_mut(count).ok_or(MathError::OutOfRange)? = stake.part()?;
        count = count.saturating_add(1);
    }
    Ok((parts, count))
}

/// What diversification adds to the margin: of each haircut that takes part the share that the
/// portfolio's volatility stays below the sum of its assets', one less the diversification ratio,
/// but no more than the asset's own limit. Nothing with fewer than two assets that take part.
///
/// Each asset has its limit for itself. With the lowest limit for all, a wei of an asset with a
/// lower one, from anybody, would take the relief of everything else away.
///
/// # Units
/// Base wei times bps.
///
/// # Rounding
/// Down, by less than two units and 16 parts in 2^54.
///
/// # Errors
/// `OutOfRange` for more than 16 stakes that take part; `Overflow` above 128 bits.
pub fn relief(stakes: &[Stake], correlations: &Correlations) -> Result<u128> {
    let (parts, count) = parts_of(stakes)?;
    relief_of(stakes, parts.get(..count).unwrap_or_default(), correlations)
}

/// As [`relief`], for who has the parts of the stakes already: see [`parts_of`].
///
/// # Errors
/// As [`relief`].
pub fn relief_of(stakes: &[Stake], parts: &[Part], correlations: &Correlations) -> Result<u128> {
    if parts.len() < 2 {
        return Ok(0);
    }
    let norm = norm(parts, correlations)?;
    let (spare, whole) = (norm.spare(), norm.whole());
    // Haircuts times their limits where the limit is the lower, haircuts where it is not.
    let (mut limited, mut free) = (0, 0);
    for stake in stakes.iter().filter(|stake| stake.takes_part()) {
        let haircut = stake.haircut()?;
        let limit = u128::from(stake.relief_percent);
        if u128::from(spare).wrapping_mul(100) > limit.wrapping_mul(whole.into()) {
            limited = add(limited, mul(haircut, limit)?)?;
        } else {
            free = add(free, haircut)?;
        }
    }
    add(mul_div_down(limited, 1, 100)?, mul_div_down(free, spare.into(), whole.into())?)
}

/// Whether a top-up of one of two assets can never lower the health of who holds both, whatever the
/// amounts: of the more volatile asset more comes in than diversification can take away.
///
/// # Source
/// The margin grows with the value of asset k by at least LT_k - theta s_k (1 - LT_i) / s_i, where
/// theta is the larger limit of relief.
pub fn is_safe_top_up(k: &Stake, i: &Stake) -> bool {
    let limit = u64::from(k.relief_percent.max(i.relief_percent));
    let haircut = 10_000_u64.saturating_sub(i.threshold_bps.into());
    // At most 31 * 2^14 * 10^4 and 100 * 2^28: both fit.
    let loss = limit.saturating_mul(k.sigma_bps.into()).saturating_mul(haircut);
    let gain = 100_u64.saturating_mul(k.threshold_bps.into()).saturating_mul(i.sigma_bps.into());
    loss <= gain
}

#[cfg(test)]
mod tests;
