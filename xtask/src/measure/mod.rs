//! Calls measured on the embedded chain: where the gas goes and which words they touch.
//!
//! Every scenario is one transaction of its own on a market in steady state: everybody who is paid
//! has a balance already, one sale of the asset is over, time has passed since the last accrual.
//! No word and no account is warm when it begins.

mod equal;
mod market;
mod names;
mod office;
mod scenarios;
mod sizes;
mod views;

use std::sync::Arc;

use plimsoll_devnet::{Cost, Receipt, Tx};
use plimsoll_testkit::engine::{Programs, World, error_name};

use market::Market;
use names::Names;
use office::OFFICE;
use scenarios::{OTHERS, SCENARIOS, Scenario};
use sizes::SIZES;
use views::VIEWS;

use crate::layout::slots::Slots;

/// What is measured: its parts are in [`Figures`].
#[derive(Clone)]
pub enum Call {
    /// A transaction: its base and its calldata count, and so does the refund.
    Transaction(Tx),
    /// A question that a contract asks: only its execution counts.
    View(Tx),
}

impl From<Tx> for Call {
    fn from(tx: Tx) -> Self {
        Self::Transaction(tx)
    }
}

/// One measured call: `execution = init + ink + storage + calls + logs`, and
/// `total = execution + intrinsic - refund`.
pub struct Figures {
    pub name: &'static str,
    /// What a receipt says; of a view, its execution.
    pub total: u64,
    /// Without the transaction's base, its calldata and the refund.
    pub execution: u64,
    /// The transaction's base and its calldata; none for a view.
    pub intrinsic: u64,
    pub refund: u64,
    /// Loading the programs, their memory included.
    pub init: u64,
    /// Instructions and host functions of the programs.
    pub ink: u64,
    /// Storage, the tokens' included.
    pub storage: u64,
    /// Calling out: what each call costs its caller, those from program to program included, and
    /// the instructions of tokens, feeds and ArbOS's contracts. Their storage and logs are counted as such.
    pub calls: u64,
    /// The instructions in `calls`.
    pub tokens: u64,
    pub logs: u64,
    /// Words of the engine's storage that are touched, by name where somebody asks for names.
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
    /// Of the function that is called.
    pub selector: [u8; 4],
    pub cached: Figures,
    pub uncached: Figures,
}

/// Measures what users and keepers call, in order.
pub fn all(programs: Arc<Programs>) -> Result<Vec<Measured>, String> {
    scenarios(&Market::new(programs), SCENARIOS, Some(&Slots::read()?))
}

/// Measures the same by size, and the other entry points: those that change something, and views.
pub fn others(programs: Arc<Programs>) -> Result<[Vec<Measured>; 3], String> {
    let base = Market::new(programs);
    let all = [SIZES, &[OTHERS, OFFICE].concat(), VIEWS];
    let [sizes, changes, views] = all.map(|all| scenarios(&base, all, None));
    Ok([sizes?, changes?, views?])
}

fn scenarios(
    base: &Market,
    all: &[Scenario],
    slots: Option<&Slots>,
) -> Result<Vec<Measured>, String> {
    let one = |scenario: &Scenario| {
        let mut market = base.clone();
        let call = (scenario.prepare)(&mut market);
        Measured::new(&market.world, (scenario.name, scenario.about), &call, slots)
    };
    every(all.iter().map(one))
}

/// All of them, or what is wrong with each that failed.
fn every(all: impl Iterator<Item = Result<Measured, String>>) -> Result<Vec<Measured>, String> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for one in all {
        match one {
            Ok(measured) => good.push(measured),
            Err(error) => bad.push(error),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad.join("\n")) }
}

/// Measures the situations in which peers were measured, in order.
pub fn equal(programs: &Arc<Programs>) -> Result<Vec<Measured>, String> {
    let one = |scenario: &equal::Scenario| {
        let (market, call) = (scenario.prepare)(programs.clone());
        Measured::new(&market.world, (scenario.name, scenario.about), &call, None)
    };
    every(equal::SCENARIOS.iter().map(one))
}

