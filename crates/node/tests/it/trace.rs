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
fn only_what_is_recorded_can_be_traced() {
    let rig = Rig::new();
    let receipt = rig.send(json!({"from": ALICE, "to": ALICE}));
    let hash = &receipt["transactionHash"];
    assert_eq!(rig.code("debug_traceTransaction", json!([hash])), -32000);
    let other = json!({"tracer": "prestateTracer"});
    assert_eq!(rig.code("debug_traceTransaction", json!([hash, other])), -32000);
    let options = json!({"tracer": "callTracer"});
    assert_eq!(rig.code("debug_traceTransaction", json!([word(1), options])), -32000);
    // JUMPDEST; CALL(100, 0xbb, 0, 0, 2^20, 0, 0); POP; PUSH0; JUMP: each hands on a megabyte.
    let glutton = "0x00000000000000000000000000000000000000aa";
    let code = "0x5b5f5f621000005f5f60bb6064f1505f56";
    rig.get("anvil_setCode", json!([glutton, code]));
    let call = json!({"to": glutton});
    let error = rig.refuse("debug_traceCall", json!([call, "latest", options]));
    assert_eq!(error["message"], "too many calls to trace");
}
