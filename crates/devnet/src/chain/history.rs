//! What closed blocks changed, so that the state they left can be had again.
//!
//! Every change of the state is noted here first, with the value it replaces. Putting those values
//! back, newest block first, gives the state of an earlier block; putting aside what that replaced,
//! and putting it back afterwards, costs as much as the blocks changed, not as much as the state.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use alloy_primitives::{Address, Bytes, U256};
use revm::DatabaseCommit;
use revm::database::AccountState;
use revm::state::{AccountInfo, EvmState};

use super::{BlockInfo, Chain};
use crate::evm::State;
use crate::session::RecentPrograms;

/// Accounts that changed, each with the storage words of it that did.
pub type Changes = BTreeMap<Address, BTreeSet<U256>>;

/// What a block found where it wrote.
#[derive(Clone, Debug, Default)]
struct Undo(HashMap<Address, Before>);

#[derive(Clone, Debug)]
struct Before {
    /// Balance, nonce and code, unless there was no such account.
    info: Option<AccountInfo>,
    words: HashMap<U256, U256>,
}

impl Undo {
    /// Adds what an earlier block found, which is what a return past both has to restore.
    fn overlay(&mut self, earlier: &Self) {
        for (address, before) in &earlier.0 {
            match self.0.get_mut(address) {
                Some(kept) => {
                    kept.info.clone_from(&before.info);
                    kept.words.extend(&before.words);
                }
                None => drop(self.0.insert(*address, before.clone())),
            }
        }
    }
}

/// Changes of the open block and of the closed ones that the chain can go back past.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Most closed blocks.
    most: usize,
    /// Oldest first. Shared with snapshots.
    closed: VecDeque<Arc<Undo>>,
    open: Undo,
    /// Changed since somebody asked. Kept only where blocks are.
    fresh: Changes,
}

impl History {
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Closes the open block.
    pub(super) fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        if self.most == 0 {
            return;
        }
        self.closed.push_back(Arc::new(open));
        while self.closed.len() > self.most {
            self.closed.pop_front();
        }
    }

    /// Where a change goes. What is arranged from outside before a block's first transaction
    /// belongs to the state that the block before it left: whoever repeats the block's transactions
    /// on that state finds it there.
    fn target(&mut self) -> &mut Undo {
        match self.closed.back_mut() {
            Some(closed) if self.open.0.is_empty() => Arc::make_mut(closed),
            _ => &mut self.open,
        }
    }

    /// What to put back to be `back` blocks before the latest closed one.
    fn undo(&self, back: usize) -> Option<Undo> {
        let first = self.closed.len().checked_sub(back)?;
        let mut undo = Undo::default();
        if back > 0 {
            undo.overlay(&self.open);
        }
        for closed in self.closed.range(first..).rev() {
            undo.overlay(closed);
        }
        Some(undo)
    }
}

/// The state that a block left, to be read.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    chain: &'a Chain,
    /// First closed block whose changes do not count; none if all do, the open block's too.
    first: Option<usize>,
}

impl Past<'_> {
    /// Balance in wei.
    #[must_use]
    pub fn balance(&self, account: Address) -> U256 {
        self.info(account).balance
    }

    /// Next nonce.
    #[must_use]
    pub fn nonce(&self, account: Address) -> u64 {
        self.info(account).nonce
    }

    /// Account code.
    #[must_use]
    pub fn code(&self, account: Address) -> Bytes {
        self.chain.bytecode_of(self.info(account)).original_bytes()
    }

    /// A storage word.
    #[must_use]
    pub fn storage(&self, account: Address, slot: U256) -> U256 {
        let mut found = self.undone().filter_map(|undo| undo.0.get(&account)?.words.get(&slot));
        found.next().copied().unwrap_or_else(|| self.chain.storage(account, slot))
    }

    fn info(&self, account: Address) -> AccountInfo {
        match self.undone().find_map(|undo| undo.0.get(&account)) {
            Some(before) => before.info.clone().unwrap_or_default(),
            None => self.chain.info(account),
        }
    }

    /// What the blocks after it found, the earliest first.
    fn undone(&self) -> impl Iterator<Item = &Undo> {
        let History { closed, open, .. } = &self.chain.history;
        let closed = self.first.map(|first| closed.range(first..).map(Arc::as_ref).chain([open]));
        closed.into_iter().flatten()
    }
}

