//! How far and how often governance may move what somebody relies on.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    listAssetCall, outageCall, proposeGovernorCall, redeemCall, renounceCall, rolesCall,
    setCapCall, setDepthCall, setGraceCall, setLossBoundCall, setMaxLtvCall, setMinDebtCall,
    setMostOnSaleCall, setOutageCall, setPricePolicyCall, setRateCurveCall, setSourceCall,
    setTermsCall, setThresholdCall, sharesOfCall,
};
use plimsoll_abi::{
    Inconsistent, MostOnSaleSet, NotGovernor, NotGuardian, NotPending, OutOfBounds, RampTooShort,
    RoleAccepted, SaleTerms, TooSoon,
};
use plimsoll_testkit::engine::{
    ALICE, BOB, GOVERNOR, GUARDIAN, MALLORY, REPORTER, SUE, WETH, World, WorldConfig, price_policy,
    reporter_source, u256, usdc, wad, whole,
};

use crate::governance::middle;

const DAY: u32 = 86_400;

fn out(parameter: u8, value: u128, low: u128, high: u128) -> OutOfBounds {
    OutOfBounds { parameter, value: u256(value), low: u256(low), high: u256(high) }
}

/// ALICE holds ether and owes: everything about it is relied on.
fn relied_on() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world
}

fn soon(world: &World, last: u32) -> TooSoon {
    TooSoon { now: world.now(), earliest: last + DAY }
}

#[test]
fn terms_move_by_a_step_a_day() {
    let mut world = relied_on();
    let set = |terms| setTermsCall { asset: WETH, terms };
    let wide = SaleTerms { chip: 36, ..middle() };
    world.refuse(GOVERNOR, set(wide), out(2, 36, 0, 35));
    let wide = SaleTerms { maxOnSale: 20_000_000_001, ..middle() };
    world.refuse(GOVERNOR, set(wide), out(11, 20_000_000_001, 5_000_000_000, 20_000_000_000));
    world.must(GOVERNOR, set(SaleTerms { chip: 35, ..middle() }));
    let start = world.now();
    world.pass(DAY - 1);
    let error = soon(&world, start);
    world.refuse(GOVERNOR, set(middle()), error);
    world.pass(1);
    world.must(GOVERNOR, set(middle()));
    // What nobody holds is set up freely.
    let far = SaleTerms { penalty: 500, maxOnSale: 1_000_000, ..middle() };
    world.must(GOVERNOR, setTermsCall { asset: 3, terms: far });
    world.must(GOVERNOR, setTermsCall { asset: 3, terms: middle() });
}

#[test]
fn a_threshold_rises_by_five_percent_and_falls_by_ten_a_day() {
    let mut world = relied_on();
    let set = |threshold, end| setThresholdCall { asset: WETH, threshold, end };
    // A threshold that rises has to agree with the terms: lower it first.
    let now = world.now();
    let earliest = now + DAY * 14 / 10;
    world.must(GOVERNOR, setMaxLtvCall { asset: WETH, maxLtv: 5_000 });
    let error = RampTooShort { end: earliest - 1, earliest };
    world.refuse(GOVERNOR, set(7_000, earliest - 1), error);
    world.must(GOVERNOR, set(7_000, earliest));
    world.pass_fresh(DAY * 14 / 10);
    assert_eq!(world.asset_price(WETH).threshold, 7_000);
    world.refuse(GOVERNOR, set(7_501, 0), out(1, 7_501, 0, 7_500));
    world.must(GOVERNOR, set(7_500, 0));
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, set(7_501, 0), error);
}

