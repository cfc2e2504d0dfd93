//! The deployed pair as one motsu contract.
//!
//! On a chain the engine delegate-calls the extension, so that both work on the engine's storage.
//! motsu runs a delegate-call on the callee's storage instead, so here one contract routes to both
//! programs, the engine's first.

use std::ops::{Deref, DerefMut};

use alloy_primitives::U256;
use plimsoll::{Engine, Extension};
use stylus_sdk::{
    ArbResult,
    abi::Router,
    host::VM,
    prelude::*,
    storage::{StorageGuard, StorageGuardMut, StorageType},
};

use crate::host;

/// Both programs over one storage, with a clock.
pub struct Deployed(pub Extension);

unsafe impl TopLevelStorage for Deployed {}

impl StorageType for Deployed {
    type Wraps<'a> = StorageGuard<'a, Self>;
    type WrapsMut<'a> = StorageGuardMut<'a, Self>;
    const SLOT_BYTES: usize = <Extension as StorageType>::SLOT_BYTES;
    const REQUIRED_SLOTS: usize = <Extension as StorageType>::REQUIRED_SLOTS;

    unsafe fn new(slot: U256, offset: u8, _: VM) -> Self {
        // SAFETY: the caller's promise; only the host differs.
        Self(unsafe { Extension::new(slot, offset, host::vm()) })
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

    fn route(deployed: &mut Self, selector: u32, input: &[u8]) -> Option<ArbResult> {
        host::in_frame(|| {
            <Engine as Router<Engine>>::route(&mut deployed.0.engine, selector, input).or_else(
                || <Extension as Router<Extension>>::route(&mut deployed.0, selector, input),
            )
        })
    }
    fn receive(_: &mut Self) -> Option<Result<(), Vec<u8>>> {
        None
    }
    fn fallback(_: &mut Self, _: &[u8]) -> Option<ArbResult> {
        None
    }
    fn constructor(_: &mut Self, _: &[u8]) -> Option<ArbResult> {
        None
    }
}

impl Deref for Deployed {
    type Target = Extension;
    fn deref(&self) -> &Extension {
        &self.0
    }
}

impl DerefMut for Deployed {
    fn deref_mut(&mut self) -> &mut Extension {
        &mut self.0
    }
}
