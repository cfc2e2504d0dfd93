//! Five sources of three kinds for one price, each failing in each of its ways.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    borrowCall, kickCall, pokeCall, priceCall, readingsCall, reportCall, setPricePolicyCall,
    whyCall,
};
use plimsoll_abi::skip::PRICE;
use plimsoll_abi::{NothingKicked, PriceForbids, PricePolicy, Priced, Source};
use plimsoll_devnet::{Cost, Tx};
use plimsoll_math::oracle::Verdict;
use plimsoll_testkit::contracts::{Feed, Pyth};
use plimsoll_testkit::engine::{
    ALICE, GOVERNOR, KAY, KIM, MALLORY, REPORTER, WBTC, WETH, World, feed_source, price_policy,
    pyth_source, reporter_source, u256, usdc, wad,
};

const UNCERTAIN: u8 = 1;
const STALE: u8 = 3;

/// Fates of readings.
const SILENT: u8 = 0;
const USED: u8 = 1;
const SECONDARY: u8 = 2;
const OUTLYING: u8 = 3;
const FATE_STALE: u8 = 4;
const UNUSABLE: u8 = 6;

/// The price's id at the Pyth-style contract.
const ID: U256 = U256::from_limbs([0x71, 0, 0, 0]);

/// WETH with five sources, each of its own family: 0 a feed of 8 decimals, 1 Pyth, 2 the reporter,
/// 3 a feed of 18 decimals, 4 another reporter. Three must agree; 2 % of doubt are allowed.
pub struct Five {
    /// The market.
    pub world: World,
    feeds: [Address; 2],
    pyth: Address,
}

/// The second reporter.
const SECOND: Address = KIM;

fn policy() -> PricePolicy {
    PricePolicy { quorum: 3, ..price_policy(3_600, 5_000, 200) }
}

/// All five say 3,000.
pub fn five() -> Five {
    let mut world = World::new();
    let feeds =
        [8_u8, 18].map(|decimals| world.deploy_with("Feed", &Feed::constructorCall { decimals }));
    let pyth = world.deploy_contract("Pyth");
    let sources = [
        (feed_source(feeds[0], 8), U256::ZERO),
        (pyth_source(pyth), ID),
        (reporter_source(REPORTER), U256::ZERO),
        (feed_source(feeds[1], 18), U256::ZERO),
        (reporter_source(SECOND), U256::ZERO),
    ];
    for (family, (source, data)) in (0_u8..).zip(sources) {
        world.set_source(WETH, family, Source { family, ..source }, data);
    }
    world.must(GOVERNOR, setPricePolicyCall { asset: WETH, policy: policy() });
    let mut five = Five { world, feeds, pyth };
    five.all(wad(3_000));
    five
}

impl Five {
    /// Lets the `n`-th source say a price of now.
    pub fn say(&mut self, n: u8, price: u128) {
        let now = self.world.now();
        self.say_with(n, price, 0, now);
    }

    fn say_with(&mut self, n: u8, price: u128, confidence: u128, time: u32) {
        let world = &mut self.world;
        match n {
            0 => world.set_feed(self.feeds[0], (price / 10_u128.pow(10)) as i128, time),
            1 => {
                let digits = |wad: u128| u64::try_from(wad / 10_u128.pow(10)).unwrap();
                let call = Pyth::setCall {
                    id: ID.into(),
                    price: digits(price) as i64,
                    conf: digits(confidence),
                    expo: -8,
                    publishTime: U256::from(time),
                };
                world.send_to(GOVERNOR, self.pyth, call).map(|_| ()).unwrap();
            }
            3 => world.set_feed(self.feeds[1], price as i128, time),
            _ => {
                let from = if n == 2 { REPORTER } else { SECOND };
                let (prices, confidences) = (vec![u256(price)], vec![u256(confidence)]);
                let call = reportCall { assets: vec![WETH], prices, confidences, time };
                world.must(from, call);
            }
        }
    }

    /// A second later, what all five say; then a poke.
    pub fn hear(&mut self, prices: [u128; 5]) {
        self.world.pass(1);
        // The contracts first: a report counts what is there.
        for n in [0, 1, 3, 2, 4] {
            self.say(n, prices[usize::from(n)]);
        }
        self.poke();
    }

    fn all(&mut self, price: u128) {
        self.hear([price; 5]);
    }

    pub fn poke(&mut self) {
        self.world.must(MALLORY, pokeCall { assets: vec![WETH] });
    }

    fn price(&self) -> u128 {
        self.world.asset_price(WETH).price
    }

