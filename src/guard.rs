//! The lock and the edges: what every entry point checks before it reads anything else.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::fixed::AMOUNT_MAX;
use stylus_sdk::prelude::*;

use crate::{
    error::{Result, fail},
    storage::Engine,
};

/// Longest list that an entry point accepts.
pub const LIST_MAX: usize = 100;

/// Begins an entry point: refuses re-entry and returns the block's time in seconds.
///
/// The chain itself counts the frames of a contract, so the lock costs one host call and no
/// storage. Delegate-calls from program to program are not counted and inherit the engine's lock.
pub fn enter(engine: &Engine) -> Result<u32> {
    if engine.vm().msg_reentrant() {
        return Err(fail(abi::Reentered {}));
    }
    Ok(now(engine))
}

/// The block's time in seconds.
pub fn now(engine: &Engine) -> u32 {
    u32::try_from(engine.vm().block_timestamp()).unwrap_or(u32::MAX)
}

/// An amount from outside: not zero, at most 112 bits.
pub fn amount(value: U256) -> Result<u128> {
    match narrow(value)? {
        0 => Err(fail(abi::ZeroAmount {})),
        amount => Ok(amount),
    }
}

/// A number from outside: at most 112 bits.
pub fn narrow(value: U256) -> Result<u128> {
    match u128::try_from(value) {
        Ok(amount) if amount <= AMOUNT_MAX => Ok(amount),
        _ => Err(fail(abi::TooLarge { value, limit: U256::from(AMOUNT_MAX) })),
    }
}

/// A number of shares from outside: at most 128 bits, because after a loss an amount buys more of
/// them than it has wei.
pub fn shares(value: U256) -> Result<u128> {
    u128::try_from(value).map_err(|_| fail(abi::TooLarge { value, limit: U256::from(u128::MAX) }))
}

/// An address that something is paid to: not zero and not the engine.
pub fn receiver(engine: &Engine, address: Address) -> Result<Address> {
    if address.is_zero() {
        return Err(fail(abi::ZeroAddress {}));
    }
    if address == engine.vm().contract_address() {
        return Err(fail(abi::BadReceiver { receiver: address }));
    }
    Ok(address)
}

/// A listed asset.
pub fn asset(engine: &Engine, asset: u8) -> Result<u8> {
    let count = engine.asset_count();
    if asset >= count {
        return Err(fail(abi::UnknownAsset { asset, count }));
    }
    Ok(asset)
}

/// A list of bounded length.
pub fn list(length: usize) -> Result<()> {
    if length > LIST_MAX {
        let (length, limit) = (U256::from(length), U256::from(LIST_MAX));
        return Err(fail(abi::ListTooLong { length, limit }));
    }
    Ok(())
}
