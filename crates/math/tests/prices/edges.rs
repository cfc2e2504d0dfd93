//! Every verdict below, at and above its boundary.

use plimsoll_math::fixed::PRICE_MAX;
use plimsoll_math::oracle::{Fate, Outcome, Prior, Reading, Verdict, aggregate, variance_of};
use plimsoll_math::words::PricePolicy;

use crate::{NOW, Readings, plain, priced, said};

const PRICE: u128 = 1_000_000_000;

fn prior() -> Prior {
    Prior { price: PRICE, ema: PRICE, verdict: Verdict::Valid, time: NOW - 60, variance: 0 }
}

fn one(reading: Option<Reading>) -> Readings {
    [reading, None, None, None, None]
}

fn verdict(readings: &Readings, policy: &PricePolicy, prior: &Prior) -> Verdict {
    priced(&aggregate(readings, policy, prior, NOW)).verdict
}

#[test]
fn a_reading_is_stale_above_the_longest_age() {
    let at = |time| {
        let reading = said(PRICE, 0).map(|reading| Reading { time, ..reading });
        aggregate(&one(reading), &plain(), &prior(), NOW)
    };
    assert_eq!(at(NOW - 3_600).fates[0], Fate::Used);
    assert_eq!((at(NOW - 3_601).fates[0], at(NOW - 3_601).outcome), (Fate::Stale, Outcome::Silent));
}

#[test]
fn a_source_s_clock_may_be_ten_seconds_ahead() {
    let at = |time| {
        let reading = said(PRICE, 0).map(|reading| Reading { time, ..reading });
        aggregate(&one(reading), &plain(), &prior(), NOW)
    };
    let ahead = at(NOW + 10);
    assert_eq!(ahead.fates[0], Fate::Used);
    // It gains nothing by it.
    assert_eq!((priced(&ahead).time, priced(&ahead).fresh), (NOW, NOW));
    assert_eq!((at(NOW + 11).fates[0], at(NOW + 11).outcome), (Fate::Future, Outcome::Silent));
}

#[test]
fn what_is_no_price_makes_a_price_invalid_only_alone() {
    let no_prices = [
        said(0, 0),
        said(PRICE_MAX + 1, 0),
        said(PRICE, 0).map(|reading| Reading { confidence: PRICE, ..reading }),
    ];
    for none in no_prices {
        let alone = aggregate(&one(none), &plain(), &prior(), NOW);
        assert_eq!((alone.fates[0], alone.outcome), (Fate::Unusable, Outcome::Invalid));
        let beside = aggregate(&[none, said(PRICE, 1), None, None, None], &plain(), &prior(), NOW);
        assert_eq!(priced(&beside).price, PRICE);
        // A secondary one decides nothing, not even that.
        let aside = none.map(|reading| Reading { secondary: true, ..reading });
        assert_eq!(aggregate(&one(aside), &plain(), &prior(), NOW).outcome, Outcome::Silent);
    }
    let nearly = said(PRICE, 0).map(|reading| Reading { confidence: PRICE - 1, ..reading });
    assert_eq!(verdict(&one(nearly), &plain(), &prior()), Verdict::Uncertain);
}

#[test]
fn a_move_above_a_step_is_a_jump() {
    // 5 % of the stored price; without volatility nothing more is allowed. The average keeps up.
    for (price, expected) in [
        (PRICE * 105 / 100, Verdict::Valid),
        (PRICE * 105 / 100 + 1, Verdict::Jumped),
        (PRICE * 95 / 100, Verdict::Valid),
        (PRICE * 95 / 100 - 1, Verdict::Jumped),
    ] {
        let prior = Prior { ema: price, ..prior() };
        assert_eq!(verdict(&one(said(price, 0)), &plain(), &prior), expected, "{price}");
    }
}

#[test]
fn volatility_and_time_allow_more_than_a_step() {
    // 864 bps a square root of a day, an hour: 864 / sqrt(24) = 176.36 bps; five times that 881.8.
    let prior =
        |price| Prior { ema: price, time: NOW - 3_600, variance: variance_of(864), ..prior() };
    for (bps, expected) in [(881, Verdict::Valid), (882, Verdict::Jumped)] {
        let price = PRICE + PRICE * bps / 10_000;
        assert_eq!(verdict(&one(said(price, 0)), &plain(), &prior(price)), expected);
        let without = PricePolicy { sigmas: 0, ..plain() };
        assert_eq!(verdict(&one(said(price, 0)), &without, &prior(price)), Verdict::Jumped);
    }
    // Four times as long allows twice as much, up to a day.
    let long = |seconds, bps| {
        let price = PRICE + PRICE * bps / 10_000;
        let prior = Prior { time: NOW - seconds, ..prior(price) };
        verdict(&one(said(price, 0)), &plain(), &prior)
    };
    assert_eq!((long(14_400, 1_763), long(14_400, 1_764)), (Verdict::Valid, Verdict::Jumped));
    assert_eq!((long(86_400, 4_319), long(86_400, 4_321)), (Verdict::Valid, Verdict::Jumped));
    assert_eq!(long(864_000, 4_321), Verdict::Jumped);
}

