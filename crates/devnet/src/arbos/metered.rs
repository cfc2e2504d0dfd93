//! ArbOS state as precompiles have it: every access burns gas.
//!
//! Source: Nitro arbos/storage; precompiles, `Context`, `Precompile.Call`.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Log, U256};
use alloy_sol_types::{SolError, SolEvent};
use revm::context_interface::{ContextTr, JournalTr};
use revm::interpreter::{CallInputs, Gas, InstructionResult};

use super::Done;
use super::params;
use super::state::{self, Slot};
use crate::evm::Ctx;
use crate::program::{Codes, Record};
use crate::wasm::instrument::StylusParams;

/// Gas for reading a word.
const READ: u64 = 800;
/// Gas for writing a word.
const WRITE: u64 = 20_000;
/// Gas for writing zero.
const WRITE_ZERO: u64 = 5_000;
/// Gas for reading the parameters, which are taken to be warm.
const READ_PARAMS: u64 = 100;
/// Gas for reading a code hash.
const READ_CODE_HASH: u64 = 2_600;
/// Gas of a log, and of each of its topics.
const LOG: u64 = 375;
/// Gas per byte of a log.
const LOG_BYTE: u64 = 8;

/// How a method ends when it does not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Reverts with this data and leaves the rest of the gas.
    Revert(Vec<u8>),
    /// Reverts without data and takes all gas.
    Burn,
    /// Fails and takes all gas.
    Halt(InstructionResult),
}

impl Stop {
    /// A failure that has no ABI error: a revert without data.
    pub(crate) const PLAIN: Self = Self::Revert(Vec::new());

    /// A revert with an ABI error.
    pub(crate) fn error(error: &impl SolError) -> Self {
        Self::Revert(error.abi_encode())
    }
}

/// A call of a precompile method.
pub(crate) struct Metered<'a> {
    pub ctx: &'a mut Ctx,
    pub inputs: &'a CallInputs,
    pub gas: Gas,
}

impl<'a> Metered<'a> {
    pub(crate) fn new(ctx: &'a mut Ctx, inputs: &'a CallInputs) -> Self {
        Self { ctx, inputs, gas: Gas::new(inputs.gas_limit) }
    }

    /// Takes gas, or all of it when there is too little.
    pub(crate) fn burn(&mut self, gas: u64) -> Done<()> {
        if self.gas.record_regular_cost(gas) { Ok(()) } else { Err(Stop::Burn) }
    }

    /// Opens ArbOS state, as every method does that is not pure.
    pub(crate) fn open(&mut self) -> Done<()> {
        self.read(Slot::Version).map(|_| ())
    }

    pub(crate) fn read(&mut self, slot: impl Into<U256>) -> Done<U256> {
        self.burn(READ)?;
        Ok(state::read(self.ctx, slot))
    }

    pub(crate) fn write(&mut self, slot: impl Into<U256>, value: U256) -> Done<()> {
        self.burn(if value.is_zero() { WRITE_ZERO } else { WRITE })?;
        state::write(self.ctx, slot, value);
        Ok(())
    }

    /// Charges for words that have the same value on every chain of this kind.
    pub(crate) fn read_constants(&mut self, words: u64) -> Done<()> {
        self.burn(words * READ)
    }

    /// Charges for a word that is kept nowhere because nothing here depends on it.
    pub(crate) fn write_nowhere(&mut self) -> Done<()> {
        self.burn(WRITE)
    }

    pub(crate) fn params(&mut self) -> Done<Arc<StylusParams>> {
        self.burn(READ_PARAMS)?;
        Ok(params::current(self.ctx))
    }

    /// Changes the parameters for good.
    pub(crate) fn set_params(&mut self, change: impl FnOnce(&mut StylusParams)) -> Done<()> {
        let mut changed = StylusParams::clone(&*self.params()?);
        change(&mut changed);
        self.write(Slot::Params, params::pack(&changed))
    }

    /// Hash of an account's code. Does not make the account warm.
    pub(crate) fn code_hash(&mut self, account: Address) -> Done<B256> {
        self.burn(READ_CODE_HASH)?;
        Ok(self.ctx.code_of(account).0)
    }

    /// Record of the program with this code, which may be none.
    pub(crate) fn record(&mut self, code_hash: B256) -> Done<Record> {
        self.read(U256::from_be_bytes(code_hash.0)).map(Record::unpack)
    }

    pub(crate) fn set_record(&mut self, code_hash: B256, record: Record) -> Done<()> {
        self.write(U256::from_be_bytes(code_hash.0), record.pack())
    }

    pub(crate) fn log(&mut self, event: &impl SolEvent) -> Done<()> {
        let data = event.encode_log_data();
        let topics = data.topics().len() as u64;
        self.burn(LOG + LOG * topics + LOG_BYTE * data.data.len() as u64)?;
        let address = self.inputs.target_address;
        self.ctx.journal_mut().log(Log { address, data });
        Ok(())
    }

    /// Time of the block.
    pub(crate) fn now(&self) -> u64 {
        self.ctx.block.timestamp.saturating_to()
    }

    /// Moves value that the precompile received. It has received that much.
    pub(crate) fn pay(&mut self, to: Address, wei: U256) {
        let Ok(_) = self.ctx.journal_mut().transfer(self.inputs.target_address, to, wei);
    }
}
