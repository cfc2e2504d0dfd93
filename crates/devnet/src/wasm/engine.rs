//! The wasm engine, and compiled programs by code hash.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use alloy_primitives::{B256, keccak256};
use wasmtime::{Config, Engine, InstancePre, Linker, Module, OptLevel};

use super::instrument::{self, ActivationError, Program, StylusParams};
use crate::host::{self, Host};

/// Native stack of one program frame, in bytes.
///
/// The 22,000 words that the instrumentation grants take 172 KiB when every word is spilled; four
/// times that leaves room for return addresses and spilled temporaries, so the counter trips first.
const WASM_STACK_BYTES: usize = 768 << 10;

/// Native stack of one program frame and of the host calls it makes, in bytes.
const FRAME_STACK_BYTES: usize = 1 << 20;

/// Address space of one program's memory: the 128 pages that programs may have. Engines reserve far
/// more by default, which adds up when programs nest.
const MEMORY_BYTES: u64 = 128 << 16;

/// Program frames that can be nested at once. Each needs a page of memory at least, for the address
/// it calls, and no gas pays for more than 128; an owner who makes pages free meets this instead.
pub(crate) const MAX_NESTED_FRAMES: usize = 128;

/// A program ready to be instantiated.
pub(crate) struct Loaded {
    /// What activation measured.
    pub program: Program,
    /// Compiled module with its host functions linked.
    pub instance: InstancePre<Host>,
}

/// Programs a chain has loaded, by code hash.
#[derive(Default)]
pub(crate) struct ProgramCache(Mutex<HashMap<B256, Arc<Loaded>>>);

impl ProgramCache {
    /// Returns the program of `code_hash`, instrumenting and compiling `wasm` on first use.
    pub(crate) fn load(
        &self,
        code_hash: B256,
        params: &StylusParams,
        wasm: impl FnOnce() -> Result<Vec<u8>, ActivationError>,
    ) -> Result<Arc<Loaded>, ActivationError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = lock().get(&code_hash) {
            return Ok(loaded.clone());
        }
        let program = instrument::instrument(&wasm()?, params)?;
        let instance = compile(&program.wasm)?;
        let loaded = Arc::new(Loaded { program, instance });
        lock().insert(code_hash, loaded.clone());
        Ok(loaded)
    }
}

/// Compiles an instrumented module, once per process.
fn compile(wasm: &[u8]) -> Result<InstancePre<Host>, ActivationError> {
    static COMPILED: OnceLock<Mutex<HashMap<B256, InstancePre<Host>>>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(Mutex::default);
    let lock = || compiled.lock().unwrap_or_else(PoisonError::into_inner);

    let key = keccak256(wasm);
    if let Some(instance) = lock().get(&key) {
        return Ok(instance.clone());
    }
    let (engine, linker) =
        runtime().as_ref().map_err(|fault| ActivationError::Invalid(fault.clone()))?;
    let instance = Module::new(engine, wasm)
        .and_then(|module| linker.instantiate_pre(&module))
        .map_err(|fault| ActivationError::Invalid(format!("{fault:#}")))?;
    lock().insert(key, instance.clone());
    Ok(instance)
}

fn runtime() -> &'static Result<(Engine, Linker<Host>), String> {
    static RUNTIME: OnceLock<Result<(Engine, Linker<Host>), String>> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut config = Config::new();
        config
            .max_wasm_stack(WASM_STACK_BYTES)
            .cranelift_opt_level(OptLevel::Speed)
            .memory_reservation(MEMORY_BYTES)
            .memory_reservation_for_growth(0)
            .memory_guard_size(0)
            .wasm_backtrace_max_frames(None);
        let engine = Engine::new(&config).map_err(|fault| format!("{fault:#}"))?;
        let mut linker = Linker::new(&engine);
        host::link(&mut linker).map_err(|fault| format!("{fault:#}"))?;
        Ok((engine, linker))
    })
}

thread_local! {
    /// Whether the stack of this thread has room for all of them.
    static IS_LARGE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` where deep recursion between programs and bytecode cannot exhaust the native stack.
///
/// Only stack pages that are touched take memory. Work that is nested in such work stays on its
/// thread.
pub(crate) fn run_on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    if IS_LARGE.get() {
        return Ok(work());
    }
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("transaction".into())
            .stack_size((MAX_NESTED_FRAMES + 2) * FRAME_STACK_BYTES)
            .spawn_scoped(scope, || {
                IS_LARGE.set(true);
                work()
            })?;
        Ok(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
