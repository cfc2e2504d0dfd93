//! End-to-end tests on the compiled programs: every call is a transaction on the embedded chain.
//!
//! `cargo xtask build` writes the programs. A refused call is compared byte by byte with the error
//! that is expected, values included, and must leave every storage word as it was.

mod abi;
mod auctions;
mod averages;
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
mod flaps;
mod governance;
mod governor_timelock;
mod incident_sales;
mod incidents;
mod incidents_breakers;
mod kick;
mod layout;
mod limits;
mod lots;
mod outages;
mod pace;
mod parameters;
mod positions;
mod previews;
mod prices;
mod redo;
mod reentrancy;
mod relief;
mod repayments;
mod risk_views;
mod roles;
mod sales;
mod setters;
mod silence;
mod slots;
mod sources;
mod starving;
mod states;
mod supply;
mod take;
mod takers;
mod tokens;
mod traces;
mod trigger;
mod trips;
mod views;
mod windows;

/// Numbers with 128 bits, as the core's own tests of precision use them.
#[path = "../../crates/math/tests/precision/reference.rs"]
#[allow(dead_code)]
mod precise;
/// The exact fractions that the core's own tests compare with.
#[path = "../../crates/math/tests/reference/mod.rs"]
mod reference;
