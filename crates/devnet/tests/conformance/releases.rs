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

/// How bytecode ends on a chain of this release.
fn run(arbos: u64, code: &[u8]) -> Outcome {
    let mut rig = Rig::of_release(arbos);
    let account = rig.install(HERE, code);
    rig.send(Tx::call(ALICE, account, []).gas(100_000)).status
}

#[test]
fn bytecode_counts_leading_zeros_from_release_50_on() {
    // PUSH1 1; CLZ; PUSH1 0; MSTORE; PUSH1 32; PUSH1 0; RETURN
    let code = [0x60, 1, 0x1e, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3];
    for arbos in [61, 51] {
        assert_eq!(run(arbos, &code).output(), crate::rig::word(255));
    }
    assert!(matches!(run(40, &code), Outcome::Halt { .. }));
}

#[test]
fn blobs_have_no_price() {
    // BLOBBASEFEE; STOP
    assert!(matches!(run(61, &[0x4a, 0x00]), Outcome::Halt { .. }));
}

#[test]
fn verification_on_p256_costs_6900_from_release_50_on_and_3450_before() {
    let gas = |arbos| {
        let mut rig = Rig::of_release(arbos);
        let verify =
            plimsoll_devnet::alloy_primitives::address!("0000000000000000000000000000000000000100");
        let receipt = rig.send(Tx::call(ALICE, verify, []));
        assert!(receipt.status.is_success());
        receipt.gas_used - TX
    };
    assert_eq!((gas(61), gas(51), gas(40)), (6_900, 6_900, 3_450));
}

#[test]
fn fragments_and_roots_are_code_from_release_60_on() {
    let create = |arbos, kind| {
        let mut rig = Rig::of_release(arbos);
        let init = plimsoll_devnet::init_code(&[0xef, 0xf0, kind, 0, 0]);
        rig.send(Tx::create(ALICE, init)).contract_address.is_some()
    };
    assert!(create(61, 0) && create(61, 1) && create(61, 2) && !create(61, 3));
    assert!(create(51, 0) && !create(51, 1) && !create(51, 2));
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
