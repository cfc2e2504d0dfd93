//! Prices in: what reporters push and what feeds answer. Counting and judging them is the core's
//! business.

use alloc::vec::Vec;

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_math::{
    oracle,
    oracle::{Aggregate, Outcome, Priced, Prior, Verdict},
    words::{AssetPrice, PricePolicy, Report, Risk},
};
use stylus_sdk::prelude::*;

use crate::{
    ReadingsTuple, SourceTuple, WhyTuple, breaker,
    error::{Result, fail},
    guard, outage, sdk, sources,
    storage::Engine,
};

/// Prices pushed by a reporter of each of the assets, all observed at `time`.
pub fn report(
    engine: &mut Engine,
    assets: Vec<u8>,
    prices: Vec<U256>,
    confidences: Vec<U256>,
    time: u32,
) -> Result<()> {
    let now = guard::enter(engine)?;
    guard::list(assets.len())?;
    same_length(assets.len(), prices.len())?;
    same_length(assets.len(), confidences.len())?;
    if time > now {
        return Err(fail(abi::PriceInFuture { time, now }));
    }
    // Whichever way the first price after a restart comes, the restart is known before it.
    outage::ask(engine, now)?;
    outage::beat(engine, now)?;
    for ((asset, price), confidence) in assets.into_iter().zip(prices).zip(confidences) {
        let asset = guard::asset(engine, asset)?;
        let policy = engine.price_policy(asset);
        let caller = engine.vm().msg_sender();
        let Some(n) = sources::reporter(engine, asset, &policy, caller) else {
            return Err(fail(abi::NotReporter { asset, caller }));
        };
        require_newer(engine, asset, n, time, now, &policy)?;
        let Some(seen) = reading(price, confidence, time) else {
            return Err(fail(abi::BadPrice { asset, price, confidence }));
        };
        engine.set_source_data(asset, n, seen.pack()?);
        refresh(engine, asset, &policy, now)?;
    }
    Ok(())
}

/// Asks the sources of `assets`. One that reverts, burns its gas or answers short is left out, and
/// if nobody is left nothing changes: the stored price ages.
pub fn poke(engine: &mut Engine, assets: Vec<u8>) -> Result<()> {
    let now = guard::enter(engine)?;
    guard::list(assets.len())?;
    outage::ask(engine, now)?;
    outage::beat(engine, now)?;
    for asset in assets {
        let asset = guard::asset(engine, asset)?;
        let policy = engine.price_policy(asset);
        refresh(engine, asset, &policy, now)?;
    }
    Ok(())
}

/// A pushed price, if it is one: above zero, of the stored width, more than its confidence.
fn reading(price: U256, confidence: U256, time: u32) -> Option<Report> {
    let price = u128::try_from(price).ok()?;
    let confidence = u128::try_from(confidence).ok()?;
    oracle::usable(price, confidence).then_some(Report { price, confidence, time })
}

/// A reporter's observations move forward in time and are young enough.
fn require_newer(
    engine: &Engine,
    asset: u8,
    n: u8,
    time: u32,
    now: u32,
    policy: &PricePolicy,
) -> Result<()> {
    let last = Report::unpack(engine.source_data(asset, n)).time;
    let oldest = now.saturating_sub(policy.max_age);
    if time <= last {
        return Err(fail(abi::PriceNotNewer { asset, time, last }));
    }
    if time < oldest {
        return Err(fail(abi::PriceTooOld { asset, time, oldest }));
    }
    Ok(())
}

/// Counts an asset's readings and stores what they amount to.
fn refresh(engine: &mut Engine, asset: u8, policy: &PricePolicy, now: u32) -> Result<()> {
    let (price, risk) = (engine.price(asset), engine.risk(asset));
    let counted = count(engine, asset, policy, (&price, &risk), now);
    match counted.outcome {
        Outcome::Silent => Ok(()),
        Outcome::Invalid => invalidate(engine, asset, price, now),
        Outcome::Priced(seen) => accept(engine, asset, policy, seen, (price, risk), now),
    }
}

/// What an asset's sources amount to now.
pub fn count(
    engine: &Engine,
    asset: u8,
    policy: &PricePolicy,
    (price, risk): (&AssetPrice, &Risk),
    now: u32,
) -> Aggregate {
    let readings = sources::readings(engine, asset, policy);
    oracle::aggregate(&readings, policy, &Prior::from_words(price, risk, policy), now)
}

