//! Releases of ArbOS differ, and a chain runs the one it is told to.

use alloy_sol_types::{SolCall, sol};
use plimsoll_devnet::{
    ARB_OWNER, ActivationError, Chain, ChainConfig, Cost, DeployError, HaltReason,
    NITRO_DEV_ACCOUNT, Outcome, StylusParams, Tx,
};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, ether, ink, wat};

sol! { function setWasmPageLimit(uint16 limit) external; }

/// Loads of two calls in one block.
fn loads(arbos: u64) -> [u64; 2] {
    let params = StylusParams::of_release(arbos).unwrap();
    let mut rig = Rig::with(ChainConfig { params, auto_mine: false, ..ChainConfig::default() });
    let account = rig.place(HERE, &wat(""));
    rig.chain.mine();
    [(), ()].map(|()| rig.send(Tx::call(ALICE, account, [])).trace.of(Cost::Init))
}

#[test]
fn block_remembers_programs_from_release_60_on() {
    let program = wat("");
    let (first, later) = (program.init(), cached(program.sizes()));
    assert_eq!(loads(61), [first, later]);
    assert_eq!(loads(51), [first, first]);
    assert_eq!(loads(40), [first, first]);
}

#[test]
fn page_limit_holds_from_release_59_on() {
    for (arbos, is_enforced) in [(61, true), (51, false)] {
        let mut rig = Rig::of_release(arbos);
        let program = wat("").pages(2);
        let account = rig.place(HERE, &program);
        rig.chain.fund(NITRO_DEV_ACCOUNT, ether(1));
        let limit = setWasmPageLimitCall { limit: 1 }.abi_encode();
        rig.send(Tx::call(NITRO_DEV_ACCOUNT, ARB_OWNER, limit));
        let receipt = rig.send(Tx::call(ALICE, account, []).gas(100_000));
        if is_enforced {
            assert_eq!(receipt.status, Outcome::Halt { reason: HaltReason::OutOfGas });
            assert_eq!(receipt.gas_used, 100_000);
        } else {
            assert_eq!(receipt.gas_used, TX + program.init() + ink(TAIL).total());
        }
    }
}

#[test]
fn page_count_has_32_bits_from_release_59_on() {
    let program = wat("(call $pay_for_memory_grow (i32.const 65536))");
    let mut rig = Rig::of_release(61);
    let account = rig.place(HERE, &program);
    let receipt = rig.send(Tx::call(ALICE, account, []).gas(100_000));
    assert_eq!(receipt.gas_used, 100_000);
    // Before, 65,536 pages were none.
    let mut rig = Rig::of_release(51);
    rig.check(&program, &[], ink((HEADER + CONST + CALL) + HOSTIO + TAIL));
}

/// A program that compresses well and is so long.
fn long(bytes: usize) -> Vec<u8> {
    let data = "a".repeat(bytes);
    let module = format!(
        "(module (memory (export \"memory\") 3 3) (data (i32.const 0) \"{data}\")
           (func (export \"user_entrypoint\") (param i32) (result i32) (i32.const 0)))"
    );
    wat::parse_str(module).unwrap()
}

#[test]
fn programs_may_be_twice_as_long_from_release_60_on() {
    let deploy = |arbos, wasm: &[u8]| {
        let params = StylusParams::of_release(arbos).unwrap();
        let mut chain = Chain::new(ChainConfig { params, ..ChainConfig::default() });
        chain.fund(ALICE, ether(1));
        chain.deploy_stylus(ALICE, wasm)
    };
    // Data costs three quarters of a gas a byte, which 16 bits do not hold for so much of it: the
    // error of the newer release comes later than that of the older.
    let wasm = long(131_072);
    assert!(wasm.len() > 128 * 1_024);
    let refused = |arbos| match deploy(arbos, &wasm) {
        Err(DeployError::Program(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(61), ActivationError::CostTooHigh("cached cost"));
    assert!(matches!(refused(51), ActivationError::Code(_)));
    assert!(deploy(51, &long(60_000)).is_ok());
}

#[test]
fn stack_is_deeper_before_release_50() {
    // Each turn takes the same frame. 22,000 words are not enough for 3,000 turns, 262,144 are.
    let down = "(func $down (param $n i32) (result i32)
        (if (result i32) (local.get $n)
          (then (i32.add (i32.const 1) (call $down (i32.sub (local.get $n) (i32.const 1)))))
          (else (i32.const 0))))";
    let program = wat("(drop (call $down (i32.const 3000)))").function(down, 2);
    let ends = |arbos| {
        let mut rig = Rig::of_release(arbos);
        let account = rig.place(HERE, &program);
        rig.send(Tx::call(ALICE, account, [])).status
    };
    assert_eq!(ends(61), Outcome::Halt { reason: HaltReason::StackOverflow });
    assert_eq!(ends(51), Outcome::Halt { reason: HaltReason::StackOverflow });
    assert!(ends(40).is_success());
}

#[test]
fn rows_differ_only_where_the_releases_do() {
    let [latest, version_2, deep] = StylusParams::RELEASES;
    assert_eq!(latest, StylusParams::default());
    assert_eq!((latest.arbos, latest.version, latest.max_stack_depth), (61, 3, 22_000));
    assert_eq!((latest.max_wasm_size, latest.max_fragments), (262_144, 4));
    let as_latest = StylusParams {
        arbos: 61,
        version: 3,
        max_wasm_size: 262_144,
        max_fragments: 4,
        ..version_2.clone()
    };
    assert_eq!(as_latest, latest);
    let as_version_2 = StylusParams { arbos: 51, max_stack_depth: 22_000, ..deep.clone() };
    assert_eq!(as_version_2, version_2);
    assert_eq!(deep.max_stack_depth, 4 * 65_536);
    assert_eq!(StylusParams::of_release(30), None);
}
