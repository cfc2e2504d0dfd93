//! What a call came to: passed, or refused with a typed error.

use alloy_primitives::{U256, keccak256};
use alloy_sol_types::SolError;
use motsu::prelude::ResultExt;
use plimsoll::Error;

/// Ends a call: keeps what it wrote, or takes it back as the chain does.
pub trait Outcome<T> {
    /// The call's result.
    ///
    /// # Panics
    /// If it was refused.
    fn passes(self) -> T;

    /// Takes the call back.
    ///
    /// # Panics
    /// If it passed, or was refused for another cause or with other values.
    fn refused<E: SolError>(self, expected: E);
}

impl<T> Outcome<T> for Result<T, Error> {
    #[track_caller]
    fn passes(self) -> T {
        match self.map_err(|error| explain(&Vec::from(error))).motsu_res() {
            Ok(value) => value,
            Err(cause) => panic!("refused: {cause}"),
        }
    }

    #[track_caller]
    fn refused<E: SolError>(self, expected: E) {
        let expected = expected.abi_encode();
        match self.map_err(Vec::<u8>::from).motsu_res() {
            Ok(_) => panic!("passed instead of {}", explain(&expected)),
            Err(actual) if actual == expected => {}
            Err(actual) => panic!("{} instead of {}", explain(&actual), explain(&expected)),
        }
    }
}

/// Revert data in words: the error's declaration and its values.
#[must_use]
pub fn explain(data: &[u8]) -> String {
    let (selector, words) = data.split_at(data.len().min(4));
    let is_it = |line: &&str| keccak256(signature(line)).starts_with(selector);
    let declarations = include_str!("../../../crates/abi/src/errors.rs").lines().map(str::trim);
    let name = declarations.filter(|line| line.ends_with(");")).find(is_it).unwrap_or("unknown");
    let values: Vec<U256> = words.chunks_exact(32).map(U256::from_be_slice).collect();
    format!("{name} {values:?}")
}

/// `Name(type a, type b);` without the names of the values.
fn signature(declaration: &str) -> String {
    let (name, values) = declaration.split_once('(').unwrap_or_default();
    let values = values.trim_end_matches(");").split(", ");
    let types: Vec<_> = values.filter_map(|value| value.split(' ').next()).collect();
    format!("{name}({})", types.join(","))
}
