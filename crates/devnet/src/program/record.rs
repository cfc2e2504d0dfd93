//! Activation records: what the chain remembers about a program, by code hash.
//!
//! A record is one word in the storage of the ArbOS state account, so the journal reverts it with
//! everything else and a snapshot carries it.
//! Source: Nitro arbos/programs, `Program`, `getActiveProgram`.

use alloy_primitives::{B256, U256};

use crate::arbos::params;
use crate::arbos::state::{self, ARBITRUM_START};
use crate::evm::Ctx;
use crate::wasm::instrument::StylusParams;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// Most hours and KiB that a record has room for.
const U24_MAX: u32 = (1 << 24) - 1;

/// One activated program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Stylus version it was activated under; 0 is never.
    pub version: u16,
    /// Load cost from which [`StylusParams::init_gas`] follows.
    pub init_cost: u16,
    /// Load cost from which [`StylusParams::cached_gas`] follows.
    pub cached_cost: u16,
    /// Initial memory in pages.
    pub footprint: u16,
    /// Hours since [`ARBITRUM_START`], of 24 bits.
    pub activated_at: u32,
    /// Estimated native code in KiB, of 24 bits.
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

    /// Age in seconds at which it may be extended.
    pub(crate) fn keepalive_secs(params: &StylusParams) -> u64 {
        u64::from(params.keepalive_days) * DAY
    }

    /// Estimated native code in bytes, rounded up to KiB.
    pub(crate) fn asm_bytes(&self) -> u32 {
        self.asm_kib.saturating_mul(1024)
    }

    /// The same, activated at `now`.
    pub(crate) fn activated_anew(self, now: u64) -> Self {
        Self { activated_at: hours(now), ..self }
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

    /// The word it is kept in: fields in order from the top, and 17 bytes of nothing.
    pub(crate) fn pack(self) -> U256 {
        let mut word = [0; 32];
        word[0..2].copy_from_slice(&self.version.to_be_bytes());
        word[2..4].copy_from_slice(&self.init_cost.to_be_bytes());
        word[4..6].copy_from_slice(&self.cached_cost.to_be_bytes());
        word[6..8].copy_from_slice(&self.footprint.to_be_bytes());
        word[8..11].copy_from_slice(&self.activated_at.to_be_bytes()[1..]);
        word[11..14].copy_from_slice(&self.asm_kib.to_be_bytes()[1..]);
        word[14] = u8::from(self.cached);
        U256::from_be_bytes(word)
    }

    pub(crate) fn unpack(word: U256) -> Self {
        let word: [u8; 32] = word.to_be_bytes();
        let short = |at: usize| u16::from_be_bytes([word[at], word[at + 1]]);
        let medium = |at: usize| u32::from_be_bytes([0, word[at], word[at + 1], word[at + 2]]);
        Self {
            version: short(0),
            init_cost: short(2),
            cached_cost: short(4),
            footprint: short(6),
            activated_at: medium(8),
            asm_kib: medium(11),
            cached: word[14] != 0,
        }
    }
}

/// Hours since Arbitrum began, rounded down.
pub(crate) fn hours(now: u64) -> u32 {
    let hours = now.saturating_sub(ARBITRUM_START) / HOUR;
    u32::try_from(hours).unwrap_or(u32::MAX).min(U24_MAX)
}

/// Reads the record of a program that may run now, free of charge.
pub(crate) fn active_record(ctx: &mut Ctx, code_hash: B256) -> Result<Record, Inactive> {
    let now = ctx.block.timestamp.saturating_to();
    let params = params::current(ctx);
    let record = Record::unpack(state::read(ctx, U256::from_be_bytes(code_hash.0)));
    record.check_active(&params, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        Record {
            version: 3,
            init_cost: 65_535,
            cached_cost: 65_534,
            footprint: 17,
            activated_at: hours(1_700_000_000),
            asm_kib: U24_MAX,
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