#[test]
fn a_weight_and_a_cap_fall_at_once_and_rise_by_a_step_a_day() {
    let mut world = relied_on();
    let ltv = |max_ltv| setMaxLtvCall { asset: WETH, maxLtv: max_ltv };
    world.must(GOVERNOR, ltv(0));
    world.refuse(GOVERNOR, ltv(501), out(1, 501, 0, 500));
    world.must(GOVERNOR, ltv(500));
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, ltv(600), error);
    world.must(GOVERNOR, ltv(400));
    world.pass(DAY);
    world.must(GOVERNOR, ltv(900));

    let cap = |cap| setCapCall { asset: WETH, cap: u256(cap) };
    world.must(GOVERNOR, cap(0));
    // Twice what is held opens what was closed.
    world.refuse(GOVERNOR, cap(wad(20) + 1), out(1, wad(20) + 1, 0, wad(20)));
    world.must(GOVERNOR, cap(wad(20)));
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, cap(wad(21)), error);
    world.pass(DAY);
    world.must(GOVERNOR, cap(wad(40)));
}

#[test]
fn what_prices_come_from_and_are_believed_changes_once_a_day() {
    let mut world = relied_on();
    let policy = |age, step, confidence| setPricePolicyCall {
        asset: WETH,
        policy: price_policy(age, step, confidence),
    };
    // Half as much to twice as much: who believes less stops liquidations.
    world.refuse(GOVERNOR, policy(1_799, 5_000, 100), out(1, 1_799, 1_800, 7_200));
    world.refuse(GOVERNOR, policy(3_600, 5_000, 201), out(4, 201, 50, 200));
    world.must(GOVERNOR, policy(1_800, 2_500, 50));
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, policy(1_800, 2_500, 50), error);
    // A source is as much as a policy: one change a day between them.
    let source =
        || setSourceCall { asset: WETH, n: 1, source: reporter_source(MALLORY), data: U256::ZERO };
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, source(), error);
    world.pass(DAY);
    world.must(GOVERNOR, source());
    let second = setSourceCall { n: 2, ..source() };
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, second, error);
}

#[test]
fn the_market_s_own_parameters_move_by_a_step_a_day() {
    let mut world = relied_on();
    let curve = |base, kink, slope, jump| setRateCurveCall { base, kink, slope, jump };
    world.refuse(GOVERNOR, curve(31, 80, 8, 10), out(0, 31, 0, 30));
    world.refuse(GOVERNOR, curve(10, 69, 8, 10), out(1, 69, 70, 90));
    world.refuse(GOVERNOR, curve(10, 80, 8, 21), out(3, 21, 0, 20));
    world.must(GOVERNOR, curve(30, 90, 28, 20));
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, setMinDebtCall { minDebt: u256(usdc(100)) }, error);
    world.pass(DAY);
    let debt = |min_debt| setMinDebtCall { minDebt: u256(min_debt) };
    world.refuse(GOVERNOR, debt(usdc(201)), out(0, usdc(201), usdc(50), usdc(200)));
    world.must(GOVERNOR, debt(usdc(200)));
}

#[test]
fn what_assets_may_have_on_sale_never_adds_up_to_more_than_all_may() {
    let mut world = World::new();
    let most = |most| setMostOnSaleCall { most };
    // Four assets of ten million tokens each.
    world.refuse(GOVERNOR, most(39_999_999_999), Inconsistent { check: 11 });
    world.must(GOVERNOR, most(40_000_000_000));
    let (old, value) = (u256(200_000_000_000), u256(40_000_000_000));
    world.assert_event(&MostOnSaleSet { oldValue: old, value });
    let token = world.deploy_token("Token", "NEW", 18);
    let list = listAssetCall { token, decimals: 18 };
    world.refuse(GOVERNOR, list.clone(), Inconsistent { check: 11 });
    let more = SaleTerms { maxOnSale: 10_000_000_001, ..middle() };
    let set = setTermsCall { asset: WETH, terms: more };
    world.refuse(GOVERNOR, set.clone(), Inconsistent { check: 11 });
    world.must(GOVERNOR, most(50_000_000_000));
    world.must(GOVERNOR, list);
    world.refuse(GOVERNOR, set, Inconsistent { check: 11 });
    // Somebody owes: by a factor of two a day.
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world.refuse(
        GOVERNOR,
        most(100_000_000_001),
        out(0, 100_000_000_001, 25_000_000_000, 100_000_000_000),
    );
    world.must(GOVERNOR, most(100_000_000_000));
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, most(50_000_000_000), error);
}

