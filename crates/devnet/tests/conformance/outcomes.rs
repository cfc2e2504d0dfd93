//! How programs end, and what that leaves.

use plimsoll_devnet::{Cost, HaltReason, Outcome, Receipt, Tx};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Paper, Rig, Wat, ink, trap, wat};

const LIMIT: u64 = 1_000_000;

fn run(program: &Wat) -> Receipt {
    let mut rig = Rig::new();
    let account = rig.place(HERE, program);
    rig.send(Tx::call(ALICE, account, []).gas(LIMIT))
}

/// A trap reverts without data and keeps the gas that is left, whatever the result was.
fn check_trap(body: &str, paid: Paper) {
    let program = wat(body);
    let receipt = run(&program);
    assert_eq!(receipt.status, trap(), "{body}");
    assert_eq!(receipt.gas_used, TX + program.init() + paid.total(), "{body}");
    assert_eq!(receipt.trace.of(Cost::Burned), 0);
}

fn check_exhausted(program: &Wat, reason: HaltReason) {
    let receipt = run(program);
    assert_eq!(receipt.status, Outcome::Halt { reason });
    assert_eq!(receipt.gas_used, LIMIT);
}

#[test]
fn empty_program_costs_one_block() {
    Rig::new().check(&wat(""), &[], ink(HEADER + CONST + END));
}

#[test]
fn unreachable_traps_in_a_block_that_is_paid_in_full() {
    // It does not end its block: the constant and the end behind it are paid for, too.
    check_trap("unreachable", ink(HEADER + UNREACHABLE + CONST + END));
}

#[test]
fn memory_out_of_bounds_traps() {
    let load = "(drop (i32.load (i32.const 65533)))";
    check_trap(load, ink(HEADER + CONST + LOAD + DROP + CONST + END));
}

#[test]
fn division_by_zero_traps() {
    let divide = "(drop (i32.div_u (i32.const 1) (i32.const 0)))";
    check_trap(divide, ink(HEADER + 2 * CONST + 1_120 + DROP + CONST + END));
}

#[test]
fn pointer_out_of_bounds_traps_after_the_ink() {
    let result = "(call $write_result (i32.const 65533) (i32.const 4))";
    check_trap(result, ink((HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(4))));
    let sender = "(call $msg_sender (i32.const 65517))";
    check_trap(sender, ink((HEADER + CONST + CALL) + (HOSTIO + PTR)));
    // A load asks the trie and pays before it writes.
    let load = "(call $storage_load_bytes32 (i32.const 0) (i32.const 65505))";
    let paid = ink((HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR));
    check_trap(load, paid.and_gas(COLD_SLOAD + REQUEST));
}

#[test]
fn result_of_a_program_that_traps_is_dropped() {
    let body = "(call $write_result (i32.const 0) (i32.const 4)) unreachable";
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(4));
    check_trap(body, ink(result + HEADER + UNREACHABLE + CONST + END));
}

#[test]
fn status_other_than_zero_reverts_with_the_result() {
    let program = wat("(i32.store (i32.const 0) (i32.const 0x64636261))
                       (call $write_result (i32.const 0) (i32.const 4))")
    .returns("(i32.const 1)");
    let receipt = run(&program);
    assert_eq!(receipt.status, Outcome::Revert { output: b"abcd".into() });
    let result = (HEADER + 2 * CONST + STORE + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(4));
    assert_eq!(receipt.gas_used, TX + program.init() + ink(result + TAIL).total());
}

#[test]
fn endless_loop_takes_all_gas() {
    check_exhausted(&wat("(loop $again (br $again))"), HaltReason::OutOfGas);
}

#[test]
fn deep_recursion_takes_all_gas() {
    let down = "(func $down (param i64) (result i64)
        (i64.add (local.get 0) (call $down (i64.add (local.get 0) (i64.const 1)))))";
    let program = wat("(drop (call $down (i64.const 0)))").function(down, 2);
    // The frame takes too little for the gas to run out first: 10 words of 22,000, some 700 ink.
    check_exhausted(&program, HaltReason::StackOverflow);
}

#[test]
fn last_gas_is_enough_and_one_less_is_not() {
    let mut rig = Rig::new();
    let program = wat("");
    let account = rig.place(HERE, &program);
    // 2,452 ink round up to one gas.
    let needed = TX + program.init() + 1;
    let tx = |gas| Tx::call(ALICE, account, []).gas(gas);
    assert_eq!(rig.send(tx(needed)).gas_used, needed);
    let short = rig.send(tx(needed - 1));
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });
}

#[test]
fn ink_rounds_up_to_gas_once_a_frame() {
    // Two blocks of 2,450 + 3,800 + 8,400 and so on: 17,102 ink are two gas, not three.
    let body = "(call $pay_for_memory_grow (i32.const 0))";
    let paid = (HEADER + CONST + CALL) + HOSTIO + TAIL;
    assert_eq!((paid, ink(paid).total()), (17_103, 2));
    Rig::new().check(&wat(body), &[], ink(paid));
}
