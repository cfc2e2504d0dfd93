//! Every parameter: below, at and above its bounds, what the others demand of it, and its event.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use plimsoll_abi::IPlimsoll::{
    assetCall, assetCountCall, baseCall, ledgerCall, listAssetCall, outageCall, priceCall,
    pricePolicyCall, setCapCall, setMaxLtvCall, setMinDebtCall, setMostOnSaleCall, setOutageCall,
    setPricePolicyCall, setRateCurveCall, setSourceCall, setTermsCall, setThresholdCall,
    sourceCall, termsCall,
};
use plimsoll_abi::{
    AlreadyListed, AssetListed, CapSet, Inconsistent, MaxLtvSet, MinDebtSet, OutOfBounds,
    OutageSet, PricePolicy, PricePolicySet, RampTooShort, RateCurveSet, SaleTerms, Source,
    SourceSet, TermsSet, ThresholdSet, TooLarge, TooManyAssets, ZeroAddress, ZeroAmount,
};
use plimsoll_math::{interest::RateCurve, words::Bounds};
use plimsoll_testkit::engine::{
    ALICE, ARB, AssetConfig, GOVERNOR, LINK, MALLORY, WBTC, WETH, World, WorldConfig, feed_source,
    price_policy, u256, usdc, wad,
};

use crate::exact::{AMOUNT_MAX, BPS_YEAR, ceil};

const DAY: u32 = 86_400;

fn out(parameter: u8, value: u128, low: u128, high: u128) -> OutOfBounds {
    OutOfBounds { parameter, value: u256(value), low: u256(low), high: u256(high) }
}

/// A market with one asset without weight: no other parameter stands in the way.
fn bare() -> World {
    World::build(&WorldConfig::of(vec![AssetConfig::new("NEW", 18, 0).weights(0, 0)]))
}

// ---- Terms ----

/// Terms that agree with each other wherever one of them goes.
pub fn middle() -> SaleTerms {
    SaleTerms {
        referenceFactor: 9_500,
        penalty: 150,
        chip: 10,
        target: 11_200,
        fullBelow: 9_000,
        startExcess: 100,
        fastRate: 1_000,
        slowRate: 30,
        descent: 200,
        floor: 9_200,
        dust: 100_000,
        maxOnSale: 10_000_000_000,
        tip: 1_000,
        small: 2_000_000,
        coolOff: 1,
    }
}

type SetTerm = fn(&mut SaleTerms, u128);

/// Each term in its order, with its bounds.
const TERMS: [(SetTerm, u128, u128); 15] = [
    (|terms, value| terms.referenceFactor = value as u16, 9_300, 9_700),
    (|terms, value| terms.penalty = value as u16, 100, 500),
    (|terms, value| terms.chip = value as u16, 0, 100),
    (|terms, value| terms.target = value as u16, 10_800, 11_500),
    (|terms, value| terms.fullBelow = value as u16, 8_000, 9_999),
    (|terms, value| terms.startExcess = value as u16, 0, 400),
    (|terms, value| terms.fastRate = value as u16, 200, 1_000),
    (|terms, value| terms.slowRate = value as u16, 15, 50),
    (|terms, value| terms.descent = value as u16, 150, 300),
    (|terms, value| terms.floor = value as u16, 9_000, 9_400),
    (|terms, value| terms.dust = value as u32, 1_000, 1_000_000),
    (|terms, value| terms.maxOnSale = value as u64, 1_000_000, (1 << 48) - 1),
    (|terms, value| terms.tip = value as u32, 0, 100_000),
    (|terms, value| terms.small = value as u32, 0, (1 << 24) - 1),
    (|terms, value| terms.coolOff = value as u8, 0, 60),
];