impl Chain {
    /// The state that the block `back` before the latest closed one left; with `back` 0 the state as
    /// it is. Returns `None` if the history does not reach that far.
    #[must_use]
    pub fn past(&self, back: usize) -> Option<Past<'_>> {
        let first = self.history.closed.len().checked_sub(back)?;
        Some(Past { chain: self, first: (back > 0).then_some(first) })
    }

    /// Blocks before the latest closed one whose state can be had.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.history.closed.len()
    }

    /// What changed since this was called last; nothing unless the chain keeps a history.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.history.fresh)
    }

    /// Runs `work` on the state that the block `back` before the latest closed one left, in `block`
    /// at `base_fee`, and puts everything back. With `back` 0 it runs on the state as it is.
    ///
    /// Returns `None` if the history does not reach that far.
    pub fn aside<T>(
        &mut self,
        back: usize,
        block: BlockInfo,
        base_fee: u64,
        work: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let undo = self.history.undo(back)?;
        // Blocks that `work` closes are to be forgotten with everything else.
        let history = std::mem::replace(&mut self.history, History::new(usize::MAX));
        let here = (self.block, self.config.clone(), self.recent.clone());
        let redo = self.exchange(undo);
        if back > 0 {
            self.recent = RecentPrograms::default();
        }
        (self.block, self.config.base_fee) = (block, base_fee);

        // What panics is put back, too: its caller may go on.
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));

        let done = std::mem::replace(&mut self.history, history);
        self.exchange(done.open);
        for closed in done.closed.into_iter().rev() {
            self.exchange(Arc::unwrap_or_clone(closed));
        }
        self.exchange(redo);
        (self.block, self.config, self.recent) = here;
        Some(result.unwrap_or_else(|panic| resume_unwind(panic)))
    }

    /// Writes values and returns those they replace.
    fn exchange(&mut self, undo: Undo) -> Undo {
        let mut replaced = Undo::default();
        for (address, before) in undo.0 {
            let mut words = HashMap::new();
            for (slot, word) in before.words {
                words.insert(slot, self.storage(address, slot));
                let Ok(()) = self.state_mut().insert_account_storage(address, slot, word);
            }
            replaced.0.insert(address, Before { info: self.existing(address), words });
            match before.info {
                Some(info) => self.state_mut().insert_account_info(address, info),
                None => {
                    let account = self.state_mut().cache.accounts.entry(address).or_default();
                    account.info = AccountInfo::default();
                    account.account_state = AccountState::NotExisting;
                }
            }
        }
        replaced
    }

    /// Keeps the effects of a transaction.
    pub(super) fn commit(&mut self, state: EvmState) {
        for (address, account) in &state {
            if !account.is_touched() {
                continue;
            }
            let wiped = account.is_created() || account.is_selfdestructed();
            let old: Vec<U256> = match wiped {
                true => self.storage_words(*address).into_keys().collect(),
                false => Vec::new(),
            };
            let changed = account.storage.iter().filter(|(_, word)| word.is_changed());
            let words: Vec<U256> = changed.map(|(slot, _)| *slot).chain(old).collect();
            if words.is_empty() && self.info(*address) == account.info {
                continue;
            }
            // A transaction is the block's own, even the first.
            let history = &mut self.history.open;
            let before = Self::before(&self.state, history, *address);
            for slot in &words {
                Self::before_word(&self.state, before, *address, *slot);
            }
            self.refresh(*address, words);
        }
        self.state_mut().commit(state);
    }

    /// Notes that an account is about to be changed from outside.
    pub(super) fn note(&mut self, address: Address) {
        Self::before(&self.state, self.history.target(), address);
        self.refresh(address, []);
    }

    /// Notes that a storage word is about to be changed from outside.
    pub(super) fn note_word(&mut self, address: Address, slot: U256) {
        let before = Self::before(&self.state, self.history.target(), address);
        Self::before_word(&self.state, before, address, slot);
        self.refresh(address, [slot]);
    }

    fn refresh(&mut self, address: Address, words: impl IntoIterator<Item = U256>) {
        if self.history.most > 0 {
            self.history.fresh.entry(address).or_default().extend(words);
        }
    }

    fn before<'a>(state: &State, undo: &'a mut Undo, address: Address) -> &'a mut Before {
        undo.0.entry(address).or_insert_with(|| {
            let Ok(info) = revm::DatabaseRef::basic_ref(state, address);
            Before { info, words: HashMap::new() }
        })
    }

    fn before_word(state: &State, before: &mut Before, address: Address, slot: U256) {
        before.words.entry(slot).or_insert_with(|| {
            let Ok(word) = revm::DatabaseRef::storage_ref(state, address, slot);
            word
        });
    }
}
