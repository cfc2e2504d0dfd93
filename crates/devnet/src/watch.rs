//! What a transaction did, step by step, for those who want to see it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, U256};
use revm::bytecode::opcode;
use revm::context_interface::CreateScheme;
use revm::handler::EthFrame;
use revm::interpreter::interpreter_types::{Jumps, LoopControl, MemoryTr};
use revm::interpreter::{CallScheme, FrameInput, InstructionResult, InterpreterAction};

use crate::evm::{Ctx, instructions};

/// Most bytes that the record of one transaction takes; gas alone does not bound it usefully.
const BUDGET: usize = 48 << 20;
/// Bytes of a step without its stack and memory, about.
const STEP_BYTES: usize = 160;
/// Bytes of a host call without its arguments and results, about.
const HOST_CALL_BYTES: usize = 160;

/// What to record of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Calls and creations.
    pub calls: bool,
    /// Steps of EVM bytecode.
    pub steps: bool,
    /// With each step the memory before it.
    pub memory: bool,
    /// Host calls of Stylus programs.
    pub host_calls: bool,
}

/// An EVM instruction that was executed.
#[derive(Clone, Debug)]
pub struct Step {
    /// Call depth; the transaction's own frame is 0.
    pub depth: usize,
    /// Account whose storage is in use.
    pub acting: Address,
    /// Position in the code.
    pub pc: usize,
    /// The instruction.
    pub op: u8,
    /// Gas left before it.
    pub gas: u64,
    /// Gas it took, with what it hands to a callee.
    pub gas_cost: u64,
    /// Refund counter before it.
    pub refund: i64,
    /// Stack before it, top last.
    pub stack: Vec<U256>,
    /// Memory before it, if that is recorded.
    pub memory: Option<Vec<u8>>,
    /// Storage word that it read or wrote, with its value afterwards.
    pub word: Option<(U256, U256)>,
    /// How it halted its frame, if it did.
    pub error: Option<InstructionResult>,
}

impl Step {
    /// Name of the instruction.
    #[must_use]
    pub fn name(&self) -> String {
        match opcode::OpCode::name_by_op(self.op) {
            "Unknown" => format!("opcode {:#x} not defined", self.op),
            name => name.into(),
        }
    }
}

/// A host call of a Stylus program, or a call frame between two programs.
#[derive(Clone, Debug)]
pub struct HostCall {
    /// Name of the import; `user_entrypoint` and `user_returned` bound a program, and names with
    /// `evm_` are frames that no program's host call made.
    pub name: &'static str,
    /// Arguments, numbers big-endian, one after the other.
    pub args: Vec<u8>,
    /// Results likewise.
    pub outs: Vec<u8>,
    /// Ink left before it.
    pub start_ink: u64,
    /// Ink left after it.
    pub end_ink: u64,
    /// Account whose code it called.
    pub callee: Option<Address>,
    /// What the callee did.
    pub inner: Vec<HostCall>,
}

/// An account as it was before and after a transaction.
#[derive(Clone, Debug)]
pub struct Touched {
    /// Its address.
    pub address: Address,
    /// As the transaction found it; `None` if it did not exist.
    pub before: Option<View>,
    /// As the transaction left it; `None` if it does not exist.
    pub after: Option<View>,
}

/// An account with those of its storage words that a transaction touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Balance in wei.
    pub balance: U256,
    /// Next nonce.
    pub nonce: u64,
    /// Code.
    pub code: Bytes,
    /// Storage words by slot.
    pub words: BTreeMap<U256, U256>,
}

/// Collects what it was asked to.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    watch: Watch,
    spent: usize,
    is_full: bool,
    steps: Vec<Step>,
    top: Vec<HostCall>,
    /// Frames that have not ended.
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    name: &'static str,
    callee: Address,
    inner: Vec<HostCall>,
}

/// What a tape holds; nothing of a kind that got too long.
pub(crate) struct Recorded {
    pub steps: Option<Vec<Step>>,
    pub host_calls: Option<Vec<HostCall>>,
}

impl Tape {
    pub(crate) fn new(watch: Watch) -> Self {
        Self { watch, ..Self::default() }
    }

    pub(crate) fn has_steps(&self) -> bool {
        self.watch.steps && !self.is_full
    }

    pub(crate) fn has_host_calls(&self) -> bool {
        self.watch.host_calls
    }

    pub(crate) fn finish(&mut self) -> Recorded {
        let is_whole = !self.is_full;
        Recorded {
            steps: is_whole.then(|| std::mem::take(&mut self.steps)),
            host_calls: is_whole.then(|| std::mem::take(&mut self.top)),
        }
    }

