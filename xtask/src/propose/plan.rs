//! From what is deployed and what is wanted to calls, in an order in which each holds.

use std::fmt;

use alloy_primitives::{Address, I256, U256, hex};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{assetCountCall, solvencyCall};
use plimsoll_math::steps;
use plimsoll_testkit::engine::error_name;

use super::{asset, chain::Chain, file::Proposal, governor, market};

/// What, as deployed, as proposed.
pub type Part = (String, String, String);

/// One call, what it changes, and what the engine says to it.
#[derive(Clone, Debug)]
pub struct Change {
    pub parts: Vec<Part>,
    pub call: Vec<u8>,
    pub now: String,
    stage: Stage,
    clock: Option<Clock>,
}

/// The order of calls: what makes room comes before what needs it. A weight is below the threshold
/// always, and what the assets may have on sale never adds up to more than all may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    LowerWeight,
    LessRelief,
    FewerOnSale,
    Market,
    MoreOnSale,
    Threshold,
    MoreRelief,
    HigherWeight,
    Rest,
}

/// What changes once a day: two changes of one clock do not fit in one proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Market,
    Limits,
    Outage,
    Correlations,
    Terms(u8),
    Threshold(u8),
    Weight(u8),
    Caps(u8),
    Prices(u8),
}

impl fmt::Display for Clock {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Market => write!(to, "the rate curve and the smallest debt"),
            Self::Limits => write!(to, "the outflow limit of the cash and most_on_sale"),
            Self::Outage => write!(to, "the outage gap and the feed"),
            Self::Correlations => write!(to, "correlations of all assets"),
            Self::Terms(asset) => write!(to, "asset {asset}: terms"),
            Self::Threshold(asset) => write!(to, "asset {asset}: threshold and grace"),
            Self::Weight(asset) => write!(to, "asset {asset}: max LTV and depth"),
            Self::Caps(asset) => write!(to, "asset {asset}: cap, outflow and loss bound"),
            Self::Prices(asset) => write!(to, "asset {asset}: price policy and sources"),
        }
    }
}

/// A threshold that changes, bps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    pub asset: u8,
    pub new: u16,
}

/// A proposal that breaks no bound.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub weights: Vec<Weight>,
    /// Whether all calls were made in order, on a state that was then thrown away.
    pub rehearsed: bool,
    /// When it would be executed at the earliest.
    pub execution: u32,
    /// Somebody owes; somebody owes or supplies.
    pub is_owed: bool,
    pub is_live: bool,
}

impl Plan {
    /// Compares, checks, orders and rehearses.
    pub fn of(
        chain: &mut impl Chain,
        engine: Address,
        proposal: &Proposal,
    ) -> Result<Self, String> {
        let delay = proposal.timelock.map_or(0, |timelock| timelock.delay);
        let execution = chain.now()?.saturating_add(delay);
        let books = chain.ask(engine, solvencyCall {})?;
        let is_owed = books.debt != I256::ZERO;
        let is_live = is_owed || books.claims > U256::ZERO;
        let mut plan = Self { execution, is_owed, is_live, ..Self::default() };
        market::add(&mut plan, chain, engine, &proposal.market)?;
        let count = chain.ask(engine, assetCountCall {})?;
        for (n, asset) in proposal.assets.iter().enumerate() {
            if asset.id >= count {
                return Err(format!("asset {}: {count} are listed", asset.id));
            }
            if proposal.assets[..n].iter().any(|other| other.id == asset.id) {
                return Err(format!("asset {} is there twice", asset.id));
            }
            asset::add(&mut plan, chain, engine, asset)?;
        }
        plan.changes.sort_by_key(|change| change.stage);
        plan.ask(chain, engine, delay)?;
        Ok(plan)
    }

    /// Adds a call. `last`: when its clock began, if it has one that binds.
    pub fn push(
        &mut self,
        stage: Stage,
        paced: Option<(Clock, u32)>,
        parts: Vec<Part>,
        call: impl SolCall,
    ) -> Result<(), String> {
        if let Some((clock, last)) = paced {
            let earliest = last.saturating_add(steps::INTERVAL);
            if last > 0 && self.execution < earliest {
                let wait = earliest - self.execution;
                return Err(format!("{clock} changed less than a day before: wait {wait} seconds"));
            }
            if self.changes.iter().any(|other| other.clock == Some(clock)) {
                return Err(format!("{clock}: one change a day; propose the other one separately"));
            }
        }
        let (call, clock) = (call.abi_encode(), paced.map(|(clock, _)| clock));
        self.changes.push(Change { parts, call, now: String::new(), stage, clock });
        Ok(())
    }

    /// Makes all calls in order on a state that is thrown away; where a chain cannot do that, asks
    /// for each by itself. What the engine refuses is no proposal.
    fn ask(&mut self, chain: &mut impl Chain, engine: Address, delay: u32) -> Result<(), String> {
        let from = governor(chain, engine)?;
        let calls: Vec<Vec<u8>> = self.changes.iter().map(|change| change.call.clone()).collect();
        let answers = chain.rehearse(from, engine, &calls, delay)?;
        self.rehearsed = answers.is_some();
        let count = calls.len();
        for (n, call) in calls.into_iter().enumerate() {
            let answer = match &answers {
                Some(answers) => answers.get(n).cloned().ok_or("a call was not rehearsed")?,
                None => chain.call(from, engine, call)?,
            };
            let change = &mut self.changes[n];
            change.now = match answer {
                Ok(_) => "passes".to_owned(),
                Err(data) if !self.rehearsed && may_pass(&data, n, self.execution) => named(&data),
                Err(data) => {
                    let what = change.parts.first().map(|(what, ..)| what.as_str());
                    let (what, n) = (what.unwrap_or_default(), n + 1);
                    return Err(format!("{what}: {} (call {n} of {count})", named(&data)));
                }
            };
        }
        Ok(())
    }
}

/// Whether what a call alone is refused with now may be over when it is its turn: an interval that
/// has passed by then, or something that an earlier call makes room for.
fn may_pass(data: &[u8], earlier: usize, execution: u32) -> bool {
    match data.get(..4).and_then(error_name) {
        Some("TooSoon") => {
            data.get(36..68).is_some_and(|word| U256::from_be_slice(word) <= U256::from(execution))
        }
        Some("Inconsistent" | "OutOfBounds") => earlier > 0,
        _ => false,
    }
}

pub fn part(what: impl ToString, old: impl ToString, new: impl ToString) -> Part {
    (what.to_string(), old.to_string(), new.to_string())
}

pub fn named_of(asset: u8, what: &str) -> String {
    format!("asset {asset}: {what}")
}

pub fn within(
    what: &str,
    value: impl Into<u128>,
    (low, high): (impl Into<u128>, impl Into<u128>),
) -> Result<(), String> {
    let (value, low, high) = (value.into(), low.into(), high.into());
    if value < low || value > high {
        return Err(format!("{what}: {value} is not from {low} to {high}"));
    }
    Ok(())
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
