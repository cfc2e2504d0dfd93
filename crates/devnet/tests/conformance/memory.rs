//! The price of memory, which all programs of a transaction share.

use plimsoll_devnet::{Cost, HaltReason, Outcome, Tx};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, THERE, Wat, ink, output, wat};

/// Calls the program at `0xa1`.
const CALL_THERE: &str = "(drop (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 32) (i64.const -1) (i32.const 64)))";

fn caller(times: usize) -> Wat {
    let body = format!("(i32.store8 (i32.const 19) (i32.const 0xa1)){}", CALL_THERE.repeat(times));
    wat(body)
}

fn caller_ink(times: u64) -> u64 {
    let hook = HOSTIO + 3 * PTR + EVM_API + 2 * read_price(0);
    (2 * CONST + STORE) + times * (HEADER + 6 * CONST + CALL + hook + DROP) + TAIL
}

/// Pages, and what opening them costs: 1,000 a page from the third, and the curve
/// (arbos/programs/memory.go) minus what it is at none.
const PAGES: [(u32, u64); 7] = [
    (1, 0),
    (2, 0),
    (3, 1_000),
    (6, 4_000 + 2 - 1),
    (17, 15_000 + 9 - 1),
    (32, 30_000 + 75 - 1),
    (64, 62_000 + 5_645 - 1),
];

#[test]
fn pages_to_start_with_cost_1000_from_the_third() {
    let mut rig = Rig::new();
    for (pages, gas) in PAGES {
        let program = wat("").pages(pages);
        let receipt = rig.check(&program, &[], ink(TAIL).and_gas(gas));
        assert_eq!(receipt.trace.of(Cost::Memory), gas);
    }
}

#[test]
fn pages_to_grow_by_cost_the_same() {
    let mut rig = Rig::new();
    for (pages, gas) in PAGES {
        let program = wat(format!("(drop (memory.grow (i32.const {})))", pages - 1));
        // Growing by none asks for none, and pays the hook instead.
        let hook = if pages == 1 { HOSTIO } else { 0 };
        rig.check(&program, &[], ink(CONST + GROW + DROP + hook + TAIL).and_gas(gas));
    }
}

#[test]
fn pages_that_are_not_there_are_paid_for_all_the_same() {
    let mut rig = Rig::new();
    // The module's own limit is two pages: growing by two fails, and costs a third page.
    let grow = wat("(i32.store (i32.const 0) (memory.grow (i32.const 2)))
                    (call $write_result (i32.const 0) (i32.const 4))");
    let wasm = grow.wasm();
    let memory = wasm.windows(5).position(|bytes| bytes == [5, 3, 1, 0, 1]).expect("memory");
    let mut limited = wasm.clone();
    limited.splice(memory..memory + 5, [5, 4, 1, 1, 1, 2]);
    let account = plimsoll_devnet::alloy_primitives::Address::with_last_byte(HERE);
    rig.chain.set_code(account, plimsoll_devnet::stylus_code(&limited));
    assert!(rig.chain.activate(ALICE, account).unwrap().status.is_success());
    let receipt = rig.send(Tx::call(ALICE, account, []));
    assert_eq!(output(&receipt), (-1i32).to_le_bytes());
    assert_eq!(receipt.trace.of(Cost::Memory), 1_000);
}

#[test]
fn paying_hook_takes_pages_without_growing() {
    let mut rig = Rig::new();
    let call = HEADER + CONST + CALL;
    let program = wat("(call $pay_for_memory_grow (i32.const 0))");
    rig.check(&program, &[], ink(call + HOSTIO + TAIL));
    // One page is there: two more make one that costs. They count as open from then on.
    let program = wat("(call $pay_for_memory_grow (i32.const 2))
                       (call $pay_for_memory_grow (i32.const 1))");
    rig.check(&program, &[], ink(2 * call + TAIL).and_gas(2_000));
}

#[test]
fn more_than_128_pages_take_all_gas() {
    let mut rig = Rig::new();
    for pages in [128u32, 65_535, 65_536, u32::MAX] {
        let program = wat(format!("(drop (memory.grow (i32.const {})))", pages as i32));
        let account = rig.place(HERE, &program);
        let receipt = rig.send(Tx::call(ALICE, account, []).gas(500_000));
        assert_eq!(receipt.status, Outcome::Halt { reason: HaltReason::OutOfGas });
        assert_eq!(receipt.gas_used, 500_000, "{pages} more pages");
    }
}

#[test]
fn nested_program_of_one_page_pays_under_two() {
    let mut rig = Rig::new();
    let leaf = wat("");
    rig.place(THERE, &leaf);
    let callee = COLD_ACCOUNT + leaf.init() + ink(TAIL).total();
    rig.check(&caller(1), &[], ink(caller_ink(1)).and_gas(callee));
    rig.check(&caller(1).pages(2), &[], ink(caller_ink(1)).and_gas(callee + 1_000));
}

#[test]
fn pages_close_with_their_frame_and_the_highest_mark_stays() {
    let mut rig = Rig::new();
    let leaf = wat("").pages(17);
    rig.place(THERE, &leaf);
    // Under one page, 17 make 18, of which 16 cost; the curve goes from 1 at one page to 11 at 18,
    // once. The second call of a block loads at the cached price.
    let loading = leaf.init() + cached(leaf.sizes());
    let callees = COLD_ACCOUNT + WARM + loading + 2 * ink(TAIL).total();
    let pages = (16_000 + 11 - 1) + 16_000;
    rig.check(&caller(2), &[], ink(caller_ink(2)).and_gas(callees + pages));
    // A new transaction starts anew.
    rig.check(&caller(2), &[], ink(caller_ink(2)).and_gas(callees + pages));
}
