//! How much gas a transaction needs, and the other questions that a node answers.

use alloy_primitives::U256;

use super::{Chain, Outcome, Receipt, Tx, TxError};
use crate::arbos::precompiles::node_interface::{self, Question};
use crate::arbos::state::Slot;
use crate::profile::GasProfile;

/// Gas that a call with value hands to the callee on top, which the first guess leaves out.
const STIPEND: u64 = 2_300;

impl Chain {
    /// The least gas limit with which a transaction succeeds, or how it ends with the most.
    ///
    /// What a transaction uses is not what it needs: refunds come at the end, and each call keeps a
    /// 64th of its gas back. So it is tried out.
    ///
    /// # Errors
    /// The transaction is invalid.
    pub fn estimate_gas(&mut self, tx: &Tx) -> Result<Result<u64, Outcome>, TxError> {
        let cap = tx.gas_limit.unwrap_or(self.config.tx_gas_limit);
        let receipt = self.simulate(tx.clone().gas(cap))?;
        if !receipt.status.is_success() {
            return Ok(Err(receipt.status));
        }
        let (mut fails, mut works) = (receipt.gas_used.saturating_sub(1), cap);
        let spent = receipt.gas_used.saturating_add(receipt.trace.refund);
        let mut middle = spent.saturating_add(spent / 32).saturating_add(STIPEND).min(works);
        while works - fails > 1 {
            if self.suffices(tx, middle)? {
                works = middle;
            } else {
                fails = middle;
            }
            middle = fails + (works - fails) / 2;
        }
        Ok(Ok(works))
    }

    fn suffices(&mut self, tx: &Tx, gas: u64) -> Result<bool, TxError> {
        match self.simulate(tx.clone().gas(gas)) {
            Ok(receipt) => Ok(receipt.status.is_success()),
            Err(TxError::GasLimitTooLow { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Answers a call of NodeInterface. It uses no gas.
    pub(super) fn ask_node(&mut self, tx: &Tx) -> Result<Receipt, TxError> {
        let answer = match node_interface::question(&tx.data) {
            Some(question) => self.answer(tx, question)?,
            None => None,
        };
        let status = match answer {
            Some(output) => Outcome::Success { output: output.into() },
            None => Outcome::Revert { output: Default::default() },
        };
        Ok(Receipt {
            status,
            gas_used: 0,
            logs: Vec::new(),
            contract_address: None,
            block: self.block,
            trace: GasProfile::default(),
            calls: Vec::new(),
        })
    }

    fn answer(&mut self, tx: &Tx, question: Question) -> Result<Option<Vec<u8>>, TxError> {
        let base_fee = self.config.base_fee;
        let l1_price: U256 = self.arbos(Slot::L1Price);
        Ok(match question {
            Question::Genesis => Some(node_interface::genesis(self.config.l2_block)),
            Question::L1Block(number) => (number == self.block.l2_block)
                .then(|| node_interface::l1_block(self.block.l1_block)),
            Question::DataGas => Some(node_interface::data_gas(base_fee, l1_price)),
            Question::Gas { to, data } => {
                let asked = Tx { to, data: data.into(), ..tx.clone() };
                let estimate = self.estimate_gas(&asked)?.ok();
                estimate.map(|gas| node_interface::gas(gas, base_fee, l1_price))
            }
        })
    }
}
