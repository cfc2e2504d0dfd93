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

/// Whether a debt is bad: what is left, balances and lots together, is worth less than dust, and
/// less than is owed. One wei of collateral must not keep a debt on the books for ever; and a small
/// position that can pay is not bad, it is sold when it is unhealthy. With nothing left any debt is.
///
/// # Units
/// owed, value, dust: base wei.
pub const fn is_bad_debt(owed: u128, value: u128, dust: u128) -> bool {
    owed > 0 && (value == 0 || value < dust && value < owed)
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
    Ok(WriteOff { from_credit, from_reserve, loss: sub(uncovered, from_reserve)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::RAY;

    #[test]
    fn a_debt_that_is_covered_is_not_bad() {
        assert!(is_bad_debt(1_000, 99, 100));
        assert!(!is_bad_debt(1_000, 100, 100));
        assert!(is_bad_debt(51, 50, 100));
        assert!(!is_bad_debt(50, 50, 100));
        // Nothing left and no asset that has a dust value.
        assert!(is_bad_debt(1, 0, 0));
        assert!(!is_bad_debt(0, 0, 100));
    }

    #[test]
    fn credit_pays_before_reserve_before_suppliers() {
        let split = |credit, reserve| {
            let WriteOff { from_credit, from_reserve, loss } =
                write_off(100, RAY, credit, reserve).unwrap();
            (from_credit, from_reserve, loss)
        };
        assert_eq!(split(0, 0), (0, 0, 100));
        assert_eq!(split(30, 0), (30, 0, 70));
        assert_eq!(split(30, 50), (30, 50, 20));
        assert_eq!(split(30, 500), (30, 70, 0));
        assert_eq!(split(300, 500), (100, 0, 0));
    }
}
