//! Prices in: reporters, feeds, verdicts.

use alloy_primitives::{I256, U256};
use plimsoll_abi as abi;
use plimsoll_motsu::{
    BTC, ETH, ETH_PRICE, MAX_AGE, Outcome, World, feed_source, host, policy, wad,
};

const VALID: u8 = 0;
const UNCERTAIN: u8 = 1;
const JUMPED: u8 = 2;
const STALE: u8 = 3;
const INVALID: u8 = 4;

fn verdict(w: &World) -> u8 {
    w.view().price_of(ETH).passes().3
}

/// One reading of ether by the reporter.
fn report(w: &World, price: U256, confidence: U256, time: u32) -> Result<(), plimsoll::Error> {
    w.by(w.reporter).report(vec![ETH], vec![price], vec![confidence], time)
}

#[test]
fn a_report_is_stored_and_logged() {
    let w = World::new();
    w.pass(5);
    let (price, confidence, time) = (wad(2_100), wad(1), host::now() - 2);
    report(&w, price, confidence, time).passes();
    w.logged(&abi::Priced { asset: ETH, price, confidence, time, verdict: VALID });
    let (stored, band, at, verdict, level) = w.view().price_of(ETH).passes();
    assert_eq!((stored, at, verdict, level), (price, time, VALID, 0));
    // Steps of 4 bps, up: 1 in 2,100 is 4.8 bps and becomes 8.
    assert_eq!(band, price * U256::from(8) / U256::from(10_000));
}

#[test]
fn refusals_of_report() {
    let w = World::new();
    w.pass(10);
    let now = host::now();
    let (one, two) = (U256::from(1), U256::from(2));
    let by_hand = |assets: Vec<u8>, prices: Vec<U256>, bands: Vec<U256>| {
        move |w: &World| w.by(w.reporter).report(assets, prices, bands, now)
    };
    let mismatch = abi::LengthMismatch { left: one, right: two };
    w.refuses(by_hand(vec![ETH], vec![one, one], vec![one]), mismatch);
    let mismatch = abi::LengthMismatch { left: two, right: one };
    w.refuses(by_hand(vec![ETH, BTC], vec![one, one], vec![one]), mismatch);
    let unknown = abi::UnknownAsset { asset: 9, count: 2 };
    w.refuses(by_hand(vec![ETH, 9], vec![two, two], vec![one, one]), unknown);
    let ahead = abi::PriceInFuture { time: now + 1, now };
    w.refuses(|w| report(w, wad(2_000), U256::ZERO, now + 1), ahead);
    let last = w.view().price_of(ETH).passes().2;
    for time in [last, last - 1] {
        let old = abi::PriceNotNewer { asset: ETH, time, last };
        w.refuses(|w| report(w, wad(2_000), U256::ZERO, time), old);
    }
    let widest = (one << 92) - one;
    let bad = [
        (U256::ZERO, U256::ZERO),
        (widest + one, U256::ZERO),
        (U256::MAX, U256::ZERO),
        (wad(1), wad(1)),
        (wad(1), U256::MAX),
    ];
    for (price, confidence) in bad {
        let refusal = abi::BadPrice { asset: ETH, price, confidence };
        w.refuses(|w| report(w, price, confidence, now), refusal);
    }
    w.pass(2 * MAX_AGE);
    let (time, oldest) = (now, now + MAX_AGE);
    let old = abi::PriceTooOld { asset: ETH, time, oldest };
    w.refuses(|w| report(w, wad(2_000), U256::ZERO, time), old);
    report(&w, wad(2_000), U256::ZERO, oldest).passes();
}

#[test]
fn one_bad_price_takes_the_whole_report_back() {
    let w = World::new();
    w.pass(1);
    let confidence = U256::ZERO;
    let refusal = abi::BadPrice { asset: BTC, price: U256::ZERO, confidence };
    w.refuses(|w| w.report(&[(ETH, wad(2_001)), (BTC, U256::ZERO)]), refusal);
    assert_eq!(w.view().price_of(ETH).passes().0, wad(ETH_PRICE));
}

#[test]
fn a_verdict_for_every_kind_of_reading() {
    let w = World::new();
    w.by(w.governor).change_policy(ETH, policy(MAX_AGE, 1_000, 100)).passes();
    // Ten percent is believed, and not a wei more.
    w.pass(1);
    report(&w, wad(2_200), U256::ZERO, host::now()).passes();
    assert_eq!(verdict(&w), VALID);
    w.pass(1);
    report(&w, wad(2_420) + U256::from(1), U256::ZERO, host::now()).passes();
    assert_eq!(verdict(&w), JUMPED);
    // A second reading near the first one confirms it.
    w.pass(1);
    report(&w, wad(2_400), U256::ZERO, host::now()).passes();
    assert_eq!(verdict(&w), VALID);
    w.pass(1);
    report(&w, wad(2_400), wad(25), host::now()).passes();
    assert_eq!(verdict(&w), UNCERTAIN);
    w.pass(MAX_AGE);
    assert_eq!(verdict(&w), UNCERTAIN);
    w.pass(1);
    assert_eq!(verdict(&w), STALE);
}

