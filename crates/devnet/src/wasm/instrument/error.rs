//! Why a program cannot be activated.

use std::{
    error::Error,
    fmt::{self, Display},
};

/// A reason to refuse activation. Messages follow Nitro's wording where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the fields are follows from the reason that has them")]
pub enum ActivationError {
    /// No instrumentation is defined for this Stylus version.
    UnsupportedVersion(u16),
    /// The account's code holds no program: a wrong prefix, a malformed or too long stream, or wrong
    /// fragments.
    Code(String),
    /// The module is not valid wasm under the features Stylus allows.
    Invalid(String),
    /// The custom name section cannot be read.
    MalformedNames(String),
    /// A section Stylus does not know.
    UnsupportedSection(&'static str),
    /// Something other than a function is imported.
    UnsupportedImport { module: String, name: String },
    /// One host function is imported under two types.
    InconsistentImports { module: String, name: String },
    /// An export ends in the name of an import.
    ExportShadowsImport(String),
    /// A name that belongs to the instrumentation is taken.
    Reserved { by: &'static str, name: String },
    /// The module has a start function.
    StartFunction,
    /// The module lacks its memory, its entrypoint or the import that pays for memory.
    Missing(&'static str),
    /// The initial memory is larger than any program may have.
    MemoryExceedsBound { pages: u64, bound: u32 },
    /// The initial memory is larger than the pages left to the transaction.
    MemoryExceedsLimit { pages: u64, limit: u16 },
    /// A function the chain calls, or charges through, has the wrong type.
    WrongType { name: &'static str, found: String },
    /// An instruction that validates but cannot be metered.
    UnsupportedOpcode(String),
    /// Floating-point arithmetic.
    FloatingPoint(String),
    /// A function needs too large a stack frame.
    FrameTooLarge { words: u32, limit: u32 },
    /// A function holds too many values on its operand stack.
    FrameContention { function: u32, values: u32, limit: u16 },
    /// A cost does not fit the program record.
    CostTooHigh(&'static str),
    /// The module has too many of something.
    TooMany { what: &'static str, count: u64, limit: u64 },
    /// The module's name is too long, in bytes.
    NameTooLong { length: usize, limit: usize },
    /// An import that is not a host function.
    UnknownImport { module: String, name: String },
    /// A host function is imported under the wrong type.
    ImportType { name: String, expected: String, found: String },
    /// A data segment does not fit the initial memory.
    DataOutOfBounds { offset: u32, size: u64 },
    /// An element segment is not a list of functions.
    ElementInitializer,
    /// An element segment does not fit the table.
    ElementOutOfBounds { offset: u32, length: u64, table: u64 },
}

impl Error for ActivationError {}

impl Display for ActivationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl ActivationError {
    fn message(&self) -> String {
        use ActivationError::*;
        match self {
            UnsupportedVersion(version) => format!("no config exists for Stylus version {version}"),
            Code(reason) => reason.clone(),
            Invalid(reason) => format!("failed to validate user: {reason}"),
            MalformedNames(reason) => format!("malformed name section: {reason}"),
            UnsupportedSection(section) => format!("unsupported section type {section}"),
            UnsupportedImport { module, name } => {
                format!("unsupported import kind {module} {name}")
            }
            InconsistentImports { module, name } => {
                format!("inconsistent imports for {module} {name}")
            }
            ExportShadowsImport(name) => {
                format!("binary exports an import with the same name {name}")
            }
            Reserved { by, name } => format!("binary {by} reserved symbol {name}"),
            StartFunction => "start functions not allowed".into(),
            Missing(what) => format!("missing {what}"),
            MemoryExceedsBound { pages, bound } => {
                format!("memory size {pages} exceeds bound {bound}")
            }
            MemoryExceedsLimit { pages, limit } => {
                format!("memory exceeds limit: {pages} > {limit}")
            }
            WrongType { name, found } => format!("wrong type for {name}: {found}"),
            UnsupportedOpcode(op) => format!("opcode not supported: {op}"),
            FloatingPoint(op) => {
                format!("No implementation for floating point operation {op} in user")
            }
            FrameTooLarge { words, limit } => {
                format!("frame too large: {words} > {limit}-word limit")
            }
            FrameContention { function, values, limit } => format!(
                "too many values on the stack at once in func {function}: {values} > {limit}"
            ),
            CostTooHigh(cost) => format!("{cost} too high"),
            TooMany { what, count, limit } => format!("too many wasm {what}: {count} > {limit}"),
            NameTooLong { length, limit } => {
                format!("wasm module name too long: {length} > {limit}")
            }
            UnknownImport { module, name } => format!("No such import {name} in {module} for user"),
            ImportType { name, expected, found } => format!(
                "Import {name} for user has different function signature than export.\n\
                 expected {expected} in vm_hooks\nbut have {found}"
            ),
            DataOutOfBounds { offset, size } => {
                format!("Out-of-bounds data memory init with offset {offset} and size {size}")
            }
            ElementInitializer => "Non-constant element initializers are not supported".into(),
            ElementOutOfBounds { offset, length, table } => format!(
                "Out of bounds element segment at offset {offset} and length {length} \
                 for table of length {table}"
            ),
        }
    }
}
