//! Rules a program must keep besides being valid wasm.
//!
//! Nitro applies them at different times: names while parsing (crates/prover/src/binary.rs), sizes
//! after instrumentation (the same), host functions and segments while it builds the machine
//! (crates/prover/src/machine.rs). The order only decides which of two reasons is given.

use super::{
    error::ActivationError,
    hostio::{self, Pretty},
    module::{Import, Module},
};
use std::collections::{BTreeSet, HashMap};
use wasmparser::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FuncType, Operator, ValType,
};

/// Function the chain calls to run a program.
pub(super) const ENTRYPOINT: &str = "user_entrypoint";
/// Names that start so belong to the instrumentation.
const RESERVED_PREFIX: &str = "stylus";
/// Longest module name, in bytes.
const MAX_NAME_LEN: usize = 512;
/// Bytes in a page of memory.
const PAGE_SIZE: u64 = 65_536;

/// Refuses imports and exports whose names collide.
pub(super) fn names(module: &Module) -> Result<(), ActivationError> {
    let mut types = HashMap::new();
    for Import { module, name, type_index, .. } in &module.imports {
        if *types.entry((module, name)).or_insert(type_index) != type_index {
            let (module, name) = (module.to_string(), name.to_string());
            return Err(ActivationError::InconsistentImports { module, name });
        }
    }

    // a linker could read `module__name`, so only what follows the last such divider counts
    let names = module.exports.iter().map(|export| last_part(export.name));
    let exports: BTreeSet<_> = names.collect();
    let mut imports = module.imports.iter().map(|import| import.name);
    if let Some(name) = imports.clone().find(|name| exports.contains(name)) {
        return Err(ActivationError::ExportShadowsImport(name.into()));
    }
    let reserved = |by, name: &str| {
        let name = name.into();
        Err(ActivationError::Reserved { by, name })
    };
    let is_reserved = |name: &&str| name.starts_with(RESERVED_PREFIX);
    if let Some(name) = exports.into_iter().find(is_reserved) {
        return reserved("exports", name);
    }
    match imports.find(is_reserved) {
        Some(name) => reserved("imports", name),
        None => Ok(()),
    }
}

/// What follows the last `__` of an export's name. Dividers are matched from the right.
fn last_part(name: &str) -> &str {
    name.rsplit("__").next().unwrap_or(name)
}

/// Finds the entrypoint and checks its type.
pub(super) fn entrypoint(module: &Module) -> Result<u32, ActivationError> {
    let index = module
        .export(ENTRYPOINT, ExternalKind::Func)
        .ok_or(ActivationError::Missing("export with name user_entrypoint"))?;
    let ty = module.function_type(index);
    if *ty != FuncType::new([ValType::I32], [ValType::I32]) {
        let found = Pretty(ty).to_string();
        return Err(ActivationError::WrongType { name: ENTRYPOINT, found });
    }
    Ok(index)
}

/// Refuses modules with too much of anything. Function bodies must already be instrumented;
/// `globals` includes those that instrumentation adds.
///
/// Nitro also limits exports to 1,024, but counts them after dropping all but a handful.
pub(super) fn limits(
    module: &Module,
    globals: u64,
    page_limit: u16,
) -> Result<(), ActivationError> {
    let pages = module.memory.map_or(0, |memory| memory.initial);
    if pages > u64::from(page_limit) {
        return Err(ActivationError::MemoryExceedsLimit { pages, limit: page_limit });
    }
    at_most(128, module.datas.len() as u64, "datas")?;
    at_most(128, module.elements.len() as u64, "elements")?;
    at_most(4_096, module.bodies.len() as u64, "functions")?;
    at_most(32_768, globals, "globals")?;
    for body in &module.bodies {
        at_most(348, body.local_count().into(), "locals")?;
        at_most(65_536, body.code.len() as u64, "opcodes in func body")?;
    }
    at_most(513, module.imports.len() as u64, "imports")?;
    let entries = module.tables.iter().fold(0, |sum: u64, table| sum.saturating_add(*table));
    at_most(4_096, entries, "table entries")?;
    // named for entries, but counts the bytes of the encoded segments
    let encoded: usize = module.elements.iter().map(|element| element.range.len()).sum();
    at_most(4_096, encoded as u64, "element entries")?;
    if module.name.len() > MAX_NAME_LEN {
        let length = module.name.len();
        return Err(ActivationError::NameTooLong { length, limit: MAX_NAME_LEN });
    }
    Ok(())
}

fn at_most(limit: u64, count: u64, what: &'static str) -> Result<(), ActivationError> {
    match count > limit {
        true => Err(ActivationError::TooMany { what, count, limit }),
        false => Ok(()),
    }
}

/// Refuses imports that are not host functions.
pub(super) fn host_functions(module: &Module) -> Result<(), ActivationError> {
    for import in &module.imports {
        let Some(expected) = hostio::signature(import.module, import.name) else {
            let (module, name) = (import.module.into(), import.name.into());
            return Err(ActivationError::UnknownImport { module, name });
        };
        let found = &module.types[import.type_index as usize];
        if *found != expected {
            return Err(ActivationError::ImportType {
                name: import.name.into(),
                expected: Pretty(&expected).to_string(),
                found: Pretty(found).to_string(),
            });
        }
    }
    Ok(())
}

/// Refuses active segments that do not fit, which would trap on every call.
pub(super) fn segments(module: &Module) -> Result<(), ActivationError> {
    let memory = module.memory.map_or(0, |memory| memory.initial) * PAGE_SIZE;
    for data in &module.datas {
        if let DataKind::Active { offset_expr, .. } = &data.kind {
            let (offset, size) = (constant(offset_expr), data.data.len() as u64);
            if u64::from(offset) + size > memory {
                return Err(ActivationError::DataOutOfBounds { offset, size });
            }
        }
    }
    for element in &module.elements {
        let ElementKind::Active { table_index, offset_expr } = &element.kind else {
            continue; // no instruction that could use it is supported
        };
        let ElementItems::Functions(functions) = &element.items else {
            return Err(ActivationError::ElementInitializer);
        };
        let (offset, length) = (constant(offset_expr), u64::from(functions.count()));
        let table = module.tables[table_index.unwrap_or(0) as usize];
        if u64::from(offset) + length > table {
            return Err(ActivationError::ElementOutOfBounds { offset, length, table });
        }
    }
    Ok(())
}

/// Value of an offset. Validation leaves i32 constants only: globals cannot be imported.
fn constant(offset: &ConstExpr) -> u32 {
    match offset.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => value as u32,
        other => unreachable!("validated offset is not an i32 constant: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dividers_are_matched_from_the_right() {
        assert_eq!(last_part("user__stylus_x"), "stylus_x");
        assert_eq!(last_part("a__b___c"), "c");
        assert_eq!(last_part("plain"), "plain");
        assert_eq!(last_part("trailing__"), "");
    }
}
