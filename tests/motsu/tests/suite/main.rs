//! One binary for all of it: each further one would link everything once more.
#![allow(missing_docs)]

mod calldata;
mod clock;
mod collateral;
mod conservation;
mod debt;
mod limits;
mod liquidation;
mod oracle;
mod reentry;
mod roles;
mod sales;
mod supply;
mod tokens;
