//! Deployment of bytecode and of Stylus programs.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;

use super::{Chain, Outcome, Receipt, Tx, TxError, init_code, stylus_code};
use crate::arbos::precompiles::ARB_WASM;
use crate::arbos::precompiles::wasm::activateProgramCall;
use crate::program::{Codes, check_fragments, load, root_code, split};
use crate::wasm::instrument::ActivationError;

/// Most wei sent along with an activation; what the data fee leaves comes back.
const ACTIVATION_VALUE: u64 = 10_000_000_000_000_000;

/// A deployed Stylus program.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// Its address.
    pub address: Address,
    /// The transaction that created the account.
    pub creation: Receipt,
    /// The transactions that created its fragments, if its code did not fit one account.
    pub fragments: Vec<Receipt>,
    /// The transaction that activated the program; `None` when its code was active already.
    pub activation: Option<Receipt>,
    /// Fee in wei for keeping the native code.
    pub data_fee: U256,
}

/// Why a deployment failed.
#[derive(Clone, Debug)]
pub enum DeployError {
    /// A transaction was invalid.
    Tx(TxError),
    /// The creation did not succeed.
    Creation(Outcome),
    /// The program cannot be activated.
    Program(ActivationError),
    /// The activation did not succeed.
    Activation(Outcome),
}

impl From<TxError> for DeployError {
    fn from(error: TxError) -> Self {
        Self::Tx(error)
    }
}

impl fmt::Display for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tx(error) => error.fmt(f),
            Self::Creation(outcome) => write!(f, "creation ended with {outcome:?}"),
            Self::Program(error) => write!(f, "program cannot be activated: {error}"),
            Self::Activation(outcome) => write!(f, "activation ended with {outcome:?}"),
        }
    }
}

impl std::error::Error for DeployError {}

impl Chain {
    /// Creates a contract with EVM init code. Returns its address and the receipt.
    ///
    /// # Errors
    /// The transaction is invalid or the constructor fails.
    pub fn deploy_evm(
        &mut self,
        from: Address,
        init_code: impl Into<Bytes>,
    ) -> Result<(Address, Receipt), DeployError> {
        let receipt = self.transact(Tx::create(from, init_code))?;
        match receipt.contract_address {
            Some(address) => Ok((address, receipt)),
            None => Err(DeployError::Creation(receipt.status)),
        }
    }

    /// Deploys and activates a Stylus program, the way `cargo stylus deploy` does: in one account if
    /// the compressed code fits, else in fragments with a root.
    ///
    /// # Errors
    /// A transaction is invalid, or the program is refused.
    pub fn deploy_stylus(&mut self, from: Address, wasm: &[u8]) -> Result<Deployed, DeployError> {
        let code = stylus_code(wasm);
        let parts = split(&code);
        if parts.is_empty() {
            return self.deploy_stylus_code(from, &code);
        }
        let mut addresses = Vec::new();
        let mut receipts = Vec::new();
        for part in parts {
            let (address, receipt) = self.deploy_evm(from, init_code(&part))?;
            addresses.push(address);
            receipts.push(receipt);
        }
        let root = root_code(u32::try_from(wasm.len()).unwrap_or(u32::MAX), &addresses);
        let (address, creation) = self.deploy_evm(from, init_code(&root))?;
        self.finish_deployment(from, address, creation, receipts)
    }

    /// Deploys and activates account code that is compressed already.
    ///
    /// # Errors
    /// As [`Chain::deploy_stylus`].
    pub fn deploy_stylus_code(
        &mut self,
        from: Address,
        code: &[u8],
    ) -> Result<Deployed, DeployError> {
        let (address, creation) = self.deploy_evm(from, init_code(code))?;
        self.finish_deployment(from, address, creation, Vec::new())
    }

    fn finish_deployment(
        &mut self,
        from: Address,
        address: Address,
        creation: Receipt,
        fragments: Vec<Receipt>,
    ) -> Result<Deployed, DeployError> {
        // Activation over the chain only says that it failed; this says why.
        self.load_program(address).map_err(DeployError::Program)?;
        if self.is_active(address) {
            return Ok(Deployed {
                address,
                creation,
                fragments,
                activation: None,
                data_fee: U256::ZERO,
            });
        }
        let receipt = self.activate(from, address)?;
        let returned = activateProgramCall::abi_decode_returns(receipt.status.output());
        match (receipt.status.is_success(), returned) {
            (true, Ok(returned)) => Ok(Deployed {
                address,
                creation,
                fragments,
                activation: Some(receipt),
                data_fee: returned.dataFee,
            }),
            _ => Err(DeployError::Activation(receipt.status)),
        }
    }

    /// Activates, or activates again, the program at `account`.
    ///
    /// # Errors
    /// The transaction is invalid.
    pub fn activate(&mut self, from: Address, account: Address) -> Result<Receipt, TxError> {
        let data = activateProgramCall { program: account }.abi_encode();
        self.transact(Tx::call(from, ARB_WASM, data).value(U256::from(ACTIVATION_VALUE)))
    }

    fn load_program(&self, account: Address) -> Result<(), ActivationError> {
        let (hash, code) = self.code_of(account);
        let params = self.params();
        check_fragments(&code, &params)?;
        load(&self.programs, &params, (hash, &code), self, params.max_wasm_size).map(|_| ())
    }
}

impl Codes for Chain {
    fn code_of(&self, account: Address) -> (B256, Bytes) {
        (self.code_hash(account), self.code(account))
    }
}
