//! The host side of a program frame: its state, and the functions it imports from `vm_hooks`.
//!
//! Ink prices and the order of charges follow Nitro's `user-host-trait`: the base ink first, then
//! guest memory, then the request, then the gas of the request.

mod account;
mod block;
mod call;
mod create;
mod frame;
mod io;
mod log;
mod math;
mod price;
mod result;
mod storage;
mod watch;

use wasmtime::Linker;

pub(crate) use frame::{Host, Message, Outcome, run};

/// Defines every host function that a Stylus program may import.
pub(crate) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    account::link(linker)?;
    block::link(linker)?;
    call::link(linker)?;
    create::link(linker)?;
    log::link(linker)?;
    math::link(linker)?;
    result::link(linker)?;
    storage::link(linker)
}

/// Module name of the imports.
const MODULE: &str = "vm_hooks";
