//! ArbOS's precompiled contracts: who may call what, and what that costs.
//!
//! Source: Nitro precompiles/precompile.go, wrapper.go.

mod debug;
mod gas_info;
mod info;
mod method;
pub(crate) mod node_interface;
mod owner;
mod owner_public;
mod sys;
pub(crate) mod wasm;
mod wasm_cache;

use std::collections::HashMap;
use std::sync::OnceLock;

use alloy_primitives::{Address, Bytes, address};
use revm::interpreter::{CallInputs, InstructionResult, InterpreterResult};

use super::{Metered, Stop};
use crate::evm::Ctx;
use method::Method;

/// ArbSys: blocks and the call stack.
pub const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
/// ArbInfo: balances and code.
pub const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
/// ArbOwnerPublic: what everybody may know of the owner's settings.
pub const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
/// ArbGasInfo: prices.
pub const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006C");
/// ArbOwner: the owner's settings.
pub const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
/// ArbWasm: activation of programs, and their parameters.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// ArbWasmCache: which programs are cached.
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
/// ArbDebug: what development chains allow.
pub const ARB_DEBUG: Address = address!("00000000000000000000000000000000000000fF");

type Contract = (Address, fn() -> Vec<Method>);

/// Contracts with the methods that this chain answers.
const CONTRACTS: [Contract; 18] = [
    (ARB_SYS, sys::methods),
    (ARB_INFO, info::methods),
    (ARB_OWNER_PUBLIC, owner_public::methods),
    (ARB_GAS_INFO, gas_info::methods),
    (ARB_OWNER, owner::methods),
    (ARB_WASM, wasm::methods),
    (ARB_WASM_CACHE, wasm_cache::methods),
    (ARB_DEBUG, debug::methods),
    // ArbAddressTable, ArbBLS, ArbFunctionTable, ArbosTest: none that anybody uses.
    (low(0x66), Vec::new),
    (low(0x67), Vec::new),
    (low(0x68), Vec::new),
    (low(0x69), Vec::new),
    // ArbAggregator, ArbRetryableTx, ArbStatistics: none that means anything here.
    (low(0x6d), Vec::new),
    (low(0x6e), Vec::new),
    (low(0x6f), Vec::new),
    // ArbNativeTokenManager, ArbFilteredTransactionsManager, ArbosActs: none that anybody may use.
    (low(0x73), Vec::new),
    (low(0x74), Vec::new),
    (address!("00000000000000000000000000000000000A4B05"), Vec::new),
];

const fn low(byte: u8) -> Address {
    Address::with_last_byte(byte)
}

/// Addresses of the contracts.
pub(crate) fn addresses() -> impl Iterator<Item = Address> {
    CONTRACTS.iter().map(|(address, _)| *address)
}

type Table = HashMap<Address, HashMap<[u8; 4], Method>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let methods = |list: fn() -> Vec<Method>| {
            list().into_iter().map(|method| (method.selector, method)).collect()
        };
        CONTRACTS.iter().map(|(address, list)| (*address, methods(*list))).collect()
    })
}

/// Code that ArbOS's contracts show, which never runs: `INVALID`.
pub(crate) const MARKER: [u8; 1] = [0xFE];

/// Whether ArbOS answers at this address.
pub(crate) fn is_precompile(address: Address) -> bool {
    table().contains_key(&address)
}

/// Runs a call of a contract of ArbOS.
pub(crate) fn run(ctx: &mut Ctx, inputs: &CallInputs) -> InterpreterResult {
    let input = inputs.input.bytes(ctx);
    if inputs.bytecode_address == ARB_OWNER {
        return owner::guarded(ctx, inputs, &input);
    }
    let mut state = Metered::new(ctx, inputs);
    let ended = answer(&mut state, &input);
    conclude(&mut state, ended)
}

/// Finds the method and runs it. Charges 3 gas per word of arguments and results.
fn answer(state: &mut Metered<'_>, input: &[u8]) -> Result<Vec<u8>, Stop> {
    let (selector, args) = input.split_first_chunk::<4>().ok_or(Stop::Burn)?;
    let methods = table().get(&state.inputs.bytecode_address).ok_or(Stop::Burn)?;
    let method = methods.get(selector).ok_or(Stop::Burn)?;
    method.call(state, args)
}

fn conclude(state: &mut Metered<'_>, ended: Result<Vec<u8>, Stop>) -> InterpreterResult {
    let (reason, output) = match ended {
        Ok(output) => (InstructionResult::Return, output),
        Err(Stop::Revert(output)) => (InstructionResult::Revert, output),
        Err(Stop::Burn) => {
            state.gas.spend_all();
            (InstructionResult::Revert, Vec::new())
        }
        Err(Stop::Halt(reason)) => {
            state.gas.spend_all();
            (reason, Vec::new())
        }
    };
    if state.burn(method::copy_gas(output.len())).is_err() {
        state.gas.spend_all();
        return InterpreterResult::new(InstructionResult::Revert, Bytes::new(), state.gas);
    }
    InterpreterResult::new(reason, output.into(), state.gas)
}
