//! What a call came to: passed, or refused with a typed error.

use alloy_primitives::{U256, keccak256};
use alloy_sol_types::SolError;
use plimsoll::Error;

/// Ends a call.
pub trait Outcome<T> {
    /// The call's result.
    ///
    /// # Panics
    /// If it was refused.
    fn passes(self) -> T;

    /// Compares the refusal.
    ///
    /// # Panics
    /// If the call passed, or was refused for another cause or with other values.
    fn refused<E: SolError>(self, expected: E);
}

impl<T> Outcome<T> for Result<T, Error> {
    #[track_caller]
    fn passes(self) -> T {
        self.map_err(|error| explain(&Vec::from(error))).unwrap_or_else(|cause| panic!("{cause}"))
    }

    #[track_caller]
    fn refused<E: SolError>(self, expected: E) {
        let expected = explain(&expected.abi_encode());
        let actual = self.map_or_else(|error| explain(&Vec::from(error)), |_| "passed".to_owned());
        assert_eq!(actual, expected);
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
