//! The chain with its blocks, and what changes both.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::Transaction;
use alloy_primitives::{Address, B256, U256};
use plimsoll_devnet::{BlockInfo, Chain, ChainConfig, Past, TxError};
use tokio::sync::{broadcast, watch};

use crate::accounts;
use crate::args::At;
use crate::dump::Dump;
use crate::error::{Answer, invalid_tx, refused, too_much};
use crate::filter::Installed;
use crate::pool::{Pool, Waiting};
use crate::request::executable;
use crate::state::State;
use crate::store::{Block, Entry, Sealed, Store};
use crate::{Config, Limits};

/// Seconds between blocks of the parent chain.
const L1_BLOCK_SECS: u64 = 12;
/// News that a slow subscriber may lag behind before it misses some.
const BACKLOG: usize = 4_096;

/// A chain that remembers what happened on it.
pub(crate) struct Node {
    pub chain: Chain,
    pub store: Store,
    pub pool: Pool,
    pub limits: Limits,
    /// Accounts that may send without a key.
    pub impersonated: HashSet<Address>,
    /// Whether every account may.
    pub impersonates_all: bool,
    /// Installed filters and what each has to report next.
    pub filters: BTreeMap<u64, Installed>,
    pub next_filter: u64,
    /// What subscribers hear of.
    pub news: broadcast::Sender<News>,
    /// Whether a transaction is executed when it arrives.
    pub auto_mine: bool,
    /// Seconds of the machine's clock between blocks, if blocks are closed by the clock.
    pub interval: watch::Sender<Option<u64>>,
    /// Seconds from a block's time to the next's.
    pub block_secs: u64,
    snapshots: Vec<Snapshot>,
    /// Time and parent block that the chain started at.
    start: BlockInfo,
    /// State that the latest header commits to, and those before it, oldest first.
    state: State,
    states: VecDeque<State>,
    config: Config,
    /// State that it started from.
    loaded: Option<Arc<Dump>>,
}

/// Something that happened.
#[derive(Clone)]
pub(crate) enum News {
    /// A block was closed.
    Block(Arc<Block>),
    /// A transaction arrived.
    Waiting(B256),
}

/// What `evm_revert` returns to, beside the chain's own snapshot.
struct Snapshot {
    chain: usize,
    blocks: usize,
    pool: Pool,
    state: State,
    states: VecDeque<State>,
}

/// A state that requests can run on: that many blocks back, in this block, at this price.
struct Place {
    back: usize,
    block: BlockInfo,
    base_fee: u64,
}

impl Node {
    pub(crate) fn new(mut config: Config, loaded: Option<Arc<Dump>>) -> Self {
        // What changed is known only where it can be undone.
        config.limits.history = config.limits.history.max(1);
        let started = loaded.as_ref().map_or(0, |dump| dump.timestamp);
        let mut chain = Chain::new(ChainConfig {
            chain_id: config.chain_id,
            timestamp: config.timestamp.max(started),
            l2_block: 0,
            auto_mine: false,
            history: config.limits.history,
            base_fee: config.base_fee,
            params: config.params.clone(),
            ..ChainConfig::default()
        });
        for account in accounts::funded() {
            chain.fund(account, U256::from(accounts::FUNDS));
        }
        if let Some(dump) = &loaded {
            dump.load(&mut chain);
        }
        let (start, state) = (chain.block(), State::of(&chain));
        chain.take_changes();
        let sealed = sealed(&chain, state.root());
        let mut node = Self {
            store: Store::new(sealed),
            chain,
            pool: Pool::default(),
            limits: config.limits,
            impersonated: HashSet::new(),
            impersonates_all: false,
            filters: BTreeMap::new(),
            next_filter: 1,
            news: broadcast::Sender::new(BACKLOG),
            auto_mine: config.auto_mine && config.interval.is_none(),
            interval: watch::Sender::new(config.interval),
            block_secs: config.block_secs,
            snapshots: Vec::new(),
            start,
            states: VecDeque::from([state.clone()]),
            state,
            config,
            loaded,
        };
        let genesis = node.store.block(At::Latest).map(|block| block.hash);
        node.chain.set_block_hash(0, genesis.unwrap_or_default());
        node.open();
        node
    }

    /// Starts again from the beginning. Subscribers stay.
    pub(crate) fn reset(&mut self) {
        let (news, interval) = (self.news.clone(), self.interval.clone());
        let fresh = Self::new(self.config.clone(), self.loaded.clone());
        interval.send_replace(self.config.interval);
        *self = Self { news, interval, next_filter: self.next_filter, ..fresh };
    }

