//! Calldata in, return data out.
//!
//! The tables of contents in `lib.rs` are written with [`routes!`], which turns a
//! line into a method of [`Engine`] and an arm of a router. The SDK's own macro decodes every
//! signature with code of its own: with it the engine's program was twice its limit
//! (`docs/ARCHITECTURE.md` has the figures). Here all signatures share one reader and one writer.

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use plimsoll_abi as abi;
use plimsoll_math::words::{PricePolicy, SaleTerms, Source};

use stylus_sdk::{abi::CONSTRUCTOR_SELECTOR, prelude::*};

use crate::{
    error::{Error, Result, fail},
    governance::Setup,
    sdk::{self, CallKind},
    storage::Engine,
};

/// Writes methods of [`crate::Engine`] and the function that routes calldata to them.
macro_rules! routes {
    ($route:ident: $(
        $(#[$doc:meta])*
        $call:ident = fn $name:ident($($arg:ident: $kind:ty),*) -> $ret:ty { $to:path }
    )*) => {
        impl $crate::Engine {$(
            $(#[$doc])*
            #[allow(clippy::too_many_arguments, missing_docs)]
            pub fn $name(&mut self, $($arg: $kind),*) -> $crate::Result<$ret> {
                $to(self, $($arg),*)
            }
        )*}

        #[allow(dead_code)]
        pub(crate) mod $route {
            #[allow(unused_imports)]
            use super::*;

            #[allow(non_upper_case_globals)]
            mod selectors {$(
                pub const $name: u32 = u32::from_be_bytes(
                    <plimsoll_abi::IPlimsoll::$call as alloy_sol_types::SolCall>::SELECTOR,
                );
            )*}

            /// Whether this table has a selector.
            pub fn has(selector: u32) -> bool {
                matches!(selector, $(selectors::$name)|*)
            }

            /// The answer to a call, or nothing when this table does not have the selector.
            pub fn answer(
                engine: &mut $crate::Engine,
                calldata: &[u8],
            ) -> Option<$crate::Result<alloc::vec::Vec<u8>>> {
                let mut args = $crate::entry::Args::new(calldata);
                Some(match args.selector() {
                    $(selectors::$name => (|| {
                        $(let $arg = <$kind as $crate::entry::Arg>::read(&mut args);)*
                        args.finish()?;
                        Ok($crate::entry::encode(&engine.$name($($arg),*)?))
                    })(),)*
                    _ => return None,
                })
            }
        }
    };
}
pub(crate) use routes;

/// A cursor over calldata. What is malformed reads as zero and is refused by [`Args::finish`].
pub struct Args<'a> {
    data: &'a [u8],
    at: usize,
    bad: bool,
}

impl<'a> Args<'a> {
    /// The arguments behind a selector.
    pub fn new(calldata: &'a [u8]) -> Self {
        Self { data: calldata, at: 4, bad: calldata.len() < 4 }
    }

    pub fn selector(&self) -> u32 {
        match self.data.get(..4).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => u32::from_be_bytes(bytes),
            None => 0,
        }
    }

    /// Refuses calldata that is not what the signature says.
    pub fn finish(&self) -> Result<()> {
        if self.bad { Err(fail(abi::BadCalldata {})) } else { Ok(()) }
    }

    #[inline(never)]
    fn word(&mut self) -> U256 {
        let end = self.at.saturating_add(32);
        let word = self.data.get(self.at..end).map(sdk::word);
        self.at = end;
        self.bad |= word.is_none();
        word.unwrap_or_default()
    }

    /// A number of at most `bits` bits.
    #[inline(never)]
    fn number(&mut self, bits: usize) -> u64 {
        let word = self.word();
        self.bad |= word.bit_len() > bits;
        let [low, ..] = word.into_limbs();
        low
    }

    /// The head of a dynamic argument: the cursor behind its length, and where to go back to.
    /// `size`: bytes that one item takes at least.
    #[inline(never)]
    fn list(&mut self, size: usize) -> (usize, usize) {
        let offset = usize::try_from(self.number(32)).unwrap_or(usize::MAX);
        let back = self.at;
        self.at = offset.saturating_add(4);
        let length = usize::try_from(self.number(32)).unwrap_or(usize::MAX);
        let left = self.data.len().saturating_sub(self.at);
        if length.saturating_mul(size) > left {
            self.bad = true;
            return (0, back);
        }
        (length, back)
    }

    fn items<T: Arg>(&mut self) -> Vec<T> {
        let (length, back) = self.list(32);
        let mut items = Vec::with_capacity(length);
        for _ in 0..length {
            items.push(T::read(self));
        }
        self.at = back;
        items
    }
}

