//! What host functions do with their guest: charge it, and copy its memory.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::handler::FrameResult;
use revm::interpreter::FrameInput;
use wasmtime::{AsContext, AsContextMut, Caller, Val};

use super::frame::{Handles, Host};
use super::price;
use crate::evm::execute::execute;
use crate::evm::{Ctx, Machine};
use crate::profile::Cost;

/// Why a host call unwinds its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// `exit_early` with this status.
    Exit(u32),
    /// A charge could not be paid.
    OutOfInk,
    /// A guest pointer leads out of its memory.
    Memory,
    /// The host call is not allowed here or its arguments make no sense.
    Forbidden,
    /// The frame is not what the host expects; no program can cause it.
    Internal,
}

impl fmt::Display for Escape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host call escaped: {self:?}")
    }
}

impl std::error::Error for Escape {}

pub(super) type Result<T> = std::result::Result<T, Escape>;

/// A host call in progress.
pub(super) struct Io<'a> {
    caller: Caller<'a, Host>,
    handles: Handles,
    ink: u64,
    price: u64,
}

impl<'a> Io<'a> {
    /// Begins a host call and charges its base ink.
    pub(super) fn enter(mut caller: Caller<'a, Host>, base: u64) -> Result<Self> {
        let handles = caller.data().handles.ok_or(Escape::Internal)?;
        let ink = handles.ink.get(&mut caller).i64().ok_or(Escape::Internal)? as u64;
        let machine = caller.data().machine.as_ref().ok_or(Escape::Internal)?;
        let price = u64::from(machine.ctx.chain.params.ink_price);
        let mut io = Self { caller, handles, ink, price };
        io.buy_ink(base)?;
        Ok(io)
    }

    /// Frame state.
    pub(super) fn host(&mut self) -> &mut Host {
        self.caller.data_mut()
    }

    /// Execution context.
    pub(super) fn ctx(&mut self) -> Result<&mut Ctx> {
        self.machine().map(|machine| &mut machine.ctx)
    }

    pub(super) fn machine(&mut self) -> Result<&mut Machine> {
        self.host().machine.as_deref_mut().ok_or(Escape::Internal)
    }

    /// Ink left.
    pub(super) fn ink_left(&self) -> u64 {
        self.ink
    }

    /// Gas left, rounded down.
    pub(super) fn gas_left(&self) -> u64 {
        self.ink / self.price
    }

    /// Gas of a request to the node, which a storage load that misses the cache pays once more.
    pub(super) fn request_gas(&self) -> u64 {
        price::REQUEST / self.price
    }

    /// Charges ink, or ends the program when it has too little.
    pub(super) fn buy_ink(&mut self, ink: u64) -> Result<()> {
        match self.ink.checked_sub(ink) {
            Some(left) => self.set_ink(left),
            None => self.out_of_ink(),
        }
    }

    /// Charges gas for a purpose.
    pub(super) fn buy_gas(&mut self, cost: Cost, gas: u64) -> Result<()> {
        self.buy_unattributed_gas(gas)?;
        self.ctx()?.chain.meter.charge(cost, gas);
        Ok(())
    }

    /// Charges gas that the meter already knows.
    pub(super) fn buy_unattributed_gas(&mut self, gas: u64) -> Result<()> {
        self.buy_ink(gas.saturating_mul(self.price))
    }

    /// Ends the program when it has less than `gas` left.
    pub(super) fn require_gas(&mut self, gas: u64) -> Result<()> {
        if self.ink < gas.saturating_mul(self.price) {
            return self.out_of_ink();
        }
        Ok(())
    }

    /// Takes all ink and ends the program.
    pub(super) fn out_of_ink<T>(&mut self) -> Result<T> {
        self.host().forfeited_ink = self.ink;
        self.set_ink(0)?;
        let status = self.handles.ink_status;
        status.set(&mut self.caller, Val::I32(1)).map_err(|_| Escape::Internal)?;
        Err(Escape::OutOfInk)
    }

    fn set_ink(&mut self, ink: u64) -> Result<()> {
        self.ink = ink;
        self.handles.ink.set(&mut self.caller, Val::I64(ink as i64)).map_err(|_| Escape::Internal)
    }

    /// Copies `length` bytes of guest memory.
    pub(super) fn read(&self, pointer: u32, length: u32) -> Result<Vec<u8>> {
        let memory = self.handles.memory.data(self.caller.as_context());
        let end = (pointer as usize).checked_add(length as usize).ok_or(Escape::Memory)?;
        memory.get(pointer as usize..end).map(<[u8]>::to_vec).ok_or(Escape::Memory)
    }

    fn read_array<const N: usize>(&self, pointer: u32) -> Result<[u8; N]> {
        let memory = self.handles.memory.data(self.caller.as_context());
        let bytes = memory.get(pointer as usize..).and_then(|rest| rest.first_chunk());
        bytes.copied().ok_or(Escape::Memory)
    }

    /// Reads a 32-byte word.
    pub(super) fn read_word(&self, pointer: u32) -> Result<B256> {
        self.read_array(pointer).map(B256::new)
    }

    /// Reads a big-endian number.
    pub(super) fn read_u256(&self, pointer: u32) -> Result<U256> {
        self.read_array(pointer).map(U256::from_be_bytes::<32>)
    }

    /// Reads an address.
    pub(super) fn read_address(&self, pointer: u32) -> Result<Address> {
        self.read_array(pointer).map(Address::new)
    }

    /// Writes guest memory.
    pub(super) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<()> {
        let memory = self.handles.memory.data_mut(self.caller.as_context_mut());
        let end = (pointer as usize).checked_add(bytes.len()).ok_or(Escape::Memory)?;
        let target = memory.get_mut(pointer as usize..end).ok_or(Escape::Memory)?;
        target.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes a number as a big-endian word.
    pub(super) fn write_u256(&mut self, pointer: u32, value: U256) -> Result<()> {
        self.write(pointer, &value.to_be_bytes::<32>())
    }

    /// Writes a little-endian length.
    pub(super) fn write_u32(&mut self, pointer: u32, value: u32) -> Result<()> {
        self.write(pointer, &value.to_le_bytes())
    }

    /// Runs a call or create from this frame, and adopts its refund when it succeeds.
    pub(super) fn nest(&mut self, input: FrameInput) -> Result<FrameResult> {
        let host = self.host();
        let depth = host.message.depth + 1;
        let machine = host.machine.take().ok_or(Escape::Internal)?;
        let (machine, result) = execute(machine, input, depth);
        host.machine = Some(machine);
        if result.instruction_result().is_ok() {
            host.refund += result.gas().refunded();
        }
        Ok(result)
    }

    /// Replaces the return data buffer; returns its length.
    pub(super) fn set_return_data(&mut self, data: Bytes) -> u32 {
        let length = data.len() as u32;
        self.host().return_data = data;
        length
    }
}