/// The call of this name.
///
/// # Errors
/// Nobody measured it.
pub fn find<'a>(measured: &'a [Measured], name: &str) -> Result<&'a Measured, String> {
    let found = measured.iter().find(|measured| measured.cached.name == name);
    found.ok_or_else(|| format!("no call is named {name}"))
}

impl Measured {
    fn new(
        world: &World,
        (name, about): (&'static str, &'static str),
        call: &Call,
        slots: Option<&Slots>,
    ) -> Result<Self, String> {
        let (Call::Transaction(tx) | Call::View(tx)) = call;
        let selector = tx.data.first_chunk().copied().unwrap_or_default();
        let names = slots.map(|slots| Names::new(world, slots));
        let figures = |cached: bool| {
            let mut world = world.clone();
            for program in world.programs.into_iter().chain([world.engine]) {
                world.chain.set_cached(program, cached);
            }
            let receipt = world.chain.transact(tx.clone());
            let receipt = receipt.map_err(|error| format!("{name}: {error}"))?;
            let view = matches!(call, Call::View(_));
            Figures::new(name, (&world, names.as_ref()), &receipt, view)
        };
        Ok(Self { about, selector, cached: figures(true)?, uncached: figures(false)? })
    }
}

impl Figures {
    fn new(
        name: &'static str,
        (world, names): (&World, Option<&Names>),
        receipt: &Receipt,
        view: bool,
    ) -> Result<Self, String> {
        if !receipt.status.is_success() {
            let selector = receipt.status.output().get(..4).unwrap_or_default();
            let error = error_name(selector).unwrap_or("no error of the engine");
            return Err(format!("{name}: {error}, {:?}", receipt.status));
        }
        let trace = &receipt.trace;
        let own = trace.words.iter().filter(|((account, _), _)| *account == world.engine);
        let words: Vec<Word> = own
            .map(|((_, slot), access)| Word {
                name: names.map(|names| names.of(*slot)).unwrap_or_default(),
                written: access.writes > 0,
            })
            .collect();
        let execution = trace.spent.sum() - trace.of(Cost::Intrinsic);
        let tokens = trace.of(Cost::Evm);
        let figures = Self {
            name,
            total: if view { execution } else { receipt.gas_used },
            execution,
            intrinsic: if view { 0 } else { trace.of(Cost::Intrinsic) },
            refund: if view { 0 } else { trace.refund },
            init: trace.of(Cost::Init) + trace.of(Cost::Memory),
            ink: trace.of(Cost::Compute),
            storage: trace.of(Cost::Storage),
            calls: trace.of(Cost::Call)
                + trace.of(Cost::Account)
                + trace.of(Cost::Precompile)
                + tokens,
            tokens,
            logs: trace.of(Cost::Log),
            others: trace.words.len() - words.len(),
            words,
        };
        figures.adds_up()
    }

    /// Fails if gas was spent for something that no figure shows.
    fn adds_up(self) -> Result<Self, String> {
        let Self { name, total, execution, .. } = self;
        let shown = self.init + self.ink + self.storage + self.calls + self.logs;
        if shown != execution {
            return Err(format!("{name}: {shown} of {execution} gas have a purpose"));
        }
        if total + self.refund != execution + self.intrinsic {
            return Err(format!("{name}: {total} gas are not what was spent and given back"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        Figures {
            name: "call",
            total: 21_000 + 111 - 11,
            execution: 111,
            intrinsic: 21_000,
            refund: 11,
            init: 1,
            ink: 10,
            storage: 50,
            calls: 30,
            tokens: 5,
            logs: 20,
            words: Vec::new(),
            others: 0,
        }
    }

    #[test]
    fn gas_without_a_purpose_is_an_error() {
        assert!(figures().adds_up().is_ok());
        let lost = Figures { logs: 19, ..figures() }.adds_up().err();
        assert_eq!(lost.as_deref(), Some("call: 110 of 111 gas have a purpose"));
        let unpaid = Figures { refund: 12, ..figures() }.adds_up().err();
        let wanted = "call: 21100 gas are not what was spent and given back";
        assert_eq!(unpaid.as_deref(), Some(wanted));
    }
}
