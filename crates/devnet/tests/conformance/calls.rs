//! Calls to other accounts, and the data they return.

use plimsoll_devnet::alloy_primitives::{Address, B256, U256};
use plimsoll_devnet::{Cost, FrameKind, Tx};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, THERE, Wat, ether, ink, output, wat, word};

/// Makes 0 name the account whose address ends in `0xa1`.
const NAMED: &str = "(i32.store8 (i32.const 19) (i32.const 0xa1))";
/// Makes the value at 32 one wei.
const ONE_WEI: &str = "(i32.store8 (i32.const 63) (i32.const 1))";
const BYTE: u64 = 2 * CONST + STORE;
/// Returns the byte at 96.
const RETURN_STATUS: &str = "(call $write_result (i32.const 96) (i32.const 1))";

/// A call with `gas` and `bytes` of data, whose status goes to 96.
fn call(bytes: u64, gas: i64) -> String {
    format!(
        "(i32.store8 (i32.const 96)
           (call $call_contract (i32.const 0) (i32.const 0) (i32.const {bytes}) (i32.const 32)
             (i64.const {gas}) (i32.const 64)))"
    )
}

/// Ink of the block that ends with such a call, and of the call; `before` is what else is in it.
fn call_ink(before: u64, bytes: u64) -> u64 {
    (HEADER + before + 7 * CONST + CALL) + (HOSTIO + 3 * PTR + EVM_API + 2 * read_price(bytes))
}

/// Ink from the store of a status to the end.
const STATUS_INK: u64 = (HEADER + STORE + 2 * CONST + CALL) + (HOSTIO + 2 * 16_381) + TAIL;

fn caller(setup: &str, bytes: u64, gas: i64) -> Wat {
    wat(format!("{setup}{}{RETURN_STATUS}", call(bytes, gas)))
}

#[test]
fn call_pays_for_the_account_and_for_data_twice() {
    for bytes in [0, 32, 33, 100] {
        let program = caller(NAMED, bytes, -1);
        let expected = ink(call_ink(BYTE, bytes) + STATUS_INK).and_gas(COLD_ACCOUNT);
        let receipt = Rig::new().check(&program, &[], expected);
        assert_eq!(output(&receipt), [0]);
    }
}

#[test]
fn account_called_again_is_warm() {
    let program = wat(format!("{NAMED}{}{}{RETURN_STATUS}", call(0, -1), call(0, -1)));
    let expected = ink(call_ink(BYTE, 0) + call_ink(STORE, 0) + STATUS_INK);
    Rig::new().check(&program, &[], expected.and_gas(COLD_ACCOUNT + WARM));
}

#[test]
fn value_pays_9000_and_25000_for_a_new_account() {
    let mut rig = Rig::new();
    let program = caller(&format!("{NAMED}{ONE_WEI}"), 0, -1);
    let here = rig.place(HERE, &program);
    rig.chain.fund(here, ether(1));
    let paid = ink(call_ink(2 * BYTE, 0) + STATUS_INK);
    rig.check(&program, &[], paid.and_gas(COLD_ACCOUNT + VALUE + NEW_ACCOUNT));
    rig.check(&program, &[], paid.and_gas(COLD_ACCOUNT + VALUE));
    assert_eq!(rig.chain.balance(Address::with_last_byte(THERE)), U256::from(2));
}

#[test]
fn stipend_comes_on_top_of_the_gas_asked_for() {
    let mut rig = Rig::new();
    let program = caller(&format!("{NAMED}{ONE_WEI}"), 0, 0);
    let here = rig.place(HERE, &program);
    rig.chain.fund(here, ether(1));
    // PUSH1 0; PUSH1 0; LOG0; STOP: 3 + 3 + 375 gas, of 2,300 that nobody asked for. The caller pays
    // what the callee used, and gets the rest of the stipend.
    rig.install(THERE, &[0x60, 0, 0x60, 0, 0xa0, 0]);
    let paid = ink(call_ink(2 * BYTE, 0) + STATUS_INK);
    let receipt = rig.check(&program, &[], paid.and_gas(COLD_ACCOUNT + VALUE + 3 + 3 + LOG));
    assert_eq!((output(&receipt), receipt.logs.len()), ([0].as_slice(), 1));
    // Without value there is none.
    let program = caller(NAMED, 0, 0);
    rig.place(HERE, &program);
    let paid = ink(call_ink(BYTE, 0) + STATUS_INK);
    let receipt = rig.check(&program, &[], paid.and_gas(COLD_ACCOUNT));
    assert_eq!(output(&receipt), [2]);
}

