//! Ink of control flow. `H` is the head of a block; every comment lists one block.

use crate::harness::{H, ink_of, program, run_with_ink, with_items};

#[test]
fn straight_line_is_one_block() {
    let wat = program("local.get 0 i32.const 3 i32.mul");
    // local.get 75, const 1, mul 160, end 1
    assert_eq!(ink_of(&wat, 14), (42, 237 + H));
}

#[test]
fn nop_and_drop_are_charged() {
    let wat = program("nop i32.const 5 drop i32.const 7");
    // nop 1, const 1, drop 9, const 1, end 1
    assert_eq!(ink_of(&wat, 0), (7, 13 + H));
}

#[test]
fn opening_a_block_does_not_start_a_basic_block() {
    let wat = program("i32.const 1 (block nop) i32.const 2 i32.add");
    // const 1, block 1, nop 1, end 1
    // const 1, add 70, end 1
    assert_eq!(ink_of(&wat, 0), (3, 4 + H + 72 + H));
}

#[test]
fn nested_blocks_with_results() {
    let wat = program("(block (result i32) (block (result i32) i32.const 1) i32.const 2 i32.add)");
    // block 1, block 1, const 1, end 1
    // const 1, add 70, end 1
    // end 1
    assert_eq!(ink_of(&wat, 0), (3, 77 + 3 * H));
}

#[test]
fn loop_pays_per_iteration() {
    let wat = program(
        "(loop $again local.get 0 i32.const 1 i32.sub local.tee 0 br_if $again) i32.const 9",
    );
    // loop 1
    // local.get 75, const 1, sub 70, local.tee 75, br_if 765 — each time round
    // end 1
    // const 1, end 1
    let ink = |rounds| (1 + H) + rounds * (986 + H) + (1 + H) + (2 + H);
    assert_eq!(ink_of(&wat, 1), (9, ink(1)));
    assert_eq!(ink_of(&wat, 5), (9, ink(5)));
    assert_eq!(ink_of(&wat, 1_000), (9, ink(1_000)));
}

#[test]
fn only_the_taken_arm_is_charged() {
    let wat =
        program("local.get 0 (if (result i32) (then nop nop i32.const 10) (else i32.const 20))");
    // local.get 75, if 765
    // then: nop 1, nop 1, const 1, else 1
    // else: const 1, end 1
    // end 1
    assert_eq!(ink_of(&wat, 1), (10, (840 + H) + (4 + H) + (1 + H)));
    assert_eq!(ink_of(&wat, 0), (20, (840 + H) + (2 + H) + (1 + H)));
}

#[test]
fn skipped_if_skips_its_end() {
    let wat = program("local.get 0 (if (then nop)) i32.const 3");
    // local.get 75, if 765
    // nop 1, end 1 — only if taken
    // const 1, end 1
    assert_eq!(ink_of(&wat, 1), (3, (840 + H) + (2 + H) + (2 + H)));
    assert_eq!(ink_of(&wat, 0), (3, (840 + H) + (2 + H)));
}

#[test]
fn unconditional_branch_skips_the_rest() {
    let wat = program("(block $out br $out i32.const 1 drop) i32.const 4");
    // block 1, br 765
    // (const 1, drop 9, end 1 — never entered)
    // const 1, end 1
    assert_eq!(ink_of(&wat, 0), (4, (766 + H) + (2 + H)));
}

#[test]
fn conditional_branch_with_a_value() {
    let wat =
        program("(block $out (result i32) i32.const 8 local.get 0 br_if $out drop i32.const 9)");
    // block 1, const 1, local.get 75, br_if 765
    // drop 9, const 1, end 1 — if not taken
    // end 1
    assert_eq!(ink_of(&wat, 1), (8, (842 + H) + (1 + H)));
    assert_eq!(ink_of(&wat, 0), (9, (842 + H) + (11 + H) + (1 + H)));
}

#[test]
fn branch_table_pays_per_target() {
    let wat = program(
        "(block $c (block $b (block $a local.get 0 (br_table $a $b $c))
            i32.const 100 return)
          nop i32.const 200 return)
        nop nop i32.const 300",
    );
    // block 1, block 1, block 1, local.get 75, br_table 2400 + 2 * 325
    let table = 3 + 75 + 3_050 + H;
    // const 1, return 1
    assert_eq!(ink_of(&wat, 0), (100, table + 2 + H));
    // nop 1, const 1, return 1
    assert_eq!(ink_of(&wat, 1), (200, table + 3 + H));
    // nop 1, nop 1, const 1, end 1
    assert_eq!(ink_of(&wat, 2), (300, table + 4 + H));
    assert_eq!(ink_of(&wat, -1), (300, table + 4 + H));
}

