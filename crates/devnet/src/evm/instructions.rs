//! The EVM instruction table, with the instructions whose gas the profile tells apart wrapped.

use std::sync::OnceLock;

use alloy_primitives::Address;
use revm::bytecode::opcode;
use revm::context_interface::cfg::GasParams;
use revm::context_interface::{ContextTr, JournalTr};
use revm::interpreter::instructions::{
    GasTable, InstructionTable, contract, gas_table_spec, host, instruction_table,
};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{InputsTr, LoopControl, RuntimeFlag};
use revm::interpreter::{
    FrameInput, Instruction, InstructionContext, InstructionExecResult, InstructionResult,
    InterpreterAction,
};

use super::{Ctx, SPEC};
use crate::profile::Cost;
use crate::program;

/// An opcode that panics, for tests of what is left then.
#[cfg(test)]
pub(crate) const PANIC: u8 = 0x0c;

type Ictx<'a> = InstructionContext<'a, Ctx, EthInterpreter>;

/// Instructions and their static gas.
pub(crate) struct Tables {
    pub instructions: InstructionTable<EthInterpreter, Ctx>,
    pub gas: GasTable,
}

/// The table of this chain's rules.
pub(crate) fn table() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut instructions = instruction_table::<EthInterpreter, Ctx>();
        let mut set = |op: u8, run: fn(Ictx<'_>) -> InstructionExecResult| {
            instructions[usize::from(op)] = Instruction::new(run);
        };
        set(opcode::SLOAD, sload);
        set(opcode::SSTORE, sstore);
        set(opcode::TLOAD, |c| metered(c, opcode::TLOAD, Cost::Storage, host::tload));
        set(opcode::TSTORE, |c| metered(c, opcode::TSTORE, Cost::Storage, host::tstore));
        set(opcode::LOG0, |c| metered(c, opcode::LOG0, Cost::Log, host::log::<0, _>));
        set(opcode::LOG1, |c| metered(c, opcode::LOG1, Cost::Log, host::log::<1, _>));
        set(opcode::LOG2, |c| metered(c, opcode::LOG2, Cost::Log, host::log::<2, _>));
        set(opcode::LOG3, |c| metered(c, opcode::LOG3, Cost::Log, host::log::<3, _>));
        set(opcode::LOG4, |c| metered(c, opcode::LOG4, Cost::Log, host::log::<4, _>));
        set(opcode::CALL, |c| opening(c, opcode::CALL, contract::call::<{ opcode::CALL }, _, _>));
        set(opcode::CALLCODE, |c| {
            opening(c, opcode::CALLCODE, contract::call::<{ opcode::CALLCODE }, _, _>)
        });
        set(opcode::DELEGATECALL, |c| {
            opening(c, opcode::DELEGATECALL, contract::call::<{ opcode::DELEGATECALL }, _, _>)
        });
        set(opcode::STATICCALL, |c| {
            opening(c, opcode::STATICCALL, contract::call::<{ opcode::STATICCALL }, _, _>)
        });
        set(opcode::CREATE, |c| opening(c, opcode::CREATE, contract::create::<false, _, _>));
        set(opcode::CREATE2, |c| opening(c, opcode::CREATE2, contract::create::<true, _, _>));
        set(opcode::SELFDESTRUCT, selfdestruct);
        // There are no blobs on Arbitrum, and no price for them.
        set(opcode::BLOBBASEFEE, |_| Err(InstructionResult::OpcodeNotFound));
        #[cfg(test)]
        set(PANIC, |_| panic!("what nobody foresaw"));
        Tables { instructions, gas: gas_table_spec(SPEC) }
    })
}

fn reborrow<'a>(context: &'a mut Ictx<'_>) -> Ictx<'a> {
    InstructionContext { interpreter: context.interpreter, host: context.host }
}

