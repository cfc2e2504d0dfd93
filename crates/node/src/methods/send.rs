//! Transactions that change the chain.

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::{SignerRecoverable, Transaction};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::Address;

use super::Table;
use super::calls::estimate;
use crate::accounts::sign;
use crate::args::Args;
use crate::error::{Answer, invalid, refused};
use crate::node::Node;
use crate::request::Request;

pub(super) const METHODS: Table =
    &[("eth_sendRawTransaction", send_raw), ("eth_sendTransaction", send)];

fn send_raw(node: &mut Node, args: &Args) -> Answer {
    let raw = args.bytes(0)?;
    let (envelope, from) = decode(&raw)?;
    check(node, &envelope)?;
    Ok(node.submit(envelope, from)?.to_string().into())
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
    match envelope {
        TxEnvelope::Legacy(_) | TxEnvelope::Eip2930(_) | TxEnvelope::Eip1559(_) => {}
        _ => return Err(refused("transaction type not supported")),
    }
    let chain_id = node.chain.config().chain_id;
    if let Some(given) = envelope.chain_id().filter(|given| *given != chain_id) {
        return Err(refused(format!("invalid chain id for signer: have {given} want {chain_id}")));
    }
    let tip = envelope.max_priority_fee_per_gas().unwrap_or(0);
    if tip > envelope.max_fee_per_gas() {
        return Err(refused("max priority fee per gas higher than max fee per gas"));
    }
    match node.store.with_tx(*envelope.tx_hash()) {
        Some(_) => Err(refused("already known")),
        None => Ok(()),
    }
}

fn send(node: &mut Node, args: &Args) -> Answer {
    let request = Request::new(args.required(0)?, node.chain.config().chain_id)?;
    let from = request.from;
    if !node.sends_for(from) {
        return Err(refused(format!("unknown account {from}: neither a key nor impersonated")));
    }
    let gas = match request.gas {
        Some(gas) => gas,
        None => estimate(node, &request)?,
    };
    let envelope = sign(request.typed(gas, &node.chain), from);
    check(node, &envelope)?;
    Ok(node.submit(envelope, from)?.to_string().into())
}
