//! The chain, its accounts and its blocks.

use plimsoll_devnet::stylus_code;
use serde_json::json;

use crate::rig::{ALICE, BOB, COUNTER, Rig, number, word};
use crate::stylus::{PROGRAM, activation};

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
        let counter = rig.deploy(&COUNTER);
        rig.send(json!({"from": BOB, "to": ALICE, "value": "0x1"}));
        let program = rig.deploy(&stylus_code(&wat::parse_str(PROGRAM).expect("program")));
        rig.send(activation(&program));
        rig.get("evm_setAutomine", json!([false]));
        for to in [&counter, &program] {
            let tx = json!({"from": ALICE, "to": to, "data": word(7), "gas": "0xf4240"});
            rig.get("eth_sendTransaction", json!([tx]));
        }
        rig.get("anvil_mine", json!(["0x2", "0x5"]));
        let block = |number: u64| json!([format!("{number:#x}"), true]);
        (0..=6).map(|number| rig.get("eth_getBlockByNumber", block(number))).collect::<Vec<_>>()
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
    // An account that is called is listed too, unless it is warm anyway.
    // PUSH0 five times; PUSH20 counter; GAS; CALL; and the same to ArbSys.
    let code = format!("0x5f5f5f5f5f73{}5af15f5f5f5f5f60645af1", &counter[2..]);
    let caller = "0x00000000000000000000000000000000000000aa";
    rig.get("anvil_setCode", json!([caller, code]));
    let made = rig.get("eth_createAccessList", json!([{"from": ALICE, "to": caller}]));
    assert_eq!(made["accessList"].as_array().map(Vec::len), Some(1));
    assert_eq!(made["accessList"][0]["storageKeys"], json!([word(0)]));
}

#[test]
fn a_call_can_assume_another_block() {
    let rig = Rig::new();
    // NUMBER; TIMESTAMP; BASEFEE, a word of memory for each, returned.
    let code = json!({ BOB: {"code": "0x435f52426020524860405260605ff3"} });
    let call =
        |block: serde_json::Value| rig.get("eth_call", json!([{"to": BOB}, "latest", code, block]));
    let words = |numbers: [u64; 3]| {
        format!("0x{}", numbers.map(|number| word(number)[2..].to_owned()).concat())
    };
    let block = json!({"number": "0x7", "time": "0x77777777", "baseFeePerGas": "0x9"});
    assert_eq!(call(block), words([7, 0x7777_7777, 9]));
    assert_eq!(call(json!({})), words([20_000_000, 1_767_225_601, 20_000_000]));
    let wrong = json!([{"to": BOB}, "latest", null, {"blobBaseFee": "0x1"}]);
    assert_eq!(rig.code("eth_call", wrong), -32602);
}

#[test]
fn headers_and_receipts_say_what_arbitrum_adds() {
    let rig = Rig::new();
    rig.get("evm_increaseTime", json!([23]));
    let receipt = rig.send(json!({"from": ALICE, "to": BOB, "gasPrice": "0x3938700"}));
    let block = rig.get("eth_getBlockByNumber", json!(["latest", false]));
    // 24 seconds are two blocks of the parent chain.
    for shown in [&receipt, &block] {
        assert_eq!(number(&shown["l1BlockNumber"]), 20_000_002);
    }
    assert_eq!(block["sendCount"], "0x0");
    assert_eq!(block["sendRoot"], word(0));
    assert_eq!(block["extraData"], block["sendRoot"]);
    // Sends, the parent chain's block and the release of ArbOS, eight bytes each.
    assert_eq!(block["mixHash"], format!("0x{:016x}{:016x}{:016x}{:016x}", 0, 20_000_002, 61, 0));
    assert_eq!(receipt["gasUsedForL1"], "0x0");
    assert_eq!(receipt["type"], "0x0");
    // What was offered beyond the base fee stays with the sender.
    assert_eq!(receipt["effectiveGasPrice"], "0x1312d00");
    let balance = rig.get("eth_getBalance", json!([ALICE]));
    assert_eq!(balance, format!("{:#x}", 10_u128.pow(22) - 21_000 * 20_000_000));
}
