//! Requests that are wrong, too long or too many.

use plimsoll_node::Limits;
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig};

fn alive(rig: &Rig) {
    assert_eq!(rig.get("eth_chainId", json!([])), "0x64aba");
}

#[test]
fn malformed_requests_get_the_code_for_what_is_wrong() {
    let rig = Rig::new();
    let cases = [
        ("{", -32700),
        ("nonsense", -32700),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"eth_nothing","params":[]}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"a":1}}"#, -32602),
    ];
    for (body, code) in cases {
        let answer: Value = serde_json::from_str(&rig.post(body).1).expect("JSON");
        assert_eq!(answer["error"]["code"], code, "{body}: {answer}");
    }
    alive(&rig);
}

#[test]
fn parameters_that_make_no_sense_are_invalid() {
    let rig = Rig::new();
    let deep: Value = (0..100).fold(json!(1), |value, _| json!([value]));
    let cases = [
        ("eth_getBalance", json!([])),
        ("eth_getBalance", json!([7, "latest"])),
        ("eth_getBalance", json!(["0x12", "latest"])),
        ("eth_getBalance", json!(["é", "latest"])),
        ("eth_getBalance", json!([ALICE, "newest"])),
        ("eth_getBalance", json!([ALICE, {"blockHash": 1}])),
        ("eth_getBalance", json!([ALICE, {}])),
        ("eth_getStorageAt", json!([ALICE, "0x", "latest"])),
        ("eth_getStorageAt", json!([ALICE, format!("0x1{}", "0".repeat(64)), "latest"])),
        ("eth_getBlockByNumber", json!(["0x1ffffffffffffffff", false])),
        ("eth_getBlockByNumber", json!(["latest", "yes"])),
        ("eth_getBlockByHash", json!(["0x00", false])),
        ("eth_call", json!([])),
        ("eth_call", json!(["0x"])),
        ("eth_call", json!([deep])),
        ("eth_call", json!([{"to": BOB, "data": "0x1"}])),
        ("eth_call", json!([{"to": BOB, "data": "0x11", "input": "0x12"}])),
        ("eth_call", json!([{"to": BOB, "gas": "much"}])),
        ("eth_call", json!([{"to": BOB, "gasPrice": "0x1", "maxFeePerGas": "0x1"}])),
        ("eth_call", json!([{"to": BOB, "chainId": "0x1"}])),
        ("eth_call", json!([{"to": BOB, "accessList": [{}]}])),
        ("eth_call", json!([{"to": BOB}, "latest", {"0x12": {}}])),
        ("eth_call", json!([{"to": BOB}, "latest", [1]])),
        ("eth_getLogs", json!([{"topics": "0x1"}])),
        ("eth_getLogs", json!([{"address": [1]}])),
        ("eth_feeHistory", json!(["0x1", "latest", ["a"]])),
        ("anvil_setBalance", json!([ALICE])),
        ("evm_revert", json!([{}])),
    ];
    for (method, params) in cases {
        assert_eq!(rig.code(method, params.clone()), -32602, "{method} {params}");
    }
    alive(&rig);
}

#[test]
fn a_revert_carries_its_data_and_its_words() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    for method in ["eth_call", "eth_estimateGas"] {
        let error = rig.refuse(method, json!([{"to": counter, "data": "0xab"}]));
        assert_eq!(
            error,
            json!({"code": 3, "message": "execution reverted", "data": "0xab"}),
            "{method}"
        );
    }
    // A contract whose revert data follow its first ten bytes:
    // CODESIZE - 11 bytes from 11 on, copied to 0 and reverted with.
    let text = "08c379a0\
        0000000000000000000000000000000000000000000000000000000000000020\
        0000000000000000000000000000000000000000000000000000000000000003\
        6e6f210000000000000000000000000000000000000000000000000000000000";
    // PUSH1 100; PUSH1 10; PUSH0; CODECOPY; PUSH1 100; PUSH0; REVERT
    let code = format!("0x6064600a5f3960645ffd{text}");
    let target = "0x00000000000000000000000000000000000000aa";
    rig.get("anvil_setCode", json!([target, code]));
    let error = rig.refuse("eth_call", json!([{"to": target}]));
    assert_eq!(error["message"], "execution reverted: no!");
    assert_eq!(error["data"], format!("0x{text}"));
}

#[test]
fn a_call_that_never_ends_runs_out_of_gas() {
    let rig = Rig::new();
    let target = "0x00000000000000000000000000000000000000aa";
    // JUMPDEST; PUSH0; JUMP
    rig.get("anvil_setCode", json!([target, "0x5b5f56"]));
    let call = json!([{"to": target, "gas": "0xffffffffffffffff"}]);
    assert_eq!(rig.refuse("eth_call", call)["message"], "out of gas");
    let error = rig.refuse("eth_estimateGas", json!([{"to": target}]));
    assert_eq!(error["message"], "gas required exceeds allowance (32000000): out of gas");
    alive(&rig);
}

#[test]
fn a_request_and_a_batch_have_a_longest_length() {
    let rig = Rig::with(Limits { request_bytes: 1_000, batch: 2, ..Limits::default() });
    let request = |padding: usize| {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []});
        request.to_string() + &" ".repeat(padding)
    };
    let length = request(0).len();
    assert_eq!(rig.post(&request(1_000 - length)).0, 200);
    assert_eq!(rig.post(&request(1_001 - length)).0, 413);
    let batch = |count: usize| format!("[{}]", vec![request(0); count].join(","));
    let answer: Value = serde_json::from_str(&rig.post(&batch(2)).1).expect("JSON");
    assert_eq!(answer.as_array().map(Vec::len), Some(2));
    let answer: Value = serde_json::from_str(&rig.post(&batch(3)).1).expect("JSON");
    assert_eq!(answer["error"]["code"], -32010, "{answer}");
    alive(&rig);
}
