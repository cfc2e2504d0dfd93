//! The whole of a count against the reference.

use plimsoll_math::oracle::{
    Fate, Outcome, Priced, Prior, Reading, Verdict, age_weight, aggregate,
};
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

/// What a count finds stored: nothing, a price near the readings, or one far off, of any past.
fn priors() -> impl Strategy<Value = Prior> {
    let price = prop_oneof![1 => Just(0), 5 => 900_000_u128..1_100_000, 1 => 1_u128..1 << 40];
    let ema = prop_oneof![Just(0), 900_000_u128..1_100_000];
    let passed = prop_oneof![4 => 0_u32..5_000, 1 => 0_u32..200_000];
    let variance =
        (0_u32..47, any::<u128>()).prop_map(|(bits, noise)| noise >> (128 - bits).min(127));
    (price, ema, 0_u8..4, passed, variance).prop_map(|(price, ema, code, passed, variance)| Prior {
        price,
        ema,
        verdict: Verdict::from_code(code),
        time: NOW - passed,
        variance,
    })
}

/// The verdict on a price whose confidence, families and time are known.
fn judged(seen: &Priced, policy: &PricePolicy, prior: &Prior, more: &Q) -> Verdict {
    let may = prices::Steps {
        step: bps(policy.step.into()),
        sigmas: ratio(policy.sigmas.into(), 10),
        variance: prior.variance,
        passed: seen.time.saturating_sub(prior.time),
    };
    let waits = prior.verdict == Verdict::Jumped && seen.time <= prior.time;
    if prior.price > 0 && (waits || prices::jumps(&int(prior.price), &int(seen.price), &may, more))
    {
        return Verdict::Jumped;
    }
    let doubt = int(seen.confidence) > int(seen.price) * bps(policy.max_confidence.into());
    let few = seen.families < policy.quorum;
    if doubt || few { Verdict::Uncertain } else { Verdict::Valid }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_count_is_the_reference_s(
        readings in readings(), policy in policies(), mut prior in priors(),
        again in any::<bool>(),
    ) {
        // What is stored is often of the same second as the newest that is said.
        let newest = readings.iter().flatten().map(|reading| reading.time).max();
        prior.time = newest.filter(|_| again).map_or(prior.time, |newest| newest.min(NOW));
        let ema = prior.ema;
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

        // A move is measured up by less than a billionth: between the two it may be either.
        let verdict = |more: Q| judged(&priced, &policy, &prior, &more);
        let (least, most) = (verdict(int(0)), verdict(ratio(1, 1_000_000_000)));
        prop_assert!(priced.verdict == least || priced.verdict == most, "{priced:?} {prior:?}");
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