#[test]
fn call_without_the_balance_pays_its_base_alone() {
    let mut rig = Rig::new();
    let program = caller(&format!("{NAMED}{ONE_WEI}"), 0, -1);
    let paid = ink(call_ink(2 * BYTE, 0) + STATUS_INK);
    let receipt = rig.check(&program, &[], paid.and_gas(COLD_ACCOUNT + VALUE + NEW_ACCOUNT));
    assert_eq!(output(&receipt), [2]);
    assert_eq!(rig.chain.balance(Address::with_last_byte(THERE)), U256::ZERO);
}

/// GAS; PUSH1 0; MSTORE; PUSH1 32; PUSH1 0; RETURN: 2 + 3 + 3 + 3 + 3 + 3 gas.
const TELL_GAS: [u8; 9] = [0x5a, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3];
const TELL_GAS_COST: u64 = 17;

/// Calls with `gas` and returns the word that comes back.
fn relay(setup: &str, gas: i64) -> Wat {
    wat(format!(
        "{setup}{}
         (drop (call $read_return_data (i32.const 128) (i32.const 0) (i32.const 32)))
         (call $write_result (i32.const 128) (i32.const 32))",
        call(0, gas)
    ))
}

fn relay_ink(before: u64) -> u64 {
    let read = (HEADER + STORE + 3 * CONST + CALL) + (HOSTIO + EVM_API + write_price(32));
    let result = (HEADER + DROP + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(32));
    call_ink(before, 0) + read + result + TAIL
}

#[test]
fn callee_gets_63_of_64_after_the_base() {
    let mut rig = Rig::new();
    rig.install(THERE, &TELL_GAS);
    let program = relay(NAMED, -1);
    let here = rig.place(HERE, &program);
    for limit in [100_000, 500_000, 500_001, 9_999_999] {
        let start = (limit - TX - program.init()) * PRICE;
        // Ink left rounds down to gas; 63/64 rounds down once more.
        let left = (start - call_ink(BYTE, 0)) / PRICE;
        let callee = (left - COLD_ACCOUNT) * 63 / 64;
        let tx = Tx::call(ALICE, here, []).gas(limit);
        let expected = ink(relay_ink(BYTE)).and_gas(COLD_ACCOUNT + TELL_GAS_COST);
        let receipt = rig.check_tx(&program, tx, expected);
        // GAS tells what is left after itself.
        assert_eq!(U256::from_be_slice(output(&receipt)), U256::from(callee - 2), "{limit}");
    }
}

#[test]
fn callee_gets_63_of_64_and_the_stipend_with_value() {
    let mut rig = Rig::new();
    rig.install(THERE, &TELL_GAS);
    let program = relay(&format!("{NAMED}{ONE_WEI}"), -1);
    let here = rig.place(HERE, &program);
    rig.chain.fund(here, ether(1));
    let start = (500_000 - TX - program.init()) * PRICE;
    let left = (start - call_ink(2 * BYTE, 0)) / PRICE;
    let callee = (left - COLD_ACCOUNT - VALUE) * 63 / 64 + STIPEND;
    let tx = Tx::call(ALICE, here, []).gas(500_000);
    let expected = ink(relay_ink(2 * BYTE)).and_gas(COLD_ACCOUNT + VALUE + TELL_GAS_COST);
    let receipt = rig.check_tx(&program, tx, expected);
    assert_eq!(U256::from_be_slice(output(&receipt)), U256::from(callee - 2));
}

#[test]
fn callee_gets_no_more_than_asked_for() {
    let mut rig = Rig::new();
    rig.install(THERE, &TELL_GAS);
    let expected = ink(relay_ink(BYTE)).and_gas(COLD_ACCOUNT + TELL_GAS_COST);
    let receipt = rig.check(&relay(NAMED, 5_000), &[], expected);
    assert_eq!(U256::from_be_slice(output(&receipt)), U256::from(4_998));
}

#[test]
fn failing_callee_costs_what_it_was_given() {
    let mut rig = Rig::new();
    // INVALID takes all; REVERT takes what it used, 3 + 3.
    for (code, used) in [(vec![0xfe], 5_000), (vec![0x60, 0, 0x60, 0, 0xfd], 6)] {
        rig.install(THERE, &code);
        let expected = ink(call_ink(BYTE, 0) + STATUS_INK).and_gas(COLD_ACCOUNT + used);
        let receipt = rig.check(&caller(NAMED, 0, 5_000), &[], expected);
        assert_eq!(output(&receipt), [2]);
    }
}

