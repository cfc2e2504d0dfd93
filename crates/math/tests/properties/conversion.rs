use num_bigint::BigInt;
use plimsoll_math::{
    MathError,
    fixed::{compare_products, float_up, float_value, mul, mul_div_down, mul_div_up, pow10},
    interest::{INDEX_MAX, INDEX_START},
    value::{
        amount_for_value_down, amount_for_value_up, debt_down, debt_up, units_down, units_up,
        value_down, value_up,
    },
};
use proptest::prelude::*;

use crate::{config, positive, reference, up_to};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn mul_div_encloses_the_quotient(a in up_to(128), b in up_to(128), d in up_to(128)) {
        let (down, up) = (mul_div_down(a, b, d), mul_div_up(a, b, d));
        if d == 0 {
            prop_assert_eq!(down, Err(MathError::DivisionByZero));
            prop_assert_eq!(up, Err(MathError::DivisionByZero));
            return Ok(());
        }
        let exact = reference::int(a) * reference::int(b) / reference::int(d);
        match down {
            Ok(down) => prop_assert!(reference::is_floor(down, &exact)),
            Err(error) => {
                prop_assert_eq!(error, MathError::Overflow);
                prop_assert!(exact >= reference::int(u128::MAX) + reference::int(1));
            }
        }
        match up {
            Ok(up) => prop_assert!(reference::is_ceil(up, &exact)),
            Err(error) => {
                prop_assert_eq!(error, MathError::Overflow);
                prop_assert!(exact > reference::int(u128::MAX));
            }
        }
    }

    /// Dense divisors whose quotient just fits: the digits' estimates need their corrections.
    #[test]
    fn mul_div_is_exact_near_the_edge(d in any::<u128>(), q in any::<u128>(), less in 0_u128..4) {
        let (d, b) = (d | 1 << 127, q.saturating_sub(less));
        let exact = reference::int(d - less) * reference::int(b) / reference::int(d);
        prop_assert!(reference::is_floor(mul_div_down(d - less, b, d).unwrap(), &exact));
    }

    #[test]
    fn products_compare_and_check_exactly(a in up_to(128), b in up_to(128), c in up_to(128), d in up_to(128)) {
        let (left, right) = (BigInt::from(a) * BigInt::from(b), BigInt::from(c) * BigInt::from(d));
        prop_assert_eq!(compare_products(a, b, c, d), left.cmp(&right));
        prop_assert_eq!(compare_products(a, b, b, a), core::cmp::Ordering::Equal);
        prop_assert_eq!(mul(a, b).ok(), a.checked_mul(b));
    }

    #[test]
    fn values_enclose_and_invert(amount in up_to(112), price in positive(92), scale in 0_u8..=36) {
        let exact = reference::value(amount, price, scale);
        let Ok(up) = value_up(amount, price, scale) else {
            prop_assert!(exact > reference::int(u128::MAX));
            return Ok(());
        };
        let down = value_down(amount, price, scale).unwrap();
        prop_assert!(reference::encloses(down, &exact, up));
        // The most that is worth no more than the value is no more than what was valued, and the
        // least that is worth the value is no more either: both are bounds of the way back.
        prop_assert!(amount_for_value_down(down, price, scale).unwrap() <= amount);
        prop_assert!(amount_for_value_up(down, price, scale).unwrap() <= amount);
        if let Ok(back) = amount_for_value_down(up, price, scale) {
            prop_assert!(back >= amount);
        }
    }

    #[test]
    fn amounts_for_values_enclose(value in up_to(112), price in positive(92), scale in 0_u8..=36) {
        let exact = reference::int(value) * reference::ten_to(scale) / reference::int(price);
        let (down, up) =
            (amount_for_value_down(value, price, scale), amount_for_value_up(value, price, scale));
        match up {
            Ok(up) => {
                prop_assert!(reference::encloses(down.unwrap(), &exact, up));
                prop_assert!(value_down(up, price, scale).unwrap() >= value);
            }
            Err(error) => {
                prop_assert_eq!(error, MathError::Overflow);
                prop_assert!(exact > reference::int(u128::MAX));
            }
        }
    }

    #[test]
    fn debts_enclose_and_a_loan_is_never_understated(
        units in up_to(112), wei in up_to(112), index in INDEX_START..=INDEX_MAX,
    ) {
        let exact = reference::debt(units, index);
        let (down, up) = (debt_down(units, index).unwrap(), debt_up(units, index).unwrap());
        prop_assert!(reference::encloses(down, &exact, up));

        let exact = reference::int(wei) * reference::ten_to(27) / reference::int(index);
        let (down, up) = (units_down(wei, index).unwrap(), units_up(wei, index).unwrap());
        prop_assert!(reference::encloses(down, &exact, up));
        prop_assert!(debt_up(up, index).unwrap() >= wei);
        prop_assert!(debt_down(down, index).unwrap() <= wei);
    }

    #[test]
    fn the_float_rounds_up_and_is_stable(value in up_to(112)) {
        let float = float_up(value);
        let back = float_value(float);
        prop_assert!(float < 1 << 48);
        prop_assert!(back >= value);
        prop_assert!(back - value <= value >> 39);
        prop_assert_eq!(float_up(back), float);
    }

    #[test]
    fn the_float_keeps_the_order(a in up_to(112), b in up_to(112)) {
        prop_assert!(a > b || float_value(float_up(a)) <= float_value(float_up(b)));
    }
}

#[test]
fn powers_of_ten_are_exact_up_to_36() {
    let mut power = 1_u128;
    for exponent in 0..=36_u8 {
        assert_eq!(pow10(exponent), Ok(power));
        power = power.saturating_mul(10);
    }
    assert_eq!(pow10(37), Err(MathError::OutOfRange));
    assert_eq!(pow10(u8::MAX), Err(MathError::OutOfRange));
}
