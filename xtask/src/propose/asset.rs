//! What a file wants of an asset.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    assetCall, parametersCall, parametersReturn, setCapCall, setCorrelationCall, setDepthCall,
    setGraceCall, setLossBoundCall, setMaxLtvCall, setPricePolicyCall, setTermsCall,
    setThresholdCall,
};
use plimsoll_math::{params, steps, trigger};

use super::{
    chain::Chain,
    file::Asset,
    market,
    plan::{Clock, Plan, Stage, Weight, named_of, part, within},
    terms::{
        POLICY, TERMS, core_policy, core_terms, differing_policy, differing_terms, out_of_bounds,
        with_policy, with_terms,
    },
};

/// An asset as it is, and as it shall be.
struct Change<'a> {
    asset: u8,
    wanted: &'a Asset,
    seen: parametersReturn,
    held: U256,
}

/// Adds what differs from what is deployed.
pub fn add(
    plan: &mut Plan,
    chain: &mut impl Chain,
    engine: Address,
    wanted: &Asset,
) -> Result<(), String> {
    let asset = wanted.id;
    let seen = chain.ask(engine, parametersCall { asset })?;
    let held = chain.ask(engine, assetCall { id: asset })?.held;
    let change = Change { asset, wanted, seen, held };
    change.weight(plan)?;
    change.terms(plan)?;
    change.threshold(plan)?;
    change.limits(plan)?;
    change.risk(plan)?;
    change.correlation(plan)?;
    change.policy(plan)
}

