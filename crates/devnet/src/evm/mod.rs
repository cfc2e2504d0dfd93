//! Glue to revm: one context, one journal, one frame loop for both virtual machines.

pub(crate) mod execute;
pub(crate) mod instructions;
pub(crate) mod precompiles;
pub(crate) mod transaction;

use revm::Context;
use revm::context::{BlockEnv, CfgEnv, Journal, TxEnv};
use revm::database::InMemoryDB;
use revm::primitives::hardfork::SpecId;

use crate::session::Session;
use precompiles::ArbPrecompiles;

/// EVM rules of current Arbitrum chains, blobs aside.
pub(crate) const SPEC: SpecId = SpecId::PRAGUE;

pub(crate) type Db = InMemoryDB;
pub(crate) type Ctx = Context<BlockEnv, TxEnv, CfgEnv, Db, Journal<Db>, Session>;

/// Everything a frame needs to run.
///
/// It moves by value: while a program runs, its wasmtime store owns the machine, and a nested call
/// hands it on. That keeps the recursion Solidity → Stylus → Solidity free of `unsafe`.
pub(crate) struct Machine {
    pub ctx: Ctx,
    pub precompiles: ArbPrecompiles,
}