/// What a signature may take.
pub trait Arg {
    fn read(args: &mut Args) -> Self;
}

impl Arg for U256 {
    fn read(args: &mut Args) -> Self {
        args.word()
    }
}

impl Arg for Address {
    fn read(args: &mut Args) -> Self {
        let word = args.word();
        args.bad |= word.bit_len() > 160;
        sdk::address(word)
    }
}

impl Arg for bool {
    fn read(args: &mut Args) -> Self {
        args.number(1) == 1
    }
}

macro_rules! number_args {
    ($($kind:ty)*) => {$(
        impl Arg for $kind {
            fn read(args: &mut Args) -> Self {
                // The bound on the bits makes the conversion total.
                <$kind>::try_from(args.number(size_of::<$kind>().saturating_mul(8))).unwrap_or_default()
            }
        }
    )*};
}
number_args!(u8 u16 u32 u64);

/// A list of words. `Vec<u8>` is `uint8[]`, as everywhere in Stylus; `bytes` is [`Blob`].
impl<T: Arg> Arg for Vec<T> {
    fn read(args: &mut Args) -> Self {
        args.items()
    }
}

/// `bytes`.
pub struct Blob(pub Vec<u8>);

impl Arg for Blob {
    fn read(args: &mut Args) -> Self {
        let (length, back) = args.list(1);
        let bytes = args.data.get(args.at..args.at.saturating_add(length)).unwrap_or_default();
        args.at = back;
        Self(bytes.to_vec())
    }
}

/// Return data in the making: heads in `head`, what lists hold in `tail`.
pub struct Out {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// Bytes of all heads.
    heads: usize,
}

impl Out {
    #[inline(never)]
    fn word(&mut self, word: U256) {
        self.head.extend_from_slice(&sdk::to_bytes(word));
    }

    /// The head of a list and its length.
    fn begin(&mut self, length: usize) {
        let offset = self.heads.saturating_add(self.tail.len());
        self.word(U256::from(offset));
        self.tail.extend_from_slice(&sdk::to_bytes(U256::from(length)));
    }

    fn list(&mut self, items: impl ExactSizeIterator<Item = U256>) {
        self.begin(items.len());
        for item in items {
            self.tail.extend_from_slice(&sdk::to_bytes(item));
        }
    }
}

/// What a signature may return.
pub trait Ret {
    /// Head words.
    const WORDS: usize = 1;
    fn write(&self, out: &mut Out);
}

/// ABI-encoded return data.
pub fn encode<R: Ret>(value: &R) -> Vec<u8> {
    let heads = R::WORDS.saturating_mul(32);
    let mut out = Out { head: Vec::with_capacity(heads), tail: Vec::new(), heads };
    value.write(&mut out);
    out.head.append(&mut out.tail);
    out.head
}

/// Return values that are one word.
pub trait Word: Copy {
    fn word(self) -> U256;
}

macro_rules! words {
    ($($kind:ty: $value:ident => $word:expr;)*) => {$(
        impl Word for $kind {
            fn word(self) -> U256 {
                let $value = self;
                $word
            }
        }
        impl Ret for $kind {
            fn write(&self, out: &mut Out) {
                out.word(self.word());
            }
        }
    )*};
}
words! {
    U256: value => value;
    I256: value => value.into_raw();
    Address: value => sdk::from_bytes(&value.into_word().0);
    bool: value => U256::from(value);
    u8: value => U256::from(value);
    u16: value => U256::from(value);
    u32: value => U256::from(value);
    u64: value => U256::from(value);
}

impl<T: Word> Ret for Vec<T> {
    fn write(&self, out: &mut Out) {
        out.list(self.iter().map(|item| item.word()));
    }
}

impl Ret for () {
    const WORDS: usize = 0;
    fn write(&self, _: &mut Out) {}
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Ret),*> Ret for ($($name,)*) {
            const WORDS: usize = 0_usize$(.saturating_add($name::WORDS))*;
            fn write(&self, out: &mut Out) {
                #[allow(non_snake_case)]
                let ($($name,)*) = self;
                $($name.write(out);)*
            }
        }
    };
}
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);

