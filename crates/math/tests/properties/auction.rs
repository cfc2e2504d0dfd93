use plimsoll_math::{
    auction::{
        Curve, RewardTerms, TAIL, UNITS_LIMIT, effective_penalty_ppm, factor, is_too_large,
        joinable, price, reward, runs_out_at,
    },
    claims::Pool,
    interest::{INDEX_MAX, INDEX_START},
};
use proptest::prelude::*;

use crate::{config, positive, reference, up_to};

/// Everything that the words can hold, rates above zero.
fn curve() -> impl Strategy<Value = Curve> {
    (0_u32..=65_535, 1_u32..=1_023, 1_u32..=255, 0_u32..=511, 500_000_u32..=1_000_000).prop_map(
        |(start_excess_ppm, fast, slow, descent, floor_ppm)| Curve {
            start_excess_ppm,
            fast,
            slow,
            descent,
            floor_ppm,
        },
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_factor_is_the_broken_line(curve in curve(), elapsed in 0_u32..40_000) {
        let Curve { start_excess_ppm, fast, slow, floor_ppm, .. } = curve;
        let exact = reference::factor(start_excess_ppm, fast, slow, floor_ppm, elapsed);
        prop_assert_eq!(reference::ppm(factor(&curve, elapsed).into()), exact);
    }

    #[test]
    fn the_factor_never_rises_and_has_both_ends(curve in curve(), elapsed in any::<u32>()) {
        let now = factor(&curve, elapsed);
        prop_assert!(factor(&curve, elapsed.saturating_add(1)) <= now);
        prop_assert!(now >= curve.floor_ppm);
        prop_assert_eq!(factor(&curve, 0), 1_000_000 + curve.start_excess_ppm);
        prop_assert_eq!(factor(&curve, u32::MAX), curve.floor_ppm);
        let crossing = curve.start_excess_ppm.div_ceil(curve.fast);
        prop_assert_eq!(factor(&curve, crossing), 1_000_000);
        prop_assert!(crossing == 0 || factor(&curve, crossing - 1) > 1_000_000);
    }

    #[test]
    fn it_runs_out_a_tail_after_the_floor(curve in curve()) {
        let floor_at = runs_out_at(&curve) - TAIL;
        prop_assert_eq!(factor(&curve, floor_at), curve.floor_ppm);
        prop_assert!(
            floor_at == 0
                || factor(&curve, floor_at - 1) > curve.floor_ppm
                || factor(&curve, 0) == curve.floor_ppm
        );
    }

    #[test]
    fn the_price_is_the_larger_of_both_bounds(
        curve in curve(), kick in positive(92), live in up_to(92), elapsed in 0_u32..20_000,
    ) {
        let ours = reference::int(price(&curve, kick, live, elapsed).unwrap());
        let Curve { start_excess_ppm, fast, slow, descent, floor_ppm } = curve;
        let followed = reference::int(live)
            * reference::factor(start_excess_ppm, fast, slow, floor_ppm, elapsed);
        let start = reference::int(kick)
            * (reference::int(1) + reference::ppm(start_excess_ppm.into()));
        let fallen = u128::from(descent) * u128::from(elapsed);
        let (low, high) = reference::exp_neg(fallen, 0);
        prop_assert!(ours >= followed);
        prop_assert!(ours >= &start * low);
        let error = reference::ratio((1 << 34) + 1, 1 << 34);
        let unit = reference::ratio(1, 1 << 63);
        let bound = (start * (high + unit) * error).max(followed);
        prop_assert!(ours <= bound + reference::int(1));
    }

    #[test]
    fn the_price_never_rises_by_a_unit(
        curve in curve(), kick in up_to(92), live in up_to(92), elapsed in 0_u32..40_000,
        later in 1_u32..500,
    ) {
        let now = price(&curve, kick, live, elapsed).unwrap();
        prop_assert!(price(&curve, kick, live, elapsed + 1).unwrap() <= now);
        prop_assert!(price(&curve, kick, live, elapsed + later).unwrap() <= now);
    }

    #[test]
    fn the_price_follows_the_oracle_up_and_no_faster_down_than_the_descent(
        curve in curve(), kick in positive(92), live in up_to(92), more in up_to(90),
        elapsed in 0_u32..10_000,
    ) {
        let now = price(&curve, kick, live, elapsed).unwrap();
        prop_assert!(price(&curve, kick, live + more, elapsed).unwrap() >= now);
        let crashed = price(&curve, kick, 0, elapsed).unwrap();
        let next = price(&curve, kick, 0, elapsed + 1).unwrap();
        // 1 - e^-r <= r, and one unit for the rounding and the error of the exponential.
        let fall = reference::int(crashed - next);
        let limit = reference::int(crashed) * (reference::ppm(curve.descent.into())
            + reference::ratio(1, 1 << 33));
        prop_assert!(fall <= limit + reference::int(1));
    }

    #[test]
    fn only_a_whole_lot_at_or_above_the_oracle_is_joined(
        curve in curve(), elapsed in 0_u32..2_000, lot in up_to(112), taken in up_to(112),
        raised in up_to(112),
    ) {
        let whole = Pool { units: lot, raised: 0 };
        let high = factor(&curve, elapsed) >= 1_000_000;
        prop_assert_eq!(joinable(&curve, &whole, lot, elapsed), high && lot > 0);
        let begun = Pool { raised, ..whole };
        prop_assert!(raised == 0 || !joinable(&curve, &begun, lot, elapsed));
        prop_assert!(taken == 0 || taken > lot || !joinable(&curve, &whole, lot - taken, elapsed));
    }

    #[test]
    fn the_effective_penalty_splits_the_penalty_exactly(
        penalty in 0_u16..=4_095, chip in 0_u16..=1_023,
    ) {
        let ours = effective_penalty_ppm(penalty, chip);
        // (1 - chip) / (1 + penalty') = 1 / (1 + penalty).
        let exact = (reference::int(1) + reference::bps(penalty.into()))
            * (reference::int(1) - reference::bps(chip.into()))
            - reference::int(1);
        if exact >= reference::int(0) {
            prop_assert!(reference::is_floor(
                ours.into(),
                &(exact * reference::int(1_000_000))
            ));
        } else {
            prop_assert_eq!(ours, 0);
        }
    }

    #[test]
    fn the_reward_never_exceeds_the_penalty(
        lot in up_to(112), tip in up_to(80), chip_bps in 0_u16..=1_023,
        penalty_bps in 0_u16..=4_095, price in up_to(92), scale in 0_u8..=36,
    ) {
        let terms = RewardTerms { tip, chip_bps, penalty_bps };
        let ours = reference::int(reward(lot, &terms, price, scale).unwrap());
        let pi = reference::bps(penalty_bps.into());
        let limit = reference::int(lot) * &pi / (reference::int(1) + &pi);
        prop_assert!(ours <= limit);
        if price > 0 {
            let tip = reference::int(tip) * reference::ten_to(scale) / reference::int(price);
            let chip = reference::int(lot) * reference::bps(chip_bps.into());
            let exact = (tip + chip).min(limit);
            prop_assert!(ours <= exact);
            prop_assert!(ours > exact - reference::int(2));
        }
    }

    #[test]
    fn a_lot_that_could_fill_the_pool_is_refused(
        lot in up_to(112), price in up_to(92), scale in 0_u8..=36, excess in 0_u32..=65_535,
        index in INDEX_START..=INDEX_MAX,
    ) {
        let exact = reference::value(lot, price, scale)
            * (reference::int(1) + reference::ppm(excess.into()))
            * reference::ten_to(27) / reference::int(index);
        let refused = is_too_large(lot, price, scale, excess, index);
        if exact >= reference::int(UNITS_LIMIT) {
            prop_assert!(refused);
        }
        // The value is rounded up: that refuses early by less than what a base wei is in units.
        let slack = reference::int(1_100);
        if exact + slack < reference::int(UNITS_LIMIT) {
            prop_assert!(!refused);
        }
    }
}
