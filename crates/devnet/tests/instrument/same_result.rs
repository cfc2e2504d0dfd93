//! Instrumented programs compute what their sources compute.

use crate::harness::{activate, run_source, run_wasm, with_items};

/// Runs `wat` as it is and instrumented, and compares results and traps.
fn compare(wat: &str, arguments: impl IntoIterator<Item = i32>) {
    let source = wat::parse_str(wat).unwrap();
    let program = activate(wat).unwrap_or_else(|error| panic!("{error}\n{wat}"));
    for argument in arguments {
        let expected = run_source(&source, argument);
        let run = run_wasm(&program.wasm, argument, 1 << 50, 1_000_000);
        assert_eq!(run.result, expected, "argument {argument} of {wat}");
        assert!(!run.out_of_ink && run.stack_left > 0);
    }
}

#[test]
fn fibonacci() {
    let fib = "(func $fib (param i32) (result i32)
        local.get 0 i32.const 2 i32.lt_u (if (then local.get 0 return))
        local.get 0 i32.const 1 i32.sub call $fib
        local.get 0 i32.const 2 i32.sub call $fib i32.add)";
    compare(&with_items(fib, "local.get 0 call $fib"), 0..20);
}

#[test]
fn collatz_steps() {
    let body = "(local $steps i32)
        (block $done (loop $again
          local.get 0 i32.const 1 i32.le_s br_if $done
          local.get $steps i32.const 1 i32.add local.set $steps
          local.get 0 i32.const 1 i32.and
          (if (then local.get 0 i32.const 3 i32.mul i32.const 1 i32.add local.set 0)
              (else local.get 0 i32.const 1 i32.shr_u local.set 0))
          br $again))
        local.get $steps";
    compare(&with_items("", body), [0, 1, 7, 27, 97, 871]);
}

#[test]
fn memory_and_checksums() {
    let body = "(local $i i32) (local $sum i64)
        i32.const 0 local.get 0 i32.const 64 memory.fill
        i32.const 32 i32.const 0 i32.const 40 memory.copy
        (loop $again
          local.get $sum i64.const 31 i64.mul
          local.get $i i64.load8_u i64.add local.set $sum
          local.get $i local.get $sum i64.store16 offset=128
          local.get $i i32.const 1 i32.add local.tee $i i32.const 300 i32.lt_u br_if $again)
        local.get $sum i64.const 32 i64.shr_u i32.wrap_i64 local.get $sum i32.wrap_i64 i32.xor";
    compare(&with_items(r#"(data (i32.const 3) "plimsoll")"#, body), [0, 1, 255, 256, -1]);
}

#[test]
fn dispatch_through_a_table() {
    let items = "(type $op (func (param i32 i32) (result i32)))
        (table 3 3 funcref) (elem (i32.const 0) $add $mul $div)
        (func $add (type $op) local.get 0 local.get 1 i32.add)
        (func $mul (type $op) local.get 0 local.get 1 i32.mul)
        (func $div (type $op) local.get 0 local.get 1 i32.div_s)";
    let body = "local.get 0 local.get 0 i32.const 5 i32.sub local.get 0 i32.const 7 i32.and
        call_indirect (type $op)";
    // divisions by zero, missing entries and results alike
    compare(&with_items(items, body), -20..40);
}

#[test]
fn traps_stay_traps() {
    compare(&with_items("", "i32.const 1 local.get 0 i32.rem_s"), [0, 1, -1]);
    compare(&with_items("", "local.get 0 i32.load"), [0, 65_532, 65_533, -1]);
    compare(&with_items("", "local.get 0 (if (then unreachable)) i32.const 1"), [0, 1]);
}

#[test]
fn one_ink_less_is_too_little() {
    for seed in 0..40 {
        let body = Generator(seed * 0x9e37_79b9 + 2).expression(4);
        let helper = "(func $helper (param i32) (result i32) local.get 0 i32.const 7 i32.xor)";
        let wat = with_items(helper, &format!("(local $x i32) {body}"));
        let wasm = activate(&wat).unwrap().wasm;
        let plenty = run_wasm(&wasm, 5, 1 << 50, 22_000);
        let used = (1 << 50) - plenty.ink_left;
        let exact = run_wasm(&wasm, 5, used, 22_000);
        assert_eq!((exact.result, exact.out_of_ink), (plenty.result, false));
        assert_eq!(exact.ink_left, 0);
        let short = run_wasm(&wasm, 5, used - 1, 22_000);
        assert_eq!((short.result, short.out_of_ink), (None, true));
    }
}

#[test]
fn random_programs() {
    for seed in 0..150 {
        let body = Generator(seed * 0x9e37_79b9 + 1).expression(6);
        let helper = "(func $helper (param i32) (result i32) local.get 0 i32.const 7 i32.xor)";
        compare(&with_items(helper, &format!("(local $x i32) {body}")), [0, 1, -1, 123_456]);
    }
}

/// Writes programs from a linear congruential sequence.
struct Generator(u64);

impl Generator {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Code that leaves one i32 and always ends, though maybe in a trap.
    fn expression(&mut self, depth: u32) -> String {
        const BINARY: [&str; 10] =
            ["add", "sub", "mul", "and", "or", "xor", "shl", "rotl", "lt_s", "div_u"];
        if depth == 0 {
            return match self.below(3) {
                0 => format!("i32.const {} ", self.below(1 << 32) as i32),
                1 => "local.get 0 ".into(),
                _ => "local.get $x ".into(),
            };
        }
        let mut next = || self.expression(depth - 1);
        let (a, b, c) = (next(), next(), next());
        match self.below(9) {
            0 => format!("{a}(if (result i32) (then {b}) (else {c}))"),
            1 => format!("{a}local.set $x {b}"),
            2 => format!("(block $out (result i32) {a}{b}br_if $out drop {c})"),
            3 => format!("{a}{b}{c}select "),
            4 => format!("{a}call $helper "),
            5 => format!(
                "{a}i32.const 255 i32.and {b}i32.store offset=64 {c}i32.const 255 i32.and i32.load offset=64 "
            ),
            6 => format!("(block $a (block $b {a}(br_table $b $a $b))) {b}"),
            7 => format!("{a}(if (then {b}return)) {c}"),
            _ => format!("{a}{b}i32.{} ", BINARY[self.below(10) as usize]),
        }
    }
}
