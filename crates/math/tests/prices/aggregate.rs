//! What must be true of any count.

use plimsoll_math::oracle::{Fate, Outcome, Prior, Reading, Verdict, age_weight, aggregate};
use proptest::prelude::*;

use crate::{NOW, Readings, config, plain, policies, priced, readings, reference, said};

/// The readings that are compared with each other, outliers too.
fn compared(readings: &Readings, fates: &[Fate; 5]) -> Vec<Reading> {
    let counts = |fate: &Fate| matches!(fate, Fate::Used | Fate::Outlying);
    readings.iter().zip(fates).filter(|(_, fate)| counts(fate)).filter_map(|(r, _)| *r).collect()
}

fn range(readings: impl Iterator<Item = u128> + Clone) -> (u128, u128) {
    (readings.clone().min().unwrap(), readings.max().unwrap())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_price_lies_within_what_was_said(readings in readings(), policy in policies()) {
        let counted = aggregate(&readings, &policy, &Prior::default(), NOW);
        let Outcome::Priced(priced) = counted.outcome else { return Ok(()) };
        let used = readings.iter().zip(counted.fates).filter(|(_, fate)| *fate == Fate::Used)
            .map(|(reading, _)| reading.unwrap().price);
        let (low, high) = range(used);
        prop_assert!(low <= priced.price && priced.price <= high);
    }

    /// However many sources one family has, whatever they say, weigh and how fresh they are: with
    /// two other families or more the price stays among the others.
    #[test]
    fn one_family_never_moves_the_price_out_of_the_range_of_the_others(
        readings in readings(), policy in policies(), liar in 0_u8..4,
    ) {
        let counted = aggregate(&readings, &policy, &Prior::default(), NOW);
        let Outcome::Priced(priced) = counted.outcome else { return Ok(()) };
        let others: Vec<Reading> = compared(&readings, &counted.fates).into_iter()
            .filter(|reading| reading.family != liar).collect();
        let mut families: Vec<u8> = others.iter().map(|reading| reading.family).collect();
        families.sort_unstable();
        families.dedup();
        if families.len() < 2 {
            return Ok(());
        }
        let (low, high) = range(others.iter().map(|reading| reading.price));
        prop_assert!(low <= priced.price && priced.price <= high, "{} of {low} to {high}", priced.price);
    }

    /// One source of three or more, each of its own family, says anything at all.
    #[test]
    fn one_poisoned_source_moves_nothing_out_of_the_honest_range(
        honest in prop::collection::vec(990_000_u128..1_010_000, 2..=4),
        poison in any::<u128>(), confidence in any::<u128>(), weight in 1_u8..=255,
        half_life in 0_u16..100,
    ) {
        let mut readings = [None; 5];
        for (n, price) in honest.iter().enumerate() {
            readings[n] = said(*price, n as u8);
        }
        readings[4] = said(poison, 9).map(|reading| Reading { confidence, weight, ..reading });
        let policy = plimsoll_math::words::PricePolicy { half_life, ..plain() };
        let price = priced(&aggregate(&readings, &policy, &Prior::default(), NOW)).price;
        let (low, high) = range(honest.iter().copied());
        prop_assert!(low <= price && price <= high, "{price} of {low} to {high}");
    }

    /// As long as the same readings count, a higher one never makes the price lower.
    #[test]
    fn a_price_rises_with_each_reading(
        readings in readings(), policy in policies(), which in 0_usize..5, by in 1_u128..20_000,
    ) {
        let Some(reading) = readings[which] else { return Ok(()) };
        let mut higher = readings;
        higher[which] = Some(Reading { price: reading.price + by, ..reading });
        let prior = Prior::default();
        let (before, after) =
            (aggregate(&readings, &policy, &prior, NOW), aggregate(&higher, &policy, &prior, NOW));
        if before.fates != after.fates {
            return Ok(());
        }
        if let (Outcome::Priced(before), Outcome::Priced(after)) = (before.outcome, after.outcome) {
            prop_assert!(before.price <= after.price);
        }
    }

    /// Derived, capped and fallback prices make a price less certain and never move it.
    #[test]
    fn secondary_sources_never_move_a_price(readings in readings(), policy in policies()) {
        let primary = |reading: &Reading| !reading.secondary;
        let without = readings.map(|reading| reading.filter(primary));
        let prior = Prior::default();
        let all = aggregate(&readings, &policy, &prior, NOW);
        let alone = aggregate(&without, &policy, &prior, NOW);
        match (all.outcome, alone.outcome) {
            (Outcome::Priced(all), Outcome::Priced(alone)) => {
                prop_assert_eq!((all.price, all.time, all.fresh), (alone.price, alone.time, alone.fresh));
                prop_assert_eq!(all.families, alone.families);
                prop_assert!(all.confidence >= alone.confidence);
                prop_assert!(all.verdict >= alone.verdict);
            }
            (all, alone) => prop_assert_eq!(all, alone),
        }
    }

    /// The order of the sources is nobody's advantage.
    #[test]
    fn sources_count_the_same_in_any_order(readings in readings(), policy in policies(), turn in 0_usize..5) {
        let mut turned = readings;
        turned.rotate_left(turn);
        let prior = Prior { ema: 1_000_000, price: 1_000_000, time: NOW - 60, ..Prior::default() };
        let (one, other) =
            (aggregate(&readings, &policy, &prior, NOW), aggregate(&turned, &policy, &prior, NOW));
        match (one.outcome, other.outcome) {
            (Outcome::Priced(one), Outcome::Priced(other)) => {
                prop_assert_eq!((one.price, one.time, one.fresh), (other.price, other.time, other.fresh));
                prop_assert_eq!((one.confidence, one.verdict), (other.confidence, other.verdict));
            }
            (one, other) => prop_assert_eq!(one, other),
        }
    }

    /// A weight halves with every half-life: against the exponential, enclosed.
    #[test]
    fn a_weight_halves_with_every_half_life(half_life in 1_u16..10_000, half_lives in 0_u32..23_000) {
        let age = half_lives * u32::from(half_life) / 1_000;
        let weight = age_weight(age, half_life);
        let ppm = u128::from(age) * 693_147_180_559_945 / u128::from(half_life) / 1_000_000_000;
        // An exponent of one part per million more or less is a part per million of the weight.
        let (low, _) = reference::exp_neg(ppm + 2, 16);
        let (_, high) = reference::exp_neg(ppm.saturating_sub(2), 16);
        let exact = reference::int(weight.into());
        prop_assert!(exact.clone() + reference::int(1) > low);
        prop_assert!(exact <= high);
    }
}

