//! Blocks, transactions and receipts.

use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Bloom, Bytes};
use serde_json::Value;

use super::Table;
use crate::args::At;
use crate::error::Answer;
use crate::json;
use crate::node::Node;

pub(super) const METHODS: Table = &[
    ("eth_blockNumber", |node, _| Ok(json::hex(node.store.latest()))),
    ("eth_getBlockByNumber", |node, args| block(node, args.block(0)?, args.flag(1)?)),
    ("eth_getBlockByHash", |node, args| block(node, At::Hash(args.hash(0)?), args.flag(1)?)),
    ("eth_getHeaderByNumber", |node, args| {
        Ok(node.store.closed(args.block(0)?).map_or(Value::Null, |block| json::header(block)))
    }),
    ("eth_getBlockReceipts", |node, args| {
        let Some(block) = node.store.closed(args.block(0)?) else { return Ok(Value::Null) };
        Ok(block.entries.iter().map(|entry| json::receipt(block, entry)).collect())
    }),
    ("eth_getBlockTransactionCountByNumber", |node, args| Ok(count(node, args.block(0)?))),
    ("eth_getBlockTransactionCountByHash", |node, args| Ok(count(node, At::Hash(args.hash(0)?)))),
    ("eth_getHeaderByHash", |node, args| {
        let block = node.store.block(At::Hash(args.hash(0)?));
        Ok(block.map_or(Value::Null, |block| json::header(block)))
    }),
    ("eth_getUncleCountByBlockNumber", |_, _| Ok(json::hex(0_u64))),
    ("eth_getUncleCountByBlockHash", |_, _| Ok(json::hex(0_u64))),
    ("eth_getTransactionByHash", |node, args| {
        let hash = args.hash(0)?;
        let found = node.store.tx(hash).map(|(block, entry)| json::transaction(block, entry));
        let waiting = || node.pool.get(hash).map(|tx| json::waiting(&tx.envelope, tx.from));
        Ok(found.or_else(waiting).unwrap_or_default())
    }),
    ("eth_getRawTransactionByHash", |node, args| {
        let hash = args.hash(0)?;
        let found = node.store.tx(hash).map(|(_, entry)| &entry.envelope);
        let found = found.or_else(|| node.pool.get(hash).map(|waiting| &waiting.envelope));
        Ok(found.map_or(Value::Null, |tx| Bytes::from(tx.encoded_2718()).to_string().into()))
    }),
    ("eth_getTransactionReceipt", |node, args| {
        let found = node.store.tx(args.hash(0)?);
        Ok(found.map_or(Value::Null, |(block, entry)| json::receipt(block, entry)))
    }),
    ("eth_getTransactionByBlockNumberAndIndex", |node, args| {
        by_index(node, args.block(0)?, args.quantity(1)?)
    }),
    ("eth_getTransactionByBlockHashAndIndex", |node, args| {
        by_index(node, At::Hash(args.hash(0)?), args.quantity(1)?)
    }),
];

fn block(node: &Node, at: At, full: bool) -> Answer {
    if at == At::Pending {
        return Ok(pending(node, full));
    }
    Ok(node.store.block(at).map_or(Value::Null, |block| json::block(block, full)))
}

/// The block that is open, with what waits for it. What only closing it tells is zero: null, which
/// geth says, is more than some clients understand.
fn pending(node: &Node, full: bool) -> Value {
    let (Some(latest), open) = (node.store.block(At::Latest), node.chain.block()) else {
        return Value::Null;
    };
    let mut value = json::block(latest, full);
    value["number"] = json::hex(open.l2_block);
    value["parentHash"] = latest.hash.to_string().into();
    value["timestamp"] = json::hex(open.timestamp);
    value["l1BlockNumber"] = json::hex(open.l1_block);
    value["baseFeePerGas"] = json::hex(node.chain.config().base_fee);
    value["gasUsed"] = json::hex(0_u64);
    value["logsBloom"] = Bloom::ZERO.to_string().into();
    for unknown in ["hash", "stateRoot", "transactionsRoot", "receiptsRoot", "mixHash"] {
        value[unknown] = B256::ZERO.to_string().into();
    }
    let waiting = node.pool.all().map(|tx| match full {
        true => json::waiting(&tx.envelope, tx.from),
        false => tx.envelope.tx_hash().to_string().into(),
    });
    value["transactions"] = waiting.collect();
    value
}

fn count(node: &Node, at: At) -> Value {
    if at == At::Pending {
        return json::hex(node.pool.all().count());
    }
    node.store.block(at).map_or(Value::Null, |block| json::hex(block.entries.len()))
}

fn by_index(node: &Node, at: At, index: u64) -> Answer {
    let block = node.store.closed(at);
    let shown = block.and_then(|block| {
        let entry = block.entries.get(usize::try_from(index).ok()?)?;
        Some(json::transaction(block, entry))
    });
    Ok(shown.unwrap_or_default())
}
