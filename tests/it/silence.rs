//! The auction clock across a silence: seconds in which the market was not heard of do not count.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    accrueCall, auctionCall, kickCall, liveAuctionsCall, pokeCall, quoteCall, raiseCall, redoCall,
    setOutageCall, timeToPriceCall,
};
use plimsoll_abi::OVERALL;
use plimsoll_testkit::contracts::Feed;
use plimsoll_testkit::engine::{
    ALICE, BOB, GOVERNOR, GUARDIAN, KAY, MALLORY, TAK, WETH, World, u256, usdc, wad,
};

use crate::outages::status;

/// Ten minutes of silence are an outage.
const CODE: u8 = 1;
const GAP: u32 = 600;
const APART: u32 = 6 * 3_600;
/// Seconds that the auction has run when the silence begins.
const RUN: u32 = 1_000;

/// ALICE's lot on sale for [`RUN`] seconds, BOB at 0.95 and not kicked, and a beat in this second.
fn on_sale(gap: u8, feed: Address) -> (World, u64) {
    let mut world = World::new();
    world.must(GOVERNOR, setOutageCall { feed, gap });
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.open(BOB, WETH, wad(10), usdc(23_900));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.must(MALLORY, accrueCall {});
    world.kick(KAY, &[ALICE]).unwrap();
    let id = world.newest(WETH);
    for _ in 0..RUN / 100 {
        world.pass(100);
        world.must(MALLORY, accrueCall {});
    }
    assert_eq!(elapsed(&mut world, id), RUN);
    (world, id)
}

fn silent() -> (World, u64) {
    on_sale(CODE, Address::ZERO)
}

fn elapsed(world: &mut World, id: u64) -> u32 {
    world.get(auctionCall { id }).elapsed.to()
}

fn accrue(world: &mut World, _: u64) {
    world.must(MALLORY, accrueCall {});
}

fn poke(world: &mut World) {
    world.must(MALLORY, pokeCall { assets: vec![] });
}

#[test]
fn a_silence_of_the_gap_counts_and_a_second_more_does_not() {
    for (seconds, counted) in [(GAP - 1, GAP - 1), (GAP, GAP), (GAP + 1, 0), (2_400, 0)] {
        let (mut world, id) = silent();
        let before = world.get(auctionCall { id }).price;
        world.pass(seconds);
        assert_eq!(elapsed(&mut world, id), RUN + counted, "{seconds}");
        accrue(&mut world, id);
        assert_eq!(elapsed(&mut world, id), RUN + counted, "{seconds}");
        if counted == 0 {
            assert_eq!(world.get(auctionCall { id }).price, before);
        }
        // Then it goes on.
        world.pass(50);
        assert_eq!(elapsed(&mut world, id), RUN + counted + 50);
    }
    // Without a gap that governance set, no silence is one.
    let (mut world, id) = on_sale(0, Address::ZERO);
    world.pass(2_000);
    assert_eq!(elapsed(&mut world, id), RUN + 2_000);
}

/// Whatever comes first after it: nothing takes the silence away, nothing makes it longer.
#[test]
fn nobody_hides_a_silence() {
    type Act = fn(&mut World, u64);
    // (what comes first, whether it is a sign that the market was heard of)
    let acts: [(Act, bool); 9] = [
        (accrue, true),
        (|world, _| poke(world), true),
        (|world, _| world.observe(WETH, wad(2_700)), true),
        (|world, _| assert!(world.repay(ALICE, ALICE, usdc(1_000)) > 0), true),
        (|world, _| assert!(world.supply(MALLORY, usdc(10)) > 0), true),
        (|world, id| assert_eq!(world.take(TAK, id, wad(1)).0, wad(1)), true),
        (|world, _| world.raise(WETH, 2, 60), true),
        (|world, _| world.raise_all(2, 60), true),
        (|world, _| world.deposit(ALICE, WETH, 1), false),
    ];
    for (n, (act, heard)) in acts.into_iter().enumerate() {
        let (mut world, id) = silent();
        world.pass(2_400);
        act(&mut world, id);
        assert_eq!(elapsed(&mut world, id), RUN, "act {n}");
        world.pass(60);
        assert_eq!(elapsed(&mut world, id), if heard { RUN + 60 } else { RUN }, "act {n}");
        accrue(&mut world, id);
        world.pass(60);
        assert_eq!(elapsed(&mut world, id), RUN + if heard { 120 } else { 60 }, "act {n}");
    }
}

/// The first transaction is the take itself: it pays what it would have paid when the chain went
/// silent, which is what a quote says, and the clock of every other lot stands as well.
#[test]
fn the_first_take_pays_the_price_of_before() {
    let (mut world, id) = silent();
    let before = world.get(auctionCall { id }).price;
    world.pass(2_400);
    let quoted = world.get(quoteCall { id, lot: u256(wad(1)), wait: 0 });
    assert_eq!(quoted.price, before);
    let row = world.get(liveAuctionsCall { asset: WETH, from: 0, limit: 9 }).list[0].clone();
    assert_eq!((row.price, row.elapsed), (before, u256(u128::from(RUN))));
    assert_eq!(U256::from(world.take(TAK, id, wad(1)).1), quoted.pay);
    // What is to come counts on the market being heard of again.
    let quoted = world.get(quoteCall { id, lot: u256(wad(1)), wait: 900 });
    let asked = world.get(timeToPriceCall { id, price: quoted.price });
    assert!(quoted.price < before && asked.reached && asked.wait <= 900);
    world.pass(450);
    accrue(&mut world, id);
    world.pass(450);
    assert_eq!(U256::from(world.take(TAK, id, wad(1)).1), quoted.pay);
    world.check();
}

