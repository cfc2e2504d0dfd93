//! Signed transactions of each type, and what is wrong with some.

use alloy_consensus::{
    SignableTransaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxEnvelope, TxLegacy,
    TypedTransaction,
};
use alloy_eips::eip2718::Encodable2718;
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_eips::eip7702::{Authorization, SignedAuthorization};
use alloy_primitives::{Address, B256, Signature, TxKind, U256, address, b256, hex};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig, number, word};

const CHAIN: u64 = 412_346;
/// Bob.
const TO: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");
const PRICE: u128 = 20_000_000;
/// Alice's key.
const KEY: B256 = b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

fn sign(tx: impl Into<TypedTransaction>) -> TxEnvelope {
    let tx = tx.into();
    let key = SigningKey::from_slice(KEY.as_slice()).expect("key");
    let signed = key.sign_prehash_recoverable(tx.signature_hash().as_slice()).expect("signature");
    tx.into_envelope(Signature::from(signed))
}

fn raw(tx: &TxEnvelope) -> Value {
    json!([hex::encode_prefixed(tx.encoded_2718())])
}

fn legacy(nonce: u64) -> TxLegacy {
    TxLegacy {
        chain_id: Some(CHAIN),
        nonce,
        gas_price: PRICE,
        gas_limit: 100_000,
        to: TxKind::Call(TO),
        value: U256::from(3),
        input: vec![1, 2].into(),
    }
}

fn dynamic(nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN,
        nonce,
        gas_limit: 100_000,
        max_fee_per_gas: 3 * PRICE,
        max_priority_fee_per_gas: PRICE,
        to: TxKind::Call(TO),
        value: U256::from(3),
        ..TxEip1559::default()
    }
}

fn refusal(rig: &Rig, tx: impl Into<TypedTransaction>) -> String {
    let error = rig.refuse("eth_sendRawTransaction", raw(&sign(tx)));
    assert_eq!(error["code"], -32000);
    error["message"].as_str().expect("message").into()
}

#[test]
fn transactions_of_all_three_types_are_executed_and_shown_as_they_were_signed() {
    let rig = Rig::new();
    let listed = AccessListItem { address: TO, storage_keys: vec![B256::with_last_byte(9)] };
    let with_list = TxEip2930 {
        chain_id: CHAIN,
        nonce: 1,
        gas_price: 2 * PRICE,
        gas_limit: 100_000,
        to: TxKind::Call(TO),
        value: U256::from(3),
        access_list: AccessList(vec![listed]),
        ..TxEip2930::default()
    };
    // 21,000; two bytes of data for 16 each; an address for 2,400 and a slot for 1,900.
    let cases = [
        (sign(legacy(0)), "0x0", 21_032),
        (sign(with_list), "0x1", 25_300),
        (sign(dynamic(2)), "0x2", 21_000),
    ];
    for (envelope, kind, gas) in cases {
        let hash = rig.get("eth_sendRawTransaction", raw(&envelope));
        assert_eq!(hash, envelope.tx_hash().to_string());
        let tx = rig.get("eth_getTransactionByHash", json!([hash]));
        let receipt = rig.get("eth_getTransactionReceipt", json!([hash]));
        assert_eq!((&tx["type"], &receipt["type"]), (&json!(kind), &json!(kind)));
        assert_eq!(tx["from"], ALICE);
        assert_eq!(tx["to"], BOB);
        assert_eq!(tx["chainId"], "0x64aba");
        assert_eq!(tx["r"], format!("{:#x}", envelope.signature().r()));
        assert_eq!(receipt["gasUsed"], format!("{gas:#x}"));
        // Nobody pays more than the base fee.
        assert_eq!(receipt["effectiveGasPrice"], "0x1312d00");
        match kind {
            "0x0" => assert_eq!(tx["gasPrice"], "0x1312d00"),
            "0x1" => assert_eq!(tx["accessList"][0]["address"], BOB),
            _ => assert_eq!(tx["maxFeePerGas"], "0x3938700"),
        }
    }
    // 10,000 ether less three wei thrice and the fee of 67,332 gas.
    let balance =
        U256::from(10).pow(U256::from(22)) - U256::from(9) - U256::from(67_332) * U256::from(PRICE);
    assert_eq!(rig.get("eth_getBalance", json!([ALICE, "latest"])), format!("{balance:#x}"));
}

