//! Transactions that change the chain.

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::{SignerRecoverable, Transaction};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, Bytes};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::json;

use super::Table;
use super::calls::estimate_next;
use crate::accounts::sign;
use crate::args::Args;
use crate::error::{Answer, invalid, refused};
use crate::json::{receipt, waiting};
use crate::node::Node;
use crate::request::Request;

pub(super) const METHODS: Table = &[
    ("eth_sendRawTransaction", send_raw),
    ("eth_sendRawTransactionSync", send_and_wait),
    ("eth_sendTransaction", send),
    ("eth_signTransaction", sign_transaction),
];

fn send_raw(node: &mut Node, args: &Args) -> Answer {
    let raw = args.bytes(0)?;
    let (envelope, from) = decode(&raw)?;
    check(node, &envelope)?;
    Ok(node.submit(envelope, from)?.to_string().into())
}

/// Sends and returns the receipt, which there is at once where transactions are executed at once.
fn send_and_wait(node: &mut Node, args: &Args) -> Answer {
    let hash = send_raw(node, args)?;
    let hash = crate::args::hash(&hash)?;
    match node.store.tx(hash) {
        Some((block, entry)) => Ok(receipt(block, entry)),
        None => Err(ErrorObjectOwned::owned(
            4,
            "transaction was added to the pool and waits for a block",
            Some(hash.to_string()),
        )),
    }
}

/// A transaction and who signed it.
fn decode(raw: &[u8]) -> Answer<(TxEnvelope, Address)> {
    let envelope = TxEnvelope::decode_2718_exact(raw)
        .map_err(|error| invalid(format!("failed to decode signed transaction: {error}")))?;
    let from = envelope.recover_signer().map_err(|_| refused("invalid signature"))?;
    Ok((envelope, from))
}

/// What the chain itself does not look at.
fn check(node: &Node, envelope: &TxEnvelope) -> Answer<()> {
    if let TxEnvelope::Eip4844(_) = envelope {
        return Err(refused("transaction type not supported: Arbitrum has no blobs"));
    }
    if envelope.authorization_list().is_some_and(<[_]>::is_empty) {
        return Err(refused("transaction with an empty authorization list"));
    }
    let chain_id = node.chain.config().chain_id;
    if let Some(given) = envelope.chain_id().filter(|given| *given != chain_id) {
        return Err(refused(format!("invalid chain id for signer: have {given} want {chain_id}")));
    }
    let tip = envelope.max_priority_fee_per_gas().unwrap_or(0);
    if tip > envelope.max_fee_per_gas() {
        return Err(refused("max priority fee per gas higher than max fee per gas"));
    }
    match node.store.tx(*envelope.tx_hash()) {
        Some(_) => Err(refused("already known")),
        None => Ok(()),
    }
}

fn send(node: &mut Node, args: &Args) -> Answer {
    let (envelope, from) = signed(node, args)?;
    check(node, &envelope)?;
    Ok(node.submit(envelope, from)?.to_string().into())
}

fn sign_transaction(node: &mut Node, args: &Args) -> Answer {
    let (envelope, _) = signed(node, args)?;
    let raw = Bytes::from(envelope.encoded_2718()).to_string();
    let from = envelope.recover_signer().map_err(|_| refused("account has no key"))?;
    Ok(json!({ "raw": raw, "tx": waiting(&envelope, from) }))
}

/// The request that the arguments begin with, completed and signed.
fn signed(node: &mut Node, args: &Args) -> Answer<(TxEnvelope, Address)> {
    let request = Request::new(args.required(0)?, node.chain.config().chain_id)?;
    let from = request.from;
    if !node.sends_for(from) {
        return Err(refused(format!("unknown account {from}: neither a key nor impersonated")));
    }
    let gas = match request.gas {
        Some(gas) => gas,
        None => estimate_next(node, &request)?,
    };
    let nonce = node.pending_nonce(from);
    Ok((sign(request.typed(gas, nonce, &node.chain), from), from))
}
