//! The chain: state, clock and blocks, and the two ways to run a transaction.

mod deploy;
mod estimate;
mod genesis;
mod history;
mod observe;
mod state;
#[cfg(test)]
mod tests;
mod tx;

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::{Address, Bytes, U256, address};
use revm::context::BlockEnv;
use revm::context_interface::cfg::GasParams;
use revm::primitives::B256;
use revm::state::EvmState;

use crate::arbos::precompiles::node_interface::NODE_INTERFACE;
use crate::evm::transaction::{Done, Job, run};
use crate::evm::{SPEC, State};
use crate::session::{RecentPrograms, Session, Surroundings};
use crate::wasm::instrument::StylusParams;
use crate::wasm::{ProgramCache, run_on_large_stack};
use crate::watch::Watch;

pub use deploy::{DeployError, Deployed};
pub use genesis::{CREATE2_FACTORY, NITRO_DEV_ACCOUNT, STYLUS_DEPLOYER};
use history::History;

pub use history::{Changes, Past};
pub use observe::Observed;
pub use tx::{Outcome, Receipt, Tx, TxError};

/// Address that Arbitrum's sequencer posts from; the `COINBASE` of its blocks.
const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");
/// EIP-3860: the longest init code.
const MAX_INIT_CODE: usize = 49_152;

/// What a chain starts from.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// Chain id. Default: 412346, the id of a Nitro developer node.
    pub chain_id: u64,
    /// Time of the first block, in seconds since the epoch.
    pub timestamp: u64,
    /// Number of the first block.
    pub l2_block: u64,
    /// Number of the parent chain's block, which programs and bytecode see as the block number.
    pub l1_block: u64,
    /// Gas limit that blocks report. Nitro reports 2^50.
    pub block_gas_limit: u64,
    /// Most gas a transaction may ask for, and what one asks for that names no limit.
    pub tx_gas_limit: u64,
    /// Price of gas in wei. Every transaction pays exactly this; tips do not exist.
    pub base_fee: u64,
    /// Whether each transaction closes its block.
    pub auto_mine: bool,
    /// Whether receipts carry the calls that were made.
    pub record_calls: bool,
    /// Closed blocks that the chain can go back past.
    pub history: usize,
    /// Stylus parameters.
    pub params: StylusParams,
}

impl Default for ChainConfig {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            timestamp: 1_767_225_600,
            l2_block: 1,
            l1_block: 20_000_000,
            block_gas_limit: 1 << 50,
            tx_gas_limit: 32_000_000,
            base_fee: 20_000_000,
            auto_mine: true,
            record_calls: false,
            history: 0,
            params: StylusParams::default(),
        }
    }
}

/// Clock and number of the open block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// Number on this chain.
    pub l2_block: u64,
    /// Number of the parent chain's block.
    pub l1_block: u64,
    /// Seconds since the epoch.
    pub timestamp: u64,
}

/// An Arbitrum-like chain in this process: EVM bytecode and Stylus programs over one state.
///
/// Rules are those of ArbOS 61 with Stylus version 3 over Osaka's EVM. Posting data to the parent
/// chain costs nothing here, and neither the calldata floor of EIP-7623 (off on Arbitrum unless the
/// chain owner turns it on) nor blobs exist.
#[derive(Clone)]
pub struct Chain {
    config: ChainConfig,
    programs: Arc<ProgramCache>,
    state: Arc<State>,
    block: BlockInfo,
    block_hashes: Arc<BTreeMap<u64, B256>>,
    recent: RecentPrograms,
    history: History,
    snapshots: Vec<Snapshot>,
}

#[derive(Clone)]
struct Snapshot {
    state: Arc<State>,
    block: BlockInfo,
    recent: RecentPrograms,
    history: History,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new(ChainConfig::default())
    }
}

impl Chain {
    /// Starts a chain with its precompiles, the CREATE2 factory and the StylusDeployer.
    #[must_use]
    pub fn new(config: ChainConfig) -> Self {
        let block = BlockInfo {
            l2_block: config.l2_block,
            l1_block: config.l1_block,
            timestamp: config.timestamp,
        };
        Self {
            programs: Arc::default(),
            state: Arc::new(genesis::state(&config)),
            block,
            block_hashes: Arc::default(),
            recent: RecentPrograms::default(),
            history: History::new(config.history),
            snapshots: Vec::new(),
            config,
        }
    }

    /// Configuration the chain started from.
    #[must_use]
    pub fn config(&self) -> &ChainConfig {
        &self.config
    }

    /// Executes a transaction in the open block and keeps its effects.
    ///
    /// # Errors
    /// The transaction is invalid and leaves no trace; a revert or halt is no error.
    pub fn transact(&mut self, tx: Tx) -> Result<Receipt, TxError> {
        self.upgrade_if_due();
        let job = self.job(tx, true)?;
        let done = self.execute(job, self.usual())?;
        self.recent = done.recent.clone();
        let (receipt, state) = self.receipt(done);
        self.commit(state);
        self.adopt_settings();
        if self.config.auto_mine {
            self.mine();
        }
        Ok(receipt)
    }

    /// Runs many transactions without setting up a stack for each, which takes longer than a short
    /// transaction does.
    ///
    /// # Errors
    /// This machine has no address space for the stack.
    pub fn batch<T: Send>(
        &mut self,
        work: impl FnOnce(&mut Self) -> T + Send,
    ) -> Result<T, TxError> {
        run_on_large_stack(|| work(self)).map_err(|_| TxError::NoStack)
    }

