//! Trips: what anybody may prove, measured anew from what is stored.

use plimsoll_abi as abi;
use plimsoll_math::{
    auction as curve, breaker as ladder,
    breaker::{Reason, TripRefusal},
    fixed::add,
    interest, value, window,
};
use stylus_sdk::prelude::*;

use crate::{
    breaker,
    error::{Error, Result, fail},
    guard, health, ledger, sdk,
    storage::Engine,
    window as flows,
};

/// Slots of auctions that a proof looks at, from the highest down: their pools are a word each.
const QUEUE_SLOTS: u32 = 256;
/// Basis points of a price in a step of its confidence.
const CODE_BPS: u32 = 4;

/// Raises the level that a reason stands for, if its condition holds now. Anyone may.
pub fn trip(engine: &mut Engine, asset: u8, reason: u8) -> Result<()> {
    let now = guard::enter(engine)?;
    let current = breaker::current(engine, asset)?;
    let reason = known(asset, reason)?;
    let measure = measure(engine, asset, reason, now)?;
    let next = ladder::trip(&current, reason, measure, now)
        .map_err(|refusal| refused(refusal, asset, reason, measure))?;
    breaker::write(engine, asset, &next, now)?;
    let (reason, level, until) = (next.trip.reason, next.trip.level, next.trip.until);
    let by = engine.vm().msg_sender();
    sdk::emit(engine, abi::Tripped { asset, by, reason, level, until, measure });
    Ok(())
}

fn refused(refusal: TripRefusal, asset: u8, reason: Reason, measure: u32) -> Error {
    let level = reason.level();
    let reason = reason.code();
    match refusal {
        TripRefusal::Unproved { bound } => fail(abi::NotProved { asset, reason, measure, bound }),
        TripRefusal::Level { current } => fail(abi::BadLevel { level, current }),
        TripRefusal::Resting { until } => fail(abi::Resting { asset, until }),
    }
}

/// A reason that can be proved of the asset, or of the market as a whole.
fn known(asset: u8, reason: u8) -> Result<Reason> {
    let overall = asset == abi::OVERALL;
    match Reason::from_code(reason) {
        Some(known) if known.concerns(overall) => Ok(known),
        _ => Err(fail(abi::UnknownReason { asset, reason })),
    }
}

/// What a reason measures now and what it would have to be, bps; and what is tripped: reason,
/// since, until, and the end of the grace after it.
pub fn proof(engine: &mut Engine, asset: u8, reason: u8) -> Result<(u32, u32, u8, u32, u32, u32)> {
    let now = guard::enter(engine)?;
    let word = breaker::current(engine, asset)?;
    let reason = known(asset, reason)?;
    let measure = measure(engine, asset, reason, now)?;
    let bound = ladder::bound(&word, reason, now);
    let tripped = word.trip;
    Ok((measure, bound, tripped.reason, tripped.since, tripped.until, word.grace_until))
}

/// The measure of a reason, bps of what its bounds are of.
fn measure(engine: &Engine, asset: u8, reason: Reason, now: u32) -> Result<u32> {
    match reason {
        Reason::Jump => {
            let price = engine.price(asset);
            let verdict = health::verdict(&price, now);
            Ok(ladder::jump(verdict, price.price, price.average()))
        }
        Reason::Dispersion => {
            Ok(u32::from(engine.price(asset).confidence).saturating_mul(CODE_BPS))
        }
        Reason::Outflow if asset == abi::OVERALL => cash_outflow(engine, now),
        Reason::Outflow => outflow(engine, asset, now),
        Reason::Loss => {
            let lost = engine.deficit_word().at(now).lost;
            let books = ledger::load(engine, now);
            Ok(ladder::part(lost, add(interest::nav(&books)?, lost)?))
        }
        Reason::Queue => queue(engine, asset, now),
        Reason::Clearing => {
            let (sold, calm) = (engine.sold(asset), engine.calm(asset));
            Ok(ladder::clearing(sold.value, sold.pay, calm.max_on_sale, calm.floor))
        }
    }
}

/// Cash that has left in the window over what may. Nothing while the books move: what leaves for the
/// length of a transaction has not left.
fn cash_outflow(engine: &Engine, now: u32) -> Result<u32> {
    let base = engine.base_word();
    if base.outflow == 0 || engine.market().accrued_at >= now {
        return Ok(0);
    }
    let cash = engine.totals().cash;
    let limits = engine.limits().at(cash, now);
    let (out, allowed) = flows::cash(&limits, &base, cash)?;
    Ok(ladder::part(out, allowed))
}

/// The same of an asset.
fn outflow(engine: &Engine, asset: u8, now: u32) -> Result<u32> {
    let caps = engine.caps(asset);
    if caps.outflow == 0 {
        return Ok(0);
    }
    let (out, whole) = caps.flow.at(now).out_of(engine.sales(asset).held)?;
    Ok(ladder::part(out, window::allowed(whole, caps.outflow, 0)?))
}

/// Value of the lots whose curve has run out over what may be on sale in calm.
fn queue(engine: &Engine, asset: u8, now: u32) -> Result<u32> {
    let (price, terms) = (engine.price(asset), engine.terms(asset));
    let last = u32::from(engine.sales(asset).high_water);
    let first = last.saturating_sub(QUEUE_SLOTS);
    let clock = breaker::clock(engine, asset, &price, now);
    let mut unwanted = 0_u128;
    for slot in (first..last).map(|slot| slot.saturating_add(1)) {
        if engine.auction_pool(asset, slot).closed {
            continue;
        }
        let words = engine.auction_terms(asset, slot);
        let end = curve::runs_out_at(&terms.curve(words.start_excess));
        if clock.saturating_sub(words.start) >= end {
            unwanted = add(unwanted, words.lot)?;
        }
    }
    let value = value::value_down(unwanted, price.price, price.scale)?;
    let calm = engine.calm(asset).governed(&terms);
    Ok(ladder::part(value, calm.max_on_sale_value()?))
}
