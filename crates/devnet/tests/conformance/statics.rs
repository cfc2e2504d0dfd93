//! Frames that must not change state.

use plimsoll_devnet::alloy_primitives::Address;
use plimsoll_devnet::{Receipt, Tx};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Paper, Rig, THERE, Wat, ink, output, wat};

/// Calls the program with STATICCALL and returns the status as a word, then what came back.
fn call_statically(rig: &mut Rig, program: &Wat) -> Receipt {
    let here = rig.place(HERE, program);
    let head = [0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x73];
    let tail = [
        0x5a, 0xfa, 0x60, 0, 0x52, 0x3d, 0x60, 0, 0x60, 32, 0x3e, 0x3d, 0x60, 32, 0x01, 0x60, 0,
        0xf3,
    ];
    let code = [&head[..], here.as_slice(), &tail].concat();
    let outer = rig.install(0xa2, &code);
    rig.send(Tx::call(ALICE, outer, []))
}

/// Checks that a program traps in a static frame after paying this, and keeps the rest of its gas.
fn check_trap(body: &str, paid: Paper) {
    let mut rig = Rig::new();
    let program = wat(body);
    let receipt = call_statically(&mut rig, &program);
    assert_eq!(output(&receipt), [0; 32], "{body}");
    assert_eq!(receipt.trace.frames[1].used, program.init() + paid.total(), "{body}");
    // Anywhere else it works.
    let here = Address::with_last_byte(HERE);
    assert!(rig.send(Tx::call(ALICE, here, [])).status.is_success(), "{body}");
}

#[test]
fn flush_of_a_write_traps() {
    let cache = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR);
    let flush = (HEADER + CONST + CALL) + (HOSTIO + EVM_API);
    check_trap(
        "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
         (call $storage_flush_cache (i32.const 0))",
        ink(cache + flush),
    );
}

#[test]
fn transient_store_traps_after_its_gas() {
    let store = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR + EVM_API);
    check_trap(
        "(call $transient_store_bytes32 (i32.const 0) (i32.const 32))",
        ink(store).and_gas(WARM),
    );
}

#[test]
fn log_traps_after_its_gas() {
    let log = (HEADER + 3 * CONST + CALL) + (HOSTIO + EVM_API + read_price(64));
    check_trap(
        "(call $emit_log (i32.const 0) (i32.const 64) (i32.const 1))",
        ink(log).and_gas(2 * LOG + 32 * LOG_BYTE),
    );
}

#[test]
fn creation_traps_before_its_gas() {
    let create1 = (HEADER + 5 * CONST + CALL) + (HOSTIO + 3 * PTR + EVM_API + 2 * read_price(0));
    check_trap(
        "(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 96))",
        ink(create1),
    );
    let create2 = (HEADER + 6 * CONST + CALL) + (HOSTIO + 4 * PTR + EVM_API + 2 * read_price(0));
    check_trap(
        "(call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)
           (i32.const 96))",
        ink(create2),
    );
}

#[test]
fn cache_and_clean_flush_are_allowed() {
    let mut rig = Rig::new();
    let program = wat("(call $storage_load_bytes32 (i32.const 0) (i32.const 32))
                       (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
                       (call $storage_flush_cache (i32.const 1))
                       (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))");
    let cached = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR);
    let flush = (HEADER + CONST + CALL) + (HOSTIO + EVM_API);
    let paid = ink(3 * cached + flush + TAIL).and_gas(COLD_SLOAD + REQUEST);
    let receipt = call_statically(&mut rig, &program);
    assert_eq!(output(&receipt)[31], 1);
    assert_eq!(receipt.trace.frames[1].used, program.init() + paid.total());
}

#[test]
fn call_with_value_fails_for_nothing_and_does_not_trap() {
    let mut rig = Rig::new();
    let program = wat("(i32.store8 (i32.const 63) (i32.const 1))
                       (i32.store8 (i32.const 96)
                         (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0)
                           (i32.const 32) (i64.const -1) (i32.const 64)))
                       (call $write_result (i32.const 96) (i32.const 1))");
    let hook = HOSTIO + 3 * PTR + EVM_API + 2 * read_price(0);
    let call = (HEADER + 2 * CONST + STORE + 7 * CONST + CALL) + hook;
    let result = (HEADER + STORE + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(1));
    let receipt = call_statically(&mut rig, &program);
    assert_eq!(output(&receipt)[31..], [1, 2]);
    // No gas beyond the ink, not even for the account.
    let paid = ink(call + result + TAIL);
    assert_eq!(receipt.trace.frames[1].used, program.init() + paid.total());
}

#[test]
fn frames_below_a_static_one_are_static() {
    let mut rig = Rig::new();
    let log = wat("(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))");
    rig.place(THERE, &log);
    // An ordinary call, whose callee logs.
    let program = wat("(i32.store8 (i32.const 19) (i32.const 0xa1))
                       (i32.store8 (i32.const 96)
                         (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0)
                           (i32.const 32) (i64.const -1) (i32.const 64)))
                       (call $write_result (i32.const 96) (i32.const 1))");
    let receipt = call_statically(&mut rig, &program);
    assert_eq!(output(&receipt)[31..], [1, 2]);
    let traps = (HEADER + 3 * CONST + CALL) + (HOSTIO + EVM_API + read_price(0));
    assert_eq!(receipt.trace.frames[2].used, log.init() + ink(traps).and_gas(LOG).total());
}
