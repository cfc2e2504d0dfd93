//! ArbWasmCache: which programs are cached, and by whom that is decided.
//!
//! Source: Nitro precompiles/ArbWasmCache.go; arbos/programs, `SetProgramCached`.

use alloy_primitives::B256;
use alloy_sol_types::sol;

use super::method::{Method, view, write};
use super::wasm::inactive_error;
use crate::arbos::{CACHE_MANAGERS, CHAIN_OWNERS, Done, Metered, Stop};
use crate::program::Inactive;

sol! {
    function isCacheManager(address manager) external view returns (bool);
    function allCacheManagers() external view returns (address[] memory managers);
    function cacheCodehash(bytes32 codehash) external;
    function cacheProgram(address account) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);

    event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
}

pub(super) fn methods() -> Vec<Method> {
    vec![
        view::<isCacheManagerCall>(|state, call| CACHE_MANAGERS.contains(state, call.manager)),
        view::<allCacheManagersCall>(|state, _| CACHE_MANAGERS.list(state)),
        view::<codehashIsCachedCall>(|state, call| Ok(state.record(call.codehash)?.cached)),
        write::<cacheCodehashCall>(|state, call| {
            set_cached(state, call.codehash, true).map(|()| cacheCodehashReturn {})
        })
        .until(30),
        write::<cacheProgramCall>(|state, call| {
            let code_hash = state.code_hash(call.account)?;
            set_cached(state, code_hash, true).map(|()| cacheProgramReturn {})
        })
        .since(31),
        write::<evictCodehashCall>(|state, call| {
            set_cached(state, call.codehash, false).map(|()| evictCodehashReturn {})
        }),
    ]
}

/// Caches or evicts every program with this code. Nothing happens when it is so already.
fn set_cached(state: &mut Metered<'_>, code_hash: B256, cached: bool) -> Done<()> {
    let caller = state.inputs.caller;
    if !CACHE_MANAGERS.contains(state, caller)? && !CHAIN_OWNERS.contains(state, caller)? {
        return Err(Stop::Burn);
    }
    let params = state.params()?;
    let record = state.record(code_hash)?;
    // A program that was never activated is one of version 0 to this check.
    let (version, wanted) = (record.version, params.version);
    if cached && version != wanted {
        return Err(inactive_error(&Inactive::NeedsUpgrade { version, wanted }));
    }
    if cached {
        let now = state.now();
        record.check_active(&params, now).map_err(|inactive| inactive_error(&inactive))?;
    }
    if record.cached == cached {
        return Ok(());
    }
    state.log(&UpdateProgramCache { manager: caller, codehash: code_hash, cached })?;
    state.burn(u64::from(record.init_cost))?;
    // The word with the hash of the compiled module.
    state.read_constants(1)?;
    state.set_record(code_hash, crate::program::Record { cached, ..record })
}
