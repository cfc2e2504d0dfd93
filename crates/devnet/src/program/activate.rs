//! Activation: checking a program, measuring it and recording it.
//!
//! Source: Nitro arbos/programs, `ActivateProgram`, `getWasm`.

use std::sync::Arc;

use alloy_primitives::{Address, B256, U256};
use revm::context_interface::{ContextTr, JournalTr};
use revm::interpreter::InstructionResult;

use super::code::slice_of_fragment;
use super::record::{self, Record};
use super::{Codes, FRAGMENTS, check_fragments, fragments, is_stylus, load};
use crate::arbos::precompiles::wasm::{not_wasm, up_to_date};
use crate::arbos::state::Slot;
use crate::arbos::{Done, Metered, Stop, price_data};
use crate::wasm::Loaded;
use crate::wasm::instrument::{ActivationError, StylusParams};

/// First release whose owner may add gas to every activation.
const SURCHARGE: u64 = 59;
/// Longest code of an account, in words.
const MAX_CODE_WORDS: u64 = 24_576 / 32;

/// An activation that went through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activation {
    /// Stylus version of the program.
    pub version: u16,
    /// Hash of the program's code.
    pub code_hash: B256,
    /// Fee in wei for keeping the native code.
    pub data_fee: U256,
}

/// Activates the program at `account`.
///
/// Code that holds no program is a plain revert; a program that is refused takes all gas.
pub(crate) fn activate(state: &mut Metered<'_>, account: Address) -> Done<Activation> {
    if state.ctx.chain.params.arbos >= SURCHARGE {
        let surcharge = state.read(Slot::ActivationGas)?;
        state.burn(surcharge.saturating_to())?;
    }
    let fixed = state.ctx.chain.params.activation_fixed_gas;
    state.burn(fixed)?;
    let (code_hash, code) = state.ctx.code_of(account);
    let params = state.params()?;
    let before = state.record(code_hash)?;
    if before.check_active(&params, state.now()).is_ok() {
        return Err(up_to_date());
    }
    let loaded = check(state, &params, (code_hash, &code))?;
    state.burn(loaded.program.activation_gas)?;
    if before.cached {
        // The word with the hash of the compiled module that is replaced.
        state.read_constants(1)?;
    }
    // The word with the hash of the compiled module.
    state.write_nowhere()?;
    let data_fee = price_data(state, loaded.program.asm_estimate)?;
    let record = Record {
        version: params.version,
        init_cost: loaded.program.init_cost,
        cached_cost: loaded.program.cached_cost,
        footprint: loaded.program.footprint,
        activated_at: record::hours(state.now()),
        asm_kib: loaded.program.asm_estimate.div_ceil(1024),
        cached: before.cached,
    };
    state.set_record(code_hash, record)?;
    Ok(Activation { version: params.version, code_hash, data_fee })
}

/// Reads the program and checks that it may be activated.
fn check(
    state: &mut Metered<'_>,
    params: &StylusParams,
    (code_hash, code): (B256, &[u8]),
) -> Done<Arc<Loaded>> {
    let release = params.arbos;
    if code.is_empty() || (release >= FRAGMENTS && !is_stylus(code, release)) {
        return Err(not_wasm());
    }
    check_fragments(code, params).map_err(|error| refusal(&error))?;
    for fragment in fragments(code) {
        read_fragment(state, fragment)?;
    }
    let chain = &state.ctx.chain;
    let most = params.max_wasm_size;
    let loaded = load(&chain.programs, params, (code_hash, code), state.ctx, most);
    let loaded = loaded.map_err(|error| refusal(&error))?;
    let budget = params.page_limit.saturating_sub(state.ctx.chain.pages.open);
    if loaded.program.footprint > budget {
        return Err(Stop::Halt(InstructionResult::PrecompileError));
    }
    Ok(loaded)
}

fn refusal(error: &ActivationError) -> Stop {
    match error {
        ActivationError::Code(_) => Stop::PLAIN,
        _ => Stop::Halt(InstructionResult::PrecompileError),
    }
}

/// Pays for a fragment and makes it warm: access and 3 gas per word. There must be gas for the
/// longest fragment, whatever its length. What is no fragment is paid for, and those after it are
/// not read.
fn read_fragment(state: &mut Metered<'_>, fragment: Address) -> Done<()> {
    const WORD: u64 = 3;
    let Ok(account) = state.ctx.journal_mut().load_account_with_code(fragment);
    let access = if account.is_cold { 2_600 } else { 100 };
    let code = account.data.info.code.as_ref().map(|code| code.original_bytes());
    let code = code.unwrap_or_default();
    if state.gas.remaining() < access + WORD * MAX_CODE_WORDS {
        return Err(Stop::Burn);
    }
    state.burn(access + WORD * (code.len() as u64).div_ceil(32))?;
    slice_of_fragment(&code).map(|_| ()).ok_or(Stop::PLAIN)
}
