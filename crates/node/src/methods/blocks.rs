//! Blocks, transactions and receipts.

use serde_json::Value;

use super::Table;
use crate::args::{Args, At};
use crate::error::Answer;
use crate::json;
use crate::node::Node;
use crate::store::{Block, Entry};

pub(super) const METHODS: Table = &[
    ("eth_blockNumber", |node, _| Ok(json::hex(node.store.latest()))),
    ("eth_getBlockByNumber", |node, args| block(node, args.block(0)?, args.flag(1)?)),
    ("eth_getBlockByHash", |node, args| block(node, At::Hash(args.hash(0)?), args.flag(1)?)),
    ("eth_getHeaderByNumber", |node, args| {
        Ok(node.store.block(args.block(0)?).map_or(Value::Null, |block| json::header(block)))
    }),
    ("eth_getBlockReceipts", |node, args| {
        let Some(block) = node.store.block(args.block(0)?) else { return Ok(Value::Null) };
        Ok(block.entry.iter().map(|entry| json::receipt(block, entry)).collect())
    }),
    ("eth_getBlockTransactionCountByNumber", |node, args| Ok(count(node, args.block(0)?))),
    ("eth_getBlockTransactionCountByHash", |node, args| Ok(count(node, At::Hash(args.hash(0)?)))),
    ("eth_getTransactionByHash", |node, args| by_hash(node, args, json::transaction)),
    ("eth_getTransactionReceipt", |node, args| by_hash(node, args, json::receipt)),
    ("eth_getTransactionByBlockNumberAndIndex", |node, args| {
        by_index(node, args.block(0)?, args.quantity(1)?)
    }),
    ("eth_getTransactionByBlockHashAndIndex", |node, args| {
        by_index(node, At::Hash(args.hash(0)?), args.quantity(1)?)
    }),
];

fn block(node: &Node, at: At, full: bool) -> Answer {
    Ok(node.store.block(at).map_or(Value::Null, |block| json::block(block, full)))
}

fn count(node: &Node, at: At) -> Value {
    let block = node.store.block(at);
    block.map_or(Value::Null, |block| json::hex(u64::from(block.entry.is_some())))
}

fn by_hash(node: &Node, args: &Args, show: fn(&Block, &Entry) -> Value) -> Answer {
    let found = node.store.with_tx(args.hash(0)?);
    let shown = found.and_then(|block| Some(show(block, block.entry.as_ref()?)));
    Ok(shown.unwrap_or_default())
}

fn by_index(node: &Node, at: At, index: u64) -> Answer {
    let block = node.store.block(at).filter(|_| index == 0);
    let shown = block.and_then(|block| Some(json::transaction(block, block.entry.as_ref()?)));
    Ok(shown.unwrap_or_default())
}