    /// Takes a transaction in. Under automatic mining it is executed at once, in a block of its own,
    /// if its turn has come.
    pub(crate) fn submit(&mut self, envelope: TxEnvelope, from: Address) -> Answer<B256> {
        let hash = *envelope.tx_hash();
        let (expected, given) = (self.chain.nonce(from), envelope.nonce());
        if given < expected {
            return Err(invalid_tx(TxError::Nonce { expected, given }));
        }
        self.chain.check(executable(&envelope, from)).map_err(invalid_tx)?;
        self.pool.add(envelope, from, self.limits.pool)?;
        for installed in self.filters.values_mut() {
            installed.hear(hash, self.limits.pool);
        }
        // Nobody has to be listening.
        let _ = self.news.send(News::Waiting(hash));
        if self.auto_mine {
            self.execute_ready(hash)?;
        }
        Ok(hash)
    }

    /// Executes what can be, each transaction in a block of its own. Fails if `hash` does.
    pub(crate) fn execute_ready(&mut self, hash: B256) -> Answer<()> {
        let mut fault = None;
        while let Some((executed, entry)) = self.execute_next() {
            match entry {
                Ok(entry) => {
                    let price = entry.price;
                    self.close(vec![entry], price);
                }
                Err(error) if executed == hash => fault = Some(error),
                // It was fine when it came; what came since took its means.
                Err(_) => {}
            }
        }
        fault.map_or(Ok(()), |error| Err(invalid_tx(error)))
    }

    /// Closes a block with all transactions whose turn it is.
    pub(crate) fn mine(&mut self) {
        let (mut entries, price) = (Vec::new(), self.chain.config().base_fee);
        while let Some((_, entry)) = self.execute_next() {
            entries.extend(entry);
        }
        self.close(entries, price);
    }

    fn execute_next(&mut self) -> Option<(B256, Result<Entry, TxError>)> {
        let Waiting { envelope, from, .. } = self.pool.take_next(&self.chain)?;
        let (hash, price) = (*envelope.tx_hash(), self.chain.config().base_fee);
        let receipt = self.chain.transact(executable(&envelope, from));
        Some((hash, receipt.map(|receipt| Entry::new(envelope, from, price, receipt))))
    }

    /// Closes the open block and opens the next.
    fn close(&mut self, entries: Vec<Entry>, price: u64) {
        self.commit_state();
        let sealed = Sealed { base_fee: price, ..sealed(&self.chain, self.state.root()) };
        let block = self.store.push(sealed, entries);
        self.chain.set_block_hash(block.header.number, block.hash);
        self.open();
        let _ = self.news.send(News::Block(block));
    }

    fn commit_state(&mut self) {
        let changes = self.chain.take_changes();
        self.state.update(&self.chain, &changes);
        self.states.push_back(self.state.clone());
        while self.states.len() > self.limits.history.saturating_add(1) {
            self.states.pop_front();
        }
    }

    fn open(&mut self) {
        self.chain.mine();
        self.set_time(self.chain.block().timestamp.saturating_add(self.block_secs));
    }

    /// Sets the time of the open block, and with it the parent chain's block.
    pub(crate) fn set_time(&mut self, timestamp: u64) {
        self.chain.set_time(timestamp);
        let since = timestamp.saturating_sub(self.start.timestamp);
        self.chain.set_l1_block(self.start.l1_block.saturating_add(since / L1_BLOCK_SECS));
    }

    /// Takes over a state, on top of what is there.
    pub(crate) fn load(&mut self, dump: &Dump) {
        dump.load(&mut self.chain);
        self.pool.forget_old(|account| self.chain.nonce(account));
        // What a program's record says about its age has to make sense.
        if dump.timestamp > self.chain.block().timestamp {
            self.set_time(dump.timestamp);
        }
    }

    /// Remembers state and blocks. Returns the number to revert to.
    pub(crate) fn snapshot(&mut self) -> Answer<u64> {
        if self.snapshots.len() >= self.limits.snapshots {
            return Err(too_much(format!("more than {} snapshots", self.limits.snapshots)));
        }
        self.snapshots.push(Snapshot {
            chain: self.chain.snapshot(),
            blocks: self.store.len(),
            pool: self.pool.clone(),
            state: self.state.clone(),
            states: self.states.clone(),
        });
        Ok(self.snapshots.len() as u64)
    }

    /// Returns to a snapshot and drops it with all later ones.
    pub(crate) fn revert(&mut self, id: u64) -> bool {
        let index = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
        let Some(index) = index.filter(|index| *index < self.snapshots.len()) else { return false };
        self.snapshots.truncate(index + 1);
        let Some(snapshot) = self.snapshots.pop() else { return false };
        self.store.truncate(snapshot.blocks);
        (self.pool, self.state) = (snapshot.pool, snapshot.state);
        self.states = snapshot.states;
        let next = self.store.latest().saturating_add(1);
        for installed in self.filters.values_mut() {
            installed.next = installed.next.min(next);
        }
        self.chain.revert(snapshot.chain)
    }

