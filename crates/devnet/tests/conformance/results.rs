//! Call data in, result out.

use plimsoll_devnet::{Cost, Outcome};

use crate::paper::*;
use crate::rig::{Rig, check, ink, output, wat};

#[test]
fn read_args_copies_all_call_data() {
    let mut rig = Rig::new();
    let program = wat("(call $read_args (i32.const 0))
                       (call $write_result (i32.const 0) (local.get $len))");
    for (bytes, price) in [(0u64, 5_040), (32, 5_040), (33, 5_040 + 30), (100, 5_040 + 68 * 30)] {
        // The hook writes once; the result is read twice, once by the hook and once by the node.
        let expected = (HEADER + CONST + CALL)
            + (HOSTIO + price)
            + (HEADER + CONST + LOCAL_GET + CALL)
            + (HOSTIO + 2 * read_price(bytes))
            + TAIL;
        let data: Vec<u8> = (0..bytes as u8).collect();
        let receipt = rig.check(&program, &data, ink(expected));
        assert_eq!(output(&receipt), data);
    }
}

#[test]
fn write_result_is_read_twice() {
    for (bytes, once) in
        [(0u64, 16_381u64), (32, 16_381), (33, 16_381 + 55), (64, 16_381 + 32 * 55)]
    {
        let body = format!("(call $write_result (i32.const 0) (i32.const {bytes}))");
        let expected = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * once) + TAIL;
        let receipt = check(&body, ink(expected));
        assert_eq!(output(&receipt).len() as u64, bytes);
    }
}

#[test]
fn later_result_replaces_an_earlier_one() {
    let each = |bytes| (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(bytes));
    let receipt = check(
        "(call $write_result (i32.const 0) (i32.const 64))
         (call $write_result (i32.const 0) (i32.const 3))",
        ink(each(64) + each(3) + TAIL),
    );
    assert_eq!(output(&receipt), [0; 3]);
}

#[test]
fn exit_early_is_free_and_ends_the_program() {
    // What follows the call is a block that is never entered.
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(1));
    let receipt = check(
        "(call $write_result (i32.const 0) (i32.const 1))
         (call $exit_early (i32.const 0))
         unreachable",
        ink(result + (HEADER + CONST + CALL)),
    );
    assert_eq!(output(&receipt), [0]);
}

#[test]
fn exit_early_with_a_status_reverts_with_the_result() {
    let mut rig = Rig::new();
    let program = wat("(call $write_result (i32.const 0) (i32.const 1))
                       (call $exit_early (i32.const 7))");
    let account = rig.place(crate::rig::HERE, &program);
    let receipt = rig.send(plimsoll_devnet::Tx::call(crate::rig::ALICE, account, []));
    assert_eq!(receipt.status, Outcome::Revert { output: vec![0].into() });
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(1));
    let paid = ink(result + (HEADER + CONST + CALL));
    assert_eq!(receipt.gas_used, TX + program.init() + paid.total());
    assert_eq!(receipt.trace.of(Cost::Burned), 0);
}

#[test]
fn returned_data_costs_at_least_evm_memory() {
    let mut rig = Rig::new();
    let program = wat("(call $write_result (i32.const 0) (i32.const 10240))");
    let account = rig.place(crate::rig::HERE, &program);
    // 320 words: 3 · 320 + 320² / 512 = 960 + 200. The program costs more, so that is what it pays.
    assert_eq!(evm_memory(10_240), 1_160);
    let paid = ink((HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(10_240)) + TAIL);
    let receipt = rig.send(plimsoll_devnet::Tx::call(crate::rig::ALICE, account, []));
    assert_eq!(receipt.gas_used, TX + program.init() + paid.total());

    // 65,536 bytes: 2,048 words cost 6,144 + 8,192 gas in the EVM. A cached program would pay
    // 352 + 6 + 5 for loading and 723 for copying.
    rig.chain.set_cached(account, true);
    let large = wat("(call $write_result (i32.const 0) (i32.const 65536))");
    let account = rig.place(crate::rig::THERE, &large);
    rig.chain.set_cached(account, true);
    let paid = ink((HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(65_536)) + TAIL);
    assert!(cached(large.sizes()) + paid.total() < evm_memory(65_536));
    let receipt = rig.send(plimsoll_devnet::Tx::call(crate::rig::ALICE, account, []));
    assert_eq!(receipt.gas_used, TX + evm_memory(65_536));
}
