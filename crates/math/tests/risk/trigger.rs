//! The trigger against its definition in fractions.

use num_traits::{One, Zero};
use plimsoll_math::{
    health::Exposure,
    trigger::{State, grace, status},
};
use proptest::prelude::*;

use crate::{
    config,
    reference::{self, Q},
};

fn exposure() -> impl Strategy<Value = Exposure> {
    (1_u128..1 << 90, 9_700_u128..10_100, 0_u128..10_000).prop_map(|(debt, health, rest)| {
        Exposure { margin_bps: debt * health + rest, debt, ..Exposure::default() }
    })
}

/// g_max * clamp((HF - 0.985) / 0.015, 0, 1).
fn exact(live: &Exposure, longest: u16) -> Q {
    let health = reference::int(live.margin_bps) / reference::int(live.debt * 10_000);
    let part = (health - reference::bps(9_850)) / reference::bps(150);
    part.max(Q::zero()).min(Q::one()) * reference::int(longest.into())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn grace_is_the_formula_down(live in exposure(), longest in 0_u16..=300) {
        let got = grace(&live, longest).unwrap();
        prop_assert!(reference::is_floor(got.into(), &exact(&live, longest)));
    }

    #[test]
    fn the_state_is_its_definition(
        live in exposure(), longest in prop_oneof![Just(0), 1_u16..=300], averaged: bool,
        flagged in prop_oneof![Just(0), Just(1_000_u32)], passed in 0_u32..400,
    ) {
        let now = 1_000 + passed;
        let got = status(&live, || Ok(averaged), longest, flagged, now).unwrap();
        let health = reference::int(live.margin_bps) / reference::int(live.debt * 10_000);
        let below = health < Q::one();
        let hard = health < reference::bps(9_850);
        let wait = exact(&live, longest).floor();
        let served = flagged > 0 && reference::int(passed.into()) >= wait;
        let may = below && (longest == 0 || averaged || hard || served);
        prop_assert_eq!(got.state == State::Liquidatable, may);
        prop_assert_eq!(got.state == State::Healthy, !below);
        if got.state == State::Waiting {
            prop_assert_eq!(reference::int(got.left.into()), &wait - reference::int(passed.into()));
            prop_assert!(got.left > 0);
        }
        if got.state == State::Unflagged {
            prop_assert_eq!(reference::int(got.left.into()), wait);
        }
    }

    /// The average is asked only where it decides: a price of it may be missing elsewhere.
    #[test]
    fn the_average_is_not_asked_in_vain(live in exposure(), longest in 0_u16..=300, now in 1_u32..400) {
        let mut asked = false;
        let mut ask = || { asked = true; Ok(true) };
        let got = status(&live, &mut ask, longest, 1, now).unwrap();
        let health = live.margin_bps / live.debt;
        prop_assert!(got.state == State::Liquidatable || health >= 10_000);
        prop_assert!(!(asked && (longest == 0 || !(9_850..10_000).contains(&health))));
    }
}
