//! Log queries and filters that clients poll.

use plimsoll_node::Limits;
use serde_json::{Value, json};

use crate::rig::{ALICE, COUNTER, Rig, word};

/// Two counters. The first logs 1, 2 and 3 in blocks 3, 4 and 5, the second 2 in block 6.
fn scene(limits: Limits) -> (Rig, String, String) {
    let rig = Rig::with(limits);
    let (first, second) = (rig.deploy(&COUNTER), rig.deploy(&COUNTER));
    for step in 1..=3 {
        rig.send(json!({"from": ALICE, "to": first, "data": word(step)}));
    }
    rig.send(json!({"from": ALICE, "to": second, "data": word(2)}));
    (rig, first, second)
}

/// Blocks of the logs that a filter finds.
fn blocks(rig: &Rig, filter: Value) -> Vec<Value> {
    let logs = rig.get("eth_getLogs", json!([filter]));
    logs.as_array().expect("list").iter().map(|log| log["blockNumber"].clone()).collect()
}

#[test]
fn logs_are_found_by_address_topic_and_block() {
    let (rig, first, second) = scene(Limits::default());
    let all = json!({"fromBlock": "earliest"});
    let with = |field: &str, value: Value| {
        let mut filter = all.clone();
        filter[field] = value;
        blocks(&rig, filter)
    };
    assert_eq!(blocks(&rig, all.clone()), ["0x3", "0x4", "0x5", "0x6"]);
    assert_eq!(with("address", json!(second)), ["0x6"]);
    assert_eq!(with("address", json!([first, second])), ["0x3", "0x4", "0x5", "0x6"]);
    assert_eq!(with("topics", json!([word(7)])), ["0x3", "0x4", "0x5", "0x6"]);
    assert_eq!(with("topics", json!([word(8)])), [""; 0]);
    assert_eq!(with("topics", json!([null, word(2)])), ["0x4", "0x6"]);
    assert_eq!(with("topics", json!([word(7), [word(1), word(3)]])), ["0x3", "0x5"]);
    assert_eq!(with("topics", json!([[], word(1)])), ["0x3"]);
    assert_eq!(with("topics", json!([null, null, null])), [""; 0]);
    assert_eq!(with("toBlock", json!("0x4")), ["0x3", "0x4"]);
    assert_eq!(blocks(&rig, json!({"fromBlock": "0x4", "toBlock": "0x4"})), ["0x4"]);
    assert_eq!(blocks(&rig, json!({})), ["0x6"]);
    let hash = rig.get("eth_getBlockByNumber", json!(["0x5", false]))["hash"].clone();
    assert_eq!(blocks(&rig, json!({"blockHash": hash})), ["0x5"]);
}

#[test]
fn a_log_says_where_it_comes_from() {
    let (rig, first, _) = scene(Limits::default());
    let filter = json!({"fromBlock": "0x4", "toBlock": "0x4"});
    let log = rig.get("eth_getLogs", json!([filter]))[0].clone();
    let block = rig.get("eth_getBlockByNumber", json!(["0x4", false]));
    let receipt = rig.get("eth_getTransactionReceipt", json!([block["transactions"][0]]));
    assert_eq!(log, receipt["logs"][0]);
    assert_eq!(receipt["logsBloom"], block["logsBloom"]);
    assert_eq!(log["address"], first);
    assert_eq!(log["topics"], json!([word(7), word(2)]));
    assert_eq!(log["data"], word(3));
    assert_eq!(log["blockHash"], block["hash"]);
    assert_eq!(log["logIndex"], "0x0");
}

#[test]
fn a_query_that_is_too_wide_is_refused() {
    // Blocks 0 to 6 are seven; there are four logs.
    let (rig, ..) = scene(Limits { log_blocks: 7, logs: 4, ..Limits::default() });
    assert_eq!(blocks(&rig, json!({"fromBlock": "0x0"})).len(), 4);
    let (rig, first, _) = scene(Limits { log_blocks: 6, logs: 3, ..Limits::default() });
    let code = |filter: Value| rig.code("eth_getLogs", json!([filter]));
    assert_eq!(code(json!({"fromBlock": "0x0"})), -32005);
    assert_eq!(code(json!({"fromBlock": "0x1"})), -32005);
    assert_eq!(blocks(&rig, json!({"fromBlock": "0x1", "address": first})).len(), 3);
    assert_eq!(code(json!({"fromBlock": "0x2", "toBlock": "0x1"})), -32602);
    assert_eq!(code(json!({"blockHash": word(1)})), -32000);
    assert_eq!(code(json!({"blockHash": word(1), "toBlock": "0x1"})), -32602);
    assert_eq!(code(json!({"topics": [null, null, null, null, null]})), -32602);
}

#[test]
fn a_filter_reports_what_is_new() {
    let (rig, first, second) = scene(Limits { filters: 2, ..Limits::default() });
    let logs = rig.get("eth_newFilter", json!([{"address": second, "fromBlock": "0x0"}]));
    let heads = rig.get("eth_newBlockFilter", json!([]));
    assert_eq!(rig.code("eth_newBlockFilter", json!([])), -32005);
    let changes = |id: &Value| rig.get("eth_getFilterChanges", json!([id]));
    assert_eq!(changes(&logs), json!([]));
    let mut hashes = Vec::new();
    for to in [&first, &second] {
        let receipt = rig.send(json!({"from": ALICE, "to": to, "data": word(1)}));
        hashes.push(receipt["blockHash"].clone());
    }
    let found = changes(&logs);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["blockHash"], hashes[1]);
    assert_eq!(changes(&logs), json!([]));
    assert_eq!(changes(&heads), json!(hashes));
    let past = rig.get("eth_getFilterLogs", json!([logs]));
    assert_eq!(past.as_array().map(Vec::len), Some(2));
    assert_eq!(rig.get("eth_uninstallFilter", json!([logs])), true);
    assert_eq!(rig.get("eth_uninstallFilter", json!([logs])), false);
    assert_eq!(rig.code("eth_getFilterChanges", json!([logs])), -32000);
}
