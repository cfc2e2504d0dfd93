use astro_float_num::BigFloat;
use plimsoll_math::loss::{Prospect, Ranked, chance, expected_loss, rank};

use crate::{
    Noise,
    reference::{self, add, div, fixed, mul, sub},
};

const ONE: u64 = 1 << 32;

/// D Phi(v - d1) - C Phi(-d1), as the books have it.
fn margrabe(prospect: &Prospect) -> BigFloat {
    let Prospect { debt, proceeds, deviation } = *prospect;
    let (d, c) = (fixed(debt as i128, 0), fixed(proceeds as i128, 0));
    let v = fixed(deviation.into(), 32);
    let mut half = v.clone();
    reference::scale(&mut half, -1);
    let d1 = add(&div(&reference::ln(&div(&c, &d)), &v), &half);
    sub(&mul(&d, &reference::cdf(&sub(&v, &d1))), &mul(&c, &reference::cdf(&d1.neg())))
}

/// A position: debts of every width, proceeds from nothing to a thousand times them but mostly
/// near, deviations from nothing to all but mostly of a few percent.
fn draw(noise: &mut Noise) -> Prospect {
    let debt = u128::from(noise.draw()) << 40 >> (noise.draw() % 100);
    let proceeds = match noise.draw() & 3 {
        0 => u128::from(noise.draw()) << 40 >> (noise.draw() % 100),
        _ => {
            debt / 1_000_000 * u128::from(700_000 + noise.draw() % 600_000) / 1_000_000 * 1_000_000
        }
    };
    let deviation = match noise.draw() & 3 {
        0 => noise.below(ONE + 2),
        _ => noise.draw() % (ONE / 16),
    };
    Prospect { debt, proceeds, deviation }
}

#[test]
fn the_loss_is_up_within_its_bound() {
    let mut noise = Noise(9);
    for _ in 0..100_000 {
        let prospect = draw(&mut noise);
        let value = fixed(expected_loss(&prospect) as i128, 0);
        let Prospect { debt, proceeds, deviation } = prospect;
        let debt_value = fixed(debt as i128, 0);
        let exact = if debt == 0 || proceeds == 0 || deviation == 0 {
            fixed(debt.saturating_sub(proceeds) as i128, 0)
        } else {
            margrabe(&Prospect { deviation: deviation.min(ONE), ..prospect })
        };
        // The reference itself is good to 2^-90 of the debt.
        let mut noise = debt_value.clone();
        reference::scale(&mut noise, -90);
        assert!(value >= sub(&exact, &noise), "{prospect:?}: {value} < {exact}");
        let mut slack = debt_value;
        reference::scale(&mut slack, -31);
        let bound = add(&add(&exact, &slack), &fixed(1, 0));
        assert!(value <= bound, "{prospect:?}: {value} > {exact}");
    }
}

/// In each argument: a wei, a unit, a little, a lot.
#[test]
fn the_loss_is_monotone() {
    let mut noise = Noise(10);
    for _ in 0..1_000_000 {
        let prospect = draw(&mut noise);
        let loss = expected_loss(&prospect);
        assert!(loss <= prospect.debt);
        let step = u128::from(noise.draw()) >> (noise.draw() % 64);
        let debt = prospect.debt + step;
        assert!(expected_loss(&Prospect { debt, ..prospect }) >= loss, "{prospect:?} + {step}");
        let proceeds = prospect.proceeds + step;
        assert!(expected_loss(&Prospect { proceeds, ..prospect }) <= loss, "{prospect:?} + {step}");
        let deviation = prospect.deviation + (noise.draw() >> (32 + noise.draw() % 32));
        assert!(expected_loss(&Prospect { deviation, ..prospect }) >= loss, "{prospect:?}");
    }
}