/// A struct of words.
pub struct Row<const N: usize>(pub [U256; N]);

impl<const N: usize> Ret for Row<N> {
    const WORDS: usize = N;
    fn write(&self, out: &mut Out) {
        self.0.iter().for_each(|word| out.word(*word));
    }
}

/// A list of structs of words.
pub struct Rows<const N: usize>(pub Vec<[U256; N]>);

impl<const N: usize> Ret for Rows<N> {
    fn write(&self, out: &mut Out) {
        out.begin(self.0.len());
        for word in self.0.iter().flatten() {
            out.tail.extend_from_slice(&sdk::to_bytes(*word));
        }
    }
}

/// The interface's `SaleTerms`, in its order; the exponent is the asset's own and stays behind.
macro_rules! sale_terms {
    ($($field:ident)*) => {
        impl Arg for SaleTerms {
            fn read(args: &mut Args) -> Self {
                Self { $($field: Arg::read(args),)* milli_exponent: 0 }
            }
        }
        impl Ret for SaleTerms {
            const WORDS: usize = 15;
            fn write(&self, out: &mut Out) {
                $(self.$field.write(out);)*
            }
        }
    };
}
sale_terms!(
    reference_factor penalty chip target full_below start_excess fast_rate slow_rate descent floor
    dust max_on_sale tip small cool_off
);

/// The interface's `PricePolicy`, in its order; which sources there are is set one by one.
macro_rules! price_policy {
    ($($field:ident)*) => {
        impl Arg for PricePolicy {
            fn read(args: &mut Args) -> Self {
                Self { $($field: Arg::read(args),)* sources: 0 }
            }
        }
        impl Ret for PricePolicy {
            const WORDS: usize = 8;
            fn write(&self, out: &mut Out) {
                $(self.$field.write(out);)*
            }
        }
    };
}
price_policy!(max_age step sigmas max_confidence quorum half_life outlier ema_half_life);

impl Arg for Source {
    fn read(args: &mut Args) -> Self {
        Self {
            address: Arg::read(args),
            kind: Arg::read(args),
            decimals: Arg::read(args),
            family: Arg::read(args),
            weight: Arg::read(args),
            secondary: Arg::read(args),
            bounded: false,
        }
    }
}

/// The programs, by the number under which the engine stores them; its own has none.
#[allow(dead_code)]
mod program {
    pub const ENGINE: u8 = 0;
    pub const LIQUIDATION: u8 = 1;
    pub const CLAIMS: u8 = 2;
    pub const PRICES: u8 = 3;
    pub const MARKET: u8 = 4;
    pub const LENS: u8 = 5;
    pub const RISK: u8 = 6;
    pub const GOVERNANCE: u8 = 7;
    pub const POSITIONS: u8 = 8;
    pub const BREAKERS: u8 = 9;
}

/// How many programs stand behind the engine's own.
pub const PROGRAMS: usize = 9;

/// The program that this build is.
const SELF: u8 = if cfg!(feature = "liquidation") {
    program::LIQUIDATION
} else if cfg!(feature = "claims") {
    program::CLAIMS
} else if cfg!(feature = "prices") {
    program::PRICES
} else if cfg!(feature = "market") {
    program::MARKET
} else if cfg!(feature = "lens") {
    program::LENS
} else if cfg!(feature = "risk") {
    program::RISK
} else if cfg!(feature = "governance") {
    program::GOVERNANCE
} else if cfg!(feature = "positions") {
    program::POSITIONS
} else if cfg!(feature = "breakers") {
    program::BREAKERS
} else {
    program::ENGINE
};

#[cfg(feature = "breakers")]
use crate::breakers as table;
#[cfg(feature = "claims")]
use crate::claims as table;
#[cfg(not(any(
    feature = "liquidation",
    feature = "claims",
    feature = "prices",
    feature = "market",
    feature = "lens",
    feature = "risk",
    feature = "governance",
    feature = "positions",
    feature = "breakers",
    feature = "sdk-0-9"
)))]
use crate::engine as table;
#[cfg(feature = "governance")]
use crate::govern as table;
#[cfg(feature = "lens")]
use crate::lens as table;
#[cfg(feature = "liquidation")]
use crate::liquidate as table;
#[cfg(feature = "market")]
use crate::market as table;
#[cfg(feature = "positions")]
use crate::positions as table;
/// The two tables of the program of prices.
#[cfg(feature = "prices")]
mod table {
    use alloc::vec::Vec;

