//! Trips: what anybody may prove, what it holds back, and what an attacker makes of it.

use plimsoll_abi::IPlimsoll::{
    auctionCall, borrowCall, breakerCall, kickCall, proofCall, redeemCall, redoCall, tripCall,
};
use plimsoll_abi::skip::LEVEL;
use plimsoll_abi::{
    BadLevel, LevelForbids, NotProved, NothingKicked, OVERALL, SaleTerms, Tripped, UnknownAsset,
    UnknownReason,
};
use plimsoll_math::breaker::{GRACE, Reason, TRIP};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, CAROL, GUARDIAN, KAY, MALLORY, SUE, TAK, WBTC, WETH, World,
    WorldConfig, u256, usdc, wad,
};

use crate::governance::middle;

const JUMP: u8 = Reason::Jump.code();
const DISPERSION: u8 = Reason::Dispersion.code();
const LOSS: u8 = Reason::Loss.code();
const QUEUE: u8 = Reason::Queue.code();
const CLEARING: u8 = Reason::Clearing.code();

pub fn trip(asset: u8, reason: u8) -> tripCall {
    tripCall { asset, reason }
}

pub fn kick(account: alloy_primitives::Address) -> kickCall {
    kickCall { accounts: vec![account], hints: vec![] }
}

/// Reports ether at 3,000 with a confidence in basis points of it.
fn uncertain(world: &mut World, bps: u128) {
    uncertain_at(world, 3_000, bps);
}

pub fn uncertain_at(world: &mut World, price: u128, bps: u128) {
    world.pass(1);
    let now = world.now();
    world.report(WETH, wad(price), wad(price) * bps / 10_000, now).unwrap();
}

/// A market in which 60,000 of ether may be on sale.
pub fn capped() -> World {
    let terms = SaleTerms { maxOnSale: 60_000_000, ..middle() };
    let weth = AssetConfig { terms: Some(terms), ..AssetConfig::new("WETH", 18, wad(3_000)) };
    World::build(&WorldConfig::of(vec![weth]))
}

/// There, ALICE's lot, more than a quarter of that, has run out without a buyer. BOB's health is 0.99
/// and CAROL's 0.97.
pub fn unwanted() -> World {
    let mut world = capped();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.open(BOB, WETH, wad(10), usdc(22_900));
    world.open(CAROL, WETH, wad(10), usdc(23_380));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    world.pass_fresh(5_000);
    world
}

#[test]
fn nobody_proves_what_does_not_hold() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(20_000));
    for reason in [JUMP, DISPERSION, Reason::Outflow.code(), QUEUE, CLEARING] {
        let bound = Reason::from_code(reason).unwrap().bounds().0;
        let error = NotProved { asset: WETH, reason, measure: 0, bound };
        world.refuse(MALLORY, trip(WETH, reason), error);
    }
    for reason in [Reason::Outflow.code(), LOSS] {
        let bound = Reason::from_code(reason).unwrap().bounds().0;
        let error = NotProved { asset: OVERALL, reason, measure: 0, bound };
        world.refuse(MALLORY, trip(OVERALL, reason), error);
    }
    for (asset, reason) in [(WETH, 0), (WETH, 7), (WETH, LOSS), (OVERALL, JUMP), (OVERALL, QUEUE)] {
        world.refuse(MALLORY, trip(asset, reason), UnknownReason { asset, reason });
    }
    world.refuse(MALLORY, trip(4, JUMP), UnknownAsset { asset: 4, count: 4 });
    // A role proves nothing either.
    let error = NotProved { asset: WETH, reason: JUMP, measure: 0, bound: 1_000 };
    world.refuse(GUARDIAN, trip(WETH, JUMP), error);
}

#[test]
fn a_wide_confidence_is_proved_and_ends_by_itself() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(20_000));
    uncertain(&mut world, 299);
    let bound = |measure, bound| NotProved { asset: WETH, reason: DISPERSION, measure, bound };
    uncertain(&mut world, 296);
    world.refuse(MALLORY, trip(WETH, DISPERSION), bound(296, 300));
    uncertain(&mut world, 300);
    world.must(MALLORY, trip(WETH, DISPERSION));
    let until = world.now() + TRIP;
    world.assert_event(&Tripped {
        asset: WETH,
        by: MALLORY,
        reason: DISPERSION,
        level: 1,
        until,
        measure: 300,
    });
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 1);
    // It holds after the price is good again: no new risk, but every kick.
    uncertain(&mut world, 0);
    let borrow = borrowCall { amount: u256(1), receiver: ALICE };
    world.refuse(ALICE, borrow.clone(), LevelForbids { asset: WETH, level: 1 });
    world.open(BOB, WBTC, 100_000_000, usdc(10_000));
    // Half of the bound keeps it, less does not.
    uncertain(&mut world, 148);
    world.refuse(MALLORY, trip(WETH, DISPERSION), bound(148, 150));
    uncertain(&mut world, 152);
    world.must(KAY, trip(WETH, DISPERSION));
    let until = world.now() + TRIP;
    assert_eq!(world.get(breakerCall { asset: WETH }).until, until);
    uncertain(&mut world, 0);
    world.pass(until - world.now() - 1);
    uncertain(&mut world, 0);
    assert_eq!(world.now(), until);
    world.must(ALICE, borrow);
    // Down it takes all of the bound again.
    uncertain(&mut world, 296);
    world.refuse(MALLORY, trip(WETH, DISPERSION), bound(296, 300));
}

