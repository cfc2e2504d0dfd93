//! Ink of instructions that are charged by the byte.

use crate::harness::{H, ink_of, program, run_with_ink};

/// Fills or copies as many bytes as the argument says.
/// const 1, const 1, local.get 75, fill or copy 950, const 1, end 1
const FIXED: u64 = 1_029 + H;

fn fill() -> String {
    program("i32.const 0 i32.const 0xab local.get 0 memory.fill i32.const 0")
}

fn copy() -> String {
    program("i32.const 0 i32.const 512 local.get 0 memory.copy i32.const 0")
}

#[test]
fn fill_pays_per_byte() {
    assert_eq!(ink_of(&fill(), 0), (0, FIXED));
    assert_eq!(ink_of(&fill(), 33), (0, FIXED + 3_300));
    assert_eq!(ink_of(&fill(), 65_536), (0, FIXED + 6_553_600));
}

#[test]
fn copy_pays_per_byte() {
    assert_eq!(ink_of(&copy(), 0), (0, FIXED));
    assert_eq!(ink_of(&copy(), 1), (0, FIXED + 100));
    assert_eq!(ink_of(&copy(), 1_000), (0, FIXED + 100_000));
}

#[test]
fn last_byte_must_be_paid() {
    let exact = run_with_ink(&fill(), 10, FIXED + 1_000);
    assert_eq!((exact.result, exact.out_of_ink, exact.ink_left), (Some(0), false, 0));
    let short = run_with_ink(&fill(), 10, FIXED + 999);
    assert_eq!((short.result, short.out_of_ink), (None, true));
    let short = run_with_ink(&copy(), 10, FIXED + 999);
    assert_eq!((short.result, short.out_of_ink), (None, true));
}

#[test]
fn size_is_unsigned() {
    // 4,294,967,295 bytes would cost 429,496,729,500 ink
    let run = run_with_ink(&fill(), -1, 400_000_000_000);
    assert_eq!((run.result, run.out_of_ink), (None, true));
}

#[test]
fn out_of_bounds_traps_after_payment() {
    let run = run_with_ink(&fill(), 65_537, FIXED + 65_537 * 100);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (None, false, 0));
}

#[test]
fn fill_value_is_masked_to_eight_bits() {
    let wat = program("i32.const 0 i32.const 0x1234 local.get 0 memory.fill i32.const 0 i32.load");
    assert_eq!(ink_of(&wat, 16).0, 0x3434_3434);
}
