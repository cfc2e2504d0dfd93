//! The functional core of Plimsoll.
//!
//! Every number and every yes or no of the engine is decided here; the contract, the demo and the
//! tests link this one crate. Nothing in it knows storage, a host or a clock: time is an
//! argument, and a function that changes something returns the next state.
//!
//! Amounts are token wei in `u128`, bounded to 112 bits where they are stored. Every division is
//! [`fixed::mul_div_down`] or [`fixed::mul_div_up`]: the direction is in the name, and goes against
//! whoever chooses the input.
#![no_std]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

// In reading order: numbers, what is stored, the market, a position, its sale, what holds it back.
pub mod exp;
pub mod fixed;
pub mod normal;
pub mod value;

mod bits;
pub mod words;

pub mod interest;
pub mod settlement;
pub mod shares;

pub mod claims;
pub mod correlation;
pub mod health;
pub mod limit;
pub mod loss;
pub mod sizing;
pub mod trigger;

pub mod auction;
pub mod breaker;
pub mod cascade;
pub mod costs;
pub mod oracle;
pub mod outage;
pub mod window;

pub mod params;
pub mod steps;

/// Collateral assets that one deployment can list.
pub const MAX_ASSETS: usize = 16;

/// Why a calculation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathError {
    /// The result leaves its width.
    Overflow,
    /// The divisor is zero.
    DivisionByZero,
    /// An input is outside the range that the function is defined on.
    OutOfRange,
}

/// A result or a [`MathError`].
pub type Result<T> = core::result::Result<T, MathError>;
