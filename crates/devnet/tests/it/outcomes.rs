//! How a program ends, and what that costs.

use plimsoll_devnet::{Cost, HaltReason, Outcome, Tx};

use crate::rig::{ALICE, CALL, Rig, STATICCALL, forwarder, program, program_with};

fn revert(data: &'static [u8]) -> Outcome {
    Outcome::Revert { output: data.into() }
}

const GAS: u64 = 1_000_000;

#[test]
fn nonzero_status_reverts_with_the_result() {
    let mut rig = Rig::new();
    let fail = rig.deploy(&program(
        "(i32.store (i32.const 0) (i32.const 0x64636261))
         (call $write_result (i32.const 0) (i32.const 4))
         (i32.const 1)",
    ));
    let receipt = rig.transact(Tx::call(ALICE, fail, []).gas(GAS));
    assert_eq!(receipt.status, revert(b"abcd"));
    assert!(receipt.gas_used < 40_000);
}

#[test]
fn trap_reverts_without_data_and_returns_gas() {
    let mut rig = Rig::new();
    let traps = [
        "(call $write_result (i32.const 0) (i32.const 4)) unreachable",
        "(drop (i32.load (i32.const 65536))) (i32.const 0)",
        "(call $write_result (i32.const 65533) (i32.const 4)) (i32.const 0)",
        "(drop (i32.div_u (i32.const 1) (i32.const 0))) (i32.const 0)",
        "(call $emit_log (i32.const 0) (i32.const 160) (i32.const 5)) (i32.const 0)",
        "(call $emit_log (i32.const 0) (i32.const 31) (i32.const 1)) (i32.const 0)",
    ];
    for body in traps {
        let trap = rig.deploy(&program(body));
        let receipt = rig.transact(Tx::call(ALICE, trap, []).gas(GAS));
        assert_eq!(receipt.status, revert(b""), "{body}");
        assert!(receipt.gas_used < 40_000, "{body}");
        assert_eq!(receipt.trace.of(Cost::Burned), 0);
    }
}

#[test]
fn exit_early_ends_with_its_status() {
    let mut rig = Rig::new();
    let exit = rig.deploy(&program(
        "(call $read_args (i32.const 0))
         (call $write_result (i32.const 0) (i32.const 1))
         (call $exit_early (i32.load8_u (i32.const 0)))
         unreachable",
    ));
    assert_eq!(rig.send(exit, [0]).status, Outcome::Success { output: vec![0].into() });
    assert_eq!(rig.send(exit, [9]).status, revert(&[9]));
}

#[test]
fn infinite_loop_runs_out_of_gas() {
    let mut rig = Rig::new();
    let spin = rig.deploy(&program("(loop $l (br $l)) (i32.const 0)"));
    let receipt = rig.transact(Tx::call(ALICE, spin, []).gas(GAS));
    assert_eq!(receipt.status, Outcome::Halt { reason: HaltReason::OutOfGas });
    assert_eq!(receipt.gas_used, GAS);
}

#[test]
fn endless_recursion_runs_out_of_stack() {
    let mut rig = Rig::new();
    let recurse = rig.deploy(&program_with(
        1,
        "(func $down (param i64) (result i64)
           (i64.add (local.get 0) (call $down (i64.add (local.get 0) (i64.const 1)))))",
        "(drop (call $down (i64.const 0))) (i32.const 0)",
    ));
    let receipt = rig.transact(Tx::call(ALICE, recurse, []).gas(GAS));
    assert_eq!(receipt.status, Outcome::Halt { reason: HaltReason::StackOverflow });
    assert_eq!(receipt.gas_used, GAS);
}

#[test]
fn static_frames_cannot_change_state() {
    let mut rig = Rig::new();
    let changes = [
        "(call $sstore (i32.const 0) (i32.const 32)) (call $flush (i32.const 0)) (i32.const 0)",
        "(call $tstore (i32.const 0) (i32.const 32)) (i32.const 0)",
        "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)",
        "(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 96))
         (i32.const 0)",
    ];
    for (index, body) in changes.iter().enumerate() {
        let program = rig.deploy(&program(body));
        assert!(rig.send(program, []).status.is_success(), "{body}");
        let outer = rig.install(0x10 + index as u8, forwarder(program, STATICCALL));
        let receipt = rig.transact(Tx::call(ALICE, outer, []).gas(GAS));
        assert_eq!(receipt.status, revert(b""), "{body}");
        assert!(receipt.gas_used < GAS / 2, "{body}");
    }
}

#[test]
fn static_frame_may_cache_without_flushing() {
    let mut rig = Rig::new();
    let cache = rig.deploy(&program("(call $sstore (i32.const 0) (i32.const 32)) (i32.const 0)"));
    let outer = rig.install(0x10, forwarder(cache, STATICCALL));
    assert!(rig.send(outer, []).status.is_success());
}

#[test]
fn value_call_from_a_static_frame_fails_without_a_trap() {
    let mut rig = Rig::new();
    let pay = rig.deploy(&program(
        "(i32.store8 (i32.const 63) (i32.const 1))
         (i32.store8 (i32.const 0)
           (call $call (i32.const 64) (i32.const 0) (i32.const 0) (i32.const 32) (i64.const -1) (i32.const 128)))
         (call $write_result (i32.const 0) (i32.const 1))
         (i32.const 0)",
    ));
    let outer = rig.install(0x10, forwarder(pay, STATICCALL));
    let receipt = rig.send(outer, []);
    assert_eq!(receipt.status, Outcome::Success { output: vec![2].into() });
    assert_eq!(receipt.trace.frames.len(), 2);
}

#[test]
fn exhausted_program_burns_only_its_share() {
    let mut rig = Rig::new();
    let spin = rig.deploy(&program("(loop $l (br $l)) (i32.const 0)"));
    let outer = rig.install(0x10, forwarder(spin, CALL));
    let receipt = rig.transact(Tx::call(ALICE, outer, []).gas(GAS));
    assert_eq!(receipt.status, revert(b""));
    let (evm, stylus) = (&receipt.trace.frames[0], &receipt.trace.frames[1]);
    // 63/64 of what is left after the instructions before the call and its cold base of 2,600.
    let before_call = 2 + 3 + 3 + 3 + 3 + 3 + 2 + 3 + 2 + 3 + 2;
    let left = GAS - 21_000 - before_call - 2_600;
    assert_eq!(stylus.used, left - left / 64);
    assert!(evm.used < GAS - 21_000);
}
