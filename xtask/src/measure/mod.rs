//! Calls measured on the embedded chain: where the gas goes and which words they touch.
//!
//! Every scenario is one transaction of its own on a market in steady state: everybody who is paid
//! has a balance already, one sale of the asset is over, time has passed since the last accrual.
//! No word and no account is warm when it begins.

mod market;
mod names;
mod scenarios;

use std::sync::Arc;

use plimsoll_devnet::{Cost, Receipt};
use plimsoll_testkit::engine::{Programs, World};

pub use market::Market;
pub use scenarios::{SCENARIOS, Scenario};

/// One measured call.
pub struct Figures {
    pub name: &'static str,
    /// What a receipt says.
    pub total: u64,
    /// Without the transaction's base, its calldata and the refund.
    pub execution: u64,
    pub intrinsic: u64,
    pub refund: u64,
    /// Loading the programs, their memory included.
    pub init: u64,
    /// Instructions and host functions of the programs.
    pub ink: u64,
    /// Storage, the tokens' included.
    pub storage: u64,
    /// Calling other contracts, without what they do.
    pub calls: u64,
    /// Instructions of tokens and feeds.
    pub evm: u64,
    pub logs: u64,
    /// Words of the engine's storage that are touched, by name.
    pub words: Vec<Word>,
    /// Words of tokens and feeds that are touched.
    pub others: usize,
}

/// One word of the engine's storage.
pub struct Word {
    pub name: String,
    pub written: bool,
}

/// A call with the programs in the chain's cache, and without.
pub struct Measured {
    pub about: &'static str,
    pub cached: Figures,
    pub uncached: Figures,
}

/// Measures every scenario, in order.
pub fn all(programs: Programs) -> Result<Vec<Measured>, String> {
    let base = Market::new(Arc::new(programs));
    SCENARIOS.iter().map(|scenario| one(&base, scenario)).collect()
}

fn one(base: &Market, scenario: &Scenario) -> Result<Measured, String> {
    let mut market = base.clone();
    let call = (scenario.prepare)(&mut market);
    let mut figures = [true, false].map(|cached| {
        let mut world = market.world.clone();
        for program in world.programs.into_iter().chain([world.engine]) {
            world.chain.set_cached(program, cached);
        }
        let receipt = world.chain.transact(call.clone());
        let receipt = receipt.map_err(|error| format!("{}: {error}", scenario.name))?;
        Figures::new(scenario.name, &world, &receipt)
    });
    let [cached, uncached] = &mut figures;
    let take =
        |figures: &mut Result<Figures, String>| std::mem::replace(figures, Err(String::new()));
    Ok(Measured { about: scenario.about, cached: take(cached)?, uncached: take(uncached)? })
}

impl Figures {
    fn new(name: &'static str, world: &World, receipt: &Receipt) -> Result<Self, String> {
        if !receipt.status.is_success() {
            return Err(format!("{name}: {:?}", receipt.status));
        }
        let trace = &receipt.trace;
        let intrinsic = trace.of(Cost::Intrinsic);
        let names = names::Names::new(world, &crate::layout::slots::Slots::read()?);
        let own = trace.words.iter().filter(|((account, _), _)| *account == world.engine);
        let words: Vec<Word> = own
            .map(|((_, slot), access)| Word { name: names.of(*slot), written: access.writes > 0 })
            .collect();
        let figures = Self {
            name,
            total: receipt.gas_used,
            execution: trace.spent.sum() - intrinsic,
            intrinsic,
            refund: trace.refund,
            init: trace.of(Cost::Init) + trace.of(Cost::Memory),
            ink: trace.of(Cost::Compute),
            storage: trace.of(Cost::Storage),
            calls: trace.of(Cost::Call) + trace.of(Cost::Account),
            evm: trace.of(Cost::Evm),
            logs: trace.of(Cost::Log),
            others: trace.words.len() - words.len(),
            words,
        };
        figures.adds_up()
    }

    /// Fails if gas was spent for something that no figure shows.
    fn adds_up(self) -> Result<Self, String> {
        let shown = self.init + self.ink + self.storage + self.calls + self.evm + self.logs;
        if shown == self.execution {
            Ok(self)
        } else {
            Err(format!("{}: {shown} of {} gas have a purpose", self.name, self.execution))
        }
    }
}
