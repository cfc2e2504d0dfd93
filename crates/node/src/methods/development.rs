//! What only a development node offers, under the names that tools know it by.

use serde_json::Value;

use super::Table;
use crate::args::Args;
use crate::error::{Answer, invalid, too_much};
use crate::json::hex;
use crate::node::Node;

pub(super) const METHODS: Table = &[
    ("evm_snapshot", snapshot),
    ("anvil_snapshot", snapshot),
    ("evm_revert", revert),
    ("anvil_revert", revert),
    ("evm_mine", mine),
    ("anvil_mine", mine_many),
    ("hardhat_mine", mine_many),
    ("evm_increaseTime", increase_time),
    ("anvil_increaseTime", increase_time),
    ("evm_setNextBlockTimestamp", set_time),
    ("anvil_setNextBlockTimestamp", set_time),
    ("anvil_setBalance", set_balance),
    ("hardhat_setBalance", set_balance),
    ("anvil_setCode", set_code),
    ("hardhat_setCode", set_code),
    ("anvil_setNonce", set_nonce),
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
    ("evm_setAutomine", |_, args| match args.flag(0)? {
        true => Ok(true.into()),
        false => Err(invalid("each transaction closes its block")),
    }),
    ("anvil_getAutomine", |_, _| Ok(true.into())),
];

/// Latest time that can be set, in seconds since the epoch: some 35,000 years from it.
const LATEST: u64 = 1 << 40;

fn snapshot(node: &mut Node, _: &Args) -> Answer {
    node.snapshot().map(hex)
}

fn revert(node: &mut Node, args: &Args) -> Answer {
    Ok(node.revert(args.quantity(0)?).into())
}

/// Closes a block, at a time if there is one.
fn mine(node: &mut Node, args: &Args) -> Answer {
    if args.optional(0).is_some_and(|value| !value.is_object()) {
        set_time(node, args)?;
    }
    node.close(None);
    Ok("0x0".into())
}

/// Closes a number of blocks, with seconds between them if there is such a number.
fn mine_many(node: &mut Node, args: &Args) -> Answer {
    let count = args.optional(0).map_or(Ok(1), crate::args::quantity)?;
    let interval = args.optional(1).map(crate::args::quantity).transpose()?;
    if count > node.limits.mined {
        return Err(too_much(format!("more than {} blocks at once", node.limits.mined)));
    }
    for index in 0..count {
        let latest = node.latest_time();
        if let Some(interval) = interval.filter(|_| index > 0) {
            node.set_time(later(latest, interval)?);
        }
        node.close(None);
    }
    Ok(Value::Null)
}

fn increase_time(node: &mut Node, args: &Args) -> Answer {
    let secs = args.quantity(0)?;
    node.set_time(later(node.chain.block().timestamp, secs)?);
    Ok(secs.into())
}

fn set_time(node: &mut Node, args: &Args) -> Answer {
    let (timestamp, latest) = (args.quantity(0)?, node.latest_time());
    if timestamp < latest {
        return Err(invalid(format!("time {timestamp} is before the latest block's, {latest}")));
    }
    node.set_time(later(timestamp, 0)?);
    Ok(Value::Null)
}

/// A time that leaves room for those after it.
fn later(timestamp: u64, secs: u64) -> Answer<u64> {
    let sum = timestamp.checked_add(secs).filter(|sum| *sum <= LATEST);
    sum.ok_or_else(|| invalid("time is too far in the future"))
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
