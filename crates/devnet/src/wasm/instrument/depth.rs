//! Makes stack overflows the same on every machine (crates/prover/src/programs/depth.rs).
//!
//! Each function takes its frame's words from a global on entry and gives them back on return. A
//! branch to the outermost label of a body also returns but gives nothing back, as in Nitro:
//! compilers seldom make one.

use super::{
    StylusParams,
    error::ActivationError,
    globals::{Globals, get, set},
    module::Module,
    opcode::Opcode,
};
use wasmparser::{BlockType, FuncType, Operator};

/// Words a frame takes besides locals and operands.
const FRAME_OVERHEAD: u32 = 4;

/// Wraps metered `code` of local function `function` in taking and giving back its frame.
///
/// `locals` counts declared locals only: parameters are the caller's operands.
pub(super) fn bound_depth<'a>(
    mut code: Vec<Operator<'a>>,
    function: u32,
    locals: u32,
    module: &Module,
    globals: Globals,
    params: &StylusParams,
) -> Result<Vec<Operator<'a>>, ActivationError> {
    let values = worst_operands(&code, module)?;
    let limit = params.max_frame_contention;
    if values > u32::from(limit) {
        return Err(ActivationError::FrameContention { function, values, limit });
    }
    let words = values + locals + FRAME_OVERHEAD;
    let limit = params.max_frame_words;
    if words > limit {
        return Err(ActivationError::FrameTooLarge { words, limit });
    }

    // a function that falls off its end returns explicitly, so that it too gives its frame back
    let end = code.pop();
    code.push(Operator::Return);
    code.extend(end);

    let mut bounded = Vec::with_capacity(code.len() + 16);
    bounded.extend(take(words, globals));
    for op in code {
        if let Operator::Return = op {
            bounded.extend(give_back(words, globals));
        }
        bounded.push(op);
    }
    Ok(bounded)
}

/// Takes `words` of stack, or traps with none left. The last word cannot be used.
fn take(words: u32, globals: Globals) -> [Operator<'static>; 12] {
    let size = Operator::I32Const { value: words as i32 };
    [
        get(globals.stack),
        size.clone(),
        Operator::I32LeU,
        Operator::If { blockty: BlockType::Empty },
        Operator::I32Const { value: 0 },
        set(globals.stack),
        Operator::Unreachable,
        Operator::End,
        get(globals.stack),
        size,
        Operator::I32Sub,
        set(globals.stack),
    ]
}

fn give_back(words: u32, globals: Globals) -> [Operator<'static>; 4] {
    [
        get(globals.stack),
        Operator::I32Const { value: words as i32 },
        Operator::I32Add,
        set(globals.stack),
    ]
}

/// Upper bound of the words `code` has on its operand stack at once.
///
/// The walk is linear and knows nothing of reachability: what dead code pushes counts. Results of
/// calls and blocks are pushed before operands are popped.
fn worst_operands(code: &[Operator], module: &Module) -> Result<u32, ActivationError> {
    let mut stack = Operands::default();
    let mut scopes = vec![0];
    for op in code {
        match op {
            Operator::Call { function_index } => stack.call(module.function_type(*function_index)),
            Operator::CallIndirect { type_index, .. } => {
                stack.call(&module.types[*type_index as usize]);
                stack.pop(1); // the table index
            }
            Operator::Block { blockty } | Operator::Loop { blockty } => {
                scopes.push(stack.open(*blockty));
            }
            Operator::If { blockty } => {
                stack.pop(1); // the condition
                scopes.push(stack.open(*blockty));
            }
            // validation matched every `else` and `end` with what it closes
            Operator::Else => stack.words = scopes.last().copied().unwrap_or_default(),
            Operator::End => stack.words = scopes.pop().unwrap_or_default(),
            plain => stack.shift(Opcode::of(plain, &module.types)?.net),
        }
    }
    Ok(stack.worst)
}

/// Words on the operand stack, and the most there ever were.
#[derive(Default)]
struct Operands {
    words: u32,
    worst: u32,
}

impl Operands {
    fn push(&mut self, words: u32) {
        self.words += words;
        self.worst = self.worst.max(self.words);
    }

    /// Dead code may pop what was never pushed.
    fn pop(&mut self, words: u32) {
        self.words = self.words.saturating_sub(words);
    }

    fn shift(&mut self, net: i32) {
        match net {
            0.. => self.push(net.unsigned_abs()),
            _ => self.pop(net.unsigned_abs()),
        }
    }

    fn call(&mut self, ty: &FuncType) {
        self.push(ty.results().len() as u32);
        self.pop(ty.params().len() as u32);
    }

    /// Reserves the result of a block and returns the height to go back to at its end. Version 3
    /// has no multi-value, so a block has one result at most and no parameters.
    fn open(&mut self, ty: BlockType) -> u32 {
        if let BlockType::Type(_) = ty {
            self.push(1);
        }
        self.words
    }
}