/// PUSH1 7; PUSH1 0; MSTORE; PUSH1 32; PUSH1 0; RETURN: 3 + 3 + 3 + 3 + 3 + 3 gas.
const RETURN_7: [u8; 10] = [0x60, 7, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3];

#[test]
fn return_data_can_be_read_in_part_and_again() {
    let mut rig = Rig::new();
    rig.install(THERE, &RETURN_7);
    let read = |offset: u64, size: u64| {
        format!(
            "(drop (call $read_return_data (i32.const 128) (i32.const {offset}) (i32.const {size})))"
        )
    };
    let program = wat(format!(
        "{NAMED}{}{}{}{}{}
         (i32.store (i32.const 160) (call $return_data_size))
         (i32.store (i32.const 164) (i32.load (i32.const 64)))
         (call $write_result (i32.const 128) (i32.const 40))",
        call(0, -1),
        read(40, 8),
        read(0, 0),
        read(31, 100),
        read(0, 33),
    ));
    // The first three write 0, 0 and 1 bytes, the last 32.
    let reads = |before: u64, bytes: u64| {
        (HEADER + before + 3 * CONST + CALL) + (HOSTIO + EVM_API + write_price(bytes))
    };
    let size = (HEADER + DROP + CONST + CALL) + HOSTIO;
    let result = (HEADER + STORE + (2 * CONST + LOAD + STORE) + 2 * CONST + CALL)
        + (HOSTIO + 2 * read_price(40));
    let expected = call_ink(BYTE, 0)
        + reads(STORE, 0)
        + reads(DROP, 0)
        + reads(DROP, 1)
        + reads(DROP, 32)
        + size
        + result
        + TAIL;
    let receipt = rig.check(&program, &[], ink(expected).and_gas(COLD_ACCOUNT + 18));
    let lengths = [32u32.to_le_bytes(), 32u32.to_le_bytes()].concat();
    assert_eq!(output(&receipt), [word(7).as_slice(), &lengths].concat());
}

#[test]
fn there_is_no_return_data_before_a_call() {
    let body = "(i32.store (i32.const 0) (call $return_data_size))
                (i32.store (i32.const 4)
                  (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 9)))
                (call $write_result (i32.const 0) (i32.const 8))";
    let size = (HEADER + CONST + CALL) + HOSTIO;
    let read = (HEADER + STORE + 4 * CONST + CALL) + (HOSTIO + EVM_API + write_price(0));
    let result = (HEADER + STORE + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(8));
    let receipt = crate::rig::check(body, ink(size + read + result + TAIL));
    assert_eq!(output(&receipt), [0; 8]);
}

