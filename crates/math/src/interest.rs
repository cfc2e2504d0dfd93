//! Interest: a kinked curve over utilisation and an index that grows linearly within a step.

use crate::{
    MathError, Result,
    bits::low_16,
    claims::Settlement,
    fixed::{BPS, YEAR, add, mul, mul_div_up, sub},
    outage,
    value::{debt_down, debt_up},
    words::{Market, Totals},
};

/// Where the index starts, RAY: a unit is worth a thousandth of a base wei, so that converting to
/// units loses less than a wei until the index has grown a thousandfold.
pub const INDEX_START: u128 = 1_000_000_000_000_000_000_000_000;
/// The largest index: 96 bits, 79,000 times the start.
pub const INDEX_MAX: u128 = (1 << 96) - 1;
/// The largest reserve: 104 bits.
pub const RESERVE_MAX: u128 = (1 << 104) - 1;

/// The borrow rate over utilisation: `base` at zero, `base + slope` at the kink,
/// `base + slope + jump` when nothing is left to lend, and straight lines between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateCurve {
    /// Rate at no utilisation, steps of 10 bps a year.
    pub base: u8,
    /// Utilisation at which the curve turns up, percent.
    pub kink: u8,
    /// Rise of the rate up to the kink, steps of 50 bps a year.
    pub slope: u8,
    /// Rise of the rate beyond the kink, steps of 500 bps a year.
    pub jump: u8,
}

impl RateCurve {
    /// The four steps in one number, base lowest: for events.
    pub fn code(&self) -> u32 {
        u32::from_le_bytes([self.base, self.kink, self.slope, self.jump])
    }
}

/// The market's two words as one value, without the breaker level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Borrow index, RAY.
    pub index: u128,
    /// Time up to which the index is accrued.
    pub accrued_at: u32,
    /// Base wei that belong to the reserve.
    pub reserve: u128,
    /// Borrow rate since `accrued_at`, bps a year.
    pub rate: u16,
    /// Sum of stored debts less unclaimed raised, debt units.
    pub net: i128,
    /// Base wei that may be lent, withdrawn or paid out as reserve.
    pub cash: u128,
    /// The rate curve.
    pub curve: RateCurve,
    /// No shares are out, so that interest belongs to the reserve.
    pub no_suppliers: bool,
}

impl Ledger {
    /// The ledger that two words hold.
    pub fn from_words(market: &Market, totals: &Totals) -> Self {
        Self {
            index: market.index,
            accrued_at: market.accrued_at,
            reserve: market.reserve,
            rate: market.rate,
            net: totals.net,
            cash: totals.cash,
            curve: totals.curve,
            no_suppliers: totals.no_suppliers,
        }
    }

    /// The first word, with what else stands in the word that it replaces, and with a note if this
    /// accrual ends a gap in the heartbeat: nobody can accrue the evidence away.
    pub fn market(&self, old: &Market) -> Market {
        Market {
            index: self.index,
            accrued_at: self.accrued_at,
            reserve: self.reserve,
            rate: self.rate,
            window: old.window || outage::is_silent(old, self.accrued_at),
            ..*old
        }
    }

    /// The books with `units` more debt.
    ///
    /// # Errors
    /// `Overflow` above 127 bits; a net beyond its 112 bits cannot be packed.
    pub fn with_debt_added(&self, units: u128) -> Result<Self> {
        let units = i128::try_from(units).map_err(|_| MathError::Overflow)?;
        let net = self.net.checked_add(units).ok_or(MathError::Overflow)?;
        Ok(Self { net, ..*self })
    }

    /// The books with `units` less debt: repaid, raised or written off.
    ///
    /// # Errors
    /// As [`Ledger::with_debt_added`].
    pub fn with_debt_removed(&self, units: u128) -> Result<Self> {
        let units = i128::try_from(units).map_err(|_| MathError::Overflow)?;
        let net = self.net.checked_sub(units).ok_or(MathError::Overflow)?;
        Ok(Self { net, ..*self })
    }

    /// The books after a settlement whose proceeds went beyond the debt: the excess leaves the net
    /// debt, its worth and the refund leave the cash, the refund leaves the reserve.
    ///
    /// # Errors
    /// `Overflow` if cash or reserve do not bear it.
    pub fn with_excess(&self, settled: &Settlement) -> Result<Self> {
        let mut after = self.with_debt_added(settled.excess_units)?;
        after.cash = sub(self.cash, add(settled.credit, settled.refund)?)?;
        after.reserve = sub(self.reserve, settled.refund)?;
        Ok(after)
    }

