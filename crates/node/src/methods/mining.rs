//! When blocks are closed, what their time is, and what waits for them.

use alloy_consensus::transaction::Transaction;
use serde_json::{Map, Value, json};

use super::Table;
use crate::args::{self, Args, short};
use crate::error::{Answer, invalid, refused, too_much};
use crate::json::{hex, waiting};
use crate::node::Node;
use crate::pool::Waiting;

pub(super) const METHODS: Table = &[
    ("evm_mine", mine),
    ("anvil_mine", mine_many),
    ("hardhat_mine", mine_many),
    ("evm_increaseTime", increase_time),
    ("anvil_increaseTime", increase_time),
    ("evm_setNextBlockTimestamp", set_time),
    ("anvil_setNextBlockTimestamp", set_time),
    ("evm_setTime", set_time),
    ("anvil_setTime", set_time),
    ("anvil_setBlockTimestampInterval", |node, args| {
        set_block_secs(node, args.quantity(0)?)?;
        Ok(Value::Null)
    }),
    ("anvil_removeBlockTimestampInterval", |node, _| {
        set_block_secs(node, crate::Config::default().block_secs)?;
        Ok(true.into())
    }),
    ("evm_setAutomine", set_auto_mine),
    ("anvil_setAutomine", set_auto_mine),
    ("anvil_getAutomine", |node, _| Ok(node.auto_mine.into())),
    ("hardhat_getAutomine", |node, _| Ok(node.auto_mine.into())),
    ("evm_setIntervalMining", set_interval),
    ("anvil_setIntervalMining", set_interval),
    ("anvil_getIntervalMining", |node, _| Ok(json!(*node.interval.borrow()))),
    ("anvil_setNextBlockBaseFeePerGas", set_base_fee),
    ("hardhat_setNextBlockBaseFeePerGas", set_base_fee),
    ("anvil_setMinGasPrice", set_base_fee),
    ("txpool_status", |node, _| {
        let (pending, queued): (Vec<_>, Vec<_>) = node.pool.all().partition(|tx| is_next(node, tx));
        Ok(json!({ "pending": hex(pending.len()), "queued": hex(queued.len()) }))
    }),
    ("txpool_content", |node, _| Ok(pool(node, |tx| waiting(&tx.envelope, tx.from)))),
    ("txpool_contentFrom", |node, args| {
        let from = args.address(0)?.to_string();
        let mut all = pool(node, |tx| waiting(&tx.envelope, tx.from));
        let mut of = |kind: &str| all[kind].get_mut(&from).map_or_else(|| json!({}), Value::take);
        Ok(json!({ "pending": of("pending"), "queued": of("queued") }))
    }),
    ("txpool_inspect", |node, _| Ok(pool(node, summary))),
    ("eth_pendingTransactions", |node, _| {
        Ok(node.pool.all().map(|tx| waiting(&tx.envelope, tx.from)).collect())
    }),
    ("anvil_dropTransaction", drop_tx),
    ("hardhat_dropTransaction", drop_tx),
    ("anvil_dropAllTransactions", |node, _| {
        node.pool.clear(None);
        Ok(Value::Null)
    }),
    ("anvil_removePoolTransactions", |node, args| {
        node.pool.clear(Some(args.address(0)?));
        Ok(Value::Null)
    }),
];

/// Latest time that can be set, in seconds since the epoch: some 35,000 years from it.
const LATEST: u64 = 1 << 40;

/// Closes a block, or as many as asked for, the first at a time if there is one.
fn mine(node: &mut Node, args: &Args) -> Answer {
    let Some(options) = args.optional(0).and_then(Value::as_object) else {
        if let Some(timestamp) = args.optional(0) {
            move_to(node, args::quantity(timestamp)?)?;
        }
        node.mine();
        return Ok("0x0".into());
    };
    let fields = crate::request::Fields(options);
    let blocks = fields.get("blocks", args::quantity)?.unwrap_or(1);
    check_count(node, blocks)?;
    if let Some(timestamp) = fields.get("timestamp", args::quantity)? {
        move_to(node, timestamp)?;
    }
    for _ in 0..blocks {
        node.mine();
    }
    Ok("0x0".into())
}