#[test]
fn early_return_is_charged_up_to_the_return() {
    let wat = program("(block local.get 0 br_if 0 i32.const 1 return) i32.const 2");
    // block 1, local.get 75, br_if 765
    // const 1, return 1
    assert_eq!(ink_of(&wat, 0), (1, (841 + H) + (2 + H)));
    // const 1, end 1
    assert_eq!(ink_of(&wat, 7), (2, (841 + H) + (2 + H)));
}

#[test]
fn call_pays_on_both_sides() {
    let inc = "(func $inc (param i32) (result i32) local.get 0 i32.const 1 i32.add)";
    let wat = with_items(inc, "local.get 0 call $inc");
    // local.get 75, call 3800
    // callee: local.get 75, const 1, add 70, end 1
    // end 1
    assert_eq!(ink_of(&wat, 41), (42, (3_875 + H) + (147 + H) + (1 + H)));
}

#[test]
fn indirect_call_pays_per_parameter() {
    let items = "(type $binary (func (param i32 i32) (result i32)))
        (table 1 1 funcref) (elem (i32.const 0) $sub)
        (func $sub (type $binary) local.get 0 local.get 1 i32.sub)";
    let wat = with_items(items, "local.get 0 i32.const 2 i32.const 0 call_indirect (type $binary)");
    // local.get 75, const 1, const 1, call_indirect 13610 + 2 * 650
    // callee: local.get 75, local.get 75, sub 70, end 1
    // end 1
    assert_eq!(ink_of(&wat, 44), (42, (14_987 + H) + (221 + H) + (1 + H)));
}

#[test]
fn recursion_pays_each_time() {
    let fact = "(func $fact (param i32) (result i32)
        local.get 0 i32.eqz (if (then i32.const 1 return))
        local.get 0 local.get 0 i32.const 1 i32.sub call $fact i32.mul)";
    let wat = with_items(fact, "local.get 0 call $fact");
    // local.get 75, call 3800; afterwards end 1
    let outer = (3_875 + H) + (1 + H);
    // local.get 75, eqz 170, if 765
    // local.get 75, local.get 75, const 1, sub 70, call 3800
    // mul 160, end 1
    let step = (1_010 + H) + (4_021 + H) + (161 + H);
    // local.get 75, eqz 170, if 765
    // const 1, return 1
    let last = (1_010 + H) + (2 + H);
    assert_eq!(ink_of(&wat, 0), (1, outer + last));
    assert_eq!(ink_of(&wat, 5), (120, outer + 5 * step + last));
}

#[test]
fn host_call_pays_like_any_call() {
    let hook = r#"(import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))"#;
    let wat = with_items(hook, "i32.const 1 call $flush i32.const 0");
    // const 1, call 3800
    // const 1, end 1
    assert_eq!(ink_of(&wat, 0), (0, (3_801 + H) + (2 + H)));
    assert_eq!(run_with_ink(&wat, 0, 100_000).host_calls, [1]);
}

#[test]
fn trap_keeps_the_charge_of_its_whole_block() {
    let wat = program("unreachable nop nop i32.const 1");
    // unreachable 1, nop 1, nop 1, const 1, end 1
    let run = run_with_ink(&wat, 0, 10_000);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (None, false, 10_000 - 5 - H));
}

#[test]
fn trap_in_a_division_is_not_out_of_ink() {
    let wat = program("i32.const 1 local.get 0 i32.div_u");
    // const 1, local.get 75, div_u 1120, end 1
    let run = run_with_ink(&wat, 0, 10_000);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (None, false, 10_000 - 1_197 - H));
}

#[test]
fn ink_may_run_down_to_nothing() {
    let wat = program("i32.const 6");
    // const 1, end 1
    let run = run_with_ink(&wat, 0, 2 + H);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (Some(6), false, 0));
}

#[test]
fn block_that_cannot_be_paid_takes_nothing() {
    let wat = program("i32.const 6");
    let run = run_with_ink(&wat, 0, 1 + H);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (None, true, 1 + H));
}

#[test]
fn endless_loop_runs_out_of_ink() {
    let wat = program("(loop $again br $again) i32.const 0");
    // loop 1
    // br 765, every time round
    let run = run_with_ink(&wat, 0, (1 + H) + 100 * (765 + H) + 999);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (None, true, 999));
}

#[test]
fn float_moves_exhaust_any_ink() {
    let wat = program("f32.const 1 i32.reinterpret_f32");
    let run = run_with_ink(&wat, 0, u64::MAX - 1);
    assert_eq!((run.result, run.out_of_ink, run.ink_left), (None, true, u64::MAX - 1));
}
