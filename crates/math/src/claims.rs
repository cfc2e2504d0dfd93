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
    worth(units, &Pool { units: pool.units, raised: lot })
}

/// Takes a claim out of its pool: the debt units that it brings and the pool after it.
///
/// # Errors
/// `OutOfRange` if `units` is more than the pool holds.
pub fn redeem(units: u128, pool: &Pool) -> Result<(u128, Pool)> {
    let credited = worth(units, pool)?;
    let after = Pool { units: sub(pool.units, units)?, raised: sub(pool.raised, credited)? };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interest::INDEX_START;

    #[test]
    fn the_last_claim_takes_the_remainder() {
        let pool = Pool { units: 3, raised: 10 };
        let (first, pool) = redeem(1, &pool).unwrap();
        let (second, pool) = redeem(1, &pool).unwrap();
        let (third, pool) = redeem(1, &pool).unwrap();
        assert_eq!((first, second, third), (3, 3, 4));
        assert_eq!(pool, Pool::default());
        assert_eq!(worth(0, &pool), Ok(0));
        assert_eq!(worth(1, &pool), Err(MathError::OutOfRange));
    }

    #[test]
    fn proceeds_lower_the_debt_first() {
        let part = settle(1_000, 400, INDEX_START, 15_000, 1_000).unwrap();
        assert_eq!((part.debt_after, part.repaid_units, part.credit), (600, 400, 0));
        // 1,000,000 units are worth 1,000 wei at the start; 1.5 % of that was penalty.
        let over = settle(1_000, 1_001_000, INDEX_START, 15_000, 1_000).unwrap();
        assert_eq!((over.debt_after, over.excess_units), (0, 1_000_000));
        assert_eq!((over.credit, over.refund), (1_000, 15));
        let poor = settle(1_000, 1_001_000, INDEX_START, 15_000, 4).unwrap();
        assert_eq!((poor.credit, poor.refund), (1_000, 4));
    }
}
