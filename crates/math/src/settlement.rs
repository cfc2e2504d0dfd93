//! Bad debt: who bears it, in which order.

use crate::{
    Result,
    fixed::{BPS, WAD, add, mul_div_down, mul_div_up, sub},
    value::debt_up,
};

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

/// The part of a loss that each of `parts` assets is charged with; the first one also bears the
/// remainder, so that the parts are the whole. What an asset of a position has cost cannot be told
/// from what the others did not bring.
///
/// # Units
/// loss, result: base wei.
pub fn part(loss: u128, parts: u128, first: bool) -> u128 {
    let each = loss.checked_div(parts).unwrap_or_default();
    if first { loss.saturating_sub(each.saturating_mul(parts.saturating_sub(1))) } else { each }
}

/// What the market's stocks say about its solvency at the prices of now.
///
/// They see that all collateral together is worth less than all debts; they do not see that one
/// position's collateral is worth less than its debt while another's is worth more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Base wei that may be lent or paid out.
    pub cash: u128,
    /// Value of the net debt, base wei.
    pub debt: i128,
    /// What of it belongs to the reserve, base wei.
    pub reserve: u128,
    /// Value of all collateral held, base wei.
    pub collateral: u128,
}

impl Cover {
    /// What the debts exceed the collateral and the reserve by: a loss of the suppliers that is
    /// already visible, base wei.
    pub fn gap(&self) -> u128 {
        let debt = u128::try_from(self.debt).unwrap_or_default();
        debt.saturating_sub(self.collateral).saturating_sub(self.reserve)
    }

    /// What the suppliers' claim would fetch over the claim: WAD, down, at most one.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn ratio(&self) -> Result<u128> {
        let debt = u128::try_from(self.debt).unwrap_or_default();
        let claim = add(self.cash, debt)?.saturating_sub(self.reserve);
        if claim == 0 {
            return Ok(WAD);
        }
        mul_div_down(claim.saturating_sub(self.gap()), WAD, claim)
    }

    /// An upper bound of the suppliers' loss if one asset, of which `held` is held, fell by `drop`
    /// and every position now had at least as much collateral as debt: all that the fall takes, as
    /// far as the reserve does not bear it, and no more than is owed.
    ///
    /// # Units
    /// held, result: base wei; drop: bps, at most 10,000.
    ///
    /// # Rounding
    /// Up.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn stressed(&self, held: u128, drop: u16) -> Result<u128> {
        let debt = u128::try_from(self.debt).unwrap_or_default();
        let fall = mul_div_up(held, u128::from(drop).min(BPS), BPS)?;
        let gone = debt.saturating_sub(self.collateral);
        // What passes 128 bits passes the debt.
        Ok(gone.saturating_add(fall).min(debt).saturating_sub(self.reserve))
    }
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

    #[test]
    fn the_parts_of_a_loss_are_the_loss() {
        assert_eq!([part(100, 3, true), part(100, 3, false)], [34, 33]);
        assert_eq!(part(100, 1, true), 100);
        assert_eq!([part(1, 2, true), part(1, 2, false)], [1, 0]);
        assert_eq!(part(5, 0, false), 0);
    }

    #[test]
    fn a_loss_is_visible_when_debts_exceed_collateral_and_reserve() {
        let cover = Cover { cash: 50, debt: 100, reserve: 10, collateral: 90 };
        assert_eq!((cover.gap(), cover.ratio()), (0, Ok(WAD)));
        let worse = Cover { collateral: 89, ..cover };
        assert_eq!((worse.gap(), worse.ratio()), (1, Ok(WAD * 139 / 140)));
        let gone = Cover { cash: 0, collateral: 0, reserve: 0, ..cover };
        assert_eq!((gone.gap(), gone.ratio()), (100, Ok(0)));
        // Owners' excess waits in the pools: nobody owes anything.
        let excess = Cover { debt: -5, ..gone };
        assert_eq!((excess.gap(), excess.ratio()), (0, Ok(WAD)));
    }

    #[test]
    fn stress_is_what_a_fall_takes_beyond_the_reserve() {
        let cover = Cover { cash: 50, debt: 100, reserve: 10, collateral: 150 };
        assert_eq!(cover.stressed(100, 1_000), Ok(0));
        assert_eq!(cover.stressed(101, 1_000), Ok(1));
        assert_eq!(cover.stressed(150, 10_000), Ok(90));
        assert_eq!(cover.stressed(150, u16::MAX), Ok(90));
    }
}
