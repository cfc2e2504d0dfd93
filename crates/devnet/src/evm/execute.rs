//! The frame loop. EVM frames are iterative; a Stylus frame recurses through its host calls.

use revm::context::ContextTr;
use revm::context_interface::JournalTr;
use revm::context_interface::context::ContextError;
use revm::context_interface::local::OutFrame;
use revm::handler::{EthFrame, FrameResult, ItemOrResult};
use revm::interpreter::interpreter_action::FrameInit;
use revm::interpreter::{
    CallInputs, CallOutcome, CallScheme, CreateOutcome, FrameInput, Gas, InstructionResult,
    InterpreterAction, InterpreterResult, SharedMemory,
};
use revm::primitives::{Address, B256, Bytes, KECCAK_EMPTY};
use revm::state::Bytecode;
use std::convert::Infallible;

use super::{Ctx, Machine, instructions, untouched_code};
use crate::arbos::precompiles::{MARKER, is_precompile};
use crate::calls;
use crate::profile::{Cost, FrameKind};
use crate::{program, watch};

type Fault = ContextError<Infallible>;

/// First release in which an account delegated to a precompile runs no code.
const NO_DELEGATED_PRECOMPILES: u64 = 50;

enum Step {
    Start(FrameInit),
    Run,
    Return(FrameResult),
}

enum Begun {
    Frame(Box<EthFrame>),
    Done(FrameResult),
}

/// Runs a call or create to its end, callees included.
///
/// The frames get a memory buffer of their own, so that a nested run cannot disturb the suspended
/// frames of its caller.
pub(crate) fn execute(
    mut machine: Box<Machine>,
    frame_input: FrameInput,
    depth: usize,
) -> (Box<Machine>, FrameResult) {
    let outer = std::mem::take(&mut machine.ctx.local);
    let memory = SharedMemory::new_with_buffer(machine.ctx.local.shared_memory_buffer.clone());
    let init = FrameInit { depth, memory, frame_input };
    let (mut machine, result) = run_loop(machine, init);
    machine.ctx.local = outer;
    (machine, result)
}

fn run_loop(mut machine: Box<Machine>, init: FrameInit) -> (Box<Machine>, FrameResult) {
    let mut frames: Vec<Box<EthFrame>> = Vec::new();
    let mut step = Step::Start(init);
    loop {
        step = match step {
            Step::Start(init) => {
                calls::enter(&mut machine.ctx, &init.frame_input);
                machine.ctx.chain.tape.enter(&init.frame_input);
                let (next, begun) = begin(machine, init);
                machine = next;
                match begun {
                    Begun::Frame(frame) => {
                        frames.push(frame);
                        Step::Run
                    }
                    Begun::Done(result) => Step::Return(result),
                }
            }
            Step::Run => match frames.last_mut() {
                Some(frame) => run_frame(&mut machine, frame),
                None => Step::Return(failure(true, 0, InstructionResult::NotActivated)),
            },
            Step::Return(result) => {
                calls::exit(&mut machine.ctx, &result);
                machine.ctx.chain.tape.exit();
                if frames.last().is_some_and(|frame| frame.is_finished()) {
                    frames.pop();
                }
                match frames.last_mut() {
                    None => return (machine, result),
                    Some(frame) => {
                        // The in-memory database cannot fail, so neither can the hand-over.
                        let _: Result<(), Fault> = frame.return_result(&mut machine.ctx, result);
                        Step::Run
                    }
                }
            }
        };
    }
}

fn begin(mut machine: Box<Machine>, init: FrameInit) -> (Box<Machine>, Begun) {
    let FrameInit { depth, memory, frame_input } = init;
    let frame_input = match frame_input {
        FrameInput::Call(inputs)
            if program::is_program(inputs.known_bytecode.1.original_byte_slice()) =>
        {
            let (machine, result) = program::call(machine, inputs, depth);
            return (machine, Begun::Done(result));
        }
        FrameInput::Call(mut inputs) => {
            if let Some(code) = code_of_precompile(&machine.ctx, &inputs) {
                inputs.known_bytecode = code;
            }
            FrameInput::Call(inputs)
        }
        other => other,
    };
    let is_call = !matches!(frame_input, FrameInput::Create(_));
    let gas_limit = gas_limit(&frame_input);
    let init = FrameInit { depth, memory, frame_input };

    let mut frame = Box::new(EthFrame::invalid());
    let Machine { ctx, precompiles } = machine.as_mut();
    let begun = EthFrame::init_with_context(OutFrame::new_init(&mut frame), ctx, precompiles, init);
    let done = match begun {
        Ok(ItemOrResult::Item(token)) => {
            token.assert();
            enter_frame(&mut machine, &frame);
            return (machine, Begun::Frame(frame));
        }
        Ok(ItemOrResult::Result(result)) => result,
        Err(_) => failure(is_call, gas_limit, InstructionResult::PrecompileError),
    };
    // Plain transfers use nothing; what is used here is a precompile's, or lost with it.
    let cost =
        if done.instruction_result().is_ok_or_revert() { Cost::Precompile } else { Cost::Burned };
    machine.ctx.chain.meter.charge(cost, used(&done));
    (machine, Begun::Done(done))
}

