//! What governance has set, in one view each for an asset and the market, with what is pending and
//! when it last changed; and how long the programs live.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, sol};
use plimsoll_math::{
    oracle::SOURCES,
    words::{PricePolicy, Ramp, SaleTerms, Source},
};
use stylus_sdk::prelude::*;

use crate::{
    RiskTuple, entry,
    entry::Rows,
    error::Result,
    guard, risk_terms, sdk,
    sdk::{CallKind, from_bytes},
    storage::Engine,
    views,
};

/// ArbWasm, which knows when a program has to be activated again.
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Seconds of a day.
const DAY: u64 = 86_400;

sol! {
    function programTimeLeft(address program) external view returns (uint64 timeLeft);
}

/// Governed terms, threshold, max LTV, cap, outflow limit, where a ramp ends and when, and when
/// terms, threshold, weight, caps, prices and correlations last changed.
type Weights = (SaleTerms, u16, u16, U256, u8, u16, u32, Vec<u32>);
/// The policy, the sources and their data.
type Prices = (PricePolicy, Rows<6>, Vec<U256>);
/// What `parameters` returns: the above, what `riskTerms` does and the bound on losses between them.
pub type AssetParameters = (Weights, RiskTuple, u32, Prices);
/// Base, kink, slope and jump of the curve, smallest debt, outflow limit, most on sale, when the
/// limits and when curve and debt last changed.
type Limits = (u8, u8, u8, u8, U256, u8, u64, u32, u32);
/// What `marketParameters` returns: the above, the sequencer's feed, the gap's code and when they
/// last changed.
pub type MarketParameters = (Limits, Address, u8, u32);

/// Everything that governance has set of an asset.
pub fn of_asset(engine: &mut Engine, asset: u8) -> Result<AssetParameters> {
    let weights = weights(engine, asset)?;
    let risk = views::risk_terms(engine, asset)?;
    Ok((weights, risk, engine.losses(asset).bound, prices(engine, asset)))
}

/// What an asset's price comes from.
fn prices(engine: &Engine, asset: u8) -> Prices {
    let numbers = || (0_u8..).take(SOURCES);
    let rows = numbers().map(|n| {
        let Source { address, kind, decimals, family, weight, secondary, .. } =
            engine.source(asset, n);
        let numbers = [kind, decimals, family, weight, u8::from(secondary)].map(U256::from);
        let [kind, decimals, family, weight, secondary] = numbers;
        [from_bytes(&address.into_word().0), kind, decimals, family, weight, secondary]
    });
    let data = numbers().map(|n| engine.source_data(asset, n));
    (engine.price_policy(asset), Rows(rows.collect()), data.collect())
}

fn weights(engine: &Engine, asset: u8) -> Result<Weights> {
    let asset = guard::asset(engine, asset)?;
    let (price, ramp, caps) = (engine.price(asset), engine.ramp(asset), engine.caps(asset));
    let governed = engine.calm(asset).governed(&engine.terms(asset));
    let now = guard::now(engine);
    let (threshold, to, end) = match price.ramping {
        true => (ramp.at(now), ramp.to, ramp.end),
        false => (price.threshold, price.threshold, 0),
    };
    let correlated_at = risk_terms::correlations(engine).changed_at();
    let Ramp { terms_at, threshold_at, weight_at, caps_at, policy_at, .. } = ramp;
    let changed = [terms_at, threshold_at, weight_at, caps_at, policy_at, correlated_at].to_vec();
    let max_ltv = engine.risk(asset).max_ltv;
    Ok((governed, threshold, max_ltv, U256::from(caps.cap), caps.outflow, to, end, changed))
}

/// Everything that governance has set of the market.
pub fn of_market(engine: &mut Engine) -> Result<MarketParameters> {
    let (curve, base, limits) = (engine.totals().curve, engine.base_word(), engine.limits());
    let outage = engine.outage();
    let limits = (
        curve.base,
        curve.kink,
        curve.slope,
        curve.jump,
        U256::from(base.min_debt),
        base.outflow,
        limits.most_on_sale,
        limits.limits_at,
        limits.market_at,
    );
    Ok((limits, outage.feed, engine.market().gap, outage.set_at))
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
