//! From what is deployed and what is wanted to calls, in an order in which each holds.

use alloy_primitives::{Address, U256, hex};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{
    assetCall, assetCountCall, marketParametersCall, marketParametersReturn, parametersCall,
    setCapCall, setMaxLtvCall, setMinDebtCall, setMostOnSaleCall, setOutflowCall, setRateCurveCall,
    setTermsCall, setThresholdCall,
};
use plimsoll_abi::{OVERALL, SaleTerms as AbiTerms};
use plimsoll_math::{
    params::{self, OutOfBounds},
    steps,
    words::SaleTerms,
};
use plimsoll_testkit::engine::error_name;

use super::{
    chain::Chain,
    file::{Asset, Market, Proposal},
    governor,
};

/// One call, what it changes, and what the engine says to it now.
#[derive(Clone, Debug)]
pub struct Change {
    /// What, as deployed, as proposed.
    pub parts: Vec<(String, String, String)>,
    pub call: Vec<u8>,
    pub now: String,
}

/// A threshold that changes, bps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    pub asset: u8,
    pub old: u16,
    pub new: u16,
}

/// A proposal that breaks no bound.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub weights: Vec<Weight>,
}

/// The times that matter to it.
struct Clock {
    /// When it would be executed at the earliest.
    execution: u32,
}

impl Clock {
    /// Refuses what the engine would refuse then as too soon after the last change.
    fn pace(&self, what: &str, last: u32) -> Result<(), String> {
        let earliest = last.saturating_add(steps::INTERVAL);
        if last > 0 && self.execution < earliest {
            let wait = earliest - self.execution;
            return Err(format!("{what} changed less than a day before: wait {wait} seconds"));
        }
        Ok(())
    }
}

impl Plan {
    /// Compares, checks, and orders.
    pub fn of(
        chain: &mut impl Chain,
        engine: Address,
        proposal: &Proposal,
    ) -> Result<Self, String> {
        let delay = proposal.timelock.map_or(0, |timelock| timelock.delay);
        let clock = Clock { execution: chain.now()?.saturating_add(delay) };
        let mut plan = Self::default();
        plan.market(chain, engine, &proposal.market, &clock)?;
        let count = chain.ask(engine, assetCountCall {})?;
        for asset in &proposal.assets {
            if asset.id >= count {
                return Err(format!("asset {}: {count} are listed", asset.id));
            }
            plan.asset(chain, engine, asset, &clock)?;
        }
        let from = governor(chain, engine)?;
        for change in &mut plan.changes {
            change.now = match chain.call(from, engine, change.call.clone())? {
                Ok(_) => "passes".to_owned(),
                Err(data) => named(&data),
            };
        }
        Ok(plan)
    }

    fn push(&mut self, call: impl SolCall, parts: Vec<(String, String, String)>) {
        self.changes.push(Change { parts, call: call.abi_encode(), now: String::new() });
    }

    fn market(
        &mut self,
        chain: &mut impl Chain,
        engine: Address,
        wanted: &Market,
        clock: &Clock,
    ) -> Result<(), String> {
        let seen: marketParametersReturn = chain.ask(engine, marketParametersCall {})?;
        let old = [seen.base, seen.kink, seen.slope, seen.jump];
        if let Some(new) = wanted.curve.filter(|new| *new != old) {
            clock.pace("the market's own parameters", seen.marketAt)?;
            let highs =
                [params::RATE_BASE_MAX, params::KINK_MAX, params::SLOPE_MAX, params::JUMP_MAX];
            let lows = [1, params::KINK_MIN, 0, 0];
            for (n, name) in ["base", "kink", "slope", "jump"].into_iter().enumerate() {
                within(&format!("rate_curve.{name}"), new[n].into(), lows[n], highs[n])?;
            }
            let [base, kink, slope, jump] = new;
            let parts = vec![part("rate curve", format!("{old:?}"), format!("{new:?}"))];
            self.push(setRateCurveCall { base, kink, slope, jump }, parts);
        }
        if let Some(new) = wanted.min_debt.filter(|new| *new != seen.minDebt) {
            clock.pace("the market's own parameters", seen.marketAt)?;
            if new.is_zero() {
                return Err("min_debt: 0 is below 1".to_owned());
            }
            let parts = vec![part("smallest debt", seen.minDebt, new)];
            self.push(setMinDebtCall { minDebt: new }, parts);
        }
        if let Some(new) = wanted.outflow.filter(|new| *new != seen.outflow) {
            self.outflow(OVERALL, seen.outflow, new)?;
        }
        if let Some(new) = wanted.most_on_sale.filter(|new| *new != seen.mostOnSale) {
            clock.pace("the limits", seen.limitsAt)?;
            let (low, high) = (params::MOST_ON_SALE_MIN, params::MOST_ON_SALE_MAX);
            if new < low || new > high {
                return Err(format!("most_on_sale: {new} is not from {low} to {high}"));
            }
            let parts = vec![part("most on sale of all", seen.mostOnSale, new)];
            self.push(setMostOnSaleCall { most: new }, parts);
        }
        Ok(())
    }