#[test]
fn every_term_has_two_bounds() {
    let mut world = bare();
    world.must(GOVERNOR, setMostOnSaleCall { most: (1 << 48) - 1 });
    for (parameter, (set, low, high)) in (0_u8..).zip(TERMS) {
        let with = |value| {
            // Tips are small against what is sold in parts.
            let (tip, small) = if parameter == 13 { (0, 0) } else { (0, (1 << 24) - 1) };
            let mut terms = SaleTerms { tip, small, ..middle() };
            set(&mut terms, value);
            setTermsCall { asset: 0, terms }
        };
        for value in [low, high] {
            world.must(GOVERNOR, with(value));
        }
        if low > 0 {
            world.refuse(GOVERNOR, with(low - 1), out(parameter, low - 1, low, high));
        }
        world.refuse(GOVERNOR, with(high + 1), out(parameter, high + 1, low, high));
    }
}

#[test]
fn terms_are_stored_as_given_with_their_words_in_the_event() {
    let mut world = World::new();
    let old = world.terms(LINK);
    let terms = SaleTerms { dust: 250_000, tip: 77, coolOff: 9, startExcess: 333, ..middle() };
    world.must(GOVERNOR, setTermsCall { asset: LINK, terms: terms.clone() });
    let new = world.terms(LINK);
    assert_eq!((new.dust, new.tip, new.cool_off, new.start_excess), (250_000, 77, 9, 333));
    // The scale of the thousandths is the base token's, not governance's.
    assert_eq!(new.milli_exponent, old.milli_exponent);
    let (old_word, word) = (old.pack().unwrap(), new.pack().unwrap());
    world.assert_event(&TermsSet { asset: LINK, oldWord: old_word, word });
    let shown = world.get(termsCall { asset: LINK });
    let same = alloy_sol_types::SolValue::abi_encode;
    assert_eq!(same(&shown), same(&terms));
}

#[test]
fn terms_contradict_neither_each_other_nor_the_threshold() {
    let mut world = World::new();
    let set = |asset, terms| setTermsCall { asset, terms };
    // 84 % * 1.015 = 85.26 %: 9,500 * 8,975 bps cover it, 8,974 do not.
    let below = SaleTerms { fullBelow: 8_974, ..middle() };
    world.refuse(GOVERNOR, set(WETH, below.clone()), Inconsistent { check: 2 });
    world.must(GOVERNOR, set(WETH, SaleTerms { fullBelow: 8_975, ..middle() }));
    // At 75 % it is fine.
    world.must(GOVERNOR, set(ARB, below));
    let floor = SaleTerms { referenceFactor: 9_300, floor: 9_301, ..middle() };
    world.refuse(GOVERNOR, set(ARB, floor.clone()), Inconsistent { check: 3 });
    world.must(GOVERNOR, set(ARB, SaleTerms { floor: 9_300, ..floor }));
    // The other checks cannot fail within the bounds; they stand for the day these move.
}

// ---- Weights ----

#[test]
fn max_ltv_stays_below_the_threshold() {
    let mut world = World::new();
    let set = |max_ltv| setMaxLtvCall { asset: WETH, maxLtv: max_ltv };
    world.refuse(GOVERNOR, set(8_400), out(1, 8_400, 0, 8_399));
    world.refuse(GOVERNOR, set(u16::MAX), out(1, 65_535, 0, 8_399));
    world.must(GOVERNOR, set(8_399));
    world.assert_event(&MaxLtvSet { asset: WETH, oldValue: 8_000, value: 8_399 });
    world.must(GOVERNOR, set(0));
    assert_eq!(world.get(assetCall { id: WETH }).maxLtv, 0);
    // Without a threshold there is no weight at all.
    let mut bare = bare();
    bare.refuse(GOVERNOR, setMaxLtvCall { asset: 0, maxLtv: 1 }, out(1, 1, 0, 0));
    bare.must(GOVERNOR, setMaxLtvCall { asset: 0, maxLtv: 0 });
}

fn set_threshold(asset: u8, threshold: u16, end: u32) -> setThresholdCall {
    setThresholdCall { asset, threshold, end }
}

