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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_supplier_gets_a_million_shares_a_wei() {
        assert_eq!(shares_for_down(5, 0, 0), Ok(5_000_000));
        assert_eq!(assets_for_down(5_000_000, 5_000_000, 5), Ok(5));
    }

    /// One wei supplied, a million given away to spoil the next one's shares: he loses at most a
    /// wei in a million, and the giver nearly everything.
    #[test]
    fn a_gift_does_not_rob_the_next_supplier() {
        let first = shares_for_down(1, 0, 0).unwrap();
        let nav = 1 + 1_000_000;
        let second = shares_for_down(1_000_000, first, nav).unwrap();
        let total = first + second;
        let back = assets_for_down(second, total, nav + 1_000_000).unwrap();
        assert!(back >= 999_999);
        assert!(assets_for_down(first, total, nav + 1_000_000).unwrap() <= nav / 2 + 1);
    }
}
