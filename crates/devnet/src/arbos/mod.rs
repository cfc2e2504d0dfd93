//! ArbOS: the chain's own state, and the precompiled contracts in front of it.
//!
//! ```text
//! state        where ArbOS keeps what, and the unmetered way to it
//! params       Stylus parameters as words of that state
//! set          sets of accounts: chain owners, cache managers
//! metered      access to the state as precompiles have it: every word costs gas
//! pricing      what the data of a program costs
//! precompiles/ the contracts, one file each
//! ```

mod metered;
pub(crate) mod params;
pub(crate) mod precompiles;
mod pricing;
mod set;
pub(crate) mod state;

pub(crate) use metered::{Metered, Stop};
pub(crate) use pricing::price_data;
pub(crate) use set::{CACHE_MANAGERS, CHAIN_OWNERS};

/// Result of a step of a precompile method.
pub(crate) type Done<T> = Result<T, Stop>;