    fn outflow(&mut self, asset: u8, old: u8, new: u8) -> Result<(), String> {
        if new > 0 {
            within("outflow", new.into(), 10, 100)?;
        }
        let what = if asset == OVERALL { "outflow".to_owned() } else { named_of(asset, "outflow") };
        self.push(setOutflowCall { asset, percent: new }, vec![part(what, old, new)]);
        Ok(())
    }

    /// A lower weight comes first and a higher one last, so that it is below the threshold always.
    fn asset(
        &mut self,
        chain: &mut impl Chain,
        engine: Address,
        wanted: &Asset,
        clock: &Clock,
    ) -> Result<(), String> {
        let asset = wanted.id;
        let seen = chain.ask(engine, parametersCall { asset })?;
        let held = !chain.ask(engine, assetCall { id: asset })?.held.is_zero();
        let changed = |n: usize| seen.changed.get(n).copied().unwrap_or_default();
        let threshold = wanted.threshold.unwrap_or(seen.rampTo);
        let lowest = threshold.min(seen.rampTo);
        let weight = wanted.max_ltv.filter(|new| *new != seen.maxLtv);
        let highest = wanted.max_ltv.unwrap_or(seen.maxLtv);
        if highest > 0 && highest >= lowest {
            return Err(format!("asset {asset}: max_ltv {highest} is not below {lowest}"));
        }
        if let Some(new) = weight {
            let step = u32::from(seen.maxLtv) + steps::WEIGHT_STEP;
            if held && new > seen.maxLtv {
                clock.pace(&named_of(asset, "max_ltv"), changed(2))?;
                within(&named_of(asset, "max_ltv"), new.into(), 0, step)?;
            }
        }
        let set_weight = |max_ltv| setMaxLtvCall { asset, maxLtv: max_ltv };
        let weight_part = |new| vec![part(named_of(asset, "max LTV"), seen.maxLtv, new)];
        if let Some(new) = weight.filter(|new| *new < seen.maxLtv) {
            self.push(set_weight(new), weight_part(new));
        }
        let old = core_terms(&seen.terms);
        let terms = with_terms(asset, &seen.terms, &wanted.terms)?;
        let new = core_terms(&terms);
        let bad = |bad| out_of_bounds(asset, &bad);
        params::check_terms(&new).map_err(bad)?;
        params::consistent(&new, threshold.max(seen.threshold))
            .map_err(|check| format!("asset {asset}: check {check} of docs/PARAMETERS.md fails"))?;
        if new != old {
            if held {
                clock.pace(&named_of(asset, "terms"), changed(0))?;
                steps::check_terms(&old, &new).map_err(bad)?;
            }
            let parts = differing(asset, &old, &new);
            self.push(setTermsCall { asset, terms }, parts);
        }
        self.threshold(wanted, (seen.threshold, seen.rampTo), (held, changed(1)), clock)?;
        if let Some(new) = weight.filter(|new| *new > seen.maxLtv) {
            self.push(set_weight(new), weight_part(new));
        }
        if let Some(new) = wanted.cap.filter(|new| *new != seen.cap) {
            if held && new > seen.cap {
                clock.pace(&named_of(asset, "cap"), changed(3))?;
            }
            if new.bit_len() > 112 {
                return Err(format!("asset {asset}: cap {new} is wider than 112 bits"));
            }
            let parts = vec![part(named_of(asset, "cap"), seen.cap, new)];
            self.push(setCapCall { asset, cap: new }, parts);
        }
        if let Some(new) = wanted.outflow.filter(|new| *new != seen.outflow) {
            self.outflow(asset, seen.outflow, new)?;
        }
        Ok(())
    }

