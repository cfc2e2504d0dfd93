//! Calls of Stylus programs, from the call frame's checkpoint to its gas.
//!
//! Source: Nitro arbos/programs, `CallProgram`.

use alloy_primitives::{B256, Bytes};
use revm::context::ContextTr;
use revm::context_interface::JournalTr;
use revm::handler::FrameResult;
use revm::interpreter::{
    CallInputs, CallOutcome, CallValue, Gas, InstructionResult, InterpreterResult,
};
use revm::primitives::constants::CALL_STACK_LIMIT;

use super::{active_record, load, page_gas};
use crate::evm::Machine;
use crate::evm::execute::{acts_for_itself, used};
use crate::host::{self, Message, Outcome};
use crate::profile::{Cost, FrameKind};
use crate::wasm::MAX_NESTED_FRAMES;

/// First release that remembers a block's programs.
const RECENT_PROGRAMS: u64 = 60;

/// Longest program that runs, in bytes: what is active was short enough for the chain's own limit
/// when it was activated, and this only keeps a forged record from filling memory.
const MAX_LENGTH: u32 = 16 << 20;

/// Runs the program that `inputs` calls, as one call frame at `depth`.
pub(crate) fn call(
    mut machine: Box<Machine>,
    inputs: Box<CallInputs>,
    depth: usize,
) -> (Box<Machine>, FrameResult) {
    let finish = |result: InterpreterResult| {
        FrameResult::Call(CallOutcome::new(result, inputs.return_memory_offset.clone()))
    };
    let untouched =
        |reason| InterpreterResult::new(reason, Bytes::new(), Gas::new(inputs.gas_limit));
    let too_many = machine.ctx.chain.program_frames >= MAX_NESTED_FRAMES;
    if depth > CALL_STACK_LIMIT as usize || too_many {
        return (machine, finish(untouched(InstructionResult::CallTooDeep)));
    }
    let journal = machine.ctx.journal_mut();
    let checkpoint = journal.checkpoint();
    if let CallValue::Transfer(value) = inputs.value
        && let Some(fault) = journal.transfer_loaded(inputs.caller, inputs.target_address, value)
    {
        journal.checkpoint_revert(checkpoint);
        return (machine, finish(untouched(fault.into())));
    }

    let acting = acts_for_itself(inputs.scheme).then_some(inputs.target_address);
    let chain = &mut machine.ctx.chain;
    chain.meter.enter(FrameKind::Stylus, inputs.bytecode_address, inputs.target_address);
    chain.push_frame(acting, inputs.caller);
    chain.program_frames += 1;
    let open_pages = chain.pages.open;

    let (mut machine, result, burned) = run(machine, &inputs, depth);

    let chain = &mut machine.ctx.chain;
    chain.pages.open = open_pages;
    chain.pop_frame(acting);
    chain.program_frames -= 1;
    let is_ok = result.result.is_ok();
    let outcome = finish(result);
    chain.meter.exit(used(&outcome), burned);
    let journal = machine.ctx.journal_mut();
    if is_ok {
        journal.checkpoint_commit();
    } else {
        journal.checkpoint_revert(checkpoint);
    }
    (machine, outcome)
}

