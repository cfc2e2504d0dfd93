//! Claims on an auction's proceeds, and how they are booked.
//!
//! A pool stores the units and the proceeds *not yet claimed*. A claim takes exactly what it is
//! worth off both, so the last one gets the remainder and both reach zero together; flooring every
//! claim against the original totals would leave some of the proceeds with nobody.

use crate::{
    MathError, Result,
    fixed::{PPM, mul_div_down, sub},
    value::debt_down,
};

/// What an auction has not yet paid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Units of lot not yet claimed.
    pub units: u128,
    /// Debt units raised and not yet claimed.
    pub raised: u128,
}

/// What a claim of `units` is worth now, in debt units. Nothing in an empty pool.
///
/// # Rounding
/// Down; the remainder stays for the claims that follow.
///
/// # Errors
/// `OutOfRange` if `units` is more than the pool holds.
pub fn worth(units: u128, pool: &Pool) -> Result<u128> {
    if units > pool.units {
        return Err(MathError::OutOfRange);
    }
    if units == 0 {
        return Ok(0);
    }
    mul_div_down(units, pool.raised, pool.units)
}

/// A claim's share of an unsold lot, collateral wei. Nothing in an empty pool.
///
/// # Rounding
/// Down; the last to leave gets the remainder.
///
/// # Errors
/// `OutOfRange` if `units` is more than the pool holds.
pub fn lot_share(units: u128, lot: u128, pool: &Pool) -> Result<u128> {
    worth(
        units,
        &Pool {
            units: pool.units,
            raised: lot,
        },
    )
}

/// Takes a claim out of its pool: the debt units that it brings and the pool after it.
///
/// # Errors
/// `OutOfRange` if `units` is more than the pool holds.
pub fn redeem(units: u128, pool: &Pool) -> Result<(u128, Pool)> {
    let credited = worth(units, pool)?;
    let after = Pool {
        units: sub(pool.units, units)?,
        raised: sub(pool.raised, credited)?,
    };
    Ok((credited, after))
}

/// How proceeds meet a debt.
///
/// The caller books: net debt up by `excess_units`; cash down by `credit + refund`, the reserve
/// down by `refund`, the owner's credit up by `credit + refund`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Stored debt afterwards, debt units.
    pub debt_after: u128,
    /// Proceeds that lowered the debt, debt units.
    pub repaid_units: u128,
    /// Proceeds beyond the debt, debt units.
    pub excess_units: u128,
    /// What the excess is worth, base wei.
    pub credit: u128,
    /// Penalty that the excess paid and gets back, base wei.
    pub refund: u128,
}

/// Books `credited` units of proceeds to a debt of `debt` units. The excess is worth the index of
/// the close: it earns nothing afterwards. The penalty is charged only on proceeds that lower debt,
/// so the excess gets its part back from the reserve, as far as the reserve goes.
///
/// # Units
/// debt, credited: debt units; closing_index: RAY, the lowest of the auctions that are booked;
/// penalty_ppm: ppm of net proceeds; reserve: base wei.
///
/// # Rounding
/// Credit and refund down.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn settle(
    debt: u128,
    credited: u128,
    closing_index: u128,
    penalty_ppm: u32,
    reserve: u128,
) -> Result<Settlement> {
    let repaid_units = debt.min(credited);
    let excess_units = sub(credited, repaid_units)?;
    let credit = debt_down(excess_units, closing_index)?;
    let refund = mul_div_down(credit, penalty_ppm.into(), PPM)?.min(reserve);
    Ok(Settlement {
        debt_after: sub(debt, repaid_units)?,
        repaid_units,
        excess_units,
        credit,
        refund,
    })
}
