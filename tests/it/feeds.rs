//! Prices that feeds answer, in every way in which a feed can misbehave.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{pokeCall, priceCall};
use plimsoll_abi::{ListTooLong, Priced, UnknownAsset};
use plimsoll_math::fixed::PRICE_MAX;
use plimsoll_testkit::contracts::Feed;
use plimsoll_testkit::engine::{
    ALICE, GOVERNOR, KAY, MALLORY, REPORTER, WBTC, WETH, World, feed_source, reporter_source, u256,
    usdc, wad,
};

const INVALID: u8 = 4;

/// The default market with feeds of eight decimals for WETH and WBTC, a minute later.
struct Fed {
    world: World,
    weth: Address,
}

fn fed() -> Fed {
    let mut world = World::new();
    let weth = world.add_feed(WETH, 8);
    world.add_feed(WBTC, 8);
    world.pass(60);
    Fed { world, weth }
}

impl Fed {
    fn poke(&mut self) {
        self.world.must(MALLORY, pokeCall { assets: vec![WETH] });
    }

    fn answer(&mut self, answer: i128, time: u32) {
        let feed = self.weth;
        self.world.set_feed(feed, answer, time);
    }

    fn mode(&mut self, mode: Feed::Mode) {
        let feed = self.weth;
        self.world.send_to(GOVERNOR, feed, Feed::setModeCall { mode }).map(|_| ()).expect("set");
    }

    /// Pokes and says whether the price was taken: 3,100, observed now.
    fn takes(&mut self, mode: Feed::Mode) -> bool {
        let before = self.world.asset_price(WETH);
        let now = self.world.now();
        self.answer(310_000_000_000, now);
        self.mode(mode);
        self.poke();
        let after = self.world.asset_price(WETH);
        if before == after {
            assert!(self.world.receipt().logs.is_empty());
            return false;
        }
        assert_eq!((after.price, after.fresh_until), (wad(3_100), now + 3_600));
        true
    }
}

#[test]
fn poke_takes_a_round_as_it_is() {
    let mut fed = fed();
    let time = fed.world.now() - 7;
    fed.answer(312_345_678_901, time);
    fed.poke();
    let price = u256(3_123_456_789_010_000_000_000);
    let confidence = U256::ZERO;
    fed.world.assert_event(&Priced { asset: WETH, price, confidence, time, verdict: 0 });
    let shown = fed.world.get(priceCall { asset: WETH });
    assert_eq!((shown.price, shown.confidence, shown.time), (price, confidence, time));
    // The same round again is no news.
    fed.poke();
    assert!(fed.world.receipt().logs.is_empty());
}

#[test]
fn poke_scales_by_the_decimals_that_governance_set() {
    for (decimals, answer, price) in [
        (0, 3_100, wad(3_100)),
        (6, 3_100_000_001, wad(3_100) + 10_u128.pow(12)),
        (18, wad(3_100) as i128 + 1, wad(3_100) + 1),
    ] {
        let mut fed = fed();
        let (feed, now) = (fed.weth, fed.world.now());
        fed.world.set_source(WETH, 0, feed_source(feed, decimals), U256::ZERO);
        fed.answer(answer, now);
        fed.poke();
        assert_eq!(fed.world.asset_price(WETH).price, price);
    }
}

#[test]
fn a_feed_in_good_order_is_taken_however_it_is_written() {
    for mode in [Feed::Mode::Live, Feed::Mode::Huge, Feed::Mode::Dirty] {
        assert!(fed().takes(mode), "{}", mode as u8);
    }
}

#[test]
fn a_feed_out_of_order_changes_nothing() {
    use Feed::Mode::{BurnGas, CarriedOver, Incomplete, Revert, Short};
    for mode in [Revert, BurnGas, Short, Incomplete, CarriedOver] {
        let mut fed = fed();
        assert!(!fed.takes(mode), "{}", mode as u8);
        // And recovers.
        fed.world.pass(1);
        assert!(fed.takes(Feed::Mode::Live));
    }
}

#[test]
fn a_feed_that_burns_its_gas_burns_no_other_s() {
    let mut fed = fed();
    let now = fed.world.now();
    fed.mode(Feed::Mode::BurnGas);
    let other = fed.world.feeds[usize::from(WBTC)].expect("fed");
    fed.world.set_feed(other, 6_100_000_000_000, now);
    fed.world.must(MALLORY, pokeCall { assets: vec![WETH, WBTC, WETH] });
    assert_eq!(fed.world.asset_price(WBTC).price, wad(61_000));
    assert!(fed.world.receipt().gas_used < 700_000, "{}", fed.world.receipt().gas_used);
}

#[test]
fn a_feed_s_time_is_judged_like_a_report_s_and_never_refused() {
    let mut fed = fed();
    fed.world.pass(10_000);
    let now = fed.world.now();
    let before = fed.world.asset_price(WETH);
    let last = before.fresh_until - 3_600;
    for time in [now + 11, u32::MAX, last, last - 1, now - 3_601, 1] {
        fed.answer(310_000_000_000, time);
        fed.poke();
        assert_eq!(fed.world.asset_price(WETH), before, "{time}");
    }
    fed.answer(310_000_000_000, now - 3_600);
    fed.poke();
    assert_eq!(fed.world.asset_price(WETH).price, wad(3_100));
}

