//! Ten programs, one storage: words that are put where docs/STORAGE.md has them are what every
//! program reads, and what one program stores the others find.
//!
//! All programs compile the same `src/storage.rs`; this is what says so of their bytes.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{
    acknowledgeLossCall, averagesCall, borrowCall, healthFactorCall, kickCall,
    liquidationStatusCall, parametersCall, portfolioCall, positionCall, priceCall, setMaxLtvCall,
};
use plimsoll_abi::{NothingKicked, OutOfBounds, skip};
use plimsoll_math::words::AssetPrice;
use plimsoll_testkit::engine::{
    ALICE, GOVERNOR, KAY, LINK, TAK, WBTC, WETH, World, u256, usdc, wad,
};

use crate::exact::floor;
use crate::views::mixed;

/// Slot of the first asset's words, and words of an asset.
const ASSETS: u64 = 12;
const ASSET_WORDS: u64 = 9;
/// States of `liquidationStatus`.
const HEALTHY: u8 = 0;
const LIQUIDATABLE: u8 = 3;

/// Puts another word where the price of WBTC is, from outside.
fn put(world: &mut World, change: impl FnOnce(&mut AssetPrice)) {
    let mut word = world.asset_price(WBTC);
    change(&mut word);
    let slot = ASSETS + u64::from(WBTC) * ASSET_WORDS;
    world.chain.set_storage(world.engine, u256(slot.into()), word.pack().unwrap());
}

/// ALICE's health factor from the words that are stored.
fn health(world: &mut World) -> U256 {
    let margin = [WETH, WBTC, LINK].map(|asset| {
        let (price, balance) = (world.asset_price(asset), world.holding(ALICE, asset).balance);
        let value = floor(balance, price.price, 10_u128.pow(price.scale.into()));
        value * u128::from(price.threshold)
    });
    let debt = world.debt(ALICE);
    u256(floor(margin.iter().sum(), 10_u128.pow(14), debt))
}

/// Half of its price, a threshold and an average of its own, and a loss that stands open.
fn probed() -> World {
    let mut world = mixed();
    put(&mut world, |word| {
        (word.price, word.threshold) = (wad(30_000), 6_543);
        word.ema /= 2;
        word.impaired = true;
    });
    world
}

#[test]
fn every_view_reads_the_same_words() {
    let mut world = probed();
    let (word, expected) = (world.asset_price(WBTC), health(&mut world));
    // Engine, lens, risk.
    assert_eq!(world.get(healthFactorCall { account: ALICE }), expected);
    assert_eq!(world.get(positionCall { account: ALICE }).health, expected);
    assert_eq!(world.get(portfolioCall { account: ALICE }).summary.health, expected);
    assert_eq!(world.get(priceCall { asset: WBTC }).price, u256(wad(30_000)));
    // Prices, breakers.
    assert_eq!(world.get(averagesCall { asset: WBTC }).ema, u256(word.average()));
    assert_eq!(world.get(parametersCall { asset: WBTC }).threshold, 6_543);
}

#[test]
fn governance_and_the_market_read_and_write_the_same_words() {
    let mut world = probed();
    // A weight reaches to below the threshold that was put there.
    let above = setMaxLtvCall { asset: WBTC, maxLtv: 6_543 };
    let values =
        OutOfBounds { parameter: 1, value: u256(6_543), low: U256::ZERO, high: u256(6_542) };
    world.refuse(GOVERNOR, above, values);
    // The market clears one bit of the word and leaves the others.
    let before = world.asset_price(WBTC);
    world.must(GOVERNOR, acknowledgeLossCall { asset: WBTC });
    assert_eq!(world.asset_price(WBTC), AssetPrice { impaired: false, ..before });
}

#[test]
fn positions_liquidation_and_claims_read_the_same_words() {
    let mut world = mixed();
    world.borrow(ALICE, usdc(8_000));
    world.pass_fresh(600);
    let borrow = || borrowCall { amount: u256(usdc(1)), receiver: ALICE };
    let kick = || kickCall { accounts: vec![ALICE], hints: vec![] };
    let start = world.snapshot();
    world.must(ALICE, borrow());
    world.revert(start);
    world.refuse(KAY, kick(), NothingKicked { skip: skip::HEALTHY });
    assert_eq!(world.get(liquidationStatusCall { account: ALICE }).state, HEALTHY);

    // A price that nobody reported: nothing but the word says so.
    put(&mut world, |word| word.price = wad(1));
    assert!(health(&mut world) < u256(wad(1)));
    world.fail(ALICE, borrow());
    assert_eq!(world.get(liquidationStatusCall { account: ALICE }).state, LIQUIDATABLE);
    world.must(KAY, kick());
    // What the liquidation stored, the engine, the lens and risk find.
    let shown = world.get(positionCall { account: ALICE });
    assert!(shown.pending > U256::ZERO);
    assert_eq!(world.get(healthFactorCall { account: ALICE }), shown.health);
    assert_eq!(world.get(portfolioCall { account: ALICE }).summary.health, shown.health);
    // The engine sells it, and claims settle what that brought.
    let sold = (WETH..=LINK).find(|asset| world.newest(*asset) > 0).expect("a lot is on sale");
    let auction = world.newest(sold);
    world.take_all(TAK, auction);
    assert!(!world.claims(ALICE, sold).is_empty());
    world.settle(ALICE);
    assert!(world.claims(ALICE, sold).is_empty());
}