    use crate::{Engine, Result, behind, prices};

    pub fn answer(engine: &mut Engine, calldata: &[u8]) -> Option<Result<Vec<u8>>> {
        prices::answer(engine, calldata).or_else(|| behind::answer(engine, calldata))
    }
}
#[cfg(feature = "risk")]
use crate::risk as table;
#[cfg(feature = "sdk-0-9")]
use crate::sdk::table;

/// One call: no value, then this program's table, then the next program.
pub fn answer(engine: &mut Engine, calldata: &[u8]) -> core::result::Result<Vec<u8>, Vec<u8>> {
    let value = engine.vm().msg_value();
    if !value.is_zero() {
        return Err(fail(abi::NotPayable { value }).into());
    }
    // The SDK's tools call the constructor by a selector that leaves its arguments out.
    if SELF == program::ENGINE && Args::new(calldata).selector() == CONSTRUCTOR_SELECTOR {
        return construct(engine, calldata).map(|()| Vec::new()).map_err(Error::into);
    }
    match table::answer(engine, calldata) {
        Some(answer) => answer.map_err(Error::into),
        None => delegate(engine, calldata),
    }
}

/// Which program has what this one does not: what keepers do is one delegate-call away, the rest
/// is found by way of the market, whose callers can wait.
fn holder(selector: u32) -> Option<u8> {
    match SELF {
        program::ENGINE if crate::positions::has(selector) => Some(program::POSITIONS),
        program::ENGINE if crate::liquidate::has(selector) => Some(program::LIQUIDATION),
        program::ENGINE if crate::claims::has(selector) => Some(program::CLAIMS),
        program::ENGINE if crate::prices::has(selector) => Some(program::PRICES),
        program::ENGINE => Some(program::MARKET),
        program::MARKET if crate::govern::has(selector) => Some(program::GOVERNANCE),
        program::MARKET if crate::breakers::has(selector) => Some(program::BREAKERS),
        program::MARKET => Some(program::LENS),
        program::LENS if crate::risk::has(selector) => Some(program::RISK),
        program::LENS => Some(program::PRICES),
        _ => None,
    }
}

/// Serves what this program does not hold: same storage, same caller. The answer is returned as it
/// is, revert data included.
fn delegate(engine: &Engine, calldata: &[u8]) -> core::result::Result<Vec<u8>, Vec<u8>> {
    let selector = Args::new(calldata).selector();
    let next = holder(selector).map_or(Address::ZERO, |number| engine.program(number));
    if calldata.len() < 4 || next.is_zero() {
        let selector = selector.to_be_bytes().into();
        return Err(fail(abi::UnknownSelector { selector }).into());
    }
    sdk::call(engine, CallKind::Delegate, next, calldata, None, sdk::ALL)
}

fn construct(engine: &mut Engine, calldata: &[u8]) -> Result<()> {
    let mut args = Args::new(calldata);
    let setup = Setup {
        programs: core::array::from_fn(|_| Arg::read(&mut args)),
        governor: Arg::read(&mut args),
        guardian: Arg::read(&mut args),
        base: Arg::read(&mut args),
        base_decimals: Arg::read(&mut args),
        min_debt: Arg::read(&mut args),
    };
    args.finish()?;
    engine.construct(&setup)
}

/// Where the chain enters: reads the calldata, answers, writes state and return data.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub extern "C" fn user_entrypoint(length: usize) -> usize {
    use stylus_sdk::host::{VM, WasmVM};
    let host = VM { host: WasmVM {} };
    // Keeps the import that the chain needs to meter memory growth; pages of its own are free.
    host.pay_for_memory_grow(0);
    let calldata = host.read_args(length);
    // SAFETY: the storage of this frame is accessed through this value alone.
    let mut engine = unsafe { Engine::new(U256::ZERO, 0, host.clone()) };
    let (data, status) = match answer(&mut engine, &calldata) {
        Ok(data) => (data, 0),
        Err(data) => (data, 1),
    };
    if status == 0 {
        host.flush_cache(false);
    }
    host.write_result(&data);
    status
}
