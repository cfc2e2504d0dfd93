//! Rewriting a compiled module into the form that is deployed.

use std::convert::Infallible;

use wasm_encoder::Module;
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{CustomSectionReader, Parser};

use super::instrument::ActivationError;

struct Cleaner;

impl Reencode for Cleaner {
    type Error = Infallible;

    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error<Infallible>> {
        Ok(())
    }
}

/// Rewrites what the Rust compiler made, as `cargo stylus` does before it deploys.
///
/// Custom sections go, and table indices lose the padding that Stylus refuses. `cargo stylus` then
/// adds a section of some 50 bytes with the hash of the project, which this leaves out.
///
/// # Errors
/// The module is malformed.
pub fn clean_wasm(wasm: &[u8]) -> Result<Vec<u8>, ActivationError> {
    let mut module = Module::new();
    Cleaner
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|fault| ActivationError::Invalid(fault.to_string()))?;
    Ok(module.finish())
}
