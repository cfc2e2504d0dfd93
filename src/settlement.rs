//! Bad debt: who bears what a position cannot.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{fixed::add, oracle::Action, settlement, value};
use stylus_sdk::prelude::*;

use crate::{
    auction,
    error::{Result, fail},
    guard, health, ledger,
    position::{Position, bit},
    sdk,
    storage::Engine,
    token,
};

/// Where dust is kept until the governor withdraws it.
pub const DUST_ACCOUNT: Address = Address::ZERO;

/// Books the debt of accounts whose collateral and lots are worth less than dust and less than the
/// debt: anyone may.
pub fn realise(engine: &mut Engine, accounts: Vec<Address>) -> Result<()> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    let mut refused = Some((Address::ZERO, 0));
    let mut any = false;
    for account in accounts {
        match realise_one(engine, account, now)? {
            None => any = true,
            Some(value) => refused = Some((account, value)),
        }
    }
    match refused {
        Some((account, value)) if !any => {
            Err(fail(abi::NotBadDebt { account, value: U256::from(value) }))
        }
        _ => Ok(()),
    }
}

/// Books one account; returns what it still has when that is worth too much, or when it owes
/// nothing (zero). Bringing rewards into the position is work done, too: refused, it would be undone,
/// and no kick could ever sell them.
fn realise_one(engine: &mut Engine, account: Address, now: u32) -> Result<Option<u128>> {
    let counted = count_rewards(engine, account)?;
    let mut position = Position::load(engine, account, ledger::index(engine, now));
    position.settle_closed(engine, now)?;
    let owed = value::debt_up(position.effective_debt(engine)?, position.index)?;
    if owed == 0 {
        return Ok(Some(0));
    }
    health::require_prices(&position, Action::Realise, now)?;
    let (left, dust) = worth(engine, &position)?;
    if !settlement::is_bad_debt(owed, left, dust) {
        return Ok((!counted).then_some(left));
    }
    auction::leave_all(engine, &mut position, now)?;
    keep_dust(engine, &mut position)?;
    write_off(engine, &mut position, now)?;
    Ok(None)
}

/// Makes collateral of what the account was paid in kind for its kicks: a reward does not touch the
/// account's word, so health does not see it until then. Says whether there was any.
fn count_rewards(engine: &mut Engine, account: Address) -> Result<bool> {
    let mut word = engine.account(account);
    let before = word.assets;
    for asset in 0..engine.asset_count() {
        if engine.holding(account, asset).balance > 0 {
            word.assets |= bit(asset);
        }
    }
    engine.set_account(account, &word)?;
    Ok(word.assets != before)
}

/// Value of balances and lots at the live prices, base wei, up; and the highest dust value.
fn worth(engine: &Engine, position: &Position) -> Result<(u128, u128)> {
    let (mut sum, mut dust) = (0, 0);
    for leg in position.legs() {
        dust = engine.terms(leg.asset).dust_value()?.max(dust);
        let mut amount = leg.holding.balance;
        for claim in leg.claims() {
            let lot = engine.auction_terms(leg.asset, claim.slot).lot;
            let pool = engine.auction_pool(leg.asset, claim.slot);
            let pool = crate::position::AsPool::pool(&pool);
            let share = plimsoll_math::claims::lot_share(claim.units, lot, &pool)?;
            amount = add(amount, share)?;
        }
        let value = value::value_up(amount, leg.price.price, leg.price.scale)?;
        sum = add(sum, value)?;
    }
    Ok((sum, dust))
}

/// Moves what is left of the collateral to the dust account.
fn keep_dust(engine: &mut Engine, position: &mut Position) -> Result<()> {
    let account = position.owner;
    for leg in position.legs_mut() {
        let amount = leg.holding.balance;
        if amount == 0 {
            continue;
        }
        leg.holding.balance = 0;
        leg.store(engine, account, leg.claim_count)?;
        let mut kept = engine.holding(DUST_ACCOUNT, leg.asset);
        kept.balance = add(kept.balance, amount)?;
        engine.set_holding(DUST_ACCOUNT, leg.asset, &kept)?;
        let amount = U256::from(amount);
        sdk::emit(engine, abi::DustKept { account, asset: leg.asset, amount });
    }
    Ok(())
}

/// The owner's credit pays first, then the reserve, then the suppliers' residual claim.
fn write_off(engine: &mut Engine, position: &mut Position, now: u32) -> Result<()> {
    let account = position.owner;
    let units = position.word.debt;
    let mut books = ledger::load(engine, now);
    let credit = guard::narrow(engine.credit(account))?;
    let off = settlement::write_off(units, books.index, credit, books.reserve)?;
    books.cash = add(books.cash, off.from_credit)?;
    books.reserve = books.reserve.saturating_sub(off.from_reserve);
    books = books.with_debt_removed(units)?;
    ledger::store(engine, &books)?;
    let mut supply = engine.supply_word();
    supply.credits = supply.credits.saturating_sub(off.from_credit);
    engine.set_supply_word(&supply)?;
    let left = U256::from(credit.saturating_sub(off.from_credit));
    engine.set_credit(account, left);
    let deficit = engine.deficit().saturating_add(U256::from(off.loss));
    engine.set_deficit(deficit);
    position.word.debt = 0;
    position.store(engine)?;
    sdk::emit(
        engine,
        abi::Realised {
            account,
            units: U256::from(units),
            fromCredit: U256::from(off.from_credit),
            fromReserve: U256::from(off.from_reserve),
            loss: U256::from(off.loss),
        },
    );
    Ok(())
}

/// Anyone pays into the suppliers' claim; the recorded deficit falls by what was paid.
pub fn cover_deficit(engine: &mut Engine, amount: U256) -> Result<U256> {
    let now = guard::enter(engine)?;
    let asked = guard::amount(amount)?;
    let deficit = guard::narrow(engine.deficit())?;
    let paid = asked.min(deficit);
    if paid == 0 {
        return Err(fail(abi::ZeroAmount {}));
    }
    let mut books = ledger::load(engine, now);
    books.cash = add(books.cash, paid)?;
    ledger::store(engine, &books)?;
    engine.set_deficit(U256::from(deficit.saturating_sub(paid)));
    let payer = engine.vm().msg_sender();
    let paid_word = U256::from(paid);
    sdk::emit(engine, abi::DeficitCovered { payer, amount: paid_word });
    token::pull(engine, engine.base_word().token, payer, paid)?;
    Ok(paid_word)
}
