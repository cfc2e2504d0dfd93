//! The table of contents of the second program: cold paths that the engine delegate-calls.
//!
//! It compiles the same storage from the same source, so the two cannot disagree about a slot.

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use stylus_sdk::prelude::*;

use crate::{
    breaker,
    error::{Result, fail},
    governance, ledger, oracle,
    sdk::{self, CallKind},
    settlement,
    storage::Engine,
    views,
};

/// The engine's state under the extension's entry points.
#[storage]
#[cfg_attr(feature = "extension", entrypoint)]
pub struct Extension {
    pub engine: Engine,
}

#[cfg(not(feature = "extension"))]
unsafe impl TopLevelStorage for Extension {}

/// Forwards a call to the extension and returns its answer as it is, revert data included.
pub fn delegate(engine: &Engine, calldata: &[u8]) -> core::result::Result<Vec<u8>, Vec<u8>> {
    let extension = engine.extension.get();
    if calldata.len() < 4 || extension.is_zero() {
        let mut selector = [0; 4];
        selector.iter_mut().zip(calldata).for_each(|(to, from)| *to = *from);
        return Err(fail(plimsoll_abi::UnknownSelector { selector: selector.into() }).into());
    }
    sdk::call(engine, CallKind::Delegate, extension, calldata, None, sdk::ALL)
}

/// Terms as they travel: the fields of `SaleTerms` in the interface's order.
pub type TermsTuple =
    (u16, u16, u16, u16, u16, u16, u16, u16, u16, u16, u32, u64, u32, u32, u8);

#[public]
impl Extension {
    // ---- Views ----

    pub fn position(&self, account: Address) -> Result<(U256, U256, U256, U256, U256, U256, U256)> {
        views::position(&self.engine, account)
    }
    pub fn health_factors(&self, accounts: Vec<Address>) -> Result<Vec<U256>> {
        views::health_factors(&self.engine, &accounts)
    }
    pub fn holding(&self, account: Address, asset: u8) -> Result<(U256, Vec<u64>, Vec<U256>)> {
        views::holding(&self.engine, account, asset)
    }
    pub fn preview(
        &self,
        account: Address,
        action: u8,
        asset: u8,
        amount: U256,
    ) -> Result<(U256, bool)> {
        views::preview(&self.engine, account, action, asset, amount)
    }
    pub fn max_borrow(&self, account: Address) -> Result<U256> {
        views::max_borrow(&self.engine, account)
    }
    pub fn max_withdraw(&self, account: Address, asset: u8) -> Result<U256> {
        views::max_withdraw(&self.engine, account, asset)
    }
    pub fn shares_of(&self, account: Address) -> U256 {
        self.engine.shares.get(account)
    }
    pub fn credit_of(&self, account: Address) -> U256 {
        self.engine.credits.get(account)
    }
    pub fn assets_of(&self, shares: U256) -> Result<U256> {
        views::assets_of(&self.engine, shares)
    }
    pub fn solvency(&self) -> Result<(U256, I256, U256, U256, U256, U256, U256)> {
        views::solvency(&self.engine)
    }
    pub fn ledger(&self) -> Result<(U256, U256, I256, U256, u32)> {
        views::ledger(&self.engine)
    }
    pub fn auction(
        &self,
        id: u64,
    ) -> Result<(u8, U256, U256, U256, U256, U256, U256, bool, U256)> {
        views::auction(&self.engine, id)
    }
    pub fn quote(&self, id: u64, lot: U256, wait: u32) -> Result<(U256, U256)> {
        views::quote(&self.engine, id, lot, wait)
    }
    pub fn auctions(&self, asset: u8, from: u32, limit: u32) -> Result<(Vec<u64>, u32)> {
        views::auctions(&self.engine, asset, from, limit)
    }
    pub fn price(&self, asset: u8) -> Result<(U256, U256, u32, u8, u8)> {
        oracle::show(&self.engine, asset)
    }
    pub fn asset_count(&self) -> u8 {
        self.engine.asset_count()
    }
    pub fn asset(&self, id: u8) -> Result<(Address, u8, U256, U256, U256, U256, u16, u16)> {
        views::asset(&self.engine, id)
    }
    pub fn terms(&self, asset: u8) -> Result<TermsTuple> {
        views::terms(&self.engine, asset)
    }
    pub fn base(&self) -> (Address, u8, U256) {
        views::base(&self.engine)
    }
    pub fn roles(&self) -> (Address, Address, Address, Address) {
        views::roles(&self.engine)
    }
    pub fn breaker(&self, asset: u8) -> Result<(u8, u32, u32)> {
        breaker::show(&self.engine, asset)
    }
    pub fn overall_breaker(&self) -> Result<(u8, u32, u32)> {
        breaker::show(&self.engine, plimsoll_abi::OVERALL)
    }
    pub fn is_reporter(&self, account: Address) -> bool {
        self.engine.reporters.get(account)
    }

