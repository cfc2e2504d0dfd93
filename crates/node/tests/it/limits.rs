//! What the node gives at most, at the edge of it.

use plimsoll_node::{Config, Limits};
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig, word};
use crate::websocket::Socket;

#[test]
fn a_call_gets_no_more_gas_than_told() {
    let rig = Rig::with(Limits { call_gas: 100_000, ..Limits::default() });
    // GAS; PUSH0; MSTORE; RETURN(0, 32)
    let target = "0x00000000000000000000000000000000000000aa";
    rig.get("anvil_setCode", json!([target, "0x5a5f5260205ff3"]));
    let left = |gas: Value| rig.get("eth_call", json!([{"to": target, "gas": gas}]));
    let most = word(100_000 - 21_000 - 2);
    assert_eq!(left(json!("0x1869f")), word(99_999 - 21_000 - 2));
    assert_eq!(left(json!("0x186a0")), most);
    assert_eq!(left(json!("0x186a1")), most);
    assert_eq!(left(Value::Null), most);
    // What needs more cannot be estimated, but can be sent.
    let deploy = json!({"from": ALICE, "data": plimsoll_devnet::init_code(&[0; 500]).to_string()});
    let error = rig.refuse("eth_estimateGas", json!([deploy]));
    assert_eq!(error["message"], "gas required exceeds allowance (100000): out of gas");
    let mut tx = deploy;
    tx["gas"] = "0x30d40".into();
    assert_eq!(rig.send(tx)["status"], "0x1");
}

#[test]
fn a_response_has_a_longest_length() {
    let target = "0x00000000000000000000000000000000000000aa";
    // What surrounds the hexadecimal digits of the code: {"jsonrpc":"2.0","id":1,"result":"0x"}
    let around = r#"{"jsonrpc":"2.0","id":1,"result":"0x"}"#.len() as u32;
    for (bytes, fits) in [(500, true), (501, false)] {
        let limits = Limits { response_bytes: around + 1_000, ..Limits::default() };
        let rig = Rig::with(limits);
        let code = format!("0x{}", "00".repeat(bytes));
        rig.get("anvil_setCode", json!([target, code]));
        match fits {
            true => assert_eq!(rig.get("eth_getCode", json!([target])), code),
            false => assert_eq!(rig.code("eth_getCode", json!([target])), -32008),
        }
        assert_eq!(rig.get("eth_chainId", json!([])), "0x64aba");
    }
}

#[test]
fn a_connection_has_a_largest_number_of_subscriptions() {
    let rig = Rig::with(Limits { subscriptions: 2, ..Limits::default() });
    let mut socket = Socket::open(&rig);
    let first = socket.ask("eth_subscribe", json!(["newHeads"]))["result"].clone();
    assert!(socket.ask("eth_subscribe", json!(["newHeads"]))["result"].is_string());
    let error = &socket.ask("eth_subscribe", json!(["newHeads"]))["error"];
    assert_eq!(error["code"], -32006, "{error}");
    // Another connection has its own, and one that was given up makes room.
    let mut other = Socket::open(&rig);
    assert!(other.ask("eth_subscribe", json!(["newHeads"]))["result"].is_string());
    assert_eq!(socket.ask("eth_unsubscribe", json!([first]))["result"], true);
    assert!(socket.ask("eth_subscribe", json!(["newHeads"]))["result"].is_string());
}

#[test]
fn proofs_filters_and_percentiles_have_a_largest_number() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let slots = |count: u64| -> Value { (0..count).map(word).collect() };
    let proof = rig.get("eth_getProof", json!([counter, slots(1_024), "latest"]));
    assert_eq!(proof["storageProof"].as_array().map(Vec::len), Some(1_024));
    assert_eq!(rig.code("eth_getProof", json!([counter, slots(1_025), "latest"])), -32005);
    let query = |field: &str, count: u64| json!([{ (field): slots(count) }]);
    let topics = |count: u64| json!([{ "topics": [slots(count)] }]);
    assert_eq!(rig.get("eth_getLogs", topics(1_000)), json!([]));
    assert_eq!(rig.code("eth_getLogs", topics(1_001)), -32602);
    assert_eq!(rig.code("eth_getLogs", query("address", 1)), -32602);
    let percentiles = |count: u64| {
        let percentiles: Value = (0..count).collect();
        json!(["0x1", "latest", percentiles])
    };
    rig.get("eth_feeHistory", percentiles(100));
    assert_eq!(rig.code("eth_feeHistory", percentiles(101)), -32602);
    let history = rig.get("eth_feeHistory", json!(["0xffffff", "latest", []]));
    assert_eq!(history["gasUsedRatio"].as_array().map(Vec::len), Some(2));
}

/// Header of an answer to a request that a web page makes.
fn allowed(rig: &Rig, origin: &str) -> Option<String> {
    let head = format!(
        "OPTIONS / HTTP/1.1\r\nHost: node\r\nOrigin: {origin}\r\nConnection: close\r\n\
         Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n"
    );
    let answer = rig.raw(&head).to_ascii_lowercase();
    let mut lines = answer.lines();
    let line = lines.find_map(|line| line.strip_prefix("access-control-allow-origin: "));
    line.map(str::to_owned)
}

#[test]
fn web_pages_read_answers_if_they_are_allowed_to() {
    let page = "http://localhost:3000";
    assert_eq!(allowed(&Rig::new(), page), None);
    let any = Rig::start(Config { cors: vec!["*".into()], ..Config::default() });
    assert_eq!(allowed(&any, page).as_deref(), Some("*"));
    let one = Rig::start(Config { cors: vec![page.into()], ..Config::default() });
    assert_eq!(allowed(&one, page).as_deref(), Some(page));
    assert_eq!(allowed(&one, "http://localhost:3001"), None);
    assert_eq!(one.get("eth_chainId", json!([])), "0x64aba");
}

#[test]
fn nobody_is_served_less_because_another_asks_for_too_much() {
    let rig = Rig::with(Limits { logs: 1, ..Limits::default() });
    let counter = rig.deploy(&COUNTER);
    for _ in 0..2 {
        rig.send(json!({"from": ALICE, "to": counter, "data": word(1)}));
    }
    let all = json!([{"fromBlock": "0x0"}]);
    let batch = json!([
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": all},
        {"jsonrpc": "2.0", "id": 2, "method": "eth_getBalance", "params": [BOB]},
        {"jsonrpc": "2.0", "id": 3, "method": "eth_getBalance", "params": [7]},
        {"jsonrpc": "2.0", "id": 4, "method": "eth_nothing"},
        7,
    ]);
    let answer: Value = serde_json::from_str(&rig.post(&batch.to_string()).1).expect("JSON");
    let codes: Vec<_> = (0..5).map(|index| answer[index]["error"]["code"].as_i64()).collect();
    assert_eq!(codes, [Some(-32005), None, Some(-32602), Some(-32601), Some(-32600)]);
}
