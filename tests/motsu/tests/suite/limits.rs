//! Lists are bounded, numbers are bounded, and governance is too.

use alloy_primitives::{Address, U256};
use plimsoll::Setup;
use plimsoll_abi as abi;
use plimsoll_math::words::PricePolicy;
use plimsoll_motsu::{BTC, ETH, Outcome, World, feed_source, host, policy, reporter_source, usd};

#[test]
fn a_list_has_a_hundred_entries_at_most() {
    let w = World::new();
    let many = vec![w.alice; 101];
    let refusal = || abi::ListTooLong { length: U256::from(101), limit: U256::from(100) };
    w.refuses(|w| w.by(w.alice).kick(many.clone(), vec![]), refusal());
    w.refuses(|w| w.by(w.alice).kick(vec![w.alice], vec![0; 101]), refusal());
    w.refuses(|w| w.by(w.alice).settle(many.clone()), refusal());
    w.refuses(|w| w.by(w.alice).realise(many.clone()), refusal());
    w.refuses(|w| w.by(w.alice).poke(vec![ETH; 101]), refusal());
    w.refuses(|w| w.view().health_factors(many.clone()), refusal());
    w.by(w.alice).settle(vec![w.alice; 100]).passes();
    assert_eq!(w.view().health_factors(vec![w.alice; 100]).passes(), vec![U256::MAX; 100]);
}

#[test]
fn the_constructor_checks_what_it_is_given_and_runs_once() {
    let w = World::bare();
    let none = Address::ZERO;
    let build = |change: &dyn Fn(&mut Setup)| {
        let mut setup = w.setup();
        change(&mut setup);
        w.by(w.alice).construct(&setup)
    };
    for n in 0..3 {
        build(&|setup| setup.programs[n] = none).refused(abi::ZeroAddress {});
    }
    build(&|setup| setup.governor = none).refused(abi::ZeroAddress {});
    build(&|setup| setup.guardian = none).refused(abi::ZeroAddress {});
    build(&|setup| setup.base = none).refused(abi::ZeroAddress {});
    build(&|setup| setup.min_debt = U256::ZERO).refused(abi::ZeroAmount {});
    for decimals in [5_u8, 19] {
        let (low, high) = (U256::from(6), U256::from(18));
        let value = U256::from(decimals);
        let refusal = abi::OutOfBounds { parameter: 6, value, low, high };
        build(&|setup| setup.base_decimals = decimals).refused(refusal);
    }
    w.construct().passes();
    let base = w.usdc.address();
    assert_eq!(w.view().base().passes(), (base, 6, usd(plimsoll_motsu::MIN_DEBT)));
    w.construct().refused(abi::AlreadyConstructed {});
}

#[test]
fn a_token_is_listed_once_and_sixteen_at_most() {
    let w = World::new();
    let governor = w.governor;
    for token in [w.eth.address(), w.usdc.address()] {
        w.refuses(|w| w.by(governor).list_asset(token, 18), abi::AlreadyListed { token });
    }
    w.refuses(|w| w.by(governor).list_asset(Address::ZERO, 18), abi::ZeroAddress {});
    let token = Address::from([1; 20]);
    let (value, low, high) = (U256::from(19), U256::ZERO, U256::from(18));
    let refusal = abi::OutOfBounds { parameter: 1, value, low, high };
    w.refuses(|w| w.by(governor).list_asset(token, 19), refusal);
    for asset in 2..16 {
        let listed = w.by(governor).list_asset(Address::from([asset; 20]), asset).passes();
        assert_eq!(listed, asset);
    }
    let token = Address::from([99; 20]);
    w.refuses(|w| w.by(governor).list_asset(token, 18), abi::TooManyAssets { limit: 16 });
}

