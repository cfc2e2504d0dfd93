//! The chain, its accounts and its blocks.

use serde_json::json;

use crate::rig::{ALICE, BOB, COUNTER, Rig, number, word};

#[test]
fn the_node_says_what_it_is() {
    let rig = Rig::new();
    assert_eq!(rig.get("eth_chainId", json!([])), "0x64aba");
    assert_eq!(rig.get("net_version", json!([])), "412346");
    assert_eq!(rig.get("web3_clientVersion", json!([])), plimsoll_node::CLIENT_VERSION);
    assert_eq!(rig.get("eth_syncing", json!([])), false);
    assert_eq!(rig.get("eth_blockNumber", json!([])), "0x0");
    assert_eq!(rig.get("eth_gasPrice", json!([])), "0x1312d00");
    assert_eq!(rig.get("eth_maxPriorityFeePerGas", json!([])), "0x0");
}

#[test]
fn ten_accounts_of_the_usual_mnemonic_and_nitros_own_have_funds() {
    let rig = Rig::new();
    let accounts = rig.get("eth_accounts", json!([]));
    let accounts = accounts.as_array().expect("list");
    assert_eq!(accounts.len(), 10);
    let nitro = json!("0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E");
    for account in accounts.iter().chain([&nitro]) {
        // 10,000 ether
        let balance = rig.get("eth_getBalance", json!([account, "latest"]));
        assert_eq!(balance, "0x21e19e0c9bab2400000");
    }
    assert_eq!(accounts[0], ALICE);
}

#[test]
fn each_transaction_has_a_block_of_its_own() {
    let rig = Rig::new();
    let first = rig.send(json!({"from": ALICE, "to": BOB, "value": "0x7"}));
    let second = rig.send(json!({"from": ALICE, "to": BOB, "value": "0x8"}));
    assert_eq!((&first["blockNumber"], &second["blockNumber"]), (&json!("0x1"), &json!("0x2")));
    assert_eq!(first["gasUsed"], "0x5208");
    assert_eq!(first["effectiveGasPrice"], "0x1312d00");
    assert_eq!(first["gasUsedForL1"], "0x0");
    assert_eq!(number(&first["l1BlockNumber"]), 20_000_000);

    let block = rig.get("eth_getBlockByNumber", json!(["0x2", true]));
    assert_eq!(block["transactions"][0]["hash"], second["transactionHash"]);
    assert_eq!(block["transactions"][0]["value"], "0x8");
    assert_eq!(block["parentHash"], first["blockHash"]);
    assert_eq!(block["hash"], second["blockHash"]);
    assert_eq!(block["gasUsed"], "0x5208");
    assert_eq!(number(&block["timestamp"]), 1_767_225_602);
    let by_hash = rig.get("eth_getBlockByHash", json!([second["blockHash"], false]));
    assert_eq!(by_hash["transactions"], json!([second["transactionHash"]]));
    assert_eq!(rig.get("eth_getBlockReceipts", json!(["latest"])), json!([second]));
    assert_eq!(rig.get("eth_getBlockByNumber", json!(["0x3", false])), json!(null));
    assert_eq!(rig.get("eth_getTransactionReceipt", json!([word(1)])), json!(null));
}

#[test]
fn the_same_requests_give_the_same_blocks() {
    let play = || {
        let rig = Rig::new();
        rig.deploy(&COUNTER);
        rig.send(json!({"from": BOB, "to": ALICE, "value": "0x1"}));
        rig.get("eth_getBlockByNumber", json!(["latest", true]))
    };
    assert_eq!(play(), play());
}

#[test]
fn a_contract_is_deployed_written_and_read() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let code = rig.get("eth_getCode", json!([counter, "latest"]));
    assert_eq!(code.as_str().map(str::len), Some(2 + 2 * COUNTER.len()));
    let receipt = rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    assert_eq!(receipt["status"], "0x1");
    rig.send(json!({"from": ALICE, "to": counter, "data": word(6)}));
    assert_eq!(rig.call(&counter, "0x"), word(11));
    assert_eq!(rig.get("eth_getStorageAt", json!([counter, "0x0", "latest"])), word(11));
    assert_eq!(rig.number("eth_getTransactionCount", json!([ALICE, "pending"])), 3);
    // A call leaves no trace.
    assert_eq!(rig.call(&counter, &word(9)), word(20));
    assert_eq!(rig.call(&counter, "0x"), word(11));
}

#[test]
fn a_call_can_assume_another_state() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    let call = |overrides: serde_json::Value| {
        let call = json!({"from": BOB, "to": counter, "data": "0x"});
        rig.get("eth_call", json!([call, "latest", { (counter.as_str()): overrides }]))
    };
    assert_eq!(call(json!({"stateDiff": {(word(0)): word(8)}})), word(8));
    assert_eq!(call(json!({"stateDiff": {(word(1)): word(8)}})), word(5));
    assert_eq!(call(json!({"state": {(word(1)): word(8)}})), word(0));
    // SELFBALANCE; PUSH0; MSTORE; PUSH1 32; PUSH0; RETURN
    let code = json!({"code": "0x475f5260205ff3", "balance": "0x2a"});
    assert_eq!(call(code), word(42));
    assert_eq!(rig.call(&counter, "0x"), word(5));
    // An account that does not exist sends what it does not have.
    let nobody = "0x00000000000000000000000000000000000000aa";
    let call = json!({"from": nobody, "to": BOB, "value": "0xffffffff"});
    assert_eq!(rig.code("eth_call", json!([call, "latest"])), -32000);
    let rich = json!({ (nobody): {"balance": word(u64::MAX)} });
    assert_eq!(rig.get("eth_call", json!([call, "latest", rich])), "0x");
}

#[test]
fn a_fee_history_covers_the_blocks_that_exist() {
    let rig = Rig::new();
    rig.send(json!({"from": ALICE, "to": BOB, "value": "0x7"}));
    let history = rig.get("eth_feeHistory", json!(["0x5", "latest", [10, 50]]));
    assert_eq!(history["oldestBlock"], "0x0");
    assert_eq!(history["baseFeePerGas"].as_array().map(Vec::len), Some(3));
    assert_eq!(history["reward"], json!([["0x0", "0x0"], ["0x0", "0x0"]]));
}

#[test]
fn an_access_list_names_the_storage_that_a_call_touches() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let call = json!({"from": ALICE, "to": counter, "data": "0x"});
    let made = rig.get("eth_createAccessList", json!([call]));
    let entry = &made["accessList"][0];
    assert!(entry["address"].as_str().is_some_and(|text| text.eq_ignore_ascii_case(&counter)));
    assert_eq!(entry["storageKeys"], json!([word(0)]));
    // An address for 2,400 and a slot for 1,900, which saves the 2,000 of a cold read.
    let mut plain = call.clone();
    let without = rig.number("eth_estimateGas", json!([plain]));
    plain["accessList"] = made["accessList"].clone();
    assert_eq!(rig.number("eth_estimateGas", json!([plain])), without + 4_300 - 2_000);
    assert_eq!(number(&made["gasUsed"]), without + 4_300 - 2_000);
}
