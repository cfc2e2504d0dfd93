//! Prices that reporters push: every refusal, every verdict, and what each allows.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    borrowCall, kickCall, positionCall, priceCall, repayCall, reportCall, setPricePolicyCall,
    setSourceCall, takeCall, withdrawCall,
};
use plimsoll_abi::skip::PRICE;
use plimsoll_abi::{
    BadPrice, LengthMismatch, NotReporter, NothingKicked, OutOfBounds, PriceForbids, PriceInFuture,
    PriceNotNewer, PriceTooOld, Priced, UnknownAsset,
};
use plimsoll_math::fixed::PRICE_MAX;
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, GOVERNOR, KAY, MALLORY, REPORTER, TAK, USDC, WBTC, WETH, World, price_policy,
    reporter_source, u256, usdc, wad,
};

use crate::exact::{BPS, ceil, floor};

const VALID: u8 = 0;
const UNCERTAIN: u8 = 1;
const JUMPED: u8 = 2;
const STALE: u8 = 3;

fn one(asset: u8, price: u128, confidence: u128, time: u32) -> reportCall {
    let (prices, confidences) = (vec![u256(price)], vec![u256(confidence)]);
    reportCall { assets: vec![asset], prices, confidences, time }
}

fn policy(asset: u8, max_age: u32, step: u16, max_confidence: u16) -> setPricePolicyCall {
    setPricePolicyCall { asset, policy: price_policy(max_age, step, max_confidence) }
}

/// A market a minute after its last prices.
fn settled() -> World {
    let mut world = World::new();
    world.pass(60);
    world
}

fn verdict(world: &mut World, asset: u8) -> u8 {
    world.get(priceCall { asset }).verdict
}

/// The most that ALICE may owe.
fn limit(world: &mut World) -> U256 {
    world.get(positionCall { account: ALICE }).limit
}

// ---- Reports ----

#[test]
fn report_stores_a_price_with_its_time() {
    let mut world = settled();
    let time = world.now() - 10;
    world.report(WETH, wad(3_100), wad(3), time).unwrap();
    let (price, confidence) = (u256(wad(3_100)), u256(wad(3)));
    let verdict = VALID;
    world.assert_event(&Priced { asset: WETH, price, confidence, time, verdict });
    let shown = world.get(priceCall { asset: WETH });
    assert_eq!((shown.price, shown.time, shown.verdict, shown.level), (price, time, VALID, 0));
    // Three in 3,100 are 9.7 bps: three steps of four.
    assert_eq!(shown.confidence, u256(ceil(wad(3_100), 12, BPS)));
    let word = world.asset_price(WETH);
    assert_eq!((word.confidence, word.fresh_until), (3, time + 3_600));
}

#[test]
fn report_takes_many_assets_or_none() {
    let mut world = settled();
    let time = world.now();
    let both = |second: u128| reportCall {
        assets: vec![WETH, WBTC],
        prices: vec![u256(wad(3_001)), u256(second)],
        confidences: vec![U256::ZERO, U256::ZERO],
        time,
    };
    let (price, confidence) = (U256::ZERO, U256::ZERO);
    world.refuse(REPORTER, both(0), BadPrice { asset: WBTC, price, confidence });
    world.must(REPORTER, both(wad(61_000)));
    assert_eq!(world.events::<Priced>().len(), 2);
    assert_eq!(world.asset_price(WBTC).price, wad(61_000));
    let nothing =
        reportCall { assets: vec![], prices: vec![], confidences: vec![], time: world.now() };
    world.must(REPORTER, nothing);
}

#[test]
fn report_is_for_reporters() {
    let mut world = settled();
    let now = world.now();
    for caller in [MALLORY, GOVERNOR] {
        world.refuse(caller, one(WETH, wad(3_000), 0, now), NotReporter { asset: WETH, caller });
    }
    let mut set = |allowed| {
        let reporter = if allowed { REPORTER } else { Address::ZERO };
        world.set_source(WETH, 0, reporter_source(reporter), U256::ZERO);
        world.send(REPORTER, one(WETH, wad(3_000), 0, now)).is_ok()
    };
    assert!(!set(false));
    assert!(set(true));
}