    fn verdict(&mut self) -> u8 {
        self.world.get(priceCall { asset: WETH }).verdict
    }

    fn fates(&mut self) -> Vec<u8> {
        self.world.get(readingsCall { asset: WETH }).fates
    }

    fn feed_mode(&mut self, which: usize, mode: Feed::Mode) {
        let feed = self.feeds[which];
        self.world.send_to(GOVERNOR, feed, Feed::setModeCall { mode }).map(|_| ()).unwrap();
    }

    fn pyth_mode(&mut self, mode: Pyth::Mode) {
        let pyth = self.pyth;
        self.world.send_to(GOVERNOR, pyth, Pyth::setModeCall { mode }).map(|_| ()).unwrap();
    }
}

fn around(prices: [u128; 5]) -> [u128; 5] {
    prices.map(wad)
}

#[test]
fn a_price_is_the_median_of_five() {
    let mut five = five();
    five.world.pass(1);
    for n in [0, 1, 3] {
        five.say(n, wad(3_000 + u128::from(n)));
    }
    five.say(2, wad(3_002));
    let asked = five.world.get(whyCall { asset: WETH });
    five.say(4, wad(3_004));
    // 3,000 to 3,004: the middle one, and 1.4826 for the distance of one that half of them keep.
    let (price, confidence) = (u256(wad(3_002)), u256(1_482_600_000_000_000_000));
    let time = five.world.now();
    five.world.assert_event(&Priced { asset: WETH, price, confidence, time, verdict: 0 });
    assert_eq!(five.fates(), [USED; 5]);
    // Before the fifth had spoken it still counted with his last word.
    assert_eq!((asked.outcome, asked.families, asked.price), (2, 5, u256(wad(3_001))));
    let why = five.world.get(whyCall { asset: WETH });
    assert_eq!((why.price, why.confidence, why.time), (price, confidence, time));
    // Nothing new is no news.
    five.poke();
    assert!(five.world.receipt().logs.is_empty());
}

/// Each kind, in each of its ways to fail, one at a time: the others carry on.
#[test]
fn one_failing_source_stops_nobody() {
    use Feed::Mode as F;
    use Pyth::Mode as P;
    for mode in [F::Revert, F::BurnGas, F::Short, F::Incomplete, F::CarriedOver] {
        for which in [0_usize, 1] {
            let mut five = five();
            five.feed_mode(which, mode);
            five.hear(around([3_010, 3_011, 3_012, 3_013, 3_014]));
            let n = [0, 3][which];
            assert_eq!(five.fates()[n], SILENT, "{}", mode as u8);
            // Four are left: half way between the middle two.
            let expected = [wad(3_012), wad(3_011)][which] + wad(1) / 2;
            assert_eq!((five.price(), five.verdict()), (expected, 0), "{}", mode as u8);
        }
    }
    for (mode, fate) in
        [(P::Revert, SILENT), (P::BurnGas, SILENT), (P::Short, SILENT), (P::Dirty, UNUSABLE)]
    {
        let mut five = five();
        five.pyth_mode(mode);
        five.hear(around([3_010, 3_011, 3_012, 3_013, 3_014]));
        assert_eq!(five.fates()[1], fate, "{}", mode as u8);
        assert_eq!((five.price(), five.verdict()), (wad(3_012) + wad(1) / 2, 0));
    }
    // A contract that is none.
    let mut five = five();
    for (n, source) in [(0, feed_source(ALICE, 8)), (1, pyth_source(five.world.engine))] {
        five.world.set_source(WETH, n, Source { family: n, ..source }, ID);
    }
    five.hear(around([1, 1, 3_012, 3_013, 3_014]));
    assert_eq!(five.fates(), [SILENT, SILENT, USED, USED, USED]);
    assert_eq!((five.price(), five.verdict()), (wad(3_013), 0));
}

/// Three contracts that burn whatever they get cost three times their bound, and the price of
/// another asset in the same call is read as if nothing was.
#[test]
fn sources_that_burn_gas_burn_a_bounded_amount() {
    let mut five = five();
    five.feed_mode(0, Feed::Mode::BurnGas);
    five.feed_mode(1, Feed::Mode::BurnGas);
    five.pyth_mode(Pyth::Mode::BurnGas);
    let feed = five.world.add_feed(WBTC, 8);
    five.world.pass(60);
    let now = five.world.now();
    five.world.set_feed(feed, 6_100_000_000_000, now);
    five.world.must(MALLORY, pokeCall { assets: vec![WETH, WBTC, WETH] });
    assert_eq!(five.world.asset_price(WBTC).price, wad(61_000));
    let used = five.world.receipt().gas_used;
    assert!((1_200_000..1_500_000).contains(&used), "{used}");
    // Two reporters are left, and three must agree.
    assert_eq!(five.verdict(), UNCERTAIN);
}

