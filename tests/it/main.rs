//! End-to-end tests on the compiled programs: every call is a transaction on the embedded chain.
//!
//! `cargo xtask build` writes the programs. A refused call is compared byte by byte with the error
//! that is expected, values included, and must leave every storage word as it was.

mod abi;
mod breakers;
mod clock;
mod collect;
mod exact;
mod feeds;
mod governance;
mod positions;
mod prices;
mod repayments;
mod supply;
mod tokens;
mod views;
