//! Event logs.

use alloy_primitives::{B256, Bytes, Log};
use revm::context_interface::{ContextTr, JournalTr};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Escape, Io, Result};
use super::{MODULE, price};
use crate::profile::Cost;

const TOPIC_GAS: u64 = 375;
const BYTE_GAS: u64 = 8;
const MAX_TOPICS: u32 = 4;

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "emit_log",
        |c: Caller<'_, Host>, data: u32, length: u32, topics: u32| {
            Ok(emit(c, data, length, topics)?)
        },
    )?;
    Ok(())
}

/// Emits a log whose first `topics` words of data are its topics.
fn emit(caller: Caller<'_, Host>, data: u32, length: u32, topics: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::REQUEST_ONLY)?;
    if topics > MAX_TOPICS || length < topics * 32 {
        return Err(Escape::Forbidden);
    }
    io.buy_ink(price::read(u64::from(length)))?;
    let body = u64::from(length - topics * 32);
    io.buy_gas(Cost::Log, TOPIC_GAS * (1 + u64::from(topics)) + BYTE_GAS * body)?;
    let bytes = io.read(data, length)?;
    if io.host().message.is_static {
        return Err(Escape::Forbidden);
    }
    let (heads, body) = bytes.split_at(topics as usize * 32);
    let heads = heads.chunks_exact(32).map(B256::from_slice).collect();
    let acting = io.host().message.acting;
    let log = Log::new_unchecked(acting, heads, Bytes::copy_from_slice(body));
    io.ctx()?.journal_mut().log(log);
    Ok(())
}
