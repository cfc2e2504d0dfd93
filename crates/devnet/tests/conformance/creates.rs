//! Creation of contracts by programs.

use plimsoll_devnet::Tx;
use plimsoll_devnet::alloy_primitives::{Address, B256, keccak256};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, Wat, ether, ink, output, trap, wat};

/// Creates from the call data: init code at 0, value and salt at 512, the address at 600 and the
/// length of revert data at 620. Returns those 24 bytes.
fn factory(salted: bool) -> Wat {
    let (name, salt) = if salted { ("create2", "(i32.const 512)") } else { ("create1", "") };
    wat(format!(
        "(call $read_args (i32.const 0))
         (call ${name} (i32.const 0) (local.get $len) (i32.const 512) {salt} (i32.const 600)
           (i32.const 620))
         (call $write_result (i32.const 600) (i32.const 24))"
    ))
}

fn factory_ink(salted: bool, bytes: u64) -> u64 {
    let pointers = if salted { 4 } else { 3 };
    let read = (HEADER + CONST + CALL) + (HOSTIO + write_price(bytes));
    let hook = HOSTIO + pointers * PTR + EVM_API + 2 * read_price(bytes);
    let create = (HEADER + (pointers + 1) * CONST + LOCAL_GET + CALL) + hook;
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(24));
    read + create + result + TAIL
}

/// PUSH1 1; PUSH1 0; RETURN: one byte of code, 0x00, for 3 + 3 + 3 gas.
const ONE_BYTE: [u8; 5] = [0x60, 1, 0x60, 0, 0xf3];
const ONE_BYTE_COST: u64 = 9;

#[test]
fn create1_pays_32000_and_the_deposit() {
    let mut rig = Rig::new();
    let expected = ink(factory_ink(false, 5)).and_gas(CREATE + ONE_BYTE_COST + CODE_BYTE);
    let receipt = rig.check(&factory(false), &ONE_BYTE, expected);
    let created = Address::with_last_byte(HERE).create(0);
    assert_eq!(output(&receipt), [created.as_slice(), &[0; 4]].concat());
    assert_eq!(rig.chain.code(created).as_ref(), [0]);
}

#[test]
fn create2_pays_for_hashing_the_init_code() {
    let mut rig = Rig::new();
    for length in [5, 33] {
        let mut code = ONE_BYTE.to_vec();
        code.resize(length, 0);
        let words = (length as u64).div_ceil(32);
        let gas = CREATE + HASH_WORD * words + ONE_BYTE_COST + CODE_BYTE;
        let expected = ink(factory_ink(true, length as u64)).and_gas(gas);
        let receipt = rig.check(&factory(true), &code, expected);
        let created = Address::with_last_byte(HERE).create2(B256::ZERO, keccak256(&code));
        assert_eq!(output(&receipt)[..20], created[..]);
    }
}

#[test]
fn reverting_constructor_gives_zero_and_its_data() {
    let mut rig = Rig::new();
    // PUSH1 2; PUSH1 0; REVERT: 3 + 3 + 3 gas.
    let expected = ink(factory_ink(false, 5)).and_gas(CREATE + 9);
    let receipt = rig.check(&factory(false), &[0x60, 2, 0x60, 0, 0xfd], expected);
    assert_eq!(output(&receipt), [[0; 20].as_slice(), &[2, 0, 0, 0]].concat());
}

#[test]
fn failing_constructor_takes_all_but_a_64th() {
    let mut rig = Rig::new();
    let program = factory(false);
    let here = rig.place(HERE, &program);
    let limit = 500_000;
    // INVALID, as one byte of init code.
    let data = [0xfe];
    let start = (limit - TX - data_gas(&data) - program.init()) * PRICE;
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(24)) + TAIL;
    let left = (start - (factory_ink(false, 1) - result)) / PRICE - CREATE;
    let expected = ink(factory_ink(false, 1)).and_gas(CREATE + left - left / 64);
    let tx = Tx::call(ALICE, here, data.to_vec()).gas(limit);
    let receipt = rig.check_tx(&program, tx, expected);
    assert_eq!(output(&receipt), [0; 24]);
}

#[test]
fn creation_that_cannot_pay_its_base_traps() {
    let mut rig = Rig::new();
    let program = factory(false);
    let here = rig.place(HERE, &program);
    let data = [0u8];
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(24)) + TAIL;
    let before = ink(factory_ink(false, 1) - result).total();
    let spent = TX + data_gas(&data) + program.init() + before;
    let tx = Tx::call(ALICE, here, data.to_vec()).gas(spent + CREATE - 1);
    let receipt = rig.send(tx);
    // A trap, not exhaustion: what is left comes back.
    assert_eq!(receipt.status, trap());
    assert_eq!(receipt.gas_used, spent);
}

#[test]
fn endowment_moves_and_must_be_there() {
    let mut rig = Rig::new();
    let program = wat("(i32.store8 (i32.const 543) (i32.const 1))
         (call $create1 (i32.const 0) (i32.const 0) (i32.const 512) (i32.const 600) (i32.const 620))
         (call $write_result (i32.const 600) (i32.const 24))");
    let hook = HOSTIO + 3 * PTR + EVM_API + 2 * read_price(0);
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(24));
    let create = (HEADER + 2 * CONST + STORE + 5 * CONST + CALL) + hook;
    let expected = ink(create + result + TAIL).and_gas(CREATE);
    let receipt = rig.check(&program, &[], expected);
    assert_eq!(output(&receipt), [0; 24]);

    let here = Address::with_last_byte(HERE);
    rig.chain.fund(here, ether(1));
    let nonce = rig.chain.nonce(here);
    let receipt = rig.check(&program, &[], expected);
    let created = here.create(nonce);
    assert_eq!(output(&receipt)[..20], created[..]);
    assert_eq!(rig.chain.balance(created).to::<u64>(), 1);
}
