//! Mango, 11 October 2022: one holder bought MNGO on three thin venues until it stood at 24 times its
//! price, borrowed 116 million against what he held, and left when it fell back.

use plimsoll_abi::IPlimsoll::{borrowCall, maxBorrowCall};
use plimsoll_testkit::engine::{AssetConfig, MALLORY, World, WorldConfig, u256, usdc, wad};

use super::{ASSET, hold_until_lent, liquidate_all};

/// 488 million tokens at 3.8 cents.
const HELD: u128 = wad(488_000_000);
const BEFORE: u128 = wad(38) / 1_000;
const LENT: u128 = usdc(200_000_000);

/// A market that lends at the spot price, or one with an average, a reference volatility of 10 % a
/// day and a depth of 20,000 within 2 % of the price.
fn market(ours: bool) -> World {
    let ema_half_life = if ours { 600 } else { 0 };
    let mango = AssetConfig::new("MNGO", 18, BEFORE).weights(7_500, 7_000);
    let config = WorldConfig {
        supply: LENT,
        curve: None,
        ..WorldConfig::of(vec![AssetConfig { ema_half_life, ..mango }])
    };
    let mut world = World::build(&config);
    if ours {
        world.set_correlation(ASSET, 1_000, 0, 0);
        world.set_depth(ASSET, 20_000, 200);
    }
    world.deposit(MALLORY, ASSET, HELD);
    world
}

/// From 3.8 cents to 91 in twenty minutes, a sixth more each minute.
fn pump(world: &mut World) {
    let mut price = BEFORE;
    for _ in 0..20 {
        world.pass(60);
        price = price * 1_172 / 1_000;
        world.set_price(ASSET, price);
    }
    assert!(price > wad(90) / 100, "{price}");
    // He holds it there until somebody lends at it.
    hold_until_lent(world, price);
}

/// He borrows all he can; the price falls back; keepers and takers do what is left to do. Returns
/// what he borrowed and what nobody will pay back.
fn raid(world: &mut World) -> (u128, u128) {
    let most: u128 = world.get(maxBorrowCall { account: MALLORY }).to();
    world.borrow(MALLORY, most);
    let more = borrowCall { amount: u256(usdc(1)), receiver: MALLORY };
    assert!(world.send(MALLORY, more).is_err());
    world.pass(600);
    world.set_price(ASSET, wad(20) / 100);
    world.pass(600);
    world.set_price(ASSET, BEFORE);
    (most, liquidate_all(world))
}

#[test]
fn incident_mango() {
    let mut wrong = market(false);
    pump(&mut wrong);
    let (borrowed, lost) = raid(&mut wrong);
    // All that there is, and most of it is gone.
    assert_eq!(borrowed, LENT);
    assert!(lost > usdc(150_000_000), "{lost}");

    // What he held was worth 18.5 million; what he gets is within what it is worth again.
    let mut ours = market(true);
    pump(&mut ours);
    let (borrowed, lost) = raid(&mut ours);
    assert!(borrowed < usdc(12_900_000), "{borrowed}");
    assert_eq!(lost, 0);
    assert!(borrowed > 0);
}
