//! After an outage: the window in which only positions below the hard limit can be kicked.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{accrueCall, kickCall, outageCall, pokeCall, setOutageCall};
use plimsoll_abi::skip::OUTAGE;
use plimsoll_abi::{NothingKicked, WindowOpened};
use plimsoll_testkit::contracts::Feed;
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, GOVERNOR, KAY, MALLORY, TAK, USDC, WETH, World, usdc, wad,
};

/// Ten minutes of silence are an outage, and five minutes the window after it.
const CODE: u8 = 1;
const GAP: u32 = 600;
const WINDOW: u32 = 300;
const APART: u32 = 6 * 3_600;

/// ALICE at 0.99 and BOB at 0.97 once ether is at 2,800, CAROL's lot on sale; then a silence.
fn silent(seconds: u32) -> World {
    silent_with(CODE, seconds)
}

fn silent_with(gap: u8, seconds: u32) -> World {
    let mut world = World::new();
    world.must(GOVERNOR, setOutageCall { feed: Address::ZERO, gap });
    world.open(ALICE, WETH, wad(10), usdc(23_757));
    world.open(BOB, WETH, wad(10), usdc(23_990));
    world.pass(60);
    world.set_price(WETH, wad(2_960));
    world.must(MALLORY, accrueCall {});
    world.pass(seconds);
    world
}

fn call(account: Address) -> kickCall {
    kickCall { accounts: vec![account], hints: vec![] }
}

#[track_caller]
fn held(world: &mut World, account: Address) {
    world.refuse(KAY, call(account), NothingKicked { skip: OUTAGE });
}

/// Whether a kick would pass.
fn kicks(world: &mut World, account: Address) -> bool {
    let before = world.snapshot();
    let passed = world.kick(KAY, &[account]).is_ok();
    world.revert(before);
    passed
}

#[test]
fn a_silence_opens_a_window_that_ends_by_itself() {
    let mut world = silent(GAP + 1);
    world.observe(WETH, wad(2_800));
    let until = world.now() + WINDOW;
    world.assert_event(&WindowOpened { until });
    let shown = world.get(outageCall {});
    assert_eq!((shown.gap, shown.openedAt, shown.until), (GAP, until - WINDOW, until));
    assert!(shown.open);
    held(&mut world, ALICE);
    world.pass(WINDOW);
    held(&mut world, ALICE);
    assert!(world.get(outageCall {}).open);
    world.pass(1);
    assert!(!world.get(outageCall {}).open);
    assert!(kicks(&mut world, ALICE));
    // The next price forgets it.
    world.observe(WETH, wad(2_800));
    assert!(!world.market().window);
    assert!(kicks(&mut world, ALICE));
}

#[test]
fn a_silence_of_the_gap_is_none() {
    let mut world = silent(GAP - 60);
    world.observe(WETH, wad(2_800));
    assert!(world.events::<WindowOpened>().is_empty());
    assert!(kicks(&mut world, ALICE));
    // Nor is any without a gap that governance set.
    let mut world = silent_with(0, GAP + 1);
    world.observe(WETH, wad(2_800));
    assert!(kicks(&mut world, ALICE));
}

#[test]
fn the_hard_limit_bypasses_the_window() {
    let mut world = silent(GAP + 1);
    // 10 * 2,780 * 84 % = 23,352: 0.983 for ALICE.
    world.observe(WETH, wad(2_780));
    assert!(world.get(outageCall {}).open);
    assert!(kicks(&mut world, ALICE));
    // And 2,800 is 0.99 for her, 0.98 for BOB.
    world.pass(1);
    world.observe(WETH, wad(2_800));
    held(&mut world, ALICE);
    assert!(kicks(&mut world, BOB));
}

/// Whoever accrues first takes no evidence away: the note is in the word that he writes.
#[test]
fn accruing_first_does_not_hide_the_gap() {
    let mut world = World::new();
    world.must(GOVERNOR, setOutageCall { feed: Address::ZERO, gap: CODE });
    world.open(ALICE, WETH, wad(10), usdc(23_757));
    world.pass(60);
    world.set_price(WETH, wad(2_800));
    world.must(MALLORY, accrueCall {});
    // Its price is fresh for an hour: nobody needs another one.
    world.pass(GAP + 1);
    held(&mut world, ALICE);
    world.must(MALLORY, accrueCall {});
    held(&mut world, ALICE);
    // Without a price the window waits, so a keeper pokes, which anybody may.
    world.pass(1_000);
    held(&mut world, ALICE);
    world.must(KAY, pokeCall { assets: vec![] });
    world.assert_event(&WindowOpened { until: world.now() + WINDOW });
    world.pass(WINDOW + 1);
    assert!(kicks(&mut world, ALICE));
}

#[test]
fn a_window_is_not_extended_by_another_silence() {
    let mut world = silent(GAP + 1);
    world.observe(WETH, wad(2_800));
    let first = world.now();
    // Again and again silent for longer than the gap: for six hours nothing more opens.
    for _ in 0..20 {
        world.pass(GAP + 400);
        world.observe(WETH, wad(2_800));
        assert!(world.events::<WindowOpened>().is_empty());
        assert_eq!(world.get(outageCall {}).until, first + WINDOW);
        assert!(kicks(&mut world, ALICE));
    }
    world.pass(first + APART - world.now());
    world.observe(WETH, wad(2_800));
    world.assert_event(&WindowOpened { until: first + APART + WINDOW });
    held(&mut world, ALICE);
}

