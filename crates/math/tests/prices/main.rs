//! Prices: how several sources become one, and what is remembered of it, against exact fractions.

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

mod aggregate;
mod count;
mod edges;
mod scaling;
mod stats;

use plimsoll_math::oracle::{Aggregate, Outcome, Priced, Reading, SOURCES};
use plimsoll_math::words::PricePolicy;
use proptest::prelude::*;

/// The time of every count here.
pub const NOW: u32 = 1_000_000;

/// What up to five sources say.
pub type Readings = [Option<Reading>; SOURCES];

/// Ten thousand cases, and no files written beside the sources.
pub fn config() -> ProptestConfig {
    ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() }
}

/// One family is enough and nothing fades.
pub fn plain() -> PricePolicy {
    PricePolicy {
        max_age: 3_600,
        step: 500,
        sigmas: 50,
        max_confidence: 100,
        quorum: 1,
        half_life: 0,
        outlier: 100,
        ema_half_life: 90,
        sources: 0,
    }
}

/// A reading of this second, of weight one.
pub fn said(price: u128, family: u8) -> Option<Reading> {
    Some(Reading { price, confidence: 0, time: NOW, family, weight: 1, secondary: false })
}

/// The price that came of a count.
#[track_caller]
pub fn priced(aggregate: &Aggregate) -> Priced {
    match aggregate.outcome {
        Outcome::Priced(priced) => priced,
        other => panic!("{other:?}"),
    }
}

/// Readings around one price, some of them far off, of any family, weight and age.
pub fn readings() -> impl Strategy<Value = Readings> {
    let one = (
        prop_oneof![3 => 990_000_u128..1_010_000, 1 => 1_u128..1 << 40, 1 => Just(0)],
        prop_oneof![2 => 0_u128..20_000, 1 => Just(0)],
        prop_oneof![4 => NOW - 4_000..=NOW, 1 => NOW..=NOW + 20],
        0_u8..4,
        1_u8..=255,
        prop::bool::weighted(0.2),
    );
    let reading = one.prop_map(|(price, confidence, time, family, weight, secondary)| Reading {
        price,
        confidence,
        time,
        family,
        weight,
        secondary,
    });
    prop::array::uniform5(prop::option::weighted(0.8, reading))
}

/// Policies within their bounds.
pub fn policies() -> impl Strategy<Value = PricePolicy> {
    (1_u8..=5, prop_oneof![Just(0_u16), 1_u16..4_000], 0_u16..2_000, 0_u8..=100).prop_map(
        |(quorum, half_life, outlier, sigmas)| PricePolicy {
            quorum,
            half_life,
            outlier,
            sigmas,
            ..plain()
        },
    )
}