    fn threshold(
        &mut self,
        wanted: &Asset,
        (now, ramp_to): (u16, u16),
        (held, last): (bool, u32),
        clock: &Clock,
    ) -> Result<(), String> {
        let asset = wanted.id;
        let Some(new) = wanted.threshold.filter(|new| *new != ramp_to || *new > now) else {
            return Ok(());
        };
        within(&named_of(asset, "threshold"), new.into(), 0, params::THRESHOLD_MAX)?;
        let mut end = 0;
        if new > now && held {
            clock.pace(&named_of(asset, "threshold"), last)?;
            let step = u32::from(now) + steps::THRESHOLD_STEP;
            within(&named_of(asset, "threshold"), new.into(), 0, step)?;
        } else if new < now {
            let earliest = steps::ramp_end(clock.execution, now - new);
            // An hour to spare: nobody executes in the first second.
            end = wanted.threshold_end.unwrap_or(earliest.saturating_add(3_600));
            if end < earliest {
                return Err(format!("asset {asset}: threshold_end {end} is before {earliest}"));
            }
        }
        self.weights.push(Weight { asset, old: now, new });
        let shown = if end > 0 { format!("{new} by {end}") } else { new.to_string() };
        let parts = vec![part(named_of(asset, "threshold"), now, shown)];
        self.push(setThresholdCall { asset, threshold: new, end }, parts);
        Ok(())
    }
}

fn part(what: impl ToString, old: impl ToString, new: impl ToString) -> (String, String, String) {
    (what.to_string(), old.to_string(), new.to_string())
}

fn named_of(asset: u8, what: &str) -> String {
    format!("asset {asset}: {what}")
}

fn within(what: &str, value: u32, low: u32, high: u32) -> Result<(), String> {
    if value < low || value > high {
        return Err(format!("{what}: {value} is not from {low} to {high}"));
    }
    Ok(())
}

fn out_of_bounds(asset: u8, bad: &OutOfBounds) -> String {
    let OutOfBounds { parameter, value, low, high } = bad;
    let name = NAMES.get(usize::from(*parameter)).copied().unwrap_or("terms");
    format!("asset {asset}: {name}: {value} is not from {low} to {high}")
}

/// The name of an error, with its values.
fn named(data: &[u8]) -> String {
    let name = data.get(..4).and_then(error_name).unwrap_or("an unknown error");
    let values: Vec<String> = data
        .get(4..)
        .unwrap_or_default()
        .chunks_exact(32)
        .map(|word| match U256::from_be_slice(word) {
            small if small.bit_len() <= 128 => small.to_string(),
            wide => hex::encode_prefixed(wide.to_be_bytes::<32>()),
        })
        .collect();
    format!("{name}({})", values.join(", "))
}

macro_rules! terms {
    ($($field:ident $name:ident),* $(,)?) => {
        /// Names of the terms, in the order of the setter.
        const NAMES: [&str; 15] = [$(stringify!($field)),*];

        fn core_terms(terms: &AbiTerms) -> SaleTerms {
            SaleTerms { $($field: terms.$name,)* milli_exponent: 0 }
        }

        /// The deployed terms with those of the file in their place.
        fn with_terms(
            asset: u8,
            deployed: &AbiTerms,
            wanted: &[(String, u64)],
        ) -> Result<AbiTerms, String> {
            let mut terms = deployed.clone();
            for (name, value) in wanted {
                let value = *value;
                match name.as_str() {
                    $(stringify!($field) => terms.$name = value
                        .try_into()
                        .map_err(|_| format!("asset {asset}: {name}: {value} does not fit"))?,)*
                    _ => return Err(format!("asset {asset}: there is no term `{name}`")),
                }
            }
            Ok(terms)
        }

        fn differing(asset: u8, old: &SaleTerms, new: &SaleTerms) -> Vec<(String, String, String)> {
            let mut parts = Vec::new();
            $(if old.$field != new.$field {
                parts.push(part(named_of(asset, stringify!($field)), old.$field, new.$field));
            })*
            parts
        }
    };
}
terms! {
    reference_factor referenceFactor, penalty penalty, chip chip, target target,
    full_below fullBelow, start_excess startExcess, fast_rate fastRate, slow_rate slowRate,
    descent descent, floor floor, dust dust, max_on_sale maxOnSale, tip tip, small small,
    cool_off coolOff,
}
