//! The whole of a count against the reference.

use plimsoll_math::oracle::{Fate, Outcome, Prior, Reading, age_weight, aggregate};
use plimsoll_math::words::PricePolicy;
use proptest::prelude::*;

use crate::reference::{Q, bps, int, prices, ratio};
use crate::{NOW, config, policies, readings};

/// What a reading is before it is compared with others.
fn alone(reading: Option<&Reading>, policy: &PricePolicy) -> Fate {
    let Some(reading) = reading else { return Fate::Silent };
    if reading.time > NOW + 10 {
        Fate::Future
    } else if reading.time + policy.max_age < NOW {
        Fate::Stale
    } else if reading.price == 0 || reading.confidence >= reading.price {
        Fate::Unusable
    } else if reading.secondary {
        Fate::Secondary
    } else {
        Fate::Used
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_count_is_the_reference_s(
        readings in readings(), policy in policies(), ema in prop_oneof![Just(0), 900_000_u128..1_100_000],
    ) {
        let prior = Prior { ema, ..Prior::default() };
        let counted = aggregate(&readings, &policy, &prior, NOW);
        let mut fates = readings.map(|reading| alone(reading.as_ref(), &policy));
        let voters: Vec<usize> = (0..5).filter(|n| fates[*n] == Fate::Used).collect();
        let Outcome::Priced(priced) = counted.outcome else {
            prop_assert!(voters.is_empty());
            let dead = readings.iter().zip(fates).any(|(reading, fate)| {
                fate == Fate::Unusable && !reading.unwrap().secondary
            });
            let expected = if dead { Outcome::Invalid } else { Outcome::Silent };
            prop_assert_eq!((counted.outcome, counted.fates), (expected, fates));
            return Ok(());
        };
        let voter = |n: &usize| {
            let reading = readings[*n].unwrap();
            let age = NOW.saturating_sub(reading.time);
            let weight = age_weight(age, policy.half_life) * u64::from(reading.weight);
            prices::Vote {
                value: int(reading.price),
                weight: int(weight.max(1).into()),
                family: reading.family,
            }
        };
        let votes: Vec<prices::Vote> = voters.iter().map(voter).collect();
        let (price, outlying) = prices::price(&votes, &bps(policy.outlier.into()));
        for (n, out) in voters.iter().zip(&outlying) {
            if *out {
                fates[*n] = Fate::Outlying;
            }
        }
        prop_assert_eq!(counted.fates, fates);
        prop_assert_eq!(int(priced.price), price.clone());

        let kept = prices::kept(&votes, &outlying);
        prop_assert_eq!(usize::from(priced.families), prices::family_count(&kept));
        let own: Vec<Q> = voters.iter().zip(&outlying).filter(|(_, out)| !**out)
            .map(|(n, _)| int(readings[*n].unwrap().confidence)).collect();
        let lag = if ema == 0 { int(0) } else { (price.clone() - int(ema)) / int(4) };
        let lag = if lag < int(0) { -lag } else { lag };
        let below = (0..5).filter(|n| fates[*n] == Fate::Secondary)
            .map(|n| price.clone() - int(readings[n].unwrap().price)).max().unwrap_or_else(|| int(0));
        // No farther than the first whole wei that is more than a valid price may have.
        let widest = int(priced.price * u128::from(policy.max_confidence) / 10_000 + 1);
        let below = below.min(widest);
        let exact = (ratio(14_826, 10_000) * prices::deviation(&kept, &price))
            .max(prices::mean(&kept, &own)).max(lag).max(below);
        // Up, by less than one for each of five sources.
        prop_assert!(int(priced.confidence) >= exact);
        prop_assert!(int(priced.confidence) < exact + int(5));
    }

    /// The price ages from when a quorum of families had spoken: at that second it still had.
    #[test]
    fn a_price_is_as_fresh_as_its_quorum(readings in readings(), policy in policies()) {
        let counted = aggregate(&readings, &policy, &Prior::default(), NOW);
        let Outcome::Priced(priced) = counted.outcome else { return Ok(()) };
        let used = || readings.iter().zip(counted.fates).filter(|(_, fate)| *fate == Fate::Used)
            .map(|(reading, _)| reading.unwrap());
        let newest = used().map(|reading| reading.time).max().unwrap();
        prop_assert_eq!(priced.time, newest.min(NOW));
        let since = |time: u32| {
            let mut families: Vec<u8> =
                used().filter(|reading| reading.time >= time).map(|reading| reading.family).collect();
            families.sort_unstable();
            families.dedup();
            families.len()
        };
        let wanted = usize::from(policy.quorum).min(since(0));
        prop_assert!(since(priced.fresh) >= wanted);
        if priced.fresh < NOW {
            prop_assert!(since(priced.fresh + 1) < wanted);
        }
    }
}
