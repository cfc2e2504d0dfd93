//! Where ArbOS keeps its state: words of one account, which the journal reverts with all others.
//!
//! Nitro spreads them over hashed key spaces (arbos/storage). Here each has a slot of its own: nobody
//! but ArbOS reads them, and gas depends on how many words are used, not on which.

use alloy_primitives::{Address, B256, U256, address, keccak256};
use revm::context_interface::{ContextTr, JournalTr};

use crate::evm::Ctx;

/// Account that holds ArbOS state.
pub(crate) const ARBOS_STATE: Address = address!("A4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");
/// Account that collects fees.
pub(crate) const NETWORK_FEES: Address = address!("00000000000000000000000000000000000fee00");
/// Second of the epoch from which ArbOS counts hours.
pub(crate) const ARBITRUM_START: u64 = 1_421_388_000;

/// A word of ArbOS state with a fixed place. Records of programs lie at their code hashes, which
/// cannot collide with such small numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Slot {
    /// Bytes of native code in demand.
    DataDemand = 1,
    /// Time of the data pricer's last update.
    DataUpdated = 2,
    /// Stylus parameters in one word.
    Params = 3,
    /// Gas that the owner adds to every activation.
    ActivationGas = 4,
    /// ArbOS release, as releases are numbered.
    Version = 5,
    /// Release that is scheduled.
    UpgradeVersion = 6,
    /// Time from which the scheduled release applies.
    UpgradeTime = 7,
    /// Block that scheduled it.
    UpgradeBlock = 11,
    /// Price of gas in wei.
    BaseFee = 8,
    /// Least price of gas in wei.
    MinBaseFee = 9,
    /// What a unit of data on the parent chain is said to cost, in wei. Nothing here charges for it.
    L1Price = 10,
    /// Most gas of a transaction.
    TxGasLimit = 12,
}

impl From<Slot> for U256 {
    fn from(slot: Slot) -> Self {
        Self::from(slot as u64)
    }
}

/// Slot of `key` in a space of its own.
pub(super) fn slot_in(space: u8, key: U256) -> U256 {
    keccak256([&[space], B256::from(key).as_slice()].concat()).into()
}

/// Reads a word, free of charge.
pub(crate) fn read(ctx: &mut Ctx, slot: impl Into<U256>) -> U256 {
    let journal = ctx.journal_mut();
    let Ok(_) = journal.load_account(ARBOS_STATE);
    let Ok(word) = journal.sload(ARBOS_STATE, slot.into());
    word.data
}

/// Writes a word, free of charge.
pub(crate) fn write(ctx: &mut Ctx, slot: impl Into<U256>, value: U256) {
    let journal = ctx.journal_mut();
    let Ok(_) = journal.load_account(ARBOS_STATE);
    journal.touch_account(ARBOS_STATE);
    let Ok(_) = journal.sstore(ARBOS_STATE, slot.into(), value);
}