#[test]
fn report_refuses_lists_of_different_lengths() {
    let mut world = settled();
    let time = world.now();
    let lists = |prices: usize, confidences: usize| reportCall {
        assets: vec![WETH, WBTC],
        prices: vec![u256(wad(3_000)); prices],
        confidences: vec![U256::ZERO; confidences],
        time,
    };
    let error = |right| LengthMismatch { left: u256(2), right: u256(right) };
    world.refuse(REPORTER, lists(1, 2), error(1));
    world.refuse(REPORTER, lists(3, 2), error(3));
    world.refuse(REPORTER, lists(2, 1), error(1));
    world.refuse(REPORTER, lists(2, 0), error(0));
}

#[test]
fn report_moves_forward_and_not_ahead() {
    let mut world = settled();
    let now = world.now();
    let error = PriceInFuture { time: now + 1, now };
    world.refuse(REPORTER, one(WETH, wad(3_000), 0, now + 1), error);
    world.must(REPORTER, one(WETH, wad(3_000), 0, now));
    let error = PriceNotNewer { asset: WETH, time: now, last: now };
    world.refuse(REPORTER, one(WETH, wad(3_000), 0, now), error);
    let error = PriceNotNewer { asset: WETH, time: now - 1, last: now };
    world.refuse(REPORTER, one(WETH, wad(3_000), 0, now - 1), error);
    world.pass(1);
    world.must(REPORTER, one(WETH, wad(3_000), 0, now + 1));
}

#[test]
fn report_of_an_old_observation_is_refused() {
    let mut world = settled();
    world.pass(10_000);
    let oldest = world.now() - 3_600;
    let error = PriceTooOld { asset: WETH, time: oldest - 1, oldest };
    world.refuse(REPORTER, one(WETH, wad(3_000), 0, oldest - 1), error);
    world.must(REPORTER, one(WETH, wad(3_000), 0, oldest));
    // It is fresh in this second and stale in the next.
    assert_eq!(verdict(&mut world, WETH), VALID);
    world.pass(1);
    assert_eq!(verdict(&mut world, WETH), STALE);
}

#[test]
fn report_refuses_what_is_no_price() {
    let mut world = settled();
    let now = world.now();
    let bad =
        |price, confidence| (one(WETH, price, confidence, now), u256(price), u256(confidence));
    for (call, price, confidence) in [
        bad(0, 0),
        bad(PRICE_MAX + 1, 0),
        bad(u128::MAX, 0),
        bad(wad(3_000), wad(3_000)),
        bad(wad(3_000), u128::MAX),
    ] {
        world.refuse(REPORTER, call, BadPrice { asset: WETH, price, confidence });
    }
    let huge = reportCall { prices: vec![U256::MAX], ..one(WETH, 1, 0, now) };
    let (price, confidence) = (U256::MAX, U256::ZERO);
    world.refuse(REPORTER, huge, BadPrice { asset: WETH, price, confidence });
    let error = UnknownAsset { asset: 4, count: 4 };
    world.refuse(REPORTER, one(4, wad(1), 0, now), error);
    // The widest price and the widest confidence are prices, if not good ones.
    world.must(REPORTER, one(WETH, PRICE_MAX, PRICE_MAX - 1, now));
    assert_eq!(world.asset_price(WETH).confidence, 255);
    assert_eq!(verdict(&mut world, WETH), JUMPED);
}

#[test]
fn report_of_an_asset_with_a_feed_is_refused() {
    let mut world = settled();
    world.add_feed(WETH, 8);
    let now = world.now();
    world.refuse(
        REPORTER,
        one(WETH, wad(3_000), 0, now),
        NotReporter { asset: WETH, caller: REPORTER },
    );
}

// ---- Jumps ----

/// A step of at most 10 %.
fn stepped() -> World {
    let mut world = settled();
    world.must(GOVERNOR, policy(WETH, 3_600, 1_000, 100));
    world
}

#[test]
fn a_move_of_one_step_is_valid_and_a_wei_more_a_jump() {
    for (price, expected) in [
        (wad(3_300), VALID),
        (wad(3_300) + 1, JUMPED),
        (wad(2_700), VALID),
        (wad(2_700) - 1, JUMPED),
    ] {
        let mut world = stepped();
        world.observe(WETH, price);
        assert_eq!(verdict(&mut world, WETH), expected, "{price}");
        // A jumped price is stored too: the next one is judged against it.
        assert_eq!(world.asset_price(WETH).price, price);
    }
}

