//! The deployed programs as one motsu contract.
//!
//! On a chain the engine delegate-calls the others, so that all work on the engine's storage. motsu
//! runs a delegate-call on the callee's storage instead, so here one contract has all their tables.

use alloy_primitives::U256;
use plimsoll::Engine;
use stylus_sdk::{
    ArbResult,
    abi::Router,
    host::VM,
    prelude::*,
    storage::{StorageGuard, StorageGuardMut, StorageType},
};

use crate::host;

/// All programs over one storage, with a clock.
pub struct Deployed(pub Engine);

unsafe impl TopLevelStorage for Deployed {}

impl StorageType for Deployed {
    type Wraps<'a> = StorageGuard<'a, Self>;
    type WrapsMut<'a> = StorageGuardMut<'a, Self>;
    const SLOT_BYTES: usize = <Engine as StorageType>::SLOT_BYTES;
    const REQUIRED_SLOTS: usize = <Engine as StorageType>::REQUIRED_SLOTS;

    unsafe fn new(slot: U256, offset: u8, _: VM) -> Self {
        // SAFETY: the caller's promise; only the host differs.
        Self(unsafe { Engine::new(slot, offset, host::vm()) })
    }
    fn load<'s>(self) -> Self::Wraps<'s> {
        StorageGuard::new(self)
    }
    fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
        StorageGuardMut::new(self)
    }
}

impl ValueDenier for Deployed {
    fn deny_value(&self, method: &str) -> Result<(), Vec<u8>> {
        self.0.deny_value(method)
    }
}

impl Router<Self> for Deployed {
    type Storage = Self;

    fn route(_: &mut Self, _: u32, _: &[u8]) -> Option<ArbResult> {
        None
    }
    fn receive(_: &mut Self) -> Option<Result<(), Vec<u8>>> {
        None
    }
    /// Every call of another contract: the contract has a router of its own.
    fn fallback(deployed: &mut Self, calldata: &[u8]) -> Option<ArbResult> {
        Some(host::in_frame(|| plimsoll::answer(&mut deployed.0, calldata)))
    }
    fn constructor(_: &mut Self, _: &[u8]) -> Option<ArbResult> {
        None
    }
}