#[test]
fn three_feeds_and_a_liar() {
    let honest = [said(1_000_000, 0), said(1_001_000, 1), said(1_002_000, 2)];
    for lie in [1, 500_000, 2_000_000, 1 << 91] {
        let readings = [honest[0], honest[1], honest[2], said(lie, 3), None];
        let counted = aggregate(&readings, &plain(), &Prior::default(), NOW);
        assert_eq!(counted.fates[3], Fate::Outlying);
        let priced = priced(&counted);
        assert_eq!((priced.price, priced.families, priced.verdict), (1_001_000, 3, Verdict::Valid));
    }
}

/// Three sources of one provider against two others: it weighs as much as it may, and no more.
#[test]
fn three_sources_of_one_provider_do_not_outvote_two_others() {
    let capped = [said(900_000, 7), said(900_000, 7), said(900_000, 7)];
    let readings = [capped[0], capped[1], capped[2], said(1_000_000, 1), said(1_001_000, 2)];
    let counted = aggregate(&readings, &plain(), &Prior::default(), NOW);
    assert_eq!(priced(&counted).price, 1_000_000);
    // Without the cap the median would be theirs.
    let open = [said(900_000, 7), said(900_000, 8), said(900_000, 9), readings[3], readings[4]];
    assert_eq!(priced(&aggregate(&open, &plain(), &Prior::default(), NOW)).price, 900_000);
}

#[test]
fn two_families_meet_half_way_and_say_how_unsure_they_are() {
    let readings = [said(1_000_000, 0), said(1_004_000, 1), None, None, None];
    let priced = priced(&aggregate(&readings, &plain(), &Prior::default(), NOW));
    // 1.4826 * 2,000.
    assert_eq!((priced.price, priced.confidence), (1_002_000, 2_966));
}

#[test]
fn a_source_with_no_weight_left_has_no_vote_against_a_fresh_one() {
    let old = said(990_000, 0).map(|reading| Reading { time: NOW - 3_600, ..reading });
    let older = said(991_000, 1).map(|reading| Reading { time: NOW - 3_600, ..reading });
    let readings = [old, older, said(1_000_000, 2), said(1_000_500, 3), None];
    let fading = plimsoll_math::words::PricePolicy { half_life: 60, ..plain() };
    assert_eq!(priced(&aggregate(&readings, &fading, &Prior::default(), NOW)).price, 1_000_000);
    let even = priced(&aggregate(&readings, &plain(), &Prior::default(), NOW)).price;
    assert_eq!(even, 995_500);
}
