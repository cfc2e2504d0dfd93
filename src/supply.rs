//! The supply side: shares of the residual claim, and the owners' credits.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{fixed::add, interest, shares};
use stylus_sdk::prelude::*;

use crate::{
    breaker,
    error::{Result, fail},
    guard, ledger, sdk, settlement,
    storage::Engine,
    token, window,
};

/// Supplies base tokens; shares round down.
pub fn supply(engine: &mut Engine, amount: U256, receiver: Address) -> Result<U256> {
    let now = guard::enter(engine)?;
    let amount = guard::amount(amount)?;
    let receiver = guard::receiver(engine, receiver)?;
    let mut books = ledger::load(engine, now);
    let mut supply = engine.supply_word();
    let minted = shares::shares_for_down(amount, supply.shares, interest::nav(&books)?)?;
    if minted == 0 {
        return Err(fail(abi::ZeroShares { amount: U256::from(amount) }));
    }
    supply.shares = add(supply.shares, minted)?;
    let base = engine.base_word();
    window::cash_in(engine, &base, books.cash, now)?;
    books.cash = add(books.cash, amount)?;
    books.no_suppliers = false;
    engine.set_supply_word(&supply)?;
    ledger::store(engine, &books)?;
    let minted = U256::from(minted);
    let held = engine.shares(receiver).saturating_add(minted);
    engine.set_shares(receiver, held);
    let payer = engine.vm().msg_sender();
    sdk::emit(
        engine,
        abi::Supplied { payer, receiver, amount: U256::from(amount), shares: minted },
    );
    token::pull(engine, base.token, payer, amount)?;
    Ok(minted)
}

/// Redeems the caller's shares; the amount rounds down.
pub fn redeem(engine: &mut Engine, asked: U256, receiver: Address) -> Result<U256> {
    let now = guard::enter(engine)?;
    let burnt = guard::shares(asked)?;
    let receiver = guard::receiver(engine, receiver)?;
    if breaker::overall(engine, now) >= plimsoll_math::breaker::NO_NEW_RISK {
        let level = breaker::overall(engine, now);
        return Err(fail(abi::LevelForbids { asset: abi::OVERALL, level }));
    }
    let owner = engine.vm().msg_sender();
    let held = engine.shares(owner);
    if asked > held {
        return Err(fail(abi::InsufficientShares { shares: asked, held }));
    }
    let mut books = ledger::load(engine, now);
    settlement::require_cover(engine, &books)?;
    let mut supply = engine.supply_word();
    let amount = shares::assets_for_down(burnt, supply.shares, interest::nav(&books)?)?;
    if amount == 0 {
        return Err(fail(abi::ZeroAmount {}));
    }
    let (base, before) = (engine.base_word(), books.cash);
    books.cash = take_cash(before, amount)?;
    window::cash_out(engine, &base, before, books.cash, now)?;
    supply.shares = supply.shares.saturating_sub(burnt);
    books.no_suppliers = supply.shares == 0;
    engine.set_supply_word(&supply)?;
    ledger::store(engine, &books)?;
    engine.set_shares(owner, held.saturating_sub(asked));
    let paid = U256::from(amount);
    sdk::emit(engine, abi::Redeemed { owner, receiver, amount: paid, shares: asked });
    token::push(engine, base.token, receiver, amount)?;
    Ok(paid)
}

/// Pays out the caller's credit, which is held apart from the cash.
pub fn collect(engine: &mut Engine, receiver: Address) -> Result<U256> {
    guard::enter(engine)?;
    let receiver = guard::receiver(engine, receiver)?;
    let account = engine.vm().msg_sender();
    let credit = engine.credit(account);
    let amount = guard::narrow(credit)?;
    if amount == 0 {
        return Err(fail(abi::NoCredit { account }));
    }
    let mut supply = engine.supply_word();
    supply.credits = supply.credits.saturating_sub(amount);
    engine.set_supply_word(&supply)?;
    engine.set_credit(account, U256::ZERO);
    sdk::emit(engine, abi::Collected { account, receiver, amount: credit });
    token::push(engine, engine.base_word().token, receiver, amount)?;
    Ok(credit)
}

/// Cash less what leaves; refused when there is not enough.
pub fn take_cash(cash: u128, amount: u128) -> Result<u128> {
    cash.checked_sub(amount).ok_or_else(|| {
        fail(abi::InsufficientCash { asked: U256::from(amount), cash: U256::from(cash) })
    })
}
