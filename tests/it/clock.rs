//! The auction clock, which stands still while nobody can take.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{auctionCall, lowerCall, pokeCall, raiseCall};
use plimsoll_abi::OVERALL;
use plimsoll_testkit::engine::{GOVERNOR, GUARDIAN, MALLORY, WETH, World, u256};

use crate::breakers::on_sale;
use crate::exact::Draw;

fn elapsed(world: &mut World, id: u64) -> U256 {
    world.get(auctionCall { id }).elapsed
}

#[test]
fn level_three_stops_the_clock_for_as_long_as_it_lasts() {
    for asset in [WETH, OVERALL] {
        let (mut world, id) = on_sale();
        world.raise(asset, 2, 50);
        world.pass(50);
        assert_eq!(elapsed(&mut world, id), u256(150));
        world.raise(asset, 3, 200);
        world.pass(199);
        assert_eq!(elapsed(&mut world, id), u256(150));
        // Its last second stands still; nobody has to end it.
        world.pass(1);
        assert_eq!(elapsed(&mut world, id), u256(150));
        world.pass(70);
        assert_eq!(elapsed(&mut world, id), u256(220));
        // Raised in three steps and lowered early.
        world.raise(asset, 3, 100);
        world.pass(30);
        world.raise(asset, 4, 100);
        world.pass(30);
        world.lower(asset, 2);
        world.pass(10);
        assert_eq!(elapsed(&mut world, id), u256(230));
    }
}

#[test]
fn overlapping_levels_count_once() {
    let (mut world, id) = on_sale();
    world.raise(WETH, 3, 100);
    world.pass(50);
    world.raise_all(3, 100);
    world.pass(100);
    assert_eq!(elapsed(&mut world, id), u256(100));
    world.pass(25);
    assert_eq!(elapsed(&mut world, id), u256(125));
    world.check();
}

/// Levels come and go, prices die and return, blocks pass: the clock never runs backwards, never
/// faster than time, and a price in a sale never rises while its oracle price stands.
#[test]
fn the_clock_never_runs_backwards() {
    for seed in [1, 2, 3] {
        let (mut world, id) = on_sale();
        let feed = world.add_feed(WETH, 8);
        let mut draw = Draw(0x9e37_79b9_7f4a_7c15 ^ seed);
        let mut last = (world.now(), elapsed(&mut world, id));
        world.batch(|world| {
            for _ in 0..150 {
                shake(world, feed, &mut draw);
                let now = world.now();
                let seen = elapsed(world, id);
                assert!(seen >= last.1, "{seen} after {}", last.1);
                assert!(seen - last.1 <= u256(u128::from(now - last.0)));
                last = (now, seen);
            }
        });
    }
}

fn shake(world: &mut World, feed: Address, draw: &mut Draw) {
    let asset = if draw.below(2) == 0 { WETH } else { OVERALL };
    let level = 1 + draw.below(4) as u8;
    let until = world.now() + 1 + draw.below(300) as u32;
    // Many of these are refused: that is part of the walk.
    let _ = match draw.below(6) {
        0 | 1 => world.send(GUARDIAN, raiseCall { asset, level, until }).map(|_| ()),
        2 => world.send(GOVERNOR, lowerCall { asset, level: level - 1 }).map(|_| ()),
        3 => {
            let (now, answer) = (world.now(), draw.below(2) as i128 * 270_000_000_000);
            world.set_feed(feed, answer, now);
            let poke = pokeCall { assets: vec![WETH] };
            world.send(MALLORY, poke).map(|_| ())
        }
        _ => {
            world.pass(draw.below(120) as u32);
            Ok(())
        }
    };
}
