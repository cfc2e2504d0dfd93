//! Instructions without a branch: what each does, and the price list of all.

use wasmparser::{FuncType, MemArg, Operator};

use crate::interpreter::{Interpreter, PAGE};
use crate::paper::*;

/// Ink of an instruction: the table of docs/DEVNET.md.
pub fn price(op: &Operator<'_>, types: &[FuncType]) -> u64 {
    use Operator::*;
    match op {
        I32Const { .. } | I64Const { .. } | Block { .. } | Loop { .. } => 1,
        Else | End | Return | Nop | Unreachable => 1,
        Drop => 9,
        I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl
        | I32Rotr => 70,
        I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl
        | I64Rotr => 100,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U | I32Extend8S | I32Extend16S => 100,
        LocalGet { .. } | LocalTee { .. } => LOCAL_GET,
        I32Mul | I64Mul => 160,
        I32Eqz | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS
        | I32GeU => 170,
        I64Eqz | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS
        | I64GeU => 225,
        LocalSet { .. } | I32Clz | I32Ctz | I64Clz | I64Ctz => 210,
        GlobalGet { .. } => 225,
        GlobalSet { .. } => 575,
        I32Load { .. } | I32Load8U { .. } | I32Load8S { .. } | I32Load16U { .. } => LOAD,
        I64Load { .. } | I64Load8U { .. } | I64Load16U { .. } | I64Load32U { .. } => 680,
        Br { .. } | BrIf { .. } | If { .. } => BR_IF,
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => STORE,
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => LONG_STORE,
        MemoryCopy { .. } | MemoryFill { .. } => BULK,
        I32DivU | I32RemU => 1_120,
        I64DivU | I64RemU => 1_270,
        Select => 1_250,
        BrTable { targets } => 2_400 + 325 * u64::from(targets.len()),
        MemorySize { .. } => 3_000,
        Call { .. } => CALL,
        MemoryGrow { .. } => GROW,
        CallIndirect { type_index, .. } => {
            13_610 + 650 * types[*type_index as usize].params().len() as u64
        }
        other => panic!("no price for {other:?}"),
    }
}

fn pop(stack: &mut Vec<u64>) -> u64 {
    stack.pop().expect("operand")
}

/// Applies `f` to the two values on top.
fn long(stack: &mut Vec<u64>, f: impl Fn(u64, u64) -> u64) {
    let (right, left) = (pop(stack), pop(stack));
    stack.push(f(left, right));
}

fn short(stack: &mut Vec<u64>, f: impl Fn(u32, u32) -> u32) {
    long(stack, |left, right| f(left as u32, right as u32).into());
}

fn load(run: &Interpreter<'_>, arg: &MemArg, bytes: usize, stack: &mut Vec<u64>) {
    let at = pop(stack) as usize + arg.offset as usize;
    let mut word = [0; 8];
    word[..bytes].copy_from_slice(&run.memory[at..at + bytes]);
    stack.push(u64::from_le_bytes(word));
}