/// A lot whose auction is started in or after the silence runs from its start: no second before it
/// is taken off, and at most a quarter of the gap after it.
#[test]
fn an_auction_that_starts_around_a_silence_is_not_held_up() {
    let kick = kickCall { accounts: vec![BOB], hints: vec![] };
    for (late, lost) in [(GAP / 4, GAP / 4), (GAP / 4 + 1, 0), (GAP, 0), (2_400, 0)] {
        let (mut world, _) = silent();
        world.pass(late);
        world.must(KAY, kick.clone());
        let id = world.newest(WETH);
        assert_eq!(elapsed(&mut world, id), 0);
        // Silent for longer than the gap since the kick, too.
        world.pass(GAP + 1);
        assert_eq!(elapsed(&mut world, id), 0, "{late}");
        accrue(&mut world, id);
        world.pass(lost);
        assert_eq!(elapsed(&mut world, id), 0, "{late}");
        world.pass(10);
        assert_eq!(elapsed(&mut world, id), 10, "{late}");
    }
}

/// A silence stops no clock that stands already: each second counts once.
#[test]
fn a_silence_within_a_level_counts_once() {
    for asset in [WETH, OVERALL] {
        let (mut world, id) = silent();
        // 3,000 seconds of level 3; silent from its second 500 to 1,000 seconds after its end.
        let until = world.now() + 3_000;
        world.must(GUARDIAN, raiseCall { asset, level: 3, until });
        world.pass(500);
        accrue(&mut world, id);
        world.pass(3_500);
        assert_eq!(elapsed(&mut world, id), RUN);
        accrue(&mut world, id);
        world.pass(7);
        assert_eq!(elapsed(&mut world, id), RUN + 7);
        // Silent before it began: up to the raise, which was heard.
        accrue(&mut world, id);
        world.pass(GAP + 1);
        let until = world.now() + 100;
        world.must(GUARDIAN, raiseCall { asset, level: 3, until });
        assert_eq!(elapsed(&mut world, id), RUN + 7);
        world.pass(130);
        assert_eq!(elapsed(&mut world, id), RUN + 37);
    }
}

/// Only that nobody does anything stops the clock: who wants it to run accrues.
#[test]
fn silences_cannot_hold_an_auction_up() {
    let (mut world, id) = silent();
    let mut heard = RUN;
    while !world.get(auctionCall { id }).needsRedo {
        world.pass(GAP);
        world.observe(WETH, wad(2_700));
        heard += GAP;
        assert_eq!(elapsed(&mut world, id), heard);
        assert!(heard < 4_000);
    }
    world.pass(GAP + 1);
    world.must(KAY, redoCall { auction: id });
    assert_eq!(elapsed(&mut world, id), 0);
    world.pass(20);
    assert_eq!(elapsed(&mut world, id), 20);
}

// ---- The feed of the sequencer ----

/// What the feed reports is shorter than the gap, and stops the clock since the last beat; once in
/// six hours, whatever it reports then.
#[test]
fn a_restart_that_is_reported_counts_though_short() {
    let (mut world, id) = silent();
    let feed = world.deploy_with("Feed", &Feed::constructorCall { decimals: 0 });
    world.must(GOVERNOR, setOutageCall { feed, gap: CODE });
    world.pass(300);
    let started = world.now() - 10;
    status(&mut world, feed, 0, started);
    assert_eq!(elapsed(&mut world, id), RUN + 300);
    poke(&mut world);
    assert_eq!(elapsed(&mut world, id), RUN);
    // The same round again, and new ones: no second more.
    for n in 1..=5 {
        world.pass(100);
        let started = world.now() - if n % 2 == 0 { 0 } else { 50 };
        status(&mut world, feed, 0, started);
        poke(&mut world);
        assert_eq!(elapsed(&mut world, id), RUN + n * 100);
    }
    // Six hours later one counts again, from the last beat on.
    let (mut last, mut ran) = (world.now(), elapsed(&mut world, id));
    while last < started + 10 + APART {
        world.pass(500);
        accrue(&mut world, id);
        (last, ran) = (world.now(), ran + 500);
    }
    assert_eq!(elapsed(&mut world, id), ran);
    world.pass(200);
    status(&mut world, feed, 0, last + 100);
    poke(&mut world);
    assert_eq!(elapsed(&mut world, id), ran);
}

/// A restart from before the last beat, one to come, and a sequencer that is down take nothing off.
#[test]
fn other_reports_stop_no_clock() {
    for (down, ahead) in [(0, -201), (0, -200), (0, 1), (0, 1_000), (1, 0), (1, -100)] {
        let (mut world, id) = silent();
        let feed = world.deploy_with("Feed", &Feed::constructorCall { decimals: 0 });
        world.must(GOVERNOR, setOutageCall { feed, gap: CODE });
        world.pass(200);
        let started = (i64::from(world.now()) + ahead) as u32;
        status(&mut world, feed, down, started);
        poke(&mut world);
        assert_eq!(elapsed(&mut world, id), RUN + 200, "{down} {ahead}");
    }
}
