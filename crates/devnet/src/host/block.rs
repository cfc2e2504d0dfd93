//! The block, the transaction and the message a program runs in.

use revm::context_interface::{Block, Cfg, ContextTr};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Io, Result};
use super::{MODULE, price};
use crate::evm::Ctx;

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    link_words(linker)?;
    link_numbers(linker)
}

fn link_words(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "block_basefee", |c: Caller<'_, Host>, dest: u32| {
        Ok(word(c, dest, |ctx| ctx.block.basefee.to_be_bytes().to_vec(), 32)?)
    })?;
    linker.func_wrap(MODULE, "block_coinbase", |c: Caller<'_, Host>, dest: u32| {
        Ok(word(c, dest, |ctx| ctx.block.beneficiary.to_vec(), 20)?)
    })?;
    linker.func_wrap(MODULE, "tx_gas_price", |c: Caller<'_, Host>, dest: u32| {
        Ok(word(c, dest, |ctx| ctx.tx.gas_price.to_be_bytes().to_vec(), 32)?)
    })?;
    linker.func_wrap(MODULE, "tx_origin", |c: Caller<'_, Host>, dest: u32| {
        Ok(word(c, dest, |ctx| ctx.tx.caller.to_vec(), 20)?)
    })?;
    linker.func_wrap(MODULE, "contract_address", |c: Caller<'_, Host>, dest: u32| {
        Ok(message(c, dest, |host| host.message.acting.to_vec())?)
    })?;
    linker.func_wrap(MODULE, "msg_sender", |c: Caller<'_, Host>, dest: u32| {
        Ok(message(c, dest, |host| host.message.sender.to_vec())?)
    })?;
    linker.func_wrap(MODULE, "msg_value", |c: Caller<'_, Host>, dest: u32| {
        Ok(message(c, dest, |host| host.message.value.to_be_bytes::<32>().to_vec())?)
    })?;
    Ok(())
}

fn link_numbers(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    // The number of the parent chain's block, as everywhere on Arbitrum.
    linker.func_wrap(MODULE, "block_number", |c: Caller<'_, Host>| {
        Ok(number(c, |ctx| ctx.block.number().saturating_to())?)
    })?;
    linker.func_wrap(MODULE, "block_timestamp", |c: Caller<'_, Host>| {
        Ok(number(c, |ctx| ctx.block.timestamp().saturating_to())?)
    })?;
    linker.func_wrap(MODULE, "block_gas_limit", |c: Caller<'_, Host>| {
        Ok(number(c, |ctx| ctx.block.gas_limit())?)
    })?;
    linker.func_wrap(MODULE, "chainid", |c: Caller<'_, Host>| {
        Ok(number(c, |ctx| ctx.cfg().chain_id())?)
    })?;
    linker.func_wrap(MODULE, "evm_gas_left", |c: Caller<'_, Host>| {
        Ok(Io::enter(c, price::BASE)?.gas_left())
    })?;
    linker.func_wrap(MODULE, "evm_ink_left", |c: Caller<'_, Host>| {
        Ok(Io::enter(c, price::BASE)?.ink_left())
    })?;
    linker.func_wrap(MODULE, "tx_ink_price", |c: Caller<'_, Host>| {
        let mut io = Io::enter(c, price::BASE)?;
        Ok(io.ctx()?.chain.params.ink_price)
    })?;
    linker.func_wrap(MODULE, "msg_reentrant", |c: Caller<'_, Host>| {
        let mut io = Io::enter(c, price::BASE)?;
        Ok(u32::from(io.host().message.reentrant))
    })?;
    Ok(())
}

/// Writes bytes of the context, left-padded to `width`.
fn word(caller: Caller<'_, Host>, dest: u32, get: fn(&Ctx) -> Vec<u8>, width: usize) -> Result<()> {
    let mut io = Io::enter(caller, price::WORD_GETTER)?;
    let value = get(io.ctx()?);
    let mut padded = vec![0; width.saturating_sub(value.len())];
    padded.extend(value);
    io.write(dest, &padded)
}

fn message(caller: Caller<'_, Host>, dest: u32, get: fn(&Host) -> Vec<u8>) -> Result<()> {
    let mut io = Io::enter(caller, price::WORD_GETTER)?;
    let value = get(io.host());
    io.write(dest, &value)
}

fn number(caller: Caller<'_, Host>, get: fn(&Ctx) -> u64) -> Result<u64> {
    let mut io = Io::enter(caller, price::BASE)?;
    io.ctx().map(|ctx| get(ctx))
}
