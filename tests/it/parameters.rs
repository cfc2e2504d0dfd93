//! What governance has set, in one view each; and how long the programs live.

use plimsoll_abi::IPlimsoll::{
    marketParametersCall, parametersCall, programStatusCall, programsCall, setMaxLtvCall,
    setOutflowCall, setTermsCall, setThresholdCall,
};
use plimsoll_abi::{OVERALL, SaleTerms, UnknownAsset};
use plimsoll_testkit::engine::{ALICE, GOVERNOR, WETH, World, u256, usdc, wad};

use crate::governance::middle;

const DAY: u32 = 86_400;

#[test]
fn an_asset_s_parameters_stand_in_one_view_with_what_is_pending() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    let start = world.now();
    world.must(GOVERNOR, setTermsCall { asset: WETH, terms: SaleTerms { chip: 20, ..middle() } });
    world.must(GOVERNOR, setMaxLtvCall { asset: WETH, maxLtv: 7_000 });
    let (asset, end) = (WETH, start + 2 * DAY);
    world.must(GOVERNOR, setThresholdCall { asset, threshold: 8_200, end });
    world.must(GOVERNOR, setOutflowCall { asset, percent: 25 });
    world.pass(DAY);
    let seen = world.get(parametersCall { asset });
    assert_eq!((seen.terms.chip, seen.terms.penalty), (20, 150));
    assert_eq!((seen.threshold, seen.rampTo, seen.rampEnd), (8_300, 8_200, end));
    assert_eq!((seen.maxLtv, seen.outflow), (7_000, 25));
    assert_eq!(seen.cap, u256(world.caps(WETH).cap));
    // Only what was loosened, or what steps bind, has a time.
    assert_eq!(seen.changed, [start, 0, 0, 0, 0]);
    // Over, the ramp is no longer pending.
    world.pass_fresh(DAY);
    let seen = world.get(parametersCall { asset });
    assert_eq!((seen.threshold, seen.rampTo, seen.rampEnd), (8_200, 8_200, 0));
    let unknown = world.view(parametersCall { asset: 4 }).err().unwrap();
    assert!(unknown.is::<UnknownAsset>(), "{unknown}");
}

#[test]
fn the_market_s_parameters_stand_in_one_view() {
    let mut world = World::new();
    world.must(GOVERNOR, setOutflowCall { asset: OVERALL, percent: 30 });
    let seen = world.get(marketParametersCall {});
    assert_eq!((seen.base, seen.kink, seen.slope, seen.jump), (10, 80, 8, 10));
    assert_eq!((seen.minDebt, seen.outflow), (u256(usdc(100)), 30));
    assert_eq!((seen.mostOnSale, seen.limitsAt, seen.marketAt), (200_000_000_000, 0, 0));
}

#[test]
fn the_programs_say_when_they_have_to_be_renewed() {
    let mut world = World::new();
    let seen = world.get(programStatusCall {});
    let others = world.get(programsCall {});
    assert_eq!((seen.programs[0], &seen.programs[1..]), (world.engine, &others[..]));
    // An activation lasts a year.
    assert!(seen.daysLeft.iter().all(|days| (364..=365).contains(days)), "{:?}", seen.daysLeft);
    world.pass(100 * DAY);
    let later = world.get(programStatusCall {});
    assert!(later.daysLeft.iter().zip(&seen.daysLeft).all(|(now, then)| now + 100 == *then));
}
