//! States of earlier blocks, and what headers say of them.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::proof::verify_proof;
use alloy_trie::{Nibbles, TrieAccount};
use plimsoll_node::Limits;
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig, word};

/// A counter in block 1 that is at 1, 3 and 6 after blocks 2, 3 and 4.
fn scene(limits: Limits) -> (Rig, String) {
    let rig = Rig::with(limits);
    let counter = rig.deploy(&COUNTER);
    for step in 1..=3 {
        rig.send(json!({"from": ALICE, "to": counter, "data": word(step), "value": "0x5"}));
    }
    (rig, counter)
}

#[test]
fn earlier_blocks_answer_as_they_did() {
    let (rig, counter) = scene(Limits::default());
    let sums = [(1, 0), (2, 1), (3, 3), (4, 6)];
    for (number, sum) in sums {
        let at = json!(format!("{number:#x}"));
        let hash = rig.get("eth_getBlockByNumber", json!([at, false]))["hash"].clone();
        for at in [at, json!({"blockHash": hash})] {
            assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", at])), word(sum));
            assert_eq!(rig.get("eth_call", json!([{"to": counter, "data": "0x"}, at])), word(sum));
            let balance = rig.get("eth_getBalance", json!([counter, at]));
            assert_eq!(balance, format!("{:#x}", 5 * (number - 1)));
            assert_eq!(rig.number("eth_getTransactionCount", json!([ALICE, at])), number);
            let code = rig.get("eth_getCode", json!([counter, at]));
            assert_eq!(code.as_str().map(str::len), Some(2 + 2 * COUNTER.len()));
        }
    }
    assert_eq!(rig.get("eth_getCode", json!([counter, "earliest"])), "0x");
    assert_eq!(rig.get("eth_call", json!([{"to": counter, "data": "0x"}, "0x0"])), "0x");
    assert_eq!(rig.number("eth_getTransactionCount", json!([counter, "0x0"])), 0);
    // TIMESTAMP; PUSH0; MSTORE; RETURN(0, 32): a call sees the block that it names.
    let clock = json!({ BOB: {"code": "0x425f5260205ff3"} });
    let time = rig.get("eth_getBlockByNumber", json!(["0x2", false]))["timestamp"].clone();
    let seen = rig.get("eth_call", json!([{"to": BOB}, "0x2", clock]));
    assert_eq!(seen, word(crate::rig::number(&time)));
    // Nothing of this changed the latest state.
    assert_eq!(rig.call(&counter, "0x"), word(6));
    assert_eq!(rig.code("eth_getBalance", json!([BOB, "0x7"])), -32000);
    assert_eq!(rig.code("eth_getBalance", json!([BOB, {"blockHash": word(1)}])), -32000);
}

#[test]
fn states_are_kept_for_as_many_blocks_as_told() {
    let (rig, counter) = scene(Limits { history: 2, ..Limits::default() });
    let get = |at: &str| json!([counter, "0x0", at]);
    assert_eq!(rig.get("eth_getStorageAt", get("0x3")), word(3));
    assert_eq!(rig.get("eth_getStorageAt", get("0x2")), word(1));
    let error = rig.refuse("eth_getStorageAt", get("0x1"));
    let message = "state of block 1 is not available: the oldest kept is of 2";
    assert_eq!(error, json!({"code": -32000, "message": message}));
    assert_eq!(rig.code("eth_call", json!([{"to": counter}, "earliest"])), -32000);
    // A transaction is traced on the state before it.
    let hash =
        |at: &str| rig.get("eth_getBlockByNumber", json!([at, false]))["transactions"][0].clone();
    rig.get("debug_traceTransaction", json!([hash("0x3")]));
    assert_eq!(rig.code("debug_traceTransaction", json!([hash("0x2")])), -32000);
    rig.get("eth_getProof", json!([counter, [], "0x2"]));
    assert_eq!(rig.code("eth_getProof", json!([counter, [], "0x1"])), -32000);
}

