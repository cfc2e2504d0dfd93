//! Sources of prices: what they answer, and how the governor sets them. The only file that calls feeds.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi as abi;
use plimsoll_abi::{IAggregator, IPyth};
use plimsoll_math::{
    oracle,
    oracle::{Reading, SOURCES},
    params, steps,
    words::{Bounds, PricePolicy, Ramp, Report, Source},
};

use crate::{
    error::{Result, fail},
    governance, limits, sdk,
    sdk::CallKind,
    storage::Engine,
};

/// Gas that one source may burn. A caller cannot starve a source and keep enough for the rest: what
/// is left beside a call is a sixty-third of what it gets, less than storing the price takes.
const FEED_GAS: u64 = 200_000;
/// Bytes of `latestRoundData`'s answer.
const ROUND_BYTES: usize = 160;
/// Bytes of `getPriceUnsafe`'s answer.
const PYTH_BYTES: usize = 128;
/// How many sources an asset can have.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)]
const COUNT: u8 = SOURCES as u8;

/// Refuses the number of a source that cannot be.
pub fn require(n: u8) -> Result<()> {
    if n >= COUNT {
        let (value, high) = (U256::from(n), U256::from(COUNT.saturating_sub(1)));
        return Err(fail(abi::OutOfBounds { parameter: 1, value, low: U256::ZERO, high }));
    }
    Ok(())
}

/// Whether the policy's mask names a source.
fn listed(policy: &PricePolicy, n: u8) -> bool {
    policy.sources.unbounded_shr(n.into()) & 1 == 1
}

/// Which of an asset's sources a caller is the reporter of.
pub fn reporter(engine: &Engine, asset: u8, policy: &PricePolicy, caller: Address) -> Option<u8> {
    (0..COUNT).filter(|n| listed(policy, *n)).find(|n| {
        let source = engine.source(asset, *n);
        source.kind == Source::REPORTER && source.address == caller
    })
}

/// What every source of an asset says now.
pub fn readings(engine: &Engine, asset: u8, policy: &PricePolicy) -> [Option<Reading>; SOURCES] {
    let mut readings = [None; SOURCES];
    for (n, reading) in (0..COUNT).zip(&mut readings) {
        if listed(policy, n) {
            *reading = read(engine, asset, n);
        }
    }
    readings
}

/// What one source says; nothing if it does not answer.
fn read(engine: &Engine, asset: u8, n: u8) -> Option<Reading> {
    let source = engine.source(asset, n);
    let (price, confidence, time) = match source.kind {
        Source::FEED => feed(engine, asset, n, &source)?,
        Source::PYTH => pyth(engine, asset, n, &source)?,
        _ => reported(engine, asset, n)?,
    };
    let Source { family, weight, secondary, .. } = source;
    Some(Reading { price, confidence, time, family, weight, secondary })
}

/// A round, if the feed gave a whole one.
fn feed(engine: &Engine, asset: u8, n: u8, source: &Source) -> Option<(u128, u128, u32)> {
    let [round, answer, _, updated, answered] = round(engine, source.address)?;
    // An answer carried over from an earlier round is not this round's.
    if updated.is_zero() || answered < round {
        return None;
    }
    let bounds = if source.bounded {
        Bounds::unpack(engine.source_data(asset, n))
    } else {
        Bounds::default()
    };
    // Zero or less is no price: a negative answer is far beyond the width.
    let price = u128::try_from(answer)
        .map_or(0, |answer| oracle::feed_price(answer, source.decimals, bounds.min, bounds.max));
    Some((price, 0, u32::try_from(updated).ok()?))
}

/// The five words of `latestRoundData`.
pub fn round(engine: &Engine, feed: Address) -> Option<[U256; 5]> {
    let data = sdk::calldata(IAggregator::latestRoundDataCall::SELECTOR, &[]);
    ask(engine, feed, &data, ROUND_BYTES)
}

fn pyth(engine: &Engine, asset: u8, n: u8, source: &Source) -> Option<(u128, u128, u32)> {
    let id = engine.source_data(asset, n);
    let data = sdk::calldata(IPyth::getPriceUnsafeCall::SELECTOR, &[id]);
    let [price, confidence, exponent, time] = ask(engine, source.address, &data, PYTH_BYTES)?;
    let time = u32::try_from(time).ok()?;
    let [low, ..] = exponent.into_limbs();
    // The sign fills the word: the low half is the number.
    let exponent = i32::try_from(low.cast_signed()).unwrap_or(i32::MIN);
    let price = u64::try_from(price).ok().filter(|price| i64::try_from(*price).is_ok());
    let confidence = u64::try_from(confidence).ok();
    let (price, confidence) = match (price, confidence) {
        (Some(price), Some(confidence)) => oracle::pyth_price(price, confidence, exponent),
        // Negative, or not what the interface says.
        _ => (0, 0),
    };
    Some((price, confidence, time))
}

