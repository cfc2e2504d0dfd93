//! What the node signs for its accounts.

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, B256, Signature, b256, eip191_hash_message, hex};
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, Rig};

fn signer(signature: &Value, hash: B256) -> Address {
    let bytes = hex::decode(signature.as_str().expect("hex")).expect("hex");
    assert_eq!(bytes.len(), 65);
    assert!(matches!(bytes[64], 27 | 28));
    let signature = Signature::from_raw(&bytes).expect("signature");
    signature.recover_address_from_prehash(&hash).expect("signer")
}

#[test]
fn messages_are_signed_with_the_accounts_key() {
    let rig = Rig::new();
    let hash = eip191_hash_message(b"plimsoll");
    let text = hex::encode_prefixed(b"plimsoll");
    let signed = rig.get("eth_sign", json!([ALICE, text]));
    assert_eq!(signer(&signed, hash).to_string(), ALICE);
    assert_eq!(rig.get("personal_sign", json!([text, ALICE])), signed);
    assert_ne!(rig.get("personal_sign", json!([text, BOB])), signed);
    let nobody = "0x00000000000000000000000000000000000000aa";
    assert_eq!(rig.code("eth_sign", json!([nobody, text])), -32000);
}

#[test]
fn structured_data_are_signed_as_an_object_or_as_text() {
    let rig = Rig::new();
    // The example of EIP-712, whose hash the specification gives.
    let data: Value = serde_json::from_str(include_str!("../eip712.json")).unwrap();
    let hash = b256!("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    let signed = rig.get("eth_signTypedData_v4", json!([BOB, data]));
    assert_eq!(signer(&signed, hash).to_string(), BOB);
    assert_eq!(rig.get("eth_signTypedData_v4", json!([BOB, data.to_string()])), signed);
    for wrong in [json!("{"), json!({}), json!([]), json!({"types": {}, "primaryType": "A"})] {
        assert_eq!(rig.code("eth_signTypedData_v4", json!([BOB, wrong])), -32602, "{wrong}");
    }
}

#[test]
fn a_signed_transaction_can_be_sent_later() {
    let rig = Rig::new();
    let tx = json!({"from": ALICE, "to": BOB, "value": "0x3", "gas": "0x5208"});
    let signed = rig.get("eth_signTransaction", json!([tx]));
    assert_eq!(rig.number("eth_blockNumber", json!([])), 0);
    let raw = hex::decode(signed["raw"].as_str().expect("hex")).expect("hex");
    let envelope = TxEnvelope::decode_2718_exact(&raw).expect("transaction");
    assert_eq!(envelope.recover_signer().expect("signer").to_string(), ALICE);
    assert_eq!(signed["tx"]["hash"], envelope.tx_hash().to_string());
    let hash = rig.get("eth_sendRawTransaction", json!([signed["raw"]]));
    assert_eq!(hash, signed["tx"]["hash"]);
    assert_eq!(rig.get("eth_getRawTransactionByHash", json!([hash])), signed["raw"]);
    assert_eq!(rig.number("eth_blockNumber", json!([])), 1);
    // The same with its receipt, where there is one at once.
    let raw = rig.get("eth_signTransaction", json!([tx]))["raw"].clone();
    let receipt = rig.get("eth_sendRawTransactionSync", json!([raw]));
    assert_eq!(receipt["blockNumber"], "0x2");
    rig.get("evm_setAutomine", json!([false]));
    let raw = rig.get("eth_signTransaction", json!([tx]))["raw"].clone();
    assert_eq!(rig.code("eth_sendRawTransactionSync", json!([raw])), 4);
}
