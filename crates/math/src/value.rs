//! What collateral is worth in base tokens, and what debt units are worth.
//!
//! A price is WAD base tokens for a whole collateral token. `scale` is the power of ten that takes
//! collateral wei times price to base wei: 18 + collateral decimals - base decimals, 0 to 36.

use crate::{
    Result,
    fixed::{RAY, mul_div_down, mul_div_up, pow10},
};

/// Value of `amount`.
///
/// # Units
/// amount: collateral wei; price: WAD; result: base wei.
///
/// # Rounding
/// Down: what an owner holds.
///
/// # Errors
/// `Overflow` above 128 bits; `OutOfRange` for a scale above 36.
pub fn value_down(amount: u128, price: u128, scale: u8) -> Result<u128> {
    mul_div_down(amount, price, pow10(scale)?)
}

/// Value of `amount`.
///
/// # Units
/// amount: collateral wei; price: WAD; result: base wei.
///
/// # Rounding
/// Up: what a taker pays.
///
/// # Errors
/// `Overflow` above 128 bits; `OutOfRange` for a scale above 36.
pub fn value_up(amount: u128, price: u128, scale: u8) -> Result<u128> {
    mul_div_up(amount, price, pow10(scale)?)
}

/// The most collateral that is worth no more than `value`.
///
/// # Units
/// value: base wei; price: WAD; result: collateral wei.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `DivisionByZero` for a price of zero; `Overflow`; `OutOfRange` for a scale above 36.
pub fn amount_for_value_down(value: u128, price: u128, scale: u8) -> Result<u128> {
    mul_div_down(value, pow10(scale)?, price)
}

/// The least collateral that is worth at least `value`.
///
/// # Units
/// value: base wei; price: WAD; result: collateral wei.
///
/// # Rounding
/// Up.
///
/// # Errors
/// `DivisionByZero` for a price of zero; `Overflow`; `OutOfRange` for a scale above 36.
pub fn amount_for_value_up(value: u128, price: u128, scale: u8) -> Result<u128> {
    mul_div_up(value, pow10(scale)?, price)
}

/// What `units` of debt are worth.
///
/// # Units
/// units: debt units; index: RAY; result: base wei.
///
/// # Rounding
/// Down: what a claim brings its owner.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn debt_down(units: u128, index: u128) -> Result<u128> {
    mul_div_down(units, index, RAY)
}

/// What `units` of debt are worth.
///
/// # Units
/// units: debt units; index: RAY; result: base wei.
///
/// # Rounding
/// Up: what a borrower owes.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn debt_up(units: u128, index: u128) -> Result<u128> {
    mul_div_up(units, index, RAY)
}

/// The units that `wei` of base tokens pay off.
///
/// # Units
/// wei: base wei; index: RAY; result: debt units.
///
/// # Rounding
/// Down: repayments and proceeds.
///
/// # Errors
/// `DivisionByZero` for an index of zero; `Overflow` above 128 bits.
pub fn units_down(wei: u128, index: u128) -> Result<u128> {
    mul_div_down(wei, RAY, index)
}

/// The units that `wei` of base tokens become when they are borrowed.
///
/// # Units
/// wei: base wei; index: RAY; result: debt units.
///
/// # Rounding
/// Up: a borrower owes at least what he was paid.
///
/// # Errors
/// `DivisionByZero` for an index of zero; `Overflow` above 128 bits.
pub fn units_up(wei: u128, index: u128) -> Result<u128> {
    mul_div_up(wei, RAY, index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MathError, fixed::WAD};

    /// 1.5 WETH (18 decimals) at 3,000 USDC (6 decimals): scale 18 + 18 - 6.
    #[test]
    fn values_are_base_wei() {
        assert_eq!(value_down(3 * WAD / 2, 3_000 * WAD, 30), Ok(4_500_000_000));
        assert_eq!(amount_for_value_down(4_500_000_000, 3_000 * WAD, 30), Ok(3 * WAD / 2));
        // A wei of it is worth nothing to its owner and one to its taker.
        assert_eq!(value_down(1, 3_000 * WAD, 30), Ok(0));
        assert_eq!(value_up(1, 3_000 * WAD, 30), Ok(1));
    }

    #[test]
    fn impossible_scales_and_prices_have_names() {
        assert_eq!(value_down(1, 1, 37), Err(MathError::OutOfRange));
        assert_eq!(amount_for_value_up(1, 0, 30), Err(MathError::DivisionByZero));
        assert_eq!(units_up(1, 0), Err(MathError::DivisionByZero));
    }

    #[test]
    fn a_wei_is_a_thousand_units_at_the_start() {
        let start = RAY / 1_000;
        assert_eq!(units_up(1, start), Ok(1_000));
        assert_eq!(debt_up(1, start), Ok(1));
        assert_eq!(debt_down(999, start), Ok(0));
    }
}
