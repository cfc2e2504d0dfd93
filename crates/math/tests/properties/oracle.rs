use plimsoll_math::oracle::{
    Action, Verdict, aged, allows, confidence_code, confidence_value_up, lower_bound, upper_bound,
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
