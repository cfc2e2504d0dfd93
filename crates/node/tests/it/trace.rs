//! The call tracer.

use alloy_primitives::hex;
use plimsoll_devnet::stylus_code;
use serde_json::{Value, json};

use crate::rig::{ALICE, COUNTER, Rig, number, word};
use crate::stylus::activation;

/// Passes its call data on by `CALL`, `STATICCALL` and `DELEGATECALL`, whatever comes of it.
fn fan_out(target: &str) -> Vec<u8> {
    let target = hex::decode(target).expect("address");
    let mut code = hex!("365f5f37").to_vec(); // CALLDATACOPY(0, 0, CALLDATASIZE)
    for (arguments, instruction) in [
        (hex!("5f5f365f5f").as_slice(), 0xf1),
        (&hex!("5f5f365f"), 0xfa),
        (&hex!("5f5f365f"), 0xf4),
    ] {
        code.extend(arguments);
        code.push(0x73);
        code.extend(&target);
        code.extend([0x5a, instruction]);
    }
    code
}

/// A Stylus program that calls the address in its first word with what follows.
const RELAY: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "call_contract"
    (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
  (memory (export "memory") 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 1024))
    (call $write_result (i32.const 0) (i32.const 0))
    (call $call (i32.const 1036) (i32.const 1056) (i32.sub (local.get $len) (i32.const 32))
      (i32.const 0) (i64.const -1) (i32.const 512))))"#;

fn same(value: &Value, address: &str) -> bool {
    value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(address))
}

#[test]
fn a_trace_shows_calls_within_calls() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let caller = rig.deploy(&fan_out(&counter));
    let receipt = rig.send(json!({"from": ALICE, "to": caller, "data": "0xab"}));
    let hash = &receipt["transactionHash"];
    let trace = rig.get("debug_traceTransaction", json!([hash, {"tracer": "callTracer"}]));
    assert_eq!(trace["type"], "CALL");
    assert!(same(&trace["from"], ALICE) && same(&trace["to"], &caller));
    assert_eq!(trace["gasUsed"], receipt["gasUsed"]);
    assert_eq!(trace["error"], json!(null));
    let calls = trace["calls"].as_array().expect("calls");
    let kinds: Vec<_> = calls.iter().map(|call| call["type"].clone()).collect();
    assert_eq!(kinds, ["CALL", "STATICCALL", "DELEGATECALL"]);
    for call in calls {
        assert!(same(&call["from"], &caller) && same(&call["to"], &counter));
        assert_eq!(call["input"], "0xab");
        assert_eq!(call["output"], "0xab");
        assert_eq!(call["error"], "execution reverted");
    }
    let options = json!({"tracer": "callTracer", "tracerConfig": {"onlyTopCall": true}});
    let trace = rig.get("debug_traceTransaction", json!([hash, options]));
    assert_eq!(trace["calls"], json!(null));
}

#[test]
fn a_trace_goes_through_programs_and_creations() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let relay = rig.deploy(&stylus_code(&wat::parse_str(RELAY).expect("program")));
    rig.send(activation(&relay));
    let target = format!("0x{:0>64}{}", &counter[2..], &word(5)[2..]);
    let call = json!({"from": ALICE, "to": relay, "data": target});
    let traced = rig.get("debug_traceCall", json!([call, "latest", {"tracer": "callTracer"}]));
    let inner = &traced["calls"][0];
    assert!(same(&inner["from"], &relay) && same(&inner["to"], &counter));
    assert_eq!((&inner["input"], &inner["output"]), (&json!(word(5)), &json!(word(5))));
    assert!(number(&inner["gasUsed"]) > 22_100);
    assert_eq!(rig.call(&counter, "0x"), word(0));

    let block = rig.get("eth_getBlockByNumber", json!(["0x1", false]));
    let options = json!({"tracer": "callTracer"});
    let trace = rig.get("debug_traceTransaction", json!([block["transactions"][0], options]));
    assert_eq!(trace["type"], "CREATE");
    assert!(same(&trace["to"], &counter));
    assert_eq!(trace["output"], hex::encode_prefixed(COUNTER));
}

