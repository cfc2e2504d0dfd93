//! The Solidity interface of Plimsoll, once for everybody: the contract, the demo and
//! the tests link these types, and `cargo xtask abi` prints them as Solidity.
//!
//! Units, unless a line says otherwise:
//! - `amount` of the base token in its wei ("base wei"); of a collateral in that token's wei;
//! - `price` in WAD (1e18): whole base tokens per whole collateral token;
//! - ratios in bps (1e4) where governance sets them, in WAD where a view returns them;
//! - `asset` is the number of a collateral, 0 to 15, in the order in which they were listed;
//! - `auction` is a public id: asset << 48 | generation << 24 | slot;
//! - times are seconds since 1970.
#![no_std]
#![allow(missing_docs, clippy::too_many_arguments)]

extern crate alloc;

mod codes;
mod errors;
mod events;
mod interface;
pub mod words;

pub use codes::*;
pub use errors::*;
pub use events::*;
pub use interface::*;
