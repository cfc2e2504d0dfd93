//! What activation measures and charges, worked out for one small module.

use crate::harness::activate;

const WAT: &str = r#"(module
    (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
    (memory (export "memory") 3)
    (global i32 (i32.const 0)) (global (mut i64) (i64.const 0))
    (table 2 2 funcref) (elem (i32.const 0) 1 2)
    (data (i32.const 16) "0123456789")
    (data "passive")
    (func (param i32 i64) (result i32) i32.const 1)
    (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

#[test]
fn segments_count_with_their_headers() {
    let program = activate(WAT).unwrap();
    // element: flags 1, offset 3, count 1, indices 2
    // active data: flags 1, offset 3, length 1, bytes 10; passive: flags 1, length 1, bytes 7
    assert_eq!(program.data_bytes, 7 + 15 + 9);
}

#[test]
fn costs_follow_from_the_module() {
    let program = activate(WAT).unwrap();
    let wasm_len = wat::parse_str(WAT).unwrap().len() as u64;
    assert_eq!(
        (u64::from(program.wasm_len), program.functions, program.footprint),
        (wasm_len, 2, 3)
    );
    assert!((100..800).contains(&wasm_len), "{wasm_len} bytes would change the figures below");

    // functions 0.27, types 5 * 0.00089, length below 1, globals (2 + 4) * 1.628 = 9.77,
    // segments 31 * 0.75244 = 23.33, pages 15
    assert_eq!(program.cached_cost, 9 + 23 + 15);
    assert_eq!(program.cached_gas, 352 + 47);
    // functions 16.50, types 5.30, length
    let length = (wasm_len * 1_286 / 10_000) as u16;
    assert_eq!(program.init_cost, 16 + 5 + length);
    assert_eq!(program.init_gas, 8_832 + u64::from(program.init_cost));
    // functions 1993.66, types 57.08, length
    let length = (wasm_len * 62_628 / 10_000) as u32;
    assert_eq!(program.asm_estimate, 512_000 + 1_993 + 57 + length);
}

#[test]
fn activation_counts_instrumented_instructions() {
    let program = activate(WAT).unwrap();
    let wasm_len = u64::from(program.wasm_len);
    // each body: const and end, a charge of 12, a frame of 12 taken and 4 to give back, return
    let instructions = 2 * (2 + 12 + 12 + 4 + 1);
    // length, functions 0.35, data 17 * 0.17 = 2.95 without headers, elements 7 * 0.17 = 1.22,
    // pages 3 * 2217, instructions 62 * 0.535 = 33.17
    let microseconds = wasm_len * 31_733 / 100_000 + 2 + 1 + 6_651 + instructions * 535 / 1_000;
    assert_eq!(program.activation_gas, microseconds * 28);
}