fn shown_threshold(world: &mut World, id: u8) -> u16 {
    world.get(assetCall { id }).threshold
}

#[test]
fn a_threshold_rises_at_once() {
    let mut world = World::new();
    world.open(ALICE, ARB, wad(10_000), usdc(6_000));
    let start = world.now();
    world.must(GOVERNOR, set_threshold(ARB, 8_000, 5));
    let (old, value) = (7_500, 8_000);
    world.assert_event(&ThresholdSet { asset: ARB, oldValue: old, value, start, end: 5 });
    assert_eq!(shown_threshold(&mut world, ARB), 8_000);
    assert_eq!(world.health(ALICE), u256(wad(8_000) / 6_000));
}

#[test]
fn a_threshold_has_bounds() {
    let mut world = bare();
    world.refuse(GOVERNOR, set_threshold(0, 9_501, 0), out(1, 9_501, 0, 9_500));
    // 9,500 bps * 1.015 need a reference of 9,700 and a whole sale from 9,941 down.
    let (reference, full) = (9_700, 9_941);
    let terms = SaleTerms { referenceFactor: reference, fullBelow: full, ..middle() };
    world.must(GOVERNOR, setTermsCall { asset: 0, terms });
    world.must(GOVERNOR, set_threshold(0, 9_500, 0));
    let terms = SaleTerms { referenceFactor: reference, fullBelow: full - 1, ..middle() };
    let set = setTermsCall { asset: 0, terms };
    world.refuse(GOVERNOR, set, Inconsistent { check: 2 });
    // Default terms carry 8,423.
    let mut world = bare();
    world.refuse(GOVERNOR, set_threshold(0, 8_424, 0), Inconsistent { check: 2 });
    world.must(GOVERNOR, set_threshold(0, 8_423, 0));
}

#[test]
fn a_threshold_falls_along_a_ramp_of_a_day_at_least() {
    let mut world = World::new();
    let start = world.now();
    let earliest = start + DAY;
    let too_short = |end| RampTooShort { end, earliest };
    for end in [0, start, earliest - 1] {
        world.refuse(GOVERNOR, set_threshold(WETH, 8_399, end), too_short(end));
    }
    // Not to where the borrowing weight is.
    world.refuse(GOVERNOR, set_threshold(WETH, 8_000, earliest), Inconsistent { check: 5 });
    world.must(GOVERNOR, set_threshold(WETH, 8_001, earliest));
    let (old, value) = (8_400, 8_001);
    world.assert_event(&ThresholdSet { asset: WETH, oldValue: old, value, start, end: earliest });

    assert_eq!(shown_threshold(&mut world, WETH), 8_400);
    world.pass(DAY / 2);
    // Half of 399, rounded for the owner.
    assert_eq!(shown_threshold(&mut world, WETH), 8_201);
    // What decides is what the last price brought.
    assert_eq!(world.asset_price(WETH).threshold, 8_400);
    world.set_price(WETH, wad(3_000));
    assert_eq!(world.asset_price(WETH).threshold, 8_201);
    world.pass(DAY / 2 - 1);
    assert_eq!(shown_threshold(&mut world, WETH), 8_002);
    world.pass(1);
    world.set_price(WETH, wad(3_000));
    assert_eq!(world.asset_price(WETH).threshold, 8_001);
    assert!(!world.asset_price(WETH).ramping);
}

