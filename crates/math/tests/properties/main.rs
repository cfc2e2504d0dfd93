//! Properties of the core, ten thousand cases each, most of them against exact fractions.

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

mod again;
mod auction;
mod breaker;
mod claims;
mod conversion;
mod health;
mod layout;
mod market;
mod oracle;
mod pooling;
mod sizing;
mod take;
mod window;
mod words;

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

/// Like [`up_to`], and not zero.
pub fn positive(bits: u32) -> impl Strategy<Value = u128> {
    up_to(bits).prop_map(|value| value.max(1))
}
