//! ERC-20 calls, with every token as a suspect: it may return nothing, return false, revert, have
//! no code, or move another amount than asked.
//!
//! A transfer counts only when the engine's own balance moved by exactly the amount.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi as abi;
use plimsoll_abi::{IERC20, words::Word};
use stylus_sdk::prelude::*;

use crate::{
    error::{Result, fail},
    sdk::{self, CallKind},
    storage::Engine,
};

/// Pulls `amount` of `token` from `from` into the engine.
pub fn pull(engine: &Engine, token: Address, from: Address, amount: u128) -> Result<()> {
    let to = engine.vm().contract_address();
    let words = [from.word(), to.word(), amount.word()];
    let data = sdk::calldata(IERC20::transferFromCall::SELECTOR, &words);
    move_exactly(engine, token, &data, amount, true)
}

/// Pays `amount` of `token` to `to`.
pub fn push(engine: &Engine, token: Address, to: Address, amount: u128) -> Result<()> {
    let data = sdk::calldata(IERC20::transferCall::SELECTOR, &[to.word(), amount.word()]);
    move_exactly(engine, token, &data, amount, false)
}

/// Makes the call and compares the engine's balance before and after.
fn move_exactly(
    engine: &Engine,
    token: Address,
    data: &[u8],
    amount: u128,
    inward: bool,
) -> Result<()> {
    let before = own_balance(engine, token)?;
    let returned = sdk::call(engine, CallKind::Mutating, token, data, None, 32)
        .map_err(|_| fail(abi::TokenCallFailed { token }))?;
    // No return value is the habit of old tokens; anything but `true` is a refusal.
    if !returned.is_empty() && (returned.len() < 32 || sdk::word(&returned) != U256::ONE) {
        return Err(fail(abi::TokenRefused { token }));
    }
    let after = own_balance(engine, token)?;
    let (low, high) = if inward { (before, after) } else { (after, before) };
    let moved = high.saturating_sub(low);
    let asked = U256::from(amount);
    if moved != asked {
        return Err(fail(abi::AmountMismatch { token, asked, moved }));
    }
    Ok(())
}

/// The engine's balance. A token without code answers with nothing and is refused here.
fn own_balance(engine: &Engine, token: Address) -> Result<U256> {
    let account = engine.vm().contract_address().word();
    let data = sdk::calldata(IERC20::balanceOfCall::SELECTOR, &[account]);
    let returned = sdk::call(engine, CallKind::Static, token, &data, None, 32)
        .map_err(|_| fail(abi::TokenCallFailed { token }))?;
    if returned.len() < 32 {
        return Err(fail(abi::NoCode { token }));
    }
    Ok(sdk::word(&returned))
}
