//! Activation records: what the chain remembers about a program, by code hash.
//!
//! A record is one word in the storage of the ArbOS state account, so the journal reverts it with
//! everything else and a snapshot carries it.
//! Source: Nitro arbos/programs, `Program`, `getActiveProgram`.

use alloy_primitives::{Address, B256, U256, address};
use revm::context_interface::{ContextTr, JournalTr};

use crate::evm::Ctx;
use crate::wasm::instrument::StylusParams;

/// Account that holds ArbOS state.
pub(crate) const ARBOS_STATE: Address = address!("A4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");

/// Second of the epoch that activation hours count from.
const ARBITRUM_START: u64 = 1_421_388_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// One activated program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Stylus version it was activated under; 0 is never.
    pub version: u16,
    /// Gas of an uncached call beyond [`Record::cached_gas`].
    pub init_gas: u32,
    /// Gas of every call.
    pub cached_gas: u32,
    /// Initial memory in pages.
    pub footprint: u16,
    /// Hours since [`ARBITRUM_START`].
    pub activated_at: u32,
    /// Estimated native code, in KiB.
    pub asm_kib: u32,
    /// Whether a cache manager keeps it cached.
    pub cached: bool,
}

/// Why a program cannot run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inactive {
    NotActivated,
    NeedsUpgrade { version: u16, wanted: u16 },
    Expired { age_secs: u64 },
}

impl Record {
    /// Age of the activation in seconds, whose start is rounded down to the hour.
    pub(crate) fn age_secs(&self, now: u64) -> u64 {
        now.saturating_sub(ARBITRUM_START + u64::from(self.activated_at) * HOUR)
    }

    /// Seconds that an activation lasts.
    pub(crate) fn lifetime_secs(params: &StylusParams) -> u64 {
        u64::from(params.expiry_days) * DAY
    }

    /// Checks that the program may run at `now`.
    pub(crate) fn check_active(self, params: &StylusParams, now: u64) -> Result<Self, Inactive> {
        if self.version == 0 {
            return Err(Inactive::NotActivated);
        }
        if self.version != params.version {
            return Err(Inactive::NeedsUpgrade { version: self.version, wanted: params.version });
        }
        let age_secs = self.age_secs(now);
        if age_secs > Self::lifetime_secs(params) {
            return Err(Inactive::Expired { age_secs });
        }
        Ok(self)
    }

    pub(crate) fn pack(self) -> U256 {
        let fields = [
            (u64::from(self.version), 16),
            (u64::from(self.init_gas), 32),
            (u64::from(self.cached_gas), 32),
            (u64::from(self.footprint), 16),
            (u64::from(self.activated_at), 32),
            (u64::from(self.asm_kib), 32),
            (u64::from(self.cached), 8),
        ];
        fields.iter().fold(U256::ZERO, |word, (value, bits)| (word << *bits) | U256::from(*value))
    }

    pub(crate) fn unpack(word: U256) -> Self {
        let field = |shift: usize, bits: usize| -> u64 {
            ((word >> shift) & ((U256::from(1) << bits) - U256::from(1))).saturating_to()
        };
        Self {
            version: field(152, 16) as u16,
            init_gas: field(120, 32) as u32,
            cached_gas: field(88, 32) as u32,
            footprint: field(72, 16) as u16,
            activated_at: field(40, 32) as u32,
            asm_kib: field(8, 32) as u32,
            cached: field(0, 8) != 0,
        }
    }
}

/// Hours since Arbitrum began, rounded down.
pub(crate) fn hours(now: u64) -> u32 {
    u32::try_from(now.saturating_sub(ARBITRUM_START) / HOUR).unwrap_or(u32::MAX)
}

/// Reads a record; a program never activated has version 0.
pub(crate) fn read(ctx: &mut Ctx, code_hash: B256) -> Record {
    Record::unpack(read_word(ctx, code_hash.into()))
}

/// Writes a record.
pub(crate) fn write(ctx: &mut Ctx, code_hash: B256, record: Record) {
    write_word(ctx, code_hash.into(), record.pack());
}

/// Reads the record of a program that may run now.
pub(crate) fn active_record(ctx: &mut Ctx, code_hash: B256) -> Result<Record, Inactive> {
    let now = ctx.block.timestamp.saturating_to();
    let record = read(ctx, code_hash);
    record.check_active(&ctx.chain.params, now)
}

/// Reads a word of ArbOS state.
pub(crate) fn read_word(ctx: &mut Ctx, slot: U256) -> U256 {
    let journal = ctx.journal_mut();
    let Ok(_) = journal.load_account(ARBOS_STATE);
    let Ok(word) = journal.sload(ARBOS_STATE, slot);
    word.data
}

/// Writes a word of ArbOS state.
pub(crate) fn write_word(ctx: &mut Ctx, slot: U256, value: U256) {
    let journal = ctx.journal_mut();
    let Ok(_) = journal.load_account(ARBOS_STATE);
    journal.touch_account(ARBOS_STATE);
    let Ok(_) = journal.sstore(ARBOS_STATE, slot, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        Record {
            version: 3,
            init_gas: 74_367,
            cached_gas: 65_887,
            footprint: 17,
            activated_at: hours(1_700_000_000),
            asm_kib: 1_234,
            cached: true,
        }
    }

    #[test]
    fn packed_record_unpacks_to_itself() {
        assert_eq!(Record::unpack(sample().pack()), sample());
    }

    #[test]
    fn activation_expires_after_365_days() {
        let params = StylusParams::default();
        let start = ARBITRUM_START + u64::from(sample().activated_at) * HOUR;
        assert!(sample().check_active(&params, start + 365 * DAY).is_ok());
        let late = sample().check_active(&params, start + 365 * DAY + 1);
        assert_eq!(late, Err(Inactive::Expired { age_secs: 365 * DAY + 1 }));
    }

    #[test]
    fn other_versions_need_an_upgrade() {
        let old = Record { version: 2, ..sample() };
        let expected = Err(Inactive::NeedsUpgrade { version: 2, wanted: 3 });
        assert_eq!(old.check_active(&StylusParams::default(), 1_700_000_000), expected);
        let never = Record::default().check_active(&StylusParams::default(), 0);
        assert_eq!(never, Err(Inactive::NotActivated));
    }
}
