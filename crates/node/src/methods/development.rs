//! What only a development node offers, under the names that tools know it by.

use alloy_primitives::Bytes;
use serde_json::{Value, json};

use super::Table;
use crate::args::{Args, At};
use crate::dump::{Dump, dump};
use crate::error::{Answer, refused};
use crate::json::hex;
use crate::node::Node;

pub(super) const METHODS: Table = &[
    ("evm_snapshot", snapshot),
    ("anvil_snapshot", snapshot),
    ("evm_revert", revert),
    ("anvil_revert", revert),
    ("anvil_setBalance", set_balance),
    ("hardhat_setBalance", set_balance),
    ("anvil_setCode", set_code),
    ("hardhat_setCode", set_code),
    ("anvil_setNonce", set_nonce),
    ("evm_setAccountNonce", set_nonce),
    ("hardhat_setNonce", set_nonce),
    ("anvil_setStorageAt", set_storage),
    ("hardhat_setStorageAt", set_storage),
    ("anvil_impersonateAccount", impersonate),
    ("hardhat_impersonateAccount", impersonate),
    ("anvil_stopImpersonatingAccount", stop_impersonating),
    ("hardhat_stopImpersonatingAccount", stop_impersonating),
    ("anvil_autoImpersonateAccount", |node, args| {
        node.impersonates_all = args.flag(0)?;
        Ok(Value::Null)
    }),
    ("anvil_addBalance", |node, args| {
        let (account, wei) = (args.address(0)?, args.word(1)?);
        node.chain.fund(account, wei);
        Ok(Value::Null)
    }),
    ("anvil_dumpState", |node, _| {
        Ok(Bytes::from(dump(&node.chain).to_string().into_bytes()).to_string().into())
    }),
    ("anvil_loadState", load),
    ("hardhat_loadState", load),
    ("anvil_reset", reset),
    ("hardhat_reset", reset),
    ("anvil_nodeInfo", |node, _| Ok(info(node))),
    ("anvil_metadata", |node, _| Ok(metadata(node))),
    ("hardhat_metadata", |node, _| Ok(metadata(node))),
    ("anvil_setLoggingEnabled", |_, _| Ok(Value::Null)),
    ("hardhat_setLoggingEnabled", |_, _| Ok(Value::Null)),
];

/// Takes over a state that `anvil_dumpState` returned, or such a state as a JSON object.
fn load(node: &mut Node, args: &Args) -> Answer {
    let state = args.required(0)?;
    let dump = match state.is_object() {
        true => Dump::new(state)?,
        false => Dump::parse(&args.bytes(0)?)?,
    };
    node.load(&dump);
    Ok(true.into())
}

fn reset(node: &mut Node, args: &Args) -> Answer {
    let forking = args.optional(0).and_then(|options| options.get("forking"));
    if forking.is_some_and(|value| !value.is_null()) {
        return Err(refused("the node cannot fork another chain"));
    }
    node.reset();
    Ok(Value::Null)
}

fn info(node: &Node) -> Value {
    let (config, latest) = (node.chain.config(), node.store.block(At::Latest));
    json!({
        "currentBlockNumber": hex(node.store.latest()),
        "currentBlockTimestamp": node.latest_time(),
        "currentBlockHash": latest.map(|block| block.hash.to_string()),
        "hardFork": format!("arbos{}", node.chain.params().arbos),
        "transactionOrder": "fifo",
        "environment": {
            "baseFee": hex(config.base_fee),
            "chainId": config.chain_id,
            "gasLimit": hex(config.block_gas_limit),
            "gasPrice": hex(config.base_fee),
        },
        "forkConfig": {},
    })
}

fn metadata(node: &Node) -> Value {
    let latest = node.store.block(At::Latest);
    json!({
        "clientVersion": crate::CLIENT_VERSION,
        "chainId": node.chain.config().chain_id,
        "latestBlockNumber": node.store.latest(),
        "latestBlockHash": latest.map(|block| block.hash.to_string()),
        "snapshots": {},
    })
}

fn snapshot(node: &mut Node, _: &Args) -> Answer {
    node.snapshot().map(hex)
}

fn revert(node: &mut Node, args: &Args) -> Answer {
    Ok(node.revert(args.quantity(0)?).into())
}

fn set_balance(node: &mut Node, args: &Args) -> Answer {
    node.chain.set_balance(args.address(0)?, args.word(1)?);
    Ok(Value::Null)
}

fn set_code(node: &mut Node, args: &Args) -> Answer {
    node.chain.set_code(args.address(0)?, args.bytes(1)?);
    Ok(Value::Null)
}

fn set_nonce(node: &mut Node, args: &Args) -> Answer {
    node.chain.set_nonce(args.address(0)?, args.quantity(1)?);
    node.pool.forget_old(|account| node.chain.nonce(account));
    Ok(Value::Null)
}

fn set_storage(node: &mut Node, args: &Args) -> Answer {
    node.chain.set_storage(args.address(0)?, args.word(1)?, args.word(2)?);
    Ok(true.into())
}

fn impersonate(node: &mut Node, args: &Args) -> Answer {
    node.impersonated.insert(args.address(0)?);
    Ok(Value::Null)
}

fn stop_impersonating(node: &mut Node, args: &Args) -> Answer {
    node.impersonated.remove(&args.address(0)?);
    Ok(Value::Null)
}
