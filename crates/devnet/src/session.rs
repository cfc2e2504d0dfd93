//! What execution needs beyond revm's context: Stylus state outside the journal and the gas meter.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use alloy_primitives::{Address, B256};

use crate::calls::Recorder;
use crate::profile::Meter;
use crate::wasm::ProgramCache;
use crate::wasm::instrument::StylusParams;
use crate::watch::{Tape, Watch};

/// Memory pages of all Stylus programs of a transaction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pages {
    /// Pages of the frames now on the call stack.
    pub open: u16,
    /// Highest `open` of the transaction.
    pub ever: u16,
}

/// Programs called recently in the block: the second call of a code hash is cheaper.
///
/// Lives outside the journal, so a reverted call stays recorded.
/// Source: Nitro arbos/programs, `RecentWasms`.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentPrograms(VecDeque<B256>);

impl RecentPrograms {
    /// Marks `code_hash` as most recent and says whether it was present.
    pub(crate) fn insert(&mut self, code_hash: B256, capacity: usize) -> bool {
        let found = self.0.iter().position(|hash| *hash == code_hash);
        if let Some(index) = found {
            self.0.remove(index);
        }
        self.0.push_back(code_hash);
        while self.0.len() > capacity {
            self.0.pop_front();
        }
        found.is_some()
    }
}

/// Per-transaction state carried next to revm's journal.
pub(crate) struct Session {
    pub params: Arc<StylusParams>,
    pub programs: Arc<ProgramCache>,
    pub recent: RecentPrograms,
    pub pages: Pages,
    pub meter: Meter,
    pub calls: Recorder,
    pub tape: Tape,
    pub l2_block: u64,
    live: HashMap<Address, u32>,
}

impl Session {
    pub(crate) fn new(
        params: Arc<StylusParams>,
        programs: Arc<ProgramCache>,
        recent: RecentPrograms,
        l2_block: u64,
        watch: Watch,
    ) -> Self {
        Self {
            params,
            programs,
            recent,
            pages: Pages::default(),
            meter: Meter::default(),
            calls: Recorder::new(watch.calls),
            tape: Tape::new(watch),
            l2_block,
            live: HashMap::new(),
        }
    }

    /// Counts a frame that acts as `address` in its own right (not by delegation).
    pub(crate) fn push_acting(&mut self, address: Address) {
        *self.live.entry(address).or_default() += 1;
    }

    /// Ends a frame counted by [`Session::push_acting`].
    pub(crate) fn pop_acting(&mut self, address: Address) {
        if let Some(count) = self.live.get_mut(&address) {
            *count = count.saturating_sub(1);
        }
    }

    /// Whether `address` acts in more than one frame of the call stack.
    pub(crate) fn is_reentrant(&self, address: Address) -> bool {
        self.live.get(&address).is_some_and(|count| *count > 1)
    }
}
