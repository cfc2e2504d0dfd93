//! What execution needs beyond revm's context: Stylus state outside the journal and the gas meter.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use alloy_primitives::{Address, B256, U256};

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
/// Source: Arbitrum go-ethereum core/state, `RecentWasms`; common/lru, `NewBasicLRU`.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentPrograms {
    hashes: VecDeque<B256>,
    /// Programs there is room for: what the owner had set at the block's first call of one, and one
    /// at least.
    room: Option<usize>,
}

impl RecentPrograms {
    /// Marks `code_hash` as most recent and says whether it was present.
    pub(crate) fn insert(&mut self, code_hash: B256, capacity: usize) -> bool {
        let room = *self.room.get_or_insert(capacity.max(1));
        let found = self.hashes.iter().position(|hash| *hash == code_hash);
        if let Some(index) = found {
            self.hashes.remove(index);
        }
        self.hashes.push_back(code_hash);
        while self.hashes.len() > room {
            self.hashes.pop_front();
        }
        found.is_some()
    }
}

/// What a transaction knows of its chain beyond the block's environment.
pub(crate) struct Surroundings {
    pub params: Arc<StylusParams>,
    /// Words of ArbOS state that the parameters were read from.
    pub param_words: [U256; 3],
    pub programs: Arc<ProgramCache>,
    pub recent: RecentPrograms,
    pub l2_block: u64,
    /// Hashes of earlier blocks, by number.
    pub block_hashes: Arc<BTreeMap<u64, B256>>,
    /// Most gas of a transaction.
    pub tx_gas_limit: u64,
}

/// Per-transaction state carried next to revm's journal.
pub(crate) struct Session {
    pub params: Arc<StylusParams>,
    pub param_words: [U256; 3],
    pub programs: Arc<ProgramCache>,
    pub recent: RecentPrograms,
    pub pages: Pages,
    pub meter: Meter,
    pub calls: Recorder,
    pub tape: Tape,
    pub l2_block: u64,
    pub block_hashes: Arc<BTreeMap<u64, B256>>,
    pub tx_gas_limit: u64,
    /// Program frames on the call stack.
    pub program_frames: usize,
    live: HashMap<Address, u32>,
    callers: Vec<Address>,
}

impl Session {
    pub(crate) fn new(around: Surroundings, watch: Watch) -> Self {
        Self {
            params: around.params,
            param_words: around.param_words,
            programs: around.programs,
            recent: around.recent,
            pages: Pages::default(),
            meter: Meter::default(),
            calls: Recorder::new(watch.calls),
            tape: Tape::new(watch),
            l2_block: around.l2_block,
            block_hashes: around.block_hashes,
            tx_gas_limit: around.tx_gas_limit,
            program_frames: 0,
            live: HashMap::new(),
            callers: Vec::new(),
        }
    }

    /// Begins a frame of code that `caller` called. `acting` is absent under delegation.
    pub(crate) fn push_frame(&mut self, acting: Option<Address>, caller: Address) {
        self.callers.push(caller);
        if let Some(acting) = acting {
            *self.live.entry(acting).or_default() += 1;
        }
    }

    /// Ends a frame begun by [`Session::push_frame`].
    pub(crate) fn pop_frame(&mut self, acting: Option<Address>) {
        self.callers.pop();
        if let Some(count) = acting.and_then(|acting| self.live.get_mut(&acting)) {
            *count = count.saturating_sub(1);
        }
    }

    /// Who called the code that runs now.
    pub(crate) fn caller_of_running(&self) -> Option<Address> {
        self.callers.last().copied()
    }

    /// Whether `address` acts in more than one frame of the call stack.
    pub(crate) fn is_reentrant(&self, address: Address) -> bool {
        self.live.get(&address).is_some_and(|count| *count > 1)
    }
}
