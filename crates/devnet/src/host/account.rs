//! Other accounts: balance, code, code hash.

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::context_interface::{ContextTr, JournalTr};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Io, Result};
use super::{MODULE, price};
use crate::profile::Cost;

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "account_balance",
        |c: Caller<'_, Host>, address: u32, dest: u32| Ok(balance(c, address, dest)?),
    )?;
    linker.func_wrap(
        MODULE,
        "account_codehash",
        |c: Caller<'_, Host>, address: u32, dest: u32| Ok(code_hash(c, address, dest)?),
    )?;
    linker.func_wrap(MODULE, "account_code_size", |c: Caller<'_, Host>, address: u32| {
        Ok(code_size(c, address)?)
    })?;
    linker.func_wrap(
        MODULE,
        "account_code",
        |c: Caller<'_, Host>, address: u32, offset: u32, size: u32, dest: u32| {
            Ok(code(c, address, offset, size, dest)?)
        },
    )?;
    Ok(())
}

/// What the node knows of an account, and the gas for touching it.
struct Loaded {
    balance: U256,
    code_hash: B256,
    code: Bytes,
    gas: u64,
}

fn load(io: &mut Io<'_>, address: Address, with_code: bool) -> Result<Loaded> {
    let journal = io.ctx()?.journal_mut();
    let Ok(account) = journal.load_account_with_code(address);
    let access = if account.is_cold { price::COLD_ACCOUNT } else { price::WARM };
    let info = &account.data.info;
    Ok(Loaded {
        balance: info.balance,
        code_hash: if info.is_empty() { B256::ZERO } else { info.code_hash },
        code: info.code.as_ref().map(|code| code.original_bytes()).unwrap_or_default(),
        gas: access + if with_code { price::LOAD_CODE } else { 0 },
    })
}

fn balance(caller: Caller<'_, Host>, address: u32, dest: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::REQUEST_TWO_WORDS)?;
    io.require_gas(price::COLD_ACCOUNT)?;
    let address = io.read_address(address)?;
    let account = load(&mut io, address, false)?;
    io.buy_gas(Cost::Account, account.gas)?;
    io.write_u256(dest, account.balance)
}

fn code_hash(caller: Caller<'_, Host>, address: u32, dest: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::REQUEST_TWO_WORDS)?;
    io.require_gas(price::COLD_ACCOUNT)?;
    let address = io.read_address(address)?;
    let account = load(&mut io, address, false)?;
    io.buy_gas(Cost::Account, account.gas)?;
    io.write(dest, account.code_hash.as_slice())
}

fn code_size(caller: Caller<'_, Host>, address: u32) -> Result<u32> {
    let mut io = Io::enter(caller, price::REQUEST_ONLY)?;
    Ok(load_code(&mut io, address)?.len() as u32)
}

/// Copies part of an account's code. The ink covers the whole code, whatever part is asked for.
fn code(caller: Caller<'_, Host>, address: u32, offset: u32, size: u32, dest: u32) -> Result<u32> {
    let mut io = Io::enter(caller, price::REQUEST_ONLY)?;
    let code = load_code(&mut io, address)?;
    io.buy_ink(price::write(code.len() as u64))?;
    let start = (offset as usize).min(code.len());
    let end = start.saturating_add(size as usize).min(code.len());
    io.write(dest, &code[start..end])?;
    Ok((end - start) as u32)
}

/// Reads code, which is free for the account whose code the frame read last.
///
/// Source: Nitro crates/arbutil, `EvmApiRequestor::account_code`.
fn load_code(io: &mut Io<'_>, address: u32) -> Result<Bytes> {
    io.require_gas(price::COLD_ACCOUNT)?;
    let address = io.read_address(address)?;
    if let Some((last, code)) = &io.host().last_code
        && *last == address
    {
        return Ok(code.clone());
    }
    let account = load(io, address, true)?;
    io.buy_gas(Cost::Account, account.gas)?;
    if !account.code.is_empty() {
        io.host().last_code = Some((address, account.code.clone()));
    }
    Ok(account.code)
}