/// Stores a price and its past, with the threshold that the ramp has reached.
fn accept(
    engine: &mut Engine,
    asset: u8,
    policy: &PricePolicy,
    seen: Priced,
    (old, risk): (AssetPrice, Risk),
    now: u32,
) -> Result<()> {
    let (mut price, next_risk) = seen.words(&old, &risk, policy, now);
    // Before the first price there was no auction whose clock could have stood still.
    if old.verdict == Verdict::Invalid && old.price > 0 {
        let mut dead = old;
        breaker::fold(engine, asset, &mut dead, now)?;
        price.stopped = dead.stopped;
    }
    ramp(engine, asset, &mut price, now);
    if price == old && next_risk == risk {
        return Ok(());
    }
    engine.set_price(asset, &price)?;
    engine.set_risk(asset, &next_risk)?;
    let silent = AssetPrice { ema: old.ema, ..price } == old;
    if silent && next_risk.observed_at == risk.observed_at {
        // Only time has passed.
        return Ok(());
    }
    sdk::emit(
        engine,
        abi::Priced {
            asset,
            price: U256::from(seen.price),
            confidence: U256::from(seen.confidence),
            time: seen.time,
            verdict: seen.verdict.code(),
        },
    );
    Ok(())
}

/// Marks the stored price as not to be used at all; the auction clock stops.
fn invalidate(engine: &mut Engine, asset: u8, mut price: AssetPrice, now: u32) -> Result<()> {
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
    let time = engine.risk(asset).observed_at;
    Ok((U256::from(price.price), U256::from(confidence), time, verdict, level))
}

/// What a poke would store now: outcome (0 nothing, 1 Invalid, 2 a price), price, confidence, time,
/// families that agree, verdict.
pub fn why(engine: &mut Engine, asset: u8) -> Result<WhyTuple> {
    let asset = guard::asset(engine, asset)?;
    let now = guard::now(engine);
    let (price, risk) = (engine.price(asset), engine.risk(asset));
    let policy = engine.price_policy(asset);
    let (outcome, seen) = match count(engine, asset, &policy, (&price, &risk), now).outcome {
        Outcome::Silent => {
            (0, Priced { verdict: crate::health::verdict(&price, now), ..Priced::default() })
        }
        Outcome::Invalid => (1, Priced { verdict: Verdict::Invalid, ..Priced::default() }),
        Outcome::Priced(seen) => (2, seen),
    };
    let (value, width) = (U256::from(seen.price), U256::from(seen.confidence));
    Ok((outcome, value, width, seen.time, seen.families, seen.verdict.code()))
}

/// What the engine remembers of a price: moving average (WAD), fast, slow and measured volatility
/// (bps per square root of a day), when the newest reading was observed.
pub fn averages(engine: &mut Engine, asset: u8) -> Result<(U256, U256, U256, U256, u32)> {
    let asset = guard::asset(engine, asset)?;
    let (price, risk) = (engine.price(asset), engine.risk(asset));
    let volatility = |code| U256::from(oracle::volatility_of(oracle::variance(code)));
    Ok((
        U256::from(price.average()),
        volatility(risk.var_fast),
        volatility(risk.var_slow),
        U256::from(risk.volatility()),
        risk.observed_at,
    ))
}

/// What each source says and what would become of it: fates, prices, confidences, times.
pub fn readings(engine: &mut Engine, asset: u8) -> Result<ReadingsTuple> {
    let asset = guard::asset(engine, asset)?;
    let now = guard::now(engine);
    let (price, risk) = (engine.price(asset), engine.risk(asset));
    let policy = engine.price_policy(asset);
    let said = sources::readings(engine, asset, &policy);
    let prior = Prior::from_words(&price, &risk, &policy);
    let counted = oracle::aggregate(&said, &policy, &prior, now);
    let said = said.map(Option::unwrap_or_default);
    Ok((
        counted.fates.iter().map(|fate| fate.code()).collect(),
        said.iter().map(|reading| U256::from(reading.price)).collect(),
        said.iter().map(|reading| U256::from(reading.confidence)).collect(),
        said.iter().map(|reading| reading.time).collect(),
    ))
}

/// What is believed of an asset's sources.
pub fn policy(engine: &mut Engine, asset: u8) -> Result<PricePolicy> {
    let asset = guard::asset(engine, asset)?;
    Ok(engine.price_policy(asset))
}

/// The `n`-th source of an asset and its data word.
pub fn source(engine: &mut Engine, asset: u8, n: u8) -> Result<SourceTuple> {
    let asset = guard::asset(engine, asset)?;
    sources::require(n)?;
    let source = engine.source(asset, n);
    let data = engine.source_data(asset, n);
    Ok((
        source.address,
        source.kind,
        source.decimals,
        source.family,
        source.weight,
        source.secondary,
        data,
    ))
}
