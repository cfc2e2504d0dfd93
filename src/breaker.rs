//! Circuit breakers: levels per asset and overall, and the auction clock that they stop.
//!
//! A level stands in the price word (of an asset) or the market word (overall), so that a path
//! under no breaker reads nothing more. Its time stands in a word of its own, which also serves
//! after the level has expired, until somebody folds it away.

use plimsoll_abi as abi;
use plimsoll_math::{
    breaker,
    oracle::Verdict,
    words::{AssetPrice, Breaker},
};

use crate::{
    error::{Result, fail},
    governance, guard, sdk,
    storage::Engine,
};

/// Longest that one raise may last, seconds.
pub const LONGEST: u32 = 7 * 86_400;

/// The overall level now.
pub fn overall(engine: &Engine, now: u32) -> u8 {
    match engine.market().level {
        0 => 0,
        _ => breaker::active(&engine.overall_breaker(), now),
    }
}

/// The level that an asset is under now: its own or the overall one.
pub fn level(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u8 {
    let own = match price.level {
        0 => 0,
        _ => breaker::active(&engine.breaker(asset), now),
    };
    own.max(overall(engine, now))
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
    let overall =
        if engine.market().level == 0 { Breaker::default() } else { engine.overall_breaker() };
    let dead = price.verdict == Verdict::Invalid;
    Stops { asset: own, overall, dead }
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
    let by = governance::require_guardian(engine)?;
    let current = current(engine, asset)?;
    let old = breaker::active(&current, now);
    let latest = now.saturating_add(LONGEST);
    let earliest = if old == 0 { now.saturating_add(1) } else { current.until };
    if level == 0 || level > breaker::MAX_LEVEL || level < old {
        return Err(fail(abi::BadLevel { level, current: old }));
    }
    if until < earliest || until > latest {
        return Err(fail(abi::BadUntil { until, earliest, latest }));
    }
    write(engine, asset, Breaker { level, since: now, until, ..Breaker::default() }, now)?;
    sdk::emit(engine, abi::LevelRaised { asset, by, oldLevel: old, level, until });
    Ok(())
}

/// Lowers a level at once: the governor.
pub fn lower(engine: &mut Engine, asset: u8, level: u8) -> Result<()> {
    let now = guard::enter(engine)?;
    governance::require_governor(engine)?;
    let current = current(engine, asset)?;
    let old = breaker::active(&current, now);
    if level >= old {
        return Err(fail(abi::BadLevel { level, current: old }));
    }
    let next = match level {
        0 => Breaker::default(),
        _ => Breaker { level, since: now, until: current.until, ..Breaker::default() },
    };
    write(engine, asset, next, now)?;
    sdk::emit(engine, abi::LevelLowered { asset, oldLevel: old, level });
    Ok(())
}

fn current(engine: &Engine, asset: u8) -> Result<Breaker> {
    if asset == abi::OVERALL {
        return Ok(engine.overall_breaker());
    }
    guard::asset(engine, asset)?;
    Ok(engine.breaker(asset))
}

/// Folds the clocks that the change touches, then stores it.
fn write(engine: &mut Engine, asset: u8, next: Breaker, now: u32) -> Result<()> {
    if asset == abi::OVERALL {
        for each in 0..engine.asset_count() {
            let mut price = engine.price(each);
            fold(engine, each, &mut price, now)?;
            engine.set_price(each, &price)?;
        }
        let mut market = engine.market();
        market.level = next.level;
        engine.set_market(&market)?;
        engine.set_overall_breaker(&next)
    } else {
        let mut price = engine.price(asset);
        fold(engine, asset, &mut price, now)?;
        price.level = next.level;
        engine.set_price(asset, &price)?;
        let Breaker { stopped_total, folded_at, .. } = engine.breaker(asset);
        engine.set_breaker(asset, &Breaker { stopped_total, folded_at, ..next })
    }
}

/// A breaker as a view shows it.
pub fn show(engine: &mut Engine, asset: u8) -> Result<(u8, u32, u32)> {
    let word = current(engine, asset)?;
    Ok((breaker::active(&word, guard::now(engine)), word.since, word.until))
}

/// The overall breaker as a view shows it.
pub fn show_overall(engine: &mut Engine) -> Result<(u8, u32, u32)> {
    show(engine, abi::OVERALL)
}
