//! Errors and events as words: every argument is one, so encoding needs no code for each type.

use alloy_primitives::{Address, FixedBytes, U256};

/// A value that the ABI encodes as one word.
pub trait Word {
    /// The word.
    fn word(&self) -> U256;
}

macro_rules! numbers {
    ($($kind:ty)*) => {$(
        impl Word for $kind {
            fn word(&self) -> U256 {
                U256::from(*self)
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 u128 U256 bool);

impl Word for Address {
    fn word(&self) -> U256 {
        U256::from_be_bytes(self.into_word().0)
    }
}

impl Word for FixedBytes<4> {
    fn word(&self) -> U256 {
        // Bytes stand at the high end of their word.
        let high = u64::from(u32::from_be_bytes(self.0)) << 32;
        U256::from_limbs([0, 0, 0, high])
    }
}

/// An error of the interface.
pub trait Refusal {
    /// First four bytes of its revert data.
    const SELECTOR: [u8; 4];
    /// The arguments, in order.
    fn words(&self) -> impl AsRef<[U256]>;
}

/// An event of the interface.
pub trait Record {
    /// First topic.
    const TOPIC: U256;
    /// The indexed arguments, in order: at most three.
    fn topics(&self) -> impl AsRef<[U256]>;
    /// The other arguments, in order.
    fn words(&self) -> impl AsRef<[U256]>;
}

/// Declares errors: the Solidity types, and their words.
macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident($($kind:ident $field:ident),*);)*) => {
        alloy_sol_types::sol! {$(
            $(#[$doc])*
            error $name($($kind $field),*);
        )*}
        $(impl $crate::words::Refusal for $name {
            const SELECTOR: [u8; 4] = <Self as alloy_sol_types::SolError>::SELECTOR;
            fn words(&self) -> impl AsRef<[alloy_primitives::U256]> {
                let words: [alloy_primitives::U256; _] =
                    [$($crate::words::Word::word(&self.$field)),*];
                words
            }
        })*
    };
}
pub(crate) use errors;

/// Declares events: the Solidity types, and their words.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident(
        $($topic_kind:ident $topic:ident),*; $($kind:ident $field:ident),*
    );)*) => {
        alloy_sol_types::sol! {$(
            $(#[$doc])*
            event $name($($topic_kind indexed $topic,)* $($kind $field),*);
        )*}
        $(impl $crate::words::Record for $name {
            const TOPIC: alloy_primitives::U256 = alloy_primitives::U256::from_be_bytes(
                <Self as alloy_sol_types::SolEvent>::SIGNATURE_HASH.0,
            );
            fn topics(&self) -> impl AsRef<[alloy_primitives::U256]> {
                let words: [alloy_primitives::U256; _] =
                    [$($crate::words::Word::word(&self.$topic)),*];
                words
            }
            fn words(&self) -> impl AsRef<[alloy_primitives::U256]> {
                let words: [alloy_primitives::U256; _] =
                    [$($crate::words::Word::word(&self.$field)),*];
                words
            }
        })*
    };
}
pub(crate) use events;
