//! Host calls for those who want to see them: each import wrapped, so that its arguments and results
//! can be read from outside.

use wasmtime::{AsContext, Caller, Extern, Func, Instance, Linker, Module, Store, Val};

use super::frame::Host;
use super::io::Escape;
use crate::watch::HostCall;

/// Where an argument or result is.
#[derive(Clone, Copy)]
enum Part {
    /// 32 bytes at the pointer in a parameter.
    Word(usize),
    /// 20 bytes at the pointer in a parameter.
    Address(usize),
    /// Bytes at the pointer in a parameter, as many as another one says.
    Bytes(usize, usize),
    /// A number in a parameter, and its width in bytes.
    Number(usize, usize),
    /// A length in memory, which is little-endian there, at the pointer in a parameter.
    Length(usize),
    /// The call data, at the pointer in a parameter.
    CallData(usize),
    /// Bytes at the pointer in a parameter, as many as the result says.
    Returned(usize),
    /// The result as a number, and its width in bytes.
    Result(usize),
}

use Part::{Address, Bytes, CallData, Length, Number, Result, Returned, Word};

/// Name, arguments and results of a host call.
type Shape = (&'static str, &'static [Part], &'static [Part]);

/// Host calls as `cargo stylus trace` reads them.
///
/// Source: Nitro crates/stylus, the arguments of its `trace!` lines; stylus-tools `tracing::frame`.
const SHAPES: [Shape; 42] = [
    ("pay_for_memory_grow", &[Number(0, 2)], &[]),
    ("read_args", &[], &[CallData(0)]),
    ("write_result", &[Bytes(0, 1)], &[]),
    ("exit_early", &[Number(0, 4)], &[]),
    ("storage_load_bytes32", &[Word(0)], &[Word(1)]),
    ("storage_cache_bytes32", &[Word(0), Word(1)], &[]),
    ("storage_flush_cache", &[Number(0, 1)], &[]),
    ("transient_load_bytes32", &[Word(0)], &[Word(1)]),
    ("transient_store_bytes32", &[Word(0), Word(1)], &[]),
    ("call_contract", &[Address(0), Number(4, 8), Word(3), Bytes(1, 2)], &[Length(5), Result(1)]),
    ("delegate_call_contract", &[Address(0), Number(3, 8), Bytes(1, 2)], &[Length(4), Result(1)]),
    ("static_call_contract", &[Address(0), Number(3, 8), Bytes(1, 2)], &[Length(4), Result(1)]),
    ("create1", &[Word(2), Bytes(0, 1)], &[Address(3), Length(4)]),
    ("create2", &[Word(2), Word(3), Bytes(0, 1)], &[Address(4), Length(5)]),
    ("read_return_data", &[Number(1, 4), Number(2, 4)], &[Returned(0)]),
    ("return_data_size", &[], &[Result(4)]),
    ("emit_log", &[Number(2, 4), Bytes(0, 1)], &[]),
    ("account_balance", &[Address(0)], &[Word(1)]),
    ("account_codehash", &[Address(0)], &[Word(1)]),
    ("account_code", &[Address(0), Number(1, 4), Number(2, 4)], &[Returned(3)]),
    ("account_code_size", &[Address(0)], &[Result(4)]),
    ("block_basefee", &[], &[Word(0)]),
    ("block_coinbase", &[], &[Address(0)]),
    ("block_gas_limit", &[], &[Result(8)]),
    ("block_number", &[], &[Result(8)]),
    ("block_timestamp", &[], &[Result(8)]),
    ("chainid", &[], &[Result(8)]),
    ("contract_address", &[], &[Address(0)]),
    ("evm_gas_left", &[], &[Result(8)]),
    ("evm_ink_left", &[], &[Result(8)]),
    ("math_div", &[Word(0), Word(1)], &[Word(0)]),
    ("math_mod", &[Word(0), Word(1)], &[Word(0)]),
    ("math_pow", &[Word(0), Word(1)], &[Word(0)]),
    ("math_add_mod", &[Word(0), Word(1), Word(2)], &[Word(0)]),
    ("math_mul_mod", &[Word(0), Word(1), Word(2)], &[Word(0)]),
    ("msg_reentrant", &[], &[Result(4)]),
    ("msg_sender", &[], &[Address(0)]),
    ("msg_value", &[], &[Word(0)]),
    ("native_keccak256", &[Bytes(0, 1)], &[Word(2)]),
    ("tx_gas_price", &[], &[Word(0)]),
    ("tx_ink_price", &[], &[Result(4)]),
    ("tx_origin", &[], &[Address(0)]),
];

/// Instantiates a module with every import watched.
pub(super) fn instantiate(store: &mut Store<Host>, module: &Module) -> wasmtime::Result<Instance> {
    let mut linker = Linker::new(module.engine());
    super::link(&mut linker)?;
    let mut imports = Vec::new();
    for import in module.imports() {
        let inner = linker.get(&mut *store, import.module(), import.name())?;
        let inner = inner.into_func().ok_or(Escape::Internal)?;
        let known = SHAPES.iter().find(|shape| shape.0 == import.name());
        imports.push(match known {
            Some(shape) => Extern::from(watched(store, inner, *shape)),
            None => inner.into(),
        });
    }
    Instance::new(store, module, &imports)
}

fn watched(store: &mut Store<Host>, inner: Func, shape: Shape) -> Func {
    let (name, args, outs) = shape;
    let ty = inner.ty(&*store);
    Func::new(&mut *store, ty, move |mut caller: Caller<'_, Host>, params, results| {
        let start_ink = ink(&mut caller);
        let given = read(&mut caller, args, params, &[]);
        let ended = inner.call(&mut caller, params, results);
        // What did not happen is not shown; a program that exits did what it said.
        if ended.is_ok() || name == "exit_early" {
            let outs = read(&mut caller, outs, params, results);
            let callee = name.ends_with("call_contract").then(|| given.get(..20)).flatten();
            let callee = callee.map(alloy_primitives::Address::from_slice);
            let end_ink = ink(&mut caller);
            let args = given;
            let inner = Vec::new();
            let call = HostCall { name, args, outs, start_ink, end_ink, callee, inner };
            record(caller.data_mut(), call);
        }
        ended
    })
}

