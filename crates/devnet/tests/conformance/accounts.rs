//! Other accounts, and logs.

use plimsoll_devnet::alloy_primitives::{Address, B256, keccak256};

use crate::paper::*;
use crate::rig::{HERE, Rig, THERE, check, ether, ink, output, trap, wat, word};

/// Makes `pointer` name the account whose address ends in `0xa1`.
const NAMED: &str = "(i32.store8 (i32.const 19) (i32.const 0xa1))";
const NAME: u64 = 2 * CONST + STORE;
/// The result of 32 bytes at 32.
const RESULT: &str = "(call $write_result (i32.const 32) (i32.const 32))";
const RESULT_INK: u64 = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * 16_381);
/// A hook with two pointers that asks the node.
const TWO_POINTERS: u64 = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR + EVM_API);

#[test]
fn account_balance_pays_for_the_account() {
    let mut rig = Rig::new();
    rig.chain.fund(Address::with_last_byte(THERE), ether(1));
    let program =
        wat(format!("{NAMED}(call $account_balance (i32.const 0) (i32.const 32)){RESULT}"));
    let expected = ink(NAME + TWO_POINTERS + RESULT_INK + TAIL).and_gas(COLD_ACCOUNT);
    let receipt = rig.check(&program, &[], expected);
    assert_eq!(output(&receipt), ether(1).to_be_bytes::<32>());
}

#[test]
fn account_is_warm_the_second_time() {
    let twice = "(call $account_balance (i32.const 0) (i32.const 32))".repeat(2);
    check(&twice, ink(2 * TWO_POINTERS + TAIL).and_gas(COLD_ACCOUNT + WARM));
}

#[test]
fn account_codehash_of_nothing_is_zero() {
    let mut rig = Rig::new();
    let program =
        wat(format!("{NAMED}(call $account_codehash (i32.const 0) (i32.const 32)){RESULT}"));
    let expected = ink(NAME + TWO_POINTERS + RESULT_INK + TAIL).and_gas(COLD_ACCOUNT);
    let receipt = rig.check(&program, &[], expected);
    assert_eq!(output(&receipt), word(0));
    rig.install(THERE, &[1, 2, 3]);
    let receipt = rig.check(&program, &[], expected);
    assert_eq!(output(&receipt), keccak256([1, 2, 3]));
}

#[test]
fn account_code_size_pays_for_loading_the_code() {
    let mut rig = Rig::new();
    rig.install(THERE, &[9; 100]);
    let program = wat(format!(
        "{NAMED}(i32.store (i32.const 32) (call $account_code_size (i32.const 0))){RESULT}"
    ));
    // The pointer of the store lies on the stack during the call.
    let call = (HEADER + NAME + 2 * CONST + CALL) + (HOSTIO + EVM_API);
    let result = (HEADER + STORE + 2 * CONST + CALL) + (HOSTIO + 2 * 16_381);
    let receipt =
        rig.check(&program, &[], ink(call + result + TAIL).and_gas(LOAD_CODE + COLD_ACCOUNT));
    assert_eq!(output(&receipt)[..4], 100u32.to_le_bytes());
}

#[test]
fn account_code_pays_ink_for_all_of_the_code() {
    let mut rig = Rig::new();
    rig.install(THERE, &[9; 100]);
    let program = wat(format!(
        "{NAMED}
         (drop (call $account_code (i32.const 0) (i32.const 90) (i32.const 20) (i32.const 32)))
         {RESULT}"
    ));
    let call = (HEADER + NAME + 4 * CONST + CALL) + (HOSTIO + EVM_API + write_price(100));
    let expected = ink(call + DROP + RESULT_INK + TAIL).and_gas(LOAD_CODE + COLD_ACCOUNT);
    let receipt = rig.check(&program, &[], expected);
    assert_eq!(output(&receipt)[..12], [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0]);
}

/// A frame keeps the code it read last, unless there was none.
#[test]
fn code_of_the_account_read_last_is_free() {
    let mut rig = Rig::new();
    rig.install(THERE, &[9; 100]);
    let size = "(drop (call $account_code_size (i32.const 0)))";
    let copy =
        "(drop (call $account_code (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32)))";
    let program = wat(format!("{NAMED}{size}{size}{copy}"));
    let sizes = 2 * ((HEADER + CONST + CALL) + (HOSTIO + EVM_API) + DROP);
    let copies = (HEADER + 4 * CONST + CALL) + (HOSTIO + EVM_API + write_price(100)) + DROP;
    let expected = ink(NAME + sizes + copies + TAIL).and_gas(LOAD_CODE + COLD_ACCOUNT);
    rig.check(&program, &[], expected);

    rig.install(THERE, &[]);
    let program = wat(format!("{NAMED}{size}{size}"));
    let expected = ink(NAME + sizes + TAIL).and_gas(LOAD_CODE + COLD_ACCOUNT + LOAD_CODE + WARM);
    rig.check(&program, &[], expected);
}

#[test]
fn emit_log_pays_for_topics_and_bytes() {
    // No topics and no data; two topics and 64 bytes; four topics and one byte.
    for (bytes, topics) in [(0u64, 0u64), (128, 2), (129, 4)] {
        let body =
            format!("(call $emit_log (i32.const 0) (i32.const {bytes}) (i32.const {topics}))");
        let hook = HOSTIO + EVM_API + read_price(bytes);
        let gas = LOG * (1 + topics) + LOG_BYTE * (bytes - 32 * topics);
        let expected = ink((HEADER + 3 * CONST + CALL) + hook + TAIL).and_gas(gas);
        let receipt = check(&body, expected);
        let log = &receipt.logs[0];
        assert_eq!(log.address, Address::with_last_byte(HERE));
        assert_eq!(log.topics(), vec![B256::ZERO; topics as usize]);
        assert_eq!(log.data.data.len() as u64, bytes - 32 * topics);
    }
}

#[test]
fn malformed_log_traps_after_the_base_ink() {
    let mut rig = Rig::new();
    for (bytes, topics) in [(160, 5), (31, 1), (127, 4)] {
        let program =
            wat(format!("(call $emit_log (i32.const 0) (i32.const {bytes}) (i32.const {topics}))"));
        let account = rig.place(HERE, &program);
        let receipt = rig.send(plimsoll_devnet::Tx::call(crate::rig::ALICE, account, []));
        assert_eq!(receipt.status, trap());
        let paid = ink((HEADER + 3 * CONST + CALL) + (HOSTIO + EVM_API));
        assert_eq!(receipt.gas_used, TX + program.init() + paid.total());
    }
}