fn run_frame(machine: &mut Machine, frame: &mut EthFrame) -> Step {
    let table = instructions::table();
    let mut action = match machine.ctx.chain.tape.has_steps() {
        true => watch::run(frame, &mut machine.ctx),
        false => frame.interpreter.run_plain(&table.instructions, &table.gas, &mut machine.ctx),
    };
    let mut before_deposit = None;
    if let (FrameInput::Create(_), InterpreterAction::Return(result)) = (&frame.input, &mut action)
    {
        forbid_foreign_ef_code(result, machine.ctx.chain.params.arbos);
        before_deposit = Some(result.gas.remaining());
    }
    let limit = frame.interpreter.gas.limit();
    let forfeited = frame.interpreter.gas.remaining();
    let next: Result<_, Fault> = frame.process_next_action(&mut machine.ctx, action);
    let result = match next {
        Ok(ItemOrResult::Item(init)) => return Step::Start(init),
        Ok(ItemOrResult::Result(result)) => result,
        Err(_) => failure(true, limit, InstructionResult::PrecompileError),
    };
    frame.set_finished(true);

    let meter = &mut machine.ctx.chain.meter;
    if let (Some(before), true) = (before_deposit, result.instruction_result().is_ok()) {
        meter.charge(Cost::Create, before.saturating_sub(result.gas().remaining()));
    }
    let burned = if result.instruction_result().is_ok_or_revert() { 0 } else { forfeited };
    meter.exit(used(&result), burned);
    machine.ctx.chain.pop_frame(acting_in_its_own_right(frame));
    Step::Return(result)
}

/// Applies EIP-3541 to everything but Stylus code, whose prefix Nitro exempts.
fn forbid_foreign_ef_code(result: &mut InterpreterResult, release: u64) {
    let code = &result.output;
    if result.result.is_ok() && code.first() == Some(&0xEF) && !program::is_stylus(code, release) {
        result.result = InstructionResult::CreateContractStartingWithEF;
        result.output = Bytes::new();
    }
}

fn enter_frame(machine: &mut Machine, frame: &EthFrame) {
    let input = &frame.interpreter.input;
    let code = input.bytecode_address.unwrap_or(input.target_address);
    let chain = &mut machine.ctx.chain;
    chain.meter.enter(FrameKind::Evm, code, input.target_address);
    chain.push_frame(acting_in_its_own_right(frame), input.caller_address);
}

fn acting_in_its_own_right(frame: &EthFrame) -> Option<Address> {
    match &frame.input {
        FrameInput::Call(inputs) => acts_for_itself(inputs.scheme).then_some(inputs.target_address),
        _ => Some(frame.interpreter.input.target_address),
    }
}

/// Whether the callee of such a call counts towards `msg_reentrant`.
pub(crate) fn acts_for_itself(scheme: CallScheme) -> bool {
    !matches!(scheme, CallScheme::DelegateCall | CallScheme::CallCode)
}

/// Gas that a finished frame cost its caller, stipend included.
pub(crate) fn used(result: &FrameResult) -> u64 {
    let gas = result.gas();
    if result.instruction_result().is_ok_or_revert() {
        gas.limit().saturating_sub(gas.remaining())
    } else {
        gas.limit()
    }
}

fn gas_limit(input: &FrameInput) -> u64 {
    match input {
        FrameInput::Call(inputs) => inputs.gas_limit,
        FrameInput::Create(inputs) => inputs.gas_limit(),
        FrameInput::Empty => 0,
    }
}

fn failure(is_call: bool, gas_limit: u64, reason: InstructionResult) -> FrameResult {
    let result = InterpreterResult::new(reason, Bytes::new(), Gas::new(gas_limit));
    if is_call {
        FrameResult::Call(CallOutcome::new(result, 0..0))
    } else {
        FrameResult::Create(CreateOutcome::new(result, None))
    }
}

/// Loads the code that a call to `address` runs, through an EIP-7702 delegation if there is one. A
/// delegate does not become warm.
pub(crate) fn callee_code(ctx: &mut Ctx, address: Address) -> (B256, Bytecode) {
    let Ok(account) = ctx.journal_mut().load_account_with_code(address);
    let info = &account.data.info;
    let (hash, code) = (info.code_hash, info.code.clone().unwrap_or_default());
    match code.eip7702_address() {
        Some(delegate) => untouched_code(ctx, delegate),
        None => (hash, code),
    }
}

/// Code for an account whose delegate is a precompile: none, whatever byte the precompile shows.
///
/// Source: Arbitrum go-ethereum core/vm, `resolveCode`.
fn code_of_precompile(ctx: &Ctx, inputs: &CallInputs) -> Option<(B256, Bytecode)> {
    let is_marker = inputs.known_bytecode.1.original_byte_slice() == MARKER;
    if !is_marker || ctx.chain.params.arbos < NO_DELEGATED_PRECOMPILES {
        return None;
    }
    let (_, code) = untouched_code(ctx, inputs.bytecode_address);
    let is_delegated = code.eip7702_address().is_some_and(is_precompile);
    is_delegated.then(|| (KECCAK_EMPTY, Bytecode::default()))
}
