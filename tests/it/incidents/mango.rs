//! Mango, 11 October 2022: one holder bought MNGO on three thin venues until it stood at 24 times its
//! price, borrowed 116 million against what he held, and left when it fell back.

use plimsoll_abi::IPlimsoll::borrowCall;
use plimsoll_math::limit;
use plimsoll_testkit::engine::{AssetConfig, World, WorldConfig, u256, usdc, wad};

use super::{ASSET, Spread, hold_until_lent, liquidate_all};

/// 488 million tokens at 3.8 cents.
const HELD: u128 = wad(488_000_000);
const BEFORE: u128 = wad(38) / 1_000;
const LENT: u128 = usdc(200_000_000);
/// 10 % a day.
const SIGMA: u16 = 1_000;

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
        world.set_correlation(ASSET, SIGMA, 0, 0);
        world.set_depth(ASSET, 20_000, 200);
    }
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

/// He pumps, borrows all he can, and lets it fall; keepers and takers do what is left to do. Returns
/// what he borrowed and what nobody will pay back.
fn raid(ours: bool, spread: Spread) -> (u128, u128) {
    let mut world = market(ours);
    let accounts = spread.deposit(&mut world, HELD);
    pump(&mut world);
    if ours {
        // By then the ten minutes' memory has let the pump go, and the day's has seen it: as little
        // as that comes off, so the depth has to bear the rest.
        let risk = world.risk(ASSET);
        let weight = limit::weight(risk.max_ltv, SIGMA, risk.measured()).unwrap();
        assert!((6_500..7_000).contains(&weight), "{weight}");
    }
    let borrowed = spread.borrow(&mut world, &accounts, HELD);
    for account in &accounts {
        let more = borrowCall { amount: u256(usdc(1)), receiver: *account };
        assert!(world.send(*account, more).is_err());
    }
    world.pass(600);
    world.set_price(ASSET, wad(20) / 100);
    world.pass(600);
    world.set_price(ASSET, BEFORE);
    // Until the average is there too, and a keeper can sell.
    hold_until_lent(&mut world, BEFORE);
    (borrowed, liquidate_all(&mut world, &accounts))
}

#[test]
fn incident_mango() {
    for spread in [Spread::Whole, Spread::Beside, Spread::InTurn] {
        let (borrowed, lost) = raid(false, spread);
        // All that there is, and most of it is gone.
        assert!(borrowed > LENT - usdc(1), "{spread:?}: {borrowed}");
        assert!(lost > usdc(150_000_000), "{spread:?}: {lost}");
    }

    // What he held was worth 18.5 million; what he gets is within what it is worth again.
    let (whole, lost) = raid(true, Spread::Whole);
    assert!(whole > 0 && whole < usdc(12_900_000), "{whole}");
    assert_eq!(lost, 0);
    // Each of twenty counts beside the others, for what it adds to what the market would take.
    let (beside, lost) = raid(true, Spread::Beside);
    assert!(beside < usdc(1_000), "{beside}");
    assert_eq!(lost, 0);
    // One after another they get what one account gets, and leave behind what the first few held.
    let (in_turn, lost) = raid(true, Spread::InTurn);
    assert!(in_turn <= whole && whole - in_turn < usdc(100_000), "{in_turn} {whole}");
    // Of 200 million, what the depth lets go at any price.
    assert!(lost < usdc(9_500_000), "{lost}");
}
