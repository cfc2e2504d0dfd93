//! Live auctions, with everything that a bot needs to decide, in one call.

use alloc::vec::Vec;

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_abi::offer;
use plimsoll_math::{
    auction as curve,
    auction::Redo,
    breaker as ladder,
    oracle::{self, Action},
    value,
};

use crate::{
    auction::{self, Auction, Order},
    breaker,
    entry::Rows,
    error::Result,
    guard, health,
    storage::Engine,
};

/// Slots that one call looks at.
const SLOTS_MAX: u32 = 256;
/// Longest wait that is looked ahead, seconds: the longest breaker and the slowest curve together.
const WAIT_MAX: u32 = 10 * 86_400;

/// Ids of the open auctions of an asset from a slot down (zero: from the highest), and the slot to go
/// on from (zero at the end).
pub fn ids(engine: &mut Engine, asset: u8, from: u32, limit: u32) -> Result<(Vec<u64>, u32)> {
    let asset = guard::asset(engine, asset)?;
    let last = u32::from(engine.sales(asset).high_water);
    let first = if from == 0 { last } else { from.min(last) };
    let end = first.saturating_sub(limit.min(SLOTS_MAX));
    let mut ids = Vec::new();
    for slot in (end..first).rev().map(|slot| slot.saturating_add(1)) {
        let pool = engine.auction_pool(asset, slot);
        if pool.used && !pool.closed {
            ids.push(abi::auction_id(asset, engine.auction_terms(asset, slot).generation, slot));
        }
    }
    Ok((ids, end))
}

/// The same auctions with everything that decides.
pub fn auctions(engine: &mut Engine, asset: u8, from: u32, limit: u32) -> Result<(Rows<18>, u32)> {
    let now = guard::now(engine);
    let (ids, next) = ids(engine, asset, from, limit)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let auction = Auction::load(engine, id, now)?;
        rows.push(row(engine, &auction, now)?);
    }
    Ok((Rows(rows), next))
}

/// One auction in the order of `LiveAuction`.
fn row(engine: &Engine, auction: &Auction, now: u32) -> Result<[U256; 18]> {
    let Auction { words, pool, price, terms, elapsed, .. } = auction;
    let shape = auction.curve();
    let asked = auction.price_at(*elapsed)?;
    let due = (terms.tip_value()?, terms.small_value()?);
    let Redo { reward, .. } =
        curve::redo_reward(words.lot, words.penalty.into(), due, price.price, price.scale)?;
    Ok([
        U256::from(auction.id),
        U256::from(offer(engine, auction, asked, now)?),
        U256::from(words.lot),
        U256::from(pool.units),
        U256::from(pool.raised),
        U256::from(asked),
        U256::from(price.price),
        U256::from(value::value_up(words.lot, asked, price.scale)?),
        U256::from(terms.dust_value()?),
        U256::from(curve::factor(&shape, *elapsed)),
        U256::from(*elapsed),
        U256::from(curve::runs_out_at(&shape)),
        U256::from(words.kick_price),
        U256::from(words.start_excess),
        U256::from(words.penalty),
        U256::from(words.redos),
        U256::from(reward),
        U256::from(breaker::level(engine, auction.asset, price, now)),
    ])
}

/// What may be done with an auction now.
fn offer(engine: &Engine, auction: &Auction, asked: u128, now: u32) -> Result<u8> {
    let price = &auction.price;
    let verdict = health::verdict(price, now);
    let level = breaker::level(engine, auction.asset, price, now);
    let shape = auction.curve();
    let kick_price = auction.words.kick_price;
    let behind = curve::is_left_behind(&shape, kick_price, price.price, auction.elapsed)?;
    let again = level < ladder::NO_REDO && oracle::allows(verdict, Action::Redo);
    Ok(if auction.needs_redo() {
        if again { offer::REDO } else { offer::WAIT }
    } else if !oracle::allows(verdict, Action::Take)
        || level >= ladder::ORACLE_PRICE_ONLY && asked < price.price
    {
        offer::WAIT
    } else if behind && again {
        offer::TAKE_OR_REDO
    } else {
        offer::TAKE
    })
}

/// What a take of up to `lot` at any price would pay after a wait, if the oracle's price stays and the
/// market goes on being heard of; or the error that it would meet.
pub fn quote(engine: &mut Engine, id: u64, lot: U256, wait: u32) -> Result<(U256, U256)> {
    let now = guard::now(engine);
    let then = now.saturating_add(wait);
    let mut auction = Auction::load_open(engine, id, now)?;
    auction.elapsed = auction.elapsed_ahead(engine, now, then);
    let order = Order { max_lot: lot, max_price: U256::MAX, min_lot: U256::ZERO };
    let (taken, price, _) = auction::quote(engine, &auction, &order, then)?;
    Ok((U256::from(price), U256::from(taken.pay)))
}

/// Seconds until the auction asks at most `limit`, if the oracle's price stays and the market goes on
/// being heard of: whether it ever does before it has run out, and how long to wait.
pub fn time_to_price(engine: &mut Engine, id: u64, limit: U256) -> Result<(bool, u32)> {
    let now = guard::now(engine);
    let auction = Auction::load_open(engine, id, now)?;
    let limit = u128::try_from(limit).unwrap_or(u128::MAX);
    let (shape, live) = (auction.curve(), auction.price.price);
    let Some(second) = curve::seconds_to(&shape, auction.words.kick_price, live, limit)? else {
        return Ok((false, 0));
    };
    if auction.needs_redo() {
        return Ok((false, 0));
    }
    // The clock may stand still on the way, and never runs backwards.
    let (mut early, mut late) = (0, WAIT_MAX);
    while early < late {
        let middle = u32::midpoint(early, late);
        if auction.elapsed_ahead(engine, now, now.saturating_add(middle)) >= second {
            late = middle;
        } else {
            early = middle.saturating_add(1);
        }
    }
    Ok((late < WAIT_MAX, if late < WAIT_MAX { late } else { 0 }))
}
