//! One program frame: instantiation, the call of the entry point, and how it ended.

use alloy_primitives::{Address, Bytes, U256};
use wasmtime::{Global, Instance, Memory, Store, Trap, Val};

use super::io::Escape;
use super::storage::StorageCache;
use super::watch;
use crate::evm::Machine;
use crate::wasm::Loaded;
use crate::wasm::instrument::{INK_LEFT, INK_STATUS, STACK_LEFT};
use crate::watch::HostCall;

/// What a program is called with.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Call data.
    pub calldata: Bytes,
    /// Account whose storage and balance are in use.
    pub acting: Address,
    /// Caller.
    pub sender: Address,
    /// Value in wei; inherited in a delegate call.
    pub value: U256,
    /// Whether state changes are forbidden.
    pub is_static: bool,
    /// Whether the acting account already runs further up the stack.
    pub reentrant: bool,
    /// Call depth; the transaction's own frame is 0.
    pub depth: usize,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success(Bytes),
    Revert(Bytes),
    Failure,
    OutOfInk,
    OutOfStack,
}

/// The end of a program frame.
pub(crate) struct End {
    pub outcome: Outcome,
    /// Ink that returns to the caller.
    pub ink_left: u64,
    /// Ink that was left but could not pay the next charge.
    pub forfeited_ink: u64,
    /// Refund counter of the frame and its successful callees.
    pub refund: i64,
}

/// Store data of a program frame.
pub(crate) struct Host {
    /// Absent only while a nested call runs.
    pub machine: Option<Box<Machine>>,
    pub message: Message,
    pub cache: StorageCache,
    /// Account whose code was read last, with its code.
    pub last_code: Option<(Address, Bytes)>,
    pub output: Vec<u8>,
    pub return_data: Bytes,
    pub refund: i64,
    pub forfeited_ink: u64,
    pub handles: Option<Handles>,
}

/// Exports that host calls use.
#[derive(Clone, Copy)]
pub(crate) struct Handles {
    pub memory: Memory,
    pub ink: Global,
    pub ink_status: Global,
    stack_left: Global,
}

impl Handles {
    fn find(instance: Instance, store: &mut Store<Host>) -> Option<Self> {
        Some(Self {
            memory: instance.get_memory(&mut *store, "memory")?,
            ink: instance.get_global(&mut *store, INK_LEFT)?,
            ink_status: instance.get_global(&mut *store, INK_STATUS)?,
            stack_left: instance.get_global(&mut *store, STACK_LEFT)?,
        })
    }
}

/// Runs a program with `ink` and gives the machine back.
pub(crate) fn run(
    machine: Box<Machine>,
    loaded: &Loaded,
    message: Message,
    ink: u64,
) -> (Box<Machine>, End) {
    let max_stack_depth = machine.ctx.chain.params.max_stack_depth;
    let host = Host {
        machine: Some(machine),
        message,
        cache: StorageCache::default(),
        last_code: None,
        output: Vec::new(),
        return_data: Bytes::new(),
        refund: 0,
        forfeited_ink: 0,
        handles: None,
    };
    let mut store = Store::new(loaded.instance.module().engine(), host);
    let ended = enter(&mut store, loaded, ink, max_stack_depth);
    let ink_left = read_ink(&mut store).unwrap_or(ink);
    let outcome = judge(&mut store, ended);
    bound(
        &mut store,
        "user_returned",
        u32::from(!matches!(outcome, Outcome::Success(_))),
        ink_left,
    );
    let host = store.into_data();

    let exhausted = matches!(outcome, Outcome::OutOfInk | Outcome::OutOfStack);
    let (ink_left, forfeited_ink) =
        if exhausted { (0, ink_left.saturating_add(host.forfeited_ink)) } else { (ink_left, 0) };
    let end = End { outcome, ink_left, forfeited_ink, refund: host.refund };
    // Every host call that takes the machine puts it back before it returns.
    let machine = host.machine.expect("a finished program holds the machine");
    (machine, end)
}

fn enter(
    store: &mut Store<Host>,
    loaded: &Loaded,
    ink: u64,
    max_stack_depth: u32,
) -> wasmtime::Result<u32> {
    let instance = match is_watched(store) {
        true => watch::instantiate(store, loaded.instance.module())?,
        false => loaded.instance.instantiate(&mut *store)?,
    };
    let handles = Handles::find(instance, store).ok_or(Escape::Internal)?;
    handles.ink.set(&mut *store, Val::I64(ink as i64))?;
    handles.ink_status.set(&mut *store, Val::I32(0))?;
    handles.stack_left.set(&mut *store, Val::I32(max_stack_depth as i32))?;
    store.data_mut().handles = Some(handles);
    let length = store.data().message.calldata.len() as u32;
    bound(store, "user_entrypoint", length, ink);
    let entry = instance.get_typed_func::<u32, u32>(&mut *store, "user_entrypoint")?;
    entry.call(store, length)
}

fn is_watched(store: &Store<Host>) -> bool {
    let machine = store.data().machine.as_ref();
    machine.is_some_and(|machine| machine.ctx.chain.tape.has_host_calls())
}

/// Records where a program begins or ends: the length of its call data, or its status.
fn bound(store: &mut Store<Host>, name: &'static str, number: u32, ink: u64) {
    if !is_watched(store) {
        return;
    }
    let number = number.to_be_bytes().to_vec();
    let (args, outs) = match name {
        "user_entrypoint" => (number, Vec::new()),
        _ => (Vec::new(), number),
    };
    let (callee, inner) = (None, Vec::new());
    let call = HostCall { name, args, outs, start_ink: ink, end_ink: ink, callee, inner };
    watch::record(store.data_mut(), call);
}

fn read_ink(store: &mut Store<Host>) -> Option<u64> {
    let handles = store.data().handles?;
    handles.ink.get(store).i64().map(|ink| ink as u64)
}

/// Maps the end of the entry point to an outcome. An exhausted counter outranks the trap it caused.
fn judge(store: &mut Store<Host>, ended: wasmtime::Result<u32>) -> Outcome {
    let output = Bytes::from(std::mem::take(&mut store.data_mut().output));
    let fault = match ended {
        Ok(0) => return Outcome::Success(output),
        Ok(_) => return Outcome::Revert(output),
        Err(fault) => fault,
    };
    let global = |store: &mut Store<Host>, pick: fn(Handles) -> Global| {
        let handles = store.data().handles?;
        pick(handles).get(store).i32()
    };
    if global(store, |handles| handles.stack_left) == Some(0) {
        return Outcome::OutOfStack;
    }
    if global(store, |handles| handles.ink_status) == Some(1) {
        return Outcome::OutOfInk;
    }
    if fault.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
        return Outcome::OutOfStack;
    }
    match fault.downcast_ref::<Escape>() {
        Some(Escape::Exit(0)) => Outcome::Success(output),
        Some(Escape::Exit(_)) => Outcome::Revert(output),
        Some(Escape::OutOfInk) => Outcome::OutOfInk,
        Some(Escape::Memory | Escape::Forbidden | Escape::Internal) | None => Outcome::Failure,
    }
}