    /// The second word.
    pub fn totals(&self) -> Totals {
        Totals {
            net: self.net,
            cash: self.cash,
            curve: self.curve,
            no_suppliers: self.no_suppliers,
        }
    }
}

/// The borrow rate at the utilisation `debt / (debt + cash)`, zero when both are.
///
/// # Units
/// debt, cash: base wei; result: bps a year, saturating at 65,535.
///
/// # Rounding
/// Up.
pub fn rate_bps(curve: &RateCurve, debt: u128, cash: u128) -> u16 {
    // What does not fit is far beyond the largest rate.
    let rate = rate_up(curve, debt, cash).unwrap_or(u128::MAX);
    low_16(rate.min(u128::from(u16::MAX)))
}

fn rate_up(curve: &RateCurve, debt: u128, cash: u128) -> Result<u128> {
    let (base, kink) = (u128::from(curve.base), u128::from(curve.kink));
    let (slope, jump) = (u128::from(curve.slope), u128::from(curve.jump));
    let (base, slope, jump) = (mul(base, 10)?, mul(slope, 50)?, mul(jump, 500)?);
    if debt == 0 {
        return Ok(base);
    }
    let total = add(debt, cash)?;
    let (hundredfold, turn) = (mul(debt, 100)?, mul(total, kink)?);
    let rise = match hundredfold.checked_sub(turn) {
        // Beyond the kink: (u - kink) / (1 - kink) of the jump. It is beyond only for a kink
        // below 100 percent, so the divisor is not zero.
        Some(beyond) if beyond > 0 => {
            let width = mul(total, sub(100, kink)?)?;
            add(slope, mul_div_up(jump, beyond, width)?)?
        }
        // Up to the kink, which is not zero here: u / kink of the slope.
        _ => mul_div_up(slope, hundredfold, turn)?,
    };
    add(base, rise)
}

/// The ledger with the rate that its stocks call for. Follows every change of `net` or `cash`.
pub fn refresh_rate(ledger: &Ledger) -> Ledger {
    let debt = net_value(ledger.net, ledger.index).unwrap_or(0).max(0);
    Ledger { rate: rate_bps(&ledger.curve, debt.unsigned_abs(), ledger.cash), ..*ledger }
}

/// The index at `now`, grown at `rate` since `accrued_at`.
///
/// # Units
/// index, result: RAY; rate: bps a year.
///
/// # Rounding
/// Up, by less than one unit; saturates at [`INDEX_MAX`].
pub fn index_at(index: u128, rate: u16, accrued_at: u32, now: u32) -> u128 {
    let elapsed = now.saturating_sub(accrued_at);
    // 16 and 32 bits: the product cannot leave 48.
    let rate_time = u128::from(rate).saturating_mul(u128::from(elapsed));
    let growth = mul_div_up(index, rate_time, BPS.saturating_mul(YEAR));
    growth.map_or(INDEX_MAX, |growth| index.saturating_add(growth)).min(INDEX_MAX)
}

/// The ledger with interest up to `now`, at the rate that has been in force since the last accrual.
/// Never fails, so that no repayment can be blocked: index and reserve saturate at their widths.
/// Time that runs backwards accrues nothing.
///
/// Without suppliers the interest on a positive net debt goes to the reserve, as nobody else has a
/// claim to it.
///
/// # Rounding
/// The index up, by less than one RAY unit a step.
pub fn accrue(ledger: &Ledger, now: u32) -> Ledger {
    let elapsed = now.saturating_sub(ledger.accrued_at);
    if elapsed == 0 {
        return *ledger;
    }
    let index = index_at(ledger.index, ledger.rate, ledger.accrued_at, now);
    let mut after = Ledger { index, accrued_at: now, ..*ledger };
    if ledger.no_suppliers {
        let interest = interest_on(ledger.net, ledger.index, after.index).unwrap_or(0);
        after.reserve = ledger.reserve.saturating_add(interest).min(RESERVE_MAX);
    }
    after
}

/// Base wei by which a positive net debt has grown.
fn interest_on(net: i128, before: u128, after: u128) -> Result<u128> {
    match u128::try_from(net) {
        Ok(net) => sub(debt_down(net, after)?, debt_down(net, before)?),
        Err(_) => Ok(0),
    }
}

