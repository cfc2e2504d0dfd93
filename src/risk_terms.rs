//! What new risk, graces and diversification depend on: the governor's setters.

use alloc::vec::Vec;

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_math::{
    correlation,
    correlation::{CODE_MAX, Correlations, Stake},
    params, steps, trigger,
    words::{AssetPrice, Ramp, Risk},
};

use crate::{
    error::{Result, fail},
    governance::{between, bounded, enter, inconsistent, lowest_threshold, out_of_bounds},
    limits,
    position::bit,
    sdk,
    storage::Engine,
};

/// Market depth and how far selling it moves the price, for new risk only. What lets large holdings
/// count for more is a rise of weight: by a factor of two, and a day after the last one.
pub fn set_depth(engine: &mut Engine, asset: u8, depth: u64, impact: u16) -> Result<()> {
    let now = enter(engine, asset)?;
    bounded(1, U256::from(depth), U256::ZERO, U256::from(params::DEPTH_MAX))?;
    between(2, u32::from(impact), 0, params::IMPACT_MAX)?;
    let old = engine.risk(asset);
    let (was, is) = ((old.depth, old.impact), (depth, impact));
    if steps::lends_more(was, is) && limits::is_held(engine, asset) {
        let ramp = engine.ramp(asset);
        limits::pace(ramp.weight_at, now)?;
        steps::check_depth(was, is).map_err(out_of_bounds)?;
        engine.set_ramp(asset, &Ramp { weight_at: now, ..ramp })?;
    }
    engine.set_risk(asset, &Risk { depth, impact, ..old })?;
    let (old_depth, old_impact) = (old.depth, old.impact);
    sdk::emit(
        engine,
        abi::DepthSet { asset, oldDepth: old_depth, oldImpact: old_impact, depth, impact },
    );
    Ok(())
}

/// Longest grace of a flagged position, seconds; zero: none. It moves by a step, on another day than
/// the threshold rises: both decide who is liquidatable.
pub fn set_grace(engine: &mut Engine, asset: u8, grace: u16) -> Result<()> {
    let now = enter(engine, asset)?;
    between(1, u32::from(grace), 0, u32::from(trigger::GRACE_MAX))?;
    let price = engine.price(asset);
    if limits::is_held(engine, asset) {
        let ramp = engine.ramp(asset);
        limits::pace(ramp.threshold_at, now)?;
        let (old, step) = (u32::from(price.grace), steps::GRACE_STEP);
        between(1, u32::from(grace), old.saturating_sub(step), old.saturating_add(step))?;
        engine.set_ramp(asset, &Ramp { threshold_at: now, ..ramp })?;
    }
    engine.set_price(asset, &AssetPrice { grace, ..price })?;
    sdk::emit(engine, abi::GraceSet { asset, oldValue: price.grace, value: grace });
    Ok(())
}

/// All pairs.
pub fn correlations(engine: &Engine) -> Correlations {
    (0..4).fold(Correlations::default(), |table, n| table.with_word(n, engine.correlation_word(n)))
}

/// Shortest time between two changes that may take relief away, seconds.
pub const TIGHTEN_MIN: u32 = 86_400;

/// An asset's part in diversification, against every listed asset. The matrix of those that take
/// part stays one of correlations, and no top-up may lower a health factor. A change to an asset
/// that takes part already is at most a step, and no two within a day; one that is held does not
/// begin to take part where it could take relief from others.
pub fn set_correlation(
    engine: &mut Engine,
    asset: u8,
    sigma: u16,
    relief: u8,
    codes: Vec<u8>,
) -> Result<()> {
    let now = enter(engine, asset)?;
    let count = engine.asset_count();
    if codes.len() != usize::from(count) {
        let (left, right) = (U256::from(codes.len()), U256::from(count));
        return Err(fail(abi::LengthMismatch { left, right }));
    }
    between(1, u32::from(sigma), 0, params::SIGMA_MAX)?;
    between(2, u32::from(relief), 0, params::RELIEF_MAX)?;
    let (old, before) = (engine.price(asset), correlations(engine));
    let mut table = before;
    let (mut old_codes, mut new_codes) = ([0; 32], [0; 32]);
    let shown = old_codes.iter_mut().rev().zip(new_codes.iter_mut().rev());
    for ((other, code), (old, new)) in (0_u8..).zip(codes).zip(shown) {
        let highest = if other == asset { 0 } else { CODE_MAX };
        between(3, u32::from(code), 0, u32::from(highest))?;
        if other != asset {
            (*old, *new) = (before.code(asset, other), code);
            table = table.with_code(asset, other, code);
        }
    }
    let next = AssetPrice { sigma, relief, ..old };
    if old.sigma == 0 && sigma > 0 && limits::is_held(engine, asset) {
        let relieves = |other| engine.price(other).sigma > 0 && engine.price(other).relief > 0;
        if (0..count).any(relieves) {
            return Err(inconsistent(params::STEP_TOO_LARGE));
        }
    }
    if old.sigma > 0 {
        let lowest = lowest_of_all(engine);
        if !correlation::is_within_a_step(&old, &next, (&before, &table), asset, lowest) {
            return Err(inconsistent(params::STEP_TOO_LARGE));
        }
        let earliest = table.changed_at().saturating_add(TIGHTEN_MIN);
        if now < earliest {
            return Err(fail(abi::TooSoon { now, earliest }));
        }
        table = table.with_changed_at(now);
    } else {
        let risk = engine.risk(asset);
        engine.set_risk(asset, &risk.seeded(sigma))?;
    }
    engine.set_price(asset, &next)?;
    for n in 0..4 {
        engine.set_correlation_word(n, table.word(n));
    }
    require_sound(engine, asset)?;
    let old_codes = U256::from_be_bytes(old_codes);
    let codes = U256::from_be_bytes(new_codes);
    let (old_sigma, old_relief) = (old.sigma, old.relief);
    sdk::emit(
        engine,
        abi::CorrelationSet {
            asset,
            oldSigma: old_sigma,
            oldRelief: old_relief,
            oldCodes: old_codes,
            sigma,
            relief,
            codes,
        },
    );
    Ok(())
}

/// Refuses stored correlations that are none, and pairs in which a top-up could lower health.
pub fn require_sound(engine: &Engine, asset: u8) -> Result<()> {
    let own = stake(engine, asset);
    if own.sigma_bps == 0 {
        return Ok(());
    }
    let mut members = 0_u16;
    for other in 0..engine.asset_count() {
        let beside = stake(engine, other);
        if beside.sigma_bps == 0 {
            continue;
        }
        members |= bit(other);
        let safe = correlation::is_safe_top_up(&own, &beside)
            && correlation::is_safe_top_up(&beside, &own);
        if other != asset && !safe {
            return Err(inconsistent(params::TOP_UP_HURTS));
        }
    }
    if correlation::is_semidefinite(&correlations(engine), members) {
        Ok(())
    } else {
        Err(inconsistent(params::NO_CORRELATIONS))
    }
}

/// The lowest threshold to come of all that take part, bps.
fn lowest_of_all(engine: &Engine) -> u16 {
    let members = (0..engine.asset_count()).filter(|asset| engine.price(*asset).sigma > 0);
    members.map(|asset| lowest_threshold(engine, asset)).min().unwrap_or_default()
}

/// An asset at its lowest threshold to come.
fn stake(engine: &Engine, asset: u8) -> Stake {
    let price = engine.price(asset);
    Stake {
        asset,
        value: 0,
        threshold_bps: lowest_threshold(engine, asset),
        sigma_bps: price.sigma,
        relief_percent: price.relief,
    }
}
