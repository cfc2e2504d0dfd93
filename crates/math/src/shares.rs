//! The suppliers' shares of their residual claim.
//!
//! A million virtual shares and one virtual wei stand beside the real ones: an empty market has a
//! price, and whoever gives assets away to move it loses most of them to the virtual shares.

use crate::{
    Result,
    fixed::{add, mul_div_down},
};

/// Shares that nobody owns.
pub const VIRTUAL_SHARES: u128 = 1_000_000;

/// The shares that `assets` buy.
///
/// # Units
/// assets, nav: base wei; total_shares: shares out before the purchase.
///
/// # Rounding
/// Down: the price of the others' shares never falls.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn shares_for_down(assets: u128, total_shares: u128, nav: u128) -> Result<u128> {
    mul_div_down(assets, add(total_shares, VIRTUAL_SHARES)?, add(nav, 1)?)
}

/// The assets that `shares` redeem.
///
/// # Units
/// total_shares: shares out before the redemption; nav, result: base wei.
///
/// # Rounding
/// Down: the price of the others' shares never falls.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn assets_for_down(shares: u128, total_shares: u128, nav: u128) -> Result<u128> {
    mul_div_down(shares, add(nav, 1)?, add(total_shares, VIRTUAL_SHARES)?)
}
