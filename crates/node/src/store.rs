//! Closed blocks with their transactions and receipts.

use std::collections::HashMap;
use std::sync::Arc;

use alloy_consensus::transaction::Transaction;
use alloy_consensus::{Header, ReceiptEnvelope, ReceiptWithBloom, TxEnvelope, proofs};
use alloy_primitives::{Address, B256, Bloom, Log, U256, address, logs_bloom};
use plimsoll_devnet::{BlockInfo, Receipt};

use crate::args::At;

/// Address that Arbitrum's sequencer posts from.
const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");

/// A transaction that was executed. Traces are made when they are asked for, by executing it again.
#[derive(Debug)]
pub(crate) struct Entry {
    pub envelope: TxEnvelope,
    pub from: Address,
    pub success: bool,
    pub gas_used: u64,
    /// Wei that it paid for a unit of gas.
    pub price: u64,
    pub logs: Vec<Log>,
    pub contract: Option<Address>,
    /// Position in the block.
    pub index: u64,
    /// Gas of the block up to and with this.
    pub cumulative_gas: u64,
    /// Logs of the block before this.
    pub first_log: u64,
}

impl Entry {
    /// An entry whose place in its block is not known yet.
    pub(crate) fn new(envelope: TxEnvelope, from: Address, price: u64, receipt: Receipt) -> Self {
        // Of a creation that failed the address is known all the same; Ethereum's receipts say it.
        let created = || from.create(envelope.nonce());
        Self {
            contract: envelope.to().is_none().then(created),
            envelope,
            from,
            success: receipt.status.is_success(),
            gas_used: receipt.gas_used,
            price,
            logs: receipt.logs,
            index: 0,
            cumulative_gas: 0,
            first_log: 0,
        }
    }

    pub(crate) fn hash(&self) -> B256 {
        *self.envelope.tx_hash()
    }

    pub(crate) fn bloom(&self) -> Bloom {
        logs_bloom(&self.logs)
    }
}

/// What a header says that no transaction does.
pub(crate) struct Sealed {
    pub at: BlockInfo,
    /// Release of ArbOS.
    pub arbos: u64,
    /// Price of gas before the first transaction, which may change it.
    pub base_fee: u64,
    pub gas_limit: u64,
    pub state_root: B256,
}

/// A closed block.
#[derive(Debug)]
pub(crate) struct Block {
    pub header: Header,
    pub hash: B256,
    pub l1_block: u64,
    pub entries: Vec<Entry>,
}

impl Block {
    fn new(parent: B256, sealed: &Sealed, mut entries: Vec<Entry>) -> Self {
        let (mut gas, mut logs) = (0, 0);
        for (index, entry) in (0..).zip(&mut entries) {
            gas += entry.gas_used;
            (entry.index, entry.cumulative_gas, entry.first_log) = (index, gas, logs);
            logs += entry.logs.len() as u64;
        }
        let receipts: Vec<ReceiptEnvelope> = entries.iter().map(receipt).collect();
        let envelopes: Vec<&TxEnvelope> = entries.iter().map(|entry| &entry.envelope).collect();
        let header = Header {
            parent_hash: parent,
            beneficiary: SEQUENCER,
            state_root: sealed.state_root,
            transactions_root: proofs::calculate_transaction_root(&envelopes),
            receipts_root: proofs::calculate_receipt_root(&receipts),
            logs_bloom: entries.iter().fold(Bloom::ZERO, |bloom, entry| bloom | entry.bloom()),
            difficulty: U256::from(1),
            number: sealed.at.l2_block,
            gas_limit: sealed.gas_limit,
            gas_used: gas,
            timestamp: sealed.at.timestamp,
            // Nitro puts the root of the messages to the parent chain here; there are none.
            extra_data: B256::ZERO.to_vec().into(),
            mix_hash: mix(sealed.at.l1_block, sealed.arbos),
            base_fee_per_gas: Some(sealed.base_fee),
            ..Header::default()
        };
        let hash = header.hash_slow();
        Self { header, hash, l1_block: sealed.at.l1_block, entries }
    }

    /// Where transactions of the block run.
    pub(crate) fn info(&self) -> BlockInfo {
        BlockInfo {
            l2_block: self.header.number,
            l1_block: self.l1_block,
            timestamp: self.header.timestamp,
        }
    }
}

fn receipt(entry: &Entry) -> ReceiptEnvelope {
    let receipt = alloy_consensus::Receipt {
        status: entry.success.into(),
        cumulative_gas_used: entry.cumulative_gas,
        logs: entry.logs.clone(),
    };
    let receipt = ReceiptWithBloom { receipt, logs_bloom: entry.bloom() };
    ReceiptEnvelope::from_typed(entry.envelope.tx_type(), receipt)
}

/// What Nitro puts into the header's `mixHash`: sends, the parent chain's block, ArbOS's version.
fn mix(l1_block: u64, arbos: u64) -> B256 {
    let mut mix = B256::ZERO;
    mix[8..16].copy_from_slice(&l1_block.to_be_bytes());
    mix[16..24].copy_from_slice(&arbos.to_be_bytes());
    mix
}

/// Blocks from number 0, with what finds them.
pub(crate) struct Store {
    blocks: Vec<Arc<Block>>,
    by_hash: HashMap<B256, usize>,
    /// Block and position in it.
    by_tx: HashMap<B256, (usize, usize)>,
}

impl Store {
    /// Starts with block 0.
    pub(crate) fn new(sealed: Sealed) -> Self {
        let mut store = Self { blocks: Vec::new(), by_hash: HashMap::new(), by_tx: HashMap::new() };
        store.push(sealed, Vec::new());
        store
    }

    /// Closes a block. The caller hands them over in order.
    pub(crate) fn push(&mut self, sealed: Sealed, entries: Vec<Entry>) -> Arc<Block> {
        let parent = self.blocks.last().map_or(B256::ZERO, |block| block.hash);
        let block = Arc::new(Block::new(parent, &sealed, entries));
        let index = self.blocks.len();
        self.by_hash.insert(block.hash, index);
        for (position, entry) in block.entries.iter().enumerate() {
            self.by_tx.insert(entry.hash(), (index, position));
        }
        self.blocks.push(block.clone());
        block
    }

    /// Drops all blocks but the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.blocks.truncate(len.max(1));
        self.by_hash.retain(|_, index| *index < len);
        self.by_tx.retain(|_, (index, _)| *index < len);
    }

    pub(crate) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Number of the latest block.
    pub(crate) fn latest(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    /// A closed block; the latest for the one that is open.
    pub(crate) fn block(&self, at: At) -> Option<&Arc<Block>> {
        match at {
            At::Latest | At::Pending => self.blocks.last(),
            At::Number(number) => self.blocks.get(usize::try_from(number).ok()?),
            At::Hash(hash) => self.blocks.get(*self.by_hash.get(&hash)?),
        }
    }

    /// A block that is closed.
    pub(crate) fn closed(&self, at: At) -> Option<&Arc<Block>> {
        self.block(at).filter(|_| at != At::Pending)
    }

    /// A transaction and its block.
    pub(crate) fn tx(&self, hash: B256) -> Option<(&Arc<Block>, &Entry)> {
        let (index, position) = self.by_tx.get(&hash)?;
        let block = self.blocks.get(*index)?;
        Some((block, block.entries.get(*position)?))
    }

    /// Blocks from one number to another, both included, as far as they exist.
    pub(crate) fn range(&self, from: u64, to: u64) -> &[Arc<Block>] {
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).min(self.len());
        let (from, to) = (index(from), index(to.saturating_add(1)));
        self.blocks.get(from..to).unwrap_or_default()
    }
}
