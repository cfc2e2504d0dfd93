//! The clock before a sale: flags, and what a liquidation may do with a position now.

use alloy_primitives::Address;
use plimsoll_abi as abi;
use plimsoll_math::{
    oracle::{Action, Verdict},
    trigger::{CURED_BPS, State, Status},
};

use crate::{
    error::{Result, fail},
    guard, health,
    health::Side,
    ledger,
    liquidation::Look,
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

/// The price that the health factor below one is that of: see `liquidationStatus`.
const LIVE: u8 = 0;
const UPPER: u8 = 1;

/// Starts an unhealthy position's grace. A flag stays until somebody takes it off.
pub fn flag(engine: &mut Engine, account: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    let mut position = Position::load(engine, account, ledger::index(engine, now));
    if position.word.flagged_at > 0 {
        return Err(fail(abi::AlreadyFlagged { account }));
    }
    health::require_prices(&position, Action::Kick { hard: false }, now)?;
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
        health::require_prices(&position, Action::Kick { hard: false }, now)?;
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
    let verdict = health::worst_verdict(&position, now);
    Ok(match find(engine, &position, now) {
        Ok((status, hard, forbidden)) => {
            let may = status.state == State::Liquidatable;
            let state = if may && forbidden { FORBIDDEN } else { status.state.code() };
            let in_doubt = verdict != Verdict::Valid && hard;
            (state, status.left, if in_doubt { UPPER } else { LIVE }, verdict.code())
        }
        Err(_) => (UNKNOWN, 0, LIVE, verdict.code()),
    })
}

fn find(engine: &Engine, position: &Position, now: u32) -> Result<(Status, bool, bool)> {
    if position.word.debt == 0 {
        return Ok((Status::default(), false, false));
    }
    let live = health::exposure(engine, position, now, Side::Live)?;
    let status = health::status(engine, position, &live, now)?;
    let look = Look::at(engine, position, outage::open(engine, now), now)?;
    Ok((status, look.hard, look.forbids(engine, position, now).is_some()))
}
