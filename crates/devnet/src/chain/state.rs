//! Reading and arranging state, time and blocks from outside any transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::state::AccountInfo;

use super::{BlockInfo, Chain, Snapshot};
use crate::arbos::params;
use crate::arbos::state::{ARBOS_STATE, Slot};
use crate::program::Record;
use crate::session::RecentPrograms;
use crate::wasm::instrument::StylusParams;

/// Blocks whose hashes are kept.
const KNOWN_BLOCKS: usize = 256;
/// Seconds between blocks of the parent chain.
const L1_BLOCK_SECS: u64 = 12;

impl Chain {
    /// Adds `wei` to a balance.
    pub fn fund(&mut self, account: Address, wei: U256) {
        self.edit(account, |info| info.balance = info.balance.saturating_add(wei));
    }

    /// Sets a balance in wei.
    pub fn set_balance(&mut self, account: Address, wei: U256) {
        self.edit(account, |info| info.balance = wei);
    }

    /// Balance in wei.
    #[must_use]
    pub fn balance(&self, account: Address) -> U256 {
        self.info(account).balance
    }

    /// Next nonce.
    #[must_use]
    pub fn nonce(&self, account: Address) -> u64 {
        self.info(account).nonce
    }

    /// Sets the next nonce.
    pub fn set_nonce(&mut self, account: Address, nonce: u64) {
        self.edit(account, |info| info.nonce = nonce);
    }

    /// Account code, compressed for a Stylus program.
    #[must_use]
    pub fn code(&self, account: Address) -> Bytes {
        self.bytecode_of(self.info(account)).original_bytes()
    }

    /// Places code without running a constructor.
    pub fn set_code(&mut self, account: Address, code: Bytes) {
        // A delegation (EIP-7702) is a form of its own; any other code runs as it is.
        let bytecode = match Bytecode::new_raw_checked(code.clone()) {
            Ok(parsed) if parsed.is_eip7702() => parsed,
            _ => Bytecode::new_legacy(code),
        };
        self.edit(account, |info| {
            info.code_hash = bytecode.hash_slow();
            info.code = Some(bytecode);
        });
    }

    /// A storage word.
    #[must_use]
    pub fn storage(&self, account: Address, slot: U256) -> U256 {
        let Ok(word) = self.state.storage_ref(account, slot);
        word
    }

    /// Every storage word of an account that is not zero, by slot.
    #[must_use]
    pub fn storage_words(&self, account: Address) -> BTreeMap<U256, U256> {
        let entry = self.state.cache.accounts.get(&account);
        let words = entry.into_iter().flat_map(|entry| &entry.storage);
        words.filter(|(_, word)| !word.is_zero()).map(|(slot, word)| (*slot, *word)).collect()
    }

    /// Overwrites a storage word.
    pub fn set_storage(&mut self, account: Address, slot: U256, value: U256) {
        self.note_word(account, slot);
        let Ok(()) = self.state_mut().insert_account_storage(account, slot, value);
    }

    /// Marks the program at `account` as cached or not. Returns whether there is such a program.
    ///
    /// Programs with the same code share the mark.
    pub fn set_cached(&mut self, account: Address, cached: bool) -> bool {
        let slot = self.info(account).code_hash.into();
        let record = Record::unpack(self.storage(ARBOS_STATE, slot));
        if record.version == 0 {
            return false;
        }
        self.set_storage(ARBOS_STATE, slot, Record { cached, ..record }.pack());
        true
    }

    /// Whether the program at `account` is activated, up to date and not expired.
    #[must_use]
    pub fn is_active(&self, account: Address) -> bool {
        let slot = self.info(account).code_hash.into();
        let record = Record::unpack(self.storage(ARBOS_STATE, slot));
        record.check_active(&self.params(), self.block.timestamp).is_ok()
    }

    /// The open block.
    #[must_use]
    pub fn block(&self) -> BlockInfo {
        self.block
    }

    /// Sets the time of the open block, in seconds since the epoch.
    pub fn set_time(&mut self, timestamp: u64) {
        self.block.timestamp = timestamp;
    }

    /// Sets the number of the parent chain's block.
    pub fn set_l1_block(&mut self, number: u64) {
        self.block.l1_block = number;
    }

    /// Closes the open block and opens the next one `secs` later.
    pub fn advance(&mut self, secs: u64) {
        self.mine();
        self.block.timestamp = self.block.timestamp.saturating_add(secs);
        self.block.l1_block = self.block.l1_block.saturating_add(secs / L1_BLOCK_SECS);
    }

