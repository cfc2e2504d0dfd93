//! Calls to other accounts, and the data they return.
//!
//! Source: Nitro arbos/programs, `newApiClosures`; Arbitrum go-ethereum core/vm, `WasmCallCost`.

use alloy_primitives::{Address, Bytes, U256};
use revm::context_interface::{ContextTr, JournalTr};
use revm::interpreter::{CallInput, CallInputs, CallScheme, CallValue, FrameInput};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Io, Result};
use super::{MODULE, price};
use crate::evm::execute::{callee_code, used};
use crate::profile::Cost;

/// Gas for moving value.
const VALUE_TRANSFER: u64 = 9_000;
/// Gas for value that brings an account into being.
const NEW_ACCOUNT: u64 = 25_000;
/// Gas that a callee gets for free with value.
const STIPEND: u64 = 2_300;

/// Status byte of a call that succeeded.
const OK: u32 = 0;
/// Status byte of a call that failed in any way.
const FAILED: u32 = 2;

/// Guest pointers and gas of a call.
struct Request {
    scheme: CallScheme,
    target: u32,
    data: u32,
    data_len: u32,
    value: Option<u32>,
    gas: u64,
    return_len: u32,
}

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "call_contract",
        |c: Caller<'_, Host>,
         target: u32,
         data: u32,
         data_len: u32,
         value: u32,
         gas: u64,
         return_len: u32| {
            let scheme = CallScheme::Call;
            let value = Some(value);
            Ok(call(c, &Request { scheme, target, data, data_len, value, gas, return_len })?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "delegate_call_contract",
        |c: Caller<'_, Host>, target: u32, data: u32, data_len: u32, gas: u64, return_len: u32| {
            let scheme = CallScheme::DelegateCall;
            Ok(call(c, &Request { scheme, target, data, data_len, value: None, gas, return_len })?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "static_call_contract",
        |c: Caller<'_, Host>, target: u32, data: u32, data_len: u32, gas: u64, return_len: u32| {
            let scheme = CallScheme::StaticCall;
            Ok(call(c, &Request { scheme, target, data, data_len, value: None, gas, return_len })?)
        },
    )?;
    link_return_data(linker)
}

fn link_return_data(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "read_return_data",
        |c: Caller<'_, Host>, dest: u32, offset: u32, size: u32| {
            Ok(read_return_data(c, dest, offset, size)?)
        },
    )?;
    linker.func_wrap(MODULE, "return_data_size", |c: Caller<'_, Host>| {
        let mut io = Io::enter(c, price::BASE)?;
        Ok(io.host().return_data.len() as u32)
    })?;
    Ok(())
}

fn call(caller: Caller<'_, Host>, request: &Request) -> Result<u32> {
    let mut io = Io::enter(caller, price::CALL)?;
    io.buy_ink(2 * price::read(u64::from(request.data_len)))?;
    let gas_left = io.gas_left();
    let requested = request.gas.min(gas_left);
    let target = io.read_address(request.target)?;
    let data = io.read(request.data, request.data_len)?.into();
    let value = request.value.map_or(Ok(U256::ZERO), |pointer| io.read_u256(pointer))?;

    let (status, data, gas) = if io.host().message.is_static && !value.is_zero() {
        (FAILED, Bytes::new(), 0)
    } else {
        perform(&mut io, request.scheme, target, data, value, gas_left, requested)?
    };
    let length = io.set_return_data(data);
    io.buy_unattributed_gas(gas)?;
    io.write_u32(request.return_len, length)?;
    Ok(status)
}

/// Makes the call. Returns its status, return data and gas, which the meter already knows.
fn perform(
    io: &mut Io<'_>,
    scheme: CallScheme,
    target: Address,
    data: Bytes,
    value: U256,
    gas_left: u64,
    requested: u64,
) -> Result<(u32, Bytes, u64)> {
    let base = base_cost(io, target, value)?;
    let Some(after_base) = gas_left.checked_sub(base) else {
        io.ctx()?.chain.meter.charge(Cost::Call, gas_left);
        return Ok((FAILED, Bytes::new(), gas_left));
    };
    io.ctx()?.chain.meter.charge(Cost::Call, base);
    // Nitro divides last: 63/64 of what is left, rounded down.
    let allowed = after_base.saturating_mul(63) / 64;
    let stipend = if value.is_zero() { 0 } else { STIPEND };
    let gas_limit = allowed.min(requested) + stipend;

    let inputs = call_inputs(io, scheme, target, data, value, gas_limit)?;
    let result = io.nest(FrameInput::Call(Box::new(inputs)))?;
    let reason = result.instruction_result();
    let returned =
        if reason.is_ok_or_revert() { result.output().into_data() } else { Bytes::new() };
    let status = if reason.is_ok() { OK } else { FAILED };
    Ok((status, returned, base + used(&result)))
}

fn call_inputs(
    io: &mut Io<'_>,
    scheme: CallScheme,
    target: Address,
    data: Bytes,
    value: U256,
    gas_limit: u64,
) -> Result<CallInputs> {
    let known_bytecode = callee_code(io.ctx()?, target);
    let message = &io.host().message;
    let delegated = matches!(scheme, CallScheme::DelegateCall);
    Ok(CallInputs {
        input: CallInput::Bytes(data),
        return_memory_offset: 0..0,
        gas_limit,
        reservoir: 0,
        bytecode_address: target,
        known_bytecode,
        target_address: if delegated { message.acting } else { target },
        caller: if delegated { message.sender } else { message.acting },
        value: if delegated {
            CallValue::Apparent(message.value)
        } else {
            CallValue::Transfer(value)
        },
        is_static: message.is_static || matches!(scheme, CallScheme::StaticCall),
        scheme,
        charged_new_account_state_gas: false,
    })
}

fn base_cost(io: &mut Io<'_>, target: Address, value: U256) -> Result<u64> {
    let Ok(account) = io.ctx()?.journal_mut().load_account(target);
    let access = if account.is_cold { price::COLD_ACCOUNT } else { price::WARM };
    if value.is_zero() {
        return Ok(access);
    }
    let creation = if account.data.info.is_empty() { NEW_ACCOUNT } else { 0 };
    Ok(access + VALUE_TRANSFER + creation)
}

fn read_return_data(caller: Caller<'_, Host>, dest: u32, offset: u32, size: u32) -> Result<u32> {
    let mut io = Io::enter(caller, price::REQUEST_ONLY)?;
    let data = io.host().return_data.clone();
    let available = (data.len() as u32).saturating_sub(offset);
    let length = size.min(available);
    io.buy_ink(price::write(u64::from(length)))?;
    if length == 0 {
        return Ok(0);
    }
    let start = offset as usize;
    io.write(dest, &data[start..start + length as usize])?;
    Ok(length)
}
