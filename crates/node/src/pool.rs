//! Transactions that wait for their block.

use std::collections::{BTreeMap, HashMap};

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::Transaction;
use alloy_primitives::{Address, B256};
use plimsoll_devnet::Chain;

use crate::error::{Answer, refused};

/// Percent by which a replacement has to pay more, as in geth.
const BUMP: u128 = 10;

/// A transaction that was not executed yet.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub envelope: TxEnvelope,
    pub from: Address,
    /// Which of the node's transactions it was: the order of blocks, as a sequencer keeps it.
    order: u64,
}

/// At most one transaction for each sender and nonce.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    senders: BTreeMap<Address, BTreeMap<u64, Waiting>>,
    by_hash: HashMap<B256, (Address, u64)>,
    arrived: u64,
}

impl Pool {
    /// Adds a transaction, or puts it in the place of one that pays less.
    pub(crate) fn add(&mut self, envelope: TxEnvelope, from: Address, most: usize) -> Answer<()> {
        let (hash, nonce) = (*envelope.tx_hash(), envelope.nonce());
        if self.by_hash.contains_key(&hash) {
            return Err(refused("already known"));
        }
        let old = self.senders.get(&from).and_then(|waiting| waiting.get(&nonce));
        match old {
            Some(old) if !outbids(&envelope, &old.envelope) => {
                return Err(refused("replacement transaction underpriced"));
            }
            Some(old) => drop(self.by_hash.remove(old.envelope.tx_hash())),
            None if self.by_hash.len() >= most => return Err(refused("txpool is full")),
            None => {}
        }
        self.arrived += 1;
        let waiting = Waiting { envelope, from, order: self.arrived };
        self.senders.entry(from).or_default().insert(nonce, waiting);
        self.by_hash.insert(hash, (from, nonce));
        Ok(())
    }

    pub(crate) fn get(&self, hash: B256) -> Option<&Waiting> {
        let (from, nonce) = self.by_hash.get(&hash)?;
        self.senders.get(from)?.get(nonce)
    }

    pub(crate) fn take(&mut self, from: Address, nonce: u64) -> Option<Waiting> {
        let waiting = self.senders.get_mut(&from)?;
        let taken = waiting.remove(&nonce)?;
        if waiting.is_empty() {
            self.senders.remove(&from);
        }
        self.by_hash.remove(taken.envelope.tx_hash());
        Some(taken)
    }

    pub(crate) fn drop_tx(&mut self, hash: B256) -> bool {
        let found = self.by_hash.get(&hash).copied();
        found.is_some_and(|(from, nonce)| self.take(from, nonce).is_some())
    }

    /// Drops what one sender, or everyone, has waiting.
    pub(crate) fn clear(&mut self, sender: Option<Address>) {
        let keeps = |from: &Address| sender.is_some_and(|sender| sender != *from);
        self.senders.retain(|from, _| keeps(from));
        self.by_hash.retain(|_, (from, _)| keeps(from));
    }

    /// Sender and nonce of the transaction that is next, among those whose turn it is.
    pub(crate) fn next(&self, nonce: impl Fn(Address) -> u64) -> Option<(Address, u64)> {
        let ready = self.senders.iter().filter_map(|(from, waiting)| {
            let nonce = nonce(*from);
            waiting.get(&nonce).map(|waiting| (waiting.order, *from, nonce))
        });
        ready.min().map(|(_, from, nonce)| (from, nonce))
    }

    /// Takes the transaction that is next on this chain.
    pub(crate) fn take_next(&mut self, chain: &Chain) -> Option<Waiting> {
        let (from, nonce) = self.next(|account| chain.nonce(account))?;
        self.take(from, nonce)
    }

    /// Nonce after those that follow on `nonce` without a gap.
    pub(crate) fn nonce_after(&self, from: Address, nonce: u64) -> u64 {
        let waiting = self.senders.get(&from);
        let taken = |nonce: &u64| waiting.is_some_and(|waiting| waiting.contains_key(nonce));
        (nonce..).find(|nonce| !taken(nonce)).unwrap_or(u64::MAX)
    }

    /// Drops what the state has moved past.
    pub(crate) fn forget_old(&mut self, nonce: impl Fn(Address) -> u64) {
        let old = self.senders.iter().flat_map(|(from, waiting)| {
            let next = nonce(*from);
            waiting.keys().filter(move |nonce| **nonce < next).map(|nonce| (*from, *nonce))
        });
        for (from, nonce) in old.collect::<Vec<_>>() {
            self.take(from, nonce);
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Waiting> {
        self.senders.values().flat_map(BTreeMap::values)
    }
}

/// Whether a transaction pays enough more than the one it replaces.
fn outbids(new: &TxEnvelope, old: &TxEnvelope) -> bool {
    let least = |fee: u128| fee.saturating_add(fee.saturating_mul(BUMP).div_ceil(100));
    let tip =
        |tx: &TxEnvelope| tx.max_priority_fee_per_gas().unwrap_or_else(|| tx.max_fee_per_gas());
    new.max_fee_per_gas() >= least(old.max_fee_per_gas()) && tip(new) >= least(tip(old))
}
