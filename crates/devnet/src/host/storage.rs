//! Storage, its per-frame cache, and transient storage.
//!
//! Source: Nitro crates/arbutil, `evm::storage` and `evm::req`.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U256};
use revm::context_interface::{ContextTr, JournalTr};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Escape, Io, Result};
use super::{MODULE, price};
use crate::profile::Cost;

/// Storage words that a frame has read or means to write.
///
/// Writes reach the trie only when the program flushes.
#[derive(Debug, Default)]
pub(crate) struct StorageCache {
    words: BTreeMap<B256, Word>,
    reads: u32,
    writes: u32,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    value: B256,
    /// Value in the trie, when the frame knows it.
    known: Option<B256>,
}

impl StorageCache {
    fn count_read(&mut self) -> u64 {
        self.reads = self.reads.saturating_add(1);
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    fn count_write(&mut self) -> u64 {
        self.writes = self.writes.saturating_add(1);
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// A word written before it was read stays unknown, hence dirty whatever its value.
    fn write(&mut self, key: B256, value: B256) {
        self.words.entry(key).or_insert(Word { value, known: None }).value = value;
    }

    fn dirty(&self) -> Vec<(B256, B256)> {
        let dirty = self.words.iter().filter(|(_, word)| word.known != Some(word.value));
        dirty.map(|(key, word)| (*key, word.value)).collect()
    }

    fn settle(&mut self, clear: bool) {
        if clear {
            self.words.clear();
        } else {
            self.words.values_mut().for_each(|word| word.known = Some(word.value));
        }
    }
}

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "storage_load_bytes32",
        |c: Caller<'_, Host>, key: u32, dest: u32| Ok(load(c, key, dest)?),
    )?;
    linker.func_wrap(
        MODULE,
        "storage_cache_bytes32",
        |c: Caller<'_, Host>, key: u32, value: u32| Ok(cache(c, key, value)?),
    )?;
    linker.func_wrap(MODULE, "storage_flush_cache", |c: Caller<'_, Host>, clear: u32| {
        Ok(flush(c, clear != 0)?)
    })?;
    linker.func_wrap(
        MODULE,
        "transient_load_bytes32",
        |c: Caller<'_, Host>, key: u32, dest: u32| Ok(transient_load(c, key, dest)?),
    )?;
    linker.func_wrap(
        MODULE,
        "transient_store_bytes32",
        |c: Caller<'_, Host>, key: u32, value: u32| Ok(transient_store(c, key, value)?),
    )?;
    Ok(())
}

fn load(caller: Caller<'_, Host>, key: u32, dest: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::TWO_WORDS)?;
    let request = io.request_gas();
    io.require_gas(price::COLD_SLOAD + price::CACHE_ACCESS_GAS + request)?;
    let key = io.read_word(key)?;
    let mut gas = io.host().cache.count_read();
    let hit = io.host().cache.words.get(&key).map(|word| word.value);
    let value = match hit {
        Some(value) => value,
        None => {
            let (value, cost) = load_from_trie(&mut io, key)?;
            gas += cost + request;
            io.host().cache.words.insert(key, Word { value, known: Some(value) });
            value
        }
    };
    io.buy_gas(Cost::Storage, gas)?;
    io.write(dest, value.as_slice())
}

fn load_from_trie(io: &mut Io<'_>, key: B256) -> Result<(B256, u64)> {
    let acting = io.host().message.acting;
    let slot = U256::from_be_bytes(key.0);
    let ctx = io.ctx()?;
    let Ok(loaded) = ctx.journal_mut().sload(acting, slot);
    ctx.chain.meter.touch(acting, slot, false, loaded.is_cold);
    let gas = if loaded.is_cold { price::COLD_SLOAD } else { price::WARM };
    Ok((loaded.data.into(), gas))
}

fn cache(caller: Caller<'_, Host>, key: u32, value: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::TWO_WORDS)?;
    io.require_gas(price::SSTORE_SENTRY + price::CACHE_ACCESS_GAS)?;
    let key = io.read_word(key)?;
    let value = io.read_word(value)?;
    let gas = io.host().cache.count_write();
    io.host().cache.write(key, value);
    io.buy_gas(Cost::Storage, gas)
}

fn flush(caller: Caller<'_, Host>, clear: bool) -> Result<()> {
    let mut io = Io::enter(caller, price::REQUEST_ONLY)?;
    io.require_gas(price::SSTORE_SENTRY)?;
    let dirty = io.host().cache.dirty();
    if !dirty.is_empty() && io.host().message.is_static {
        return Err(Escape::Forbidden);
    }
    let budget = io.gas_left();
    let mut spent = 0u64;
    for (key, value) in dirty {
        spent = spent.saturating_add(store_to_trie(&mut io, key, value, budget - spent)?);
    }
    io.host().cache.settle(clear);
    io.buy_gas(Cost::Storage, spent)
}

/// Stores one word and returns its gas, or ends the program when `budget` cannot pay it.
fn store_to_trie(io: &mut Io<'_>, key: B256, value: B256, budget: u64) -> Result<u64> {
    let acting = io.host().message.acting;
    let slot = U256::from_be_bytes(key.0);
    let ctx = io.ctx()?;
    let Ok(stored) = ctx.journal_mut().sstore(acting, slot, value.into());
    ctx.chain.meter.touch(acting, slot, true, stored.is_cold);
    let params = &ctx.cfg.gas_params;
    let gas =
        params.sstore_static_gas() + params.sstore_dynamic_gas(true, &stored.data, stored.is_cold);
    let refund = params.sstore_refund(true, &stored.data);
    if gas > budget {
        return io.out_of_ink();
    }
    io.host().refund += refund;
    Ok(gas)
}

fn transient_load(caller: Caller<'_, Host>, key: u32, dest: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::REQUEST_TWO_WORDS)?;
    io.buy_gas(Cost::Storage, price::WARM)?;
    let key = io.read_u256(key)?;
    let acting = io.host().message.acting;
    let value = io.ctx()?.journal_mut().tload(acting, key);
    io.write_u256(dest, value)
}

fn transient_store(caller: Caller<'_, Host>, key: u32, value: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::REQUEST_TWO_WORDS)?;
    io.buy_gas(Cost::Storage, price::WARM)?;
    let key = io.read_u256(key)?;
    let value = io.read_u256(value)?;
    if io.host().message.is_static {
        return Err(Escape::Forbidden);
    }
    let acting = io.host().message.acting;
    io.ctx()?.journal_mut().tstore(acting, key, value);
    Ok(())
}