    /// Gives up when the record gets too long.
    fn spend(&mut self, bytes: usize) -> bool {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent > BUDGET && !self.is_full {
            self.is_full = true;
            self.steps = Vec::new();
            self.top = Vec::new();
            self.open.iter_mut().for_each(|open| open.inner = Vec::new());
        }
        !self.is_full
    }

    /// A call frame begins.
    pub(crate) fn enter(&mut self, input: &FrameInput) {
        if !self.watch.host_calls {
            return;
        }
        let (name, callee) = match input {
            FrameInput::Call(inputs) => (
                match inputs.scheme {
                    CallScheme::Call | CallScheme::CallCode => "evm_call_contract",
                    CallScheme::DelegateCall => "evm_delegate_call_contract",
                    CallScheme::StaticCall => "evm_static_call_contract",
                },
                inputs.bytecode_address,
            ),
            FrameInput::Create(inputs) => match inputs.scheme() {
                CreateScheme::Create2 { .. } => ("evm_create2", Address::ZERO),
                _ => ("evm_create1", Address::ZERO),
            },
            FrameInput::Empty => ("evm_call_contract", Address::ZERO),
        };
        self.open.push(Open { name, callee, inner: Vec::new() });
    }

    /// The call frame begun last ends.
    pub(crate) fn exit(&mut self) {
        let Some(Open { name, callee, inner }) = self.open.pop() else { return };
        if self.open.is_empty() {
            self.top = inner;
            return;
        }
        let callee = Some(callee);
        let (args, outs) = (Vec::new(), Vec::new());
        self.push(HostCall { name, args, outs, start_ink: 0, end_ink: 0, callee, inner });
    }

    /// Adds a host call to the frame that is open. One that called takes the callee's frame, which
    /// ended just before, with it.
    pub(crate) fn host_call(&mut self, mut call: HostCall) {
        if let (Some(frame), Some(callee)) = (nested(call.name), call.callee)
            && let Some(open) = self.open.last_mut()
        {
            // A call that could not be paid for has no frame.
            let last = open.inner.pop_if(|last| last.name == frame && last.callee == Some(callee));
            call.inner = last.map(|last| last.inner).unwrap_or_default();
        }
        self.push(call);
    }

    fn push(&mut self, call: HostCall) {
        let bytes = HOST_CALL_BYTES.saturating_add(call.args.len()).saturating_add(call.outs.len());
        if self.spend(bytes)
            && let Some(open) = self.open.last_mut()
        {
            open.inner.push(call);
        }
    }
}

/// Name of the frame that a host call opens.
fn nested(name: &str) -> Option<&'static str> {
    match name {
        "call_contract" => Some("evm_call_contract"),
        "delegate_call_contract" => Some("evm_delegate_call_contract"),
        "static_call_contract" => Some("evm_static_call_contract"),
        _ => None,
    }
}

/// Runs a frame as the interpreter does, one recorded step after the other.
pub(crate) fn run(frame: &mut EthFrame, ctx: &mut Ctx) -> InterpreterAction {
    let table = instructions::table();
    let (depth, interpreter) = (frame.depth, &mut frame.interpreter);
    let acting = interpreter.input.target_address;
    let end = loop {
        let watched = ctx.chain.tape.has_steps().then(|| {
            let memory = ctx.chain.tape.watch.memory.then(|| {
                let memory = &interpreter.memory;
                memory.slice(0..memory.size()).to_vec()
            });
            Step {
                depth,
                acting,
                pc: interpreter.bytecode.pc(),
                op: interpreter.bytecode.opcode(),
                gas: interpreter.gas.remaining(),
                gas_cost: 0,
                refund: interpreter.gas.refunded(),
                stack: interpreter.stack.data().to_vec(),
                memory,
                word: None,
                error: None,
            }
        });
        let ended = interpreter.step(&table.instructions, &table.gas, ctx);
        if let Some(mut step) = watched {
            step.gas_cost = step.gas.saturating_sub(interpreter.gas.remaining());
            step.error = ended.err().filter(|end| end.is_halt());
            step.word = word(&step, interpreter.stack.data());
            let memory = step.memory.as_ref().map_or(0, Vec::len);
            let tape = &mut ctx.chain.tape;
            if tape.spend(STEP_BYTES + 32 * step.stack.len() + memory) {
                tape.steps.push(step);
            }
        }
        if let Err(end) = ended {
            break end;
        }
    };
    if interpreter.bytecode.action().is_none() {
        interpreter.halt(end);
    }
    interpreter.take_next_action()
}

/// Storage word that a step read or wrote, when it worked.
fn word(step: &Step, after: &[U256]) -> Option<(U256, U256)> {
    let slot = *step.stack.last()?;
    match step.op {
        _ if step.error.is_some() => None,
        opcode::SLOAD => Some((slot, *after.last()?)),
        opcode::SSTORE => Some((slot, *step.stack.iter().nth_back(1)?)),
        _ => None,
    }
}
