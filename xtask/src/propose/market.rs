//! What a file wants of the market.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    baseCall, marketParametersCall, setMinDebtCall, setMostOnSaleCall, setOutageCall,
    setOutflowCall, setRateCurveCall,
};
use plimsoll_abi::OVERALL;
use plimsoll_math::{outage::GAP_CODE_MAX, params, steps};

use super::{
    chain::Chain,
    file::Market,
    plan::{Clock, Part, Plan, Stage, named_of, part, within},
};

/// Adds what differs from what is deployed.
pub fn add(
    plan: &mut Plan,
    chain: &mut impl Chain,
    engine: Address,
    wanted: &Market,
) -> Result<(), String> {
    let seen = chain.ask(engine, marketParametersCall {})?;
    let paced = |clock, last| plan.is_owed.then_some((clock, last));
    let own = paced(Clock::Market, seen.marketAt);
    let (limits, outage) =
        (paced(Clock::Limits, seen.limitsAt), paced(Clock::Outage, seen.outageAt));
    let old = [seen.base, seen.kink, seen.slope, seen.jump];
    if let Some(new) = wanted.curve.filter(|new| *new != old) {
        check_curve(old, new, plan.is_owed)?;
        let [base, kink, slope, jump] = new;
        let parts = vec![part("rate curve", format!("{old:?}"), format!("{new:?}"))];
        plan.push(Stage::Market, own, parts, setRateCurveCall { base, kink, slope, jump })?;
    }
    if let Some(new) = wanted.min_debt.filter(|new| *new != seen.minDebt) {
        let decimals = chain.ask(engine, baseCall {})?.decimals;
        check_min_debt(seen.minDebt, new, decimals, plan.is_owed)?;
        let parts = vec![part("smallest debt", seen.minDebt, new)];
        plan.push(Stage::Market, own, parts, setMinDebtCall { minDebt: new })?;
    }
    if let Some(new) = wanted.outflow.filter(|new| *new != seen.outflow) {
        add_outflow(plan, OVERALL, (seen.outflow, new), limits)?;
    }
    if let Some(new) = wanted.most_on_sale.filter(|new| *new != seen.mostOnSale) {
        let (mut low, mut high) = (params::MOST_ON_SALE_MIN, params::MOST_ON_SALE_MAX);
        if plan.is_owed {
            (low, high) = steps::double(seen.mostOnSale, 0, low, high);
        }
        within("most_on_sale", new, (low, high))?;
        let parts = vec![part("most on sale of all", seen.mostOnSale, new)];
        plan.push(Stage::Market, limits, parts, setMostOnSaleCall { most: new })?;
    }
    if let Some(gap) = wanted.outage_gap.filter(|gap| *gap != seen.gap) {
        within("outage_gap", gap, (0_u8, GAP_CODE_MAX))?;
        if plan.is_owed {
            let (old, new) = (steps::gap_rung(seen.gap), steps::gap_rung(gap));
            within("outage_gap (none is 8)", new, (old - 1, old + 1))?;
        }
        let parts = vec![part("outage gap", seen.gap, gap)];
        plan.push(Stage::Market, outage, parts, setOutageCall { feed: seen.feed, gap })?;
    }
    Ok(())
}

fn check_curve(old: [u8; 4], new: [u8; 4], is_owed: bool) -> Result<(), String> {
    let highs = [params::RATE_BASE_MAX, params::KINK_MAX, params::SLOPE_MAX, params::JUMP_MAX];
    let lows = [1, params::KINK_MIN, 0, 0];
    for (n, name) in ["base", "kink", "slope", "jump"].into_iter().enumerate() {
        let what = format!("rate_curve.{name}");
        within(&what, new[n], (lows[n], highs[n]))?;
        if is_owed {
            let step = steps::CURVE_STEPS[n].into();
            within(&what, new[n], steps::reach(old[n].into(), step, 0, u64::MAX))?;
        }
    }
    Ok(())
}

fn check_min_debt(old: U256, new: U256, decimals: u8, is_owed: bool) -> Result<(), String> {
    let most = U256::from(10).pow(U256::from(decimals)) * U256::from(params::MIN_DEBT_MAX);
    let (mut low, mut high) = (U256::ONE, most);
    if is_owed {
        (low, high) = (low.max(old >> 1), high.min(old << 1));
    }
    if new < low || new > high {
        return Err(format!("min_debt: {new} is not from {low} to {high}"));
    }
    Ok(())
}

/// An outflow limit of an asset, or of the cash. Only what widens has a pace.
pub fn add_outflow(
    plan: &mut Plan,
    asset: u8,
    (old, new): (u8, u8),
    paced: Option<(Clock, u32)>,
) -> Result<(), String> {
    let what = if asset == OVERALL { "outflow".to_owned() } else { named_of(asset, "outflow") };
    if new > 0 {
        within(&what, new, (10_u8, 100_u8))?;
    }
    let width = |percent: u8| if percent == 0 { 100 } else { percent };
    let widens = width(new) > width(old) || (new == 0 && old > 0);
    let paced = paced.filter(|_| widens);
    if paced.is_some() {
        within(&what, width(new), (10_u8, width(old).saturating_mul(2)))?;
    }
    let parts: Vec<Part> = vec![part(what, old, new)];
    plan.push(Stage::Rest, paced, parts, setOutflowCall { asset, percent: new })
}