#[test]
fn what_cannot_be_traced_is_refused() {
    let rig = Rig::new();
    let receipt = rig.send(json!({"from": ALICE, "to": ALICE}));
    let hash = &receipt["transactionHash"];
    let other = json!({"tracer": "otherTracer"});
    assert_eq!(rig.code("debug_traceTransaction", json!([hash, other])), -32602);
    let options = json!({"tracer": "callTracer"});
    assert_eq!(rig.code("debug_traceTransaction", json!([word(1), options])), -32000);
    // JUMPDEST; CALL(100, 0xbb, 0, 0, 2^20, 0, 0); POP; PUSH0; JUMP: each hands on a megabyte.
    let glutton = "0x00000000000000000000000000000000000000aa";
    let code = "0x5b5f5f621000005f5f60bb6064f1505f56";
    rig.get("anvil_setCode", json!([glutton, code]));
    let call = json!({"to": glutton});
    let error = rig.refuse("debug_traceCall", json!([call, "latest", options]));
    assert_eq!(error["message"], "too many calls to trace");
    // JUMPDEST; PUSH0; JUMP: four million steps.
    rig.get("anvil_setCode", json!([glutton, "0x5b5f56"]));
    let error = rig.refuse("debug_traceCall", json!([call, "latest"]));
    assert_eq!(error["message"], "too many steps to trace");
}

#[test]
fn steps_tell_what_each_instruction_found() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    let receipt = rig.send(json!({"from": ALICE, "to": counter, "data": word(6)}));
    let trace = rig.get("debug_traceTransaction", json!([receipt["transactionHash"]]));
    assert_eq!(trace["gas"], number(&receipt["gasUsed"]));
    assert_eq!((&trace["failed"], &trace["returnValue"]), (&json!(false), &json!(word(11))));
    let logs = trace["structLogs"].as_array().expect("steps");
    let first = json!({"pc": 0, "op": "CALLDATASIZE", "gas": logs[0]["gas"], "gasCost": 2,
        "depth": 1, "stack": []});
    assert_eq!(logs[0], first);
    let steps = |op: &str| logs.iter().filter(|log| log["op"] == op).collect::<Vec<_>>();
    // Cold, and warm after the store.
    let costs: Vec<_> = steps("SLOAD").iter().map(|log| log["gasCost"].clone()).collect();
    assert_eq!(costs, [2_100, 100, 100]);
    assert_eq!(steps("SLOAD")[0]["storage"], json!({ (word(0)): word(5) }));
    let store = steps("SSTORE")[0];
    assert_eq!(store["gasCost"], 2_900);
    assert_eq!(store["stack"], json!(["0xb", "0x0"]));
    // Each step starts with the gas that the one before it left.
    for pair in logs.windows(2) {
        let left = pair[0]["gas"].as_u64().zip(pair[0]["gasCost"].as_u64());
        assert_eq!(left.map(|(gas, cost)| gas - cost), pair[1]["gas"].as_u64());
    }
    let bare = json!({"disableStack": true, "disableStorage": true, "enableMemory": true});
    let hash = &receipt["transactionHash"];
    let trace = rig.get("debug_traceTransaction", json!([hash, bare]));
    let last = trace["structLogs"].as_array().and_then(|logs| logs.last()).expect("steps");
    assert_eq!(last["stack"], json!(null));
    assert_eq!(last["memory"], json!([word(11)]));
}

#[test]
fn the_accounts_before_and_after_are_told_apart() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.send(json!({"from": ALICE, "to": counter, "data": word(5)}));
    let tx = json!({"from": ALICE, "to": counter, "data": word(6), "value": "0x7"});
    let receipt = rig.send(tx);
    let hash = &receipt["transactionHash"];
    let trace = |config: Value| {
        let options = json!({"tracer": "prestateTracer", "tracerConfig": config});
        rig.get("debug_traceTransaction", json!([hash, options]))
    };
    let before = trace(json!({}));
    assert_eq!(before[&counter]["storage"], json!({ (word(0)): word(5) }));
    assert_eq!(before[&counter]["balance"], "0x0");
    assert_eq!(before[ALICE]["nonce"], 2);
    let both = trace(json!({"diffMode": true}));
    assert_eq!(both["pre"][&counter]["storage"], json!({ (word(0)): word(5) }));
    let after = json!({"balance": "0x7", "storage": { (word(0)): word(11) }});
    assert_eq!(both["post"][&counter], after);
    assert_eq!(both["post"][ALICE]["nonce"], 3);
    assert_eq!(both["post"][ALICE]["balance"], rig.get("eth_getBalance", json!([ALICE])));
}

