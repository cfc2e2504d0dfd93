//! Growth of memory and who pays for it.

use crate::harness::{H, activate, ink_of, program, run_with_ink};
use wasmtime::{Engine, Module};

const PAY: &str = r#"(import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))"#;

fn growing(memory: &str) -> String {
    format!(
        r#"(module {PAY} (memory (export "memory") {memory})
           (func (export "user_entrypoint") (param i32) (result i32)
             (block (result i32) local.get 0 memory.grow)))"#
    )
}

#[test]
fn growth_is_announced_to_the_host() {
    let wat = growing("1 4");
    // block 1, local.get 75, memory.grow 8050, end 1
    // end 1
    assert_eq!(ink_of(&wat, 2), (1, (8_127 + H) + (1 + H)));
    assert_eq!(run_with_ink(&wat, 2, 100_000).host_calls, [2]);
}

#[test]
fn failed_growth_is_announced_too() {
    let run = run_with_ink(&growing("1 4"), 4, 100_000);
    assert_eq!((run.result, run.host_calls), (Some(-1), vec![4]));
}

#[test]
fn growth_of_nothing_is_announced_too() {
    let run = run_with_ink(&growing("1"), 0, 100_000);
    assert_eq!((run.result, run.host_calls), (Some(1), vec![0]));
}

#[test]
fn explicit_payment_is_an_ordinary_call() {
    let wat = format!(
        r#"(module {PAY} (memory (export "memory") 0)
           (func (export "user_entrypoint") (param i32) (result i32)
             i32.const 0 call $pay i32.const 0))"#
    );
    // const 1, call 3800
    // const 1, end 1
    assert_eq!(ink_of(&wat, 0), (0, (3_801 + H) + (2 + H)));
}

#[test]
fn fixed_memory_needs_no_payment() {
    let wat = program("local.get 0 memory.grow");
    let run = run_with_ink(&wat, 1, 100_000);
    assert_eq!((run.result, run.host_calls), (Some(-1), vec![]));
}

#[test]
fn maximum_is_clamped_one_short_of_the_address_space() {
    let maximum = |memory: &str| {
        let program = activate(&growing(memory)).unwrap();
        let module = Module::new(&Engine::default(), &program.wasm).unwrap();
        let export = module.get_export("memory").unwrap();
        export.unwrap_memory().maximum()
    };
    assert_eq!(maximum("1"), Some(65_534));
    assert_eq!(maximum("1 65536"), Some(65_534));
    assert_eq!(maximum("1 200"), Some(200));
}

#[test]
fn footprint_is_the_initial_memory() {
    assert_eq!(activate(&growing("0")).unwrap().footprint, 0);
    assert_eq!(activate(&growing("17")).unwrap().footprint, 17);
    assert_eq!(activate(&growing("128")).unwrap().footprint, 128);
}

#[test]
fn only_known_exports_survive() {
    let wat = r#"(module (memory (export "memory") 1 1) (global (export "g") i32 (i32.const 1))
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0)
        (func (export "other")))"#;
    let module = Module::new(&Engine::default(), activate(wat).unwrap().wasm).unwrap();
    let mut names: Vec<_> = module.exports().map(|export| export.name().to_owned()).collect();
    names.sort();
    let expected =
        ["memory", "stylus_ink_left", "stylus_ink_status", "stylus_stack_left", "user_entrypoint"];
    assert_eq!(names, expected);
}