/// Returns the result and how much gas the frame forfeited.
fn run(
    mut machine: Box<Machine>,
    inputs: &CallInputs,
    depth: usize,
) -> (Box<Machine>, InterpreterResult, u64) {
    let limit = inputs.gas_limit;
    let halted = |reason| {
        InterpreterResult::new(reason, Bytes::new(), Gas::new_spent_with_reservoir(limit, 0))
    };
    let (code_hash, code) = &inputs.known_bytecode;

    let gas_left = match pay_for_init(&mut machine, *code_hash, limit) {
        Ok(gas_left) => gas_left,
        Err(reason) => return (machine, halted(reason), limit),
    };
    let chain = &machine.ctx.chain;
    let program = (*code_hash, code.original_byte_slice());
    let loaded = load(&chain.programs, &chain.params, program, &machine.ctx, MAX_LENGTH);
    let Ok(loaded) = loaded else {
        return (machine, halted(InstructionResult::NotActivated), gas_left);
    };
    let message = Message {
        calldata: inputs.input.bytes(&machine.ctx),
        acting: inputs.target_address,
        sender: inputs.caller,
        value: inputs.value.get(),
        is_static: inputs.is_static,
        reentrant: chain.is_reentrant(inputs.target_address),
        depth,
    };
    let price = u64::from(chain.params.ink_price);
    let start_ink = gas_left.saturating_mul(price);
    let paid_before = chain.meter.accounted();
    let (mut machine, end) = host::run(machine, &loaded, message, start_ink);

    let meter = &mut machine.ctx.chain.meter;
    let paid_in_gas = meter.accounted().saturating_sub(paid_before).saturating_mul(price);
    let forfeited = end.forfeited_ink;
    let ink = start_ink.saturating_sub(end.ink_left).saturating_sub(forfeited);
    meter.record_ink(ink.saturating_sub(paid_in_gas));
    let (result, burned) = settle(limit, end.outcome, end.ink_left / price, forfeited / price);
    let mut gas = result.gas;
    if result.result.is_ok() {
        gas.record_refund(end.refund);
    }
    (machine, InterpreterResult { gas, ..result }, burned)
}

/// Charges memory and initialisation; returns the gas left for the program.
fn pay_for_init(
    machine: &mut Machine,
    code_hash: B256,
    limit: u64,
) -> Result<u64, InstructionResult> {
    // The error for an inactive program is no revert to the interpreter that called it: it takes all
    // gas and carries no data. Only ArbWasm returns it as an ABI error.
    let record =
        active_record(&mut machine.ctx, code_hash).map_err(|_| InstructionResult::NotActivated)?;
    let chain = &mut machine.ctx.chain;
    let memory = page_gas(chain, record.footprint);
    let params = &chain.params;
    let recent = params.arbos >= RECENT_PROGRAMS
        && chain.recent.insert(code_hash, usize::from(params.block_cache_size));
    let uncached = !record.cached && !recent;
    let init = params.cached_gas(record.cached_cost)
        + if uncached { params.init_gas(record.init_cost) } else { 0 };
    let gas_left = memory
        .and_then(|memory| limit.checked_sub(memory.checked_add(init)?))
        .ok_or(InstructionResult::OutOfGas)?;
    chain.meter.charge(Cost::Memory, memory.unwrap_or_default());
    chain.meter.charge(Cost::Init, init);
    open_pages(chain, record.footprint);
    Ok(gas_left)
}

/// Opens pages that were paid for.
pub(crate) fn open_pages(chain: &mut crate::session::Session, pages: u16) {
    chain.pages.open = chain.pages.open.saturating_add(pages);
    chain.pages.ever = chain.pages.ever.max(chain.pages.open);
}

/// Turns the program's end into a frame result, and says how much gas it forfeited.
///
/// A trap gives its gas back with empty data; exhausted ink or stack takes everything. Returned data
/// costs at least what growing EVM memory for it would.
fn settle(limit: u64, outcome: Outcome, gas_left: u64, forfeited: u64) -> (InterpreterResult, u64) {
    let (reason, output) = match outcome {
        Outcome::Success(data) => (InstructionResult::Return, data),
        Outcome::Revert(data) => (InstructionResult::Revert, data),
        Outcome::Failure => (InstructionResult::Revert, Bytes::new()),
        Outcome::OutOfInk => (InstructionResult::OutOfGas, Bytes::new()),
        Outcome::OutOfStack => (InstructionResult::StackOverflow, Bytes::new()),
    };
    let mut gas = Gas::new(limit);
    if !reason.is_ok_or_revert() {
        gas.spend_all();
        return (InterpreterResult::new(reason, output, gas), gas_left + forfeited);
    }
    let Some(most_left) = limit.checked_sub(evm_memory_gas(output.len() as u64)) else {
        gas.spend_all();
        let result = InterpreterResult::new(InstructionResult::OutOfGas, Bytes::new(), gas);
        return (result, gas_left);
    };
    gas.set_remaining(gas_left.min(most_left));
    (InterpreterResult::new(reason, output, gas), 0)
}

/// Gas that the EVM charges for `bytes` of memory.
fn evm_memory_gas(bytes: u64) -> u64 {
    let words = bytes.div_ceil(32);
    3 * words + words * words / 512
}
