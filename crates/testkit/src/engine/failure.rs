//! What a refused call says.

use std::fmt;

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::SolError;
use plimsoll_devnet::{Outcome, Receipt};

/// A transaction or view that did not succeed.
#[derive(Clone)]
pub struct Failure {
    /// Revert data; empty after a halt.
    pub data: Bytes,
    /// How it ended, and what it cost.
    pub receipt: Box<Receipt>,
}

impl Failure {
    pub(super) fn new(receipt: Receipt) -> Self {
        let data = Bytes::copy_from_slice(receipt.status.output());
        let receipt = Box::new(receipt);
        Self { data, receipt }
    }

    /// Whether it is an `E`.
    #[must_use]
    pub fn is<E: SolError>(&self) -> bool {
        matches!(self.receipt.status, Outcome::Revert { .. })
            && E::abi_decode_validate(&self.data).is_ok()
    }

    /// The error, with its values.
    ///
    /// # Panics
    /// It is another one, which the message names.
    #[must_use]
    #[track_caller]
    pub fn expect<E: SolError>(&self) -> E {
        match E::abi_decode_validate(&self.data) {
            Ok(error) if self.is::<E>() => error,
            _ => panic!("expected {}, got {self}", E::SIGNATURE),
        }
    }

    /// The name of the error, or what else happened.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.receipt.status, self.data.get(..4)) {
            (Outcome::Halt { reason }, _) => format!("halt: {reason:?}"),
            (_, Some(selector)) => match error_name(selector) {
                Some(name) => name.to_owned(),
                None => format!("unknown error {}", Bytes::copy_from_slice(selector)),
            },
            (_, None) => "revert without data".to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&describe(&self.name(), &self.data))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An error's name and its values, which are words without exception.
pub(super) fn describe(name: &str, data: &[u8]) -> String {
    let words = data.get(4..).unwrap_or_default().chunks_exact(32);
    let values: Vec<String> = words
        .map(|word| {
            let value = U256::from_be_slice(word);
            match value.bit_len() {
                0..=128 => value.to_string(),
                _ => format!("{value:#x}"),
            }
        })
        .collect();
    format!("{name}({})", values.join(", "))
}

macro_rules! error_names {
    ($($error:ident)*) => {
        /// The name of one of the engine's errors.
        #[must_use]
        pub fn error_name(selector: &[u8]) -> Option<&'static str> {
            $(if selector == plimsoll_abi::$error::SELECTOR {
                return Some(stringify!($error));
            })*
            None
        }

        /// The signatures of the engine's errors.
        #[cfg(test)]
        const SIGNATURES: &[&str] = &[$(plimsoll_abi::$error::SIGNATURE),*];
    };
}

error_names! {
    TooLarge ZeroAmount ZeroAddress UnknownAsset LengthMismatch ListTooLong Overflow
    BadCalldata NotPayable
    NotGovernor NotGuardian NotReporter NotPending Reentered UnknownSelector
    NoCode TokenCallFailed TokenRefused AmountMismatch
    ZeroShares InsufficientShares InsufficientCash InsufficientBalance CapExceeded BelowDust
    BelowMinDebt NotOwner NothingOwed NoCredit Unhealthy
    PriceTooOld PriceInFuture PriceNotNewer BadPrice PriceForbids
    LevelForbids BadLevel BadUntil
    NothingKicked NotUnhealthy NotCured AlreadyFlagged NotFlagged
    UnknownAuction AuctionClosed NeedsRedo RedoTooEarly DeadlinePassed
    TooExpensive LotTooSmall DustLot BadReceiver NoClaim CallbackFailed BelowTarget NotBadDebt
    AlreadyConstructed OutOfBounds Inconsistent TooManyAssets AlreadyListed TooSoon
    RampTooShort
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every error in the source of `plimsoll-abi` has a name here.
    #[test]
    fn every_error_is_named() {
        let source = include_str!("../../../abi/src/errors.rs");
        // Indented lines that open with a capital: `Name(type field, ..);`.
        let declared = source.lines().filter_map(|line| line.strip_prefix("    "));
        let declared = declared.filter(|line| line.starts_with(char::is_uppercase));
        let mut count = 0;
        for line in declared {
            let name = line.split('(').next().unwrap_or_default();
            let known = |signature: &&str| signature.split('(').next() == Some(name);
            assert!(SIGNATURES.iter().any(known), "{name}");
            count += 1;
        }
        assert_eq!(count, SIGNATURES.len());
    }

    #[test]
    fn values_are_shown() {
        let error = plimsoll_abi::UnknownAsset { asset: 7, count: 4 };
        assert_eq!(describe("UnknownAsset", &error.abi_encode()), "UnknownAsset(7, 4)");
    }
}
