//! Reads a program into the parts that instrumentation looks at (crates/prover/src/binary.rs).

use super::error::ActivationError;
use std::ops::Range;
use wasmparser::{
    BinaryReader, CustomSectionReader, Data, Element, Export, ExternalKind, FuncType, FunctionBody,
    Global, Imports, MemoryType, Name, NameSectionReader, Operator, Parser, Payload, TypeRef,
    ValType, Validator, WasmFeatures,
};

/// A validated program.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    /// Type index of each function the module defines.
    pub functions: Vec<u32>,
    /// Entries each table starts with.
    pub tables: Vec<u64>,
    pub memory: Option<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub has_start: bool,
    pub elements: Vec<Element<'a>>,
    pub datas: Vec<Data<'a>>,
    pub bodies: Vec<Body<'a>>,
    /// Name the custom name section gives the module.
    pub name: &'a str,
    /// Sections that instrumentation leaves alone: identifier and contents.
    pub verbatim: Vec<(u8, &'a [u8])>,
}

/// An imported function.
pub(super) struct Import<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub type_index: u32,
    /// Index of the function.
    pub index: u32,
}

/// A function body.
pub(super) struct Body<'a> {
    /// Declared locals in runs of one type. Parameters are not among them.
    pub locals: Vec<(u32, ValType)>,
    /// Instructions, including the final `end`.
    pub code: Vec<Operator<'a>>,
}

impl Body<'_> {
    /// Declared locals.
    pub fn local_count(&self) -> u32 {
        self.locals.iter().map(|(count, _)| count).sum()
    }
}

impl<'a> Module<'a> {
    /// Validates and reads `wasm`.
    pub fn read(wasm: &'a [u8]) -> Result<Self, ActivationError> {
        Validator::new_with_features(features()).validate_all(wasm).map_err(invalid)?;
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            module.section(payload.map_err(invalid)?, wasm)?;
        }
        Ok(module)
    }

    /// Index of what is exported as `name`, if it is of `kind`.
    pub fn export(&self, name: &str, kind: ExternalKind) -> Option<u32> {
        let export = self.exports.iter().find(|export| export.name == name)?;
        (export.kind == kind).then_some(export.index)
    }

    /// Type of the function at `index`, imported or defined.
    pub fn function_type(&self, index: u32) -> &FuncType {
        let index = index as usize;
        let type_index = match self.imports.get(index) {
            Some(import) => import.type_index,
            None => self.functions[index - self.imports.len()],
        };
        &self.types[type_index as usize]
    }

    /// Files one section. Nitro refuses the data count section, though it is valid wasm: nothing
    /// that needs it is supported.
    fn section(&mut self, payload: Payload<'a>, wasm: &'a [u8]) -> Result<(), ActivationError> {
        use Payload::*;
        match payload {
            TypeSection(types) => {
                self.keep(1, types.range(), wasm);
                self.types = collect(types.into_iter_err_on_gc_types())?;
            }
            ImportSection(imports) => {
                self.keep(2, imports.range(), wasm);
                for group in imports {
                    self.import(group.map_err(invalid)?)?;
                }
            }
            FunctionSection(functions) => {
                self.keep(3, functions.range(), wasm);
                self.functions = collect(functions)?;
            }
            TableSection(tables) => {
                self.keep(4, tables.range(), wasm);
                let initial = tables.into_iter().map(|table| Ok(table?.ty.initial));
                self.tables = collect(initial)?;
            }
            MemorySection(memories) => {
                let memories: Vec<_> = collect(memories)?;
                self.memory = memories.first().copied();
            }
            GlobalSection(globals) => self.globals = collect(globals)?,
            ExportSection(exports) => self.exports = collect(exports)?,
            StartSection { .. } => self.has_start = true,
            ElementSection(elements) => {
                self.keep(9, elements.range(), wasm);
                self.elements = collect(elements)?;
            }
            CodeSectionEntry(body) => self.bodies.push(read_body(&body).map_err(invalid)?),
            DataSection(datas) => {
                self.keep(11, datas.range(), wasm);
                self.datas = collect(datas)?;
            }
            CustomSection(section) if section.name() == "name" => {
                let name = module_name(&section).map_err(malformed_names)?;
                self.name = name.unwrap_or(self.name);
            }
            DataCountSection { .. } => {
                return Err(ActivationError::UnsupportedSection("DataCountSection"));
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, id: u8, range: Range<usize>, wasm: &'a [u8]) {
        self.verbatim.push((id, &wasm[range]));
    }

    fn import(&mut self, group: Imports<'a>) -> Result<(), ActivationError> {
        let (module, name, ty) = match group {
            Imports::Single(_, import) => (import.module, import.name, Some(import.ty)),
            Imports::Compact1 { module, .. } | Imports::Compact2 { module, .. } => {
                (module, "", None)
            }
        };
        let Some(TypeRef::Func(type_index)) = ty else {
            let (module, name) = (module.into(), name.into());
            return Err(ActivationError::UnsupportedImport { module, name });
        };
        let index = self.imports.len() as u32;
        self.imports.push(Import { module, name, type_index, index });
        Ok(())
    }
}

/// Wasm proposals Stylus version 3 accepts. Floats and bulk operations validate here and are
/// refused later, in part.
fn features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS
        | WasmFeatures::GC_TYPES
}

fn read_body<'a>(body: &FunctionBody<'a>) -> wasmparser::Result<Body<'a>> {
    let locals = body.get_locals_reader()?.into_iter().collect::<Result<_, _>>()?;
    let code = body.get_operators_reader()?.into_iter().collect::<Result<_, _>>()?;
    Ok(Body { locals, code })
}

/// The module name in a custom name section. Every function name must be readable too.
fn module_name<'a>(section: &CustomSectionReader<'a>) -> wasmparser::Result<Option<&'a str>> {
    let reader = BinaryReader::new(section.data(), section.data_offset());
    let mut module = None;
    for name in NameSectionReader::new(reader) {
        match name? {
            Name::Module { name, .. } => module = Some(name),
            Name::Function(names) => {
                for naming in names {
                    naming?;
                }
            }
            _ => {}
        }
    }
    Ok(module)
}

fn collect<T>(
    items: impl IntoIterator<Item = wasmparser::Result<T>>,
) -> Result<Vec<T>, ActivationError> {
    items.into_iter().collect::<Result<_, _>>().map_err(invalid)
}

fn invalid(error: wasmparser::Error) -> ActivationError {
    ActivationError::Invalid(error.to_string())
}

fn malformed_names(error: wasmparser::Error) -> ActivationError {
    ActivationError::MalformedNames(error.to_string())
}