    // ---- Anyone ----

    pub fn accrue(&mut self) -> Result<()> {
        ledger::accrue(&mut self.engine)
    }
    pub fn cover_deficit(&mut self, amount: U256) -> Result<U256> {
        settlement::cover_deficit(&mut self.engine, amount)
    }

    // ---- Breakers ----

    pub fn raise(&mut self, asset: u8, level: u8, until: u32) -> Result<()> {
        breaker::raise(&mut self.engine, asset, level, until)
    }
    pub fn lower(&mut self, asset: u8, level: u8) -> Result<()> {
        breaker::lower(&mut self.engine, asset, level)
    }

    // ---- Governance ----

    pub fn list_asset(&mut self, token: Address, decimals: u8) -> Result<u8> {
        governance::list_asset(&mut self.engine, token, decimals)
    }
    pub fn set_terms(&mut self, asset: u8, terms: TermsTuple) -> Result<()> {
        governance::set_terms(&mut self.engine, asset, views::terms_from(&terms))
    }
    pub fn set_max_ltv(&mut self, asset: u8, max_ltv: u16) -> Result<()> {
        governance::set_max_ltv(&mut self.engine, asset, max_ltv)
    }
    pub fn set_threshold(&mut self, asset: u8, threshold: u16, end: u32) -> Result<()> {
        governance::set_threshold(&mut self.engine, asset, threshold, end)
    }
    pub fn set_cap(&mut self, asset: u8, cap: U256) -> Result<()> {
        governance::set_cap(&mut self.engine, asset, cap)
    }
    pub fn set_price_policy(
        &mut self,
        asset: u8,
        max_age: u32,
        max_step: u16,
        max_confidence: u16,
    ) -> Result<()> {
        governance::set_price_policy(&mut self.engine, asset, max_age, max_step, max_confidence)
    }
    pub fn set_feed(&mut self, asset: u8, feed: Address, decimals: u8) -> Result<()> {
        governance::set_feed(&mut self.engine, asset, feed, decimals)
    }
    pub fn set_reporter(&mut self, reporter: Address, allowed: bool) -> Result<()> {
        governance::set_reporter(&mut self.engine, reporter, allowed)
    }
    pub fn set_rate_curve(&mut self, base: u8, kink: u8, slope: u8, jump: u8) -> Result<()> {
        let curve = plimsoll_math::interest::RateCurve { base, kink, slope, jump };
        governance::set_rate_curve(&mut self.engine, curve)
    }
    pub fn set_min_debt(&mut self, min_debt: U256) -> Result<()> {
        governance::set_min_debt(&mut self.engine, min_debt)
    }
    pub fn propose_governor(&mut self, next: Address) -> Result<()> {
        governance::propose_governor(&mut self.engine, next)
    }
    pub fn accept_governor(&mut self) -> Result<()> {
        governance::accept_governor(&mut self.engine)
    }
    pub fn propose_guardian(&mut self, next: Address) -> Result<()> {
        governance::propose_guardian(&mut self.engine, next)
    }
    pub fn accept_guardian(&mut self) -> Result<()> {
        governance::accept_guardian(&mut self.engine)
    }
    pub fn withdraw_reserve(&mut self, amount: U256, receiver: Address) -> Result<()> {
        governance::withdraw_reserve(&mut self.engine, amount, receiver)
    }
    pub fn withdraw_dust(&mut self, asset: u8, receiver: Address) -> Result<U256> {
        governance::withdraw_dust(&mut self.engine, asset, receiver)
    }
}