    /// Runs `work` on the state of a block and puts everything back afterwards.
    ///
    /// At the latest block it runs in the block that is open, as the next transaction would; at an
    /// earlier one in that block. In the pending block what waits has been executed before.
    pub(crate) fn at<T>(
        &mut self,
        at: At,
        work: impl FnOnce(&mut Chain) -> Answer<T>,
    ) -> Answer<T> {
        let place = self.place(at)?;
        let mut ahead = (at == At::Pending && self.has_ready()).then(|| self.pool.clone());
        let done = self.chain.aside(place.back, place.block, place.base_fee, |chain| {
            while let Some(waiting) = ahead.as_mut().and_then(|pool| pool.take_next(chain)) {
                // What is invalid by now would be dropped.
                let _ = chain.transact(executable(&waiting.envelope, waiting.from));
            }
            work(chain)
        });
        done.unwrap_or_else(|| Err(self.pruned(place.block.l2_block)))
    }

    /// Reads from the state of a block.
    pub(crate) fn read<T>(&mut self, at: At, read: impl FnOnce(Past<'_>) -> T) -> Answer<T> {
        if at == At::Pending && self.has_ready() {
            return self.at(at, |chain| {
                chain.past(0).map(read).ok_or_else(|| refused("state is not available"))
            });
        }
        let place = self.place(at)?;
        let past = self.chain.past(place.back);
        past.map(read).ok_or_else(|| self.pruned(place.block.l2_block))
    }

    /// Whether a transaction waits whose turn it is.
    fn has_ready(&self) -> bool {
        self.pool.next(|account| self.chain.nonce(account)).is_some()
    }

    /// Runs `work` in a block on the state that its first transaction found.
    pub(crate) fn before<T>(
        &mut self,
        block: &Block,
        work: impl FnOnce(&mut Chain) -> Answer<T>,
    ) -> Answer<T> {
        let number = block.header.number;
        let back = usize::try_from(self.store.latest() - number).map_or(0, |back| back + 1);
        let fee = block.header.base_fee_per_gas.unwrap_or_default();
        let done = self.chain.aside(back, block.info(), fee, work);
        done.unwrap_or_else(|| Err(self.pruned(number.saturating_sub(1))))
    }

    fn place(&self, at: At) -> Answer<Place> {
        let latest = self.store.latest();
        let block = match at {
            At::Latest | At::Pending => None,
            // The open block executes on the same state.
            At::Number(number) if number == latest || number == latest + 1 => None,
            at => {
                let block = self.store.block(at).ok_or_else(|| refused("header not found"))?;
                Some(block).filter(|block| block.header.number != latest)
            }
        };
        Ok(match block {
            None => {
                let (block, base_fee) = (self.chain.block(), self.chain.config().base_fee);
                Place { back: 0, block, base_fee }
            }
            Some(block) => Place {
                back: usize::try_from(latest - block.header.number).unwrap_or(usize::MAX),
                block: block.info(),
                base_fee: block.header.base_fee_per_gas.unwrap_or_default(),
            },
        })
    }

    /// What the header of a block commits to.
    pub(crate) fn state(&self, at: At) -> Answer<&State> {
        let latest = self.store.latest();
        let number = match at {
            At::Latest | At::Pending => latest,
            at => {
                let block = self.store.block(at).ok_or_else(|| refused("header not found"))?;
                block.header.number
            }
        };
        let back = usize::try_from(latest - number).unwrap_or(usize::MAX);
        let index = self.states.len().checked_sub(back.saturating_add(1));
        index.and_then(|index| self.states.get(index)).ok_or_else(|| self.pruned(number))
    }

    fn pruned(&self, number: u64) -> jsonrpsee::types::ErrorObjectOwned {
        let depth = self.chain.depth() as u64;
        let oldest = self.store.latest().saturating_sub(depth);
        refused(format!("state of block {number} is not available: the oldest kept is of {oldest}"))
    }

    /// Whether the node may send for an account.
    pub(crate) fn sends_for(&self, account: Address) -> bool {
        self.impersonates_all
            || self.impersonated.contains(&account)
            || accounts::unlocked().any(|unlocked| unlocked == account)
    }

    /// Next nonce of an account after what waits in the pool.
    pub(crate) fn pending_nonce(&self, account: Address) -> u64 {
        self.pool.nonce_after(account, self.chain.nonce(account))
    }

    /// Time of the latest block.
    pub(crate) fn latest_time(&self) -> u64 {
        self.store.block(At::Latest).map_or(0, |block| block.header.timestamp)
    }

    /// Most gas that a call gets.
    pub(crate) fn gas_cap(&self) -> u64 {
        self.limits.call_gas.min(self.chain.config().tx_gas_limit)
    }
}

fn sealed(chain: &Chain, state_root: B256) -> Sealed {
    let config = chain.config();
    Sealed {
        at: chain.block(),
        arbos: chain.params().arbos,
        base_fee: config.base_fee,
        gas_limit: config.block_gas_limit,
        state_root,
    }
}
