use plimsoll_math::oracle::{
    ACTIONS, Action, Verdict, aged, allows, confidence_code, confidence_value_up, lower_bound,
    upper_bound, worst,
};
use proptest::prelude::*;

use crate::{config, positive, reference, up_to};

const VERDICTS: [Verdict; 5] =
    [Verdict::Valid, Verdict::Uncertain, Verdict::Jumped, Verdict::Stale, Verdict::Invalid];

/// What the design says about the table, in its own words.
#[test]
fn the_table_keeps_the_rules_of_the_design() {
    use Action::{Borrow, Flag, Kick, Leave, Realise, Redo, Take, Withdraw};
    let (soft, hard) = (Kick { hard: false }, Kick { hard: true });
    // No doubt about a price may help who takes risk or leaves a sale, nor cost an owner his time or
    // his collateral, nor the suppliers a debt.
    for action in [Borrow, Withdraw, Leave, Realise, Flag, soft] {
        assert_eq!(worst(action), Verdict::Valid, "{action:?}");
    }
    // The less a sale can still be undone, the worse a price it goes on at.
    assert!([soft, Redo, hard, Take].map(worst).is_sorted_by(|mild, bad| mild < bad));
    // A price that is too old starts nothing, and without a price nothing is judged by one.
    for (name, action) in ACTIONS {
        assert_eq!(allows(Verdict::Stale, action), action == Take, "{name}");
        assert!(!allows(Verdict::Invalid, action), "{name}");
    }
}

/// A better price allows whatever a worse one does.
#[test]
fn a_better_verdict_never_forbids_more() {
    for (name, action) in ACTIONS {
        let allowed = VERDICTS.map(|verdict| allows(verdict, action));
        assert!(allowed.is_sorted_by(|better, worse| better >= worse), "{name}");
        assert!(allows(worst(action), action), "{name}");
    }
}

#[test]
fn every_action_has_one_row() {
    for (row, (name, action)) in ACTIONS.iter().enumerate() {
        let same = |other: &&(&str, Action)| other.0 == *name || other.1 == *action;
        assert!(ACTIONS[..row].iter().find(same).is_none(), "{name}");
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