#[test]
fn times_and_rounds_beyond_their_width_change_nothing() {
    let mut fed = fed();
    let (feed, now) = (fed.weth, fed.world.now());
    let before = fed.world.asset_price(WETH);
    let round = |updated: U256| Feed::setRoundCall {
        roundId: 1_u64.try_into().unwrap(),
        answer: 310_000_000_000_i64.try_into().unwrap(),
        startedAt: U256::ZERO,
        updatedAt: updated,
        answeredInRound: 1_u64.try_into().unwrap(),
    };
    for updated in [u256(1 << 32) + u256(now.into()), U256::MAX, u256(1 << 64)] {
        fed.world.send_to(GOVERNOR, feed, round(updated)).map(|_| ()).expect("set");
        fed.poke();
        assert_eq!(fed.world.asset_price(WETH), before);
    }
}

#[test]
fn answers_that_are_no_price_make_it_invalid() {
    // The widest price is below 2^92 WAD: 4.95e27, or 4.95e17 at eight decimals.
    let widest = (PRICE_MAX / 10_u128.pow(10)) as i128;
    for answer in [0, -1, i128::MIN, widest + 1, i128::MAX] {
        let mut fed = fed();
        let now = fed.world.now();
        fed.answer(answer, now);
        fed.poke();
        let (price, confidence) = (U256::ZERO, U256::ZERO);
        let time = now;
        fed.world.assert_event(&Priced { asset: WETH, price, confidence, time, verdict: INVALID });
        let shown = fed.world.get(priceCall { asset: WETH });
        // The last good price stays, for those who only look.
        assert_eq!((shown.price, shown.verdict), (u256(wad(3_000)), INVALID));
        // Once is enough.
        fed.poke();
        assert!(fed.world.receipt().logs.is_empty());
        // The next good answer is judged against the last good one.
        fed.world.pass(1);
        assert!(fed.takes(Feed::Mode::Live));
        assert_eq!(fed.world.get(priceCall { asset: WETH }).verdict, 0);
    }
    let mut fed = fed();
    let now = fed.world.now();
    fed.answer(widest, now);
    fed.poke();
    assert_eq!(fed.world.get(priceCall { asset: WETH }).verdict, 2);
}

#[test]
fn poke_refuses_what_is_no_question() {
    let Fed { mut world, .. } = fed();
    world.refuse(MALLORY, pokeCall { assets: vec![4] }, UnknownAsset { asset: 4, count: 4 });
    let many = |n| pokeCall { assets: vec![WETH; n] };
    let (length, limit) = (u256(101), u256(100));
    world.refuse(MALLORY, many(101), ListTooLong { length, limit });
    world.must(MALLORY, many(100));
    world.must(MALLORY, many(0));
}

#[test]
fn a_feed_without_code_changes_nothing() {
    let mut fed = fed();
    let before = fed.world.asset_price(WETH);
    // ALICE is nobody's contract; neither are the token and the engine a feed.
    for feed in [ALICE, fed.world.token(WETH), fed.world.engine] {
        fed.world.set_source(WETH, 0, feed_source(feed, 8), U256::ZERO);
        fed.poke();
        assert_eq!(fed.world.asset_price(WETH), before);
    }
    // Without any source a poke asks nobody.
    fed.world.set_source(WETH, 0, feed_source(Address::ZERO, 8), U256::ZERO);
    fed.poke();
    assert_eq!(fed.world.asset_price(WETH), before);
    fed.world.set_source(WETH, 0, reporter_source(REPORTER), U256::ZERO);
    fed.world.feeds[usize::from(WETH)] = None;
    fed.world.set_price(WETH, wad(3_050));
}

/// What nobody can take while the price is invalid does not count on the auction's clock.
#[test]
fn an_invalid_price_stops_the_auction_clock() {
    use plimsoll_abi::IPlimsoll::auctionCall;
    let Fed { mut world, weth } = fed();
    world.refresh();
    world.open(ALICE, WETH, wad(10), usdc(23_999));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let id = world.newest(WETH);
    world.pass(100);
    let now = world.now();
    world.set_feed(weth, 0, now);
    world.must(MALLORY, pokeCall { assets: vec![WETH] });
    world.pass(5_000);
    assert_eq!(world.get(auctionCall { id }).elapsed, u256(100));
    let now = world.now();
    world.set_feed(weth, 270_000_000_000, now);
    world.must(MALLORY, pokeCall { assets: vec![WETH] });
    assert_eq!(world.get(auctionCall { id }).elapsed, u256(100));
    world.pass(50);
    assert_eq!(world.get(auctionCall { id }).elapsed, u256(150));
    // A stale price does not stop it: takers may still take.
    world.pass(4_000);
    assert_eq!(world.get(auctionCall { id }).elapsed, u256(4_150));
    world.check();
}
