//! LUNA, May 2022: the feed could not answer less than ten cents while the market paid one. Whoever
//! bought at one cent borrowed against ten: Venus lost 11.2 million, Blizz all it had.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{borrowCall, pokeCall, priceCall};
use plimsoll_abi::PriceForbids;
use plimsoll_math::words::Bounds;
use plimsoll_testkit::contracts::ClampedFeed;
use plimsoll_testkit::engine::{
    AssetConfig, GOVERNOR, MALLORY, World, WorldConfig, feed_source, u256, usdc, wad, whole,
};

const LUNA: u8 = 0;
/// Ten cents at eight decimals: the least that the aggregator answers.
const FLOOR: u128 = 10_000_000;
const CEILING: u128 = 10_000_000_000_000;
const CENT: u128 = wad(1) / 100;

/// LUNA at a dollar through a feed with a floor; `bounds` is what governance told the engine of it.
fn market(bounds: Bounds) -> (World, alloy_primitives::Address) {
    let config = AssetConfig { price: 0, max_age: 86_400, ..AssetConfig::new("LUNA", 6, 0) };
    let mut world = World::build(&WorldConfig::of(vec![config.weights(6_000, 5_500)]));
    let arguments = ClampedFeed::constructorCall {
        decimals: 8,
        minAnswer: (FLOOR as i64).try_into().unwrap(),
        maxAnswer: (CEILING as i64).try_into().unwrap(),
    };
    let feed = world.deploy_with("ClampedFeed", &arguments);
    world.set_source(LUNA, 0, feed_source(feed, 8), bounds.pack().unwrap());
    for market in [100_000_000, 55_000_000, 30_000_000, 16_000_000, 12_000_000] {
        says(&mut world, feed, market);
    }
    (world, feed)
}

fn says(world: &mut World, feed: alloy_primitives::Address, answer: i64) {
    world.pass(60);
    let updated = U256::from(world.now());
    let call = ClampedFeed::setCall { answer: answer.try_into().unwrap(), updatedAt: updated };
    world.send_to(GOVERNOR, feed, call).map(|_| ()).unwrap();
    world.must(MALLORY, pokeCall { assets: vec![LUNA] });
}

/// A hundred million LUNA for a million dollars at one cent.
const BOUGHT: u128 = whole(100_000_000, 6);

#[test]
fn incident_luna_floor() {
    // An engine that takes the floor for a price.
    let (mut wrong, feed) = market(Bounds::default());
    says(&mut wrong, feed, 1_000_000);
    let believed = wrong.get(priceCall { asset: LUNA });
    assert_eq!((believed.price, believed.verdict), (u256(10 * CENT), 0));
    wrong.deposit(MALLORY, LUNA, BOUGHT);
    wrong.borrow(MALLORY, usdc(5_499_000));
    // He paid one million for it and owes almost five and a half: the suppliers are short of the rest.
    let worth = BOUGHT / whole(1, 6) * CENT / wad(1);
    assert_eq!(wrong.debt(MALLORY) / usdc(1) - worth, 4_499_000);

    // An engine that knows the bound: an answer there says only that the truth lies beyond.
    let (mut ours, feed) = market(Bounds { min: FLOOR, max: CEILING });
    ours.deposit(MALLORY, LUNA, BOUGHT);
    says(&mut ours, feed, 1_000_000);
    assert_eq!(ours.get(priceCall { asset: LUNA }).verdict, 4);
    let borrow = borrowCall { amount: u256(usdc(100)), receiver: MALLORY };
    ours.refuse(MALLORY, borrow, PriceForbids { asset: LUNA, verdict: 4 });
    assert_eq!(ours.debt(MALLORY), 0);
    ours.check();
}
