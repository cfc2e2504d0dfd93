//! Prices in: what reporters push and what feeds answer. Judging them is the core's business.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi as abi;
use plimsoll_abi::IAggregator;
use plimsoll_math::{
    fixed::{PRICE_MAX, pow10},
    oracle,
    oracle::{PricePolicy, Reading, Verdict},
    words::{AssetPrice, Feed},
};
use stylus_sdk::prelude::*;

use crate::{
    breaker,
    error::{Result, fail},
    guard, sdk,
    sdk::CallKind,
    storage::Engine,
};

/// Gas that one feed may burn.
const FEED_GAS: u64 = 200_000;
/// Bytes of `latestRoundData`'s answer.
const ROUND_BYTES: usize = 160;

/// Prices pushed by an authorised reporter, all observed at `time`.
pub fn report(
    engine: &mut Engine,
    assets: Vec<u8>,
    prices: Vec<U256>,
    confidences: Vec<U256>,
    time: u32,
) -> Result<()> {
    let now = guard::enter(engine)?;
    let caller = engine.vm().msg_sender();
    if engine.reporter(caller).is_zero() {
        return Err(fail(abi::NotReporter { caller }));
    }
    same_length(assets.len(), prices.len())?;
    same_length(assets.len(), confidences.len())?;
    if time > now {
        return Err(fail(abi::PriceInFuture { time, now }));
    }
    for ((asset, price), confidence) in assets.into_iter().zip(prices).zip(confidences) {
        let asset = guard::asset(engine, asset)?;
        let feed = engine.feed(asset);
        if !feed.feed.is_zero() {
            return Err(fail(abi::FeedConfigured { asset }));
        }
        require_newer(engine, asset, &feed, time, now)?;
        let Some(seen) = reading(price, confidence) else {
            return Err(fail(abi::BadPrice { asset, price, confidence }));
        };
        accept(engine, asset, &feed, seen, (time, now))?;
    }
    Ok(())
}

/// Reads the feeds of `assets`. A feed that reverts, burns its gas, answers short, or has nothing
/// newer changes nothing: the stored price ages. One that answers zero or less is Invalid.
pub fn poke(engine: &mut Engine, assets: Vec<u8>) -> Result<()> {
    let now = guard::enter(engine)?;
    guard::list(assets.len())?;
    for asset in assets {
        let asset = guard::asset(engine, asset)?;
        let feed = engine.feed(asset);
        if feed.feed.is_zero() {
            return Err(fail(abi::NoFeed { asset }));
        }
        let Some((answer, time)) = read_round(engine, feed.feed) else { continue };
        if require_newer(engine, asset, &feed, time, now).is_err() {
            continue;
        }
        match scaled(answer, feed.feed_decimals) {
            Some(seen) => accept(engine, asset, &feed, seen, (time, now))?,
            None => invalidate(engine, asset, now)?,
        }
    }
    Ok(())
}

/// A pushed price, if it is one: above zero, of the stored width, no less than its confidence.
fn reading(price: U256, confidence: U256) -> Option<Reading> {
    let price = u128::try_from(price).ok()?;
    let confidence = u128::try_from(confidence).ok()?;
    let usable = price > 0 && price <= PRICE_MAX && confidence < price;
    usable.then_some(Reading { price, confidence })
}

/// A feed's answer in WAD, if it is a price. Answers of zero or less are none: a negative one is
/// far beyond the stored width.
fn scaled(answer: U256, decimals: u8) -> Option<Reading> {
    let answer = u128::try_from(answer).ok()?;
    let factor = pow10(18_u8.checked_sub(decimals)?).ok()?;
    reading(U256::from(answer.checked_mul(factor)?), U256::ZERO)
}

/// A round's answer and time, if the feed gave a whole one.
fn read_round(engine: &Engine, feed: Address) -> Option<(U256, u32)> {
    let data = sdk::calldata(IAggregator::latestRoundDataCall::SELECTOR, &[]);
    let answer =
        sdk::call(engine, CallKind::Static, feed, &data, Some(FEED_GAS), ROUND_BYTES).ok()?;
    let word = |n: usize| {
        let start = n.checked_mul(32)?;
        answer.get(start..start.checked_add(32)?).map(sdk::word)
    };
    let (round, answer, updated, answered) = (word(0)?, word(1)?, word(3)?, word(4)?);
    // An answer carried over from an earlier round is not this round's.
    if updated.is_zero() || answered < round {
        return None;
    }
    Some((answer, u32::try_from(updated).ok()?))
}

