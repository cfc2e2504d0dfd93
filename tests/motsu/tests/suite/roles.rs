//! Who may do what: every door that is not for everybody, tried by everybody else.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_motsu::{BTC, ETH, Outcome, World, feed_source, host, policy, reporter_source, usd};

/// Tries a call as each caller and expects the error that names him.
macro_rules! closed_to {
    ($w:ident, $callers:expr, $error:ident: $($call:ident($($argument:expr),*);)*) => {
        for caller in $callers {
            $($w.refuses(|w| w.by(caller).$call($($argument),*), abi::$error { caller });)*
        }
    };
}

#[test]
fn governance_is_closed_to_everybody_else() {
    let w = World::new();
    let terms = w.view().terms_of(ETH).passes();
    let token = Address::from([7; 20]);
    closed_to!(w, [w.guardian, w.reporter, w.supplier, w.alice], NotGovernor:
        list_asset(token, 18);
        change_terms(ETH, terms);
        set_max_ltv(ETH, 7_000);
        set_threshold(ETH, 8_100, 0);
        set_cap(ETH, U256::from(1));
        change_policy(ETH, policy(60, 1_000, 100));
        change_source(ETH, 0, feed_source(token, 8), U256::ZERO);
        change_outage(token, 1);
        set_rate_curve(10, 90, 8, 12);
        set_min_debt(usd(50));
        propose_governor(token);
        withdraw_reserve(U256::from(1), token);
        withdraw_dust(ETH, token);
        lower(ETH, 0);
    );
}

#[test]
fn the_guardians_doors_are_closed_to_everybody_else() {
    let w = World::new();
    let until = host::now() + 60;
    closed_to!(w, [w.reporter, w.supplier, w.alice], NotGuardian:
        raise(ETH, 1, until);
        raise(abi::OVERALL, 4, until);
        propose_guardian(Address::from([7; 20]));
    );
}

#[test]
fn only_a_reporter_reports() {
    let w = World::new();
    w.pass(1);
    for caller in [w.governor, w.guardian, w.supplier, w.alice] {
        let report = |w: &World| {
            let (assets, prices) = (vec![ETH], vec![U256::from(1)]);
            w.by(caller).report(assets, prices, vec![U256::ZERO], host::now())
        };
        w.refuses(report, abi::NotReporter { asset: ETH, caller });
    }
    let alice = reporter_source(w.alice);
    w.by(w.governor).change_source(ETH, 0, alice, U256::ZERO).passes();
    assert_eq!(w.view().source_of(ETH, 0).passes().0, w.alice);
    let (asset, caller) = (ETH, w.reporter);
    w.refuses(|w| w.report(&[(ETH, U256::from(1))]), abi::NotReporter { asset, caller });
}

#[test]
fn the_governor_hands_over_in_two_steps() {
    let w = World::new();
    let none = Address::ZERO;
    w.refuses(
        |w| w.by(w.alice).accept_governor(),
        abi::NotPending { caller: w.alice, pending: none },
    );
    w.by(w.governor).propose_governor(w.alice).passes();
    w.logged(&abi::RoleProposed { role: 0, current: w.governor, next: w.alice });
    w.refuses(
        |w| w.by(w.bob).accept_governor(),
        abi::NotPending { caller: w.bob, pending: w.alice },
    );
    assert_eq!(w.view().roles().passes(), (w.governor, w.guardian, w.alice, none));
    w.by(w.alice).accept_governor().passes();
    w.logged(&abi::RoleAccepted { role: 0, old: w.governor, current: w.alice });
    assert_eq!(w.view().roles().passes(), (w.alice, w.guardian, none, none));
    let refused = abi::NotGovernor { caller: w.governor };
    w.refuses(|w| w.by(w.governor).set_min_debt(usd(1)), refused);
    w.by(w.alice).set_min_debt(usd(1)).passes();
}

#[test]
fn the_guardian_is_proposed_by_himself_or_by_the_governor() {
    let w = World::new();
    w.by(w.guardian).propose_guardian(w.alice).passes();
    w.by(w.governor).propose_guardian(w.bob).passes();
    w.refuses(
        |w| w.by(w.alice).accept_guardian(),
        abi::NotPending { caller: w.alice, pending: w.bob },
    );
    w.by(w.bob).accept_guardian().passes();
    w.logged(&abi::RoleAccepted { role: 1, old: w.guardian, current: w.bob });
    let until = host::now() + 60;
    w.refuses(|w| w.by(w.guardian).raise(BTC, 1, until), abi::NotGuardian { caller: w.guardian });
    w.by(w.bob).raise(BTC, 1, until).passes();
}

#[test]
fn nobody_has_the_role_that_nobody_was_proposed_for() {
    let w = World::new();
    // The zero address is what an unset role holds; it is no caller on a chain.
    w.by(w.governor).propose_governor(Address::ZERO).passes();
    w.refuses(
        |w| w.by(w.alice).accept_governor(),
        abi::NotPending { caller: w.alice, pending: Address::ZERO },
    );
}

#[test]
fn the_guardian_raises_and_only_the_governor_lowers() {
    let w = World::new();
    let until = host::now() + 600;
    w.by(w.guardian).raise(ETH, 2, until).passes();
    w.logged(&abi::LevelRaised { asset: ETH, by: w.guardian, oldLevel: 0, level: 2, until });
    w.refuses(|w| w.by(w.guardian).raise(ETH, 1, until), abi::BadLevel { level: 1, current: 2 });
    w.refuses(|w| w.by(w.guardian).raise(ETH, 5, until), abi::BadLevel { level: 5, current: 2 });
    let (earliest, latest) = (until, host::now() + 7 * 86_400);
    w.refuses(
        |w| w.by(w.guardian).raise(ETH, 3, until - 1),
        abi::BadUntil { until: until - 1, earliest, latest },
    );
    w.refuses(
        |w| w.by(w.guardian).raise(ETH, 3, latest + 1),
        abi::BadUntil { until: latest + 1, earliest, latest },
    );
    w.refuses(|w| w.by(w.guardian).lower(ETH, 0), abi::NotGovernor { caller: w.guardian });
    w.refuses(|w| w.by(w.governor).lower(ETH, 2), abi::BadLevel { level: 2, current: 2 });
    w.by(w.governor).lower(ETH, 0).passes();
    w.logged(&abi::LevelLowered { asset: ETH, oldLevel: 2, level: 0 });
    assert_eq!(w.view().price_of(ETH).passes().4, 0);
}
