//! The chain itself, its fees and its accounts.

use alloy_primitives::{B256, keccak256};
use serde_json::{Value, json};

use super::Table;
use crate::accounts;
use crate::args::{Args, At};
use crate::error::{Answer, invalid, refused, too_much};
use crate::json::hex;
use crate::node::Node;
use crate::store::Block;

pub(super) const METHODS: Table = &[
    ("eth_chainId", |node, _| Ok(hex(node.chain.config().chain_id))),
    ("net_version", |node, _| Ok(node.chain.config().chain_id.to_string().into())),
    ("net_listening", |_, _| Ok(true.into())),
    ("web3_clientVersion", |_, _| Ok(crate::CLIENT_VERSION.into())),
    ("web3_sha3", |_, args| Ok(keccak256(args.bytes(0)?).to_string().into())),
    ("eth_syncing", |_, _| Ok(false.into())),
    ("eth_protocolVersion", |_, _| Ok(hex(68_u64))),
    ("net_peerCount", |_, _| Ok(hex(0_u64))),
    ("eth_hashrate", |_, _| Ok(hex(0_u64))),
    ("eth_blobBaseFee", |_, _| Err(refused("Arbitrum has no blobs"))),
    ("eth_mining", |_, _| Ok(false.into())),
    ("eth_accounts", |_, _| Ok(accounts::unlocked().map(|account| account.to_string()).collect())),
    ("eth_gasPrice", |node, _| Ok(hex(node.chain.config().base_fee))),
    ("eth_maxPriorityFeePerGas", |_, _| Ok(hex(0_u64))),
    ("eth_feeHistory", fee_history),
    ("eth_getBalance", |node, args| {
        let account = args.address(0)?;
        node.read(args.block(1)?, |state| hex(state.balance(account)))
    }),
    ("eth_getCode", |node, args| {
        let account = args.address(0)?;
        node.read(args.block(1)?, |state| state.code(account).to_string().into())
    }),
    ("eth_getStorageAt", |node, args| {
        let (account, slot) = (args.address(0)?, args.word(1)?);
        let word = node.read(args.block(2)?, |state| state.storage(account, slot))?;
        Ok(B256::from(word).to_string().into())
    }),
    ("eth_getTransactionCount", |node, args| {
        let account = args.address(0)?;
        match args.block(1)? {
            At::Pending => Ok(hex(node.pending_nonce(account))),
            at => node.read(at, |state| hex(state.nonce(account))),
        }
    }),
    ("eth_getProof", |node, args| {
        let slots = args.required(1)?.as_array().ok_or_else(|| invalid("expected an array"))?;
        if slots.len() > PROOF_SLOTS {
            return Err(too_much(format!("more than {PROOF_SLOTS} slots")));
        }
        let slots = slots.iter().map(|slot| crate::args::word(slot).map(B256::from));
        let slots = slots.collect::<Answer<Vec<_>>>()?;
        Ok(node.state(args.block(2)?)?.proof(args.address(0)?, &slots))
    }),
];

/// Most slots that are proved at once, as in geth.
const PROOF_SLOTS: usize = 1_024;
/// Most blocks that one fee history covers, as in geth.
const FEE_BLOCKS: u64 = 1_024;
/// Most percentiles that one fee history has, as in geth.
const PERCENTILES: usize = 100;

fn fee_history(node: &mut Node, args: &Args) -> Answer {
    let count = args.quantity(0)?.clamp(1, FEE_BLOCKS);
    let newest = match args.block(1)? {
        At::Hash(_) => return Err(invalid("a fee history ends with a block number")),
        at => node.store.block(at).ok_or_else(|| refused("request beyond head block"))?,
    };
    let newest = newest.header.number;
    let oldest = (newest + 1).saturating_sub(count);
    let blocks = node.store.range(oldest, newest);
    let base_fee = |block: &Block| hex(block.header.base_fee_per_gas.unwrap_or_default());
    let mut fees: Vec<Value> = blocks.iter().map(|block| base_fee(block)).collect();
    // The last one is the fee of the block after the newest.
    let after = node.store.block(At::Number(newest + 1));
    fees.push(after.map_or_else(|| hex(node.chain.config().base_fee), |block| base_fee(block)));
    let ratios: Vec<f64> = blocks
        .iter()
        .map(|block| block.header.gas_used as f64 / block.header.gas_limit.max(1) as f64)
        .collect();
    let mut history = json!({
        "oldestBlock": hex(oldest),
        "baseFeePerGas": fees,
        "gasUsedRatio": ratios,
    });
    if let Some(percentiles) = args.optional(2) {
        let percentiles = percentiles.as_array().ok_or_else(|| invalid("expected an array"))?;
        if percentiles.len() > PERCENTILES || !percentiles.iter().all(Value::is_number) {
            return Err(invalid("percentiles must be at most 100 numbers"));
        }
        // Tips do not exist.
        history["reward"] = vec![vec![hex(0_u64); percentiles.len()]; blocks.len()].into();
    }
    Ok(history)
}
