//! Every setter of the governor has a pace once somebody relies on what it sets, or a reason here
//! why it needs none.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::{PricePolicy, SaleTerms, TooSoon};
use plimsoll_testkit::engine::{
    ALICE, Failure, GOVERNOR, MALLORY, WETH, World, price_policy, reporter_source, u256, usdc, wad,
    whole,
};

use crate::governance::middle;

const DAY: u32 = 86_400;

/// A setter that moves what is relied on by a step a day.
struct Paced {
    /// What it starts from, set before anybody relies on it; nothing if the default market's will do.
    before: Option<Vec<u8>>,
    /// Two steps, one after the other, and what goes further than the first, with its refusal.
    first: Vec<u8>,
    second: Vec<u8>,
    wide: Option<(Vec<u8>, &'static str)>,
}

fn paced(first: impl SolCall, second: impl SolCall) -> Paced {
    Paced { before: None, first: first.abi_encode(), second: second.abi_encode(), wide: None }
}

impl Paced {
    fn from(self, before: impl SolCall) -> Self {
        Self { before: Some(before.abi_encode()), ..self }
    }

    fn not(self, wide: impl SolCall, error: &'static str) -> Self {
        Self { wide: Some((wide.abi_encode(), error)), ..self }
    }
}

/// Setters without a pace, and why.
const FREE: [(&str, &str); 9] = [
    ("listAsset", "it gives no weight, and in a live market its first weight waits for a day"),
    ("acknowledgeLoss", "it gives back a weight that is there, whose rises have a pace"),
    ("lower", "ends what a guardian or a proof has begun; anybody proves again"),
    ("proposeGovernor", "a role is taken by whom it is offered to, and moves nothing by itself"),
    ("proposeGuardian", "as proposeGovernor"),
    ("acceptGovernor", "as proposeGovernor"),
    ("acceptGuardian", "as proposeGovernor"),
    ("withdrawReserve", "bounded by the reserve, by the cash and by its outflow limit"),
    ("withdrawDust", "belongs to nobody any more"),
];

/// Paces of how an asset is sold and weighed.
fn of_weights() -> Vec<(&'static str, Paced)> {
    let asset = WETH;
    let terms = |chip| abi::setTermsCall { asset, terms: SaleTerms { chip, ..middle() } };
    let ltv = |max_ltv| abi::setMaxLtvCall { asset, maxLtv: max_ltv };
    let threshold = |threshold| abi::setThresholdCall { asset, threshold, end: 0 };
    let cap = |millions| abi::setCapCall { asset, cap: u256(whole(millions, 24)) };
    let outflow = |percent| abi::setOutflowCall { asset, percent };
    let depth =
        |thousands: u64, impact| abi::setDepthCall { asset, depth: thousands * 1_000_000, impact };
    let grace = |grace| abi::setGraceCall { asset, grace };
    let part = |sigma| abi::setCorrelationCall { asset, sigma, relief: 20, codes: vec![0; 4] };
    let bound = |bound| abi::setLossBoundCall { asset, bound };
    let bounds = "OutOfBounds";
    vec![
        ("setTerms", paced(terms(35), terms(60)).not(terms(36), bounds)),
        ("setMaxLtv", paced(ltv(5_500), ltv(6_000)).from(ltv(5_000)).not(ltv(5_501), bounds)),
        (
            "setThreshold",
            paced(threshold(8_410), threshold(8_420)).not(threshold(8_300), "RampTooShort"),
        ),
        ("setCap", paced(cap(2), cap(4)).from(cap(1)).not(cap(3), bounds)),
        ("setOutflow", paced(outflow(40), outflow(80)).from(outflow(20)).not(outflow(41), bounds)),
        (
            "setDepth",
            paced(depth(2_000, 100), depth(4_000, 50))
                .from(depth(1_000, 200))
                .not(depth(0, 200), bounds),
        ),
        ("setGrace", paced(grace(60), grace(0)).not(grace(61), bounds)),
        (
            "setCorrelation",
            paced(part(600), part(500)).from(part(500)).not(part(601), "Inconsistent"),
        ),
        ("setLossBound", paced(bound(20_000), bound(40_000)).not(bound(20_001), bounds)),
    ]
}

/// Paces of prices and of the market as a whole.
fn of_the_market() -> Vec<(&'static str, Paced)> {
    let asset = WETH;
    let policy = |seconds| abi::setPricePolicyCall {
        asset,
        policy: PricePolicy { maxAge: seconds, ..price_policy(0, 5_000, 100) },
    };
    let source = |n| {
        let source = reporter_source(MALLORY);
        abi::setSourceCall { asset, n, source, data: U256::ZERO }
    };
    let outage = |gap| abi::setOutageCall { feed: Address::ZERO, gap };
    let curve = |base| abi::setRateCurveCall { base, kink: 80, slope: 8, jump: 10 };
    let debt = |tokens| abi::setMinDebtCall { minDebt: u256(usdc(tokens)) };
    let most = |billions: u64| abi::setMostOnSaleCall { most: billions * 1_000_000_000 };
    let bounds = "OutOfBounds";
    vec![
        ("setPricePolicy", paced(policy(1_800), policy(900)).not(policy(1_799), bounds)),
        // Another one of five is the step.
        ("setSource", paced(source(1), source(2))),
        ("setOutage", paced(outage(7), outage(6)).not(outage(6), bounds)),
        ("setRateCurve", paced(curve(30), curve(50)).not(curve(31), bounds)),
        ("setMinDebt", paced(debt(50), debt(25)).not(debt(49), bounds)),
        ("setMostOnSale", paced(most(400), most(800)).not(most(401), bounds)),
    ]
}

fn setters() -> Vec<(&'static str, Paced)> {
    let mut all = of_weights();
    all.extend(of_the_market());
    all
}

fn govern(world: &mut World, call: &[u8]) -> Result<(), Failure> {
    let engine = world.engine;
    world.send_raw(GOVERNOR, engine, call.to_vec()).map(|_| ())
}

fn refused(world: &mut World, call: &[u8]) -> Failure {
    let before = world.state_digest();
    let failure = govern(world, call).expect_err("it should be refused");
    assert_eq!(before, world.state_digest());
    failure
}

#[test]
fn every_setter_has_a_pace_or_a_reason() {
    let names = abi::IPlimsollCalls::SIGNATURES.iter().filter_map(|one| one.split('(').next());
    let is_setter = |name: &str| {
        name.strip_prefix("set").is_some_and(|rest| rest.starts_with(char::is_uppercase))
    };
    let paced: Vec<&str> = setters().into_iter().map(|(name, _)| name).collect();
    for name in names.clone().filter(|name| is_setter(name)) {
        assert!(paced.contains(&name), "{name} has no pace");
    }
    for (name, why) in FREE {
        assert!(names.clone().any(|known| known == name) && !why.is_empty(), "{name}");
    }
    assert_eq!(paced.len(), 15);
}

#[test]
fn what_is_relied_on_moves_by_a_step_a_day() {
    for (name, Paced { before, first, second, wide }) in setters() {
        let mut world = World::new();
        if let Some(before) = before {
            // A cap comes down at once; other starts are free while nobody holds the asset.
            govern(&mut world, &before).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        }
        world.open(ALICE, WETH, wad(10), usdc(10_000));
        if let Some((wide, error)) = wide {
            let failure = refused(&mut world, &wide);
            assert_eq!(failure.name(), error, "{name}: {failure}");
        }
        govern(&mut world, &first).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let earliest = world.now() + DAY;
        world.pass(DAY - 1);
        let soon = refused(&mut world, &second).expect::<TooSoon>();
        assert_eq!((soon.now, soon.earliest), (earliest - 1, earliest), "{name}");
        world.pass(1);
        govern(&mut world, &second).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
}