#[test]
fn a_transaction_is_refused_with_the_words_that_tools_look_for() {
    let rig = Rig::new();
    rig.get("eth_sendRawTransaction", raw(&sign(legacy(0))));
    assert!(refusal(&rig, legacy(0)).starts_with("already known"));
    assert!(refusal(&rig, dynamic(0)).starts_with("nonce too low"));
    let cheap = TxLegacy { gas_price: PRICE - 1, ..legacy(1) };
    assert!(refusal(&rig, cheap).starts_with("max fee per gas less than block base fee"));
    let short = TxLegacy { gas_limit: 21_031, ..legacy(1) };
    assert!(refusal(&rig, short).starts_with("intrinsic gas too low"));
    let rich = TxLegacy { value: U256::MAX, ..legacy(1) };
    assert!(refusal(&rig, rich).starts_with("insufficient funds for gas * price + value"));
    let foreign = TxLegacy { chain_id: Some(1), ..legacy(1) };
    assert!(refusal(&rig, foreign).starts_with("invalid chain id for signer"));
    let tip = TxEip1559 { max_priority_fee_per_gas: 4 * PRICE, ..dynamic(1) };
    assert!(refusal(&rig, tip).starts_with("max priority fee per gas higher"));
    assert_eq!(rig.number("eth_blockNumber", json!([])), 1);
}

#[test]
fn bytes_that_are_no_transaction_are_refused() {
    let rig = Rig::new();
    for bytes in ["0x", "0x00", "0x02c0", "0xff00", "0xf800"] {
        assert_eq!(rig.code("eth_sendRawTransaction", json!([bytes])), -32602, "{bytes}");
    }
    // Something after the end.
    let mut long = sign(legacy(0)).encoded_2718();
    long.push(0);
    let long = hex::encode_prefixed(long);
    assert_eq!(rig.code("eth_sendRawTransaction", json!([long])), -32602);
    assert_eq!(rig.number("eth_blockNumber", json!([])), 0);
}

#[test]
fn a_transaction_signed_before_eip_155_is_accepted() {
    let rig = Rig::new();
    let envelope = sign(TxLegacy { chain_id: None, ..legacy(0) });
    let hash = rig.get("eth_sendRawTransaction", raw(&envelope));
    let tx = rig.get("eth_getTransactionByHash", json!([hash]));
    assert_eq!(tx["chainId"], Value::Null);
    assert!(tx["v"] == "0x1b" || tx["v"] == "0x1c");
}

#[test]
fn the_node_signs_for_its_accounts_with_their_keys() {
    let rig = Rig::new();
    // The same transaction, signed here.
    let ours = sign(dynamic(0));
    let receipt = rig.send(json!({
        "from": ALICE, "to": BOB, "value": "0x3", "gas": "0x186a0",
        "maxFeePerGas": "0x3938700", "maxPriorityFeePerGas": "0x1312d00",
    }));
    assert_eq!(receipt["transactionHash"], ours.tx_hash().to_string());
}

/// Bob's key.
const BOBS_KEY: B256 = b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

/// A delegation of Bob's account to `code`, signed by him.
fn delegation(code: Address, nonce: u64) -> SignedAuthorization {
    let authorization = Authorization { chain_id: U256::from(CHAIN), address: code, nonce };
    let key = SigningKey::from_slice(BOBS_KEY.as_slice()).expect("key");
    let hash = authorization.signature_hash();
    let signed = key.sign_prehash_recoverable(hash.as_slice()).expect("signature");
    authorization.into_signed(Signature::from(signed))
}

