//! How large a program may be, up to the last byte.

use crate::harness::{activate, program, refusal, with_items};
use plimsoll_devnet::wasm::instrument::{ActivationError as Error, StylusParams, instrument};

fn too_many(what: &'static str, count: u64, limit: u64) -> Error {
    Error::TooMany { what, count, limit }
}

#[test]
fn long_module_name() {
    let named =
        |length| format!("(module ${} {}", "n".repeat(length), &program("i32.const 0")[7..]);
    assert!(activate(&named(512)).is_ok());
    assert_eq!(refusal(&named(513)), Error::NameTooLong { length: 513, limit: 512 });
}

#[test]
fn oversized_memory() {
    let pages = |pages: u64| program("i32.const 0").replace("1 1)", &format!("{pages} {pages})"));
    assert!(activate(&pages(128)).is_ok());
    assert_eq!(refusal(&pages(129)), Error::MemoryExceedsBound { pages: 129, bound: 128 });
    // ten pages are already open
    let params = StylusParams { page_limit: 118, ..StylusParams::default() };
    let wasm = wat::parse_str(pages(119)).unwrap();
    let refused = instrument(&wasm, &params).unwrap_err();
    assert_eq!(refused, Error::MemoryExceedsLimit { pages: 119, limit: 118 });
}

#[test]
fn crowded_operand_stack() {
    let pushes = |count: usize| {
        let body = "i32.const 0 ".repeat(count) + &"drop ".repeat(count - 1);
        with_items("(func)", &body)
    };
    assert!(activate(&pushes(4_096)).is_ok());
    let expected = Error::FrameContention { function: 1, values: 4_097, limit: 4_096 };
    assert_eq!(refusal(&pushes(4_097)), expected);
}

#[test]
fn too_many_locals() {
    let locals = |count| program(&format!("(local {}) i32.const 0", "i64 ".repeat(count)));
    assert!(activate(&locals(348)).is_ok());
    assert_eq!(refusal(&locals(349)), too_many("locals", 349, 348));
    // 10,235 locals, two operands and four words of overhead
    assert_eq!(refusal(&locals(10_235)), Error::FrameTooLarge { words: 10_241, limit: 10_240 });
}

#[test]
fn too_many_instructions() {
    // 13 and 1 instructions check and take the charge, 12 the frame, 4 give it back, 1 returns
    let nops = |count: usize| program(&("nop ".repeat(count) + "i32.const 0"));
    let overhead = 1 + 1 + 12 + 12 + 4 + 1;
    assert!(activate(&nops(65_536 - overhead)).is_ok());
    let refused = refusal(&nops(65_536 - overhead + 1));
    assert_eq!(refused, too_many("opcodes in func body", 65_537, 65_536));
}

#[test]
fn too_many_of_anything() {
    let repeated = |item: &str, count| refusal(&with_items(&item.repeat(count), "i32.const 0"));
    let data = r#"(data (i32.const 0) "")"#;
    assert_eq!(repeated(data, 129), too_many("datas", 129, 128));
    assert_eq!(repeated("(elem func)", 129), too_many("elements", 129, 128));
    assert_eq!(repeated("(func)", 4_096), too_many("functions", 4_097, 4_096));
    let global = "(global i32 (i32.const 0))";
    assert_eq!(repeated(global, 32_765), too_many("globals", 32_769, 32_768));
    let import = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    assert_eq!(repeated(import, 514), too_many("imports", 514, 513));
}

#[test]
fn counts_at_the_limit_are_accepted() {
    let repeated = |item: &str, count| activate(&with_items(&item.repeat(count), "i32.const 0"));
    assert!(repeated(r#"(data (i32.const 0) "")"#, 128).is_ok());
    assert!(repeated("(elem func)", 128).is_ok());
    assert!(repeated("(func)", 4_095).is_ok());
    assert!(repeated("(global i32 (i32.const 0))", 32_764).is_ok());
    assert!(repeated(r#"(import "vm_hooks" "read_args" (func (param i32)))"#, 513).is_ok());
}

#[test]
fn oversized_table() {
    let table = |size| with_items(&format!("(table {size} {size} funcref)"), "i32.const 0");
    assert!(activate(&table(4_096)).is_ok());
    assert_eq!(refusal(&table(4_097)), too_many("table entries", 4_097, 4_096));
}

#[test]
fn element_segments_are_limited_in_bytes() {
    // flags 1, offset 3, count 2, then a byte per function index below 128
    let segment = |length: usize| {
        let functions = "0 ".repeat(length);
        with_items(
            &format!("(table 4096 4096 funcref) (elem (i32.const 0) func {functions})"),
            "i32.const 0",
        )
    };
    assert!(activate(&segment(4_090)).is_ok());
    assert_eq!(refusal(&segment(4_091)), too_many("element entries", 4_097, 4_096));
}

#[test]
fn costly_program() {
    // 88,000 bytes of data cost more than 65,535 gas to load
    let wat = r#"(module (memory (export "memory") 2 2) (data (i32.const 0) "DATA")
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    let refused = refusal(&wat.replace("DATA", &"x".repeat(88_000)));
    assert_eq!(refused, Error::CostTooHigh("cached cost"));
    assert_eq!(refused.to_string(), "cached cost too high");
}