/// Runs `run` and attributes its static and dynamic gas to `cost`.
fn metered(
    mut context: Ictx<'_>,
    op: u8,
    cost: Cost,
    run: fn(Ictx<'_>) -> InstructionExecResult,
) -> InstructionExecResult {
    let before = context.interpreter.gas.remaining();
    run(reborrow(&mut context))?;
    let dynamic = before.saturating_sub(context.interpreter.gas.remaining());
    context.host.chain.meter.charge(cost, dynamic + static_gas(op));
    Ok(())
}

/// Runs a call or create instruction and attributes what it costs beyond the callee's gas.
///
/// A stipend is part of the callee's limit, hence subtracted here and used or returned there.
fn opening(
    mut context: Ictx<'_>,
    op: u8,
    run: fn(Ictx<'_>) -> InstructionExecResult,
) -> InstructionExecResult {
    let before = context.interpreter.gas.remaining();
    let result = run(reborrow(&mut context));
    let dynamic = before.saturating_sub(context.interpreter.gas.remaining());
    let opened = match context.interpreter.bytecode.action() {
        Some(InterpreterAction::NewFrame(FrameInput::Call(inputs))) => {
            Some((Cost::Call, inputs.gas_limit))
        }
        Some(InterpreterAction::NewFrame(FrameInput::Create(inputs))) => {
            Some((Cost::Create, inputs.gas_limit()))
        }
        _ => None,
    };
    if let Some((cost, callee)) = opened {
        let own = (dynamic + static_gas(op)).saturating_sub(callee);
        context.host.chain.meter.charge(cost, own);
    }
    result
}

fn sload(mut context: Ictx<'_>) -> InstructionExecResult {
    let slot = context.interpreter.stack.data().last().copied();
    let before = context.interpreter.gas.remaining();
    metered(reborrow(&mut context), opcode::SLOAD, Cost::Storage, host::sload)?;
    if let Some(slot) = slot {
        let acting = context.interpreter.input.target_address();
        let cold = context.interpreter.gas.remaining() < before;
        context.host.chain.meter.touch(acting, slot, false, cold);
    }
    Ok(())
}

fn sstore(mut context: Ictx<'_>) -> InstructionExecResult {
    let slot = context.interpreter.stack.data().last().copied();
    let before = context.interpreter.gas.remaining();
    metered(reborrow(&mut context), opcode::SSTORE, Cost::Storage, host::sstore)?;
    if let Some(slot) = slot {
        let acting = context.interpreter.input.target_address();
        // Warm stores cost 100, 2,900 or 20,000; the cold surcharge makes each 2,100 dearer.
        let paid = before - context.interpreter.gas.remaining();
        let cold = matches!(paid, 2_200 | 5_000 | 22_100);
        context.host.chain.meter.touch(acting, slot, true, cold);
    }
    Ok(())
}

/// Forbids a Stylus program to destroy itself through delegated EVM code, which has paid for the
/// instruction by then.
///
/// Source: Arbitrum go-ethereum core/vm, `makeSelfdestructGasFn`, `opSelfdestruct6780`.
fn selfdestruct(context: Ictx<'_>) -> InstructionExecResult {
    let acting = context.interpreter.input.target_address();
    let release = context.host.chain.params.arbos;
    let Ok(account) = context.host.journal_mut().load_account_with_code(acting);
    let has_balance = !account.data.info.balance.is_zero();
    let code = account.data.info.code.as_ref();
    if !code.is_some_and(|code| program::is_stylus(code.original_byte_slice(), release)) {
        return host::selfdestruct(context);
    }
    let top = context.interpreter.stack.data().last();
    let heir = Address::from_word((*top.ok_or(InstructionResult::StackUnderflow)?).into());
    let Ok(heir) = context.host.journal_mut().load_account(heir);
    let creates = has_balance && heir.data.info.is_empty();
    let gas = GasParams::new_spec(SPEC).selfdestruct_cost(creates, heir.is_cold);
    if !context.interpreter.gas.record_regular_cost(gas) {
        return Err(InstructionResult::OutOfGas);
    }
    match context.interpreter.runtime_flag.is_static() {
        true => Err(InstructionResult::StateChangeDuringStaticCall),
        false => Err(InstructionResult::Revert),
    }
}

fn static_gas(op: u8) -> u64 {
    u64::from(table().gas[usize::from(op)])
}
