//! How much of a position a kick sells.

use core::cmp::Ordering;

use crate::{
    MAX_ASSETS, MathError, Result,
    fixed::{BPS, add, compare_products, mul, mul_div_down, mul_div_up, sub},
    value::{amount_for_value_down, amount_for_value_up, value_down},
};

/// A sale of the whole position sells no more than the debt and the penalty over this factor, bps:
/// below it a lot brings less than the engine counts on.
const WHOLE_FACTOR: u128 = 9_000;

/// One collateral of a position, and what its sale is expected to bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The asset, for the caller.
    pub asset: u8,
    /// Collateral wei that may be seized.
    pub balance: u128,
    /// Value of the balance, base wei, down.
    pub value: u128,
    /// Live price, WAD.
    pub price: u128,
    /// Power of ten from collateral wei times price to base wei.
    pub scale: u8,
    /// Liquidation threshold, bps.
    pub threshold_bps: u16,
    /// Expected clearing price over the oracle price, bps.
    pub reference_bps: u16,
    /// Penalty, bps.
    pub penalty_bps: u16,
    /// Smallest value of a lot or a remainder, base wei.
    pub dust: u128,
    /// Value that may still go on sale, base wei.
    pub room: u128,
}

/// What a sale aims at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Health factor after a partial sale, bps.
    pub target_bps: u16,
    /// Health factor below which everything is sold, bps.
    pub full_below_bps: u16,
    /// Debt up to which everything is sold, base wei.
    pub small: u128,
}

/// What kind of sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// None, and why.
    None(Reason),
    /// Of the assets that free most margin for their cost.
    Partial,
    /// Of an equal part of every asset.
    Slice,
    /// Of the whole position, as far as debt, penalty and room go.
    Whole,
}

/// Why nothing is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The health factor is not below one.
    Healthy,
    /// The caps on sale leave no room for a sale that helps.
    NoRoom,
    /// There is nothing to sell.
    Nothing,
}

/// What a kick sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What kind of sale.
    pub kind: Kind,
    /// Collateral wei of each candidate, in the order of the candidates, the keeper's reward
    /// included.
    pub amounts: [u128; MAX_ASSETS],
}

/// Plans the sale of a position that owes `owed`.
///
/// # Units
/// owed: base wei, up, less what lots on sale are expected to bring.
///
/// # Errors
/// `OutOfRange` for more than 16 candidates; `Overflow` above 128 bits.
pub fn plan(candidates: &[Candidate], policy: &Policy, owed: u128) -> Result<Plan> {
    let _ = (candidates, policy, owed);
    Err(MathError::OutOfRange)
}