#[test]
fn a_ramp_can_be_turned_round() {
    let mut world = World::new();
    let end = world.now() + 2 * DAY;
    world.must(GOVERNOR, setMaxLtvCall { asset: WETH, maxLtv: 7_000 });
    world.must(GOVERNOR, set_threshold(WETH, 7_400, end));
    // What may be borrowed is held to where the ramp ends.
    let ltv = |max_ltv| setMaxLtvCall { asset: WETH, maxLtv: max_ltv };
    world.refuse(GOVERNOR, ltv(7_400), out(1, 7_400, 0, 7_399));
    world.must(GOVERNOR, ltv(7_399));
    world.pass(DAY);
    assert_eq!(shown_threshold(&mut world, WETH), 7_900);
    // Down from where it is, at the pace of a new ramp; or up at once, which ends it.
    let again = world.now() + DAY;
    world.must(GOVERNOR, set_threshold(WETH, 7_500, again));
    assert_eq!(shown_threshold(&mut world, WETH), 7_900);
    world.must(GOVERNOR, set_threshold(WETH, 8_000, 0));
    assert_eq!(shown_threshold(&mut world, WETH), 8_000);
    world.pass(3 * DAY);
    world.set_price(WETH, wad(3_000));
    assert_eq!(world.asset_price(WETH).threshold, 8_000);
}

// ---- Caps and prices ----

#[test]
fn a_cap_is_any_amount() {
    let mut world = World::build(&WorldConfig::unsupplied());
    let set = |cap| setCapCall { asset: WBTC, cap };
    let (value, limit) = (u256(AMOUNT_MAX + 1), u256(AMOUNT_MAX));
    world.refuse(GOVERNOR, set(value), TooLarge { value, limit });
    let old_value = u256(world.caps(WBTC).cap);
    world.must(GOVERNOR, set(limit));
    world.assert_event(&CapSet { asset: WBTC, oldValue: old_value, value: limit });
    // One below what is held forces nobody out.
    world.deposit(ALICE, WBTC, 1_000_000);
    world.must(GOVERNOR, set(U256::ZERO));
    world.withdraw(ALICE, WBTC, 500_000);
    world.check();
}

#[test]
fn a_price_policy_has_bounds() {
    let mut world = World::new();
    let good = price_policy(60, 500, 100);
    let set = |policy| setPricePolicyCall { asset: LINK, policy };
    let with = |change: fn(&mut PricePolicy)| {
        let mut policy = good.clone();
        change(&mut policy);
        set(policy)
    };
    for (call, error) in [
        (with(|p| p.maxAge = 9), out(1, 9, 10, 86_400)),
        (with(|p| p.maxAge = 86_401), out(1, 86_401, 10, 86_400)),
        (with(|p| p.step = 49), out(2, 49, 50, 5_000)),
        (with(|p| p.step = 5_001), out(2, 5_001, 50, 5_000)),
        (with(|p| p.sigmas = 101), out(3, 101, 0, 100)),
        (with(|p| p.maxConfidence = 3), out(4, 3, 4, 1_000)),
        (with(|p| p.maxConfidence = 1_001), out(4, 1_001, 4, 1_000)),
        (with(|p| p.quorum = 0), out(5, 0, 1, 5)),
        (with(|p| p.quorum = 6), out(5, 6, 1, 5)),
        (with(|p| p.outlier = 2_001), out(7, 2_001, 0, 2_000)),
        (with(|p| p.emaHalfLife = 601), out(8, 601, 0, 600)),
    ] {
        world.refuse(GOVERNOR, call, error);
    }
    let low = PricePolicy { outlier: 0, ..price_policy(10, 50, 4) };
    let high = PricePolicy {
        sigmas: 100,
        quorum: 5,
        halfLife: u16::MAX,
        outlier: 2_000,
        emaHalfLife: 600,
        ..price_policy(86_400, 5_000, 1_000)
    };
    world.must(GOVERNOR, set(low.clone()));
    let old = world.policy_word(LINK).pack().unwrap();
    world.must(GOVERNOR, set(high.clone()));
    let word = world.policy_word(LINK).pack().unwrap();
    world.assert_event(&PricePolicySet { asset: LINK, oldWord: old, word });
    let shown = world.get(pricePolicyCall { asset: LINK });
    assert_eq!(shown.abi_encode(), high.abi_encode());
    // Which sources there are is none of the policy's business.
    assert_eq!(world.policy_word(LINK).sources, 1);
}

