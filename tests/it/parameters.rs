//! What governance has set, in one view each; and how long the programs live.

use alloy_primitives::Address;
use alloy_sol_types::SolValue;
use plimsoll_abi::IPlimsoll::{
    marketParametersCall, parametersCall, programStatusCall, programsCall, setCorrelationCall,
    setDepthCall, setGraceCall, setLossBoundCall, setMaxLtvCall, setOutageCall, setOutflowCall,
    setPricePolicyCall, setSourceCall, setTermsCall, setThresholdCall,
};
use plimsoll_abi::{OVERALL, PricePolicy, SaleTerms, Source, UnknownAsset};
use plimsoll_testkit::engine::{
    ALICE, GOVERNOR, MALLORY, REPORTER, WETH, World, feed_source, price_policy, reporter_source,
    u256, usdc, wad,
};

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
    assert_eq!(seen.changed, [start, 0, 0, 0, 0, 0]);
    // Over, the ramp is no longer pending.
    world.pass_fresh(DAY);
    let seen = world.get(parametersCall { asset });
    assert_eq!((seen.threshold, seen.rampTo, seen.rampEnd), (8_200, 8_200, 0));
    let unknown = world.view(parametersCall { asset: 4 }).err().unwrap();
    assert!(unknown.is::<UnknownAsset>(), "{unknown}");
}

#[test]
fn what_prices_risk_and_losses_are_set_to_stands_beside_it() {
    let mut world = World::new();
    let asset = WETH;
    let codes = vec![0, 9, 8, 7];
    let correlation =
        |relief| setCorrelationCall { asset, sigma: 500, relief, codes: codes.clone() };
    world.must(GOVERNOR, correlation(20));
    world.must(GOVERNOR, setDepthCall { asset, depth: 77_000, impact: 120 });
    world.must(GOVERNOR, setGraceCall { asset, grace: 40 });
    world.must(GOVERNOR, setLossBoundCall { asset, bound: 5_000 });
    let source = Source { family: 3, weight: 7, secondary: true, ..feed_source(MALLORY, 8) };
    let data = u256(5) | u256(9) << 128;
    world.must(GOVERNOR, setSourceCall { asset, n: 4, source: source.clone(), data });
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world.must(GOVERNOR, correlation(21));
    let policy = PricePolicy { quorum: 2, outlier: 100, ..price_policy(1_800, 4_000, 90) };
    world.must(GOVERNOR, setPricePolicyCall { asset, policy: policy.clone() });
    let now = world.now();
    let seen = world.get(parametersCall { asset });
    assert_eq!(seen.changed, [0, 0, 0, 0, now, now]);
    assert_eq!((seen.depth, seen.impact, seen.grace), (77_000, 120, 40));
    assert_eq!((seen.sigma, seen.relief, seen.codes.to_vec()), (500, 21, codes));
    assert_eq!((seen.lossBound, seen.policy.abi_encode()), (5_000, policy.abi_encode()));
    assert_eq!((seen.sources.len(), seen.data.len()), (5, 5));
    assert_eq!((seen.sources[4].abi_encode(), seen.data[4]), (source.abi_encode(), data));
    assert_eq!(seen.sources[0].abi_encode(), reporter_source(REPORTER).abi_encode());
    assert!(seen.sources[1..4].iter().all(|none| none.source.is_zero()));
}

#[test]
fn the_market_s_parameters_stand_in_one_view() {
    let mut world = World::new();
    world.must(GOVERNOR, setOutflowCall { asset: OVERALL, percent: 30 });
    let seen = world.get(marketParametersCall {});
    assert_eq!((seen.base, seen.kink, seen.slope, seen.jump), (10, 80, 8, 10));
    assert_eq!((seen.minDebt, seen.outflow), (u256(usdc(100)), 30));
    assert_eq!((seen.mostOnSale, seen.limitsAt, seen.marketAt), (200_000_000_000, 0, 0));
    assert_eq!((seen.feed, seen.gap, seen.outageAt), (Address::ZERO, 0, 0));
    world.open(ALICE, WETH, wad(10), usdc(10_000));
    world.must(GOVERNOR, setOutageCall { feed: MALLORY, gap: 7 });
    let now = world.now();
    let seen = world.get(marketParametersCall {});
    assert_eq!((seen.feed, seen.gap, seen.outageAt), (MALLORY, 7, now));
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
