//! Price of each instruction, as the difference to a program without it.

use crate::harness::{H, ink_of, with_items};

/// Ink of `code`, which leaves the stack as it was, inside an otherwise empty program.
fn ink(code: &str) -> u64 {
    let globals = "(global $i (mut i32) (i32.const 0)) (global $l (mut i64) (i64.const 0))";
    let body = format!("(local $x i32) (local $y i64) {code} i32.const 0");
    let (_, ink) = ink_of(&with_items(globals, &body), 3);
    ink - 2 - H // the program's own const and end
}

/// Checks the price of instructions that take `operands` constants and leave one value.
fn each(instructions: &str, operands: &str, price: u64) {
    for instruction in instructions.split_whitespace() {
        let constants = operands.matches("const").count() as u64;
        let code = format!("{operands} {instruction} drop");
        assert_eq!(ink(&code), constants + price + 9, "{instruction}");
    }
}

#[test]
fn i32_arithmetic() {
    let (one, two) = ("i32.const 7", "i32.const 7 i32.const 2");
    each("i32.add i32.sub i32.and i32.or i32.xor", two, 70);
    each("i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr", two, 70);
    each("i32.mul", two, 160);
    each("i32.div_s i32.div_u i32.rem_s i32.rem_u", two, 1_120);
    each("i32.clz i32.ctz", one, 210);
    each("i32.popcnt", one, 2_650);
    each("i32.extend8_s i32.extend16_s i64.extend_i32_s i64.extend_i32_u", one, 100);
}

#[test]
fn i32_comparison() {
    each("i32.eqz", "i32.const 7", 170);
    let all =
        "i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u";
    each(all, "i32.const 7 i32.const 2", 170);
}

#[test]
fn i64_arithmetic() {
    let (one, two) = ("i64.const 7", "i64.const 7 i64.const 2");
    each("i64.add i64.sub i64.and i64.or i64.xor", two, 100);
    each("i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr", two, 100);
    each("i64.mul", two, 160);
    each("i64.div_s i64.div_u i64.rem_s i64.rem_u", two, 1_270);
    each("i64.clz i64.ctz", one, 210);
    each("i64.popcnt", one, 6_000);
    each("i32.wrap_i64 i64.extend8_s i64.extend16_s i64.extend32_s", one, 100);
}

#[test]
fn i64_comparison() {
    each("i64.eqz", "i64.const 7", 225);
    let all =
        "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u";
    each(all, "i64.const 7 i64.const 2", 225);
}

#[test]
fn loads() {
    each("i32.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u", "i32.const 8", 670);
    each("i64.load i64.load8_s i64.load8_u i64.load16_s i64.load16_u", "i32.const 8", 680);
    each("i64.load32_s i64.load32_u", "i32.const 8", 680);
}

#[test]
fn stores() {
    for store in ["i32.store", "i32.store8", "i32.store16"] {
        assert_eq!(ink(&format!("i32.const 8 i32.const 1 {store}")), 2 + 825, "{store}");
    }
    for store in ["i64.store", "i64.store8", "i64.store16", "i64.store32"] {
        assert_eq!(ink(&format!("i32.const 8 i64.const 1 {store}")), 2 + 950, "{store}");
    }
}

#[test]
fn variables() {
    assert_eq!(ink("local.get $x drop"), 75 + 9);
    assert_eq!(ink("i64.const 1 local.set $y"), 1 + 210);
    assert_eq!(ink("i32.const 1 local.tee $x drop"), 1 + 75 + 9);
    assert_eq!(ink("global.get $l drop"), 225 + 9);
    assert_eq!(ink("i32.const 1 global.set $i"), 1 + 575);
}

#[test]
fn select_and_memory_size() {
    each("select", "i32.const 1 i32.const 2 i32.const 0", 1_250);
    each("memory.size", "", 3_000);
}
