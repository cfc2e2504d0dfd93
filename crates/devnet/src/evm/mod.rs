//! Glue to revm: one context, one journal, one frame loop for both virtual machines.

pub(crate) mod execute;
pub(crate) mod instructions;
pub(crate) mod precompiles;
pub(crate) mod transaction;

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes};
use revm::context::{BlockEnv, CfgEnv, Journal, TxEnv};
use revm::database::InMemoryDB;
use revm::database_interface::WrapDatabaseRef;
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, Bytecode};
use revm::{Context, DatabaseRef};

use crate::program::Codes;
use crate::session::Session;
use precompiles::ArbPrecompiles;

/// EVM rules of the newest release, whose instructions and gas are those of all others, too.
pub(crate) const SPEC: SpecId = SpecId::OSAKA;
/// First release that runs Osaka.
const OSAKA: u64 = 50;

/// EVM rules of a release, blobs aside.
///
/// Source: Arbitrum go-ethereum params, `IsPrague`, `IsOsaka`.
pub(crate) fn spec(release: u64) -> SpecId {
    if release >= OSAKA { SpecId::OSAKA } else { SpecId::PRAGUE }
}

/// The state of all accounts.
pub(crate) type State = InMemoryDB;
/// What a transaction has of it: a share to read, so that nothing is lost with a transaction that
/// does not come back.
pub(crate) type Db = WrapDatabaseRef<Arc<State>>;
pub(crate) type Ctx = Context<BlockEnv, TxEnv, CfgEnv, Db, Journal<Db>, Session>;

impl Codes for Ctx {
    fn code_of(&self, account: Address) -> (B256, Bytes) {
        let (hash, code) = untouched_code(self, account);
        (hash, code.original_bytes())
    }
}

/// Hash and code of an account as they are now, without making it warm.
pub(crate) fn untouched_code(ctx: &Ctx, account: Address) -> (B256, Bytecode) {
    let info = untouched_account(ctx, account);
    let code = info.code.unwrap_or_else(|| {
        let Ok(code) = ctx.journaled_state.database.code_by_hash_ref(info.code_hash);
        code
    });
    (info.code_hash, code)
}

/// An account as it is now, without making it warm.
pub(crate) fn untouched_account(ctx: &Ctx, account: Address) -> AccountInfo {
    let journal = &ctx.journaled_state;
    let loaded = journal.inner.state.get(&account).map(|account| account.info.clone());
    let Ok(stored) = journal.database.basic_ref(account);
    loaded.or(stored).unwrap_or_default()
}

/// Everything a frame needs to run.
///
/// It moves by value: while a program runs, its wasmtime store owns the machine, and a nested call
/// hands it on. That keeps the recursion Solidity → Stylus → Solidity free of `unsafe`.
pub(crate) struct Machine {
    pub ctx: Ctx,
    pub precompiles: ArbPrecompiles,
}
