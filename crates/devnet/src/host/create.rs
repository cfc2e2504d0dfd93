//! Contract creation.
//!
//! Source: Nitro arbos/programs, `newApiClosures`.

use alloy_primitives::{Address, Bytes};
use revm::context_interface::CreateScheme;
use revm::handler::FrameResult;
use revm::interpreter::{CreateInputs, FrameInput, InstructionResult};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Escape, Io, Result};
use super::{MODULE, price};
use crate::evm::execute::used;
use crate::profile::Cost;

/// Gas base of a creation.
const CREATE: u64 = 32_000;
/// Gas per word of init code that `create2` hashes.
const HASH_WORD: u64 = 6;

/// Guest pointers of a creation.
struct Request {
    code: u32,
    code_len: u32,
    endowment: u32,
    salt: Option<u32>,
    address: u32,
    revert_len: u32,
}

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "create1",
        |c: Caller<'_, Host>,
         code: u32,
         code_len: u32,
         endowment: u32,
         address: u32,
         revert_len: u32| {
            let request = Request { code, code_len, endowment, salt: None, address, revert_len };
            Ok(create(c, price::CALL, &request)?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "create2",
        |c: Caller<'_, Host>,
         code: u32,
         code_len: u32,
         endowment: u32,
         salt: u32,
         address: u32,
         revert_len: u32| {
            let salt = Some(salt);
            let request = Request { code, code_len, endowment, salt, address, revert_len };
            Ok(create(c, price::CREATE2, &request)?)
        },
    )?;
    Ok(())
}

fn create(caller: Caller<'_, Host>, base_ink: u64, request: &Request) -> Result<()> {
    let mut io = Io::enter(caller, base_ink)?;
    io.buy_ink(2 * price::read(u64::from(request.code_len)))?;
    let code: Bytes = io.read(request.code, request.code_len)?.into();
    let endowment = io.read_u256(request.endowment)?;
    let salt = request.salt.map(|pointer| io.read_u256(pointer)).transpose()?;

    let words = if salt.is_some() { u64::from(request.code_len).div_ceil(32) } else { 0 };
    let base = CREATE + HASH_WORD * words;
    let Some(after_base) = io.gas_left().checked_sub(base) else {
        return Err(Escape::Forbidden);
    };
    if io.host().message.is_static {
        return Err(Escape::Forbidden);
    }
    io.ctx()?.chain.meter.charge(Cost::Create, base);
    let scheme = salt.map_or(CreateScheme::Create, |salt| CreateScheme::Create2 { salt });
    let gas_limit = after_base - after_base / 64;
    let creator = io.host().message.acting;
    let inputs = CreateInputs::new(creator, scheme, endowment, code, gas_limit, 0);
    let result = io.nest(FrameInput::Create(Box::new(inputs)))?;

    let (address, data) = outcome(&result);
    let length = io.set_return_data(data);
    io.buy_unattributed_gas(base + used(&result))?;
    io.write_u32(request.revert_len, length)?;
    io.write(request.address, address.as_slice())
}

/// Address of the new contract, or zero and the data it reverted with.
fn outcome(result: &FrameResult) -> (Address, Bytes) {
    let (FrameResult::Create(created), reason) = (result, result.instruction_result()) else {
        return (Address::ZERO, Bytes::new());
    };
    match reason {
        InstructionResult::Revert => (Address::ZERO, created.result.output.clone()),
        reason if reason.is_ok() => (created.address.unwrap_or_default(), Bytes::new()),
        _ => (Address::ZERO, Bytes::new()),
    }
}
