//! The chain with its blocks, and what changes both.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use alloy_consensus::TxEnvelope;
use alloy_primitives::{Address, B256, U256};
use jsonrpsee::types::ErrorObjectOwned;
use plimsoll_devnet::{BlockInfo, Chain, ChainConfig, Receipt, TxError};
use tokio::sync::broadcast;

use crate::accounts;
use crate::args::At;
use crate::error::{Answer, invalid_tx, refused, too_much};
use crate::filter::Filter;
use crate::request::{Request, executable};
use crate::store::{Block, Entry, Fees, Store};
use crate::{Config, Limits};

/// Seconds between blocks of the parent chain.
const L1_BLOCK_SECS: u64 = 12;
/// Blocks that a slow subscriber may lag behind before it misses some.
const BACKLOG: usize = 4_096;

/// A chain that remembers what happened on it.
pub(crate) struct Node {
    pub chain: Chain,
    pub store: Store,
    pub limits: Limits,
    /// Accounts that may send without a key.
    pub impersonated: HashSet<Address>,
    /// Whether every account may.
    pub impersonates_all: bool,
    /// Installed filters and the next block each has to report.
    pub filters: BTreeMap<u64, Installed>,
    pub next_filter: u64,
    /// Closed blocks, for subscribers.
    pub heads: broadcast::Sender<Arc<Block>>,
    /// The chain's snapshots, each with the number of blocks at that time.
    snapshots: Vec<(usize, usize)>,
    block_secs: u64,
    /// Time and parent block that the chain started at.
    start: BlockInfo,
}

/// A filter that a client polls.
pub(crate) struct Installed {
    /// What it reports: logs, or the hashes of blocks.
    pub filter: Option<Filter>,
    pub next: u64,
}

impl Node {
    pub(crate) fn new(config: &Config) -> Self {
        let mut chain = Chain::new(ChainConfig {
            chain_id: config.chain_id,
            timestamp: config.timestamp,
            l2_block: 0,
            auto_mine: false,
            record_calls: true,
            ..ChainConfig::default()
        });
        for account in accounts::funded() {
            chain.fund(account, U256::from(accounts::FUNDS));
        }
        let start = chain.block();
        let mut node = Self {
            store: Store::new(start, fees(&chain)),
            chain,
            limits: config.limits,
            impersonated: HashSet::new(),
            impersonates_all: false,
            filters: BTreeMap::new(),
            next_filter: 1,
            heads: broadcast::Sender::new(BACKLOG),
            snapshots: Vec::new(),
            block_secs: config.block_secs,
            start,
        };
        node.open();
        node
    }

    /// Executes a transaction and closes its block.
    pub(crate) fn submit(&mut self, envelope: TxEnvelope, from: Address) -> Answer<B256> {
        let hash = *envelope.tx_hash();
        let receipt = self.chain.transact(executable(&envelope, from)).map_err(invalid_tx)?;
        self.close(Some(Entry { envelope, from, receipt }));
        Ok(hash)
    }

    /// Closes the open block and opens the next.
    pub(crate) fn close(&mut self, entry: Option<Entry>) {
        let block = self.store.push(self.chain.block(), fees(&self.chain), entry);
        self.open();
        // Nobody has to be listening.
        let _ = self.heads.send(block);
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

    /// Remembers state and blocks. Returns the number to revert to.
    pub(crate) fn snapshot(&mut self) -> Answer<u64> {
        if self.snapshots.len() >= self.limits.snapshots {
            return Err(too_much(format!("more than {} snapshots", self.limits.snapshots)));
        }
        self.snapshots.push((self.chain.snapshot(), self.store.len()));
        Ok(self.snapshots.len() as u64)
    }

    /// Returns to a snapshot and drops it with all later ones.
    pub(crate) fn revert(&mut self, id: u64) -> bool {
        let index = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
        let Some((index, (snapshot, blocks))) =
            index.and_then(|index| Some((index, *self.snapshots.get(index)?)))
        else {
            return false;
        };
        self.snapshots.truncate(index);
        self.store.truncate(blocks);
        let next = self.store.latest().saturating_add(1);
        for installed in self.filters.values_mut() {
            installed.next = installed.next.min(next);
        }
        self.chain.revert(snapshot)
    }

    /// Runs a request on top of the latest state, with what it assumes, and forgets it.
    pub(crate) fn simulate(&mut self, request: &Request, gas: u64) -> Result<Receipt, TxError> {
        self.chain.simulate(request.tx(gas))
    }

    /// Runs `work` on the chain and puts the state back afterwards.
    pub(crate) fn aside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let snapshot = self.chain.snapshot();
        let result = work(self);
        self.chain.revert(snapshot);
        result
    }

    /// The state is that of the latest block, and only that.
    pub(crate) fn has_state(&self, at: At) -> Answer<()> {
        let latest = self.store.latest();
        match at {
            At::Latest => Ok(()),
            // The open block executes on the same state.
            At::Number(number) if number == latest || number == latest + 1 => Ok(()),
            at => match self.store.block(at) {
                Some(block) if block.header.number == latest => Ok(()),
                Some(block) => Err(pruned(block.header.number, latest)),
                None => Err(refused("header not found")),
            },
        }
    }

    /// Whether the node may send for an account.
    pub(crate) fn sends_for(&self, account: Address) -> bool {
        self.impersonates_all
            || self.impersonated.contains(&account)
            || accounts::unlocked().any(|unlocked| unlocked == account)
    }

    /// Time of the latest block.
    pub(crate) fn latest_time(&self) -> u64 {
        self.store.block(At::Latest).map_or(0, |block| block.header.timestamp)
    }

    /// Most gas that a call gets.
    pub(crate) fn gas_cap(&self) -> u64 {
        self.chain.config().tx_gas_limit
    }
}

fn pruned(number: u64, latest: u64) -> ErrorObjectOwned {
    refused(format!("state of block {number} is not available: only that of block {latest} is"))
}

fn fees(chain: &Chain) -> Fees {
    let config = chain.config();
    Fees { base_fee: config.base_fee, gas_limit: config.block_gas_limit }
}
