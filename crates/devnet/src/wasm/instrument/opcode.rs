//! What one instruction costs in ink and does to the operand stack.
//!
//! Prices are those of Nitro's crates/prover/src/programs/meter.rs, unchanged from Stylus version 1
//! to 3; stack effects those of depth.rs beside it. An instruction that is absent here cannot run.

use super::error::ActivationError;
use wasmparser::{FuncType, Operator};

/// Price of an instruction that validates and moves floats but must never be reached: it exhausts
/// any amount of ink.
const UNAFFORDABLE: u64 = u64::MAX;

/// Ink of `call_indirect` before its parameters, and per parameter.
const CALL_INDIRECT_INK: (u64, u64) = (13_610, 650);
/// Ink of `br_table` before its targets, and per target; the default target is free.
const BR_TABLE_INK: (u64, u64) = (2_400, 325);

/// Price and net stack effect of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opcode {
    /// Ink charged when the instruction's basic block is entered.
    pub ink: u64,
    /// Words the instruction leaves minus words it takes. Calls and blocks count only the operand
    /// they take themselves; what their type adds is up to the caller.
    pub net: i32,
}

impl Opcode {
    /// Looks up `op`, or says why it is refused.
    pub fn of(op: &Operator, types: &[FuncType]) -> Result<Self, ActivationError> {
        control(op, types)
            .or_else(|| variable_or_memory(op))
            .or_else(|| numeric_i32(op))
            .or_else(|| numeric_i64(op))
            .map(|(ink, net)| Self { ink, net })
            .ok_or_else(|| refuse(op))
    }
}

/// Whether a basic block ends after `op` (crates/arbutil/src/operator.rs). `block` and
/// `unreachable` do not end one.
pub(super) fn ends_basic_block(op: &Operator) -> bool {
    use Operator::*;
    matches!(
        op,
        Loop { .. }
            | If { .. }
            | Else
            | End
            | Br { .. }
            | BrIf { .. }
            | BrTable { .. }
            | Return
            | Call { .. }
            | CallIndirect { .. }
    )
}

fn control(op: &Operator, types: &[FuncType]) -> Option<(u64, i32)> {
    use Operator::*;
    Some(match op {
        Unreachable | Nop | Return | Else | End | Block { .. } | Loop { .. } => (1, 0),
        Br { .. } => (765, 0),
        BrIf { .. } | If { .. } => (765, -1),
        BrTable { targets } => {
            let (base, each) = BR_TABLE_INK;
            (base + each * u64::from(targets.len()), -1)
        }
        Call { .. } => (3_800, 0),
        CallIndirect { type_index, .. } => {
            let (base, each) = CALL_INDIRECT_INK;
            let inputs = types[*type_index as usize].params().len();
            (base + each * inputs as u64, -1)
        }
        Drop => (9, -1),
        Select => (1_250, -2),
        _ => return None,
    })
}

fn variable_or_memory(op: &Operator) -> Option<(u64, i32)> {
    use Operator::*;
    Some(match op {
        I32Const { .. } | I64Const { .. } => (1, 1),
        F32Const { .. } | F64Const { .. } => (UNAFFORDABLE, 1),
        LocalGet { .. } => (75, 1),
        LocalTee { .. } => (75, 0),
        LocalSet { .. } => (210, -1),
        GlobalGet { .. } => (225, 1),
        GlobalSet { .. } => (575, -1),

        I32Load { .. } | I32Load8S { .. } | I32Load8U { .. } => (670, 0),
        I32Load16S { .. } | I32Load16U { .. } => (670, 0),
        I64Load { .. } | I64Load8S { .. } | I64Load8U { .. } => (680, 0),
        I64Load16S { .. } | I64Load16U { .. } => (680, 0),
        I64Load32S { .. } | I64Load32U { .. } => (680, 0),
        F32Load { .. } | F64Load { .. } => (UNAFFORDABLE, 0),
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => (825, -2),
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } => (950, -2),
        I64Store32 { .. } => (950, -2),
        F32Store { .. } | F64Store { .. } => (UNAFFORDABLE, -2),

        MemorySize { .. } => (3_000, 1),
        MemoryGrow { .. } => (8_050, 0), // the pages are paid for separately
        MemoryCopy { .. } | MemoryFill { .. } => (950, -3), // and so are the bytes

        I32ReinterpretF32 | I64ReinterpretF64 => (UNAFFORDABLE, 0),
        F32ReinterpretI32 | F64ReinterpretI64 => (UNAFFORDABLE, 0),
        _ => return None,
    })
}

