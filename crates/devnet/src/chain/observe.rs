//! Transactions that are watched while they run.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use revm::state::{Account, AccountInfo, EvmState};

use super::{Chain, Receipt, Tx, TxError};
use crate::watch::{HostCall, Step, Touched, View, Watch};

/// An executed transaction with what was recorded of it.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Its receipt.
    pub receipt: Receipt,
    /// Steps of bytecode; `None` if there were too many.
    pub steps: Option<Vec<Step>>,
    /// Host calls of the programs; `None` if there were too many.
    pub host_calls: Option<Vec<HostCall>>,
    /// Accounts it loaded, in order, with the storage words it loaded.
    pub accounts: Vec<Touched>,
}

impl Chain {
    /// Executes a transaction on top of the state, records it, and forgets its effects.
    ///
    /// With `pays` it needs its nonce and pays its fee, as in [`Chain::transact`]; without, it runs
    /// as in [`Chain::simulate`].
    ///
    /// # Errors
    /// The transaction is invalid.
    pub fn observe(&mut self, tx: Tx, pays: bool, watch: Watch) -> Result<Observed, TxError> {
        self.upgrade_if_due();
        let job = self.job(tx, pays)?;
        let mut done = self.execute(job, watch)?;
        let steps = done.recorded.steps.take();
        let host_calls = done.recorded.host_calls.take();
        let (receipt, state) = self.receipt(done);
        Ok(Observed { receipt, steps, host_calls, accounts: self.touched(&state) })
    }

    /// Whether the chain would execute a transaction that has the right nonce.
    ///
    /// # Errors
    /// Why it would not.
    pub fn check(&self, tx: Tx) -> Result<(), TxError> {
        self.job(Tx { nonce: None, ..tx }, true).map(drop)
    }

    fn touched(&self, state: &EvmState) -> Vec<Touched> {
        let accounts: BTreeMap<_, _> = state.iter().collect();
        let touched = accounts.into_iter().map(|(address, account)| {
            let words = account.storage.keys().map(|slot| (*slot, self.storage(*address, *slot)));
            let before = self.existing(*address).map(|info| self.view(info, words.collect()));
            Touched { address: *address, before, after: self.after(*address, account) }
        });
        touched.collect()
    }

    fn after(&self, address: Address, account: &Account) -> Option<View> {
        if account.is_selfdestructed() {
            return None;
        }
        let existed = self.existing(address).is_some();
        if !existed && account.info.is_empty() {
            return None;
        }
        let words = account.storage.iter().map(|(slot, word)| (*slot, word.present_value()));
        Some(self.view(account.info.clone(), words.collect()))
    }

    fn view(&self, info: AccountInfo, words: BTreeMap<U256, U256>) -> View {
        let (balance, nonce) = (info.balance, info.nonce);
        View { balance, nonce, code: self.bytecode_of(info).original_bytes(), words }
    }
}