impl Change<'_> {
    fn name(&self, what: &str) -> String {
        named_of(self.asset, what)
    }

    fn is_held(&self) -> bool {
        !self.held.is_zero()
    }

    /// The asset's clock of a number in the view's list, where it binds.
    fn paced(&self, binds: bool, clock: fn(u8) -> Clock, n: usize) -> Option<(Clock, u32)> {
        let last = self.seen.changed.get(n).copied().unwrap_or_default();
        binds.then(|| (clock(self.asset), last))
    }

    fn weight(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, seen) = (self.asset, &self.seen);
        let lowest = self.wanted.threshold.unwrap_or(seen.rampTo).min(seen.rampTo.max(
            // A rise ends a ramp.
            self.wanted.threshold.unwrap_or_default(),
        ));
        let highest = self.wanted.max_ltv.unwrap_or(seen.maxLtv);
        if highest > 0 && highest >= lowest {
            return Err(format!("asset {asset}: max_ltv {highest} is not below {lowest}"));
        }
        let Some(new) = self.wanted.max_ltv.filter(|new| *new != seen.maxLtv) else {
            return Ok(());
        };
        let rises = new > seen.maxLtv;
        let binds = rises && (self.is_held() || plan.is_live);
        if binds {
            let step = u32::from(seen.maxLtv) + steps::WEIGHT_STEP;
            within(&self.name("max_ltv"), new, (0_u8, step))?;
        }
        let stage = if rises { Stage::HigherWeight } else { Stage::LowerWeight };
        let parts = vec![part(self.name("max LTV"), seen.maxLtv, new)];
        let paced = self.paced(binds, Clock::Weight, 2);
        plan.push(stage, paced, parts, setMaxLtvCall { asset, maxLtv: new })
    }

    fn terms(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, seen) = (self.asset, &self.seen);
        let terms = with_terms(asset, &seen.terms, &self.wanted.terms)?;
        let (old, new) = (core_terms(&seen.terms), core_terms(&terms));
        let bad = |bad| out_of_bounds(asset, &TERMS, &bad);
        params::check_terms(&new).map_err(bad)?;
        let threshold = self.wanted.threshold.unwrap_or(seen.rampTo).max(seen.threshold);
        params::consistent(&new, threshold)
            .map_err(|check| format!("asset {asset}: check {check} of docs/PARAMETERS.md fails"))?;
        if new == old {
            return Ok(());
        }
        if self.is_held() {
            steps::check_terms(&old, &new).map_err(bad)?;
        }
        let more = new.max_on_sale > old.max_on_sale;
        let stage = if more { Stage::MoreOnSale } else { Stage::FewerOnSale };
        let parts = differing_terms(asset, &seen.terms, &terms);
        let paced = self.paced(self.is_held(), Clock::Terms, 0);
        plan.push(stage, paced, parts, setTermsCall { asset, terms })
    }

    fn threshold(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, now) = (self.asset, self.seen.threshold);
        let wanted = self.wanted.threshold;
        let Some(new) = wanted.filter(|new| *new != self.seen.rampTo || *new > now) else {
            return Ok(());
        };
        let name = self.name("threshold");
        within(&name, new, (0_u8, params::THRESHOLD_MAX))?;
        let rises = new > now && self.is_held();
        let mut end = 0;
        if rises {
            within(&name, new, (0_u8, u32::from(now) + steps::THRESHOLD_STEP))?;
        } else if new < now {
            let earliest = steps::ramp_end(plan.execution, now - new);
            // An hour to spare: nobody executes in the first second.
            end = self.wanted.threshold_end.unwrap_or(earliest.saturating_add(3_600));
            if end < earliest {
                return Err(format!("asset {asset}: threshold_end {end} is before {earliest}"));
            }
        }
        plan.weights.push(Weight { asset, new });
        let shown = if end > 0 { format!("{new} by {end}") } else { new.to_string() };
        let parts = vec![part(name, now, shown)];
        let paced = self.paced(rises, Clock::Threshold, 1);
        plan.push(Stage::Threshold, paced, parts, setThresholdCall { asset, threshold: new, end })
    }

    /// Cap, outflow and the bound on losses, which share a clock where they widen.
    fn limits(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, seen) = (self.asset, &self.seen);
        let caps = |binds| self.paced(binds, Clock::Caps, 3);
        if let Some(new) = self.wanted.cap.filter(|new| *new != seen.cap) {
            if new.bit_len() > 112 {
                return Err(format!("asset {asset}: cap {new} is wider than 112 bits"));
            }
            let binds = new > seen.cap && (self.is_held() || plan.is_live);
            let most: U256 = seen.cap.max(self.held) << 1;
            // What a closed cap opens with depends on the price: the engine says.
            if binds && !most.is_zero() && new > most {
                return Err(format!("asset {asset}: cap {new} is above {most}"));
            }
            let parts = vec![part(self.name("cap"), seen.cap, new)];
            plan.push(Stage::Rest, caps(binds), parts, setCapCall { asset, cap: new })?;
        }
        if let Some(new) = self.wanted.outflow.filter(|new| *new != seen.outflow) {
            market::add_outflow(plan, asset, (seen.outflow, new), caps(self.is_held()))?;
        }
        if let Some(bound) = self.wanted.loss_bound.filter(|new| *new != seen.lossBound) {
            let name = self.name("loss bound");
            within(&name, bound, (0_u8, params::LOSS_BOUND_MAX))?;
            let binds = bound > seen.lossBound && self.is_held();
            if binds {
                within(&name, bound, (0_u8, steps::highest_loss_bound(seen.lossBound)))?;
            }
            let parts = vec![part(name, seen.lossBound, bound)];
            plan.push(Stage::Rest, caps(binds), parts, setLossBoundCall { asset, bound })?;
        }
        Ok(())
    }

    /// Depth, which shares a clock with the weight, and grace, which does with the threshold.
    fn risk(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, seen) = (self.asset, &self.seen);
        let old = (seen.depth, seen.impact);
        if let Some(new) = self.wanted.depth.filter(|new| *new != old) {
            let (depth, impact) = new;
            within(&self.name("depth"), depth, (0_u8, params::DEPTH_MAX))?;
            within(&self.name("impact"), impact, (0_u8, params::IMPACT_MAX))?;
            let binds = steps::lends_more(old, new) && self.is_held();
            if binds {
                let names = ["", "depth", "impact"];
                let bad = |bad| out_of_bounds(asset, &names, &bad);
                steps::check_depth(old, new).map_err(bad)?;
            }
            let parts = vec![part(self.name("depth, impact"), show(old), show(new))];
            let paced = self.paced(binds, Clock::Weight, 2);
            plan.push(Stage::Rest, paced, parts, setDepthCall { asset, depth, impact })?;
        }
        if let Some(grace) = self.wanted.grace.filter(|new| *new != seen.grace) {
            let name = self.name("grace");
            within(&name, grace, (0_u8, u32::from(trigger::GRACE_MAX)))?;
            if self.is_held() {
                let step = u64::from(steps::GRACE_STEP);
                within(&name, grace, steps::reach(seen.grace.into(), step, 0, u64::MAX))?;
            }
            let parts = vec![part(name, seen.grace, grace)];
            let paced = self.paced(self.is_held(), Clock::Threshold, 1);
            plan.push(Stage::Rest, paced, parts, setGraceCall { asset, grace })?;
        }
        Ok(())
    }

    /// Steps, soundness and the hundredth of health are the engine's to judge: see `Plan::ask`.
    fn correlation(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, seen) = (self.asset, &self.seen);
        let old = (seen.sigma, seen.relief, seen.codes.clone());
        let Some(new) = self.wanted.correlation.clone().filter(|new| *new != old) else {
            return Ok(());
        };
        let stage = if new.1 < old.1 { Stage::LessRelief } else { Stage::MoreRelief };
        let shown =
            |(sigma, relief, codes): &(u16, u8, Vec<u8>)| format!("{sigma}, {relief} %, {codes:?}");
        let parts = vec![part(self.name("correlation"), shown(&old), shown(&new))];
        let paced = self.paced(old.0 > 0, |_| Clock::Correlations, 5);
        let (sigma, relief, codes) = new;
        plan.push(stage, paced, parts, setCorrelationCall { asset, sigma, relief, codes })
    }

    fn policy(&self, plan: &mut Plan) -> Result<(), String> {
        let (asset, seen) = (self.asset, &self.seen.policy);
        let policy = with_policy(asset, seen, &self.wanted.policy)?;
        let names: Vec<&str> = [""].into_iter().chain(POLICY).collect();
        let bad = |bad| out_of_bounds(asset, &names, &bad);
        let (old, new) = (core_policy(seen), core_policy(&policy));
        if new == old {
            return Ok(());
        }
        params::check_policy(&new).map_err(bad)?;
        if self.is_held() {
            steps::check_policy(&old, &new).map_err(bad)?;
        }
        let parts = differing_policy(asset, seen, &policy);
        let paced = self.paced(self.is_held(), Clock::Prices, 4);
        plan.push(Stage::Rest, paced, parts, setPricePolicyCall { asset, policy })
    }
}

fn show((depth, impact): steps::Depth) -> String {
    format!("{depth}, {impact}")
}
