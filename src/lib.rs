//! Plimsoll: a liquidation engine for Arbitrum.
//!
//! This file is the table of contents of the engine's own program; [`extension`] is that of the
//! second one. Each entry point is one line into its facet; what it means is written in
//! `plimsoll-abi`, and every number comes from `plimsoll-math`.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

// In reading order: edges and state, the market, a position, its liquidation, who holds it back.
mod error;
pub mod guard;
mod sdk;
pub mod storage;
mod token;

mod ledger;
mod supply;

mod collateral;
mod debt;
mod health;
mod oracle;
mod position;

mod auction;
mod liquidation;
mod settlement;

mod breaker;
mod extension;
mod governance;
mod views;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use stylus_sdk::{abi::Bytes, prelude::*};

pub use crate::{
    error::{Error, Result},
    extension::Extension,
    storage::Engine,
};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

#[public]
impl Engine {
    #[constructor]
    pub fn constructor(
        &mut self,
        extension: Address,
        governor: Address,
        guardian: Address,
        base: Address,
        base_decimals: u8,
        min_debt: U256,
    ) -> Result<()> {
        let setup =
            governance::Setup { extension, governor, guardian, base, base_decimals, min_debt };
        governance::construct(self, &setup)
    }

    // ---- Supply side ----

    pub fn supply(&mut self, amount: U256, receiver: Address) -> Result<U256> {
        supply::supply(self, amount, receiver)
    }
    pub fn redeem(&mut self, shares: U256, receiver: Address) -> Result<U256> {
        supply::redeem(self, shares, receiver)
    }

    // ---- Positions ----

    pub fn deposit(&mut self, asset: u8, amount: U256, account: Address) -> Result<()> {
        collateral::deposit(self, asset, amount, account)
    }
    pub fn withdraw(&mut self, asset: u8, amount: U256, receiver: Address) -> Result<()> {
        collateral::withdraw(self, asset, amount, receiver)
    }
    pub fn borrow(&mut self, amount: U256, receiver: Address) -> Result<()> {
        debt::borrow(self, amount, receiver)
    }
    pub fn repay(&mut self, amount: U256, account: Address) -> Result<U256> {
        debt::repay(self, amount, account)
    }
    pub fn collect(&mut self, receiver: Address) -> Result<U256> {
        supply::collect(self, receiver)
    }
    pub fn health_factor(&self, account: Address) -> Result<U256> {
        health::health_factor(self, account)
    }

    // ---- Prices ----

    pub fn report(
        &mut self,
        assets: Vec<u8>,
        prices: Vec<U256>,
        confidences: Vec<U256>,
        time: u32,
    ) -> Result<()> {
        oracle::report(self, &assets, &prices, &confidences, time)
    }
    pub fn poke(&mut self, assets: Vec<u8>) -> Result<()> {
        oracle::poke(self, &assets)
    }

    // ---- Liquidation ----

    pub fn kick(&mut self, accounts: Vec<Address>, hints: Vec<u64>) -> Result<Vec<u8>> {
        liquidation::kick(self, &accounts, &hints)
    }
    #[allow(clippy::too_many_arguments)]
    pub fn take(
        &mut self,
        auction: u64,
        max_lot: U256,
        max_price: U256,
        min_lot: U256,
        deadline: u32,
        receiver: Address,
        data: Bytes,
    ) -> Result<(U256, U256)> {
        let data = data.0.into();
        let order = auction::Order { max_lot, max_price, min_lot, deadline, receiver, data };
        auction::take(self, auction, &order)
    }
    pub fn redo(&mut self, auction: u64) -> Result<()> {
        auction::redo(self, auction)
    }
    pub fn settle(&mut self, accounts: Vec<Address>) -> Result<()> {
        auction::settle(self, &accounts)
    }
    pub fn leave(&mut self, auction: u64) -> Result<()> {
        auction::leave(self, auction)
    }
    pub fn realise(&mut self, accounts: Vec<Address>) -> Result<()> {
        settlement::realise(self, &accounts)
    }

    // ---- Everything else ----

    pub fn extension(&self) -> Address {
        self.extension.get()
    }
    /// Serves what this program does not hold: same storage, same caller.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> core::result::Result<Vec<u8>, Vec<u8>> {
        extension::delegate(self, calldata)
    }
}