#[test]
fn host_calls_are_shown_as_cargo_stylus_reads_them() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    let relay = rig.deploy(&stylus_code(&wat::parse_str(RELAY).expect("program")));
    rig.send(activation(&relay));
    // The program calls itself, and through itself the counter.
    let inner = format!("{:0>64}{}", &counter[2..], &word(5)[2..]);
    let inner = inner.to_lowercase();
    let data = format!("0x{:0>64}{inner}", &relay[2..].to_lowercase());
    let receipt = rig.send(json!({"from": ALICE, "to": relay, "data": data}));
    assert_eq!(receipt["status"], "0x1");
    for tracer in ["stylusTracer", "{ \"hostio\": function(info) {} }"] {
        let options = json!({"tracer": tracer});
        let hash = &receipt["transactionHash"];
        let trace = rig.get("debug_traceTransaction", json!([hash, options]));
        let names = |steps: &Value| -> Vec<String> {
            let steps = steps.as_array().expect("steps").iter();
            steps.map(|step| step["name"].as_str().expect("name").into()).collect()
        };
        let program =
            ["user_entrypoint", "read_args", "write_result", "call_contract", "user_returned"];
        assert_eq!(names(&trace), program);
        assert_eq!(trace[0]["args"], "0x00000060");
        assert_eq!(trace[1]["outs"], data);
        assert_eq!(trace[4]["outs"], "0x00000000");
        let call = &trace[3];
        assert!(same(&call["address"], &relay));
        assert!(call["startInk"].as_u64() > call["endInk"].as_u64());
        // Address, all the gas there is, no value, data; then how much came back, and a success.
        let args = format!("{}{}{}{inner}", &relay.to_lowercase(), "f".repeat(16), &word(0)[2..]);
        assert_eq!(call["args"], args);
        assert_eq!(call["outs"], "0x0000000000");
        assert_eq!(names(&call["steps"]), program);
        let deepest = &call["steps"][3];
        assert!(same(&deepest["address"], &counter));
        assert_eq!(deepest["steps"], json!([]));
        assert_eq!(deepest["outs"], "0x0000002000");
    }
}

#[test]
fn a_trace_repeats_what_happened_whatever_has_happened_since() {
    let rig = Rig::new();
    let counter = rig.deploy(&COUNTER);
    rig.get("evm_setAutomine", json!([false]));
    for step in 1..=3 {
        rig.get(
            "eth_sendTransaction",
            json!([
                {"from": ALICE, "to": counter, "data": word(step), "gas": "0x30d40"}
            ]),
        );
    }
    rig.get("evm_mine", json!([]));
    rig.get("anvil_setStorageAt", json!([counter, "0x0", word(90)]));
    rig.send_and_mine(json!({"from": ALICE, "to": counter, "data": word(9)}));
    let block = rig.get("eth_getBlockByNumber", json!(["0x2", true]));
    let options = json!({"tracer": "callTracer"});
    let traces = rig.get("debug_traceBlockByNumber", json!(["0x2", options]));
    for (index, sum) in [1, 3, 6].into_iter().enumerate() {
        let hash = &block["transactions"][index]["hash"];
        let receipt = rig.get("eth_getTransactionReceipt", json!([hash]));
        let trace = rig.get("debug_traceTransaction", json!([hash, options]));
        assert_eq!(trace["output"], word(sum));
        assert_eq!(trace["gasUsed"], receipt["gasUsed"]);
        assert_eq!(traces[index], json!({"txHash": hash, "result": trace}));
    }
    assert_eq!(rig.call(&counter, "0x"), word(99));
}
