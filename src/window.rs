//! How much may leave in a window: cash, and collateral of each asset.

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_math::{
    value, window,
    words::{Base, Limits},
};

use crate::{
    error::{Result, fail},
    storage::Engine,
};

/// Smallest debts that may leave in any window: the last suppliers can go, too.
const LEAST_DEBTS: u128 = 100;
/// The same for collateral, in dust values.
const LEAST_DUSTS: u128 = 100;

/// Before cash comes in: a window must not begin with what came to leave again.
pub fn cash_in(engine: &mut Engine, base: &Base, before: u128, now: u32) -> Result<()> {
    if base.outflow == 0 {
        return Ok(());
    }
    begin(engine, before, now).map(|_| ())
}

/// When cash goes out: refuses what is more than the window's part.
pub fn cash_out(
    engine: &mut Engine,
    base: &Base,
    before: u128,
    after: u128,
    now: u32,
) -> Result<()> {
    if base.outflow == 0 {
        return Ok(());
    }
    let limits = begin(engine, before, now)?;
    let (out, allowed) = cash(&limits, base, after)?;
    require(abi::OVERALL, out, allowed)
}

/// What cash has left in a window, and what may, base wei.
pub fn cash(limits: &Limits, base: &Base, cash: u128) -> Result<(u128, u128)> {
    let least = base.min_debt.saturating_mul(LEAST_DEBTS);
    Ok((limits.out(cash), window::allowed(limits.anchor, base.outflow, least)?))
}

/// The window of now; its word is written when it is a new one.
fn begin(engine: &mut Engine, cash: u128, now: u32) -> Result<Limits> {
    let old = engine.limits();
    let limits = old.at(cash, now);
    if limits.hour != old.hour {
        engine.set_limits(&limits)?;
    }
    Ok(limits)
}

/// Counts a deposit in an asset's window.
pub fn collateral_in(engine: &mut Engine, asset: u8, amount: u128, now: u32) -> Result<()> {
    let mut caps = engine.caps(asset);
    if caps.outflow == 0 {
        return Ok(());
    }
    caps.flow = caps.flow.with_in(amount, now);
    engine.set_caps(asset, &caps)
}

/// Counts a withdrawal in an asset's window; refuses what is more than its part. `held`: after it.
pub fn collateral_out(
    engine: &mut Engine,
    asset: u8,
    amount: u128,
    held: u128,
    now: u32,
) -> Result<()> {
    let mut caps = engine.caps(asset);
    if caps.outflow == 0 {
        return Ok(());
    }
    caps.flow = caps.flow.with_out(amount, now);
    let (out, whole) = caps.flow.out_of(held)?;
    let allowed = window::allowed(whole, caps.outflow, 0)?;
    if out > allowed {
        // Only then is it worth looking at what it is worth.
        let price = engine.price(asset);
        let least = engine.terms(asset).dust_value()?.saturating_mul(LEAST_DUSTS);
        if value::value_up(out, price.price, price.scale)? > least {
            return require(asset, out, allowed);
        }
    }
    engine.set_caps(asset, &caps)
}

fn require(asset: u8, out: u128, allowed: u128) -> Result<()> {
    if out > allowed {
        let (out, allowed) = (U256::from(out), U256::from(allowed));
        return Err(fail(abi::OutflowLimited { asset, out, allowed }));
    }
    Ok(())
}
