//! Risk: what diversification relieves, what may be borrowed, when a sale may begin and how much it
//! takes, against exact fractions.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "../reference/mod.rs"]
mod reference;

mod greedy;
mod limit;
mod matrices;
mod relief;
mod shares;
mod size;
mod split;
mod trigger;

use proptest::prelude::*;

/// Ten thousand cases, and no files written beside the sources.
pub fn config() -> ProptestConfig {
    cases(10_000)
}

/// So many cases.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Numbers of 0 to `bits` bits, every width as likely as another.
pub fn up_to(bits: u32) -> impl Strategy<Value = u128> {
    (0..=bits, any::<u128>()).prop_map(|(bits, noise)| noise.unbounded_shr(128 - bits))
}
