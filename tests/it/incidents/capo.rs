//! Aave, 10 March 2026: a cap on the growth of a staked token's rate was configured against its own
//! clock, and the capped price stood 2.85 % below the market's. 34 accounts that were healthy at the
//! market's price were liquidated, 10,938 wstETH in all.

use plimsoll_abi::IPlimsoll::{borrowCall, kickCall};
use plimsoll_abi::skip;
use plimsoll_abi::{NothingKicked, PriceForbids};
use plimsoll_testkit::engine::{ALICE, AssetConfig, KAY, u256, usdc, wad};

use super::{ASSET, Stage};

const MARKET: u128 = wad(2_400);
/// 2.85 % less.
const CAPPED: u128 = wad(2_400) / 10_000 * 9_715;

fn staked() -> AssetConfig {
    AssetConfig::new("wstETH", 18, MARKET).weights(8_400, 8_300)
}

#[test]
fn incident_capo() {
    // The cap is the price: 1.02 becomes 0.991.
    let mut wrong = Stage::new(staked(), &[(0, false)], 1);
    wrong.world.open(ALICE, ASSET, wad(1_000), usdc(1_976_000));
    wrong.hear(&[CAPPED]);
    let sold = wrong.liquidate(ALICE);
    assert!(sold > wad(300), "{sold}");

    // The cap is a secondary source beside two that are not capped.
    let sources = [(0, false), (1, false), (2, true)];
    let mut ours = Stage::new(staked(), &sources, 2);
    ours.world.open(ALICE, ASSET, wad(1_000), usdc(1_976_000));
    ours.hear(&[MARKET, MARKET, CAPPED]);
    let health = ours.world.health(ALICE);
    assert!(health > u256(wad(1)));
    let kick = kickCall { accounts: vec![ALICE], hints: vec![] };
    ours.world.refuse(KAY, kick.clone(), NothingKicked { skip: skip::HEALTHY });
    assert_eq!(ours.world.asset_price(ASSET).price, MARKET);
    // What a cap is for: nobody borrows against what it does not believe.
    let borrow = borrowCall { amount: u256(usdc(1)), receiver: ALICE };
    ours.world.refuse(ALICE, borrow, PriceForbids { asset: ASSET, verdict: 1 });

    // Were she below one already, and not far, a doubt would protect her until it is resolved.
    ours.hear(&[MARKET * 978 / 1_000, MARKET * 978 / 1_000, CAPPED * 97 / 100]);
    ours.world.refuse(KAY, kick, NothingKicked { skip: skip::PRICE });
    assert_eq!(ours.liquidate(ALICE), 0);
    ours.world.check();
}
