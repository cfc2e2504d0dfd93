//! Errors on their way out: the typed errors of `plimsoll-abi`, encoded.

use alloc::vec::Vec;

use alloy_sol_types::SolError;
use plimsoll_abi as abi;
use plimsoll_math::MathError;

/// Revert data. Every variant of cause and values is declared in `plimsoll-abi`.
pub struct Error(Vec<u8>);

/// The result of everything that can be refused.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Encodes a typed error.
pub fn fail<E: SolError>(error: E) -> Error {
    Error(error.abi_encode())
}

impl From<MathError> for Error {
    fn from(_: MathError) -> Self {
        fail(abi::Overflow {})
    }
}

impl From<Error> for Vec<u8> {
    fn from(error: Error) -> Self {
        error.0
    }
}
