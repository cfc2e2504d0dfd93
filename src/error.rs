//! Errors on their way out: the typed errors of `plimsoll-abi`, encoded.

use alloc::{boxed::Box, vec::Vec};

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_abi::words::Refusal;
use plimsoll_math::MathError;

use crate::sdk::calldata;

/// Revert data. Every variant of cause and values is declared in `plimsoll-abi`.
///
/// A reference to data that is never freed: one word, so that a result stays in a register. The
/// contract's allocator never frees anything, and a call ends at its first error.
#[derive(Clone, Copy)]
pub struct Error(&'static Vec<u8>);

/// The result of everything that can be refused.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Encodes a typed error.
pub fn fail<R: Refusal>(refusal: R) -> Error {
    encode(R::SELECTOR, refusal.words().as_ref())
}

#[cold]
#[inline(never)]
fn encode(selector: [u8; 4], words: &[U256]) -> Error {
    Error(Box::leak(Box::new(calldata(selector, words))))
}

impl From<MathError> for Error {
    #[cold]
    #[inline(never)]
    fn from(_: MathError) -> Self {
        fail(abi::Overflow {})
    }
}

impl From<Error> for Vec<u8> {
    fn from(error: Error) -> Self {
        error.0.clone()
    }
}
