//! Snapshots, time, impersonation and setters.

use plimsoll_node::Limits;
use serde_json::json;

use crate::rig::{ALICE, BOB, COUNTER, Rig, number, word};

#[test]
fn a_snapshot_brings_back_state_and_blocks() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let before = rig.get("eth_getBlockByNumber", json!(["latest", true]));
    let id = rig.get("evm_snapshot", json!([]));
    let receipt = rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    let later = rig.get("evm_snapshot", json!([]));
    rig.get("evm_increaseTime", json!([1_000]));
    assert_eq!(rig.get("evm_revert", json!([id])), true);

    assert_eq!(rig.get("eth_getBlockByNumber", json!(["latest", true])), before);
    assert_eq!(rig.call(&counter, "0x"), word(0));
    let hash = &receipt["transactionHash"];
    assert_eq!(rig.get("eth_getTransactionReceipt", json!([hash])), json!(null));
    assert_eq!(rig.get("eth_getBlockByHash", json!([receipt["blockHash"], false])), json!(null));
    // It and those after it are gone.
    assert_eq!(rig.get("evm_revert", json!([later])), false);
    assert_eq!(rig.get("evm_revert", json!([id])), false);
    assert_eq!(rig.get("evm_revert", json!(["0xffffffffffffffff"])), false);
    // The same happens again.
    let again = rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    assert_eq!(again, receipt);
}

#[test]
fn a_call_with_overrides_leaves_snapshots_alone() {
    let rig = Rig::new();
    let id = rig.get("evm_snapshot", json!([]));
    rig.send(json!({"from": ALICE, "to": BOB, "value": "0x1"}));
    let rich = json!({ BOB: {"balance": "0x1"} });
    rig.get("eth_call", json!([{"to": BOB}, "latest", rich]));
    assert_eq!(rig.get("evm_revert", json!([id])), true);
    assert_eq!(rig.number("eth_blockNumber", json!([])), 0);
}

#[test]
fn time_moves_as_it_is_told() {
    let rig = Rig::new();
    let time = || number(&rig.get("eth_getBlockByNumber", json!(["latest", false]))["timestamp"]);
    let start = time();
    rig.get("evm_mine", json!([]));
    assert_eq!(time(), start + 1);
    rig.get("evm_increaseTime", json!([100]));
    rig.get("evm_mine", json!([]));
    assert_eq!(time(), start + 102);
    rig.get("evm_setNextBlockTimestamp", json!([start + 200]));
    let receipt = rig.send(json!({"from": ALICE, "to": BOB}));
    assert_eq!(time(), start + 200);
    // Twelve seconds are a block of the parent chain.
    assert_eq!(number(&receipt["l1BlockNumber"]), 20_000_000 + 200 / 12);
    rig.get("anvil_mine", json!(["0x3", "0xa"]));
    assert_eq!(time(), start + 221);
    assert_eq!(rig.code("evm_setNextBlockTimestamp", json!([start])), -32602);
    assert_eq!(rig.code("evm_increaseTime", json!(["0xffffffffffffffff"])), -32602);
    assert_eq!(rig.code("anvil_mine", json!(["0xffffffff"])), -32005);
    assert_eq!(rig.number("eth_blockNumber", json!([])), 6);
}

#[test]
fn accounts_are_set_as_told() {
    let rig = Rig::new();
    let target = "0x00000000000000000000000000000000000000aa";
    rig.get("anvil_setBalance", json!([target, "0x2a"]));
    rig.get("hardhat_setCode", json!([target, "0x5f545f5260205ff3"]));
    rig.get("anvil_setStorageAt", json!([target, "0x0", word(9)]));
    rig.get("hardhat_setNonce", json!([target, "0x5"]));
    assert_eq!(rig.get("eth_getBalance", json!([target])), "0x2a");
    assert_eq!(rig.get("eth_getCode", json!([target])), "0x5f545f5260205ff3");
    assert_eq!(rig.get("eth_getTransactionCount", json!([target])), "0x5");
    // PUSH0 SLOAD PUSH0 MSTORE; RETURN(0, 32)
    assert_eq!(rig.call(target, "0x"), word(9));
}

#[test]
fn an_impersonated_account_sends_without_a_key() {
    let rig = Rig::new();
    let ghost = "0x00000000000000000000000000000000000000aa";
    rig.get("anvil_setBalance", json!([ghost, "0xde0b6b3a7640000"]));
    let tx = json!({"from": ghost, "to": BOB, "value": "0x1"});
    assert_eq!(rig.code("eth_sendTransaction", json!([tx])), -32000);
    rig.get("anvil_impersonateAccount", json!([ghost]));
    let receipt = rig.send(tx.clone());
    assert_eq!(receipt["status"], "0x1");
    let from = receipt["from"].as_str().expect("address");
    assert!(from.eq_ignore_ascii_case(ghost));
    rig.get("anvil_stopImpersonatingAccount", json!([ghost]));
    assert_eq!(rig.code("eth_sendTransaction", json!([tx])), -32000);
}

#[test]
fn snapshots_are_bounded() {
    let rig = Rig::with(Limits { snapshots: 1, ..Limits::default() });
    let id = rig.get("evm_snapshot", json!([]));
    assert_eq!(rig.code("evm_snapshot", json!([])), -32005);
    rig.get("evm_revert", json!([id]));
    rig.get("evm_snapshot", json!([]));
}
