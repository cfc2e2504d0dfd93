//! The formulas of the design in exact fractions, written without the core: a second opinion.
//! Nothing here rounds, except the exponential, which is enclosed.

#![allow(dead_code)]

pub mod prices;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

pub type Q = BigRational;

pub fn int(value: u128) -> Q {
    Q::from_integer(BigInt::from(value))
}

pub fn signed(value: i128) -> Q {
    Q::from_integer(BigInt::from(value))
}

pub fn ratio(a: u128, b: u128) -> Q {
    Q::new(BigInt::from(a), BigInt::from(b))
}

pub fn ten_to(exponent: u8) -> Q {
    Q::from_integer(BigInt::from(10).pow(u32::from(exponent)))
}

/// A fraction of one given in ten-thousandths.
pub fn bps(value: u128) -> Q {
    ratio(value, 10_000)
}

/// A fraction of one given in millionths.
pub fn ppm(value: u128) -> Q {
    ratio(value, 1_000_000)
}

/// `low <= exact <= high`, both ends within one of each other.
pub fn encloses(low: u128, exact: &Q, high: u128) -> bool {
    int(low) <= *exact && *exact <= int(high) && high - low <= 1
}

pub fn is_floor(value: u128, exact: &Q) -> bool {
    int(value) <= *exact && *exact < int(value) + Q::one()
}

pub fn is_ceil(value: u128, exact: &Q) -> bool {
    *exact <= int(value) && int(value) < exact + Q::one()
}

/// Base wei of `amount` collateral wei.
pub fn value(amount: u128, price: u128, scale: u8) -> Q {
    int(amount) * int(price) / ten_to(scale)
}

/// Base wei of debt units at an index in RAY.
pub fn debt(units: u128, index: u128) -> Q {
    int(units) * int(index) / ten_to(27)
}

/// Borrow rate in bps a year: a kinked line over utilisation.
pub fn rate(curve: [u8; 4], borrowed: u128, cash: u128) -> Q {
    let [base, kink, slope, jump] = curve.map(u128::from);
    let used = if borrowed + cash == 0 { Q::zero() } else { ratio(borrowed, borrowed + cash) };
    let kink = ratio(kink, 100);
    let (base, slope, jump) = (int(base * 10), int(slope * 50), int(jump * 500));
    if used.is_zero() {
        base
    } else if used <= kink {
        base + slope * used / kink
    } else {
        base + slope + jump * (used - &kink) / (Q::one() - kink)
    }
}

/// Index after `seconds` at `rate` bps a year.
pub fn index_after(index: u128, rate: u16, seconds: u32) -> Q {
    int(index) * (Q::one() + bps(rate.into()) * int(seconds.into()) / int(365 * 24 * 60 * 60))
}

/// e^-(x / 1,000,000), enclosed within 2^-200, in units of 2^-`bits`.
///
/// The series of e^x in fixed point with 320 fractional bits; x is below 17, so that 200 terms
/// leave less than 17^200 / 200! < 2^-420.
pub fn exp_neg(x: u128, bits: u32) -> (Q, Q) {
    const FRACTION: u32 = 320;
    let one = BigInt::one() << FRACTION;
    let (mut sum, mut term) = (one.clone(), one.clone());
    for k in 1_u32..200 {
        term = term * BigInt::from(x) / BigInt::from(1_000_000_u64 * u64::from(k));
        sum += &term;
    }
    // Every term was floored once: e^x lies within [sum, sum + 400].
    let unit = BigInt::one() << (FRACTION + bits);
    (Q::new(unit.clone(), sum.clone() + 400), Q::new(unit, sum))
}

/// The price factor: from `1 + excess` falling at `fast` to one, then at `slow` to the floor. One is
/// reached at a full second.
pub fn factor(excess: u32, fast: u32, slow: u32, floor: u32, elapsed: u32) -> Q {
    let start = Q::one() + ppm(excess.into());
    let steep = &start - ppm(fast.into()) * int(elapsed.into());
    let level = if steep > Q::one() {
        steep
    } else {
        let crossing = ratio(excess.into(), fast.into()).ceil();
        Q::one() - ppm(slow.into()) * (int(elapsed.into()) - crossing)
    };
    level.max(ppm(floor.into()))
}

/// One collateral of a position, for sizing.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Exact oracle value, base wei.
    pub value: Q,
    /// LT, as a fraction.
    pub threshold: Q,
    /// f_ref / (1 + pi).
    pub net: Q,
}

/// The oracle value of one asset whose sale brings the health factor to the target:
/// x = (HT D - M) / (HT - LT (1 + pi) / f_ref) is what it pays off, and s = x (1 + pi) / f_ref.
pub fn sale_to_target(asset: &Asset, owed: &Q, margin: &Q, target: &Q) -> Option<Q> {
    let per_paid = target - &asset.threshold / &asset.net;
    if per_paid <= Q::zero() {
        return None;
    }
    Some((target * owed - margin) / per_paid / &asset.net)
}

/// M' and D' after sales of the oracle values `sold`.
pub fn after_sales(assets: &[Asset], owed: &Q, sold: &[Q]) -> (Q, Q) {
    let mut margin = Q::zero();
    let mut owed = owed.clone();
    for (asset, sold) in assets.iter().zip(sold) {
        margin += (&asset.value - sold) * &asset.threshold;
        owed -= sold * &asset.net;
    }
    (margin, owed)
}