/// A price with the feed's eight decimals.
fn in_feed(whole: i64) -> i64 {
    whole * 100_000_000
}

/// The answer of a feed: round, answer, started, updated, answered in round.
fn round(answer: i64, updated: u32, answered: u64) -> Vec<u8> {
    let answer = I256::try_from(answer).unwrap().into_raw();
    let words = [U256::from(10), answer, U256::ZERO, U256::from(updated), U256::from(answered)];
    words.iter().flat_map(U256::to_be_bytes::<32>).collect()
}

fn with_feed(w: &World) {
    let feed = feed_source(w.feed.address(), 8);
    w.by(w.governor).change_source(ETH, 0, feed, U256::ZERO).passes();
    w.pass(10);
}

fn answers(w: &World, answer: &[u8]) {
    w.feed.sender(w.alice).answers(answer);
    w.by(w.bob).poke(vec![ETH]).passes();
}

#[test]
fn anybody_may_have_a_feed_read() {
    let w = World::new();
    with_feed(&w);
    let now = host::now();
    answers(&w, &round(in_feed(2_100), now - 3, 10));
    let (price, _, time, verdict, _) = w.view().price_of(ETH).passes();
    assert_eq!((price, time, verdict), (wad(2_100), now - 3, VALID));
    let (asset, confidence) = (ETH, U256::ZERO);
    w.logged(&abi::Priced { asset, price, confidence, time, verdict });
    // Whose source is a reporter has nothing newer to say.
    w.by(w.bob).poke(vec![ETH, BTC]).passes();
    w.refuses(|w| w.by(w.bob).poke(vec![2]), abi::UnknownAsset { asset: 2, count: 2 });
    let confidences = vec![U256::ZERO];
    w.refuses(
        |w| w.by(w.reporter).report(vec![ETH], vec![wad(1)], confidences, now),
        abi::NotReporter { asset: ETH, caller: w.reporter },
    );
}

#[test]
fn a_feed_with_nothing_to_say_lets_the_price_age() {
    let w = World::new();
    with_feed(&w);
    let before = w.view().price_of(ETH).passes();
    let now = host::now();
    let good = round(in_feed(2_100), now, 10);
    let silent: [&[u8]; 6] = [
        &[],
        &good[..159],
        &round(in_feed(2_100), 0, 10),
        &round(in_feed(2_100), now, 9),
        &round(in_feed(2_100), now + 11, 10),
        &round(in_feed(2_100), now - MAX_AGE - 1, 10),
    ];
    for answer in silent {
        answers(&w, answer);
        assert_eq!(w.view().price_of(ETH).passes(), before);
    }
    w.feed.sender(w.alice).goes_down();
    w.by(w.bob).poke(vec![ETH]).passes();
    assert_eq!(w.view().price_of(ETH).passes(), before);
    w.pass(MAX_AGE);
    answers(&w, &good);
    assert_eq!(w.view().price_of(ETH).passes().0, wad(2_100), "as old as it may be");
    w.pass(1);
    assert_eq!(verdict(&w), STALE);
}

#[test]
fn a_feed_that_answers_nonsense_invalidates_the_price() {
    let w = World::new();
    for answer in [0, -1, i64::MIN] {
        with_feed(&w);
        answers(&w, &round(answer, host::now(), 10));
        assert_eq!(verdict(&w), INVALID);
        let (asset, price, confidence, time) = (ETH, U256::ZERO, U256::ZERO, host::now());
        w.logged(&abi::Priced { asset, price, confidence, time, verdict: INVALID });
        // Nothing changes while it goes on, and a good answer ends it.
        w.pass(5);
        answers(&w, &round(answer, host::now(), 10));
        w.pass(5);
        answers(&w, &round(in_feed(2_000), host::now(), 10));
        assert_eq!(verdict(&w), VALID);
    }
}

#[test]
fn a_policy_that_changes_leaves_the_observation_where_it_was() {
    let w = World::new();
    let time = w.view().price_of(ETH).passes().2;
    w.by(w.governor).change_policy(ETH, policy(60, 1_000, 100)).passes();
    assert_eq!(w.view().price_of(ETH).passes().2, time);
    w.pass(60);
    assert_eq!(verdict(&w), VALID);
    w.pass(1);
    assert_eq!(verdict(&w), STALE);
    w.by(w.governor).change_policy(ETH, policy(120, 1_000, 100)).passes();
    assert_eq!(verdict(&w), VALID);
}
