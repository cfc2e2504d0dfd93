//! The state as a file, and starting again.

use plimsoll_devnet::stylus_code;
use plimsoll_node::Config;
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig, word};
use crate::stylus::{PROGRAM, activation};

/// A node with a counter at 5 and an activated program at 7.
fn scene() -> (Rig, String, String) {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    let program = rig.deploy(&stylus_code(&wat::parse_str(PROGRAM).expect("program")));
    rig.send(activation(&program));
    rig.send(json!({"from": ALICE, "to": program, "data": word(7)}));
    (rig, counter, program)
}

/// What does not depend on the block it happened in.
fn outcome(receipt: &Value) -> [Value; 4] {
    ["status", "gasUsed", "contractAddress", "from"].map(|field| receipt[field].clone())
}

fn same(first: &Rig, second: &Rig, counter: &str, program: &str) {
    for (method, params) in [
        ("eth_getStorageAt", json!([counter, "0x0", "latest"])),
        ("eth_getStorageAt", json!([program, "0x0", "latest"])),
        ("eth_getCode", json!([counter])),
        ("eth_getCode", json!([program])),
        ("eth_getBalance", json!([ALICE])),
        ("eth_getTransactionCount", json!([ALICE])),
        ("eth_estimateGas", json!([{"from": BOB, "to": program, "data": word(1)}])),
    ] {
        assert_eq!(first.get(method, params.clone()), second.get(method, params), "{method}");
    }
    for to in [counter, program] {
        let tx = json!({"from": BOB, "to": to, "data": word(9), "gas": "0xf4240"});
        let (first, second) = (first.send(tx.clone()), second.send(tx));
        assert_eq!(outcome(&first), outcome(&second));
        assert_eq!(first["status"], "0x1");
        assert_eq!(first["logs"][0]["data"], second["logs"][0]["data"]);
    }
}

#[test]
fn a_loaded_state_runs_as_the_one_it_was_taken_from() {
    let (rig, counter, program) = scene();
    let dump = rig.get("anvil_dumpState", json!([]));
    let other = Rig::new();
    assert_eq!(other.get("anvil_loadState", json!([dump])), true);
    same(&rig, &other, &counter, &program);
}

#[test]
fn a_node_starts_from_a_state_and_returns_to_it() {
    let (rig, counter, program) = scene();
    let dump = rig.running.dump();
    let load = Some(dump.clone().into_bytes().into());
    let other = Rig::start(Config { load, ..Config::default() });
    // The state is block 0's, whose root says so.
    assert_eq!(other.number("eth_blockNumber", json!([])), 0);
    let root =
        |rig: &Rig| rig.get("eth_getBlockByNumber", json!(["latest", false]))["stateRoot"].clone();
    assert_eq!(root(&other), root(&rig));
    same(&rig, &other, &counter, &program);
    other.get("anvil_reset", json!([]));
    assert_eq!(
        other.running.dump(),
        Rig::start(Config { load: Some(dump.into_bytes().into()), ..Config::default() })
            .running
            .dump()
    );
}

#[test]
fn a_reset_forgets_everything() {
    let (rig, counter, _) = scene();
    rig.get("evm_snapshot", json!([]));
    rig.get("anvil_impersonateAccount", json!([counter]));
    rig.get("anvil_reset", json!([]));
    assert_eq!(rig.running.dump(), Rig::new().running.dump());
    assert_eq!(rig.number("eth_blockNumber", json!([])), 0);
    assert_eq!(rig.get("evm_revert", json!(["0x1"])), false);
    assert_eq!(rig.code("eth_sendTransaction", json!([{"from": counter, "to": BOB}])), -32000);
    assert_eq!(rig.code("anvil_reset", json!([{"forking": {"jsonRpcUrl": "x"}}])), -32000);
}

#[test]
fn what_is_no_state_is_refused_and_changes_nothing() {
    let (rig, ..) = scene();
    let before = rig.running.dump();
    let good: Value = serde_json::from_str(&before).expect("JSON");
    let with = |field: &str, value: Value| {
        let mut state = good.clone();
        state[field] = value;
        state
    };
    for state in [
        json!("0x"),
        json!("0x7b"),
        json!("state"),
        json!({}),
        with("format", json!("anvil")),
        with("version", json!("0x2")),
        with("accounts", json!([])),
        with("accounts", json!({"0x12": {}})),
        with("accounts", json!({ BOB: {"balance": "much"} })),
        with("accounts", json!({ ALICE: {"balance": "0x0"}, BOB: {"storage": {"0x0": 7.5}} })),
    ] {
        assert_eq!(rig.code("anvil_loadState", json!([state])), -32602, "{state}");
    }
    assert_eq!(rig.running.dump(), before);
    let info = rig.get("anvil_nodeInfo", json!([]));
    assert_eq!(info["currentBlockNumber"], "0x5");
    assert_eq!(info["environment"]["chainId"], 412_346);
}
