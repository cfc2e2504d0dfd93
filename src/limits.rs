//! Setters of what holds flows and sales back, and the pace at which parameters may change.

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_math::{
    params, steps,
    window::{PERCENT_MAX, PERCENT_MIN},
    words::{Base, Caps, Limits, Ramp},
};

use crate::{
    error::{Result, fail},
    governance::{between, bounded, inconsistent},
    guard, roles, sdk,
    storage::Engine,
};

/// Refuses a change sooner than an interval after the last one.
pub fn pace(last: u32, now: u32) -> Result<()> {
    let earliest = last.saturating_add(steps::INTERVAL);
    if last > 0 && now < earliest {
        return Err(fail(abi::TooSoon { now, earliest }));
    }
    Ok(())
}

/// Whether anybody holds an asset: from then on steps and intervals bind.
pub fn is_held(engine: &Engine, asset: u8) -> bool {
    engine.sales(asset).held > 0
}

/// Whether anybody owes anything, or an owner's excess waits to be booked.
pub fn is_owed(engine: &Engine) -> bool {
    engine.totals().net != 0
}

/// Whether there is anything to lose: somebody owes or supplies. From then on what is listed gains
/// weight by steps, held or not.
pub fn is_live(engine: &Engine) -> bool {
    is_owed(engine) || !engine.totals().no_suppliers
}

/// Largest part of an asset, or of the cash, that may leave in an hour, percent; zero means any.
/// Narrower at once; wider by a factor of two a day.
pub fn set_outflow(engine: &mut Engine, asset: u8, percent: u8) -> Result<()> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let overall = asset == abi::OVERALL;
    if !overall {
        guard::asset(engine, asset)?;
    }
    let (base, limits) = (engine.base_word(), engine.limits());
    let old = if overall { base.outflow } else { engine.caps(asset).outflow };
    if percent > 0 {
        between(1, u32::from(percent), PERCENT_MIN, PERCENT_MAX)?;
    }
    // No limit is the widest one.
    let width = |percent: u8| if percent == 0 { PERCENT_MAX } else { u32::from(percent) };
    let widens = width(percent) > width(old) || (percent == 0 && old > 0);
    let used = if overall { is_owed(engine) } else { is_held(engine, asset) };
    if widens && used {
        let ramp = if overall { Ramp::default() } else { engine.ramp(asset) };
        pace(if overall { limits.limits_at } else { ramp.caps_at }, now)?;
        between(1, width(percent), PERCENT_MIN, width(old).saturating_mul(2))?;
        if overall {
            engine.set_limits(&Limits { limits_at: now, ..limits })?;
        } else {
            engine.set_ramp(asset, &Ramp { caps_at: now, ..ramp })?;
        }
    }
    if overall {
        engine.set_base_word(&Base { outflow: percent, ..base })?;
    } else {
        let caps = engine.caps(asset);
        engine.set_caps(asset, &Caps { outflow: percent, ..caps })?;
    }
    sdk::emit(engine, abi::OutflowSet { asset, oldValue: old, value: percent });
    Ok(())
}

/// Most that all assets together may be allowed to have on sale, milli base tokens. What is allowed
/// to each never adds up to more, so no kick has to add up what is on sale.
pub fn set_most_on_sale(engine: &mut Engine, most: u64) -> Result<()> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let mut limits = engine.limits();
    let old = limits.most_on_sale;
    let (mut low, mut high) = (params::MOST_ON_SALE_MIN, params::MOST_ON_SALE_MAX);
    if is_owed(engine) {
        pace(limits.limits_at, now)?;
        (low, high) = steps::double(old, 0, low, high);
        limits.limits_at = now;
    }
    bounded(0, U256::from(most), U256::from(low), U256::from(high))?;
    limits.most_on_sale = most;
    engine.set_limits(&limits)?;
    require_room(engine, &limits)?;
    sdk::emit(engine, abi::MostOnSaleSet { oldValue: U256::from(old), value: U256::from(most) });
    Ok(())
}

/// Refuses when what the assets may have on sale adds up to more than all may.
pub fn require_room(engine: &Engine, limits: &Limits) -> Result<()> {
    let each = (0..engine.asset_count()).map(|asset| engine.calm(asset).max_on_sale);
    let sum = each.fold(0, u64::saturating_add);
    if sum > limits.most_on_sale {
        return Err(inconsistent(params::SALES_WITHIN_MARKET));
    }
    Ok(())
}
