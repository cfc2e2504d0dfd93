//! The borrowing limit against exact fractions.

use num_traits::{One, Zero};
use plimsoll_math::{
    limit::{credit, price, weight},
    oracle::variance_of,
};
use proptest::prelude::*;

use crate::{
    config,
    reference::{self, Q},
    up_to,
};

fn square(x: Q) -> Q {
    &x * &x
}

proptest! {
    #![proptest_config(config())]

    /// credit = v - 2/3 i v^(3/2) / D^(1/2): what is missing to v, squared, against its square.
    #[test]
    fn credit_is_the_formula_down(value in up_to(80), depth in 1_u128..1 << 70, impact in 1_u16..1_024) {
        let got = credit(value, depth, impact).unwrap();
        let (v, d, i) = (reference::int(value), reference::int(depth), reference::bps(impact.into()));
        let end = &d / (&i * &i);
        if v >= end {
            let third = &end / reference::int(3);
            prop_assert!(reference::int(got) <= third);
            prop_assert!(third <= reference::int(got) + reference::int(2));
        } else {
            // missing^2 = 4/9 i^2 v^3 / D.
            let missing = &v - reference::int(got);
            let exact = reference::ratio(4, 9) * &i * &i * &v * &v * &v / &d;
            prop_assert!(square(missing.clone()) >= exact);
            // Less the documented error it is no longer enough: 2^-40 sqrt(v D) / i and one unit,
            // and one for the rounding of the end.
            let error = reference::ratio(1, 1 << 40) * reference::int((&v * &d).ceil().to_integer().sqrt().try_into().unwrap_or(u128::MAX)) / &i
                + reference::int(3);
            let less = missing - error;
            prop_assert!(less <= Q::zero() || square(less) <= exact);
        }
    }

    #[test]
    fn credit_never_falls(value in up_to(90), more in up_to(90), depth in up_to(70), impact in 0_u16..1_024) {
        let at = |value| credit(value, depth, impact).unwrap();
        prop_assert!(at(value + more) >= at(value));
        prop_assert!(at(value + 1) >= at(value));
        prop_assert!(at(value) <= value);
    }

    /// Deeper or calmer markets never give less.
    #[test]
    fn credit_rises_with_depth(
        value in up_to(60), depth in 1_u128..1 << 60, more in up_to(60), impact in 1_u16..1_023,
    ) {
        let here = credit(value, depth, impact).unwrap();
        // Up to the rounding to a step.
        let step = (value * depth.saturating_add(more)).isqrt() * 10_000 / u128::from(impact);
        let slack = (step >> 39) + 3;
        prop_assert!(credit(value, depth + more, impact).unwrap() + slack >= here);
        prop_assert!(here + slack >= credit(value, depth, impact + 1).unwrap());
    }

    /// weight = max_ltv * min(1, sigma / measured): (weight / max_ltv)^2 against the variances.
    #[test]
    fn the_weight_is_the_formula_down(max_ltv in 1_u16..10_000, sigma in 1_u16..16_384, variance in up_to(47)) {
        let got = weight(max_ltv, sigma, variance).unwrap();
        prop_assert!(got <= max_ltv.into());
        // The variance a second of the reference, exactly: s^2 * 10^10 / 86,400.
        let reference_variance = reference::int(u128::from(sigma).pow(2)) * reference::ratio(1_000_000, 1) * reference::ratio(10_000, 86_400);
        let (w, full) = (reference::int(got), reference::int(max_ltv.into()));
        let measured = reference::int(variance);
        prop_assert!(&w * &w * &measured <= &full * &full * &reference_variance || measured <= reference_variance);
        // One unit and a thousandth of a bp more would be too much.
        if got < u128::from(max_ltv) {
            let up = &w + Q::one() + &full / reference::int(u128::from(sigma) * 1_000 + 1) * reference::int(2);
            prop_assert!(&up * &up * &measured >= &full * &full * &reference_variance);
        }
    }

    #[test]
    fn more_volatility_never_gives_more(max_ltv in 0_u16..10_000, sigma in 0_u16..16_384, variance in up_to(47), more in up_to(47)) {
        let at = |variance| weight(max_ltv, sigma, variance).unwrap();
        prop_assert!(at(variance + more) <= at(variance));
        prop_assert_eq!(at(variance_of(sigma)), max_ltv.into());
    }

    #[test]
    fn the_price_is_the_lower_less_the_confidence(now in 1_u128..1 << 92, ema in up_to(92), code in 0_u8..=255) {
        let got = price(now, ema, code).unwrap();
        let exact = reference::int(now.min(ema)) - reference::int(now) * reference::ratio(code.into(), 2_500);
        prop_assert!(reference::is_floor(got, &exact.max(Q::zero())));
    }
}
