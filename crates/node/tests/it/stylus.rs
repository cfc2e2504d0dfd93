//! Stylus programs over the wire: deployment, activation, calls and their gas.

use alloy_primitives::{U256, hex, keccak256};
use plimsoll_devnet::{ARB_WASM, ARB_WASM_CACHE, NITRO_DEV_ACCOUNT, stylus_code};
use serde_json::{Value, json};

use crate::rig::{ALICE, Rig, number, word};

/// Adds the first word's lowest byte to slot 0's and returns the slot; logs the sum. Without
/// call data it returns slot 0.
pub const PROGRAM: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
  (memory (export "memory") 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $load (i32.const 0) (i32.const 32))
    (if (local.get $len) (then
      (call $read_args (i32.const 64))
      (i32.store8 (i32.const 63)
        (i32.add (i32.load8_u (i32.const 63)) (i32.load8_u (i32.const 95))))
      (call $store (i32.const 0) (i32.const 32))
      (call $flush (i32.const 0))
      (call $log (i32.const 32) (i32.const 32) (i32.const 0))))
    (call $write_result (i32.const 32) (i32.const 32))
    (i32.const 0)))"#;

fn deploy(rig: &Rig) -> String {
    let wasm = wat::parse_str(PROGRAM).expect("program");
    rig.deploy(&stylus_code(&wasm))
}

/// `activateProgram(address)`, with enough value for the data fee.
pub fn activation(program: &str) -> Value {
    let data = format!("0x58c780c2{:0>64}", program.trim_start_matches("0x"));
    json!({"from": ALICE, "to": ARB_WASM.to_string(), "data": data, "value": "0x2386f26fc10000"})
}

#[test]
fn a_program_is_deployed_activated_and_called() {
    let rig = Rig::new();
    let program = deploy(&rig);
    let code = rig.get("eth_getCode", json!([program, "latest"]));
    assert!(code.as_str().expect("code").starts_with("0xeff000"));
    // Before its activation a call to it takes all gas.
    let error = rig.refuse("eth_call", json!([{"to": program}, "latest"]));
    assert_eq!(error["message"], "execution failed: NotActivated");

    let receipt = rig.send(activation(&program));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["logs"].as_array().map(Vec::len), Some(1));
    assert_eq!(rig.call(&program, "0x"), word(0));
    let receipt = rig.send(json!({"from": ALICE, "to": program, "data": word(5)}));
    assert_eq!(receipt["logs"][0]["data"], word(5));
    assert_eq!(receipt["logs"][0]["topics"], json!([]));
    assert_eq!(rig.call(&program, "0x"), word(5));
    assert_eq!(rig.get("eth_getStorageAt", json!([program, word(0), "latest"])), word(5));
}

/// Whether the least gas that the node names suffices, and no less does.
fn check_estimate(rig: &Rig, mut tx: Value) {
    let estimate = rig.number("eth_estimateGas", json!([tx]));
    tx["gas"] = format!("{:#x}", estimate - 1).into();
    assert_eq!(rig.send(tx.clone())["status"], "0x0");
    tx["gas"] = format!("{estimate:#x}").into();
    let receipt = rig.send(tx);
    assert_eq!(receipt["status"], "0x1");
    assert!(number(&receipt["gasUsed"]) <= estimate);
}

#[test]
fn an_estimate_is_the_least_gas_that_suffices() {
    let rig = Rig::new();
    let program = deploy(&rig);
    check_estimate(&rig, activation(&program));
    let call = json!({"from": ALICE, "to": program, "data": word(5)});
    check_estimate(&rig, call.clone());
    // 5 + 251 is 0 in a byte: clearing the slot gives gas back, but only at the end.
    check_estimate(&rig, json!({"from": ALICE, "to": program, "data": word(251)}));
    check_estimate(&rig, call);
}

#[test]
fn an_estimate_covers_calls_within_calls_and_what_each_keeps_back() {
    let rig = Rig::new();
    let program = deploy(&rig);
    rig.send(activation(&program));
    // Hands its call data to the program, three calls deep; each fails if its callee did.
    let mut target = program.clone();
    for _ in 0..3 {
        // CALLDATACOPY(0, 0, CALLDATASIZE); CALL(GAS, target, 0, 0, CALLDATASIZE, 0, 0); jump over
        // REVERT(0, 0) if that worked.
        let code = format!("365f5f375f5f365f5f73{}5af16026575f5ffd5b", &target[2..]);
        let code = hex::decode(code).expect("code");
        target = rig.deploy(&code);
    }
    let call = json!({"from": ALICE, "to": target, "data": word(5)});
    check_estimate(&rig, call.clone());
    // Cached, its call costs less, and so does an estimate.
    let before = rig.number("eth_estimateGas", json!([call]));
    cache(&rig, &program);
    let after = rig.number("eth_estimateGas", json!([call]));
    assert!(after < before, "{after} < {before}");
    check_estimate(&rig, call);
}

/// Caches a program, by the chain's owner, who may do that.
fn cache(rig: &Rig, program: &str) {
    let owner = NITRO_DEV_ACCOUNT.to_string();
    rig.get("anvil_impersonateAccount", json!([owner]));
    let selector = hex::encode(&keccak256("cacheProgram(address)")[..4]);
    let data = format!("0x{selector}{:0>64}", &program[2..]);
    let receipt = rig.send(json!({"from": owner, "to": ARB_WASM_CACHE.to_string(), "data": data}));
    assert_eq!(receipt["status"], "0x1");
}

#[test]
fn a_program_can_be_checked_before_it_is_deployed() {
    let rig = Rig::new();
    let code = stylus_code(&wat::parse_str(PROGRAM).expect("program"));
    let (nobody, nowhere) = (
        "0x00000000000000000000000000000000000000aa",
        "0x00000000000000000000000000000000000000bb",
    );
    let data = format!("0x58c780c2{:0>64}", &nowhere[2..]);
    let call = json!({"from": nobody, "to": ARB_WASM.to_string(), "data": data,
        "value": "0xde0b6b3a7640000"});
    let assumed = json!({
        (nobody): {"balance": format!("{:#x}", U256::MAX)}, (nowhere): {"code": code.to_string()},
    });
    let returned = rig.get("eth_call", json!([call, "latest", assumed]));
    // Version and data fee.
    let returned = returned.as_str().expect("words");
    assert_eq!(returned.len(), 2 + 128);
    assert_eq!(returned[..66], word(3));
    let gas = rig.number("eth_estimateGas", json!([call, "latest", assumed]));
    assert!(gas > 1_000_000, "{gas}");
    // What is no program is not activated, and nothing of this stayed.
    let wrong = json!({ (nobody): assumed[nobody], (nowhere): {"code": "0xeff00000ff"} });
    rig.refuse("eth_call", json!([call, "latest", wrong]));
    assert_eq!(rig.get("eth_getCode", json!([nowhere])), "0x");
}

#[test]
fn the_gas_profile_adds_up() {
    let rig = Rig::new();
    let program = deploy(&rig);
    rig.send(activation(&program));
    let receipt = rig.send(json!({"from": ALICE, "to": program, "data": word(5)}));
    let profile = rig.get("plimsoll_gasProfile", json!([receipt["transactionHash"]]));
    assert_eq!(profile["gasUsed"], receipt["gasUsed"]);
    assert_eq!(profile["frames"][0]["isStylus"], true);
    let spent = profile["spent"].as_object().expect("purposes");
    let sum: u64 = spent.values().map(number).sum();
    assert_eq!(sum - number(&profile["refund"]), number(&receipt["gasUsed"]));
}
