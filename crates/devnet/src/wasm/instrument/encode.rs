//! Writes the instrumented module.

use super::{
    checks::ENTRYPOINT,
    globals::{Globals, INK_LEFT, INK_STATUS, STACK_LEFT},
    module::{Body, Module},
};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection, GlobalType,
    MemorySection, RawSection, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::MemoryType;

type Error = wasm_encoder::reencode::Error;

/// Encodes `module` with its bodies instrumented. Custom sections and exports the chain has no
/// use for are dropped; sections that instrumentation does not touch are copied byte for byte.
pub(super) fn encode(
    module: &Module,
    entrypoint: u32,
    memory: MemoryType,
    globals: Globals,
) -> Result<Vec<u8>, Error> {
    let mut out = wasm_encoder::Module::new();
    let copy = |out: &mut wasm_encoder::Module, ids: &[u8]| {
        for (id, data) in module.verbatim.iter().filter(|(id, _)| ids.contains(id)) {
            out.section(&RawSection { id: *id, data });
        }
    };
    copy(&mut out, &[1, 2, 3, 4]); // types, imports, functions, tables
    let mut memories = MemorySection::new();
    memories.memory(RoundtripReencoder.memory_type(memory)?);
    out.section(&memories);
    out.section(&global_section(module)?);
    out.section(&export_section(entrypoint, globals));
    copy(&mut out, &[9]); // elements
    out.section(&code_section(&module.bodies)?);
    copy(&mut out, &[11]); // data
    Ok(out.finish())
}

/// The program's globals and behind them the added ones, all zero until the chain sets them.
fn global_section(module: &Module) -> Result<GlobalSection, Error> {
    let mut section = GlobalSection::new();
    for global in &module.globals {
        RoundtripReencoder.parse_global(&mut section, global.clone())?;
    }
    let mutable = |val_type| GlobalType { val_type, mutable: true, shared: false };
    section.global(mutable(ValType::I64), &ConstExpr::i64_const(0)); // ink left
    section.global(mutable(ValType::I32), &ConstExpr::i32_const(0)); // ink status
    section.global(mutable(ValType::I32), &ConstExpr::i32_const(0)); // scratch
    section.global(mutable(ValType::I32), &ConstExpr::i32_const(0)); // stack left
    Ok(section)
}

fn export_section(entrypoint: u32, globals: Globals) -> ExportSection {
    let mut section = ExportSection::new();
    section.export(ENTRYPOINT, ExportKind::Func, entrypoint);
    section.export("memory", ExportKind::Memory, 0);
    section.export(INK_LEFT, ExportKind::Global, globals.ink);
    section.export(INK_STATUS, ExportKind::Global, globals.status);
    section.export(STACK_LEFT, ExportKind::Global, globals.stack);
    section
}

fn code_section(bodies: &[Body]) -> Result<CodeSection, Error> {
    let mut section = CodeSection::new();
    for body in bodies {
        let mut locals = Vec::with_capacity(body.locals.len());
        for (count, ty) in &body.locals {
            locals.push((*count, RoundtripReencoder.val_type(*ty)?));
        }
        let mut function = Function::new(locals);
        for op in &body.code {
            function.instruction(&RoundtripReencoder.instruction(op.clone())?);
        }
        section.function(&function);
    }
    Ok(section)
}
