//! An Arbitrum-like chain in this process: EVM bytecode and Stylus programs over one state.
//!
//! ```text
//! chain/     what callers see: transactions, blocks, deployment, snapshots
//! evm/       revm glue: the frame loop, the instruction table, precompiles
//! program/   Stylus programs: code format, activation records, memory price, calls
//! host/      the functions a program imports, one file per group
//! wasm/      instrumentation, compilation, module cache
//! profile    where the gas went
//! ```
//!
//! Facts about Stylus cite the part of Nitro they describe; the code is independent of it.

mod chain;
mod evm;
mod host;
mod profile;
mod program;
mod session;
pub mod wasm;

pub use alloy_primitives;
pub use chain::{
    BlockInfo, Chain, ChainConfig, DeployError, Deployed, Outcome, Receipt, Tx, TxError, init_code,
    stylus_code,
};
pub use evm::precompiles::{ARB_SYS, ARB_WASM};
pub use profile::{Cost, FrameGas, FrameKind, GasProfile, Spent, WordAccess};
pub use revm::interpreter::InstructionResult as HaltReason;
pub use wasm::clean_wasm;
pub use wasm::instrument::{ActivationError, StylusParams};