// ---- A newcomer in a market that has something to lose ----

/// A fifth asset with a price of a thousand and a threshold of 80 %.
fn newcomer(world: &mut World) -> u8 {
    let token = world.deploy_token("Token", "NEW", 18);
    let asset = world.must(GOVERNOR, listAssetCall { token, decimals: 18 });
    let policy = price_policy(3_600, 5_000, 100);
    world.must(GOVERNOR, setPricePolicyCall { asset, policy });
    world.set_source(asset, 0, reporter_source(REPORTER), U256::ZERO);
    world.must(GOVERNOR, setThresholdCall { asset, threshold: 8_000, end: 0 });
    asset
}

#[test]
fn a_newcomer_waits_for_a_day_and_gains_weight_by_steps() {
    let mut world = World::new();
    let start = world.now();
    let asset = newcomer(&mut world);
    let ltv = |max_ltv| setMaxLtvCall { asset, maxLtv: max_ltv };
    let cap = |cap| setCapCall { asset, cap: u256(cap) };
    world.pass(DAY - 1);
    let error = soon(&world, start);
    world.refuse(GOVERNOR, ltv(1), error.clone());
    world.refuse(GOVERNOR, cap(1), error);
    world.pass(1);
    world.refuse(GOVERNOR, ltv(501), out(1, 501, 0, 500));
    world.must(GOVERNOR, ltv(500));
    // Nobody holds it, and it rises no faster for that.
    let error = soon(&world, world.now());
    world.refuse(GOVERNOR, ltv(1_000), error);
    // A cap needs a price, and opens with what may be on sale: ten million.
    world.refuse(GOVERNOR, cap(1), out(1, 1, 0, 0));
    world.tokens.push(Address::ZERO);
    world.feeds.push(None);
    world.set_price(asset, wad(1_000));
    world.refuse(GOVERNOR, cap(wad(10_000) + 1), out(1, wad(10_000) + 1, 0, wad(10_000)));
    world.must(GOVERNOR, cap(wad(10_000)));
    world.pass(DAY);
    world.must(GOVERNOR, ltv(1_000));
    world.must(GOVERNOR, cap(wad(20_000)));
}

#[test]
fn a_market_without_suppliers_is_set_up_at_once() {
    let mut world = World::build(&WorldConfig::unsupplied());
    let asset = newcomer(&mut world);
    world.must(GOVERNOR, setMaxLtvCall { asset, maxLtv: 7_900 });
    world.must(GOVERNOR, setCapCall { asset, cap: U256::ONE });
    let two = setCapCall { asset, cap: u256(whole(1_000_000_000, 18)) };
    world.must(GOVERNOR, two.clone());
    // Who supplies ends that; who redeems everything brings it back.
    world.supply(SUE, usdc(1_000));
    world.must(GOVERNOR, setMaxLtvCall { asset, maxLtv: 1_000 });
    let high = setMaxLtvCall { asset, maxLtv: 7_900 };
    world.refuse(GOVERNOR, high.clone(), out(1, 7_900, 0, 1_500));
    let shares = world.get(sharesOfCall { account: SUE });
    world.must(SUE, redeemCall { shares, receiver: SUE });
    world.must(GOVERNOR, high);
}

// ---- What holds kicks back ----

