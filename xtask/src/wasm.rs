//! What a program's bytes say about themselves, read once.

use wasmparser::{Operator, Parser, Payload, TypeRef, ValType};

/// A program's module, as far as the rules look at it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Imports, as module and name.
    pub imports: Vec<(String, String)>,
    /// Names of the exports.
    pub exports: Vec<String>,
    /// Names of the custom sections.
    pub customs: Vec<String>,
    /// Pages that the memory starts with.
    pub pages: u64,
    /// Instructions of each function's body.
    pub ops: Vec<u64>,
    /// Functions that name a floating-point type or instruction.
    pub floats: Vec<u32>,
    /// Functions that branch to their own outermost label.
    pub leaks: Vec<u32>,
}

impl Facts {
    /// Reads a module that is valid otherwise.
    pub fn read(wasm: &[u8]) -> Result<Self, String> {
        let mut facts = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            facts.section(payload.map_err(text)?)?;
        }
        Ok(facts)
    }

    /// Instructions of all functions.
    pub fn all_ops(&self) -> u64 {
        self.ops.iter().sum()
    }

    /// Instructions of the longest function.
    pub fn most_ops(&self) -> u64 {
        self.ops.iter().copied().max().unwrap_or(0)
    }

    fn section(&mut self, payload: Payload) -> Result<(), String> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.map_err(text)?;
                    if let TypeRef::Func(_) = import.ty {
                        self.imports.push((import.module.to_owned(), import.name.to_owned()));
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.exports.push(export.map_err(text)?.name.to_owned());
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.pages += memory.map_err(text)?.initial;
                }
            }
            Payload::CustomSection(custom) => self.customs.push(custom.name().to_owned()),
            Payload::CodeSectionEntry(body) => {
                let locals = body.get_locals_reader().map_err(text)?;
                let mut floats = false;
                for local in locals {
                    let (_, kind) = local.map_err(text)?;
                    floats |= matches!(kind, ValType::F32 | ValType::F64);
                }
                let code = body.get_operators_reader().map_err(text)?;
                let code: Result<Vec<Operator>, _> = code.into_iter().collect();
                self.body(&code.map_err(text)?, floats);
            }
            _ => {}
        }
        Ok(())
    }

    fn body(&mut self, code: &[Operator], mut floats: bool) {
        let function = u32::try_from(self.ops.len()).unwrap_or(u32::MAX);
        // Labels open inside the function; a branch over all of them leaves it.
        let (mut open, mut leaks) = (0_u32, false);
        for op in code {
            let name = format!("{op:?}");
            floats |= name.starts_with("F32") || name.starts_with("F64") || name.contains("TruncF");
            match op {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open += 1,
                Operator::End => open = open.saturating_sub(1),
                Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                    leaks |= *relative_depth >= open;
                }
                Operator::BrTable { targets } => {
                    let mut all = targets.targets().flatten().chain([targets.default()]);
                    leaks |= all.any(|depth| depth >= open);
                }
                _ => {}
            }
        }
        self.ops.push(code.len() as u64);
        if floats {
            self.floats.push(function);
        }
        if leaks {
            self.leaks.push(function);
        }
    }
}

fn text(error: wasmparser::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module of one function with this body, the final `end` included.
    fn module(body: &[u8]) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([1, 4, 1, 0x60, 0, 0]); // one type: nothing to nothing
        wasm.extend([3, 2, 1, 0]); // one function of it
        let length = body.len() as u8 + 1;
        wasm.extend([10, length + 2, 1, length, 0]);
        wasm.extend(body);
        wasm
    }

    #[test]
    fn a_branch_out_of_the_function_is_a_leak() {
        // block; br 0; end; end
        let inside = Facts::read(&module(&[0x02, 0x40, 0x0c, 0, 0x0b, 0x0b])).unwrap_or_default();
        assert_eq!((inside.ops, inside.leaks), (vec![4], vec![]));
        // block; br 1; end; end
        let outside = Facts::read(&module(&[0x02, 0x40, 0x0c, 1, 0x0b, 0x0b])).unwrap_or_default();
        assert_eq!(outside.leaks, [0]);
        // i32.const 0; br_table 0; end
        let table = Facts::read(&module(&[0x41, 0, 0x0e, 0, 0, 0x0b])).unwrap_or_default();
        assert_eq!(table.leaks, [0]);
    }

    #[test]
    fn floats_are_found() {
        // f32.const 0; drop; end
        let body = [0x43, 0, 0, 0, 0, 0x1a, 0x0b];
        assert_eq!(Facts::read(&module(&body)).unwrap_or_default().floats, [0]);
    }
}
