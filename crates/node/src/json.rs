//! Blocks, transactions, receipts and logs as JSON.

use std::fmt::LowerHex;

use alloy_consensus::{Transaction, TxEnvelope, Typed2718};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Log};
use serde_json::{Value, json};

use crate::store::{Block, Entry};

/// A number as Ethereum writes it.
pub(crate) fn hex(number: impl LowerHex) -> Value {
    Value::String(format!("{number:#x}"))
}

/// A header, as `newHeads` sends it.
pub(crate) fn header(block: &Block) -> Value {
    let header = &block.header;
    json!({
        "number": hex(header.number),
        "hash": block.hash.to_string(),
        "parentHash": header.parent_hash.to_string(),
        "sha3Uncles": header.ommers_hash.to_string(),
        "miner": header.beneficiary.to_string(),
        "stateRoot": header.state_root.to_string(),
        "transactionsRoot": header.transactions_root.to_string(),
        "receiptsRoot": header.receipts_root.to_string(),
        "logsBloom": header.logs_bloom.to_string(),
        "difficulty": hex(header.difficulty),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": header.extra_data.to_string(),
        "mixHash": header.mix_hash.to_string(),
        "nonce": header.nonce.to_string(),
        "baseFeePerGas": hex(header.base_fee_per_gas.unwrap_or_default()),
        "l1BlockNumber": hex(block.l1_block),
        "sendCount": "0x0",
        "sendRoot": B256::ZERO.to_string(),
    })
}

/// A block with its transactions, or with their hashes.
pub(crate) fn block(block: &Block, full: bool) -> Value {
    let transactions: Vec<Value> = block
        .entries
        .iter()
        .map(|entry| match full {
            true => transaction(block, entry),
            false => entry.hash().to_string().into(),
        })
        .collect();
    let mut value = header(block);
    value["transactions"] = transactions.into();
    value["uncles"] = json!([]);
    value["size"] = hex(block.header.size());
    value["totalDifficulty"] = hex(block.header.number.saturating_add(1));
    value
}

/// A transaction in its block.
pub(crate) fn transaction(block: &Block, entry: &Entry) -> Value {
    let mut value = waiting(&entry.envelope, entry.from);
    value["blockHash"] = block.hash.to_string().into();
    value["blockNumber"] = hex(block.header.number);
    value["transactionIndex"] = hex(entry.index);
    if entry.envelope.is_dynamic_fee() {
        // Nobody pays more than the base fee.
        value["gasPrice"] = hex(entry.price);
    }
    value
}

/// A transaction without a block.
pub(crate) fn waiting(tx: &TxEnvelope, from: Address) -> Value {
    let signature = tx.signature();
    let mut value = json!({
        "hash": tx.tx_hash().to_string(),
        "type": hex(tx.ty()),
        "nonce": hex(tx.nonce()),
        "blockHash": null,
        "blockNumber": null,
        "transactionIndex": null,
        "from": from.to_string(),
        "to": tx.to().map(|to| to.to_string()),
        "value": hex(tx.value()),
        "gas": hex(tx.gas_limit()),
        "gasPrice": hex(tx.max_fee_per_gas()),
        "input": tx.input().to_string(),
        "r": hex(signature.r()),
        "s": hex(signature.s()),
    });
    let parity = u64::from(signature.v());
    value["chainId"] = tx.chain_id().map_or(Value::Null, hex);
    if let TxEnvelope::Legacy(_) = tx {
        let base = tx.chain_id().map_or(27, |id| id.saturating_mul(2).saturating_add(35));
        value["v"] = hex(base.saturating_add(parity));
        return value;
    }
    value["v"] = hex(parity);
    value["yParity"] = hex(parity);
    value["accessList"] = tx.access_list().map_or_else(|| json!([]), access_list);
    if let Some(tip) = tx.max_priority_fee_per_gas() {
        value["maxFeePerGas"] = hex(tx.max_fee_per_gas());
        value["maxPriorityFeePerGas"] = hex(tip);
    }
    if let Some(authorizations) = tx.authorization_list() {
        let list = authorizations.iter().map(|signed| {
            json!({
                "chainId": hex(signed.chain_id),
                "address": signed.address.to_string(),
                "nonce": hex(signed.nonce),
                "yParity": hex(signed.y_parity()),
                "r": hex(signed.r()),
                "s": hex(signed.s()),
            })
        });
        value["authorizationList"] = list.collect();
    }
    value
}

/// An access list.
pub(crate) fn access_list(list: &AccessList) -> Value {
    let items = list.0.iter().map(|item| {
        let keys: Vec<_> = item.storage_keys.iter().map(ToString::to_string).collect();
        json!({ "address": item.address.to_string(), "storageKeys": keys })
    });
    items.collect()
}

/// A receipt, with Arbitrum's additions.
pub(crate) fn receipt(block: &Block, entry: &Entry) -> Value {
    let logs: Vec<Value> = entry_logs(block, entry).map(|(_, log)| log).collect();
    json!({
        "transactionHash": entry.hash().to_string(),
        "transactionIndex": hex(entry.index),
        "blockHash": block.hash.to_string(),
        "blockNumber": hex(block.header.number),
        "from": entry.from.to_string(),
        "to": entry.envelope.to().map(|to| to.to_string()),
        "type": hex(entry.envelope.ty()),
        "status": hex(u64::from(entry.success)),
        "gasUsed": hex(entry.gas_used),
        "cumulativeGasUsed": hex(entry.cumulative_gas),
        "effectiveGasPrice": hex(entry.price),
        "contractAddress": entry.contract.map(|address| address.to_string()),
        "logs": logs,
        "logsBloom": entry.bloom().to_string(),
        "gasUsedForL1": "0x0",
        "l1BlockNumber": hex(block.l1_block),
        "timeboosted": false,
    })
}

/// Logs of a block, beside themselves as JSON.
pub(crate) fn logs(block: &Block) -> impl Iterator<Item = (&Log, Value)> {
    block.entries.iter().flat_map(move |entry| entry_logs(block, entry))
}

fn entry_logs<'a>(
    block: &'a Block,
    entry: &'a Entry,
) -> impl Iterator<Item = (&'a Log, Value)> + 'a {
    (entry.first_log..).zip(&entry.logs).map(move |(index, log)| {
        let topics: Vec<_> = log.data.topics().iter().map(ToString::to_string).collect();
        let value = json!({
            "address": log.address.to_string(),
            "topics": topics,
            "data": log.data.data.to_string(),
            "blockHash": block.hash.to_string(),
            "blockNumber": hex(block.header.number),
            "blockTimestamp": hex(block.header.timestamp),
            "transactionHash": entry.hash().to_string(),
            "transactionIndex": hex(entry.index),
            "logIndex": hex(index),
            "removed": false,
        });
        (log, value)
    })
}
