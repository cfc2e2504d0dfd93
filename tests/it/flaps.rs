//! Trips that end and begin again: series, expiry to the second, and what holds itself up.

use plimsoll_abi::IPlimsoll::{breakerCall, proofCall};
use plimsoll_abi::skip::LEVEL;
use plimsoll_abi::{NotProved, NothingKicked, Resting};
use plimsoll_math::breaker::{GRACE, REST, Reason, SERIES, TRIP};
use plimsoll_testkit::engine::{ALICE, BOB, KAY, MALLORY, TAK, WETH, usdc, wad};

use crate::trips::{capped, kick, trip, uncertain_at, unwanted};

const DISPERSION: u8 = Reason::Dispersion.code();
const QUEUE: u8 = Reason::Queue.code();
const CLEARING: u8 = Reason::Clearing.code();

/// It cannot hold itself up: what is sold at par while it is up counts, and proves that it is over.
/// What is sold while somebody has raised a level still says nothing.
#[test]
fn a_clearing_trip_is_disproved_by_better_sales() {
    for raised in [false, true] {
        let mut world = capped();
        for owner in [ALICE, BOB] {
            world.open(owner, WETH, wad(10), usdc(24_000));
        }
        world.set_price(WETH, wad(2_700));
        world.pass(2);
        world.kick(KAY, &[ALICE]).unwrap();
        let id = world.newest(WETH);
        world.pass_fresh(3_000);
        let lot = world.take_all(TAK, id).0;
        world.must(MALLORY, trip(WETH, CLEARING));
        world.must(MALLORY, trip(WETH, CLEARING));
        if raised {
            world.raise(WETH, 1, 600);
        }
        // BOB is below the hard limit: his lot is sold at once, at the price of the oracle or more.
        world.kick(KAY, &[BOB]).unwrap();
        let (id, before) = (world.newest(WETH), world.sold(WETH));
        assert!(world.take_all(TAK, id).0.abs_diff(lot) < lot / 1_000);
        if raised {
            assert_eq!(world.sold(WETH), before);
            world.must(MALLORY, trip(WETH, CLEARING));
            continue;
        }
        let measure = world.get(proofCall { asset: WETH, reason: CLEARING }).measure;
        assert!(measure < 5_000, "{measure}");
        let error = NotProved { asset: WETH, reason: CLEARING, measure, bound: 8_000 };
        world.refuse(MALLORY, trip(WETH, CLEARING), error);
        let until = world.get(breakerCall { asset: WETH }).until;
        world.pass_fresh(until - world.now());
        assert_eq!(world.get(breakerCall { asset: WETH }).level, 0);
        world.check();
    }
}

/// Whoever keeps a cheap proof up to the end of its series takes nothing from a dear one.
#[test]
fn a_cheap_series_does_not_use_up_a_dear_one() {
    let mut world = unwanted();
    uncertain_at(&mut world, 2_700, 400);
    let start = world.now();
    world.must(BOB, trip(WETH, DISPERSION));
    while world.get(breakerCall { asset: WETH }).until < start + SERIES {
        world.pass(TRIP - 10);
        uncertain_at(&mut world, 2_700, 400);
        world.must(BOB, trip(WETH, DISPERSION));
    }
    world.pass(start + SERIES - 20 - world.now());
    uncertain_at(&mut world, 2_700, 0);
    let now = world.now();
    world.must(KAY, trip(WETH, QUEUE));
    let shown = world.get(breakerCall { asset: WETH });
    assert_eq!((shown.level, shown.since, shown.until), (2, now, now + TRIP));
    world.check();
}

/// Whoever proves and proves again gets six hours, in which every position below the hard limit is
/// sold; then a rest. Neither who proves in the last second of each trip nor who lets each one lapse
/// and proves in the second after it, nor who waits longer, gets more.
#[test]
fn a_series_ends_and_flapping_gains_nothing() {
    // How many seconds before (or after) the end of a trip the next one is proved.
    for (early, late) in [(1, 0), (0, 0), (0, 1), (0, 599), (0, REST - 1)] {
        let mut world = unwanted();
        let start = world.now();
        let (mut up, mut proofs, mut lapses) = (0_u32, 0_u32, 0);
        while world.now() < start + SERIES {
            match world.send(BOB, trip(WETH, QUEUE)) {
                Ok(_) => proofs += 1,
                Err(failure) => assert!(failure.is::<Resting>(), "{failure}"),
            }
            let shown = world.get(breakerCall { asset: WETH });
            // At the end of the series there is nothing to prolong.
            let last = shown.until == start + SERIES;
            let then = if last { shown.until } else { shown.until - early + late };
            up += shown.until.min(then) - world.now();
            world.pass_fresh(then - world.now());
            let level = world.get(breakerCall { asset: WETH }).level;
            assert_eq!(level, if early > 0 && !last { 2 } else { 0 });
            lapses += u32::from(level == 0);
        }
        // Up for all of the series by proving in time; for less of it, the longer he waits.
        let period = TRIP - early + late;
        let longest = (0..SERIES).filter(|second| second % period < TRIP).count() as u32;
        assert_eq!(up, longest);
        assert_eq!(lapses, if early > 0 { 1 } else { proofs });
        assert_eq!(proofs, SERIES.div_ceil(period));
        let until = world.breaker(WETH).trip.until + REST;
        world.refuse(BOB, trip(WETH, QUEUE), Resting { asset: WETH, until });
        // The last trip's grace over, BOB is kicked while the breaker rests.
        world.pass_fresh(GRACE);
        world.must(KAY, kick(BOB));
        // The guardian is not bound by the rest.
        world.raise(WETH, 2, 60);
        world.check();
    }
}

/// Who is kicked and who trips the breaker race to the end of a trip: its last second still holds
/// the kick back and can still be proved again; the next one the grace holds; and the order within
/// a second decides.
#[test]
fn an_expiry_is_raced_to_the_second() {
    for after in [-1, 0, 1_i64] {
        let mut world = unwanted();
        world.must(BOB, trip(WETH, QUEUE));
        let until = world.get(breakerCall { asset: WETH }).until;
        world.pass_fresh(until - world.now() - 10);
        world.pass((10 + after) as u32);
        let now = world.now();
        assert_eq!(i64::from(now), i64::from(until) + after);
        // The trip holds the kick, or its grace does, so that BOB gains nothing by being second.
        world.refuse(KAY, kick(BOB), NothingKicked { skip: LEVEL });
        let level = world.get(breakerCall { asset: WETH }).level;
        assert_eq!(level, if after < 0 { 2 } else { 0 });
        // Proved again in the last second it goes on, and after it begins again, within the series.
        world.must(BOB, trip(WETH, QUEUE));
        assert_eq!(world.get(breakerCall { asset: WETH }).until, now + TRIP);
        world.refuse(KAY, kick(BOB), NothingKicked { skip: LEVEL });
        world.check();
    }
    // The grace ends to the second as well; whoever comes first in it has his way.
    let mut world = unwanted();
    world.must(BOB, trip(WETH, QUEUE));
    let until = world.get(breakerCall { asset: WETH }).until;
    world.pass_fresh(until + GRACE - 1 - world.now());
    world.refuse(KAY, kick(BOB), NothingKicked { skip: LEVEL });
    world.pass(1);
    let before = world.snapshot();
    world.must(KAY, kick(BOB));
    world.revert(before);
    world.must(BOB, trip(WETH, QUEUE));
    world.refuse(KAY, kick(BOB), NothingKicked { skip: LEVEL });
    world.check();
}
