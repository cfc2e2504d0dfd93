//! Borrow and repay.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{fixed::add, oracle::Action, value};
use stylus_sdk::prelude::*;

use crate::{
    auction,
    collateral::require_new_risk,
    error::{Result, fail},
    guard, health, ledger,
    position::Position,
    sdk,
    storage::Engine,
    supply::take_cash,
    token, window,
};

/// Borrows against the caller's position; debt rounds up.
pub fn borrow(engine: &mut Engine, amount: U256, receiver: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    let amount = guard::amount(amount)?;
    let receiver = guard::receiver(engine, receiver)?;
    let owner = engine.vm().msg_sender();
    let index = ledger::index(engine, now);
    let mut position = Position::load(engine, owner, index);
    position.settle_closed(engine, now)?;
    require_new_risk(engine, &position, now)?;

    let units = value::units_up(amount, index)?;
    position.word.debt = guard::narrow(U256::from(add(position.word.debt, units)?))?;
    position.word.checked_at = now;
    let base = engine.base_word();
    let debt = value::debt_up(position.effective_debt(engine)?, index)?;
    if debt > 0 && debt < base.min_debt {
        let (debt, min) = (U256::from(debt), U256::from(base.min_debt));
        return Err(fail(abi::BelowMinDebt { debt, minDebt: min }));
    }
    health::require_within_limit(engine, &position, Action::Borrow, now)?;

    let mut books = ledger::load(engine, now);
    let before = books.cash;
    books.cash = take_cash(before, amount)?;
    window::cash_out(engine, &base, before, books.cash, now)?;
    books = books.with_debt_added(units)?;
    ledger::store(engine, &books)?;
    position.store(engine)?;
    let (amount_word, units) = (U256::from(amount), U256::from(units));
    sdk::emit(engine, abi::Borrowed { account: owner, receiver, amount: amount_word, units });
    token::push(engine, base.token, receiver, amount)
}

/// Repays at most `amount` of an account's effective debt and returns what was pulled. A full
/// repayment also takes the account out of its open auctions. Needs no price and no breaker.
pub fn repay(engine: &mut Engine, amount: U256, account: Address) -> Result<U256> {
    let now = guard::enter(engine)?;
    let asked = guard::amount(amount.min(U256::from(plimsoll_math::fixed::AMOUNT_MAX)))?;
    let index = ledger::index(engine, now);
    let mut position = Position::load(engine, account, index);
    position.settle_closed(engine, now)?;
    let owed = position.effective_debt(engine)?;
    let full = value::debt_up(owed, index)?;
    if full == 0 {
        return Err(fail(abi::NothingOwed { account }));
    }
    let (paid, units) =
        if asked >= full { (full, owed) } else { (asked, value::units_down(asked, index)?) };
    if units == 0 {
        return Err(fail(abi::ZeroAmount {}));
    }
    position.word.debt = position.word.debt.saturating_sub(units);
    let mut books = ledger::load(engine, now);
    let base = engine.base_word();
    window::cash_in(engine, &base, books.cash, now)?;
    books.cash = add(books.cash, paid)?;
    books = books.with_debt_removed(units)?;
    ledger::store(engine, &books)?;
    if units == owed {
        auction::leave_all(engine, &mut position, now)?;
    }
    position.store(engine)?;
    let payer = engine.vm().msg_sender();
    let (paid_word, units) = (U256::from(paid), U256::from(units));
    sdk::emit(engine, abi::Repaid { account, payer, amount: paid_word, units });
    token::pull(engine, base.token, payer, paid)?;
    Ok(paid_word)
}