fn delegating(nonce: u64, authorization_list: Vec<SignedAuthorization>) -> TxEip7702 {
    TxEip7702 {
        chain_id: CHAIN,
        nonce,
        gas_limit: 200_000,
        max_fee_per_gas: PRICE,
        to: TO,
        authorization_list,
        ..TxEip7702::default()
    }
}

#[test]
fn an_account_is_delegated_to_code_by_its_owner() {
    let rig = Rig::new();
    let counter: Address = rig.deploy(&COUNTER).parse().expect("address");
    let tx = sign(delegating(1, vec![delegation(counter, 0)]));
    let hash = rig.get("eth_sendRawTransaction", raw(&tx));
    let receipt = rig.get("eth_getTransactionReceipt", json!([hash]));
    assert_eq!((&receipt["type"], &receipt["status"]), (&json!("0x4"), &json!("0x1")));
    let code = format!("0xef0100{}", hex::encode(counter));
    assert_eq!(rig.get("eth_getCode", json!([BOB])), code);
    assert_eq!(rig.number("eth_getTransactionCount", json!([BOB])), 1);
    // Base 21,000 and 25,000 for the authorization, 12,500 of which come back since Bob exists, but
    // at most a fifth of what is spent. The code that a transaction's own call leads to is warm.
    let spent = 21_000 + 25_000 + READ;
    let refund = u64::min(12_500, spent / 5);
    assert_eq!(number(&receipt["gasUsed"]), spent - refund);
    rig.send(json!({"from": ALICE, "to": BOB, "data": word(5)}));
    assert_eq!(rig.get("eth_getStorageAt", json!([BOB, "0x0", "latest"])), word(5));
    let shown = rig.get("eth_getTransactionByHash", json!([hash]));
    assert_eq!(shown["authorizationList"][0]["nonce"], "0x0");
    // Delegations come back with a state.
    let other = Rig::new();
    other.get("anvil_loadState", json!([rig.get("anvil_dumpState", json!([]))]));
    assert_eq!(other.call(BOB, "0x"), word(5));
}

/// Gas of the counter's way to its sum and back, with the slot cold: two comparisons with their
/// jumps (2+3+3+3+10 and 2+3+3+10), then JUMPDEST, PUSH0, SLOAD, PUSH0, MSTORE with a word of memory,
/// PUSH1, PUSH0, RETURN (1+2+2,100+2+6+3+2).
const READ: u64 = 21 + 18 + 2_116;

#[test]
fn a_void_delegation_is_paid_for_and_has_no_effect() {
    let rig = Rig::new();
    let counter: Address = rig.deploy(&COUNTER).parse().expect("address");
    let tx = sign(delegating(1, vec![delegation(counter, 7)]));
    let hash = rig.get("eth_sendRawTransaction", raw(&tx));
    let receipt = rig.get("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["gasUsed"], format!("{:#x}", 21_000 + 25_000));
    assert_eq!(rig.get("eth_getCode", json!([BOB])), "0x");
    assert!(refusal(&rig, delegating(2, Vec::new())).contains("empty authorization list"));
}

#[test]
fn blob_transactions_are_refused() {
    let rig = Rig::new();
    let blob = TxEip4844 {
        chain_id: CHAIN,
        gas_limit: 100_000,
        max_fee_per_gas: PRICE,
        max_fee_per_blob_gas: 1,
        blob_versioned_hashes: vec![B256::repeat_byte(1)],
        ..TxEip4844::default()
    };
    let refusal = refusal(&rig, TypedTransaction::Eip4844(blob.into()));
    assert_eq!(refusal, "transaction type not supported: Arbitrum has no blobs");
    let call = json!([{"to": BOB, "maxFeePerBlobGas": "0x1"}]);
    assert_eq!(rig.code("eth_call", call), -32602);
}