/// Writes sender, own address, value and re-entrancy as four words.
fn report() -> Wat {
    wat("(call $msg_sender (i32.const 12))
         (call $contract_address (i32.const 44))
         (call $msg_value (i32.const 64))
         (i32.store8 (i32.const 127) (call $msg_reentrant))
         (call $write_result (i32.const 0) (i32.const 128))")
}

fn report_ink() -> u64 {
    let getter = (HEADER + CONST + CALL) + (HOSTIO + PTR);
    let reentrant = (HEADER + CONST + CALL) + HOSTIO;
    let result = (HEADER + STORE + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(128));
    3 * getter + reentrant + result + TAIL
}

/// Calls the other program without value by `kind` and returns its 128 bytes.
fn ask(kind: &str) -> Wat {
    wat(format!(
        "{NAMED}
         (drop (call ${kind} (i32.const 0) (i32.const 0) (i32.const 0) (i64.const -1) (i32.const 64)))
         (drop (call $read_return_data (i32.const 128) (i32.const 0) (i32.const 128)))
         (call $write_result (i32.const 128) (i32.const 128))"
    ))
}

fn ask_ink() -> u64 {
    let hook = HOSTIO + 3 * PTR + EVM_API + 2 * read_price(0);
    let read = (HEADER + DROP + 3 * CONST + CALL) + (HOSTIO + EVM_API + write_price(128));
    let result = (HEADER + DROP + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(128));
    (HEADER + BYTE + 5 * CONST + CALL) + hook + read + result + TAIL
}

/// A program that is called pays for its own loading, out of the gas of its caller.
fn check_ask(kind: &str, value: u64, sender: Address, acting: Address) {
    let mut rig = Rig::new();
    rig.place(THERE, &report());
    let here = rig.place(HERE, &ask(kind));
    let callee = report().init() + ink(report_ink()).total();
    let tx = Tx::call(ALICE, here, []).value(U256::from(value));
    let receipt = rig.check_tx(&ask(kind), tx, ink(ask_ink()).and_gas(COLD_ACCOUNT + callee));
    let inherited = if kind == "delegate_call_contract" { value } else { 0 };
    let expected = [sender.into_word().0, acting.into_word().0, word(inherited), word(0)].concat();
    assert_eq!(output(&receipt), expected);
    let inner = &receipt.trace.frames[1];
    assert_eq!((inner.kind, inner.ink, inner.used), (FrameKind::Stylus, report_ink(), callee));
}

#[test]
fn delegate_call_keeps_sender_value_and_account() {
    check_ask("delegate_call_contract", 9, ALICE, Address::with_last_byte(HERE));
}

#[test]
fn static_call_is_made_by_the_program() {
    let (here, there) = (Address::with_last_byte(HERE), Address::with_last_byte(THERE));
    check_ask("static_call_contract", 9, here, there);
}

#[test]
fn delegated_write_lands_in_the_caller() {
    let mut rig = Rig::new();
    let store = wat("(i32.store8 (i32.const 95) (i32.const 5))
                     (call $storage_cache_bytes32 (i32.const 0) (i32.const 64))
                     (call $storage_flush_cache (i32.const 0))");
    rig.place(THERE, &store);
    let program = wat(format!(
        "{NAMED}
         (drop (call $delegate_call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i64.const -1)
           (i32.const 64)))"
    ));
    let callee = ink((HEADER + BYTE + 2 * CONST + CALL)
        + (HOSTIO + 2 * PTR)
        + (HEADER + CONST + CALL)
        + (HOSTIO + EVM_API)
        + TAIL)
    .and_gas(COLD_SLOAD + SSTORE_NEW);
    let hook = HOSTIO + 3 * PTR + EVM_API + 2 * read_price(0);
    let expected = ink((HEADER + BYTE + 5 * CONST + CALL) + hook + DROP + TAIL)
        .and_gas(COLD_ACCOUNT + store.init() + callee.total());
    rig.check(&program, &[], expected);
    let word_of = |rig: &Rig, last| rig.chain.storage(Address::with_last_byte(last), U256::ZERO);
    assert_eq!(word_of(&rig, HERE), U256::from(5));
    assert_eq!(word_of(&rig, THERE), U256::ZERO);
}

/// With no data the program reports; with an address it calls that, and passes on what comes back.
fn reentered() -> Wat {
    wat("(if (local.get $len) (then
           (call $read_args (i32.const 0))
           (drop (call $call_contract (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 512)
             (i64.const -1) (i32.const 256)))
           (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 128)))
           (call $write_result (i32.const 0) (i32.const 128))
           (return (i32.const 0))))
         (i32.store8 (i32.const 127) (call $msg_reentrant))
         (call $write_result (i32.const 0) (i32.const 128))")
}

#[test]
fn reentrancy_counts_frames_that_act_for_themselves() {
    let mut rig = Rig::new();
    let here = rig.place(HERE, &reentered());
    // Calls or delegates back without data, and returns what comes.
    let back = |opcode: u8| {
        let zeros: &[u8] = if opcode == 0xf1 { &[0x60, 0] } else { &[] };
        let call =
            [&[0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0], zeros, &[0x73], here.as_slice()].concat();
        let tail = [0x5a, opcode, 0x50, 0x3d, 0x60, 0, 0x60, 0, 0x3e, 0x3d, 0x60, 0, 0xf3];
        [&call[..], &tail].concat()
    };
    let there = rig.install(THERE, &back(0xf1));
    let data = B256::left_padding_from(there.as_slice());
    let reentrant = |rig: &mut Rig| {
        let receipt = rig.send(Tx::call(ALICE, here, data.to_vec()));
        output(&receipt)[127]
    };
    assert_eq!(reentrant(&mut rig), 1);
    rig.install(THERE, &back(0xf4));
    assert_eq!(reentrant(&mut rig), 0);
}

#[test]
fn precompile_answers_a_program() {
    let mut rig = Rig::new();
    // The identity at 4, which is warm: 15 + 3 per word of data.
    let program =
        wat(format!("(i32.store8 (i32.const 19) (i32.const 4)){}{RETURN_STATUS}", call(33, -1)));
    let expected = ink(call_ink(BYTE, 33) + STATUS_INK).and_gas(WARM + 15 + 2 * 3);
    let receipt = rig.check(&program, &[], expected);
    assert_eq!(output(&receipt), [0]);
    assert_eq!(receipt.trace.of(Cost::Precompile), 21);
}
