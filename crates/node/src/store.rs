//! Closed blocks with their transactions and receipts.

use std::collections::HashMap;
use std::sync::Arc;

use alloy_consensus::{
    EMPTY_ROOT_HASH, Header, ReceiptEnvelope, ReceiptWithBloom, TxEnvelope, proofs,
};
use alloy_primitives::{Address, B256, Bloom, U256, address, logs_bloom};
use plimsoll_devnet::{BlockInfo, Receipt};

use crate::args::At;

/// Address that Arbitrum's sequencer posts from.
const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");

/// A transaction that was executed.
pub(crate) struct Entry {
    pub envelope: TxEnvelope,
    pub from: Address,
    pub receipt: Receipt,
}

impl Entry {
    fn bloom(&self) -> Bloom {
        logs_bloom(&self.receipt.logs)
    }
}

/// A closed block. The node closes one after each transaction, so it has one or none.
pub(crate) struct Block {
    pub header: Header,
    pub hash: B256,
    pub l1_block: u64,
    pub entry: Option<Entry>,
}

impl Block {
    fn new(parent: B256, at: BlockInfo, fees: Fees, entry: Option<Entry>) -> Self {
        let mut header = Header {
            parent_hash: parent,
            beneficiary: SEQUENCER,
            // The chain keeps no tries: the root of the state is not a commitment to it.
            state_root: EMPTY_ROOT_HASH,
            difficulty: U256::from(1),
            number: at.l2_block,
            gas_limit: fees.gas_limit,
            timestamp: at.timestamp,
            mix_hash: mix(at.l1_block),
            base_fee_per_gas: Some(fees.base_fee),
            ..Header::default()
        };
        if let Some(entry) = &entry {
            let logs_bloom = entry.bloom();
            let receipt = alloy_consensus::Receipt {
                status: entry.receipt.status.is_success().into(),
                cumulative_gas_used: entry.receipt.gas_used,
                logs: entry.receipt.logs.clone(),
            };
            let receipt = ReceiptWithBloom { receipt, logs_bloom };
            let typed = ReceiptEnvelope::from_typed(entry.envelope.tx_type(), receipt);
            header.transactions_root =
                proofs::calculate_transaction_root(std::slice::from_ref(&entry.envelope));
            header.receipts_root = proofs::calculate_receipt_root(&[typed]);
            header.logs_bloom = logs_bloom;
            header.gas_used = entry.receipt.gas_used;
        }
        let hash = header.hash_slow();
        Self { header, hash, l1_block: at.l1_block, entry }
    }
}

/// What Nitro puts into the header's `mixHash`: sends, the parent chain's block, ArbOS's version.
fn mix(l1_block: u64) -> B256 {
    const ARBOS: u64 = 61;
    let mut mix = B256::ZERO;
    mix[8..16].copy_from_slice(&l1_block.to_be_bytes());
    mix[16..24].copy_from_slice(&ARBOS.to_be_bytes());
    mix
}

/// What blocks say about gas.
#[derive(Clone, Copy)]
pub(crate) struct Fees {
    pub base_fee: u64,
    pub gas_limit: u64,
}

/// Blocks from number 0, with what finds them.
pub(crate) struct Store {
    blocks: Vec<Arc<Block>>,
    by_hash: HashMap<B256, usize>,
    by_tx: HashMap<B256, usize>,
}

impl Store {
    /// Starts with block 0.
    pub(crate) fn new(at: BlockInfo, fees: Fees) -> Self {
        let mut store = Self { blocks: Vec::new(), by_hash: HashMap::new(), by_tx: HashMap::new() };
        store.push(at, fees, None);
        store
    }

    /// Closes a block. The caller hands them over in order.
    pub(crate) fn push(&mut self, at: BlockInfo, fees: Fees, entry: Option<Entry>) -> Arc<Block> {
        let parent = self.blocks.last().map_or(B256::ZERO, |block| block.hash);
        let block = Arc::new(Block::new(parent, at, fees, entry));
        let index = self.blocks.len();
        self.by_hash.insert(block.hash, index);
        if let Some(entry) = &block.entry {
            self.by_tx.insert(*entry.envelope.tx_hash(), index);
        }
        self.blocks.push(block.clone());
        block
    }

    /// Drops all blocks but the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.blocks.truncate(len.max(1));
        self.by_hash.retain(|_, index| *index < len);
        self.by_tx.retain(|_, index| *index < len);
    }

    pub(crate) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Number of the latest block.
    pub(crate) fn latest(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    pub(crate) fn block(&self, at: At) -> Option<&Arc<Block>> {
        match at {
            At::Latest => self.blocks.last(),
            At::Number(number) => self.blocks.get(usize::try_from(number).ok()?),
            At::Hash(hash) => self.blocks.get(*self.by_hash.get(&hash)?),
        }
    }

    /// The block of a transaction.
    pub(crate) fn with_tx(&self, hash: B256) -> Option<&Arc<Block>> {
        self.blocks.get(*self.by_tx.get(&hash)?)
    }

    /// Blocks from one number to another, both included, as far as they exist.
    pub(crate) fn range(&self, from: u64, to: u64) -> &[Arc<Block>] {
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).min(self.len());
        let (from, to) = (index(from), index(to.saturating_add(1)));
        self.blocks.get(from..to).unwrap_or_default()
    }
}