#[test]
fn a_jump_waits_for_a_newer_reading_nearby() {
    let jumped = Prior { price: 2 * PRICE, ema: PRICE, verdict: Verdict::Jumped, ..prior() };
    let at = |time, price| {
        let reading = said(price, 0).map(|reading| Reading { time, ..reading });
        let wide = PricePolicy { max_confidence: 10_000, ..plain() };
        verdict(&one(reading), &wide, &jumped)
    };
    assert_eq!(at(NOW - 60, 2 * PRICE), Verdict::Jumped);
    assert_eq!(at(NOW - 59, 2 * PRICE), Verdict::Valid);
    assert_eq!(at(NOW - 59, PRICE * 210 / 100), Verdict::Valid);
    assert_eq!(at(NOW - 59, PRICE * 210 / 100 + 1), Verdict::Jumped);
    // One that returns is a jump again.
    assert_eq!(at(NOW - 59, PRICE), Verdict::Jumped);
    // The first price of all has nothing to jump from.
    let first = Prior { price: 0, ..jumped };
    assert_eq!(verdict(&one(said(PRICE, 0)), &plain(), &Prior { ema: 0, ..first }), Verdict::Valid);
}

#[test]
fn a_confidence_above_the_widest_is_uncertain() {
    let with = |confidence| {
        let reading = said(PRICE, 0).map(|reading| Reading { confidence, ..reading });
        verdict(&one(reading), &plain(), &prior())
    };
    assert_eq!(with(PRICE / 100), Verdict::Valid);
    assert_eq!(with(PRICE / 100 + 1), Verdict::Uncertain);
    // Four per cent off the average are one per cent of doubt.
    let off = |ema| verdict(&one(said(PRICE, 0)), &plain(), &Prior { ema, ..prior() });
    assert_eq!(off(PRICE * 96 / 100), Verdict::Valid);
    assert_eq!(off(PRICE * 96 / 100 - 1), Verdict::Uncertain);
}

#[test]
fn a_secondary_reading_below_is_doubt_and_one_above_is_none() {
    let with = |price| {
        let cap = said(price, 1).map(|reading| Reading { secondary: true, ..reading });
        let readings = [said(PRICE, 0), cap, None, None, None];
        priced(&aggregate(&readings, &plain(), &prior(), NOW))
    };
    assert_eq!(with(PRICE * 99 / 100).verdict, Verdict::Valid);
    assert_eq!(with(PRICE * 99 / 100 - 1).verdict, Verdict::Uncertain);
    assert_eq!(with(PRICE * 2).confidence, 0);
    assert_eq!(with(PRICE / 2).price, PRICE);
    // Doubt has an end: farther below is no more of it.
    assert_eq!(with(1), with(PRICE * 99 / 100 - 1));
}

#[test]
fn a_quorum_counts_families() {
    let two = PricePolicy { quorum: 2, ..plain() };
    let with = |families: [u8; 3]| {
        let readings = families.map(|family| said(PRICE, family));
        verdict(&[readings[0], readings[1], readings[2], None, None], &two, &prior())
    };
    assert_eq!(with([0, 0, 0]), Verdict::Uncertain);
    assert_eq!(with([0, 1, 0]), Verdict::Valid);
    assert_eq!(with([0, 1, 2]), Verdict::Valid);
}

#[test]
fn a_reading_is_an_outlier_beyond_the_band() {
    // Where the others agree, the band is its floor: 1 %.
    let with = |price| {
        let readings = [said(PRICE, 0), said(PRICE, 1), said(price, 2), None, None];
        aggregate(&readings, &plain(), &prior(), NOW).fates[2]
    };
    assert_eq!(with(PRICE * 101 / 100), Fate::Used);
    assert_eq!(with(PRICE * 101 / 100 + 1), Fate::Outlying);
    // Where they do not, three deviations: 3 * 1.4826 * 2 % = 8.8956 %.
    let spread = |price| {
        let readings = [
            said(PRICE, 0),
            said(PRICE * 98 / 100, 1),
            said(PRICE * 102 / 100, 2),
            said(PRICE * 96 / 100, 3),
            said(price, 4),
        ];
        aggregate(&readings, &plain(), &prior(), NOW).fates[4]
    };
    assert_eq!(spread(PRICE * 108 / 100), Fate::Used);
    assert_eq!(spread(PRICE * 109 / 100), Fate::Outlying);
}