    /// Closes the open block and opens the next one at the same time, as a busy sequencer does.
    pub fn mine(&mut self) {
        self.block.l2_block += 1;
        self.recent = RecentPrograms::default();
        self.history.close();
    }

    /// Sets the price of gas in wei.
    pub fn set_base_fee(&mut self, wei: u64) {
        self.config.base_fee = wei;
        self.set_arbos(Slot::BaseFee, U256::from(wei));
    }

    /// Stylus parameters as of now: those the chain started from, and what its owner changed.
    #[must_use]
    pub fn params(&self) -> Arc<StylusParams> {
        Arc::new(params::unpack(&self.config.params, self.param_words()))
    }

    /// Tells the chain the hash of a closed block, which ArbSys then knows for 256 blocks.
    pub fn set_block_hash(&mut self, number: u64, hash: B256) {
        let hashes = Arc::make_mut(&mut self.block_hashes);
        hashes.insert(number, hash);
        while hashes.len() > KNOWN_BLOCKS {
            hashes.pop_first();
        }
    }

    pub(super) fn param_words(&self) -> [U256; 3] {
        params::SLOTS.map(|slot| self.arbos(slot))
    }

    pub(super) fn arbos(&self, slot: Slot) -> U256 {
        self.storage(ARBOS_STATE, slot.into())
    }

    fn set_arbos(&mut self, slot: Slot, value: U256) {
        self.set_storage(ARBOS_STATE, slot.into(), value);
    }

    /// Upgrades ArbOS if that is due: in a block after the one that scheduled it.
    pub(super) fn upgrade_if_due(&mut self) {
        let number = |slot| self.arbos(slot).saturating_to::<u64>();
        let scheduled = number(Slot::UpgradeBlock) < self.block.l2_block;
        if !scheduled || number(Slot::UpgradeTime) > self.block.timestamp {
            return;
        }
        if let Some(upgraded) = self.params().upgraded(number(Slot::UpgradeVersion)) {
            self.set_arbos(Slot::Params, params::pack(&upgraded));
            self.set_arbos(Slot::Version, U256::from(upgraded.arbos));
        }
    }

    /// Takes over the price of gas that the owner set.
    pub(super) fn adopt_settings(&mut self) {
        self.config.base_fee = self.arbos(Slot::BaseFee).saturating_to();
        // A state of before the limit could be set has none.
        let limit = self.arbos(Slot::TxGasLimit).saturating_to();
        self.config.tx_gas_limit = if limit == 0 { self.config.tx_gas_limit } else { limit };
    }

    /// Remembers the state and the open block. Returns the number to revert to.
    pub fn snapshot(&mut self) -> usize {
        self.snapshots.push(Snapshot {
            state: self.state.clone(),
            block: self.block,
            recent: self.recent.clone(),
            history: self.history.clone(),
        });
        self.snapshots.len() - 1
    }

    /// Returns to a snapshot and drops it with all later ones. Returns whether there was one.
    pub fn revert(&mut self, id: usize) -> bool {
        self.snapshots.truncate(id + 1);
        match self.snapshots.len() == id + 1 {
            true => self.snapshots.pop().is_some_and(|snapshot| {
                self.state = snapshot.state;
                self.block = snapshot.block;
                self.recent = snapshot.recent;
                self.history = snapshot.history;
                self.adopt_settings();
                true
            }),
            false => false,
        }
    }

    /// Hash of the account's code.
    #[must_use]
    pub fn code_hash(&self, account: Address) -> B256 {
        self.info(account).code_hash
    }

    /// Every account that exists, in order.
    #[must_use]
    pub fn accounts(&self) -> Vec<Address> {
        let accounts = self.state.cache.accounts.iter();
        let mut accounts: Vec<_> = accounts
            .filter(|(_, account)| account.info().is_some_and(|info| !info.is_empty()))
            .map(|(address, _)| *address)
            .collect();
        accounts.sort_unstable();
        accounts
    }

    pub(super) fn info(&self, account: Address) -> AccountInfo {
        self.existing(account).unwrap_or_default()
    }

    pub(super) fn existing(&self, account: Address) -> Option<AccountInfo> {
        let Ok(info) = self.state.basic_ref(account);
        info
    }

    pub(super) fn bytecode_of(&self, info: AccountInfo) -> Bytecode {
        info.code.unwrap_or_else(|| {
            let Ok(code) = self.state.code_by_hash_ref(info.code_hash);
            code
        })
    }

    fn edit(&mut self, account: Address, change: impl FnOnce(&mut AccountInfo)) {
        self.note(account);
        let mut info = self.info(account);
        change(&mut info);
        self.state_mut().insert_account_info(account, info);
    }
}
