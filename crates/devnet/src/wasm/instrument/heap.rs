//! Makes programs pay for memory before they get it (crates/prover/src/programs/heap.rs).

use super::{
    StylusParams,
    error::ActivationError,
    globals::{Globals, get, set},
    hostio::{self, Pretty},
    module::Module,
};
use wasmparser::{ExternalKind, FuncType, MemoryType, Operator, ValType};

/// Pages a memory may declare at most: one short of all that 32 bits can address, as Nitro's
/// prover needs (crates/prover/src/memory.rs). The price of pages stops programs long before.
const MAX_PAGES: u64 = 65_534;

/// Checks the memory and clamps its maximum. Returns it with the function that charges for
/// growth, or none if the memory cannot grow.
pub(super) fn bound(
    module: &Module,
    params: &StylusParams,
) -> Result<(MemoryType, Option<u32>), ActivationError> {
    let mut memory = module.memory.ok_or(ActivationError::Missing("memory"))?;
    memory.maximum = Some(memory.maximum.unwrap_or(MAX_PAGES).min(MAX_PAGES));

    if module.export("memory", ExternalKind::Memory) != Some(0) {
        return Err(ActivationError::Missing("memory with export name memory"));
    }
    let (pages, bound) = (memory.initial, params.heap_bound_pages);
    if pages > u64::from(bound) {
        return Err(ActivationError::MemoryExceedsBound { pages, bound });
    }
    if memory.maximum == Some(pages) {
        return Ok((memory, None));
    }
    Ok((memory, Some(pay_function(module)?)))
}

/// Finds the imported function that charges for growth.
fn pay_function(module: &Module) -> Result<u32, ActivationError> {
    const NAME: &str = hostio::PAY_FOR_MEMORY_GROW;
    let is_pay =
        |import: &&super::module::Import| import.module == hostio::MODULE && import.name == NAME;
    let mut imports = module.imports.iter();
    let import =
        imports.find(is_pay).ok_or(ActivationError::Missing("import pay_for_memory_grow"))?;
    let found = &module.types[import.type_index as usize];
    if *found != FuncType::new([ValType::I32], []) {
        let found = Pretty(found).to_string();
        return Err(ActivationError::WrongType { name: NAME, found });
    }
    Ok(import.index)
}

/// Calls `pay` with the number of pages ahead of each `memory.grow` of `code`.
pub(super) fn pay_for_growth<'a>(
    code: Vec<Operator<'a>>,
    globals: Globals,
    pay: u32,
) -> Vec<Operator<'a>> {
    let mut paying = Vec::with_capacity(code.len());
    for op in code {
        if let Operator::MemoryGrow { .. } = op {
            paying.extend([
                set(globals.scratch),
                get(globals.scratch),
                get(globals.scratch),
                Operator::Call { function_index: pay },
            ]);
        }
        paying.push(op);
    }
    paying
}