#[test]
fn a_source_has_bounds() {
    let mut world = World::new();
    let feed = feed_source(ALICE, 18);
    let set = |n, source: &Source, data| {
        let source = source.clone();
        setSourceCall { asset: WETH, n, source, data }
    };
    let zero = U256::ZERO;
    world.refuse(GOVERNOR, set(5, &feed, zero), out(1, 5, 0, 4));
    let strange = Source { kind: 3, ..feed.clone() };
    world.refuse(GOVERNOR, set(0, &strange, zero), out(3, 3, 0, 2));
    let fine = Source { decimals: 19, ..feed.clone() };
    world.refuse(GOVERNOR, set(0, &fine, zero), out(4, 19, 0, 18));
    let weightless = Source { weight: 0, ..feed.clone() };
    world.refuse(GOVERNOR, set(0, &weightless, zero), out(6, 0, 1, 255));
    // A lower bound that is not below the upper one leaves nothing in between.
    let bounds = |min: u128, max: u128| Bounds { min, max }.pack().unwrap();
    world.refuse(GOVERNOR, set(0, &feed, bounds(7, 7)), out(8, 7, 0, 6));
    let (old, data) = (world.source_word(WETH, 1).pack().unwrap(), bounds(6, 7));
    world.must(GOVERNOR, set(1, &feed, data));
    let word = world.source_word(WETH, 1).pack().unwrap();
    world.assert_event(&SourceSet { asset: WETH, n: 1, oldWord: old, word, data });
    let shown = world.get(sourceCall { asset: WETH, n: 1 });
    assert_eq!((shown.source, shown.decimals, shown.data), (ALICE, 18, data));
    assert_eq!(world.policy_word(WETH).sources, 3);
    // The zero address ends a source, and nothing else of it is looked at.
    world.must(GOVERNOR, set(1, &Source { source: Address::ZERO, ..strange }, data));
    world.assert_event(&SourceSet { asset: WETH, n: 1, oldWord: word, word: zero, data: zero });
    assert_eq!(world.policy_word(WETH).sources, 1);
    assert_eq!(world.policy_word(WETH).max_age, 3_600);
}

#[test]
fn a_feed_of_the_sequencer_needs_a_gap() {
    let mut world = World::new();
    let set = |feed, gap| setOutageCall { feed, gap };
    let none = Address::ZERO;
    world.refuse(GOVERNOR, set(ALICE, 0), out(1, 0, 1, 7));
    world.refuse(GOVERNOR, set(none, 8), out(1, 8, 0, 7));
    world.must(GOVERNOR, set(ALICE, 1));
    world.assert_event(&OutageSet { oldFeed: none, oldGap: 0, feed: ALICE, gap: 1 });
    let shown = world.get(outageCall {});
    assert_eq!((shown.feed, shown.gap, shown.open), (ALICE, 600, false));
    world.must(GOVERNOR, set(none, 0));
    world.assert_event(&OutageSet { oldFeed: ALICE, oldGap: 1, feed: none, gap: 0 });
    assert_eq!(world.get(outageCall {}).gap, 0);
}

// ---- The market ----

#[test]
fn a_rate_curve_has_bounds() {
    let mut world = World::new();
    let set = |base, kink, slope, jump| setRateCurveCall { base, kink, slope, jump };
    world.refuse(GOVERNOR, set(0, 80, 8, 10), out(0, 0, 1, 100));
    world.refuse(GOVERNOR, set(101, 80, 8, 10), out(0, 101, 1, 100));
    world.refuse(GOVERNOR, set(10, 9, 8, 10), out(1, 9, 10, 99));
    world.refuse(GOVERNOR, set(10, 100, 8, 10), out(1, 100, 10, 99));
    world.refuse(GOVERNOR, set(10, 80, 101, 10), out(2, 101, 0, 100));
    world.refuse(GOVERNOR, set(10, 80, 8, 61), out(3, 61, 0, 60));
    world.must(GOVERNOR, set(1, 10, 0, 0));
    let code = |base, kink, slope, jump| RateCurve { base, kink, slope, jump }.code();
    let curve = code(1, 10, 0, 0);
    world.assert_event(&RateCurveSet { oldCurve: code(10, 80, 8, 10), curve });
    world.must(GOVERNOR, set(100, 99, 100, 60));
    assert_eq!(world.market().rate, 1_000);
}

