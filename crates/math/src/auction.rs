//! The auction: its price over time, and what a take costs and does.

mod again;

pub use again::{Redo, is_left_behind, keeper_part, redo_reward, seconds_to};

use core::cmp::Ordering;

use crate::{
    MathError, Result,
    claims::Pool,
    exp::{EXP_ONE, EXP_UNIT, exp_neg},
    fixed::{AMOUNT_MAX, BPS, PPM, RAY, add, compare_products, mul, mul_div_down, mul_div_up, sub},
    value::{amount_for_value_down, units_down, value_down, value_up},
};

/// Seconds at the floor before an auction has run out.
pub const TAIL: u32 = 600;
/// A kick whose lot could raise so many units is refused: it leaves a sixteenfold rise of the price
/// before `raised` passes its 112 bits.
pub const UNITS_LIMIT: u128 = 1 << 108;

const ONE: u32 = 1_000_000;

/// How the price factor falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    /// Start factor less one, ppm.
    pub start_excess_ppm: u32,
    /// Fall above one, ppm a second.
    pub fast: u32,
    /// Fall below one, ppm a second.
    pub slow: u32,
    /// Fastest fall below the kick price, ppm a second.
    pub descent: u32,
    /// Lowest factor, ppm.
    pub floor_ppm: u32,
}

impl Curve {
    /// First second at which the factor is one.
    fn crossing(&self) -> u32 {
        seconds_up(self.start_excess_ppm, self.fast)
    }
}

/// Seconds to fall by `distance`; for ever without a rate.
fn seconds_up(distance: u32, rate: u32) -> u32 {
    if distance == 0 {
        return 0;
    }
    // `div_ceil` cannot overflow; a rate of zero never arrives.
    if rate == 0 { u32::MAX } else { distance.div_ceil(rate) }
}

/// The price factor: from the start factor at the fast rate to exactly one, from there at the slow
/// rate to the floor.
///
/// # Units
/// elapsed: seconds of the auction clock; result: ppm.
pub fn factor(curve: &Curve, elapsed: u32) -> u32 {
    let crossing = curve.crossing();
    let factor = match elapsed.checked_sub(crossing) {
        Some(below) => ONE.saturating_sub(curve.slow.saturating_mul(below)),
        None => {
            let start = ONE.saturating_add(curve.start_excess_ppm);
            start.saturating_sub(curve.fast.saturating_mul(elapsed))
        }
    };
    factor.max(curve.floor_ppm)
}

/// Seconds of the auction clock from which on nothing can be taken before a redo.
pub fn runs_out_at(curve: &Curve) -> u32 {
    let descent = seconds_up(ONE.saturating_sub(curve.floor_ppm), curve.slow);
    curve.crossing().saturating_add(descent).saturating_add(TAIL)
}

/// The price of an auction: it follows the live price up at once, and down no faster than the
/// descent from the kick price allows.
///
/// # Units
/// kick_price, live_price, result: WAD; elapsed: seconds of the auction clock.
///
/// # Rounding
/// Up. For one live price it never rises with `elapsed`.
///
/// # Errors
/// `Overflow` above 128 bits, which prices of 93 bits cannot reach.
pub fn price(curve: &Curve, kick_price: u128, live_price: u128, elapsed: u32) -> Result<u128> {
    let live = mul_div_up(live_price, factor(curve, elapsed).into(), PPM)?;
    Ok(live.max(descended(curve, kick_price, elapsed)?))
}

/// The lowest price that the descent from the start allows, WAD, up.
fn descended(curve: &Curve, kick_price: u128, elapsed: u32) -> Result<u128> {
    // 32 bits each: the product fits, and one more of 41.
    let fallen = u128::from(curve.descent).saturating_mul(elapsed.into());
    let fallen = mul_div_down(fallen, EXP_UNIT, PPM)?;
    let start = mul(kick_price, add(PPM, curve.start_excess_ppm.into())?)?;
    mul_div_up(start, exp_neg(fallen), mul(PPM, EXP_ONE)?)
}

/// Whether a further kick may join: at the oracle price or above, and nothing sold yet. Whoever
/// joins later would share proceeds that he did not bring, or buy into a price below his own.
pub fn joinable(curve: &Curve, pool: &Pool, lot: u128, elapsed: u32) -> bool {
    factor(curve, elapsed) >= ONE && pool.raised == 0 && lot == pool.units && lot > 0
}

/// Whether a lot could raise more units than a pool may hold.
///
/// # Units
/// lot: collateral wei; price: WAD; start_excess_ppm: ppm; index: RAY.
pub fn is_too_large(lot: u128, price: u128, scale: u8, start_excess_ppm: u32, index: u128) -> bool {
    // value * (1 + excess) * RAY / index >= limit, multiplied out; 22 bits and 70 fit.
    let rise = PPM.saturating_add(start_excess_ppm.into()).saturating_mul(RAY / PPM);
    value_up(lot, price, scale)
        .map_or(true, |value| compare_products(value, rise, UNITS_LIMIT, index) != Ordering::Less)
}

/// The penalty that a take charges once the keeper was paid in kind: the least for which
/// (1 - chip) / (1 + penalty') = 1 / (1 + penalty).
///
/// # Units
/// penalty_bps, chip_bps: bps; result: ppm of net proceeds, not below zero.
///
/// # Rounding
/// Down: it is the owner who pays.
pub fn effective_penalty_ppm(penalty_bps: u16, chip_bps: u16) -> u32 {
    let gross = u32::from(penalty_bps).saturating_add(10_000);
    let kept = 10_000_u32.saturating_sub(chip_bps.into());
    // Below 76,000 times 10,000: fits 32 bits. A hundred is the ratio of bps squared to ppm.
    (gross.saturating_mul(kept) / 100).saturating_sub(ONE)
}

