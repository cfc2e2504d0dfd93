//! Turns a Stylus program into one that meters itself.
//!
//! Stylus charges ink inside the program: instructions are added that take the price of every
//! basic block, of every byte that bulk memory instructions touch and of every stack frame. The
//! charges depend on exactly where those instructions go, so this follows Nitro pass by pass:
//!
//! 1. the module is validated and read (`module`, `checks`);
//! 2. each basic block is charged for (`meter`): source instructions only, as later passes
//!    add theirs free of charge;
//! 3. bulk memory instructions are charged for by the byte (`dynamic`);
//! 4. each function takes and gives back its frame (`depth`), sized over the code so far;
//! 5. `memory.grow` is preceded by a host call that charges for pages (`heap`);
//! 6. sizes are checked, and costs derived from them (`checks`, `cost`).
//!
//! The result is run by any engine that follows the wasm specification. Set [`INK_LEFT`] and
//! [`STACK_LEFT`] before the call; after a trap, a non-zero [`INK_STATUS`] means that ink ran out
//! and a zero [`STACK_LEFT`] that the stack did.

mod checks;
mod cost;
mod depth;
mod dynamic;
mod encode;
mod error;
mod globals;
mod heap;
mod hostio;
mod meter;
mod module;
mod opcode;
mod params;

pub use error::ActivationError;
pub use globals::{INK_LEFT, INK_STATUS, STACK_LEFT};
pub use params::StylusParams;

use cost::Sizes;
use globals::Globals;
use module::{Body, Module};

/// Stylus versions whose rules are implemented. Version 2 would also allow functions with several
/// results, which are refused here.
const VERSIONS: std::ops::RangeInclusive<u16> = 2..=3;

/// A program ready to run, and what the chain records and charges for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The instrumented module.
    pub wasm: Vec<u8>,
    /// Pages of initial memory.
    pub footprint: u16,
    /// Gas an uncached call pays for loading, on top of `cached_gas`.
    pub init_gas: u64,
    /// Gas every call pays for loading.
    pub cached_gas: u64,
    /// Load cost on record from which `init_gas` follows. Caching a program burns this much gas.
    pub init_cost: u16,
    /// Load cost on record from which `cached_gas` follows.
    pub cached_cost: u16,
    /// Canonical estimate of the native code, in bytes.
    pub asm_estimate: u32,
    /// Functions the program defines.
    pub functions: u32,
    /// Bytes of data and element segments, headers included: what `cached_cost` charges for.
    pub data_bytes: u32,
    /// Bytes of the program as deployed, decompressed.
    pub wasm_len: u32,
    /// Gas that activation charges for the work on this program. The fixed part,
    /// [`StylusParams::activation_fixed_gas`], and the owner's surcharge come on top.
    pub activation_gas: u64,
}

/// Validates `wasm`, a decompressed program, and instruments it for `params`.
///
/// # Errors
///
/// If Nitro would refuse to activate the program. Gas is not checked: compare
/// [`Program::activation_gas`] with what the caller has.
pub fn instrument(wasm: &[u8], params: &StylusParams) -> Result<Program, ActivationError> {
    if !VERSIONS.contains(&params.version) {
        return Err(ActivationError::UnsupportedVersion(params.version));
    }
    let mut module = Module::read(wasm)?;
    checks::names(&module)?;
    if module.has_start {
        return Err(ActivationError::StartFunction);
    }
    let globals = Globals::behind(module.globals.len() as u32);
    let (memory, pay) = heap::bound(&module, params)?;

    for (index, body) in std::mem::take(&mut module.bodies).into_iter().enumerate() {
        let body = instrument_body(body, index as u32, &module, globals, pay, params)?;
        module.bodies.push(body);
    }

    let entrypoint = checks::entrypoint(&module)?;
    let sizes = measure(&module, wasm.len());
    let (init_cost, cached_cost) = (sizes.init_cost()?, sizes.cached_cost()?);
    let asm_estimate = sizes.asm_estimate()?;
    checks::limits(&module, sizes.globals, params.page_limit)?;
    checks::host_functions(&module)?;
    checks::segments(&module)?;

    let wasm = encode::encode(&module, entrypoint, memory, globals)
        .map_err(|error| ActivationError::Invalid(error.to_string()))?;
    Ok(Program {
        wasm,
        footprint: sizes.footprint as u16,
        init_gas: params.init_gas(init_cost),
        cached_gas: params.cached_gas(cached_cost),
        init_cost,
        cached_cost,
        asm_estimate,
        functions: sizes.functions as u32,
        data_bytes: sizes.loaded_bytes() as u32,
        wasm_len: sizes.wasm_len as u32,
        activation_gas: sizes.activation_gas(),
    })
}

/// Runs the passes over one body, in Nitro's order.
fn instrument_body<'a>(
    body: Body<'a>,
    index: u32,
    module: &Module<'a>,
    globals: Globals,
    pay: Option<u32>,
    params: &StylusParams,
) -> Result<Body<'a>, ActivationError> {
    let locals = body.local_count();
    let code = meter::meter(body.code, &module.types, globals, params.basic_block_ink)?;
    let code = dynamic::charge_bulk_memory(code, globals, params);
    let code = depth::bound_depth(code, index, locals, module, globals, params)?;
    let code = match pay {
        Some(pay) => heap::pay_for_growth(code, globals, pay),
        None => code,
    };
    Ok(Body { locals: body.locals, code })
}

/// Measures an instrumented module that was `wasm_len` bytes long before.
fn measure(module: &Module, wasm_len: usize) -> Sizes {
    let words = |type_index: &u32| {
        let ty = &module.types[*type_index as usize];
        (ty.params().len() + ty.results().len()) as u64
    };
    let datas = || module.datas.iter();
    Sizes {
        functions: module.bodies.len() as u64,
        type_words: module.functions.iter().map(words).sum(),
        wasm_len: wasm_len as u64,
        globals: module.globals.len() as u64 + u64::from(Globals::COUNT),
        data_payload: datas().map(|data| data.data.len() as u64).sum(),
        data_encoded: datas().map(|data| data.range.len() as u64).sum(),
        elements_encoded: module.elements.iter().map(|element| element.range.len() as u64).sum(),
        footprint: module.memory.map_or(0, |memory| memory.initial),
        instrumented_ops: module.bodies.iter().map(|body| body.code.len() as u64).sum(),
    }
}
