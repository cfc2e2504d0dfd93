//! Stack words each function takes, and the point at which they run out.

use crate::harness::{H, program, run_with_ink, run_with_stack, with_items};

/// Checks that the entrypoint needs more than `words` of stack, and gives all of it back.
fn needs(wat: &str, words: i32) {
    let short = run_with_stack(wat, 0, words);
    assert_eq!((short.result, short.out_of_ink, short.stack_left), (None, false, 0));
    let enough = run_with_stack(wat, 0, words + 1);
    assert!(enough.result.is_some(), "{enough:?}");
    assert_eq!(enough.stack_left, words + 1);
}

#[test]
fn smallest_frame_is_six_words() {
    // the charge holds 2 words; 4 are overhead
    needs(&program("i32.const 1"), 6);
}

#[test]
fn operands_count_at_their_peak() {
    // three constants, then fewer
    needs(&program("i32.const 1 i32.const 2 i32.const 3 i32.add i32.add"), 3 + 4);
}

#[test]
fn declared_locals_count_and_parameters_do_not() {
    needs(&program("(local i32 i64 i32) local.get 0"), 2 + 3 + 4);
}

#[test]
fn charges_sit_on_top_of_operands() {
    let id = "(func $id (param i32) (result i32) local.get 0)";
    let wat = with_items(id, "i32.const 1 i32.const 2 (call $id (i32.const 3)) i32.add i32.add");
    // three operands, a fourth while the call's result replaces its parameter; then the next
    // block's charge on three: 5 + 4 words, and 6 for the callee
    needs(&wat, 9 + 6);
}

#[test]
fn block_results_are_reserved() {
    // the result's word stays after the block, under the charge of the last block: 1 + 2
    needs(&program("(block (result i32) i32.const 1)"), 3 + 4);
}

#[test]
fn dead_code_counts() {
    let wat = program("i32.const 0 return i32.const 1 i32.const 2 i32.const 3 drop drop drop");
    // the returned value, and three that are never pushed
    needs(&wat, 4 + 4);
}

#[test]
fn indirect_calls_push_results_before_popping() {
    let items = "(type $binary (func (param i32 i32) (result i32)))
        (table 1 1 funcref) (elem (i32.const 0) $sub)
        (func $sub (type $binary) local.get 0 local.get 1 i32.sub)";
    let wat = with_items(items, "i32.const 3 i32.const 2 i32.const 0 call_indirect (type $binary)");
    // two parameters, the table index and the result; the callee holds 2
    needs(&wat, (4 + 4) + (2 + 4));
}

#[test]
fn bulk_charges_count() {
    let wat = program("i32.const 0 i32.const 0 i32.const 8 memory.fill i32.const 0");
    // two operands stay while ink, ink, size and price are pushed
    needs(&wat, 6 + 4);
}

#[test]
fn frame_size_matches_nitro_test_vector() {
    // like crates/stylus/tests/depth.wat: one parameter, two locals, three operands at most
    let wat = r#"(module (memory (export "memory") 0 0) (global $depth (mut i32) (i32.const 0))
        (func $recurse (export "user_entrypoint") (param i32) (result i32) (local i32 i64)
          local.get 0
          global.get $depth i32.const 1 i32.add global.set $depth
          call $recurse))"#;
    // local.get 75, global.get 225, const 1, add 70, global.set 575, call 3800
    let level = 4_746 + H;
    let depth = |stack| {
        let run = run_with_stack(wat, 0, stack);
        assert_eq!((run.result, run.out_of_ink, run.stack_left), (None, false, 0));
        let paid = (1 << 50) - run.ink_left;
        assert_eq!(paid % level, 0, "frames are checked before ink");
        paid / level
    };
    let frame = 3 + 2 + 4;
    let depths = [frame, frame + 1, 2 * frame, 2 * frame + 1, 4 * frame, 4 * frame + frame / 2];
    assert_eq!(depths.map(depth), [0, 1, 1, 2, 3, 4]);
}

#[test]
fn endless_recursion_ends_at_the_default_depth() {
    let wat = r#"(module (memory (export "memory") 0 0)
        (func $recurse (export "user_entrypoint") (param i32) (result i32)
          local.get 0 call $recurse))"#;
    let run = run_with_ink(wat, 0, 1 << 50);
    assert_eq!((run.result, run.out_of_ink, run.stack_left), (None, false, 0));
    // call: result over parameter is 2; the last charge on the result is 3: frames of 7 words
    let levels = ((1 << 50) - run.ink_left) / (3_875 + H);
    assert_eq!(levels, (22_000 - 1) / 7);
}

#[test]
fn returning_gives_the_frame_back() {
    let leaf = "(func $leaf (param i32) (block local.get 0 br_if 0 return))";
    let wat = with_items(
        leaf,
        "(local $n i32) i32.const 1000 local.set $n
         (loop $again
            local.get 0 call $leaf
            local.get $n i32.const 1 i32.sub local.tee $n br_if $again)
         i32.const 0",
    );
    // 2 operands, 1 local: 7 words; the leaf takes 6, whether it returns early or falls off
    needs(&wat, 7 + 6);
    assert_eq!(run_with_stack(&wat, 1, 7 + 6 + 1).result, Some(0));
}

#[test]
fn branching_out_of_the_body_keeps_the_frame() {
    // only `return` and the end of the body give back; a branch to the outermost label misses both
    let wat = program("i32.const 5 br 0");
    let run = run_with_stack(&wat, 0, 100);
    assert_eq!((run.result, run.stack_left), (Some(5), 100 - 6 - 1));
}