#[test]
fn a_new_curve_charges_nothing_for_the_past() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(2_000), usdc(4_000_000));
    let start = world.market();
    world.pass(1_000_000);
    let expected = start.index + ceil(start.index, 300 * 1_000_000, BPS_YEAR);
    world.must(GOVERNOR, setRateCurveCall { base: 30, kink: 70, slope: 20, jump: 0 });
    assert_eq!(world.get(ledgerCall {}).index, u256(expected));
    assert_eq!(world.market().index, expected);
    // 3 % and, at a utilisation of just above 40 % of 70 %, as much of the slope.
    assert_eq!(world.market().rate, 872);
}

#[test]
fn a_minimum_debt_has_bounds() {
    let mut world = World::new();
    let set = |min_debt| setMinDebtCall { minDebt: u256(min_debt) };
    world.refuse(GOVERNOR, set(0), ZeroAmount {});
    let most = usdc(100_000);
    world.refuse(GOVERNOR, set(most + 1), out(0, most + 1, 1, most));
    let (value, limit) = (U256::MAX, u256(AMOUNT_MAX));
    world.refuse(GOVERNOR, setMinDebtCall { minDebt: value }, TooLarge { value, limit });
    world.must(GOVERNOR, set(most));
    world.assert_event(&MinDebtSet { oldValue: u256(usdc(100)), value: u256(most) });
    world.must(GOVERNOR, set(1));
    let shown = world.get(baseCall {});
    assert_eq!((shown.token, shown.decimals, shown.minDebt), (world.base, 6, u256(1)));
}

#[test]
fn a_listing_begins_with_no_weight_and_no_price() {
    let mut world = World::new();
    let token = world.deploy_token("Token", "NEW", 12);
    let list = |token, decimals| listAssetCall { token, decimals };
    world.refuse(GOVERNOR, list(Address::ZERO, 18), ZeroAddress {});
    let (base, weth) = (world.base, world.token(WETH));
    world.refuse(GOVERNOR, list(base, 6), AlreadyListed { token: base });
    world.refuse(GOVERNOR, list(weth, 18), AlreadyListed { token: weth });
    world.refuse(GOVERNOR, list(token, 19), out(1, 19, 0, 18));
    assert_eq!(world.must(GOVERNOR, list(token, 12)), 4);
    world.assert_event(&AssetListed { asset: 4, token, decimals: 12 });
    let shown = world.get(assetCall { id: 4 });
    assert_eq!((shown.token, shown.decimals, shown.maxLtv, shown.threshold), (token, 12, 0, 0));
    assert_eq!((shown.cap, shown.held, shown.onSale), (U256::ZERO, U256::ZERO, U256::ZERO));
    assert_eq!(shown.maxOnSale, u256(usdc(10_000_000)));
    let price = world.get(priceCall { asset: 4 });
    assert_eq!((price.price, price.verdict), (U256::ZERO, 4));
    assert_eq!(world.asset_price(4).scale, 18 + 12 - 6);
}

#[test]
fn sixteen_assets_are_all() {
    let mut world = World::new();
    for n in 4..16 {
        let token = world.deploy_token("Token", "NEW", 0);
        assert_eq!(world.must(GOVERNOR, listAssetCall { token, decimals: 0 }), n);
    }
    assert_eq!(world.get(assetCountCall {}), 16);
    let call = listAssetCall { token: MALLORY, decimals: 18 };
    world.refuse(GOVERNOR, call, TooManyAssets { limit: 16 });
}
