//! The market's books, accrued to now: load, change in memory, store once.

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_math::{
    interest,
    interest::Ledger,
    outage::{self, Heart},
};

use crate::{breaker, error::Result, guard, sdk, storage::Engine};

/// The books with interest accrued to `now`.
pub fn load(engine: &Engine, now: u32) -> Ledger {
    let (market, totals) = (engine.market(), engine.totals());
    interest::accrue(&Ledger::from_words(&market, &totals), now)
}

/// The borrow index accrued to `now`, RAY: one word read.
pub fn index(engine: &Engine, now: u32) -> u128 {
    let market = engine.market();
    interest::index_at(market.index, market.rate, market.accrued_at, now)
}

/// Stores the books with the rate that follows from them. That is the market's heartbeat: what was
/// silent before it does not count for auctions.
pub fn store(engine: &mut Engine, ledger: &Ledger) -> Result<()> {
    let ledger = interest::refresh_rate(ledger);
    let market = engine.market();
    if outage::is_silent(&market, ledger.accrued_at) {
        breaker::fold_all(engine, Heart::of(&market), ledger.accrued_at)?;
    }
    engine.set_market(&ledger.market(&market))?;
    engine.set_totals(&ledger.totals())
}

/// Accrues by itself: the public door of [`load`] and [`store`].
pub fn accrue(engine: &mut Engine) -> Result<()> {
    let now = guard::enter(engine)?;
    let before = engine.market().reserve;
    let ledger = load(engine, now);
    store(engine, &ledger)?;
    let to_reserve = U256::from(ledger.reserve.saturating_sub(before));
    sdk::emit(engine, abi::Accrued { index: U256::from(ledger.index), toReserve: to_reserve });
    Ok(())
}