/// What a keeper is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardTerms {
    /// Flat part, base wei.
    pub tip: u128,
    /// Proportional part, bps of the lot.
    pub chip_bps: u16,
    /// The penalty, which the reward never exceeds, bps.
    pub penalty_bps: u16,
}

/// The keeper's part of `lot` collateral that he has seized, in kind.
///
/// # Units
/// lot, result: collateral wei; price: WAD.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 128 bits, which a lot of 112 bits cannot reach.
pub fn reward(lot: u128, terms: &RewardTerms, price: u128, scale: u8) -> Result<u128> {
    let penalty = u128::from(terms.penalty_bps);
    let limit = mul_div_down(lot, penalty, add(BPS, penalty)?)?;
    let chip = mul_div_down(lot, terms.chip_bps.into(), BPS)?;
    // A tip that is worth more collateral than can be counted is worth more than the limit.
    let tip = amount_for_value_down(terms.tip, price, scale).unwrap_or(u128::MAX);
    Ok(tip.saturating_add(chip).min(limit))
}

/// An auction as a take finds it and leaves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuctionState {
    /// Collateral wei for sale.
    pub lot: u128,
    /// Units of lot not yet claimed.
    pub units: u128,
    /// Debt units raised and not yet claimed.
    pub raised: u128,
    /// Nothing is left for sale.
    pub closed: bool,
    /// Penalty, ppm of net proceeds.
    pub penalty_ppm: u32,
}

/// What a taker asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Buy no more than so much collateral wei.
    pub max_lot: u128,
    /// Pay no more for a whole token, WAD.
    pub max_price: u128,
    /// Buy no less than so much collateral wei.
    pub min_lot: u128,
}

/// The market that a take meets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Price of the auction now, WAD: see [`price`].
    pub price: u128,
    /// Oracle price, WAD.
    pub live_price: u128,
    /// Power of ten from collateral wei times price to base wei.
    pub scale: u8,
    /// Borrow index accrued to now, RAY.
    pub index: u128,
    /// Smallest value of a take or a remainder at the oracle price, base wei.
    pub dust: u128,
}

/// A take: `pay = net + cut`, and the auction after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Take {
    /// Collateral wei to the taker.
    pub lot: u128,
    /// Base wei from the taker.
    pub pay: u128,
    /// Base wei for the owners' debts: to cash.
    pub net: u128,
    /// Base wei of penalty: to cash and the reserve.
    pub cut: u128,
    /// Debt units that the net proceeds raise; the net debt falls by them.
    pub units_credited: u128,
    /// The auction afterwards. If it is closed, its word stores the index instead of the lot.
    pub after: AuctionState,
    /// This take closes the auction.
    pub closes: bool,
}

/// Why a take is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeRefusal {
    /// Nothing is for sale.
    Empty,
    /// The price is above the taker's limit.
    TooExpensive {
        /// Price of the auction, WAD.
        price: u128,
        /// The limit, WAD.
        max: u128,
    },
    /// Less is for sale than the taker wants, or he wants nothing.
    LotTooSmall {
        /// What he would get, collateral wei.
        lot: u128,
        /// What he wants at least, collateral wei.
        min: u128,
    },
    /// A part of the lot, or what it would leave, is worth less than dust.
    Dust {
        /// Its value at the oracle price, base wei.
        value: u128,
        /// The limit, base wei.
        dust: u128,
    },
    /// An intermediate result leaves its width.
    Math(MathError),
}

impl From<MathError> for TakeRefusal {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// What a take costs, how the payment is split, and the auction afterwards: the waterfall.
///
/// # Rounding
/// Pay up, net down, cut by subtraction, units down.
///
/// # Errors
/// See [`TakeRefusal`].
pub fn quote_take(
    auction: &AuctionState,
    request: &Request,
    conditions: &Conditions,
) -> core::result::Result<Take, TakeRefusal> {
    if auction.closed || auction.lot == 0 || auction.units == 0 {
        return Err(TakeRefusal::Empty);
    }
    let Conditions { price, scale, .. } = *conditions;
    if price > request.max_price {
        return Err(TakeRefusal::TooExpensive { price, max: request.max_price });
    }
    let lot = auction.lot.min(request.max_lot);
    let min = request.min_lot.max(1);
    if lot < min {
        return Err(TakeRefusal::LotTooSmall { lot, min });
    }
    let left = sub(auction.lot, lot)?;
    if left > 0 {
        require_no_dust(lot, conditions)?;
        require_no_dust(left, conditions)?;
    }

    let pay = value_up(lot, price, scale)?;
    let net = mul_div_down(pay, PPM, add(PPM, auction.penalty_ppm.into())?)?;
    let units_credited = units_down(net, conditions.index)?;
    let raised = add(auction.raised, units_credited)?;
    if raised > AMOUNT_MAX {
        return Err(MathError::Overflow.into());
    }
    let closes = left == 0;
    let after = AuctionState { lot: left, raised, closed: closes, ..*auction };
    Ok(Take { lot, pay, net, cut: sub(pay, net)?, units_credited, after, closes })
}

fn require_no_dust(lot: u128, conditions: &Conditions) -> core::result::Result<(), TakeRefusal> {
    match value_down(lot, conditions.live_price, conditions.scale) {
        Ok(value) if value < conditions.dust => {
            Err(TakeRefusal::Dust { value, dust: conditions.dust })
        }
        // What is worth more than can be counted is not dust.
        Ok(_) | Err(MathError::Overflow) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