#[test]
fn setters_refuse_what_is_out_of_bounds_with_the_bounds() {
    let w = World::new();
    let g = w.governor;
    let bad = |parameter, value: u64, low: u64, high: u64| abi::OutOfBounds {
        parameter,
        value: U256::from(value),
        low: U256::from(low),
        high: U256::from(high),
    };
    w.refuses(|w| w.by(g).set_threshold(ETH, 9_501, 0), bad(1, 9_501, 0, 9_500));
    w.refuses(|w| w.by(g).set_max_ltv(ETH, 8_000), bad(1, 8_000, 0, 7_999));
    let believes =
        |age, step, width| move |w: &World| w.by(g).change_policy(ETH, policy(age, step, width));
    w.refuses(believes(9, 5_000, 100), bad(1, 9, 10, 86_400));
    w.refuses(believes(60, 49, 100), bad(2, 49, 50, 5_000));
    w.refuses(believes(60, 5_000, 1_001), bad(4, 1_001, 4, 1_000));
    let feed = feed_source(g, 19);
    w.refuses(|w| w.by(g).change_source(ETH, 0, feed, U256::ZERO), bad(4, 19, 0, 18));
    w.refuses(|w| w.by(g).set_rate_curve(0, 90, 8, 12), bad(0, 0, 1, 100));
    w.refuses(|w| w.by(g).set_rate_curve(10, 9, 8, 12), bad(1, 9, 10, 99));
    w.refuses(|w| w.by(g).set_rate_curve(10, 90, 101, 12), bad(2, 101, 0, 100));
    w.refuses(|w| w.by(g).set_rate_curve(10, 90, 8, 61), bad(3, 61, 0, 60));
    let (value, high) = (usd(100_000) + U256::from(1), usd(100_000));
    let refusal = abi::OutOfBounds { parameter: 0, value, low: U256::from(1), high };
    w.refuses(|w| w.by(g).set_min_debt(value), refusal);
    let mut terms = w.view().terms_of(ETH).passes();
    terms.penalty = 99;
    w.refuses(|w| w.by(g).change_terms(ETH, terms), bad(1, 99, 100, 500));
    w.refuses(|w| w.by(g).set_cap(7, U256::ZERO), abi::UnknownAsset { asset: 7, count: 2 });
}

#[test]
fn setters_refuse_what_contradicts_something_else() {
    let w = World::new();
    let g = w.governor;
    w.refuses(|w| w.by(g).set_threshold(ETH, 9_400, 0), abi::Inconsistent { check: 2 });
    let end = host::now() + 86_400;
    w.refuses(|w| w.by(g).set_threshold(ETH, 7_500, end), abi::Inconsistent { check: 5 });
    let mut terms = w.view().terms_of(ETH).passes();
    (terms.reference_factor, terms.floor) = (9_300, 9_400);
    w.refuses(|w| w.by(g).change_terms(ETH, terms), abi::Inconsistent { check: 3 });
    let earliest = end;
    w.refuses(
        |w| w.by(g).set_threshold(ETH, 7_900, end - 1),
        abi::RampTooShort { end: end - 1, earliest },
    );
}

#[test]
fn setters_log_what_was_and_what_is() {
    let w = World::new();
    let g = w.governor;
    let caps = w.view().asset(BTC).passes().3;
    w.by(g).set_cap(BTC, U256::from(5)).passes();
    w.logged(&abi::CapSet { asset: BTC, oldValue: caps, value: U256::from(5) });
    w.by(g).set_min_debt(usd(7)).passes();
    w.logged(&abi::MinDebtSet { oldValue: usd(plimsoll_motsu::MIN_DEBT), value: usd(7) });
    let (old, feed) = (reporter_source(w.reporter), feed_source(w.feed.address(), 8));
    w.by(g).change_source(BTC, 0, feed, U256::ZERO).passes();
    let (old, word) = (old.pack().unwrap(), feed.pack().unwrap());
    let (asset, data) = (BTC, U256::ZERO);
    w.logged(&abi::SourceSet { asset, n: 0, oldWord: old, word, data });
    w.by(g).set_threshold(BTC, 8_200, 0).passes();
    let (start, end) = (host::now(), 0);
    w.logged(&abi::ThresholdSet { asset: BTC, oldValue: 8_000, value: 8_200, start, end });
    let with = |policy| PricePolicy { sources: 1, ..policy }.pack().unwrap();
    let (old, next) = (policy(plimsoll_motsu::MAX_AGE, 5_000, 100), policy(60, 1_000, 50));
    w.by(g).change_policy(BTC, next).passes();
    w.logged(&abi::PricePolicySet { asset: BTC, oldWord: with(old), word: with(next) });
}