/// The value of the net debt.
///
/// # Units
/// net: debt units; index: RAY; result: base wei.
///
/// # Rounding
/// Down, towards minus infinity: it is an asset of the suppliers.
///
/// # Errors
/// `Overflow` above 127 bits, which a net of 112 bits cannot reach.
pub fn net_value(net: i128, index: u128) -> Result<i128> {
    let units = net.unsigned_abs();
    let value = if net < 0 { debt_up(units, index)? } else { debt_down(units, index)? };
    let value = i128::try_from(value).map_err(|_| MathError::Overflow)?;
    Ok(if net < 0 { value.saturating_neg() } else { value })
}

/// The suppliers' claim: what is left of cash and net debt without the reserve, not below zero.
///
/// # Units
/// Base wei.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 127 bits, which the stored widths cannot reach.
pub fn nav(ledger: &Ledger) -> Result<u128> {
    let value = net_value(ledger.net, ledger.index)?;
    let assets = if value < 0 {
        ledger.cash.saturating_sub(value.unsigned_abs())
    } else {
        add(ledger.cash, value.unsigned_abs())?
    };
    Ok(assets.saturating_sub(ledger.reserve))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 % at rest, 5 % at a kink of 80 %, 55 % when all is lent.
    const CURVE: RateCurve = RateCurve { base: 10, kink: 80, slope: 8, jump: 10 };

    #[test]
    fn the_curve_passes_its_corners() {
        assert_eq!(rate_bps(&CURVE, 0, 0), 100);
        assert_eq!(rate_bps(&CURVE, 0, 100), 100);
        assert_eq!(rate_bps(&CURVE, 40, 60), 300);
        assert_eq!(rate_bps(&CURVE, 80, 20), 500);
        assert_eq!(rate_bps(&CURVE, 90, 10), 3_000);
        assert_eq!(rate_bps(&CURVE, 100, 0), 5_500);
        // No kink, no first leg; all kink, no second.
        assert_eq!(rate_bps(&RateCurve { kink: 0, ..CURVE }, 50, 50), 100 + 400 + 2_500);
        assert_eq!(rate_bps(&RateCurve { kink: 100, ..CURVE }, 100, 0), 500);
        let steep = RateCurve { base: 255, kink: 1, slope: 255, jump: 255 };
        assert_eq!(rate_bps(&steep, 1, 0), u16::MAX);
    }

    #[test]
    fn a_year_at_ten_percent() {
        let start = Ledger { index: INDEX_START, rate: 1_000, ..Ledger::default() };
        let after = accrue(&start, 31_536_000);
        assert_eq!(after.index, INDEX_START / 10 * 11);
        assert_eq!(accrue(&after, 31_536_000), after);
    }

    #[test]
    fn the_index_saturates_and_never_fails() {
        let extreme = Ledger {
            index: INDEX_MAX,
            rate: u16::MAX,
            net: i128::MAX,
            cash: u128::MAX,
            reserve: RESERVE_MAX,
            no_suppliers: true,
            ..Ledger::default()
        };
        let after = accrue(&extreme, u32::MAX);
        assert_eq!((after.index, after.reserve), (INDEX_MAX, RESERVE_MAX));
    }

    #[test]
    fn a_negative_net_is_rounded_away_from_the_suppliers() {
        assert_eq!(net_value(-1, INDEX_START), Ok(-1));
        assert_eq!(net_value(1, INDEX_START), Ok(0));
        let ledger = Ledger { index: INDEX_START, net: -1, cash: 10, ..Ledger::default() };
        assert_eq!(nav(&ledger), Ok(9));
        assert_eq!(nav(&Ledger { reserve: 20, ..ledger }), Ok(0));
    }

    #[test]
    fn an_excess_needs_the_cash() {
        let ledger = Ledger { cash: 10, reserve: 1, ..Ledger::default() };
        let settled = Settlement { excess_units: 5, credit: 9, refund: 1, ..Default::default() };
        let after = ledger.with_excess(&settled);
        assert_eq!(after.map(|after| (after.net, after.cash, after.reserve)), Ok((5, 0, 0)));
        let short = Ledger { cash: 9, ..ledger };
        assert_eq!(short.with_excess(&settled), Err(MathError::Overflow));
    }
}