/// However little gas a caller brings, either all sources are heard or nothing happens.
#[test]
fn a_caller_cannot_starve_a_source() {
    let mut five = five();
    five.world.pass(1);
    for n in [0, 1, 3] {
        five.say(n, wad(3_030));
    }
    let poke = alloy_sol_types::SolCall::abi_encode(&pokeCall { assets: vec![WETH] });
    let before = five.world.snapshot();
    let (mut passed, mut failed) = (0, 0);
    for gas in (60_000..400_000).step_by(2_500) {
        let tx = Tx::call(MALLORY, five.world.engine, poke.clone()).gas(gas);
        let old = five.price();
        match five.world.transact(tx) {
            Ok(_) => {
                passed += 1;
                assert_eq!(five.price(), wad(3_030), "with {gas} gas");
                assert_eq!(five.world.asset_price(WETH).verdict, Verdict::Valid);
            }
            Err(_) => {
                failed += 1;
                assert_eq!(five.price(), old, "with {gas} gas");
            }
        }
        five.world.revert(before);
        five.world.snapshot();
    }
    assert!(passed > 20 && failed > 5, "{passed} and {failed}");
}

#[test]
fn one_liar_is_an_outlier_and_two_are_a_doubt() {
    for lie in [1, wad(30), wad(2_000), wad(300_000)] {
        for liar in 0..5_u8 {
            let mut five = five();
            let mut prices = around([3_000, 3_001, 3_002, 3_003, 3_004]);
            prices[usize::from(liar)] = lie.max(10_u128.pow(10));
            five.hear(prices);
            assert_eq!(five.fates()[usize::from(liar)], OUTLYING, "{liar} says {lie}");
            assert!((wad(3_000)..=wad(3_004)).contains(&five.price()));
            assert_eq!(five.verdict(), 0);
        }
    }
    // Two that agree with each other are still fewer than the others.
    let mut five = five();
    five.hear(around([2_000, 2_001, 3_002, 3_003, 3_004]));
    assert!((wad(3_002)..=wad(3_004)).contains(&five.price()), "{}", five.price());
}

#[test]
fn a_family_never_outvotes_the_others() {
    let mut five = five();
    // The two feeds and Pyth turn out to quote one venue.
    for n in [0, 1, 3] {
        let word = five.world.source_word(WETH, n);
        let (source, data) = match n {
            1 => (pyth_source(word.address), ID),
            _ => (feed_source(word.address, word.decimals), U256::ZERO),
        };
        five.world.set_source(WETH, n, Source { family: 9, weight: 200, ..source }, data);
    }
    five.hear(around([2_000, 2_000, 3_002, 2_000, 3_004]));
    assert_eq!(five.price(), wad(3_002));
}

#[test]
fn a_short_quorum_is_uncertain_and_silence_ages() {
    let mut five = five();
    five.feed_mode(0, Feed::Mode::Revert);
    five.feed_mode(1, Feed::Mode::Revert);
    five.world.pass(1_000);
    five.say(1, wad(3_010));
    five.say(2, wad(3_010));
    // The second reporter's word of before is the third.
    assert_eq!((five.price(), five.verdict()), (wad(3_010), 0));
    five.world.pass(2_601);
    five.poke();
    assert_eq!(five.fates()[4], FATE_STALE);
    assert_eq!(five.verdict(), UNCERTAIN);
    // Then nobody is left: nothing changes, and the price ages.
    five.world.pass(1_000);
    let before = five.world.asset_price(WETH);
    five.poke();
    assert_eq!(five.world.asset_price(WETH), before);
    assert_eq!(five.verdict(), STALE);
    assert_eq!(five.world.get(whyCall { asset: WETH }).outcome, 0);
}

/// The price ages from when a quorum had spoken, not from the word of the quickest.
#[test]
fn one_quick_source_keeps_no_price_fresh() {
    let mut five = five();
    let start = five.world.now();
    five.world.pass(3_000);
    five.say(2, wad(3_000));
    assert_eq!(five.world.asset_price(WETH).fresh_until, start + 3_600);
    five.say(1, wad(3_000));
    five.poke();
    assert_eq!(five.world.asset_price(WETH).fresh_until, start + 3_600);
    five.say(4, wad(3_000));
    assert_eq!(five.world.asset_price(WETH).fresh_until, start + 6_600);
}

