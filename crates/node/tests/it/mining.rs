//! When blocks are closed, and what waits for them.

use std::time::{Duration, Instant};

use plimsoll_node::{Config, Limits};
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig, number, word};

/// A node that closes blocks when told to.
fn manual() -> Rig {
    Rig::start(Config { auto_mine: false, ..Config::default() })
}

fn transfer(from: &str, nonce: u64, price: u64) -> Value {
    let (nonce, price) = (format!("{nonce:#x}"), format!("{price:#x}"));
    json!({"from": from, "to": BOB, "value": "0x1", "gas": "0x5208", "nonce": nonce,
        "gasPrice": price})
}

const PRICE: u64 = 20_000_000;

fn submit(rig: &Rig, tx: Value) -> Value {
    rig.get("eth_sendTransaction", json!([tx]))
}

fn latest(rig: &Rig) -> Value {
    rig.get("eth_getBlockByNumber", json!(["latest", false]))
}

#[test]
fn what_waits_goes_into_one_block_in_the_order_it_came() {
    let rig = manual();
    let later = submit(&rig, transfer(ALICE, 1, PRICE));
    let other = submit(&rig, transfer(BOB, 0, PRICE));
    let first = submit(&rig, transfer(ALICE, 0, PRICE));
    let beyond = submit(&rig, transfer(ALICE, 3, PRICE));
    let counts = |at: &str| rig.number("eth_getTransactionCount", json!([ALICE, at]));
    assert_eq!((counts("latest"), counts("pending")), (0, 2));
    assert_eq!(rig.get("txpool_status", json!([])), json!({"pending": "0x3", "queued": "0x1"}));
    let content = rig.get("txpool_content", json!([]));
    assert_eq!(content["pending"][ALICE]["1"]["hash"], later);
    assert_eq!(content["queued"][ALICE]["3"]["hash"], beyond);
    assert_eq!(content["queued"][BOB], json!(null));
    let waiting = rig.get("eth_getTransactionByHash", json!([first]));
    assert_eq!((&waiting["blockHash"], &waiting["hash"]), (&json!(null), &first));
    assert_eq!(rig.get("eth_getTransactionReceipt", json!([first])), json!(null));
    let open = rig.get("eth_getBlockByNumber", json!(["pending", false]));
    assert_eq!((&open["number"], &open["hash"]), (&json!("0x1"), &json!(word(0))));
    assert_eq!(open["transactions"].as_array().map(Vec::len), Some(4));

    // It is not closed, so that there is nothing to tell of its transactions.
    assert_eq!(rig.get("eth_getBlockReceipts", json!(["pending"])), json!(null));
    assert_eq!(rig.code("debug_traceBlockByNumber", json!(["pending"])), -32000);

    rig.get("evm_mine", json!([]));
    // Bob's came before Alice's first, whose second had to wait for it.
    let block = latest(&rig);
    assert_eq!(block["transactions"], json!([other, first, later]));
    assert_eq!(number(&block["gasUsed"]), 3 * 21_000);
    for (index, hash) in [other, first, later].iter().enumerate() {
        let receipt = rig.get("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(number(&receipt["transactionIndex"]), index as u64);
        assert_eq!(number(&receipt["cumulativeGasUsed"]), 21_000 * (index as u64 + 1));
        let by_index = json!(["latest", format!("{index:#x}")]);
        let tx = rig.get("eth_getTransactionByBlockNumberAndIndex", by_index);
        assert_eq!(tx["hash"], *hash);
    }
    assert_eq!(rig.get("txpool_status", json!([])), json!({"pending": "0x0", "queued": "0x1"}));
    submit(&rig, transfer(ALICE, 2, PRICE));
    rig.get("evm_mine", json!([]));
    assert_eq!(latest(&rig)["transactions"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_pending_state_is_the_one_after_what_waits() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.get("evm_setAutomine", json!([false]));
    let add = |step: u64| json!({"from": ALICE, "to": counter, "data": word(step)});
    // The second is estimated on what the first leaves: a store into a slot that is not zero.
    let first = submit(&rig, add(5));
    let second = submit(&rig, add(6));
    let gas = |hash: &Value| number(&rig.get("eth_getTransactionByHash", json!([hash]))["gas"]);
    assert!(gas(&first) > gas(&second) + 15_000);
    let at = |block: &str| rig.get("eth_getStorageAt", json!([counter, "0x0", block]));
    assert_eq!((at("latest"), at("pending")), (json!(word(0)), json!(word(11))));
    let call = |block: &str| rig.get("eth_call", json!([{"to": counter, "data": "0x"}, block]));
    assert_eq!((call("latest"), call("pending")), (json!(word(0)), json!(word(11))));
    rig.get("evm_mine", json!([]));
    assert_eq!((at("latest"), at("pending")), (json!(word(11)), json!(word(11))));
    for hash in [first, second] {
        assert_eq!(rig.get("eth_getTransactionReceipt", json!([hash]))["status"], "0x1");
    }
}

#[test]
fn logs_of_a_block_are_numbered_through() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.get("evm_setAutomine", json!([false]));
    for step in 1..=3 {
        submit(&rig, json!({"from": ALICE, "to": counter, "data": word(step), "gas": "0x30d40"}));
    }
    rig.get("anvil_mine", json!([]));
    let logs = rig.get("eth_getLogs", json!([{}]));
    for (index, log) in logs.as_array().expect("list").iter().enumerate() {
        assert_eq!(number(&log["logIndex"]), index as u64);
        assert_eq!(number(&log["transactionIndex"]), index as u64);
        let receipt = rig.get("eth_getTransactionReceipt", json!([log["transactionHash"]]));
        assert_eq!(receipt["logs"], json!([log]));
    }
    assert_eq!(logs.as_array().map(Vec::len), Some(3));
}

#[test]
fn a_replacement_pays_a_tenth_more() {
    let rig = manual();
    let old = submit(&rig, transfer(ALICE, 0, PRICE));
    let again = rig.refuse("eth_sendTransaction", json!([transfer(ALICE, 0, PRICE)]));
    assert_eq!(again["message"], "already known");
    let cheap = transfer(ALICE, 0, PRICE + PRICE / 10 - 1);
    let error = rig.refuse("eth_sendTransaction", json!([cheap]));
    assert_eq!(error, json!({"code": -32000, "message": "replacement transaction underpriced"}));
    let new = submit(&rig, transfer(ALICE, 0, PRICE + PRICE / 10));
    assert_eq!(rig.get("eth_getTransactionByHash", json!([old])), json!(null));
    rig.get("evm_mine", json!([]));
    assert_eq!(latest(&rig)["transactions"], json!([new]));
}

#[test]
fn what_cannot_be_paid_any_more_is_dropped() {
    let rig = manual();
    let poor = "0x00000000000000000000000000000000000000aa";
    rig.get("anvil_autoImpersonateAccount", json!([true]));
    rig.get("anvil_setBalance", json!([poor, format!("{:#x}", 21_000 * PRICE * 3 / 2)]));
    submit(&rig, transfer(poor, 0, PRICE));
    let second = submit(&rig, transfer(poor, 1, PRICE));
    rig.get("evm_mine", json!([]));
    assert_eq!(latest(&rig)["transactions"].as_array().map(Vec::len), Some(1));
    assert_eq!(rig.get("eth_getTransactionByHash", json!([second])), json!(null));
}

#[test]
fn the_pool_is_bounded_and_can_be_emptied() {
    let limits = Limits { pool: 2, ..Limits::default() };
    let rig = Rig::start(Config { auto_mine: false, limits, ..Config::default() });
    let first = submit(&rig, transfer(ALICE, 0, PRICE));
    submit(&rig, transfer(ALICE, 1, PRICE));
    let error = rig.refuse("eth_sendTransaction", json!([transfer(ALICE, 2, PRICE)]));
    assert_eq!(error["message"], "txpool is full");
    // A replacement takes no room.
    submit(&rig, transfer(ALICE, 1, 2 * PRICE));
    assert_eq!(rig.get("anvil_dropTransaction", json!([first])), first);
    assert_eq!(rig.code("anvil_dropTransaction", json!([first])), -32000);
    rig.get("anvil_removePoolTransactions", json!([BOB]));
    assert_eq!(rig.get("txpool_status", json!([]))["queued"], "0x1");
    rig.get("anvil_dropAllTransactions", json!([]));
    assert_eq!(rig.get("eth_pendingTransactions", json!([])), json!([]));
}

#[test]
fn automatic_mining_waits_for_the_nonce_that_is_missing() {
    let rig = Rig::new();
    let second = submit(&rig, transfer(ALICE, 1, PRICE));
    assert_eq!(rig.number("eth_blockNumber", json!([])), 0);
    let first = submit(&rig, transfer(ALICE, 0, PRICE));
    assert_eq!(rig.number("eth_blockNumber", json!([])), 2);
    for (number, hash) in [("0x1", first), ("0x2", second)] {
        let block = rig.get("eth_getBlockByNumber", json!([number, false]));
        assert_eq!(block["transactions"], json!([hash]));
    }
}

#[test]
fn automatic_mining_can_be_turned_off_and_on() {
    let rig = Rig::new();
    assert_eq!(rig.get("anvil_getAutomine", json!([])), true);
    rig.get("evm_setAutomine", json!([false]));
    assert_eq!(rig.get("anvil_getAutomine", json!([])), false);
    submit(&rig, transfer(ALICE, 0, PRICE));
    submit(&rig, transfer(ALICE, 1, PRICE));
    assert_eq!(rig.number("eth_blockNumber", json!([])), 0);
    rig.get("anvil_setAutomine", json!([true]));
    assert_eq!(rig.number("eth_blockNumber", json!([])), 2);
}

#[test]
fn the_clock_closes_blocks_when_told_to() {
    let rig = Rig::start(Config { interval: Some(1), block_secs: 1, ..Config::default() });
    assert_eq!(rig.get("anvil_getAutomine", json!([])), false);
    assert_eq!(rig.get("anvil_getIntervalMining", json!([])), 1);
    let hash = submit(&rig, transfer(ALICE, 0, PRICE));
    let deadline = Instant::now() + Duration::from_secs(30);
    while rig.get("eth_getTransactionReceipt", json!([hash])).is_null() {
        assert!(Instant::now() < deadline, "no block was closed");
        std::thread::sleep(Duration::from_millis(50));
    }
    rig.get("evm_setIntervalMining", json!([0]));
    assert_eq!(rig.get("anvil_getIntervalMining", json!([])), json!(null));
    let number = rig.number("eth_blockNumber", json!([]));
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(rig.number("eth_blockNumber", json!([])), number);
}

#[test]
fn blocks_are_closed_in_numbers_and_at_times() {
    let rig = Rig::new();
    let start = number(&latest(&rig)["timestamp"]);
    rig.get("evm_mine", json!([{"blocks": 3, "timestamp": start + 50}]));
    assert_eq!(number(&latest(&rig)["number"]), 3);
    assert_eq!(number(&latest(&rig)["timestamp"]), start + 52);
    rig.get("evm_mine", json!([start + 60]));
    assert_eq!(number(&latest(&rig)["timestamp"]), start + 60);
    rig.get("anvil_setBlockTimestampInterval", json!([7]));
    rig.get("anvil_mine", json!(["0x2"]));
    assert_eq!(number(&latest(&rig)["timestamp"]), start + 60 + 7 + 7);
    rig.get("anvil_setTime", json!([start + 100]));
    rig.get("evm_mine", json!([]));
    assert_eq!(number(&latest(&rig)["timestamp"]), start + 100);
    assert_eq!(rig.code("evm_mine", json!([{"blocks": 10_001}])), -32005);
    assert_eq!(rig.code("evm_mine", json!([{"timestamp": 1}])), -32602);
}

#[test]
fn the_price_of_gas_is_set_for_blocks_to_come() {
    let rig = Rig::new();
    rig.get("anvil_setNextBlockBaseFeePerGas", json!(["0x3b9aca00"]));
    assert_eq!(rig.get("eth_gasPrice", json!([])), "0x3b9aca00");
    let error = rig.refuse("eth_sendTransaction", json!([transfer(ALICE, 0, PRICE)]));
    assert_eq!(error["message"], "max fee per gas less than block base fee: baseFee: 1000000000");
    let receipt = rig.send(transfer(ALICE, 0, 1_000_000_000));
    assert_eq!(receipt["effectiveGasPrice"], "0x3b9aca00");
    let history = rig.get("eth_feeHistory", json!(["0x2", "latest", []]));
    assert_eq!(history["baseFeePerGas"], json!(["0x1312d00", "0x3b9aca00", "0x3b9aca00"]));
}