#[test]
fn what_is_arranged_from_outside_belongs_to_the_block_before() {
    let (rig, counter) = scene(Limits::default());
    rig.get("anvil_setStorageAt", json!([counter, "0x0", word(90)]));
    let receipt = rig.send(json!({"from": ALICE, "to": counter, "data": word(9)}));
    assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", "0x4"])), word(90));
    assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", "0x3"])), word(3));
    let options = json!({"tracer": "callTracer"});
    let trace = rig.get("debug_traceTransaction", json!([receipt["transactionHash"], options]));
    assert_eq!(trace["output"], word(99));
}

#[test]
fn a_snapshot_brings_history_back() {
    let (rig, counter) = scene(Limits::default());
    let id = rig.get("evm_snapshot", json!([]));
    let root = || rig.get("eth_getBlockByNumber", json!(["latest", false]))["stateRoot"].clone();
    let before = root();
    for _ in 0..3 {
        rig.send(json!({"from": ALICE, "to": counter, "data": word(50)}));
    }
    rig.get("evm_revert", json!([id]));
    assert_eq!(root(), before);
    assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", "0x3"])), word(3));
    rig.send(json!({"from": ALICE, "to": counter, "data": word(4)}));
    assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", "0x4"])), word(6));
    assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", "0x5"])), word(10));
}

fn nodes(proof: &Value) -> Vec<alloy_primitives::Bytes> {
    let nodes = proof.as_array().expect("list").iter();
    nodes.map(|node| node.as_str().expect("hex").parse().expect("hex")).collect()
}

/// Verifies an answer of `eth_getProof` against a header, with another implementation of tries.
fn verify(proof: &Value, root: &Value) {
    let parse = |value: &Value| value.as_str().expect("hex").parse::<B256>().expect("hash");
    let number = |value: &Value| value.as_str().expect("hex").parse::<U256>().expect("number");
    let account = TrieAccount {
        nonce: number(&proof["nonce"]).to(),
        balance: number(&proof["balance"]),
        storage_root: parse(&proof["storageHash"]),
        code_hash: parse(&proof["codeHash"]),
    };
    let empty = account.nonce == 0 && account.balance.is_zero();
    let value = (!empty).then(|| alloy_rlp::encode(account));
    let address: Address = proof["address"].as_str().expect("hex").parse().expect("address");
    let key = Nibbles::unpack(keccak256(address));
    let path = nodes(&proof["accountProof"]);
    verify_proof(parse(root), key, value, &path).expect("account proof");
    for word in proof["storageProof"].as_array().expect("list") {
        let value = number(&word["value"]);
        let value = (!value.is_zero()).then(|| alloy_rlp::encode(value));
        let key = Nibbles::unpack(keccak256(parse(&word["key"])));
        let path = nodes(&word["proof"]);
        verify_proof(parse(&proof["storageHash"]), key, value, &path).expect("storage proof");
    }
}

#[test]
fn proofs_lead_to_the_root_in_the_header() {
    let (rig, counter) = scene(Limits::default());
    let nobody = "0x00000000000000000000000000000000000000aa";
    for number in 0..=4 {
        let at = format!("{number:#x}");
        let root = &rig.get("eth_getBlockByNumber", json!([at, false]))["stateRoot"];
        for account in [&counter, ALICE, nobody] {
            let proof = rig.get("eth_getProof", json!([account, ["0x0", word(1)], at]));
            verify(&proof, root);
        }
        let proof = rig.get("eth_getProof", json!([counter, ["0x0"], at]));
        let value = rig.get("eth_getStorageAt", json!([counter, "0x0", at]));
        let proved = proof["storageProof"][0]["value"].as_str().expect("hex");
        assert_eq!(format!("{:0>64}", &proved[2..]), value.as_str().expect("hex")[2..]);
    }
    let code = rig.get("eth_getProof", json!([counter, []]))["codeHash"].clone();
    assert_eq!(code, keccak256(COUNTER).to_string());
}
