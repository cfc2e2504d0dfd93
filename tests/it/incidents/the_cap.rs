//! Venus, 15 March 2026: THE was sent straight to the market, which counted its own balance, so that
//! 3.67 times the cap stood behind one account; a pumped average took it from 0.27 to 5, and when it
//! was gone 2.15 million were missing.

use alloy_primitives::Address;
use plimsoll_abi::CapExceeded;
use plimsoll_abi::IPlimsoll::{depositCall, maxBorrowCall};
use plimsoll_testkit::engine::{AssetConfig, MALLORY, World, WorldConfig, u256, usdc, wad};

use super::{ASSET, Spread, hold_until_lent, liquidate_all};

/// The cap, and what the attacker brought in past it.
const CAP: u128 = wad(14_500_000);
const BROUGHT: u128 = CAP / 100 * 367;
const BEFORE: u128 = wad(27) / 100;

/// The design that it happened to counts what was sent to it: here, a cap that is as high. Its
/// average is what the oracle says, and size does not matter.
fn market(ours: bool) -> World {
    let cap = if ours { CAP } else { BROUGHT };
    let ema_half_life = if ours { 600 } else { 0 };
    let the = AssetConfig::new("THE", 18, BEFORE).weights(6_000, 5_500);
    let config = WorldConfig {
        supply: usdc(60_000_000),
        curve: None,
        ..WorldConfig::of(vec![AssetConfig { ema_half_life, cap, ..the }])
    };
    let mut world = World::build(&config);
    if ours {
        world.set_correlation(ASSET, 1_000, 0, 0);
        world.set_depth(ASSET, 4_500, 200);
    }
    world
}

/// To 5 in an hour and a half.
fn pump(world: &mut World) {
    let mut price = BEFORE;
    for _ in 0..90 {
        world.pass(60);
        price = price * 1_033 / 1_000;
        world.set_price(ASSET, price);
    }
    assert!(price > wad(5), "{price}");
    // It stands there until somebody lends at it.
    hold_until_lent(world, price);
}

/// Pumps, borrows, falls, is sold. Returns what was borrowed and what is missing.
fn raid(world: &mut World, accounts: &[Address], spread: Spread, held: u128) -> (u128, u128) {
    pump(world);
    let borrowed = spread.borrow(world, accounts, held);
    for price in [wad(3), wad(1), wad(50) / 100, BEFORE, wad(24) / 100] {
        world.pass(60);
        world.set_price(ASSET, price);
    }
    hold_until_lent(world, wad(24) / 100);
    (borrowed, liquidate_all(world, accounts))
}

/// What is sent past the entry points is nobody's; what comes through them meets the cap.
fn meet_the_cap(world: &mut World) {
    let before = world.get(maxBorrowCall { account: MALLORY });
    world.donate(ASSET, MALLORY, BROUGHT - CAP);
    assert_eq!(world.get(maxBorrowCall { account: MALLORY }), before);
    world.mint(ASSET, MALLORY, wad(1));
    let deposit = depositCall { asset: ASSET, amount: u256(wad(1)), account: MALLORY };
    let (total, cap) = (u256(CAP + wad(1)), u256(CAP));
    world.refuse(MALLORY, deposit, CapExceeded { asset: ASSET, total, cap });
}

#[test]
fn incident_the_cap() {
    for spread in [Spread::Whole, Spread::Beside, Spread::InTurn] {
        let mut wrong = market(false);
        let accounts = spread.deposit(&mut wrong, BROUGHT);
        let (borrowed, lost) = raid(&mut wrong, &accounts, spread, BROUGHT);
        assert!(borrowed > usdc(60_000_000) - usdc(1), "{spread:?}: {borrowed}");
        assert!(lost > usdc(2_150_000), "{spread:?}: {lost}");
    }

    let play = |spread: Spread| {
        let mut ours = market(true);
        let accounts = spread.deposit(&mut ours, CAP);
        if spread == Spread::Whole {
            meet_the_cap(&mut ours);
        }
        raid(&mut ours, &accounts, spread, CAP)
    };
    // 3.9 million before the pump; no more than that carries.
    let (whole, lost) = play(Spread::Whole);
    assert!(whole < usdc(2_150_000), "{whole}");
    assert_eq!(lost, 0);
    // Each of twenty counts beside the others.
    let (beside, lost) = play(Spread::Beside);
    assert!(beside < usdc(1_000), "{beside}");
    assert_eq!(lost, 0);
    // One after another they get what one account gets, and leave behind what the first few held.
    let (in_turn, lost) = play(Spread::InTurn);
    assert!(in_turn <= whole && whole - in_turn < usdc(100_000), "{in_turn} {whole}");
    assert!(lost < usdc(1_600_000), "{lost}");
}