/// Adds to the transaction's record.
pub(super) fn record(host: &mut Host, call: HostCall) {
    if let Some(machine) = host.machine.as_mut() {
        machine.ctx.chain.tape.host_call(call);
    }
}

fn ink(caller: &mut Caller<'_, Host>) -> u64 {
    let ink = caller.data().handles.and_then(|handles| handles.ink.get(caller).i64());
    ink.unwrap_or_default() as u64
}

/// Bytes of the parts; none for what is not in memory, which the host call itself refuses.
fn read(caller: &mut Caller<'_, Host>, parts: &[Part], params: &[Val], results: &[Val]) -> Vec<u8> {
    let Some(handles) = caller.data().handles else { return Vec::new() };
    let memory = handles.memory.data(caller.as_context());
    let number = |values: &[Val], index: usize| match values.get(index) {
        Some(Val::I32(value)) => u64::from(*value as u32),
        Some(Val::I64(value)) => *value as u64,
        _ => 0,
    };
    let at = |index: usize, length: u64| {
        let start = number(params, index) as usize;
        let end = start.saturating_add(length as usize);
        memory.get(start..end).unwrap_or_default().to_vec()
    };
    let last = |number: u64, width: usize| number.to_be_bytes()[8 - width..].to_vec();
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend(match *part {
            Word(pointer) => at(pointer, 32),
            Address(pointer) => at(pointer, 20),
            Bytes(pointer, length) => at(pointer, number(params, length)),
            Number(index, width) => last(number(params, index), width),
            Length(pointer) => at(pointer, 4).into_iter().rev().collect(),
            CallData(pointer) => at(pointer, caller.data().message.calldata.len() as u64),
            Returned(pointer) => at(pointer, number(results, 0)),
            Result(width) => last(number(results, 0), width),
        });
    }
    bytes
}
