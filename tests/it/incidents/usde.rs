//! USDe, 10 October 2025: 0.65 on one exchange, whose index it was worth most in, and a dollar less
//! a tenth of a cent everywhere else.

use plimsoll_testkit::engine::{ALICE, AssetConfig, BOB, usdc, wad};

use super::{ASSET, Stage};

const PEG: u128 = wad(1);
const PRINT: u128 = wad(65) / 100;

fn dollar() -> AssetConfig {
    AssetConfig::new("USDe", 18, PEG).weights(8_400, 8_300)
}

/// Two borrowers at 1.05 and 1.02: what the print sells of each.
fn sold(stage: &mut Stage, print: &[u128]) -> [u128; 2] {
    stage.world.open(ALICE, ASSET, wad(1_000_000), usdc(800_000));
    stage.world.open(BOB, ASSET, wad(1_000_000), usdc(823_000));
    stage.hear(print);
    [ALICE, BOB].map(|owner| stage.liquidate(owner))
}

#[test]
fn incident_usde() {
    // An index in which one venue is three sources of five, each counted by itself.
    let count = |family: [u8; 5]| family.map(|family| (family, false));
    let elsewhere = PEG / 1_000 * 999;
    let print = [PRINT, PRINT, PRINT, elsewhere, PEG];
    let mut wrong = Stage::new(dollar(), &count([0, 1, 2, 3, 4]), 3);
    let taken = sold(&mut wrong, &print);
    assert_eq!(wrong.world.asset_price(ASSET).price, PRINT);
    assert!(taken[0] > wad(800_000) && taken[1] > wad(800_000), "{taken:?}");
    // Sold for two thirds of what it could be redeemed for: more than the debts were.
    let lost = (taken[0] + taken[1]) / wad(1) * 35 / 100;
    assert!(lost > 560_000, "{lost}");

    // The same five, with the venue known for what it is: one family.
    let mut ours = Stage::new(dollar(), &count([0, 0, 0, 3, 4]), 2);
    assert_eq!(sold(&mut ours, &print), [0, 0]);
    let price = ours.world.asset_price(ASSET).price;
    assert!((elsewhere..=PEG).contains(&price), "{price}");
    assert_eq!(ours.verdict(), 0);
    ours.world.check();
}