/// Every multiple of 2^-32 of the ratio, and every unit of the deviation, at places where the
/// formula changes its form or its terms.
#[test]
fn the_loss_is_monotone_at_the_seams() {
    let debt = 1_u128 << 100;
    let of = |ratio: u64, deviation| {
        expected_loss(&Prospect { debt, proceeds: u128::from(ratio) << 68, deviation })
    };
    for deviation in [1, 2, 1_000, ONE / 10_000, ONE / 100, ONE / 10, ONE / 2, ONE - 1, ONE] {
        for center in [1, ONE / 1_000, ONE / 2, ONE, 2 * ONE, 40 * ONE, 1_500 * ONE, 2_048 * ONE] {
            let from = center.saturating_sub(300);
            let (mut last, mut across) = (of(from, deviation), of(center, from));
            for at in from + 1..center + 300 {
                let loss = of(at, deviation);
                assert!(loss <= last, "{at} {deviation}");
                last = loss;
                let loss = of(center, at);
                assert!(loss >= across, "{center} {at}");
                across = loss;
            }
        }
    }
}

#[test]
fn the_loss_has_edges() {
    let of = |debt, proceeds, deviation| expected_loss(&Prospect { debt, proceeds, deviation });
    // Nothing deviates: what is missing.
    assert_eq!(of(1_000, 900, 0), 100);
    assert_eq!(of(1_000, 1_000, 0), 0);
    assert_eq!(of(1_000, u128::MAX, 0), 0);
    // Nothing owed, nothing held, everything beyond measure.
    assert_eq!(of(0, 1_000, ONE), 0);
    assert_eq!(of(1_000, 0, ONE), 1_000);
    assert_eq!(of(u128::MAX, 0, ONE), u128::MAX);
    assert_eq!(of(u128::MAX, u128::MAX, u64::MAX), of(u128::MAX, u128::MAX, ONE));
    assert_eq!(of(1, u128::MAX, ONE), 1);
    assert_eq!(of(u128::MAX, 1, ONE), u128::MAX);
    // At the money: 2 Phi(v / 2) - 1 = 0.0398776... at v = 0.1.
    let tenth = ONE / 10;
    assert_eq!(of(10_u128.pow(12), 10_u128.pow(12), tenth) / 10_u128.pow(5), 398_776);
}

#[test]
fn the_chance_is_within_its_bound() {
    let (mut noise, mut compared) = (Noise(11), 0);
    while compared < 100_000 {
        let prospect = draw(&mut noise);
        let Prospect { debt, proceeds, deviation } = prospect;
        if debt == 0 || proceeds == 0 || deviation < 1 << 16 || proceeds / debt > 1_000 {
            continue;
        }
        compared += 1;
        let v = fixed(deviation.min(ONE).into(), 32);
        let mut half = v.clone();
        reference::scale(&mut half, -1);
        let ratio = div(&fixed(proceeds as i128, 0), &fixed(debt as i128, 0));
        let exact = reference::cdf(&sub(&half, &div(&reference::ln(&ratio), &v)));
        let error = sub(&fixed(chance(&prospect).into(), 63), &exact).abs();
        // A unit of the ratio over the deviation, times the density.
        let bound = add(&fixed(1, 30), &div(&fixed(1, 32), &mul(&v, &ratio)));
        assert!(error < bound, "{prospect:?}: {error}");
    }
    let of = |debt, proceeds, deviation| chance(&Prospect { debt, proceeds, deviation }) >> 62;
    assert_eq!([of(1, 1, 0), of(0, 0, 9), of(0, 1, 0), of(2, 1, 0), of(1, 0, 9)], [0, 0, 0, 2, 2]);
}

#[test]
fn the_ranking_is_stable_and_complete() {
    let mut noise = Noise(12);
    for length in (0..=100).chain([100; 200]) {
        let mut entries: Vec<Ranked> =
            (0..length).map(|index| Ranked { index, loss: (noise.draw() % 30).into() }).collect();
        let mut expected = entries.clone();
        expected.sort_by_key(|entry| core::cmp::Reverse(entry.loss));
        rank(&mut entries);
        assert_eq!(entries, expected);
    }
}
