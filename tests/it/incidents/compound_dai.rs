//! Compound, 26 November 2020: DAI traded at 1.30 on the one venue that was asked, and the check
//! against a second price took the same venue's word. 85 to 89 million were liquidated.
//!
//! Here debts are in the base token, so that its price on one venue shows as all collaterals falling
//! by 23 % there: 1 / 1.30.

use plimsoll_testkit::engine::{ALICE, AssetConfig, BOB, usdc, wad};

use super::{ASSET, Stage};

const BEFORE: u128 = wad(520);
const PRINT: u128 = wad(400);

fn ether() -> AssetConfig {
    AssetConfig::new("WETH", 18, BEFORE)
}

/// Two borrowers at 1.2 and 1.1, and what the print sells of each.
fn sold(mut stage: Stage, print: &[u128]) -> ([u128; 2], Stage) {
    stage.world.open(ALICE, ASSET, wad(1_000), usdc(364_000));
    stage.world.open(BOB, ASSET, wad(1_000), usdc(397_000));
    stage.hear(print);
    let sold = [ALICE, BOB].map(|owner| stage.liquidate(owner));
    (sold, stage)
}

#[test]
fn incident_compound_dai() {
    // One venue, and an anchor that follows it: one family, a majority of one.
    let (wrong, mut venue) = sold(Stage::new(ether(), &[(0, false), (0, false)], 1), &[PRINT; 2]);
    assert_eq!(venue.verdict(), 0);
    // 0.92 and 0.85: much of ALICE's ether is sold, and of BOB's, at what the venue says.
    assert!(wrong[0] > wad(300) && wrong[1] > wad(500), "{wrong:?}");
    // At the price of everywhere else they lost a quarter of all that was sold.
    let worth = |price: u128| (wrong[0] + wrong[1]) / wad(1) * price / wad(1);
    let loss = worth(BEFORE) - worth(PRINT);
    assert!(loss > 100_000, "{loss}");

    // Three families, of which two do not quote that venue; the anchor is of the venue's.
    let sources = [(0, false), (0, false), (1, false), (2, false)];
    let (ours, mut robust) =
        sold(Stage::new(ether(), &sources, 2), &[PRINT, PRINT, BEFORE, BEFORE - wad(1)]);
    assert_eq!(ours, [0, 0]);
    assert_eq!(robust.verdict(), 0);
    let price = robust.world.asset_price(ASSET).price;
    assert!((BEFORE - wad(1)..=BEFORE).contains(&price), "{price}");
    // Nobody is kept from borrowing either: two families agree.
    robust.world.borrow(ALICE, usdc(1_000));
    robust.world.check();
}

/// When every venue says so it is no incident: the same engine sells.
#[test]
fn incident_compound_dai_a_price_of_everywhere_sells() {
    let sources = [(0, false), (0, false), (1, false), (2, false)];
    let (sold, _) = sold(Stage::new(ether(), &sources, 2), &[PRINT; 4]);
    assert!(sold[0] > wad(300) && sold[1] > wad(500), "{sold:?}");
}
