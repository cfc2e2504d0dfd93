//! Whatever the node is asked, it answers, and goes on.

use serde_json::{Value, json};

use crate::rig::{ALICE, COUNTER, Rig, word};

/// Every method that the documentation names.
fn methods() -> Vec<&'static str> {
    let text = include_str!("../../../../docs/NODE.md");
    let table = text.split("## Methods").nth(1).and_then(|text| text.split("\n### ").next());
    let words = table.expect("table").split('`').skip(1).step_by(2);
    // Over HTTP there are no subscriptions. Starting again would leave nothing to ask for.
    let skipped = ["eth_subscribe", "eth_unsubscribe", "anvil_reset", "hardhat_reset"];
    words.filter(|word| word.contains('_') && !skipped.contains(word)).collect()
}

/// A sequence that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // Constants of Knuth's MMIX generator.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn values(counter: &str, hash: &Value) -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |value, _| json!([value]));
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0x1"),
        json!("0x2"),
        json!("0xg"),
        json!("é"),
        json!("latest"),
        json!("pending"),
        json!("earliest"),
        json!(format!("0x{}", "f".repeat(64))),
        json!(format!("0x{}", "f".repeat(65))),
        json!(word(1)),
        json!([]),
        json!({}),
        json!(ALICE),
        json!(counter),
        hash.clone(),
        json!([hash]),
        json!(["0x0", "0x1"]),
        json!({"from": ALICE, "to": counter, "data": word(3)}),
        json!({"from": ALICE, "to": counter, "gas": "0xffffffffffffffff", "value": word(u64::MAX)}),
        json!({"from": counter, "data": "0xfe", "nonce": "0xffffffffffffffff"}),
        json!({"blockHash": hash}),
        json!({"blockNumber": "0x1"}),
        json!({"fromBlock": "0x0", "toBlock": "0xffffffffffffffff", "topics": [[], null, [word(1)]]}),
        json!({"tracer": "callTracer", "tracerConfig": {"onlyTopCall": true}}),
        json!({"tracer": "prestateTracer", "tracerConfig": {"diffMode": true}}),
        json!({"tracer": "stylusTracer", "enableMemory": true}),
        json!({ (counter): {"code": "0xeff00000", "state": {}, "nonce": "0xffffffffffffffff"} }),
        json!({ (counter): {"balance": word(u64::MAX), "stateDiff": { (word(0)): word(9) }} }),
        json!({"types": {"A": [{"name": "a", "type": "A[2][]"}]}, "primaryType": "A"}),
        json!({"number": "0xffffffffffffffff", "time": "0xffffffffffffffff"}),
        json!({"blocks": "0x3", "timestamp": "0xffffffffffffffff"}),
        json!({"format": "plimsoll-node state", "version": 1, "accounts": { ALICE: {} }}),
        deep,
    ]
}

#[test]
fn no_parameters_stop_the_node() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let receipt = rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    let values = values(&counter, &receipt["transactionHash"]);
    let mut dice = Dice(1);
    for method in methods() {
        let mut batch = Vec::new();
        for id in 0..60 {
            let params: Vec<_> =
                (0..dice.below(5)).map(|_| values[dice.below(values.len())].clone()).collect();
            batch.push(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        }
        let (status, body) = rig.post(&Value::Array(batch.clone()).to_string());
        assert_eq!(status, 200, "{method}: {body}");
        let answers: Vec<Value> = serde_json::from_str(&body).expect("JSON");
        assert_eq!(answers.len(), batch.len(), "{method}");
        for answer in answers {
            // An internal error is a panic that somebody caught.
            let code = &answer["error"]["code"];
            assert_ne!(code, -32603, "{method}: {answer}");
            assert_ne!(code, -32601, "{method}: {answer}");
            assert!(answer.get("result").is_some() || code.is_i64(), "{method}: {answer}");
        }
        assert_eq!(rig.get("eth_chainId", json!([])), "0x64aba", "after {method}");
    }
}