    /// Executes a transaction on top of the state and forgets its effects.
    ///
    /// The sender needs no nonce and pays no fee, but must own the value it sends.
    ///
    /// # Errors
    /// The transaction is invalid.
    pub fn simulate(&mut self, tx: Tx) -> Result<Receipt, TxError> {
        self.upgrade_if_due();
        if tx.to == Some(NODE_INTERFACE) {
            return self.ask_node(&tx);
        }
        let job = self.job(tx, false)?;
        let done = self.execute(job, self.usual())?;
        Ok(self.receipt(done).0)
    }

    /// Like [`Chain::simulate`], reduced to how the call ended.
    ///
    /// # Errors
    /// The transaction is invalid.
    pub fn call(&mut self, tx: Tx) -> Result<Outcome, TxError> {
        self.simulate(tx).map(|receipt| receipt.status)
    }

    /// What is recorded of every transaction.
    fn usual(&self) -> Watch {
        Watch { calls: self.config.record_calls, ..Watch::default() }
    }

    fn receipt(&self, done: Done) -> (Receipt, EvmState) {
        let receipt = Receipt {
            status: Outcome::new(done.reason, done.output),
            gas_used: done.profile.total,
            logs: done.logs,
            contract_address: done.created,
            block: self.block,
            trace: done.profile,
            calls: done.calls,
        };
        (receipt, done.state)
    }

    /// Runs a job on a stack of its own, without changing anything here.
    fn execute(&self, job: Job, watch: Watch) -> Result<Done, TxError> {
        let around = Surroundings {
            params: self.params(),
            param_words: self.param_words(),
            programs: self.programs.clone(),
            recent: self.recent.clone(),
            l2_block: self.block.l2_block,
            block_hashes: self.block_hashes.clone(),
            tx_gas_limit: self.config.tx_gas_limit,
        };
        let session = Session::new(around, watch);
        let block = self.block_env();
        let chain_id = self.config.chain_id;
        let state = self.state.clone();
        run_on_large_stack(|| run(state, block, chain_id, session, job))
            .map_err(|_| TxError::NoStack)
    }

    /// The state, to be changed.
    fn state_mut(&mut self) -> &mut State {
        Arc::make_mut(&mut self.state)
    }

    fn job(&self, tx: Tx, charges_fees: bool) -> Result<Job, TxError> {
        let gas_limit = tx.gas_limit.unwrap_or(self.config.tx_gas_limit);
        if gas_limit > self.config.tx_gas_limit {
            return Err(TxError::GasLimitTooHigh { limit: self.config.tx_gas_limit });
        }
        if tx.to.is_none() && tx.data.len() > MAX_INIT_CODE {
            return Err(TxError::InitCodeTooLong { length: tx.data.len() });
        }
        let gas_price = u128::from(self.config.base_fee);
        if tx.max_fee.is_some_and(|max_fee| max_fee < gas_price) {
            return Err(TxError::FeeBelowBase { base_fee: self.config.base_fee });
        }
        let intrinsic = intrinsic_gas(&tx);
        if gas_limit < intrinsic {
            return Err(TxError::GasLimitTooLow { needed: intrinsic });
        }
        let nonce = self.nonce(tx.from);
        if let Some(given) = tx.nonce.filter(|given| charges_fees && *given != nonce) {
            return Err(TxError::Nonce { expected: nonce, given });
        }
        let fee = U256::from(gas_limit) * U256::from(gas_price);
        let need = if charges_fees { tx.value.saturating_add(fee) } else { tx.value };
        let have = self.balance(tx.from);
        if have < need {
            return Err(TxError::Balance { have, need });
        }
        Ok(Job {
            from: tx.from,
            to: tx.to,
            value: tx.value,
            data: tx.data,
            gas_limit,
            gas_price,
            nonce,
            access_list: tx.access_list,
            authorizations: tx.authorizations,
            intrinsic,
            charges_fees,
        })
    }

    fn block_env(&self) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.block.l1_block),
            beneficiary: SEQUENCER,
            timestamp: U256::from(self.block.timestamp),
            gas_limit: self.config.block_gas_limit,
            basefee: self.config.base_fee,
            difficulty: U256::from(1),
            prevrandao: Some(B256::with_last_byte(1)),
            ..BlockEnv::default()
        }
    }
}

/// Gas before execution: base, calldata, lists, create surcharge and init code words.
fn intrinsic_gas(tx: &Tx) -> u64 {
    let slots = tx.access_list.iter().map(|(_, slots)| slots.len() as u64).sum();
    let (is_create, accounts) = (tx.to.is_none(), tx.access_list.len() as u64);
    let delegations = tx.authorizations.len() as u64;
    let params = GasParams::new_spec(SPEC);
    let gas = params.initial_tx_gas(&tx.data, is_create, accounts, slots, delegations, None);
    gas.initial_regular_gas()
}

/// Account code that deploys `wasm` as a Stylus program: prefix and compressed module.
#[must_use]
pub fn stylus_code(wasm: &[u8]) -> Bytes {
    crate::program::compressed_code(wasm).into()
}

/// Init code that deploys `code` unchanged.
#[must_use]
pub fn init_code(code: &[u8]) -> Bytes {
    crate::program::create_prelude(code)
}
