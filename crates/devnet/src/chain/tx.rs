//! Transactions and what comes of them.

use std::fmt;

use alloy_primitives::{Address, Bytes, Log, U256};
use revm::context_interface::transaction::RecoveredAuthorization;
use revm::interpreter::InstructionResult;

use super::BlockInfo;
use crate::calls::Call;
use crate::profile::GasProfile;

/// A transaction. Senders need no key; the chain believes `from`.
#[derive(Clone, Debug, Default)]
pub struct Tx {
    /// Sender.
    pub from: Address,
    /// Callee, or `None` to create a contract.
    pub to: Option<Address>,
    /// Value in wei.
    pub value: U256,
    /// Call data or init code.
    pub data: Bytes,
    /// Gas limit; the chain's largest by default.
    pub gas_limit: Option<u64>,
    /// Most wei per gas the sender pays; checked against the base fee, which is what it pays.
    pub max_fee: Option<u128>,
    /// Nonce; the right one by default.
    pub nonce: Option<u64>,
    /// Accounts and slots to warm.
    pub access_list: Vec<(Address, Vec<U256>)>,
    /// Delegations of accounts to code (EIP-7702), each with who signed it.
    pub authorizations: Vec<RecoveredAuthorization>,
}

impl Tx {
    /// A call.
    #[must_use]
    pub fn call(from: Address, to: Address, data: impl Into<Bytes>) -> Self {
        Self { from, to: Some(to), data: data.into(), ..Self::default() }
    }

    /// A contract creation.
    #[must_use]
    pub fn create(from: Address, init_code: impl Into<Bytes>) -> Self {
        Self { from, data: init_code.into(), ..Self::default() }
    }

    /// Sends value along.
    #[must_use]
    pub fn value(self, wei: U256) -> Self {
        Self { value: wei, ..self }
    }

    /// Limits the gas.
    #[must_use]
    pub fn gas(self, limit: u64) -> Self {
        Self { gas_limit: Some(limit), ..self }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned; for a creation `output` is the code.
    Success {
        /// Returned data.
        output: Bytes,
    },
    /// It reverted and kept its unused gas. A trapped program reverts with no data.
    Revert {
        /// Data of the revert.
        output: Bytes,
    },
    /// It failed and lost all gas.
    Halt {
        /// What went wrong, in revm's vocabulary.
        reason: InstructionResult,
    },
}

impl Outcome {
    pub(super) fn new(reason: InstructionResult, output: Bytes) -> Self {
        if reason.is_ok() {
            Self::Success { output }
        } else if reason.is_revert() {
            Self::Revert { output }
        } else {
            Self::Halt { reason }
        }
    }

    /// Whether it returned.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Success { .. })
    }

    /// Returned or reverted data; empty after a halt.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        match self {
            Self::Success { output } | Self::Revert { output } => output,
            Self::Halt { .. } => &[],
        }
    }
}

/// An executed transaction.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// How it ended.
    pub status: Outcome,
    /// Gas the sender pays for, refund deducted.
    pub gas_used: u64,
    /// Logs; none unless it succeeded.
    pub logs: Vec<Log>,
    /// Address of the contract it created.
    pub contract_address: Option<Address>,
    /// Block it ran in.
    pub block: BlockInfo,
    /// Where the gas went.
    pub trace: GasProfile,
    /// Its calls in the order they were made, if the chain records them and they are not too many.
    pub calls: Vec<Call>,
}

/// Why a transaction cannot be executed at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxError {
    /// The nonce is not the sender's next.
    Nonce {
        /// Next nonce of the sender.
        expected: u64,
        /// Nonce of the transaction.
        given: u64,
    },
    /// The sender cannot pay value and gas.
    Balance {
        /// Balance in wei.
        have: U256,
        /// Value plus the most the gas can cost, in wei.
        need: U256,
    },
    /// The gas limit does not cover what is charged before execution.
    GasLimitTooLow {
        /// Gas charged before execution.
        needed: u64,
    },
    /// The gas limit is above the chain's.
    GasLimitTooHigh {
        /// Largest gas limit.
        limit: u64,
    },
    /// The sender will not pay the base fee.
    FeeBelowBase {
        /// Base fee in wei.
        base_fee: u64,
    },
    /// The init code is longer than EIP-3860 allows.
    InitCodeTooLong {
        /// Length in bytes.
        length: usize,
    },
    /// This machine has no address space for a transaction's stack.
    NoStack,
}

impl fmt::Display for TxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nonce { expected, given } => write!(f, "nonce is {given}, expected {expected}"),
            Self::Balance { have, need } => write!(f, "balance is {have} wei, needed {need}"),
            Self::GasLimitTooLow { needed } => {
                write!(f, "gas limit is below intrinsic gas {needed}")
            }
            Self::GasLimitTooHigh { limit } => write!(f, "gas limit is above {limit}"),
            Self::FeeBelowBase { base_fee } => write!(f, "max fee is below base fee {base_fee}"),
            Self::InitCodeTooLong { length } => write!(f, "init code has {length} bytes"),
            Self::NoStack => write!(f, "no memory for the stack of a transaction"),
        }
    }
}

impl std::error::Error for TxError {}
