//! The calls of a transaction, for those who want to see them.

use alloy_primitives::{Address, Bytes, U256};
use revm::context_interface::CreateScheme;
use revm::handler::FrameResult;
use revm::interpreter::{CallScheme, FrameInput, InstructionResult};

use crate::evm::Ctx;
use crate::evm::execute::used;

/// Most bytes that the record of one transaction takes. Input costs its caller nothing per byte
/// once the memory is paid for, so that gas alone does not bound it.
const BUDGET: usize = 4 << 20;
/// Bytes of a record without its input and output, about.
const CALL_BYTES: usize = 256;

/// Instruction that a call was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `CALL`, or the transaction itself.
    Call,
    /// `CALLCODE`.
    CallCode,
    /// `DELEGATECALL`.
    DelegateCall,
    /// `STATICCALL`.
    StaticCall,
    /// `CREATE`, or a transaction that creates.
    Create,
    /// `CREATE2`.
    Create2,
}

/// A call or creation. Precompiles and accounts without code count.
#[derive(Clone, Debug)]
pub struct Call {
    /// Depth; the transaction's own call is 0.
    pub depth: usize,
    /// How it was made.
    pub kind: CallKind,
    /// Account that made it.
    pub from: Address,
    /// Account whose code ran, or that was created; `None` if a creation failed.
    pub to: Option<Address>,
    /// Value in wei that the callee saw.
    pub value: U256,
    /// Gas the callee got.
    pub gas: u64,
    /// Gas it used.
    pub gas_used: u64,
    /// Call data or init code.
    pub input: Bytes,
    /// Data returned or reverted with; for a creation the code.
    pub output: Bytes,
    /// How it ended, in revm's vocabulary.
    pub end: InstructionResult,
}

/// Collects calls, if it was asked to.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    is_on: bool,
    spent: usize,
    calls: Vec<Call>,
    /// Calls that have not ended, by index.
    open: Vec<usize>,
}

impl Recorder {
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on, ..Self::default() }
    }

    /// Gives up when the record gets too long.
    fn spend(&mut self, bytes: usize) {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent > BUDGET {
            *self = Self::default();
        }
    }

    /// Every call in the order they were made; none if they were not recorded, or too many.
    pub(crate) fn finish(&mut self) -> Vec<Call> {
        self.open.clear();
        std::mem::take(&mut self.calls)
    }

    fn exit(&mut self, result: &FrameResult) {
        let Some(call) = self.open.pop().and_then(|index| self.calls.get_mut(index)) else {
            return;
        };
        call.end = result.instruction_result();
        call.gas_used = used(result);
        if call.end.is_ok_or_revert() {
            call.output = result.output().into_data();
        }
        if let FrameResult::Create(outcome) = result {
            call.to = outcome.address.filter(|_| call.end.is_ok());
        }
        let bytes = call.output.len();
        self.spend(bytes);
    }
}

/// Records that a call begins.
pub(crate) fn enter(ctx: &mut Ctx, input: &FrameInput) {
    if !ctx.chain.calls.is_on {
        return;
    }
    let length = match input {
        FrameInput::Call(inputs) => inputs.input.len(),
        FrameInput::Create(inputs) => inputs.init_code().len(),
        FrameInput::Empty => 0,
    };
    ctx.chain.calls.spend(CALL_BYTES.saturating_add(length));
    if !ctx.chain.calls.is_on {
        return;
    }
    let call = begun(ctx, input);
    let calls = &mut ctx.chain.calls;
    calls.open.push(calls.calls.len());
    calls.calls.push(call);
}

/// Records that the call begun last ends.
pub(crate) fn exit(ctx: &mut Ctx, result: &FrameResult) {
    if ctx.chain.calls.is_on {
        ctx.chain.calls.exit(result);
    }
}

fn begun(ctx: &Ctx, input: &FrameInput) -> Call {
    let empty = Call {
        depth: ctx.chain.calls.open.len(),
        kind: CallKind::Call,
        from: Address::ZERO,
        to: None,
        value: U256::ZERO,
        gas: 0,
        gas_used: 0,
        input: Bytes::new(),
        output: Bytes::new(),
        end: InstructionResult::Stop,
    };
    match input {
        FrameInput::Call(inputs) => {
            let (kind, from, to) = match inputs.scheme {
                CallScheme::Call => (CallKind::Call, inputs.caller, inputs.target_address),
                CallScheme::StaticCall => {
                    (CallKind::StaticCall, inputs.caller, inputs.target_address)
                }
                CallScheme::CallCode => {
                    (CallKind::CallCode, inputs.target_address, inputs.bytecode_address)
                }
                CallScheme::DelegateCall => {
                    (CallKind::DelegateCall, inputs.target_address, inputs.bytecode_address)
                }
            };
            let (value, gas) = (inputs.value.get(), inputs.gas_limit);
            let input = inputs.input.bytes(ctx);
            Call { kind, from, to: Some(to), value, gas, input, ..empty }
        }
        FrameInput::Create(inputs) => {
            let kind = match inputs.scheme() {
                CreateScheme::Create2 { .. } => CallKind::Create2,
                _ => CallKind::Create,
            };
            let input = inputs.init_code().clone();
            let (value, gas) = (inputs.value(), inputs.gas_limit());
            Call { kind, from: inputs.caller(), value, gas, input, ..empty }
        }
        FrameInput::Empty => empty,
    }
}
