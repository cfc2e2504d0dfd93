//! The few lines that differ between the SDK lines under which this contract compiles: the
//! current one, and 0.9 for the motsu suite (`tests/motsu`).

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use plimsoll_abi::words::Record;
use stylus_sdk::{call::RawCall, prelude::*};

use crate::storage::Engine;

/// The three ways to call another contract.
#[derive(Clone, Copy)]
pub enum CallKind {
    Mutating,
    Static,
    Delegate,
}

/// Keep everything that a callee returns.
pub const ALL: usize = usize::MAX;

/// Emits one event.
pub fn emit<R: Record>(engine: &Engine, record: R) {
    log(engine, R::TOPIC, record.topics().as_ref(), record.words().as_ref());
}

#[inline(never)]
fn log(engine: &Engine, signature: U256, topics: &[U256], words: &[U256]) {
    let mut data = Vec::with_capacity(256);
    for word in core::iter::once(&signature).chain(topics).chain(words) {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    engine.vm().emit_log(&data, topics.len().saturating_add(1));
}

/// The first 32 bytes as a word; zero when there are fewer.
#[inline(never)]
pub fn word(bytes: &[u8]) -> U256 {
    match bytes.first_chunk::<32>() {
        Some(bytes) => U256::from_be_bytes(*bytes),
        None => U256::ZERO,
    }
}

/// A selector and words, as calldata or as revert data.
#[inline(never)]
pub fn calldata(selector: [u8; 4], words: &[U256]) -> Vec<u8> {
    let mut data = Vec::with_capacity(256);
    data.extend_from_slice(&selector);
    for word in words {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    data
}

/// Calls `to` with `data`, with all gas that the 63/64 rule allows or at most `gas`, and keeps at
/// most `keep` bytes of what it returns ([`ALL`]: everything).
///
/// Writes are flushed first, so the callee sees them. The cache itself is kept: the lock refuses
/// every state-changing re-entry, so no callee can change what it holds.
#[cfg(not(feature = "sdk-0-9"))]
pub fn call(
    engine: &Engine,
    kind: CallKind,
    to: Address,
    data: &[u8],
    gas: Option<u64>,
    keep: usize,
) -> Result<Vec<u8>, Vec<u8>> {
    let call = match kind {
        CallKind::Mutating => RawCall::new(engine.vm()),
        CallKind::Static => RawCall::new_static(engine.vm()),
        CallKind::Delegate => RawCall::new_delegate(engine.vm()),
    };
    let call = match gas {
        Some(gas) => call.gas(gas),
        None => call,
    };
    // The SDK allocates as much as it may keep.
    let call = if keep == ALL { call } else { call.limit_return_data(0, keep) };
    // SAFETY: no reference into storage is alive here, and the cache is flushed.
    unsafe { call.flush_storage_cache().call(to, data) }
}

/// As above for motsu, which knows neither gas nor the cache, and which reads beyond the end of an
/// answer that is shorter than the limit.
#[cfg(feature = "sdk-0-9")]
pub fn call(
    _: &Engine,
    kind: CallKind,
    to: Address,
    data: &[u8],
    _: Option<u64>,
    keep: usize,
) -> Result<Vec<u8>, Vec<u8>> {
    let call = match kind {
        CallKind::Mutating => RawCall::new(),
        CallKind::Static => RawCall::new_static(),
        CallKind::Delegate => RawCall::new_delegate(),
    };
    let cut = |mut answer: Vec<u8>| {
        answer.truncate(keep);
        answer
    };
    // SAFETY: no reference into storage is alive here.
    unsafe { call.call(to, data) }.map(cut).map_err(cut)
}

/// The tables of all programs as one: motsu runs a delegate-call on the callee's storage, so there
/// the programs cannot stand at addresses of their own.
#[cfg(feature = "sdk-0-9")]
pub fn table(engine: &mut Engine, calldata: &[u8]) -> Option<crate::Result<Vec<u8>>> {
    let tables = [crate::engine, crate::extension, crate::market, crate::lens];
    tables.iter().find_map(|table| table(engine, calldata))
}
