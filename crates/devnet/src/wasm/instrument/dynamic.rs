//! Charges `memory.fill` and `memory.copy` by the byte (crates/prover/src/programs/dynamic.rs).
//!
//! Stylus version 3 masks the fill value to its low eight bits. So does the wasm specification,
//! and with it any engine that runs the result: no instruction is added for it.

use super::{
    StylusParams,
    globals::{Globals, get, set},
};
use wasmparser::{BlockType, Operator};

/// Puts a charge ahead of each bulk memory instruction of `code`.
pub(super) fn charge_bulk_memory<'a>(
    code: Vec<Operator<'a>>,
    globals: Globals,
    params: &StylusParams,
) -> Vec<Operator<'a>> {
    let mut charged = Vec::with_capacity(code.len());
    for op in code {
        match op {
            Operator::MemoryFill { .. } => {
                charged.extend(charge(params.memory_fill_ink_per_byte, globals));
            }
            Operator::MemoryCopy { .. } => {
                charged.extend(charge(params.memory_copy_ink_per_byte, globals));
            }
            _ => {}
        }
        charged.push(op);
    }
    charged
}

/// Takes the size on top of the stack times `ink_per_byte`, and leaves the size in place.
///
/// Unlike a block's charge this one subtracts first: when it traps, the ink left has wrapped
/// round. The status tells.
fn charge(ink_per_byte: u64, globals: Globals) -> [Operator<'static>; 17] {
    [
        set(globals.scratch),
        get(globals.ink),
        get(globals.ink),
        get(globals.scratch),
        Operator::I64ExtendI32U,
        Operator::I64Const { value: ink_per_byte as i64 },
        Operator::I64Mul,
        Operator::I64Sub,
        set(globals.ink),
        get(globals.ink),
        Operator::I64LtU,
        Operator::If { blockty: BlockType::Empty },
        Operator::I32Const { value: 1 },
        set(globals.status),
        Operator::Unreachable,
        Operator::End,
        get(globals.scratch),
    ]
}
