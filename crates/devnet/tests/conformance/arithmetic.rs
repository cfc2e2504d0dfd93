//! Arithmetic on 256 bits, and hashing.

use plimsoll_devnet::alloy_primitives::{U256, keccak256};

use crate::paper::*;
use crate::rig::{Rig, ink, output, wat, word};

/// Puts words of call data at 0, 32 and 64, does `call`, and returns the word at 0.
fn compute(call: &str, pointers: u64, args: &[U256], hook: u64) -> U256 {
    let mut rig = Rig::new();
    let program = wat(format!(
        "(call $read_args (i32.const 0)) {call} (call $write_result (i32.const 0) (i32.const 32))"
    ));
    let data: Vec<u8> = args.iter().flat_map(|arg| arg.to_be_bytes::<32>()).collect();
    let read = (HEADER + CONST + CALL) + (HOSTIO + write_price(data.len() as u64));
    let call = (HEADER + pointers * CONST + CALL) + hook;
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(32));
    let receipt = rig.check(&program, &data, ink(read + call + result + TAIL));
    U256::from_be_slice(output(&receipt))
}

fn two(name: &str, a: U256, b: U256, hook: u64) -> U256 {
    compute(&format!("(call ${name} (i32.const 0) (i32.const 32))"), 2, &[a, b], hook)
}

fn three(name: &str, args: [U256; 3], hook: u64) -> U256 {
    let call = format!("(call ${name} (i32.const 0) (i32.const 32) (i32.const 64))");
    compute(&call, 3, &args, hook)
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

#[test]
fn math_div_by_zero_is_zero() {
    let hook = HOSTIO + 3 * PTR + DIV;
    assert_eq!(two("math_div", number(17), number(5), hook), number(3));
    assert_eq!(two("math_div", U256::MAX, number(0), hook), number(0));
}

#[test]
fn math_mod_by_zero_is_zero() {
    let hook = HOSTIO + 3 * PTR + DIV;
    assert_eq!(two("math_mod", number(17), number(5), hook), number(2));
    assert_eq!(two("math_mod", U256::MAX, number(0), hook), number(0));
}

#[test]
fn math_pow_pays_for_the_bytes_of_its_exponent() {
    // 3,000 + 17,500 · (33 − zero bytes ahead): none set, one byte, two bytes, all.
    let hook = |bytes: u64| HOSTIO + 3 * PTR + 3_000 + 17_500 * (bytes + 1);
    assert_eq!(two("math_pow", number(3), number(0), hook(0)), number(1));
    assert_eq!(two("math_pow", number(3), number(4), hook(1)), number(81));
    assert_eq!(two("math_pow", number(2), number(256), hook(2)), number(0));
    assert_eq!(two("math_pow", U256::MAX, U256::MAX, hook(32)), U256::MAX);
}

#[test]
fn math_add_mod_does_not_wrap() {
    let hook = HOSTIO + 4 * PTR + ADD_MOD;
    assert_eq!(three("math_add_mod", [7, 8, 10].map(number), hook), number(5));
    // 2²⁵⁶ mod 10 is 6, so that the sum leaves 2 · (6 − 1) mod 10; wrapped, it would leave 4.
    let wide = [U256::MAX, U256::MAX, number(10)];
    assert_eq!(three("math_add_mod", wide, hook), number(0));
    assert_eq!(three("math_add_mod", [7, 8, 0].map(number), hook), number(0));
}

#[test]
fn math_mul_mod_has_512_bits_between() {
    let hook = HOSTIO + 4 * PTR + MUL_MOD;
    assert_eq!(three("math_mul_mod", [7, 8, 10].map(number), hook), number(6));
    // (m + 1)² mod m for m = 2²⁵⁶ − 2.
    let m = U256::MAX - number(1);
    assert_eq!(three("math_mul_mod", [U256::MAX, U256::MAX, m], hook), number(1));
    assert_eq!(three("math_mul_mod", [7, 8, 0].map(number), hook), number(0));
}

#[test]
fn native_keccak256_pays_per_word_from_the_third() {
    let mut rig = Rig::new();
    for (bytes, hook) in [(0, 121_800), (64, 121_800), (65, 142_800), (96, 142_800), (97, 163_800)]
    {
        let program = wat(format!(
            "(call $native_keccak256 (i32.const 0) (i32.const {bytes}) (i32.const 128))
             (call $write_result (i32.const 128) (i32.const 32))"
        ));
        let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(32));
        let expected = ink((HEADER + 3 * CONST + CALL) + hook + result + TAIL);
        let receipt = rig.check(&program, &[], expected);
        assert_eq!(output(&receipt), keccak256(vec![0; bytes]));
    }
}

#[test]
fn fill_and_copy_pay_per_byte() {
    let mut rig = Rig::new();
    let program = wat("(memory.fill (i32.const 0) (i32.const 0x1ff) (i32.const 40))
                       (memory.copy (i32.const 100) (i32.const 8) (i32.const 24))
                       (call $write_result (i32.const 100) (i32.const 32))");
    let bulk = 2 * (3 * CONST + BULK) + (40 + 24) * BULK_BYTE;
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(32));
    let receipt = rig.check(&program, &[], ink(bulk + result + TAIL));
    // Only the low byte of the value counts.
    assert_eq!(output(&receipt), [[0xff; 24].as_slice(), &[0; 8]].concat());
    assert_eq!(word(0).len(), 32);
}
