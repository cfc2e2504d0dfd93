//! The clock before a sale: flags, and what a liquidation may do with a position now.

use alloy_primitives::Address;
use plimsoll_abi as abi;
use plimsoll_math::{
    oracle::Action,
    trigger::{CURED_BPS, State},
};

use crate::{
    error::{Result, fail},
    guard, health,
    health::Side,
    ledger,
    liquidation::{Look, is_crowded},
    outage,
    position::Position,
    sdk,
    storage::Engine,
};

/// State of a view: below one and out of grace, but a price, a breaker, an outage or the cool-off
/// is in the way.
const FORBIDDEN: u8 = 4;
/// State of a view: its numbers leave their widths.
const UNKNOWN: u8 = 5;
/// State of a view: its claims on closed auctions take the room for more.
const UNSETTLED: u8 = 6;

/// The price that the health factor below one is that of: see `liquidationStatus`.
const LIVE: u8 = 0;
const UPPER: u8 = 1;
const GENEROUS: u8 = 2;

/// Starts an unhealthy position's grace. A flag stays until somebody takes it off.
pub fn flag(engine: &mut Engine, account: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    let mut position = Position::load(engine, account, ledger::index(engine, now));
    if position.word.flagged_at > 0 {
        return Err(fail(abi::AlreadyFlagged { account }));
    }
    health::require_prices(&position, Action::Flag, now)?;
    let live = health::exposure(engine, &position, now, Side::Live)?;
    if !live.is_liquidatable()? {
        return Err(fail(abi::NotUnhealthy { account, health: live.health_factor() }));
    }
    position.word.flagged_at = now;
    engine.set_account(account, &position.word)?;
    sdk::emit(engine, abi::Flagged { account, health: live.health_factor() });
    Ok(())
}

/// Takes the flag off a position that is well above one.
pub fn unflag(engine: &mut Engine, account: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    let mut position = Position::load(engine, account, ledger::index(engine, now));
    if position.word.flagged_at == 0 {
        return Err(fail(abi::NotFlagged { account }));
    }
    // Who owes nothing has nothing to fear from any price.
    if position.word.debt > 0 {
        health::require_prices(&position, Action::Flag, now)?;
    }
    let live = health::exposure(engine, &position, now, Side::Live)?;
    if live.is_below(CURED_BPS)? {
        return Err(fail(abi::NotCured { account, health: live.health_factor() }));
    }
    position.word.flagged_at = 0;
    engine.set_account(account, &position.word)?;
    sdk::emit(engine, abi::Unflagged { account, health: live.health_factor() });
    Ok(())
}

/// What a kick would find: state, seconds left, the price that decides, the worst verdict. Never
/// fails on what is stored.
pub fn status(engine: &mut Engine, account: Address) -> Result<(u8, u32, u8, u8)> {
    let now = guard::enter(engine)?;
    let position = Position::load(engine, account, ledger::index(engine, now));
    let verdict = health::worst_verdict(&position, now).code();
    let (state, left, price) = find(engine, &position, now).unwrap_or((UNKNOWN, 0, LIVE));
    Ok((state, left, price, verdict))
}

/// In the order in which a kick looks, without the room that is left for a sale.
fn find(engine: &Engine, position: &Position, now: u32) -> Result<(u8, u32, u8)> {
    if position.word.debt == 0 {
        return Ok((State::Healthy.code(), 0, LIVE));
    }
    let live = health::exposure(engine, position, now, Side::Live)?;
    let status = health::status(engine, position, &live, now)?;
    let look = Look::at(engine, position, outage::open(engine, now), now)?;
    let price = match look {
        Look { spares: true, .. } => GENEROUS,
        Look { hard: true, .. } => UPPER,
        _ => LIVE,
    };
    let state = match status.state {
        State::Liquidatable if look.forbids(engine, position, now).is_some() => FORBIDDEN,
        State::Liquidatable if is_crowded(engine, position) => UNSETTLED,
        state => state.code(),
    };
    Ok((state, status.left, price))
}
