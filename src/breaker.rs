//! Circuit breakers: levels per asset and overall, and the auction clock that they stop.
//!
//! A level stands in the price word (of an asset) or the market word (overall), so that a path
//! under no breaker reads nothing more. Its time stands in a word of its own, which also serves
//! after the level has expired, until somebody folds it away.

use plimsoll_abi as abi;
use plimsoll_math::{
    breaker,
    breaker::Refusal,
    oracle::Verdict,
    words::{AssetPrice, Breaker},
};

use crate::{
    error::{Error, Result, fail},
    guard, roles, sdk,
    storage::Engine,
};

/// The overall level now.
pub fn overall(engine: &Engine, now: u32) -> u8 {
    breaker::active(&overall_word(engine), now)
}

/// The level that an asset is under now: its own or the overall one.
pub fn level(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u8 {
    breaker::active(&own_word(engine, asset, price), now).max(overall(engine, now))
}

/// The level that a kick is under now: see [`breaker::for_kicks`].
pub fn for_kicks(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u8 {
    let own = breaker::for_kicks(&own_word(engine, asset, price), now);
    own.max(breaker::for_kicks(&overall_word(engine), now))
}

/// The overall breaker; nothing where the market word says that there is none to read.
fn overall_word(engine: &Engine) -> Breaker {
    if engine.market().level == 0 { Breaker::default() } else { engine.overall_breaker() }
}

/// The same of an asset.
fn own_word(engine: &Engine, asset: u8, price: &AssetPrice) -> Breaker {
    if price.level == 0 { Breaker::default() } else { engine.breaker(asset) }
}

/// Refuses above `highest`.
pub fn require_at_most(
    engine: &Engine,
    asset: u8,
    price: &AssetPrice,
    highest: u8,
    now: u32,
) -> Result<()> {
    let level = level(engine, asset, price, now);
    if level > highest {
        return Err(fail(abi::LevelForbids { asset, level }));
    }
    Ok(())
}

/// The asset's auction clock: seconds in which taking was possible.
pub fn clock(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u32 {
    let Stops { asset, overall, dead } = stops(engine, asset, price);
    breaker::clock(now, breaker::stopped(&asset, &overall, dead, now))
}

/// Seconds that an auction has run.
pub fn elapsed(engine: &Engine, asset: u8, price: &AssetPrice, start: u32, now: u32) -> u32 {
    clock(engine, asset, price, now).saturating_sub(start)
}

/// What may have stopped an asset's clock.
struct Stops {
    asset: Breaker,
    overall: Breaker,
    dead: bool,
}

fn stops(engine: &Engine, asset: u8, price: &AssetPrice) -> Stops {
    let own =
        if price.level != 0 || price.stopped { engine.breaker(asset) } else { Breaker::default() };
    let dead = price.verdict == Verdict::Invalid;
    Stops { asset: own, overall: overall_word(engine), dead }
}

/// Books the stopped time so far, so that a level or the verdict may change. The caller stores
/// the price word, which remembers that there is something booked.
pub fn fold(engine: &mut Engine, asset: u8, price: &mut AssetPrice, now: u32) -> Result<()> {
    let Stops { asset: own, overall, dead } = stops(engine, asset, price);
    price.stopped = true;
    engine.set_breaker(asset, &breaker::fold(&own, &overall, dead, now))
}

/// Raises a level until a time: the guardian or the governor. Never lowers one and never makes
/// one end sooner.
pub fn raise(engine: &mut Engine, asset: u8, level: u8, until: u32) -> Result<()> {
    let now = guard::enter(engine)?;
    let by = roles::require_guardian(engine)?;
    let current = current(engine, asset)?;
    let old = breaker::active(&current, now);
    let next = breaker::raise(&current, level, until, now)
        .map_err(|refusal| refused(refusal, level, until))?;
    write(engine, asset, &next, now)?;
    sdk::emit(engine, abi::LevelRaised { asset, by, oldLevel: old, level, until });
    Ok(())
}

/// Lowers a level at once, raised or tripped: the governor.
pub fn lower(engine: &mut Engine, asset: u8, level: u8) -> Result<()> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let current = current(engine, asset)?;
    let old = breaker::active(&current, now);
    let next =
        breaker::lower(&current, level, now).map_err(|refusal| refused(refusal, level, now))?;
    write(engine, asset, &next, now)?;
    sdk::emit(engine, abi::LevelLowered { asset, oldLevel: old, level });
    Ok(())
}

fn refused(refusal: Refusal, level: u8, until: u32) -> Error {
    match refusal {
        Refusal::Level { current } => fail(abi::BadLevel { level, current }),
        Refusal::Until { earliest, latest } => fail(abi::BadUntil { until, earliest, latest }),
    }
}

/// The breaker of an asset, or the overall one.
pub fn current(engine: &Engine, asset: u8) -> Result<Breaker> {
    if asset == abi::OVERALL {
        return Ok(engine.overall_breaker());
    }
    guard::asset(engine, asset)?;
    Ok(engine.breaker(asset))
}

/// Folds the clocks that the change touches, then stores it.
pub fn write(engine: &mut Engine, asset: u8, next: &Breaker, now: u32) -> Result<()> {
    // Not zero means: read the breaker's own word.
    let marked = next.level.max(next.trip.level).max(u8::from(now < next.grace_until));
    if asset == abi::OVERALL {
        for each in 0..engine.asset_count() {
            let mut price = engine.price(each);
            fold(engine, each, &mut price, now)?;
            engine.set_price(each, &price)?;
        }
        let mut market = engine.market();
        market.level = marked;
        engine.set_market(&market)?;
        engine.set_overall_breaker(next)
    } else {
        let mut price = engine.price(asset);
        fold(engine, asset, &mut price, now)?;
        price.level = marked;
        engine.set_price(asset, &price)?;
        let Breaker { stopped_total, folded_at, .. } = engine.breaker(asset);
        engine.set_breaker(asset, &Breaker { stopped_total, folded_at, ..*next })
    }
}

/// A breaker as a view shows it: level, since, until.
pub fn show(engine: &mut Engine, asset: u8) -> Result<(u8, u32, u32)> {
    let (word, now) = (current(engine, asset)?, guard::now(engine));
    let level = breaker::active(&word, now);
    if breaker::raised(&word, now) < breaker::tripped(&word, now) {
        return Ok((level, word.trip.since, word.trip.until));
    }
    Ok((level, word.since, word.until))
}

/// The overall breaker as a view shows it.
pub fn show_overall(engine: &mut Engine) -> Result<(u8, u32, u32)> {
    show(engine, abi::OVERALL)
}