fn numeric_i32(op: &Operator) -> Option<(u64, i32)> {
    use Operator::*;
    Some(match op {
        I32Eqz => (170, 0),
        I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU => (170, -1),
        I32LeS | I32LeU | I32GeS | I32GeU => (170, -1),
        I32Clz | I32Ctz => (210, 0),
        I32Popcnt => (2_650, 0),
        I32Add | I32Sub | I32And | I32Or | I32Xor => (70, -1),
        I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => (70, -1),
        I32Mul => (160, -1),
        I32DivS | I32DivU | I32RemS | I32RemU => (1_120, -1),
        I32WrapI64 | I32Extend8S | I32Extend16S => (100, 0),
        _ => return None,
    })
}

fn numeric_i64(op: &Operator) -> Option<(u64, i32)> {
    use Operator::*;
    Some(match op {
        I64Eqz => (225, 0),
        I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU => (225, -1),
        I64LeS | I64LeU | I64GeS | I64GeU => (225, -1),
        I64Clz | I64Ctz => (210, 0),
        I64Popcnt => (6_000, 0),
        I64Add | I64Sub | I64And | I64Or | I64Xor => (100, -1),
        I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => (100, -1),
        I64Mul => (160, -1),
        I64DivS | I64DivU | I64RemS | I64RemU => (1_270, -1),
        I64ExtendI32S | I64ExtendI32U => (100, 0),
        I64Extend8S | I64Extend16S | I64Extend32S => (100, 0),
        _ => return None,
    })
}

/// The validator leaves two families to refuse: float arithmetic, and bulk operations on tables
/// and passive segments.
fn refuse(op: &Operator) -> ActivationError {
    let printed = format!("{op:?}");
    let name = printed.split([' ', '{']).next().unwrap_or_default();
    match name.contains("F32") || name.contains("F64") {
        true => ActivationError::FloatingPoint(name.into()),
        false => ActivationError::UnsupportedOpcode(name.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(op: Operator) -> (u64, i32) {
        let opcode = Opcode::of(&op, &[]).unwrap();
        (opcode.ink, opcode.net)
    }

    #[test]
    fn float_moves_are_accepted_but_unaffordable() {
        assert_eq!(of(Operator::F64ReinterpretI64), (u64::MAX, 0));
        assert_eq!(of(Operator::F32Const { value: 0.0f32.into() }), (u64::MAX, 1));
    }

    #[test]
    fn float_arithmetic_is_refused_by_name() {
        let refused = |op: Operator| Opcode::of(&op, &[]).unwrap_err();
        assert_eq!(refused(Operator::F32Add), ActivationError::FloatingPoint("F32Add".into()));
        let name = "I32TruncSatF64U";
        assert_eq!(refused(Operator::I32TruncSatF64U), ActivationError::FloatingPoint(name.into()));
    }

    #[test]
    fn passive_segments_are_refused() {
        let refused = Opcode::of(&Operator::DataDrop { data_index: 0 }, &[]).unwrap_err();
        assert_eq!(refused, ActivationError::UnsupportedOpcode("DataDrop".into()));
    }

    #[test]
    fn call_indirect_pays_for_parameters() {
        let binary = FuncType::new([wasmparser::ValType::I32; 2], []);
        let op = Operator::CallIndirect { type_index: 0, table_index: 0 };
        assert_eq!(Opcode::of(&op, &[binary]).unwrap().ink, 13_610 + 1_300);
    }

    #[test]
    fn blocks_and_traps_do_not_end_a_basic_block() {
        let blockty = wasmparser::BlockType::Empty;
        assert!(!ends_basic_block(&Operator::Block { blockty }));
        assert!(!ends_basic_block(&Operator::Unreachable));
        assert!(ends_basic_block(&Operator::Loop { blockty }));
        assert!(ends_basic_block(&Operator::End));
    }
}
