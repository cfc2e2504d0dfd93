use plimsoll_math::{
    fixed::PRICE_MAX,
    oracle::{
        Action, PricePolicy, Reading, Verdict, aged, allows, confidence_code, confidence_value_up,
        judge, lower_bound, upper_bound,
    },
};
use proptest::prelude::*;

use crate::{config, positive, reference, up_to};

const VERDICTS: [Verdict; 5] =
    [Verdict::Valid, Verdict::Uncertain, Verdict::Jumped, Verdict::Stale, Verdict::Invalid];

#[test]
fn the_table_is_what_the_design_says() {
    let rows: [(Action, [bool; 5]); 11] = [
        (Action::Borrow, [true, false, false, false, false]),
        (Action::Withdraw, [true, false, false, false, false]),
        (Action::Leave, [true, false, false, false, false]),
        (Action::Realise, [true, false, false, false, false]),
        (Action::Kick { hard: false }, [true, false, false, false, false]),
        (Action::Kick { hard: true }, [true, true, true, false, false]),
        (Action::Redo, [true, true, false, false, false]),
        (Action::Take, [true, true, true, true, false]),
        (Action::Repay, [true; 5]),
        (Action::Deposit, [true; 5]),
        (Action::Settle, [true; 5]),
    ];
    for (action, row) in rows {
        for (verdict, allowed) in VERDICTS.into_iter().zip(row) {
            assert_eq!(allows(verdict, action), allowed, "{verdict:?} {action:?}");
        }
    }
}

#[test]
fn codes_go_round_and_order_by_severity() {
    for (code, verdict) in (0_u8..).zip(VERDICTS) {
        assert_eq!(verdict.code(), code);
        assert_eq!(Verdict::from_code(code), verdict);
    }
    for code in 5..=u8::MAX {
        assert_eq!(Verdict::from_code(code), Verdict::Invalid);
    }
    assert!(VERDICTS.is_sorted());
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_reading_is_judged_by_the_worst_that_is_wrong_with_it(
        stored in prop::option::of(positive(92)), price in up_to(94), confidence in up_to(92),
        max_step_bps in 1_u16..10_000, max_confidence_bps in 1_u16..1_020,
    ) {
        let policy = PricePolicy { max_step_bps, max_confidence_bps };
        let verdict = judge(stored, &Reading { price, confidence }, &policy);
        let exact = reference::int(price);
        let jumped = stored.is_some_and(|old| {
            let old = reference::int(old);
            let moved = if exact > old { &exact - &old } else { &old - &exact };
            moved > old * reference::bps(max_step_bps.into())
        });
        let wide = reference::int(confidence) > &exact * reference::bps(max_confidence_bps.into());
        let expected = if price == 0 || price > PRICE_MAX {
            Verdict::Invalid
        } else if jumped {
            Verdict::Jumped
        } else if wide {
            Verdict::Uncertain
        } else {
            Verdict::Valid
        };
        prop_assert_eq!(verdict, expected);
    }

    /// A jump waits for a second reading near the first; a return to the old price is a jump too.
    #[test]
    fn a_jump_needs_a_second_reading(old in 1_000_000_u128..1 << 90, policy_step in 100_u16..2_000) {
        let policy = PricePolicy { max_step_bps: policy_step, max_confidence_bps: 200 };
        let at = |price| Reading { price, confidence: 0 };
        let jumped = old * 3;
        prop_assert_eq!(judge(Some(old), &at(jumped), &policy), Verdict::Jumped);
        prop_assert_eq!(judge(Some(jumped), &at(jumped + jumped / 200), &policy), Verdict::Valid);
        prop_assert_eq!(judge(Some(jumped), &at(old), &policy), Verdict::Jumped);
        prop_assert_eq!(judge(None, &at(jumped), &policy), Verdict::Valid);
    }

    #[test]
    fn the_confidence_code_is_up_and_bounds_enclose(price in positive(92), confidence in up_to(92)) {
        let code = confidence_code(price, confidence);
        let value = confidence_value_up(price, code).unwrap();
        let exact = reference::int(confidence) / reference::int(price) * reference::int(2_500);
        if exact <= reference::int(255) {
            prop_assert!(reference::is_ceil(code.into(), &exact));
            prop_assert!(value >= confidence);
            prop_assert!(lower_bound(price, code).unwrap() <= price.saturating_sub(confidence));
            prop_assert!(upper_bound(price, code).unwrap() >= price + confidence);
        } else {
            prop_assert_eq!(code, u8::MAX);
        }
        let exact = reference::int(price) * reference::ratio(code.into(), 2_500);
        prop_assert!(reference::is_ceil(value, &exact));
        prop_assert_eq!(lower_bound(price, code).unwrap(), price.saturating_sub(value));
        prop_assert_eq!(upper_bound(price, code).unwrap(), price + value);
    }

    #[test]
    fn age_only_worsens_a_verdict(code in 0_u8..5, fresh_until in any::<u32>(), now in any::<u32>()) {
        let stored = Verdict::from_code(code);
        let verdict = aged(stored, fresh_until, now);
        prop_assert!(verdict >= stored);
        prop_assert_eq!(verdict >= Verdict::Stale, now > fresh_until || stored >= Verdict::Stale);
        prop_assert_eq!(stored.worse(verdict), verdict);
        for action in [Action::Borrow, Action::Take, Action::Kick { hard: true }] {
            prop_assert!(allows(stored, action) || !allows(verdict, action));
        }
    }
}