/// A derived price below the others stops new risk, and liquidates nobody.
#[test]
fn a_secondary_source_stops_new_risk_and_moves_nothing() {
    let mut five = five();
    let word = five.world.source_word(WETH, 3);
    let derived = Source { family: 3, secondary: true, ..feed_source(word.address, 18) };
    five.world.set_source(WETH, 3, derived, U256::ZERO);
    five.world.open(ALICE, WETH, wad(10), usdc(23_000));
    for (said, verdict) in [(3_100, 0), (2_940, 0), (2_939, UNCERTAIN), (1, UNCERTAIN)] {
        five.hear(around([3_000, 3_000, 3_000, said, 3_000]));
        assert_eq!(five.fates()[3], SECONDARY);
        assert_eq!((five.price(), five.verdict()), (wad(3_000), verdict), "{said}");
        // Interest aside: 25,200 over the debt.
        let debt = u256(five.world.debt(ALICE));
        assert_eq!(five.world.health(ALICE), u256(usdc(25_200)) * u256(wad(1)) / debt);
    }
    let borrow = borrowCall { amount: u256(1), receiver: ALICE };
    five.world.refuse(ALICE, borrow, PriceForbids { asset: WETH, verdict: UNCERTAIN });
    // 0.99 at the true price: a doubt protects it, a secondary one too.
    five.hear(around([2_711, 2_711, 2_711, 1, 2_711]));
    let kick = kickCall { accounts: vec![ALICE], hints: vec![] };
    five.world.refuse(KAY, kick, NothingKicked { skip: PRICE });
    // Alone it says nothing at all.
    let before = five.world.asset_price(WETH);
    five.world.pass(3_601);
    five.say(3, wad(1_000));
    five.poke();
    assert_eq!(five.world.asset_price(WETH), before);
}

/// What a derived price protects ends: at most the confidence that a valid price may have, beyond
/// the hard limit.
#[test]
fn a_secondary_source_does_not_stop_every_kick() {
    let mut five = five();
    let word = five.world.source_word(WETH, 3);
    let derived = Source { family: 3, secondary: true, ..feed_source(word.address, 18) };
    five.world.set_source(WETH, 3, derived, U256::ZERO);
    five.world.open(ALICE, WETH, wad(10), usdc(23_000));
    // 0.95, and 0.969 at the price and its confidence.
    five.hear(around([2_602, 2_602, 2_602, 1, 2_602]));
    five.hear(around([2_602, 2_602, 2_602, 1, 2_602]));
    assert_eq!(five.verdict(), UNCERTAIN);
    let word = five.world.asset_price(WETH);
    assert_eq!(word.confidence, 51);
    let kick = kickCall { accounts: vec![ALICE], hints: vec![] };
    five.world.must(KAY, kick);
}

#[test]
fn reporters_of_one_asset_report_no_other() {
    let mut five = five();
    five.world.pass(1);
    let now = five.world.now();
    let call = reportCall {
        assets: vec![WETH, WBTC],
        prices: vec![u256(wad(3_000)), u256(wad(60_000))],
        confidences: vec![U256::ZERO; 2],
        time: now,
    };
    let error = plimsoll_abi::NotReporter { asset: WBTC, caller: SECOND };
    five.world.refuse(SECOND, call.clone(), error);
    five.world.must(REPORTER, call);
    assert_eq!(five.world.report_word(WETH, 2).time, now);
}

/// Hearing and counting five sources computes for less than four cold reads of storage cost.
#[test]
fn counting_five_readings_is_cheap() {
    let mut five = five();
    five.world.pass(60);
    for (n, price) in [(0, 3_001), (1, 3_002), (3, 3_003)] {
        five.say(n, wad(price));
    }
    let fading = PricePolicy { halfLife: 600, sigmas: 50, emaHalfLife: 90, ..policy() };
    five.world.must(GOVERNOR, setPricePolicyCall { asset: WETH, policy: fading });
    five.poke();
    let receipt = five.world.receipt();
    let compute = receipt.trace.of(Cost::Compute);
    println!("a poke of five sources: {} gas, of which {compute} compute", receipt.gas_used);
    assert_eq!(five.price(), wad(3_001));
    assert!(compute < 8_000, "{compute}");
    assert!(five.world.receipt().gas_used < 160_000);
}
