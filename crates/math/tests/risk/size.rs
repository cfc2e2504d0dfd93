//! Credit for size: what one holding carries beside others, and that no way of spreading it pays.

use plimsoll_math::{
    limit::{carries, credit},
    oracle::average_code,
    value::value_down,
    words::{AssetPrice, Risk},
};
use proptest::prelude::*;

use crate::{config, up_to};

/// A price that is its average, without a confidence.
fn priced(price: u128) -> AssetPrice {
    AssetPrice { price, ema: average_code(price), scale: 12, ..AssetPrice::default() }
}

/// Everything is lent against, so that a result is ten thousand times what counts.
fn risky(impact: u16) -> Risk {
    Risk { impact, max_ltv: 10_000, ..Risk::default() }
}

/// What counts of a balance beside others, base wei.
fn counted(balance: u128, beside: u128, price: u128, depth: u128, impact: u16) -> u128 {
    carries(balance, beside, &priced(price), &risky(impact), depth).unwrap() / 10_000
}

/// By how much one credit may be off: see `limit::credit`.
fn slack(amount: u128, price: u128, depth: u128, impact: u16) -> u128 {
    let value = value_down(amount, price, 12).unwrap();
    let root = (value.isqrt() + 1) * (depth.isqrt() + 1);
    ((root * 10_000 / u128::from(impact)) >> 39) + 3
}

/// Holdings of up to 90 bits whose values reach from nothing to beyond the end of credit.
fn holdings() -> impl Strategy<Value = Vec<u128>> {
    prop::collection::vec(up_to(90), 1..20)
}

proptest! {
    #![proptest_config(config())]

    /// One after another, each lent against as soon as it is there: together exactly what one
    /// account with all of it would carry, but for the wei by which a part is worth less.
    #[test]
    fn pieces_one_after_another_carry_what_the_whole_does(
        parts in holdings(), price in up_to(60), depth in 1_u128..1 << 70, impact in 1_u16..=1_000,
    ) {
        let (mut beside, mut sum) = (0_u128, 0_u128);
        for part in &parts {
            sum += counted(*part, beside, price, depth, impact);
            beside += part;
        }
        let whole = counted(beside, 0, price, depth, impact);
        prop_assert!(sum <= whole);
        // The value of a part is rounded down once, its credit to a step of the root.
        let slack = slack(beside, price, depth, impact);
        prop_assert!(sum + (parts.len() as u128) * slack >= whole);
    }

    /// All there first, then lent against: never more than the whole, within the steps of credit.
    #[test]
    fn pieces_side_by_side_carry_no_more_than_the_whole(
        parts in holdings(), price in up_to(60), depth in 1_u128..1 << 70, impact in 1_u16..=1_000,
    ) {
        let held: u128 = parts.iter().sum();
        let sum: u128 = parts.iter()
            .map(|part| counted(*part, held - part, price, depth, impact))
            .sum();
        let whole = counted(held, 0, price, depth, impact);
        let slack = slack(held, price, depth, impact);
        prop_assert!(sum <= whole + (parts.len() as u128) * slack);
    }

    /// What the search for the most that may be withdrawn rests on: others stay where they are.
    #[test]
    fn more_of_the_same_never_carries_less(
        balance in up_to(90), more in up_to(90), beside in up_to(112), price in up_to(60),
        depth in up_to(70), impact in 0_u16..=1_000,
    ) {
        let at = |balance| counted(balance, beside, price, depth, impact);
        prop_assert!(at(balance) <= at(balance + 1));
        prop_assert!(at(balance) <= at(balance + more));
        prop_assert!(at(balance) <= value_down(balance, price, 12).unwrap());
    }

    /// Alone, a holding counts for its credit; without a depth, for its value, whoever is beside it.
    #[test]
    fn alone_it_is_the_credit_of_its_value(
        balance in up_to(90), beside in up_to(112), price in up_to(60), depth in up_to(70), impact in 0_u16..=1_000,
    ) {
        let value = value_down(balance, price, 12).unwrap();
        prop_assert_eq!(counted(balance, 0, price, depth, impact), credit(value, depth, impact).unwrap());
        prop_assert_eq!(counted(balance, beside, price, 0, impact), value);
        prop_assert_eq!(counted(balance, beside, price, depth, 0), value);
    }
}

/// D = 1,000 and i = 10 %: credit ends at 100,000, and steps of its root are a quarter of it each.
#[test]
fn the_last_to_come_counts_for_what_it_adds() {
    let (one, depth) = (10_u128.pow(6), 1_000_000_000);
    // At 10^12 a wei is worth one: a million of them a base token.
    let at = |balance: u128, beside: u128| {
        counted(balance * one, beside * one, 10_u128.pow(12), depth, 1_000)
    };
    // 25,000 (1 - 2/3 * 1/2); then 100,000 / 3 in all.
    assert_eq!(at(25_000, 0), 16_666_666_666);
    assert_eq!(at(100_000, 0), 33_333_333_333);
    assert_eq!(at(75_000, 25_000), 33_333_333_333 - 16_666_666_666);
    assert_eq!(at(25_000, 100_000), 0);
    // What others hold cannot make it fail, whatever it is.
    assert_eq!(at(25_000, u128::MAX / one), 0);
}
