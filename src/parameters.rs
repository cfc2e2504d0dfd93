//! What governance has set, in one view each for an asset and the market, with what is pending and
//! when it last changed; and how long the programs live.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, sol};
use plimsoll_math::words::SaleTerms;
use stylus_sdk::prelude::*;

use crate::{entry, error::Result, guard, sdk, sdk::CallKind, storage::Engine};

/// ArbWasm, which knows when a program has to be activated again.
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Seconds of a day.
const DAY: u64 = 86_400;

sol! {
    function programTimeLeft(address program) external view returns (uint64 timeLeft);
}

/// What `parameters` returns: governed terms, threshold, max LTV, cap, outflow limit, where a ramp
/// ends and when, and when terms, threshold, weight, caps and prices last changed.
pub type AssetParameters = (SaleTerms, u16, u16, U256, u8, u16, u32, Vec<u32>);
/// What `marketParameters` returns: base, kink, slope and jump of the curve, smallest debt, outflow
/// limit, most on sale, when the limits and when curve and debt last changed.
pub type MarketParameters = (u8, u8, u8, u8, U256, u8, u64, u32, u32);

/// Everything that governance has set of an asset's sale and weight.
pub fn of_asset(engine: &mut Engine, asset: u8) -> Result<AssetParameters> {
    let asset = guard::asset(engine, asset)?;
    let (price, ramp, caps) = (engine.price(asset), engine.ramp(asset), engine.caps(asset));
    let governed = engine.calm(asset).governed(&engine.terms(asset));
    let now = guard::now(engine);
    let (threshold, to, end) = match price.ramping {
        true => (ramp.at(now), ramp.to, ramp.end),
        false => (price.threshold, price.threshold, 0),
    };
    let changed =
        [ramp.terms_at, ramp.threshold_at, ramp.weight_at, ramp.caps_at, ramp.policy_at].to_vec();
    let max_ltv = engine.risk(asset).max_ltv;
    Ok((governed, threshold, max_ltv, U256::from(caps.cap), caps.outflow, to, end, changed))
}

/// Everything that governance has set of the market.
pub fn of_market(engine: &mut Engine) -> Result<MarketParameters> {
    let (curve, base, limits) = (engine.totals().curve, engine.base_word(), engine.limits());
    Ok((
        curve.base,
        curve.kink,
        curve.slope,
        curve.jump,
        U256::from(base.min_debt),
        base.outflow,
        limits.most_on_sale,
        limits.limits_at,
        limits.market_at,
    ))
}

/// The programs, the engine's own first, and the whole days until each has to be activated again;
/// zero for one that is not active.
pub fn programs(engine: &mut Engine) -> Result<(Vec<Address>, Vec<u32>)> {
    let own = engine.vm().contract_address();
    let others = (1..).take(entry::PROGRAMS).map(|n| engine.program(n));
    let all: Vec<Address> = core::iter::once(own).chain(others).collect();
    let days = all.iter().map(|program| days_left(engine, *program)).collect();
    Ok((all, days))
}

fn days_left(engine: &Engine, program: Address) -> u32 {
    let word = sdk::from_bytes(&program.into_word().0);
    let data = sdk::calldata(programTimeLeftCall::SELECTOR, &[word]);
    let answer = sdk::call(engine, CallKind::Static, ARB_WASM, &data, None, 32);
    let seconds = match answer.as_deref() {
        Ok(answer) if answer.len() == 32 => sdk::word(answer),
        _ => U256::ZERO,
    };
    let days = u64::try_from(seconds).unwrap_or(u64::MAX).checked_div(DAY).unwrap_or_default();
    u32::try_from(days).unwrap_or(u32::MAX)
}