#[test]
fn a_second_report_within_a_step_confirms_a_jump() {
    let mut world = stepped();
    let mut see = |price| {
        world.pass(1);
        world.observe(WETH, price);
        verdict(&mut world, WETH)
    };
    assert_eq!(see(wad(2_000)), JUMPED);
    assert_eq!(see(wad(1_800)), VALID);
    // One that returns is a jump again, until it is confirmed.
    assert_eq!(see(wad(3_000)), JUMPED);
    assert_eq!(see(wad(2_000)), JUMPED);
    assert_eq!(see(wad(2_000)), VALID);
}

#[test]
fn a_jump_allows_no_new_risk() {
    let mut world = stepped();
    world.open(ALICE, WETH, wad(10), usdc(1_000));
    world.observe(WETH, wad(6_000));
    let error = || PriceForbids { asset: WETH, verdict: JUMPED };
    let borrow = borrowCall { amount: u256(1), receiver: ALICE };
    world.refuse(ALICE, borrow.clone(), error());
    let withdraw = withdrawCall { asset: WETH, amount: u256(1), receiver: ALICE };
    world.refuse(ALICE, withdraw, error());
    world.pass(1);
    world.observe(WETH, wad(6_000));
    world.must(ALICE, borrow);
}

/// An unconfirmed fall liquidates only who is below the hard line of 0.985 even so.
#[test]
fn a_jump_kicks_only_below_the_hard_line() {
    let mut world = stepped();
    world.open(ALICE, WETH, wad(10), usdc(20_000));
    world.open(BOB, WETH, wad(10), usdc(22_500));
    world.pass(10);
    // 10 * 2,650 * 84 % = 22,260: 0.989 for BOB, above one for ALICE.
    world.observe(WETH, wad(2_650));
    assert_eq!(verdict(&mut world, WETH), JUMPED);
    let kick = |account| kickCall { accounts: vec![account], hints: vec![] };
    world.refuse(KAY, kick(BOB), NothingKicked { skip: PRICE });
    let snapshot = world.snapshot();
    world.pass(1);
    world.observe(WETH, wad(2_650));
    world.kick(KAY, &[BOB]).unwrap();
    world.revert(snapshot);
    // 0.98: below it.
    world.pass(1);
    world.observe(WETH, wad(3_000));
    world.pass(1);
    world.observe(WETH, wad(2_625));
    assert_eq!(verdict(&mut world, WETH), JUMPED);
    world.kick(KAY, &[BOB]).unwrap();
}

// ---- Confidence ----

#[test]
fn confidence_of_one_percent_is_valid_and_a_wei_more_uncertain() {
    let mut world = settled();
    let now = world.now();
    world.report(WETH, wad(3_000), wad(30), now).unwrap();
    assert_eq!(verdict(&mut world, WETH), VALID);
    world.pass(1);
    world.report(WETH, wad(3_000), wad(30) + 1, now + 1).unwrap();
    assert_eq!(verdict(&mut world, WETH), UNCERTAIN);
}

#[test]
fn confidence_lowers_what_may_be_borrowed() {
    let mut world = settled();
    world.deposit(ALICE, WETH, wad(10));
    assert_eq!(limit(&mut world), u256(usdc(24_000)));
    let now = world.now();
    // 7 in 3,000 are 23.3 bps: six steps of four, or 7.2.
    world.report(WETH, wad(3_000), wad(7), now).unwrap();
    let bound = wad(3_000) - ceil(wad(3_000), 6 * 4, BPS);
    let value = floor(wad(10), bound, 10_u128.pow(30));
    let expected = floor(value, 8_000, BPS);
    assert_eq!(limit(&mut world), u256(expected));
    world.borrow(ALICE, expected - 1);
    // Health does not see it: noise never tightens what is already there.
    let debt = world.debt(ALICE);
    assert_eq!(world.health(ALICE), u256(floor(usdc(25_200), wad(1), debt)));
}

