//! An Arbitrum-like chain in this process: EVM bytecode and Stylus programs over one state.
//!
//! ```text
//! chain/     what callers see: transactions, blocks, deployment, snapshots
//! evm/       revm glue: the frame loop, the instruction table, precompiles
//! arbos/     ArbOS state and its precompiled contracts
//! program/   Stylus programs: code format, activation records, memory price, calls
//! host/      the functions a program imports, one file per group
//! wasm/      instrumentation, compilation, module cache
//! profile    where the gas went
//! calls      who called whom, if that is to be recorded
//! watch      steps, host calls and accounts of a transaction, likewise
//! ```
//!
//! ```
//! use plimsoll_devnet::alloy_primitives::{Address, U256};
//! use plimsoll_devnet::{Chain, Cost, Tx, init_code};
//!
//! let mut chain = Chain::default();
//! let alice = Address::repeat_byte(0xa1);
//! chain.fund(alice, U256::from(10).pow(U256::from(18)));
//!
//! // CALLVALUE; PUSH1 0; SSTORE; STOP
//! let (vault, _) = chain.deploy_evm(alice, init_code(&[0x34, 0x60, 0, 0x55, 0]))?;
//! let receipt = chain.transact(Tx::call(alice, vault, []).value(U256::from(7)))?;
//! assert_eq!(chain.storage(vault, U256::ZERO), U256::from(7));
//! assert_eq!(receipt.trace.of(Cost::Storage), 22_100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Facts about Stylus cite the part of Nitro they describe; the code is independent of it.

mod arbos;
mod calls;
mod chain;
mod evm;
mod host;
mod profile;
mod program;
mod session;
pub mod wasm;
mod watch;

pub use alloy_primitives;
pub use arbos::precompiles::node_interface::NODE_INTERFACE;
pub use arbos::precompiles::{
    ARB_DEBUG, ARB_GAS_INFO, ARB_INFO, ARB_OWNER, ARB_OWNER_PUBLIC, ARB_SYS, ARB_WASM,
    ARB_WASM_CACHE,
};
pub use calls::{Call, CallKind};
pub use chain::{
    BlockInfo, CREATE2_FACTORY, Chain, ChainConfig, Changes, DeployError, Deployed,
    NITRO_DEV_ACCOUNT, Observed, Outcome, Past, Receipt, STYLUS_DEPLOYER, Tx, TxError, init_code,
    stylus_code,
};
pub use profile::{Cost, FrameGas, FrameKind, GasProfile, Spent, WordAccess};
pub use revm::context_interface::transaction::RecoveredAuthorization;
pub use revm::interpreter::InstructionResult as HaltReason;
pub use wasm::clean_wasm;
pub use wasm::instrument::{ActivationError, StylusParams};
pub use watch::{HostCall, Step, Touched, View, Watch};
