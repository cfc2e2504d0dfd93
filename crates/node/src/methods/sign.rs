//! Signatures of the node's own accounts.

use alloy_primitives::{Address, B256, Bytes, eip191_hash_message};
use serde_json::Value;

use super::Table;
use crate::accounts::sign_hash;
use crate::args::Args;
use crate::error::{Answer, invalid, refused};
use crate::typed_data;

pub(super) const METHODS: Table = &[
    ("eth_sign", |_, args| message(args.address(0)?, &args.bytes(1)?)),
    // The same with its parameters the other way round.
    ("personal_sign", |_, args| message(args.address(1)?, &args.bytes(0)?)),
    ("eth_signTypedData", |_, args| typed(args)),
    ("eth_signTypedData_v4", |_, args| typed(args)),
];

/// Signs a message with Ethereum's prefix (EIP-191).
fn message(account: Address, message: &[u8]) -> Answer {
    signature(account, eip191_hash_message(message))
}

/// Signs structured data (EIP-712), which comes as an object or as its text.
fn typed(args: &Args) -> Answer {
    let data = args.required(1)?;
    let parsed = data.as_str().map(serde_json::from_str::<Value>).transpose();
    let parsed = parsed.map_err(|error| invalid(format!("typed data are no JSON: {error}")))?;
    signature(args.address(0)?, typed_data::hash(parsed.as_ref().unwrap_or(data))?)
}

fn signature(account: Address, hash: B256) -> Answer {
    let signature = sign_hash(account, hash);
    let signature = signature.ok_or_else(|| refused(format!("account {account} has no key")))?;
    Ok(Bytes::from(signature.as_bytes().to_vec()).to_string().into())
}