#[test]
fn an_uncertain_price_allows_no_new_risk_and_only_hard_kicks() {
    let mut world = settled();
    world.open(ALICE, WETH, wad(10), usdc(23_999));
    world.pass(10);
    let now = world.now();
    // 0.989 at the price; 1.0 at the price and its confidence.
    world.report(WETH, wad(2_826), wad(30), now).unwrap();
    assert_eq!(verdict(&mut world, WETH), UNCERTAIN);
    let borrow = borrowCall { amount: u256(1), receiver: ALICE };
    world.refuse(ALICE, borrow, PriceForbids { asset: WETH, verdict: UNCERTAIN });
    let kick = kickCall { accounts: vec![ALICE], hints: vec![] };
    world.refuse(KAY, kick, NothingKicked { skip: PRICE });
    world.pass(1);
    // 0.966 at the price, 0.98 with 1.4 % on top.
    world.report(WETH, wad(2_760), wad(38), now + 1).unwrap();
    assert_eq!(verdict(&mut world, WETH), UNCERTAIN);
    world.kick(KAY, &[ALICE]).unwrap();
}

// ---- Age ----

#[test]
fn a_price_is_fresh_in_its_last_second() {
    let mut world = settled();
    world.deposit(ALICE, WETH, wad(10));
    let until = world.asset_price(WETH).fresh_until;
    let borrow = borrowCall { amount: u256(usdc(100)), receiver: ALICE };
    world.pass(until - world.now());
    world.must(ALICE, borrow.clone());
    world.pass(1);
    world.refuse(ALICE, borrow, PriceForbids { asset: WETH, verdict: STALE });
    let shown = world.get(priceCall { asset: WETH });
    assert_eq!((shown.verdict, shown.time), (STALE, until - 3_600));
}

#[test]
fn a_stale_price_still_sells_and_repays() {
    let mut world = settled();
    world.open(ALICE, WETH, wad(10), usdc(23_999));
    world.open(BOB, WETH, wad(10), usdc(23_999));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    // The curve would have run out: the terms are set so that it has not.
    world.pass(1_801);
    world.must(GOVERNOR, policy(WETH, 1_800, 5_000, 100));
    assert_eq!(verdict(&mut world, WETH), STALE);
    let kick = kickCall { accounts: vec![BOB], hints: vec![] };
    world.refuse(KAY, kick, NothingKicked { skip: PRICE });
    world.take_all(TAK, auction);
    world.settle(ALICE);
    world.mint(USDC, BOB, usdc(1));
    world.must(BOB, repayCall { amount: u256(usdc(1)), account: ALICE });
    world.deposit(BOB, WETH, wad(1));
    world.check();
}

#[test]
fn an_invalid_price_sells_nothing() {
    let mut world = settled();
    world.open(ALICE, WETH, wad(10), usdc(23_999));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    let feed = world.add_feed(WETH, 8);
    let now = world.now();
    world.pass(1);
    world.set_feed(feed, 0, now + 1);
    world.must(MALLORY, plimsoll_abi::IPlimsoll::pokeCall { assets: vec![WETH] });
    assert_eq!(verdict(&mut world, WETH), 4);
    let order: takeCall = world.order(TAK, auction, u128::MAX);
    world.refuse(TAK, order, PriceForbids { asset: WETH, verdict: 4 });
}

#[test]
fn a_policy_keeps_the_time_of_the_observation() {
    let mut world = settled();
    let time = world.get(priceCall { asset: ARB }).time;
    world.must(GOVERNOR, policy(ARB, 70, 500, 50));
    assert_eq!(world.get(priceCall { asset: ARB }).time, time);
    assert_eq!(world.asset_price(ARB).fresh_until, time + 70);
    let error = PriceNotNewer { asset: ARB, time, last: time };
    world.refuse(REPORTER, one(ARB, wad(1), 0, time), error);
}

#[test]
fn a_reporter_can_be_anybody_even_twice() {
    let mut world = settled();
    let now = world.now();
    for n in [1, 2] {
        world.set_source(WETH, n, reporter_source(BOB), U256::ZERO);
    }
    world.must(BOB, one(WETH, wad(3_000), 0, now));
    // His first place is the one that he fills.
    assert_eq!((world.report_word(WETH, 1).time, world.report_word(WETH, 2).time), (now, 0));
    let (n, source, data) = (5, reporter_source(BOB), U256::ZERO);
    let (value, low, high) = (u256(5), U256::ZERO, u256(4));
    let error = OutOfBounds { parameter: 1, value, low, high };
    world.refuse(GOVERNOR, setSourceCall { asset: WETH, n, source, data }, error);
}
