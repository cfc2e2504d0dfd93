//! The few lines that differ between the SDK lines under which this contract compiles: the
//! current one, and 0.9 for the motsu suite (`tests/motsu`).

use alloc::vec::Vec;
use alloy_primitives::Address;
use alloy_sol_types::SolEvent;
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
pub fn emit<E: SolEvent>(engine: &Engine, event: E) {
    #[cfg(not(feature = "sdk-0-9"))]
    engine.vm().log(event);
    #[cfg(feature = "sdk-0-9")]
    stylus_sdk::stylus_core::log(engine.vm(), event);
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