fn reported(engine: &Engine, asset: u8, n: u8) -> Option<(u128, u128, u32)> {
    let Report { price, confidence, time } = Report::unpack(engine.source_data(asset, n));
    (time > 0).then_some((price, confidence, time))
}

/// Asks a contract for words. One that reverts, burns its gas or answers short said nothing.
fn ask<const N: usize>(
    engine: &Engine,
    to: Address,
    data: &[u8],
    bytes: usize,
) -> Option<[U256; N]> {
    let answer = sdk::call(engine, CallKind::Static, to, data, Some(FEED_GAS), bytes).ok()?;
    if answer.len() < bytes {
        return None;
    }
    let mut words = [U256::ZERO; N];
    for (word, chunk) in words.iter_mut().zip(answer.chunks_exact(32)) {
        *word = sdk::word(chunk);
    }
    Some(words)
}

/// What is believed of an asset's sources: once the asset is held, a step a day in any direction.
pub fn set_policy(engine: &mut Engine, asset: u8, policy: PricePolicy) -> Result<()> {
    let now = governance::enter(engine, asset)?;
    params::check_policy(&policy).map_err(governance::out_of_bounds)?;
    let old = engine.price_policy(asset);
    if limits::is_held(engine, asset) {
        pace(engine, asset, now)?;
        steps::check_policy(&old, &policy).map_err(governance::out_of_bounds)?;
    }
    let mut price = engine.price(asset);
    if price.fresh_until > 0 {
        // The word stores when a price expires; the observation's time stays what it was.
        let fresh = price.fresh_until.saturating_sub(old.max_age);
        price.fresh_until = fresh.saturating_add(policy.max_age);
        engine.set_price(asset, &price)?;
    }
    let policy = PricePolicy { sources: old.sources, ..policy };
    engine.set_price_policy_word(asset, &policy)?;
    let (old_word, word) = (old.pack()?, policy.pack()?);
    sdk::emit(engine, abi::PricePolicySet { asset, oldWord: old_word, word });
    Ok(())
}

/// Begins a change of what an asset's price comes from or is believed to be: one a day.
fn pace(engine: &mut Engine, asset: u8, now: u32) -> Result<()> {
    let ramp = engine.ramp(asset);
    limits::pace(ramp.policy_at, now)?;
    engine.set_ramp(asset, &Ramp { policy_at: now, ..ramp })
}

/// The `n`-th source of an asset; the zero address ends one. `data`: bounds of a feed, a price's
/// id, nothing for a reporter, who starts without a reading.
pub fn set(engine: &mut Engine, asset: u8, n: u8, source: Source, data: U256) -> Result<()> {
    let now = governance::enter(engine, asset)?;
    require(n)?;
    if limits::is_held(engine, asset) {
        pace(engine, asset, now)?;
    }
    let bit = 1_u8.unbounded_shl(n.into());
    let mut policy = engine.price_policy(asset);
    let old = engine.source(asset, n);
    let (next, data) = if source.address.is_zero() {
        policy.sources &= !bit;
        (Source::default(), U256::ZERO)
    } else {
        params::check_source(&source).map_err(governance::out_of_bounds)?;
        policy.sources |= bit;
        (source, source_data(source.kind, data)?)
    };
    let bounded = next.kind == Source::FEED && !data.is_zero();
    let next = Source { bounded, ..next };
    engine.set_source_word(asset, n, &next)?;
    engine.set_source_data(asset, n, data);
    engine.set_price_policy_word(asset, &policy)?;
    let (old_word, word) = (old.pack()?, next.pack()?);
    sdk::emit(engine, abi::SourceSet { asset, n, oldWord: old_word, word, data });
    Ok(())
}

/// The data word that a kind of source begins with.
fn source_data(kind: u8, data: U256) -> Result<U256> {
    if kind == Source::REPORTER {
        return Ok(U256::ZERO);
    }
    let Bounds { min, max } = Bounds::unpack(data);
    if kind == Source::FEED && max > 0 {
        governance::bounded(8, U256::from(min), U256::ZERO, U256::from(max.saturating_sub(1)))?;
    }
    Ok(data)
}