#[test]
fn a_jump_is_proved_and_no_kick_waits_for_it() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.pass(2);
    world.observe(WETH, wad(1_400));
    let seen = world.get(proofCall { asset: WETH, reason: JUMP });
    assert_eq!((seen.measure, seen.bound, seen.tripped), (10_000, 1_000, 0));
    world.must(MALLORY, trip(WETH, JUMP));
    let seen = world.get(proofCall { asset: WETH, reason: JUMP });
    assert_eq!((seen.bound, seen.tripped, seen.until), (500, JUMP, world.now() + TRIP));
    // Far below the hard limit, a jumped price included.
    world.must(KAY, kick(ALICE));
    world.check();
}

#[test]
fn what_nobody_wants_holds_back_what_can_wait() {
    let mut world = unwanted();
    world.must(MALLORY, trip(WETH, QUEUE));
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 2);
    world.refuse(KAY, kick(BOB), NothingKicked { skip: LEVEL });
    // Below the hard limit a kick passes, a redo is allowed, and takes go on.
    world.must(KAY, kick(CAROL));
    let old = world.auction_ids(WETH)[0];
    world.must(MALLORY, redoCall { auction: old });
    world.take_all(TAK, old);
    let newest = world.newest(WETH);
    world.take_all(TAK, newest);
    // Sold, it cannot be proved again, and what waited is kicked after the level and its grace.
    let error = NotProved { asset: WETH, reason: QUEUE, measure: 0, bound: 1_250 };
    world.refuse(MALLORY, trip(WETH, QUEUE), error);
    world.pass_fresh(TRIP);
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 0);
    world.refuse(KAY, kick(BOB), NothingKicked { skip: LEVEL });
    world.pass_fresh(GRACE);
    world.must(KAY, kick(BOB));
    world.check();
}

/// Lots that clear at the floor say that the market does not bear what is sold; until the next
/// lesson, which begins anew.
#[test]
fn sales_at_the_floor_are_proved_once_a_quarter_of_the_cap_was_sold() {
    let mut world = capped();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let id = world.newest(WETH);
    world.pass_fresh(3_000);
    let unproved = |measure| NotProved { asset: WETH, reason: CLEARING, measure, bound: 9_500 };
    // 8 % below the oracle, and less than 15,000 of it.
    world.take(TAK, id, wad(5));
    world.refuse(MALLORY, trip(WETH, CLEARING), unproved(0));
    world.take_all(TAK, id);
    world.must(MALLORY, trip(WETH, CLEARING));
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 2);
    world.pass_fresh(86_400);
    world.must(MALLORY, plimsoll_abi::IPlimsoll::learnCall { asset: WETH });
    world.refuse(MALLORY, trip(WETH, CLEARING), unproved(0));
    world.check();
}

/// BOB is to be kicked. He has little of his own on sale that nobody wants, and tries everything.
#[test]
fn an_attacker_cannot_trip_his_way_out() {
    let mut world = World::new();
    world.open(MALLORY, WETH, wad(1), usdc(2_400));
    world.open(BOB, WETH, wad(10), usdc(22_900));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(MALLORY, &[MALLORY]).unwrap();
    world.pass_fresh(5_000);
    for reason in 1..=6 {
        assert!(world.send(BOB, trip(WETH, reason)).is_err());
        assert!(world.send(BOB, trip(OVERALL, reason)).is_err());
    }
    world.must(KAY, kick(BOB));
    world.check();
}

#[test]
fn a_trip_stops_no_clock_and_no_take() {
    let mut world = unwanted();
    let old = world.newest(WETH);
    world.must(MALLORY, redoCall { auction: old });
    world.pass_fresh(100);
    let before = world.get(auctionCall { id: old }).elapsed;
    // Not unwanted any more: raise by hand what a trip would.
    world.raise(WETH, 2, 1_000);
    world.pass(50);
    assert_eq!(world.get(auctionCall { id: old }).elapsed, before + u256(50));
    world.take_all(TAK, old);
    world.check();
}

#[test]
fn a_trip_does_not_lower_what_was_raised() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(20_000));
    uncertain(&mut world, 400);
    world.raise(WETH, 3, 7_200);
    world.must(MALLORY, trip(WETH, DISPERSION));
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 3);
    // The governor lowers both, and anybody proves again what still holds.
    world.lower(WETH, 0);
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 0);
    world.must(MALLORY, trip(WETH, DISPERSION));
    assert_eq!(world.get(breakerCall { asset: WETH }).level, 1);
    let error = BadLevel { level: 1, current: 1 };
    world.refuse(
        plimsoll_testkit::engine::GOVERNOR,
        plimsoll_abi::IPlimsoll::lowerCall { asset: WETH, level: 1 },
        error,
    );
}

/// Bad debt of an hour stops new risk and redemptions everywhere.
#[test]
fn bad_debt_is_proved_for_the_hour_in_which_it_was_booked() {
    let mut world = World::build(&WorldConfig { supply: usdc(100_000), ..WorldConfig::default() });
    world.open(ALICE, WBTC, 100_000_000, usdc(48_000));
    world.set_price(WBTC, wad(40_000));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WBTC);
    world.take_all(TAK, auction);
    // The first second of an hour, so that the second before the next one is of the same.
    world.pass_fresh(3_600 - world.now() % 3_600);
    let start = world.now();
    world.must(MALLORY, plimsoll_abi::IPlimsoll::realiseCall { accounts: vec![ALICE] });
    assert!(world.deficit_word().lost > usdc(500));
    world.pass(start / 3_600 * 3_600 + 3_599 - world.now());
    world.must(MALLORY, trip(OVERALL, LOSS));
    let redeem = redeemCall { shares: u256(1_000_000), receiver: SUE };
    world.refuse(SUE, redeem, LevelForbids { asset: OVERALL, level: 1 });
    // Tripped as it is, half of the bound would keep it.
    world.pass(1);
    let error = NotProved { asset: OVERALL, reason: LOSS, measure: 0, bound: 25 };
    world.refuse(MALLORY, trip(OVERALL, LOSS), error);
    world.check();
}
