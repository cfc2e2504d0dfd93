//! When an auction comes to a price, when it may start again, and what that pays.

use plimsoll_math::{
    auction::{
        Curve, Redo, is_left_behind, keeper_part, price, redo_reward, runs_out_at, seconds_to,
    },
    costs::{CORRIDOR, INFLUENCE_MAX, hourly_ppm},
    params::{check_terms, consistent},
    words::{Calm, SaleTerms, Sold},
};
use proptest::prelude::*;

use crate::{config, positive, reference, up_to};

fn curve() -> impl Strategy<Value = Curve> {
    (0_u32..=65_535, 200_u32..=1_000, 15_u32..=50, 150_u32..=300, 900_000_u32..=940_000).prop_map(
        |(start_excess_ppm, fast, slow, descent, floor_ppm)| Curve {
            start_excess_ppm,
            fast,
            slow,
            descent,
            floor_ppm,
        },
    )
}

fn governed() -> impl Strategy<Value = SaleTerms> {
    let wide = (9_300_u16..=9_700, 0_u16..=400, 200_u16..=1_000, 15_u16..=50, 9_000_u16..=9_400);
    (wide, 1_000_000_u64..1 << 48).prop_map(|(wide, max_on_sale)| {
        let (reference_factor, start_excess, fast_rate, slow_rate, floor) = wide;
        SaleTerms {
            reference_factor,
            start_excess,
            fast_rate,
            slow_rate,
            floor: floor.min(reference_factor),
            max_on_sale,
            ..SaleTerms::start(6)
        }
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_second_of_a_price_is_its_first(
        curve in curve(), kick in positive(92), live in positive(92), limit in up_to(93),
    ) {
        let at = |second| price(&curve, kick, live, second).unwrap();
        match seconds_to(&curve, kick, live, limit).unwrap() {
            Some(second) => {
                prop_assert!(at(second) <= limit && second < runs_out_at(&curve));
                prop_assert!(second == 0 || at(second - 1) > limit);
            }
            None => prop_assert!(at(runs_out_at(&curve) - 1) > limit),
        }
    }

    /// What is started again is not behind: nobody is paid twice for one move of the market.
    #[test]
    fn a_fresh_start_is_never_left_behind(curve in curve(), live in positive(92), wait in 0_u32..9_999) {
        prop_assert!(!is_left_behind(&curve, live, live, wait).unwrap());
        // Who is behind stays behind until the descent has caught up, and is never behind again.
        let behind: Vec<bool> = (0..20_u32).map(|n| {
            is_left_behind(&curve, live, live / 2, n * 300).unwrap()
        }).collect();
        prop_assert!(behind.windows(2).all(|pair| pair[0] || !pair[1]));
    }

    /// However often an auction is started again, its owners pay no more than the penalty.
    #[test]
    fn redos_are_paid_out_of_the_penalty(
        lot in positive(112), penalty in 0_u32..70_000, tips in prop::collection::vec(up_to(90), 1..20),
        price in positive(92), scale in 12_u8..=36, least in up_to(60),
    ) {
        let (mut left, mut now) = (lot, penalty);
        let mut paid = 0;
        for tip in tips {
            let Redo { reward, penalty_ppm } =
                redo_reward(left, now, (tip, least), price, scale).unwrap();
            prop_assert!(penalty_ppm <= now && reward < left);
            prop_assert!(reference::value(reward, price, scale) <= reference::int(tip));
            let worth = reference::value(left, price, scale);
            prop_assert!(reward == 0 || worth >= reference::int(least));
            (left, now, paid) = (left - reward, penalty_ppm, paid + reward);
        }
        // lot / (1 + penalty) <= left / (1 + penalty left over).
        let one = reference::int(1);
        let before = reference::int(lot) / (&one + reference::ppm(penalty.into()));
        let after = reference::int(left) / (&one + reference::ppm(now.into()));
        prop_assert!(before <= after);
        let limit = reference::int(lot) * reference::ppm(penalty.into())
            / (&one + reference::ppm(penalty.into()));
        prop_assert!(reference::int(paid) <= limit);
    }

    #[test]
    fn the_keepers_part_is_never_above_what_was_paid(
        old in 0_u32..=1_000_000, before in up_to(111), added in positive(111), reward in up_to(111),
    ) {
        // Whoever is paid is paid less than what he adds.
        let reward = reward % added;
        let part = keeper_part(old, (before, before + added), reward).unwrap();
        let paid = reference::int(before) * reference::ppm(old.into()) + reference::int(reward);
        prop_assert!(reference::ppm(part.into()) * reference::int(before + added) <= paid);
    }

    /// Whatever takes report, what is learnt stays in its corridor, within the bounds of governance,
    /// and consistent; the cap never rises above the governed one.
    #[test]
    fn no_sales_move_the_terms_out_of_their_corridors(
        terms in governed(), threshold in 0_u16..8_400,
        days in prop::collection::vec(
            prop::collection::vec((up_to(48), up_to(48), any::<u32>(), 0_u32..=1_000_000), 0..5), 1..8,
        ),
    ) {
        prop_assume!(consistent(&terms, threshold).is_ok());
        let mut calm = Calm::default().set(&terms, 0);
        for (day, takes) in (1_u32..).zip(days) {
            let sold = takes.iter().fold(Sold::default(), |sold, (value, pay, elapsed, keeper)| {
                sold.with(*value as u64, *pay as u64, *elapsed, *keeper)
            });
            prop_assert!(sold.pack().is_ok());
            let after = calm.after(&sold, day).unwrap();
            prop_assert!(after.pack().is_ok());
            // A quarter of the way, at most.
            let reach = |old: u32| u128::from(old.max(1 << 24)) * u128::from(INFLUENCE_MAX) / 10_000;
            prop_assert!(u128::from(after.factor.abs_diff(calm.factor)) <= reach(calm.factor));
            prop_assert!(u128::from(after.seconds.abs_diff(calm.seconds)) <= reach(calm.seconds));
            calm = after;
            let learnt = calm.terms(&terms, threshold);
            prop_assert_eq!(check_terms(&learnt), Ok(()));
            prop_assert_eq!(consistent(&learnt, threshold), Ok(()));
            prop_assert!(learnt.reference_factor.abs_diff(terms.reference_factor) <= CORRIDOR);
            prop_assert!(learnt.floor.abs_diff(terms.floor) <= CORRIDOR);
            prop_assert!(learnt.start_excess >= terms.start_excess);
            prop_assert!(learnt.max_on_sale <= terms.max_on_sale);
            prop_assert!(learnt.max_on_sale >= terms.max_on_sale / 2);
            let rest = SaleTerms {
                reference_factor: terms.reference_factor, floor: terms.floor,
                start_excess: terms.start_excess, max_on_sale: terms.max_on_sale, ..learnt
            };
            prop_assert_eq!(rest, terms);
        }
    }

    #[test]
    fn volatility_moves_start_and_cap_one_way(terms in governed(), a in any::<u32>(), b in any::<u32>()) {
        let (calm, wild) = (terms.under(a.min(b)), terms.under(a.max(b)));
        prop_assert!(calm.0 <= wild.0 && calm.1 >= wild.1 && calm.1 <= terms.max_on_sale);
        let exact = reference::int(terms.max_on_sale.into()) * reference::int(15_000)
            / reference::int(15_000 + u128::from(a.min(b)));
        prop_assert!(reference::is_floor(calm.1.into(), &exact));
    }

    /// Below it by a part in 40,000 and two ppm.
    #[test]
    fn the_hourly_deviation_is_a_day_s_over_the_root_of_24(daily in 0_u64..=30_000) {
        let hourly = u128::from(hourly_ppm(daily));
        let square = u128::from(daily) * u128::from(daily) * 10_000;
        prop_assert!(hourly * hourly * 24 <= square);
        let above = hourly + 2 + hourly / 40_000;
        prop_assert!(above * above * 24 >= square);
    }
}
