use plimsoll_math::{
    MathError,
    claims::{Pool, redeem, settle, worth},
    interest::{INDEX_MAX, INDEX_START},
};
use proptest::prelude::*;

use crate::{config, reference, up_to};

/// Up to thirty claims, an order in which to redeem them, and what they share.
fn pool() -> impl Strategy<Value = (Vec<u128>, Vec<usize>, u128)> {
    (prop::collection::vec(up_to(105).prop_map(|units| units.max(1)), 1..30), up_to(112))
        .prop_flat_map(|(claims, raised)| {
            let order: Vec<usize> = (0..claims.len()).collect();
            (Just(claims), Just(order).prop_shuffle(), Just(raised))
        })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn claims_conserve_in_any_order((claims, order, raised) in pool()) {
        let units: u128 = claims.iter().sum();
        let mut pool = Pool { units, raised };
        let mut credited_sum = 0;
        for (position, place) in order.iter().enumerate() {
            let before = pool;
            let (credited, after) = redeem(claims[*place], &pool).unwrap();
            prop_assert_eq!(credited, worth(claims[*place], &before).unwrap());
            let now = reference::int(claims[*place]) * reference::int(before.raised)
                / reference::int(before.units);
            prop_assert!(reference::is_floor(credited, &now));
            // Whatever the order: within the number of claims of its exact share.
            let share = reference::int(claims[*place]) * reference::ratio(raised, units);
            let off = reference::int(credited) - share;
            let limit = reference::int(claims.len() as u128);
            prop_assert!(off < limit && -off < limit);
            if position + 1 == claims.len() {
                prop_assert_eq!(credited, before.raised, "the last claim takes the remainder");
            }
            credited_sum += credited;
            pool = after;
        }
        prop_assert_eq!(credited_sum, raised);
        prop_assert_eq!(pool, Pool::default());
    }

    #[test]
    fn the_order_moves_a_claim_by_less_than_the_number_of_claims((claims, order, raised) in pool()) {
        let units: u128 = claims.iter().sum();
        let run = |order: &mut dyn Iterator<Item = usize>| {
            let mut pool = Pool { units, raised };
            let mut credits = vec![0; claims.len()];
            for place in order {
                (credits[place], pool) = redeem(claims[place], &pool).unwrap();
            }
            credits
        };
        let straight = run(&mut (0..claims.len()));
        let shuffled = run(&mut order.iter().copied());
        for (a, b) in straight.iter().zip(&shuffled) {
            prop_assert!(a.abs_diff(*b) < claims.len().max(1) as u128);
        }
    }

    #[test]
    fn more_than_the_pool_is_refused(units in up_to(112), raised in up_to(112), more in 1_u128..9) {
        let pool = Pool { units, raised };
        prop_assert_eq!(worth(units + more, &pool), Err(MathError::OutOfRange));
        prop_assert_eq!(redeem(units + more, &pool), Err(MathError::OutOfRange));
        prop_assert_eq!(redeem(0, &pool), Ok((0, pool)));
    }

    #[test]
    fn a_settlement_conserves(
        debt in up_to(112), credited in up_to(112), index in INDEX_START..=INDEX_MAX,
        penalty in 0_u32..70_000, reserve in up_to(104),
    ) {
        let done = settle(debt, credited, index, penalty, reserve).unwrap();
        prop_assert_eq!(done.repaid_units + done.excess_units, credited);
        prop_assert_eq!(done.repaid_units + done.debt_after, debt);
        prop_assert!(done.debt_after == 0 || done.excess_units == 0);
        let credit = reference::debt(done.excess_units, index);
        prop_assert!(reference::is_floor(done.credit, &credit));
        let refund = reference::int(done.credit) * reference::ppm(penalty.into());
        if done.refund < reserve {
            prop_assert!(reference::is_floor(done.refund, &refund));
        } else {
            prop_assert_eq!(done.refund, reserve);
            prop_assert!(reference::int(reserve) <= refund);
        }
    }
}