/// Nor does one that began before governance said what is one.
#[test]
fn a_silence_from_before_there_was_a_gap_is_none() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(23_757));
    // Longer than the longest gap, which comes first in a market that is owed.
    world.pass(38_401);
    world.must(GOVERNOR, setOutageCall { feed: Address::ZERO, gap: 7 });
    world.observe(WETH, wad(2_800));
    assert!(world.events::<WindowOpened>().is_empty());
    assert!(kicks(&mut world, ALICE));
}

/// An engine whose prices come in time beats by itself.
#[test]
fn prices_in_time_are_a_heartbeat() {
    let mut world = silent(0);
    for _ in 0..30 {
        world.pass(GAP);
        world.observe(WETH, wad(2_800));
        assert!(world.events::<WindowOpened>().is_empty());
        assert_eq!(world.market().accrued_at, world.now());
    }
    // Within a quarter of the gap a price costs no accrual.
    world.pass(GAP / 4);
    world.observe(WETH, wad(2_800));
    assert_eq!(world.market().accrued_at, world.now() - GAP / 4);
    world.pass(1);
    world.observe(WETH, wad(2_800));
    assert_eq!(world.market().accrued_at, world.now());
}

#[test]
fn the_window_blocks_nobody_who_lowers_risk() {
    let mut world = World::new();
    world.must(GOVERNOR, setOutageCall { feed: Address::ZERO, gap: CODE });
    world.open(ALICE, WETH, wad(10), usdc(23_757));
    world.open(CAROL, WETH, wad(10), usdc(24_000));
    world.pass(60);
    world.set_price(WETH, wad(2_700));
    world.kick(KAY, &[CAROL]).unwrap();
    let auction = world.newest(WETH);
    world.pass(GAP + 1);
    world.observe(WETH, wad(2_800));
    assert!(world.get(outageCall {}).open);
    held(&mut world, ALICE);
    // Top up, repay, take, settle, leave with a full repayment.
    world.deposit(ALICE, WETH, wad(1));
    world.mint(USDC, ALICE, usdc(1_000));
    world.repay(ALICE, ALICE, usdc(1_000));
    world.take_all(TAK, auction);
    world.settle(CAROL);
    world.mint(USDC, CAROL, usdc(30_000));
    world.repay_all(CAROL, CAROL);
    world.withdraw(CAROL, WETH, 1);
    assert!(world.get(outageCall {}).open);
    world.check();
}

// ---- The feed of the sequencer ----

fn watched() -> (World, Address) {
    let mut world = silent(1);
    let feed = world.deploy_with("Feed", &Feed::constructorCall { decimals: 0 });
    world.must(GOVERNOR, setOutageCall { feed, gap: CODE });
    (world, feed)
}

pub fn status(world: &mut World, feed: Address, down: i64, started: u32) {
    let call = Feed::setRoundCall {
        roundId: 1_u64.try_into().unwrap(),
        answer: down.try_into().unwrap(),
        startedAt: U256::from(started),
        updatedAt: U256::from(started),
        answeredInRound: 1_u64.try_into().unwrap(),
    };
    world.send_to(GOVERNOR, feed, call).map(|_| ()).unwrap();
}

#[test]
fn a_restart_opens_a_window_from_its_own_time() {
    let (mut world, feed) = watched();
    let started = world.now() - 299;
    status(&mut world, feed, 0, started);
    world.must(KAY, pokeCall { assets: vec![] });
    world.assert_event(&WindowOpened { until: started + WINDOW });
    // Repeating it changes nothing, for six hours.
    let now = world.now();
    status(&mut world, feed, 0, now);
    world.must(KAY, pokeCall { assets: vec![] });
    status(&mut world, feed, 1, now);
    world.must(KAY, pokeCall { assets: vec![] });
    assert_eq!(world.get(outageCall {}).until, started + WINDOW);
    world.pass(2);
    world.observe(WETH, wad(2_800));
    assert!(kicks(&mut world, ALICE));
}

/// A stop that is too short for the heartbeat: the feed is asked before the first price after it is
/// believed, whoever brings it.
#[test]
fn a_restart_is_known_before_the_first_report() {
    let (mut world, feed) = watched();
    world.pass(GAP - 60);
    world.must(MALLORY, accrueCall {});
    let started = world.now() - 100;
    status(&mut world, feed, 0, started);
    world.observe(WETH, wad(2_800));
    world.assert_event(&WindowOpened { until: started + WINDOW });
    // In the same second: ALICE has her window, BOB is below the hard limit.
    held(&mut world, ALICE);
    assert!(kicks(&mut world, BOB));
    world.pass(WINDOW - 100);
    held(&mut world, ALICE);
    world.pass(1);
    assert!(kicks(&mut world, ALICE));
}

#[test]
fn an_old_restart_and_a_silent_feed_open_nothing() {
    let (mut world, feed) = watched();
    let now = world.now();
    status(&mut world, feed, 0, now - WINDOW);
    world.must(KAY, pokeCall { assets: vec![] });
    assert!(world.events::<WindowOpened>().is_empty());
    use Feed::Mode::{BurnGas, Revert, Short};
    for mode in [Revert, BurnGas, Short] {
        status(&mut world, feed, 1, now);
        world.send_to(GOVERNOR, feed, Feed::setModeCall { mode }).map(|_| ()).unwrap();
        world.must(KAY, pokeCall { assets: vec![] });
        assert!(world.events::<WindowOpened>().is_empty());
    }
    // A sequencer that is down, on a chain that runs: whoever is here came in by force.
    world
        .send_to(GOVERNOR, feed, Feed::setModeCall { mode: Feed::Mode::Live })
        .map(|_| ())
        .unwrap();
    world.must(KAY, pokeCall { assets: vec![] });
    world.assert_event(&WindowOpened { until: now + WINDOW });
}
