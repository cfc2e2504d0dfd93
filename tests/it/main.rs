//! End-to-end tests on the compiled programs: every call is a transaction on the embedded chain.
//!
//! `cargo xtask build` writes the programs. A refused call is compared byte by byte with the error
//! that is expected, values included, and must leave every storage word as it was.

mod abi;
mod auctions;
mod bad_debt;
mod breakers;
mod bulk;
mod claims;
mod clock;
mod collect;
mod costs;
mod decimals;
mod exact;
mod feeds;
mod governance;
mod governor_timelock;
mod incident_sales;
mod incidents_breakers;
mod kick;
mod lots;
mod pace;
mod positions;
mod previews;
mod prices;
mod redo;
mod reentrancy;
mod repayments;
mod roles;
mod sales;
mod supply;
mod take;
mod takers;
mod tokens;
mod traces;
mod trips;
mod views;
mod windows;

/// The exact fractions that the core's own tests compare with.
#[path = "../../crates/math/tests/reference/mod.rs"]
mod reference;