fn store(run: &mut Interpreter<'_>, arg: &MemArg, bytes: usize, stack: &mut Vec<u64>) {
    let value = pop(stack);
    let at = pop(stack) as usize + arg.offset as usize;
    run.memory[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
}

/// Executes an instruction that does not branch.
pub fn step(
    run: &mut Interpreter<'_>,
    op: &Operator<'_>,
    stack: &mut Vec<u64>,
    locals: &mut [u64],
) {
    use Operator::*;
    match op {
        Nop => {}
        I32Const { value } => stack.push(u64::from(*value as u32)),
        I64Const { value } => stack.push(*value as u64),
        Drop => drop(pop(stack)),
        Select => {
            let (condition, second, first) = (pop(stack), pop(stack), pop(stack));
            stack.push(if condition == 0 { second } else { first });
        }
        LocalGet { local_index } => stack.push(locals[*local_index as usize]),
        LocalSet { local_index } => locals[*local_index as usize] = pop(stack),
        LocalTee { local_index } => {
            locals[*local_index as usize] = *stack.last().expect("operand");
        }
        GlobalGet { global_index } => stack.push(run.globals[*global_index as usize]),
        GlobalSet { global_index } => run.globals[*global_index as usize] = pop(stack),
        MemorySize { .. } => stack.push(run.pages()),
        // The first two pages are free; the host call ahead of it costs 8,400 for no pages.
        MemoryGrow { .. } => {
            let (before, more) = (run.pages(), pop(stack));
            assert!(before + more <= 2, "memory that costs something");
            run.ink += if more == 0 { HOSTIO } else { 0 };
            run.memory.resize((before + more) as usize * PAGE, 0);
            stack.push(before);
        }
        MemoryCopy { .. } | MemoryFill { .. } => {
            let (count, from, to) = (pop(stack) as usize, pop(stack), pop(stack) as usize);
            run.ink += BULK_BYTE * count as u64;
            match op {
                MemoryFill { .. } => run.memory[to..to + count].fill(from as u8),
                _ => run.memory.copy_within(from as usize..from as usize + count, to),
            }
        }
        I32Eqz => {
            let value = pop(stack) as u32;
            stack.push((value == 0).into());
        }
        I64Eqz => {
            let value = pop(stack);
            stack.push((value == 0).into());
        }
        I32WrapI64 | I64ExtendI32U => {
            let value = pop(stack) as u32;
            stack.push(value.into());
        }
        I64ExtendI32S => {
            let value = pop(stack) as i32;
            stack.push(i64::from(value) as u64);
        }
        I32Clz => {
            let value = pop(stack) as u32;
            stack.push(value.leading_zeros().into());
        }
        I64Clz => {
            let value = pop(stack);
            stack.push(value.leading_zeros().into());
        }
        I32Ctz => {
            let value = pop(stack) as u32;
            stack.push(value.trailing_zeros().into());
        }
        I32Load { memarg } | I64Load32U { memarg } => load(run, memarg, 4, stack),
        I32Load8U { memarg } | I64Load8U { memarg } => load(run, memarg, 1, stack),
        I32Load16U { memarg } | I64Load16U { memarg } => load(run, memarg, 2, stack),
        I64Load { memarg } => load(run, memarg, 8, stack),
        I32Store { memarg } | I64Store32 { memarg } => store(run, memarg, 4, stack),
        I32Store8 { memarg } | I64Store8 { memarg } => store(run, memarg, 1, stack),
        I32Store16 { memarg } | I64Store16 { memarg } => store(run, memarg, 2, stack),
        I64Store { memarg } => store(run, memarg, 8, stack),
        other => binary(other, stack),
    }
}

fn binary(op: &Operator<'_>, stack: &mut Vec<u64>) {
    use Operator::*;
    match op {
        I32Add => short(stack, u32::wrapping_add),
        I32Sub => short(stack, u32::wrapping_sub),
        I32Mul => short(stack, u32::wrapping_mul),
        I32And => short(stack, |a, b| a & b),
        I32Or => short(stack, |a, b| a | b),
        I32Xor => short(stack, |a, b| a ^ b),
        I32Shl => short(stack, u32::wrapping_shl),
        I32ShrU => short(stack, u32::wrapping_shr),
        I32ShrS => short(stack, |a, b| (a as i32).wrapping_shr(b) as u32),
        I32Rotl => short(stack, |a, b| a.rotate_left(b % 32)),
        I32Rotr => short(stack, |a, b| a.rotate_right(b % 32)),
        I64Rotr => long(stack, |a, b| a.rotate_right((b % 64) as u32)),
        I64ShrS => long(stack, |a, b| (a as i64).wrapping_shr(b as u32) as u64),
        I64LtS => long(stack, |a, b| ((a as i64) < b as i64).into()),
        I64GtS => long(stack, |a, b| (a as i64 > b as i64).into()),
        I64DivU => long(stack, |a, b| a / b),
        I64RemU => long(stack, |a, b| a % b),
        I32Eq => short(stack, |a, b| (a == b).into()),
        I32Ne => short(stack, |a, b| (a != b).into()),
        I32LtU => short(stack, |a, b| (a < b).into()),
        I32LeU => short(stack, |a, b| (a <= b).into()),
        I32GtU => short(stack, |a, b| (a > b).into()),
        I32GeU => short(stack, |a, b| (a >= b).into()),
        I32LtS => short(stack, |a, b| ((a as i32) < b as i32).into()),
        I32LeS => short(stack, |a, b| (a as i32 <= b as i32).into()),
        I32GtS => short(stack, |a, b| (a as i32 > b as i32).into()),
        I32GeS => short(stack, |a, b| (a as i32 >= b as i32).into()),
        I32DivU => short(stack, |a, b| a / b),
        I32RemU => short(stack, |a, b| a % b),
        I64Add => long(stack, u64::wrapping_add),
        I64Sub => long(stack, u64::wrapping_sub),
        I64Mul => long(stack, u64::wrapping_mul),
        I64And => long(stack, |a, b| a & b),
        I64Or => long(stack, |a, b| a | b),
        I64Xor => long(stack, |a, b| a ^ b),
        I64Shl => long(stack, |a, b| a.wrapping_shl(b as u32)),
        I64ShrU => long(stack, |a, b| a.wrapping_shr(b as u32)),
        I64Rotl => long(stack, |a, b| a.rotate_left((b % 64) as u32)),
        I64Eq => long(stack, |a, b| (a == b).into()),
        I64Ne => long(stack, |a, b| (a != b).into()),
        I64LtU => long(stack, |a, b| (a < b).into()),
        I64LeU => long(stack, |a, b| (a <= b).into()),
        I64GtU => long(stack, |a, b| (a > b).into()),
        I64GeU => long(stack, |a, b| (a >= b).into()),
        other => panic!("{other:?} is not known"),
    }
}
