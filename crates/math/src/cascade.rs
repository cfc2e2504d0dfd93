//! Cascades: where the price of an asset comes to rest when its sales move it, and the sales that
//! follow from that.

use crate::{
    Result,
    bits::low_64,
    exp::{EXP_ONE, exp_neg, log2, sqrt_down},
    fixed::{BPS, add, mul, mul_div_down, mul_div_up},
    value::value_up,
};

/// Steps of price that a histogram tells apart.
pub const BUCKETS: usize = 64;

/// Bits by which a logarithm with 58 after the point is cut to 32 steps an octave: the buckets
/// reach down to a quarter of the top.
const STEP_BITS: u32 = 53;
/// One, for a price over the top.
const UNIT: u128 = 1 << 32;

/// What is sold when the price of an asset falls, by the price at which it is.
///
/// A bucket is a 32nd of an octave, 2.2 %, and sold as a whole once the price enters it: never
/// later than its positions. The last one holds all that is below a quarter of the top as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Histogram {
    top: u128,
    amounts: [u128; BUCKETS],
}

impl Histogram {
    /// An empty one below a price.
    pub const fn below(top: u128) -> Self {
        Self { top, amounts: [0; BUCKETS] }
    }

    /// Adds an amount that is sold below `price`; at zero it never is.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn insert(&mut self, amount: u128, price: u128) -> Result<()> {
        if price == 0 {
            return Ok(());
        }
        let ratio = mul_div_up(price, UNIT, self.top.max(1)).unwrap_or(UNIT);
        if let Some(bucket) = self.amounts.get_mut(bucket(ratio)) {
            *bucket = add(*bucket, amount)?;
        }
        Ok(())
    }

    /// What is sold at a price, at most.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn sold_at(&self, price: u128) -> Result<u128> {
        // Rounded the other way than in `insert`: who is sold below `price` is counted, whatever
        // the logarithm, because that never falls.
        let ratio = mul_div_down(price, UNIT, self.top.max(1)).unwrap_or(UNIT);
        let last = bucket(ratio);
        self.amounts.iter().take(last.saturating_add(1)).try_fold(0, |sum, part| add(sum, *part))
    }
}

/// The bucket of a price over the top, 2^32 for one.
fn bucket(ratio: u128) -> usize {
    let depth = log2(low_64(ratio.min(UNIT))).unsigned_abs() >> STEP_BITS;
    usize::try_from(depth).unwrap_or(usize::MAX).min(BUCKETS.saturating_sub(1))
}

/// The market of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// The price after the shock that begins it all, WAD.
    pub shocked: u128,
    /// Power of ten from collateral wei times price to base wei.
    pub scale: u8,
    /// Collateral wei on sale already.
    pub on_sale: u128,
    /// Base wei that sell within the impact; zero means that sales do not move the price.
    pub depth: u128,
    /// What selling the depth moves the price by, bps.
    pub impact_bps: u16,
}

/// Where a cascade ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// The price at rest, WAD, down.
    pub price: u128,
    /// What is sold until then, collateral wei, up.
    pub sold: u128,
    /// What the shock alone would have sold, collateral wei, up.
    pub first: u128,
}

impl Forecast {
    /// All that is sold over what the shock sells, bps, up; nothing comes of nothing.
    pub fn amplification(&self) -> u128 {
        mul_div_up(self.sold, BPS, self.first).unwrap_or(0)
    }
}

/// The first price, going down from the shock, at which what is sold at that price moves the market
/// to no lower one: p = p0 exp(-i sqrt(V / D)), V the value at p0 of what is sold at p.
///
/// Every round but the last sells a further bucket, so there are no more rounds than buckets.
///
/// # Rounding
/// The price down and the amounts up. Every position counts with all that it holds of the asset.
///
/// # Errors
/// `Overflow` above 128 bits; `OutOfRange` for a scale above 36.
pub fn forecast(histogram: &Histogram, market: &Market) -> Result<Forecast> {
    let first = add(market.on_sale, histogram.sold_at(market.shocked)?)?;
    let (mut price, mut sold) = (market.shocked, first);
    for _ in 0..=BUCKETS {
        price = moved(market, sold)?;
        let next = add(market.on_sale, histogram.sold_at(price)?)?;
        if next == sold {
            break;
        }
        sold = next;
    }
    Ok(Forecast { price, sold, first })
}

/// The shocked price after a sale, by the square-root law.
fn moved(market: &Market, sold: u128) -> Result<u128> {
    if market.depth == 0 {
        return Ok(market.shocked);
    }
    let value = value_up(sold, market.shocked, market.scale)?;
    // Beyond 2^64 depths nothing is left of any price.
    let depths = mul_div_up(value, 1 << 64, market.depth).unwrap_or(u128::MAX);
    // 32 bits after the point, up; eight more for the exponent.
    let root = u128::from(sqrt_down(depths)).saturating_add(1);
    let exponent = mul_div_up(mul(root, 1 << 8)?, market.impact_bps.into(), BPS)?;
    // The exponential is rounded up, by less than one part in 2^55 and a unit: taken off.
    let rest = exp_neg(exponent);
    let rest = rest.saturating_sub(rest >> 54).saturating_sub(2);
    mul_div_down(market.shocked, rest.min(EXP_ONE), EXP_ONE)
}

/// The lowest price up to `top` at which a position is healthy, all else as it is; none if it is
/// not healthy at the top either.
///
/// By bisection, for health that never falls as a price rises.
///
/// # Rounding
/// Up, by at most `step`.
pub fn lowest_healthy_price(
    top: u128,
    step: u128,
    mut is_healthy: impl FnMut(u128) -> bool,
) -> Option<u128> {
    if !is_healthy(top) {
        return None;
    }
    // Healthy at `high`, and not below `low`.
    let (mut low, mut high) = (0, top);
    while low < high && high.saturating_sub(low) > step {
        let middle = low.saturating_add(high) >> 1;
        if is_healthy(middle) {
            high = middle;
        } else {
            low = middle.saturating_add(1);
        }
    }
    // Healthy at any price whatever: not found by halving with a step.
    Some(if low == 0 && high > 0 && is_healthy(0) { 0 } else { high })
}
