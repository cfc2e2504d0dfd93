//! Charges for every basic block as it is entered (crates/prover/src/programs/meter.rs).

use super::{
    error::ActivationError,
    globals::{Globals, get, set},
    opcode::{Opcode, ends_basic_block},
};
use wasmparser::{BlockType, FuncType, Operator};

/// Puts a charge ahead of each basic block of `code`.
///
/// The charge is the price of the block's source instructions plus `header` ink for the check
/// itself. It is levied in full even if the block traps half-way. Sums saturate, so that a block
/// which cannot be paid for traps instead of wrapping.
pub(super) fn meter<'a>(
    code: Vec<Operator<'a>>,
    types: &[FuncType],
    globals: Globals,
    header: u64,
) -> Result<Vec<Operator<'a>>, ActivationError> {
    let mut metered = Vec::with_capacity(code.len() * 3);
    let mut block = Vec::new();
    let mut ink = 0u64;
    for op in code {
        ink = ink.saturating_add(Opcode::of(&op, types)?.ink);
        let ends = ends_basic_block(&op);
        block.push(op);
        if ends {
            metered.extend(charge(ink.saturating_add(header), globals));
            metered.append(&mut block);
            ink = 0;
        }
    }
    Ok(metered)
}

/// Takes `ink`, or traps with the status set and the ink left untouched.
fn charge(ink: u64, globals: Globals) -> [Operator<'static>; 12] {
    let cost = Operator::I64Const { value: ink as i64 };
    [
        get(globals.ink),
        cost.clone(),
        Operator::I64LtU,
        Operator::If { blockty: BlockType::Empty },
        Operator::I32Const { value: 1 },
        set(globals.status),
        Operator::Unreachable,
        Operator::End,
        get(globals.ink),
        cost,
        Operator::I64Sub,
        set(globals.ink),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ink of each charge in `code`, in order.
    fn charges(code: Vec<Operator>) -> Vec<u64> {
        let metered = meter(code, &[], Globals::behind(0), 2_450).unwrap();
        let costs = metered.windows(2).filter_map(|pair| match pair {
            [Operator::I64Const { value }, Operator::I64LtU] => Some(*value as u64),
            _ => None,
        });
        costs.collect()
    }

    #[test]
    fn blocks_split_after_branches() {
        let blockty = BlockType::Empty;
        let code = vec![
            Operator::Block { blockty },          // 1
            Operator::I32Const { value: 1 },      // 1
            Operator::BrIf { relative_depth: 0 }, // 765
            Operator::Nop,                        // 1
            Operator::End,                        // 1
            Operator::End,                        // 1
        ];
        assert_eq!(charges(code), [2_450 + 767, 2_450 + 2, 2_450 + 1]);
    }

    #[test]
    fn unaffordable_blocks_saturate() {
        let code = vec![Operator::F32ReinterpretI32, Operator::Drop, Operator::End];
        assert_eq!(charges(code), [u64::MAX]);
    }

    #[test]
    fn each_charge_adds_twelve_instructions() {
        let code = vec![Operator::Nop, Operator::Return, Operator::End];
        let metered = meter(code, &[], Globals::behind(0), 0).unwrap();
        assert_eq!(metered.len(), 3 + 2 * 12);
    }
}
