//! Bad debt: who bears it, in which order.

use crate::{Result, fixed::sub, value::debt_up};

/// Who bears a debt that nothing backs. The three parts are the whole debt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOff {
    /// Taken from the owner's credit, base wei.
    pub from_credit: u128,
    /// Taken from the reserve, base wei.
    pub from_reserve: u128,
    /// Borne by the suppliers, base wei: recorded as deficit.
    pub loss: u128,
}

/// Writes off a debt: the owner's credit pays first, then the reserve, then the suppliers.
///
/// # Units
/// debt: debt units; index: RAY; credit, reserve: base wei.
///
/// # Rounding
/// The debt up, hence the loss up; parts by subtraction.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn write_off(debt: u128, index: u128, credit: u128, reserve: u128) -> Result<WriteOff> {
    let owed = debt_up(debt, index)?;
    let from_credit = owed.min(credit);
    let uncovered = sub(owed, from_credit)?;
    let from_reserve = uncovered.min(reserve);
    Ok(WriteOff {
        from_credit,
        from_reserve,
        loss: sub(uncovered, from_reserve)?,
    })
}
