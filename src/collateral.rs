//! Collateral in and out of a position.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{fixed::add, oracle::Action, value};
use stylus_sdk::prelude::*;

use crate::{
    breaker,
    error::{Result, fail},
    guard, health, ledger,
    position::{Position, bit},
    sdk,
    storage::Engine,
    token, window,
};

/// Adds collateral. A top-up of what the position holds needs no price; a new asset needs its
/// dust value, from the owner, so that nobody can hang worthless assets on a position.
pub fn deposit(engine: &mut Engine, asset: u8, amount: U256, account: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    let asset = guard::asset(engine, asset)?;
    let amount = guard::amount(amount)?;
    let account = guard::receiver(engine, account)?;
    let payer = engine.vm().msg_sender();
    let mut word = engine.account(account);
    let mut holding = engine.holding(account, asset);
    holding.balance = guard::narrow(U256::from(add(holding.balance, amount)?))?;
    let bit = bit(asset);
    if word.assets & bit == 0 {
        if payer != account {
            return Err(fail(abi::NotOwner { caller: payer, account }));
        }
        require_dust_value(engine, asset, holding.balance)?;
        word.assets |= bit;
        engine.set_account(account, &word)?;
    }
    let mut sales = engine.sales(asset);
    sales.held = add(sales.held, amount)?;
    let cap = engine.caps(asset).cap;
    if sales.held > cap {
        let (total, cap) = (U256::from(sales.held), U256::from(cap));
        return Err(fail(abi::CapExceeded { asset, total, cap }));
    }
    engine.set_sales(asset, &sales)?;
    window::collateral_in(engine, asset, amount, now)?;
    engine.set_holding(account, asset, &holding)?;
    let amount_word = U256::from(amount);
    sdk::emit(engine, abi::Deposited { account, asset, payer, amount: amount_word });
    token::pull(engine, engine.token(asset).token, payer, amount)
}

/// Takes the caller's collateral out: all of an asset, or leaving at least its dust value.
pub fn withdraw(engine: &mut Engine, asset: u8, amount: U256, receiver: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    let asset = guard::asset(engine, asset)?;
    let amount = guard::amount(amount)?;
    let receiver = guard::receiver(engine, receiver)?;
    let owner = engine.vm().msg_sender();
    let mut position = Position::load(engine, owner, ledger::index(engine, now));
    position.settle_closed(engine, now)?;
    let mut holding = engine.holding(owner, asset);
    let held = holding.balance;
    let Some(left) = held.checked_sub(amount) else {
        let (asked, held) = (U256::from(amount), U256::from(held));
        return Err(fail(abi::InsufficientBalance { asset, asked, held }));
    };
    holding.balance = left;
    engine.set_holding(owner, asset, &holding)?;
    let mut sales = engine.sales(asset);
    sales.held = sales.held.saturating_sub(amount);
    engine.set_sales(asset, &sales)?;
    window::collateral_out(engine, asset, amount, sales.held, now)?;
    if let Some(leg) = position.leg_mut(asset) {
        leg.holding.balance = left;
    }
    if position.effective_debt(engine)? > 0 {
        require_new_risk(engine, &position, now)?;
        health::require_within_limit(engine, &position, Action::Withdraw, now)?;
        if left > 0 {
            require_dust_value(engine, asset, left)?;
        }
        position.word.checked_at = now;
    }
    let sold = position.word.sold;
    position.store(engine)?;
    if sold != position.word.sold {
        // What its owner takes out whole, from a position that can do without, has cost nobody
        // anything: he could blame a loss on any asset that has just passed through his hands.
        position.word.sold &= sold;
        engine.set_account(owner, &position.word)?;
    }
    let amount_word = U256::from(amount);
    sdk::emit(engine, abi::Withdrawn { account: owner, asset, receiver, amount: amount_word });
    token::push(engine, engine.token(asset).token, receiver, amount)
}

/// Refuses new risk while the market or anything that the position holds is under a breaker.
pub fn require_new_risk(engine: &Engine, position: &Position, now: u32) -> Result<()> {
    let level = breaker::overall(engine, now);
    if level >= plimsoll_math::breaker::NO_NEW_RISK {
        return Err(fail(abi::LevelForbids { asset: abi::OVERALL, level }));
    }
    for leg in position.legs() {
        breaker::require_at_most(engine, leg.asset, &leg.price, 0, now)?;
    }
    Ok(())
}

/// Refuses a balance worth less than the asset's dust value at the stored price, of any verdict.
fn require_dust_value(engine: &Engine, asset: u8, balance: u128) -> Result<()> {
    let price = engine.price(asset);
    let value = value::value_down(balance, price.price, price.scale)?;
    let dust = engine.terms(asset).dust_value()?;
    if value < dust {
        let (value, dust) = (U256::from(value), U256::from(dust));
        return Err(fail(abi::BelowDust { asset, value, dust }));
    }
    Ok(())
}
