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
    outage::Heart,
    words::{AssetPrice, Breaker, Market},
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

/// What of it somebody raised.
pub fn raised(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u8 {
    let own = breaker::raised(&own_word(engine, asset, price), now);
    own.max(breaker::raised(&overall_word(engine), now))
}

/// The level that a kick is under now: see [`breaker::for_kicks`].
pub fn for_kicks(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u8 {
    let own = breaker::for_kicks(&own_word(engine, asset, price), now);
    own.max(breaker::for_kicks(&overall_word(engine), now))
}

/// The overall breaker; nothing where the market word says that there is none to read.
fn overall_word(engine: &Engine) -> Breaker {
    overall_of(engine, &engine.market())
}

fn overall_of(engine: &Engine, market: &Market) -> Breaker {
    if market.level == 0 { Breaker::default() } else { engine.overall_breaker() }
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

/// The asset's auction clock: seconds in which taking was possible. In a silence it stands where it
/// stood when the market was last heard of.
pub fn clock(engine: &Engine, asset: u8, price: &AssetPrice, now: u32) -> u32 {
    let Stops { asset, overall, dead, heart } = stops(engine, asset, price);
    let heard = heart.heard(asset.folded_at, now);
    breaker::clock(heard, breaker::stopped(&asset, &overall, dead, heard))
}

/// The clock at a second to come, if the market is heard of from now on.
pub fn clock_ahead(engine: &Engine, asset: u8, price: &AssetPrice, now: u32, then: u32) -> u32 {
    let Stops { asset, overall, dead, heart } = stops(engine, asset, price);
    let heard = heart.heard(asset.folded_at, now);
    let asset = breaker::fold_silent(&asset, &overall, dead, heard, now);
    breaker::clock(then, breaker::stopped(&asset, &overall, dead, then))
}

/// The clock at which an auction starts now. Neither a kick nor a redo is a beat: where the last one
/// is `late` the asset remembers that it was heard of, or a silence that began after the start would
/// be counted from before it.
pub fn start(
    engine: &mut Engine,
    asset: u8,
    price: &AssetPrice,
    late: bool,
    now: u32,
) -> Result<u32> {
    let mut price = *price;
    if late {
        fold(engine, asset, &mut price, now)?;
        engine.set_price(asset, &price)?;
    }
    Ok(clock(engine, asset, &price, now))
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
    heart: Heart,
}

fn stops(engine: &Engine, asset: u8, price: &AssetPrice) -> Stops {
    let own =
        if price.level != 0 || price.stopped { engine.breaker(asset) } else { Breaker::default() };
    let dead = price.verdict == Verdict::Invalid;
    let market = engine.market();
    let overall = overall_of(engine, &market);
    Stops { asset: own, overall, dead, heart: Heart::of(&market) }
}

/// Books the stopped time so far, so that a level or the verdict may change. The caller stores
/// the price word, which remembers that there is something booked.
pub fn fold(engine: &mut Engine, asset: u8, price: &mut AssetPrice, now: u32) -> Result<()> {
    let heart = Heart::of(&engine.market());
    fold_by(engine, asset, price, heart, now)
}

fn fold_by(
    engine: &mut Engine,
    asset: u8,
    price: &mut AssetPrice,
    heart: Heart,
    now: u32,
) -> Result<()> {
    let Stops { asset: own, overall, dead, .. } = stops(engine, asset, price);
    let heard = heart.heard(own.folded_at, now);
    price.stopped = true;
    engine.set_breaker(asset, &breaker::fold_silent(&own, &overall, dead, heard, now))
}

/// Books the stopped time of every asset, the seconds of a silence included: before the beat that
/// ends it, or before the overall level changes.
pub fn fold_all(engine: &mut Engine, heart: Heart, now: u32) -> Result<()> {
    for asset in 0..engine.asset_count() {
        let mut price = engine.price(asset);
        fold_by(engine, asset, &mut price, heart, now)?;
        engine.set_price(asset, &price)?;
    }
    Ok(())
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
        let mut market = engine.market();
        fold_all(engine, Heart::of(&market), now)?;
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
