//! Call data in, result out, and the charge for growing memory.

use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Escape, Io, Result};
use super::{MODULE, price};
use crate::profile::Cost;
use crate::program;

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker
        .func_wrap(MODULE, "read_args", |c: Caller<'_, Host>, dest: u32| Ok(read_args(c, dest)?))?;
    linker.func_wrap(MODULE, "write_result", |c: Caller<'_, Host>, data: u32, length: u32| {
        Ok(write_result(c, data, length)?)
    })?;
    linker.func_wrap(
        MODULE,
        "exit_early",
        |_: Caller<'_, Host>, status: u32| -> wasmtime::Result<()> {
            Err(Escape::Exit(status).into())
        },
    )?;
    linker.func_wrap(MODULE, "pay_for_memory_grow", |c: Caller<'_, Host>, pages: u32| {
        Ok(pay_for_memory_grow(c, pages)?)
    })?;
    Ok(())
}

fn read_args(caller: Caller<'_, Host>, dest: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::BASE)?;
    let calldata = io.host().message.calldata.clone();
    io.buy_ink(price::write(calldata.len() as u64))?;
    io.write(dest, &calldata)
}

fn write_result(caller: Caller<'_, Host>, data: u32, length: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::BASE)?;
    io.buy_ink(2 * price::read(u64::from(length)))?;
    let output = io.read(data, length)?;
    io.host().output = output;
    Ok(())
}

/// First release that takes all 32 bits of the number of pages.
const WIDE_PAGES: u64 = 59;

/// Charges for `pages` more pages. The SDK calls it with zero, which has a price of its own.
fn pay_for_memory_grow(caller: Caller<'_, Host>, pages: u32) -> Result<()> {
    let mut io = Io::enter(caller, 0)?;
    let is_wide = io.ctx()?.chain.params.arbos >= WIDE_PAGES;
    if is_wide && pages > u32::from(u16::MAX) {
        return io.out_of_ink();
    }
    // Older releases look at sixteen bits.
    let pages = pages as u16;
    if pages == 0 {
        return io.buy_ink(price::BASE);
    }
    let chain = &mut io.ctx()?.chain;
    let gas = program::page_gas(chain, pages);
    // Pages that cannot be paid for count for the rest of the transaction, too.
    program::open_pages(chain, pages);
    match gas {
        Some(gas) => io.buy_gas(Cost::Memory, gas),
        None => io.out_of_ink(),
    }
}
