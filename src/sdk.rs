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
        data.extend_from_slice(&to_bytes(*word));
    }
    engine.vm().emit_log(&data, topics.len().saturating_add(1));
}

/// The first 32 bytes as a word; zero when there are fewer.
pub fn word(bytes: &[u8]) -> U256 {
    bytes.first_chunk().map_or(U256::ZERO, from_bytes)
}

/// A word from its bytes, eight at a time: byte by byte costs ten times as much.
#[inline(never)]
pub fn from_bytes(bytes: &[u8; 32]) -> U256 {
    let (chunks, _) = bytes.as_chunks::<8>();
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(chunks.iter().rev()) {
        *limb = u64::from_be_bytes(*chunk);
    }
    U256::from_limbs(limbs)
}

/// The bytes of a word.
#[inline(never)]
pub fn to_bytes(word: U256) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (chunks, _) = bytes.as_chunks_mut::<8>();
    for (chunk, limb) in chunks.iter_mut().rev().zip(word.as_limbs()) {
        *chunk = limb.to_be_bytes();
    }
    bytes
}

/// The address in the low bytes of a word.
pub fn address(word: U256) -> Address {
    Address::from_word(to_bytes(word).into())
}

/// A storage slot.
pub type Slot = [u8; 32];

/// Reads a word of storage.
#[inline(never)]
pub fn load(engine: &Engine, slot: &Slot) -> U256 {
    #[cfg(target_arch = "wasm32")]
    {
        let _ = engine;
        let mut bytes = [0; 32];
        // SAFETY: both pointers are to 32 bytes.
        unsafe { hooks::storage_load_bytes32(slot.as_ptr(), bytes.as_mut_ptr()) };
        from_bytes(&bytes)
    }
    #[cfg(not(target_arch = "wasm32"))]
    from_bytes(&engine.vm().storage_load_bytes32(from_bytes(slot)).0)
}

/// Writes a word of storage, as far as the frame's cache.
#[inline(never)]
pub fn store(engine: &mut Engine, slot: &Slot, word: U256) {
    let bytes = to_bytes(word);
    #[cfg(target_arch = "wasm32")]
    {
        let _ = engine;
        // SAFETY: both pointers are to 32 bytes.
        unsafe { hooks::storage_cache_bytes32(slot.as_ptr(), bytes.as_ptr()) };
    }
    // SAFETY: `Engine` alone writes storage, and `&mut` is its only writer.
    #[cfg(not(target_arch = "wasm32"))]
    unsafe {
        engine.vm().storage_cache_bytes32(from_bytes(slot), bytes.into());
    }
}

/// Keccak-256.
pub fn keccak(engine: &Engine, bytes: &[u8; 64]) -> Slot {
    #[cfg(target_arch = "wasm32")]
    {
        let _ = engine;
        let mut hash = [0; 32];
        // SAFETY: the pointers are to 64 and 32 bytes.
        unsafe { hooks::native_keccak256(bytes.as_ptr(), bytes.len(), hash.as_mut_ptr()) };
        hash
    }
    #[cfg(not(target_arch = "wasm32"))]
    engine.vm().native_keccak256(bytes).0
}

/// The chain's functions that are called a hundred times a call. The SDK's wrappers turn words into
/// bytes and back one by one, which costs more than the host calls themselves.
#[cfg(target_arch = "wasm32")]
mod hooks {
    #[link(wasm_import_module = "vm_hooks")]
    unsafe extern "C" {
        pub fn storage_load_bytes32(key: *const u8, dest: *mut u8);
        pub fn storage_cache_bytes32(key: *const u8, value: *const u8);
        pub fn native_keccak256(bytes: *const u8, len: usize, output: *mut u8);
    }
}

/// A selector and words, as calldata or as revert data.
#[inline(never)]
pub fn calldata(selector: [u8; 4], words: &[U256]) -> Vec<u8> {
    let mut data = Vec::with_capacity(256);
    data.extend_from_slice(&selector);
    for word in words {
        data.extend_from_slice(&to_bytes(*word));
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
pub mod table {
    use alloc::vec::Vec;

    use crate::{
        Engine, Result, behind, breakers, claims, engine, govern, lens, liquidate, market,
        positions, prices, risk,
    };

    /// The answer of the table that has the selector.
    pub fn answer(contract: &mut Engine, calldata: &[u8]) -> Option<Result<Vec<u8>>> {
        let tables = [
            engine::answer,
            positions::answer,
            breakers::answer,
            liquidate::answer,
            claims::answer,
            prices::answer,
            behind::answer,
            market::answer,
            govern::answer,
            lens::answer,
            risk::answer,
        ];
        tables.iter().find_map(|table| table(contract, calldata))
    }
}
