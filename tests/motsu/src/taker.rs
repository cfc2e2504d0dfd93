//! A taker that buys without capital: it sells the lot in its callback, then pays.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::{IERC20, IPlimsoll, ITaker};
use stylus_sdk::{
    ArbResult,
    call::RawCall,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageBytes},
};

#[storage]
pub struct Taker {
    engine: StorageAddress,
    base: StorageAddress,
    /// Who pays base tokens for what the taker gets.
    buyer: StorageAddress,
    /// What it tries on the engine in its callback, and what it was answered.
    attempt: StorageBytes,
    answer: StorageBytes,
    reverts: StorageBool,
    /// What its last callback was given.
    data: StorageBytes,
}

unsafe impl TopLevelStorage for Taker {}

#[public]
impl Taker {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let call = ITaker::onTakeCall::abi_decode(calldata, true).map_err(|_| Vec::new())?;
        if self.vm().msg_sender() != self.engine.get() || self.reverts.get() {
            return Err(Vec::new());
        }
        self.data.set_bytes(&call.data);
        let attempt = self.attempt.get_bytes();
        if !attempt.is_empty() {
            let answer = call_out(self.engine.get(), &attempt).unwrap_or_else(|revert| revert);
            self.answer.set_bytes(answer);
        }
        let (from, to) = (self.buyer.get(), self.vm().contract_address());
        let sale = IERC20::transferFromCall { from, to, amount: call.pay };
        call_out(self.base.get(), &sale.abi_encode())
    }
}

impl Taker {
    pub fn set_up(&mut self, engine: Address, base: Address, buyer: Address) {
        self.engine.set(engine);
        self.base.set(base);
        self.buyer.set(buyer);
    }

    pub fn attempts(&mut self, message: &[u8]) {
        self.attempt.set_bytes(message);
    }

    pub fn refuses(&mut self) {
        self.reverts.set(true);
    }

    pub fn answer(&self) -> Vec<u8> {
        self.answer.get_bytes()
    }

    pub fn data(&self) -> Vec<u8> {
        self.data.get_bytes()
    }

    /// Takes the whole lot at any price, with a callback.
    pub fn take_all(&mut self, auction: u64, deadline: u32) -> ArbResult {
        self.take(auction, U256::MAX, deadline, b"sell it")
    }

    /// Takes a lot at any price, with a callback that is given `data`.
    pub fn take(&mut self, auction: u64, lot: U256, deadline: u32, data: &[u8]) -> ArbResult {
        let receiver = self.vm().contract_address();
        let engine = self.engine.get();
        let approval = IERC20::approveCall { spender: engine, amount: U256::MAX };
        call_out(self.base.get(), &approval.abi_encode())?;
        let take = IPlimsoll::takeCall {
            auction,
            maxLot: lot,
            maxPrice: U256::MAX,
            minLot: U256::ZERO,
            deadline,
            receiver,
            data: Bytes::copy_from_slice(data),
        };
        call_out(engine, &take.abi_encode())
    }
}

fn call_out(to: Address, data: &[u8]) -> ArbResult {
    // SAFETY: no reference into storage is alive at any of the calls above.
    unsafe { RawCall::new().call(to, data) }
}
