//! Releases of ArbOS, as `--arbos` selects them.

use alloy_primitives::{hex, keccak256};
use plimsoll_devnet::{ARB_SYS, ARB_WASM, StylusParams, init_code, stylus_code};
use plimsoll_node::Config;
use serde_json::{Value, json};

use crate::rig::{ALICE, Rig, number, word};
use crate::stylus::{PROGRAM, activation};

fn of(arbos: u64) -> Rig {
    let params = StylusParams::of_release(arbos).expect("a release");
    Rig::start(Config { params, ..Config::default() })
}

/// What a getter without arguments answers.
fn ask(rig: &Rig, contract: impl ToString, method: &str) -> Value {
    rig.call(&contract.to_string(), &hex::encode_prefixed(&keccak256(method)[..4]))
}

fn release(rig: &Rig) -> Value {
    ask(rig, ARB_SYS, "arbOSVersion()")
}

/// Whether an account with this code can be created.
fn creates(rig: &Rig, code: &[u8]) -> bool {
    let data = init_code(code).to_string();
    rig.send(json!({"from": ALICE, "data": data, "gas": "0xf4240"}))["status"] == "0x1"
}

/// Each release with its Stylus version, and with what it lets run: fragments, and counting zeros.
#[test]
fn a_release_decides_what_runs() {
    for (arbos, stylus, fragments, counts) in
        [(61, 3, true, true), (51, 2, false, true), (40, 2, false, false)]
    {
        let rig = of(arbos);
        // ArbOS counts from 56, which is release 1.
        assert_eq!(release(&rig), word(55 + arbos));
        assert_eq!(ask(&rig, ARB_WASM, "stylusVersion()"), word(stylus));
        let info = rig.get("anvil_nodeInfo", json!([]));
        assert_eq!(info["hardFork"], format!("arbos{arbos}"));
        assert_eq!(creates(&rig, &[0xef, 0xf0, 1, 7]), fragments, "{arbos}");
        assert!(creates(&rig, &[0xef, 0xf0, 0, 7]), "{arbos}");
        // PUSH1 1; CLZ; PUSH1 0; MSTORE; PUSH1 32; PUSH1 0; RETURN
        let code = [0x60, 1, 0x1e, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3];
        let account = rig.deploy(&code);
        let call = json!([{"to": account}, "latest"]);
        match counts {
            true => assert_eq!(rig.get("eth_call", call), word(255)),
            false => assert_eq!(rig.code("eth_call", call), -32000),
        }
    }
}

/// The second call in a block is a cached one from release 60 on.
#[test]
fn a_release_decides_what_a_call_costs() {
    for (arbos, remembers) in [(61, true), (51, false)] {
        let rig = of(arbos);
        let program = rig.deploy(&stylus_code(&wat::parse_str(PROGRAM).expect("program")));
        assert_eq!(rig.send(activation(&program))["status"], "0x1");
        rig.get("evm_setAutomine", json!([false]));
        let tx = json!({"from": ALICE, "to": program});
        let hashes = [0, 1].map(|_| rig.get("eth_sendTransaction", json!([tx])));
        rig.get("evm_mine", json!([]));
        let [first, second] = hashes
            .map(|hash| number(&rig.get("eth_getTransactionReceipt", json!([hash]))["gasUsed"]));
        assert_eq!(first > second + 8_832, remembers, "{arbos}: {first}, {second}");
        assert_eq!(first == second, !remembers, "{arbos}: {first}, {second}");
    }
}

#[test]
fn a_state_that_is_loaded_brings_its_release() {
    let old = of(51);
    let dump = old.running.dump();
    let load = Some(dump.into_bytes().into());
    let rig = Rig::start(Config { load, ..Config::default() });
    assert_eq!(release(&rig), word(55 + 51));
    assert!(!creates(&rig, &[0xef, 0xf0, 1, 7]));
    rig.get("anvil_reset", json!([]));
    assert_eq!(release(&rig), word(55 + 51));
}