/// Closes a number of blocks, with seconds between them if there is such a number.
fn mine_many(node: &mut Node, args: &Args) -> Answer {
    let count = args.optional(0).map_or(Ok(1), args::quantity)?;
    let interval = args.optional(1).map(args::quantity).transpose()?;
    check_count(node, count)?;
    for index in 0..count {
        let latest = node.latest_time();
        if let Some(interval) = interval.filter(|_| index > 0) {
            node.set_time(later(latest, interval)?);
        }
        node.mine();
    }
    Ok(Value::Null)
}

fn check_count(node: &Node, blocks: u64) -> Answer<()> {
    match blocks > node.limits.mined {
        true => Err(too_much(format!("more than {} blocks at once", node.limits.mined))),
        false => Ok(()),
    }
}

fn increase_time(node: &mut Node, args: &Args) -> Answer {
    let secs = args.quantity(0)?;
    node.set_time(later(node.chain.block().timestamp, secs)?);
    Ok(secs.into())
}

/// Sets the seconds between blocks, the next one included.
fn set_block_secs(node: &mut Node, secs: u64) -> Answer<()> {
    let next = later(node.latest_time(), secs)?;
    node.block_secs = secs;
    node.set_time(next);
    Ok(())
}

fn set_time(node: &mut Node, args: &Args) -> Answer {
    move_to(node, args.quantity(0)?)?;
    Ok(Value::Null)
}

fn move_to(node: &mut Node, timestamp: u64) -> Answer<()> {
    let latest = node.latest_time();
    if timestamp < latest {
        return Err(invalid(format!("time {timestamp} is before the latest block's, {latest}")));
    }
    node.set_time(later(timestamp, 0)?);
    Ok(())
}

/// A time that leaves room for those after it.
fn later(timestamp: u64, secs: u64) -> Answer<u64> {
    let sum = timestamp.checked_add(secs).filter(|sum| *sum <= LATEST);
    sum.ok_or_else(|| invalid("time is too far in the future"))
}

/// Automatic mining executes at once what waited for a block.
fn set_auto_mine(node: &mut Node, args: &Args) -> Answer {
    node.auto_mine = args.flag(0)?;
    if node.auto_mine {
        node.interval.send_replace(None);
        node.execute_ready(alloy_primitives::B256::ZERO)?;
    }
    Ok(true.into())
}

/// Seconds between blocks by the machine's clock; 0 ends that.
fn set_interval(node: &mut Node, args: &Args) -> Answer {
    let secs = args.quantity(0)?;
    if secs > 0 {
        set_block_secs(node, secs)?;
        node.auto_mine = false;
    }
    node.interval.send_replace(Some(secs).filter(|secs| *secs > 0));
    Ok(true.into())
}

fn set_base_fee(node: &mut Node, args: &Args) -> Answer {
    node.chain.set_base_fee(args.quantity(0)?);
    Ok(Value::Null)
}

fn drop_tx(node: &mut Node, args: &Args) -> Answer {
    let hash = args.hash(0)?;
    match node.pool.drop_tx(hash) {
        true => Ok(hash.to_string().into()),
        false => Err(refused(format!("no transaction {} waits", short(&hash.to_string())))),
    }
}

/// Whether no transaction is missing before this one.
fn is_next(node: &Node, tx: &Waiting) -> bool {
    tx.envelope.nonce() < node.pending_nonce(tx.from)
}

/// What waits, by what it waits for, sender and nonce.
fn pool(node: &Node, show: impl Fn(&Waiting) -> Value) -> Value {
    let mut kinds = [Map::new(), Map::new()];
    for tx in node.pool.all() {
        let kind = &mut kinds[usize::from(!is_next(node, tx))];
        let sender = kind.entry(tx.from.to_string()).or_insert_with(|| json!({}));
        sender[tx.envelope.nonce().to_string()] = show(tx);
    }
    let [pending, queued] = kinds;
    json!({ "pending": pending, "queued": queued })
}

fn summary(tx: &Waiting) -> Value {
    let to = tx.envelope.to().map_or_else(|| "contract creation".into(), |to| to.to_string());
    let (value, gas) = (tx.envelope.value(), tx.envelope.gas_limit());
    format!("{to}: {value} wei + {gas} gas × {} wei", tx.envelope.max_fee_per_gas()).into()
}