/// A window that an outage opened ends by itself, whatever the governor sets meanwhile.
#[test]
fn a_setter_ends_no_window() {
    let mut world = World::new();
    let set = |gap| setOutageCall { feed: Address::ZERO, gap };
    world.must(GOVERNOR, set(7));
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world.pass(38_401);
    // The silence is noticed by the setter itself.
    world.must(GOVERNOR, set(0));
    let until = world.now() + 3_600;
    let seen = world.get(outageCall {});
    assert_eq!((seen.gap, seen.until, seen.open), (0, until, true));
    world.pass_fresh(3_600);
    assert!(world.get(outageCall {}).open && world.market().window);
    world.pass_fresh(1);
    assert!(!world.get(outageCall {}).open && !world.market().window);
    // From none the longest gap is one step, and the next one follows a day later.
    world.refuse(GOVERNOR, set(7), TooSoon { now: until + 1, earliest: until - 3_600 + DAY });
    world.pass(DAY);
    world.refuse(GOVERNOR, set(6), out(1, 6, 7, 9));
    world.must(GOVERNOR, set(7));
}

/// Depth and weight, threshold and grace, cap and bound: one of each pair a day.
#[test]
fn what_opens_the_same_door_shares_a_day() {
    let mut world = World::new();
    world.must(GOVERNOR, setDepthCall { asset: WETH, depth: 1_000_000, impact: 100 });
    world.must(GOVERNOR, setMaxLtvCall { asset: WETH, maxLtv: 7_000 });
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    let error = soon(&world, world.now());
    world.must(GOVERNOR, setDepthCall { asset: WETH, depth: 1_000_001, impact: 100 });
    world.refuse(GOVERNOR, setMaxLtvCall { asset: WETH, maxLtv: 7_001 }, error.clone());
    world.must(GOVERNOR, setGraceCall { asset: WETH, grace: 60 });
    let rise = setThresholdCall { asset: WETH, threshold: 8_401, end: 0 };
    world.refuse(GOVERNOR, rise, error.clone());
    world.must(GOVERNOR, setLossBoundCall { asset: WETH, bound: 20_000 });
    let cap = setCapCall { asset: WETH, cap: u256(whole(1_000_000_001, 18)) };
    world.refuse(GOVERNOR, cap, error.clone());
    // What only tightens waits for nothing.
    world.must(GOVERNOR, setDepthCall { asset: WETH, depth: 1, impact: 1_000 });
    world.must(GOVERNOR, setLossBoundCall { asset: WETH, bound: 0 });
    world.must(GOVERNOR, setMaxLtvCall { asset: WETH, maxLtv: 0 });
    let most = out(1, 10_000_001, 0, 10_000_000);
    world.refuse(GOVERNOR, setLossBoundCall { asset: WETH, bound: 10_000_001 }, most);
}

// ---- Giving a role up ----

#[test]
fn a_role_can_be_given_up_for_good() {
    let mut world = World::new();
    let renounce = |role| renounceCall { role };
    world.refuse(MALLORY, renounce(0), NotGovernor { caller: MALLORY });
    world.refuse(GOVERNOR, renounce(1), NotGuardian { caller: GOVERNOR });
    // Not while somebody could still accept it.
    world.must(GOVERNOR, proposeGovernorCall { next: BOB });
    let error = NotPending { caller: GOVERNOR, pending: BOB };
    world.refuse(GOVERNOR, renounce(0), error);
    world.must(GOVERNOR, proposeGovernorCall { next: Address::ZERO });
    world.must(GUARDIAN, renounce(1));
    world.assert_event(&RoleAccepted { role: 1, old: GUARDIAN, current: Address::ZERO });
    world.must(GOVERNOR, renounce(0));
    world.assert_event(&RoleAccepted { role: 0, old: GOVERNOR, current: Address::ZERO });
    let roles = world.get(rolesCall {});
    assert_eq!((roles.governor, roles.guardian), (Address::ZERO, Address::ZERO));
    let set = setCapCall { asset: WETH, cap: u256(whole(1, 18)) };
    world.refuse(GOVERNOR, set, NotGovernor { caller: GOVERNOR });
    // Nor can anybody begin anew.
    let again = world.construct(1).unwrap_err();
    assert!(again.is::<plimsoll_abi::AlreadyConstructed>(), "{again}");
    // The market goes on.
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world.repay_all(ALICE, ALICE);
    world.withdraw(ALICE, WETH, wad(10));
    world.check();
}
