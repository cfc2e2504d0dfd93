//! What selling has cost: recorded by takes, learnt from once a day.

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_math::{
    costs,
    costs::LESSON,
    value,
    words::{SaleTerms, Sold},
};

use crate::{
    auction::Auction,
    breaker,
    error::{Result, fail},
    guard, sdk,
    storage::Engine,
};

/// Adds a take to what the asset's sales have brought. A lot that was started again has waited for
/// as long as each earlier run may have lasted.
pub fn record(engine: &mut Engine, auction: &Auction, lot: u128, pay: u128) -> Result<()> {
    let Auction { asset, price, terms, .. } = auction;
    let worth = value::value_down(lot, price.price, price.scale)?;
    let (worth, pay) = (terms.milli(worth), terms.milli(pay));
    let sold = engine.sold(*asset).with(worth, pay, auction.waited(), auction.pool.keeper);
    engine.set_sold(*asset, &sold)
}

/// Learns from the sales since the last lesson, and sells by what was learnt from now on: anyone,
/// once a day, while no breaker is up for the asset.
pub fn learn(engine: &mut Engine, asset: u8) -> Result<()> {
    let now = guard::enter(engine)?;
    let asset = guard::asset(engine, asset)?;
    let price = engine.price(asset);
    breaker::require_at_most(engine, asset, &price, 0, now)?;
    let calm = engine.calm(asset);
    let earliest = calm.learnt_at.saturating_add(LESSON);
    if now < earliest {
        return Err(fail(abi::LessonTooEarly { asset, earliest }));
    }
    let sold = engine.sold(asset);
    let calm = calm.after(&sold, now)?;
    engine.set_sold(asset, &Sold { used: sold.used, ..Sold::default() })?;
    engine.set_calm(asset, &calm)?;
    let old = engine.terms(asset);
    let next = calm.terms(&old, price.threshold);
    engine.set_terms(asset, &next)?;
    sdk::emit(
        engine,
        abi::Learnt {
            asset,
            factor: calm.factor,
            time: calm.seconds,
            keeper: calm.keeper,
            oldWord: old.pack()?,
            word: next.pack()?,
        },
    );
    Ok(())
}

/// Remembers what governance has set: what is learnt moves around it.
pub fn govern(engine: &mut Engine, asset: u8, terms: &SaleTerms) -> Result<()> {
    let calm = engine.calm(asset).set(terms, guard::now(engine));
    engine.set_calm(asset, &calm)
}

/// Hourly standard deviation of the asset's price, ppm.
pub fn hourly(engine: &Engine, asset: u8) -> u32 {
    costs::hourly_ppm(engine.risk(asset).volatility())
}

/// What is learnt and governed of an asset: see the interface.
pub fn show(engine: &mut Engine, asset: u8) -> Result<(u32, u32, u32, u32, SaleTerms)> {
    let asset = guard::asset(engine, asset)?;
    let calm = engine.calm(asset);
    let governed = calm.governed(&engine.terms(asset));
    Ok((calm.factor, calm.seconds, calm.keeper, calm.learnt_at, governed))
}

/// What selling `size` of an asset is expected to bring and to cost.
pub fn liquidation_cost(engine: &mut Engine, asset: u8, size: U256) -> Result<(U256, U256, u32)> {
    let asset = guard::asset(engine, asset)?;
    let size = guard::narrow(size)?;
    Ok(cost_of(engine, asset, size).unwrap_or_default())
}

fn cost_of(engine: &Engine, asset: u8, size: u128) -> Result<(U256, U256, u32)> {
    let price = engine.price(asset);
    let size = value::value_down(size, price.price, price.scale)?;
    let (calm, terms) = (engine.calm(asset), engine.terms(asset));
    let expected = costs::expected(&calm, terms.take_penalty_ppm(), size)?;
    // What does not fit under the cap waits for what is sold before it.
    let (_, cap) = terms.under(hourly(engine, asset));
    let rounds = terms.milli(size).div_ceil(cap.max(1)).max(1);
    let time = u64::from(calm.seconds).saturating_mul(rounds);
    let time = u32::try_from(time).unwrap_or(u32::MAX);
    Ok((U256::from(expected.net), U256::from(expected.cost), time))
}
