//! Runs a program in wasmtime with host functions that only take notes.

use plimsoll_devnet::wasm::instrument::{
    ActivationError, INK_LEFT, INK_STATUS, Program, STACK_LEFT, StylusParams, instrument,
};
use wasmtime::{Engine, Global, Instance, Linker, Module, Store, Val};

/// Ink for the check at the head of each basic block.
pub const H: u64 = 2_450;
/// More ink and stack than any of the programs need.
const PLENTY: u64 = 1 << 50;
const DEPTH: i32 = 22_000;

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    /// What the entrypoint returned, or nothing if it trapped.
    pub result: Option<i32>,
    pub ink_left: u64,
    pub out_of_ink: bool,
    pub stack_left: i32,
    /// First argument of each host call, in order.
    pub host_calls: Vec<i32>,
}

/// A module with one page of memory that cannot grow, and `body` as its entrypoint.
pub fn program(body: &str) -> String {
    with_items("", body)
}

/// Like [`program`], with more module items ahead of the entrypoint.
pub fn with_items(items: &str, body: &str) -> String {
    format!(
        r#"(module {items} (memory (export "memory") 1 1)
           (func (export "user_entrypoint") (param i32) (result i32) {body}))"#
    )
}

pub fn activate(wat: &str) -> Result<Program, ActivationError> {
    instrument(&wat::parse_str(wat).expect("test program"), &StylusParams::default())
}

/// Why `wat` is refused.
pub fn refusal(wat: &str) -> ActivationError {
    activate(wat).expect_err("test program is refused")
}

/// Result of `wat` for `argument`, and the ink it took.
pub fn ink_of(wat: &str, argument: i32) -> (i32, u64) {
    let run = run(wat, argument, PLENTY, DEPTH);
    let result = run.result.unwrap_or_else(|| panic!("trapped: {run:?}"));
    (result, PLENTY - run.ink_left)
}

/// Runs `wat` with exactly `ink`.
pub fn run_with_ink(wat: &str, argument: i32, ink: u64) -> Run {
    run(wat, argument, ink, DEPTH)
}

/// Runs `wat` with exactly `stack` words.
pub fn run_with_stack(wat: &str, argument: i32, stack: i32) -> Run {
    run(wat, argument, PLENTY, stack)
}

fn run(wat: &str, argument: i32, ink: u64, stack: i32) -> Run {
    let program = activate(wat).unwrap_or_else(|error| panic!("refused: {error}\n{wat}"));
    run_wasm(&program.wasm, argument, ink, stack)
}

/// Runs an instrumented module.
pub fn run_wasm(wasm: &[u8], argument: i32, ink: u64, stack: i32) -> Run {
    let (mut store, instance) = instantiate(wasm);
    let mut global = |name| instance.get_global(&mut store, name).expect(name);
    let (left, status, depth) = (global(INK_LEFT), global(INK_STATUS), global(STACK_LEFT));
    left.set(&mut store, Val::I64(ink as i64)).unwrap();
    depth.set(&mut store, Val::I32(stack)).unwrap();
    let result = call(&mut store, &instance, argument);
    let mut read = |global: Global| global.get(&mut store);
    let ink_left = read(left).unwrap_i64() as u64;
    let out_of_ink = read(status).unwrap_i32() != 0;
    let stack_left = read(depth).unwrap_i32();
    Run { result, ink_left, out_of_ink, stack_left, host_calls: store.into_data() }
}

/// Runs a module as it is, without instrumentation.
pub fn run_source(wasm: &[u8], argument: i32) -> Option<i32> {
    let (mut store, instance) = instantiate(wasm);
    call(&mut store, &instance, argument)
}

fn call(store: &mut Store<Vec<i32>>, instance: &Instance, argument: i32) -> Option<i32> {
    let entrypoint = instance.get_typed_func::<i32, i32>(&mut *store, "user_entrypoint");
    entrypoint.expect("entrypoint").call(store, argument).ok()
}

fn instantiate(wasm: &[u8]) -> (Store<Vec<i32>>, Instance) {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("module is valid");
    let mut linker = Linker::<Vec<i32>>::new(&engine);
    for import in module.imports() {
        let ty = import.ty().unwrap_func().clone();
        let returns: Vec<_> = ty.results().map(|ty| ty.default_value().unwrap()).collect();
        let note =
            move |mut caller: wasmtime::Caller<'_, Vec<i32>>, args: &[Val], out: &mut [Val]| {
                caller.data_mut().extend(args.first().and_then(Val::i32));
                out.clone_from_slice(&returns);
                Ok(())
            };
        linker.func_new(import.module(), import.name(), ty, note).expect("stub");
    }
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &module).expect("instance");
    (store, instance)
}