/// Observations move forward in time and are young enough.
fn require_newer(engine: &Engine, asset: u8, feed: &Feed, time: u32, now: u32) -> Result<()> {
    let last = time_of(&engine.price(asset), feed);
    let oldest = now.saturating_sub(feed.max_age);
    if time > now {
        return Err(fail(abi::PriceInFuture { time, now }));
    }
    if time <= last {
        return Err(fail(abi::PriceNotNewer { asset, time, last }));
    }
    if time < oldest {
        return Err(fail(abi::PriceTooOld { asset, time, oldest }));
    }
    Ok(())
}

/// When the stored price was observed; zero if there is none.
pub fn time_of(price: &AssetPrice, feed: &Feed) -> u32 {
    price.fresh_until.saturating_sub(feed.max_age)
}

/// Judges an observation and stores it, with the threshold that the ramp has reached.
fn accept(
    engine: &mut Engine,
    asset: u8,
    feed: &Feed,
    seen: Reading,
    (time, now): (u32, u32),
) -> Result<()> {
    let mut price = engine.price(asset);
    let policy =
        PricePolicy { max_step_bps: feed.max_step, max_confidence_bps: feed.max_confidence };
    let stored = (price.price > 0).then_some(price.price);
    let verdict = oracle::judge(stored, &seen, &policy);
    // Before the first price there was no auction whose clock could have stood still.
    if price.verdict == Verdict::Invalid && price.price > 0 {
        breaker::fold(engine, asset, &mut price, now)?;
    }
    price.price = seen.price;
    price.confidence = oracle::confidence_code(seen.price, seen.confidence);
    price.verdict = verdict;
    price.fresh_until = time.saturating_add(feed.max_age);
    ramp(engine, asset, &mut price, now);
    engine.set_price(asset, &price)?;
    sdk::emit(
        engine,
        abi::Priced {
            asset,
            price: U256::from(seen.price),
            confidence: U256::from(seen.confidence),
            time,
            verdict: verdict.code(),
        },
    );
    Ok(())
}

/// Marks the stored price as not to be used at all; the auction clock stops.
fn invalidate(engine: &mut Engine, asset: u8, now: u32) -> Result<()> {
    let mut price = engine.price(asset);
    if price.verdict == Verdict::Invalid {
        return Ok(());
    }
    breaker::fold(engine, asset, &mut price, now)?;
    price.verdict = Verdict::Invalid;
    engine.set_price(asset, &price)?;
    sdk::emit(
        engine,
        abi::Priced {
            asset,
            price: U256::ZERO,
            confidence: U256::ZERO,
            time: now,
            verdict: price.verdict.code(),
        },
    );
    Ok(())
}

/// Brings the stored threshold to where its ramp is now, and ends a ramp that is over.
pub fn ramp(engine: &mut Engine, asset: u8, price: &mut AssetPrice, now: u32) {
    if !price.ramping {
        return;
    }
    let ramp = engine.ramp(asset);
    price.threshold = ramp.at(now);
    price.ramping = now < ramp.end;
}

fn same_length(left: usize, right: usize) -> Result<()> {
    if left != right {
        let (left, right) = (U256::from(left), U256::from(right));
        return Err(fail(abi::LengthMismatch { left, right }));
    }
    Ok(())
}

/// A price as a view shows it: price, confidence (both WAD), time, verdict, level.
pub fn show(engine: &mut Engine, asset: u8) -> Result<(U256, U256, u32, u8, u8)> {
    let asset = guard::asset(engine, asset)?;
    let now = guard::now(engine);
    let price = engine.price(asset);
    let confidence = oracle::confidence_value_up(price.price, price.confidence)?;
    let verdict = crate::health::verdict(&price, now).code();
    let level = breaker::level(engine, asset, &price, now);
    let time = time_of(&price, &engine.feed(asset));
    Ok((U256::from(price.price), U256::from(confidence), time, verdict, level))
}
