//! One method of a contract of ArbOS: what it may do, since when, and how it is called.

use alloy_sol_types::SolCall;
use revm::interpreter::InstructionResult;

use crate::arbos::{Done, Metered, Stop};

/// Gas per word of arguments and results.
const COPY_WORD: u64 = 3;

/// What a method may do, each more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purity {
    /// Nothing but compute.
    Pure,
    /// Read.
    View,
    /// Write.
    Write,
    /// Take value.
    Payable,
}

type Run = Box<dyn Fn(&mut Metered<'_>, &[u8]) -> Done<Vec<u8>> + Send + Sync>;

/// A method.
pub(super) struct Method {
    pub selector: [u8; 4],
    purity: Purity,
    /// Releases of ArbOS that have it.
    releases: (u64, u64),
    run: Run,
}

impl Method {
    /// The same from this release on.
    pub(super) fn since(self, release: u64) -> Self {
        Self { releases: (release, self.releases.1), ..self }
    }

    /// The same up to this release.
    pub(super) fn until(self, release: u64) -> Self {
        Self { releases: (self.releases.0, release), ..self }
    }

    /// Checks the call and runs the method.
    pub(super) fn call(&self, state: &mut Metered<'_>, args: &[u8]) -> Done<Vec<u8>> {
        let inputs = state.inputs;
        let acts_as_itself = inputs.target_address == inputs.bytecode_address;
        let release = state.ctx.chain.params.arbos;
        let (first, last) = self.releases;
        let allowed = (first..=last).contains(&release)
            && (self.purity < Purity::View || acts_as_itself)
            && (self.purity < Purity::Write || !inputs.is_static)
            && (self.purity == Purity::Payable || inputs.value.get().is_zero());
        if !allowed {
            return Err(Stop::Burn);
        }
        if self.purity > Purity::Pure {
            state.open().map_err(|_| Stop::Halt(InstructionResult::OutOfGas))?;
        }
        state.burn(copy_gas(args.len()))?;
        (self.run)(state, args)
    }
}

/// Gas for copying arguments or results.
pub(super) fn copy_gas(bytes: usize) -> u64 {
    COPY_WORD * (bytes as u64).div_ceil(32)
}

type Handler<C> = fn(&mut Metered<'_>, C) -> Done<<C as SolCall>::Return>;

fn method<C: SolCall + 'static>(purity: Purity, handler: Handler<C>) -> Method {
    let run: Run = Box::new(move |state, args| {
        let call = C::abi_decode_raw(args).map_err(|_| Stop::Burn)?;
        handler(state, call).map(|returned| C::abi_encode_returns(&returned))
    });
    Method { selector: C::SELECTOR, purity, releases: (0, u64::MAX), run }
}

pub(super) fn pure<C: SolCall + 'static>(handler: Handler<C>) -> Method {
    method(Purity::Pure, handler)
}

pub(super) fn view<C: SolCall + 'static>(handler: Handler<C>) -> Method {
    method(Purity::View, handler)
}

pub(super) fn write<C: SolCall + 'static>(handler: Handler<C>) -> Method {
    method(Purity::Write, handler)
}

pub(super) fn payable<C: SolCall + 'static>(handler: Handler<C>) -> Method {
    method(Purity::Payable, handler)
}
