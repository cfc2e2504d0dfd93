//! ArbWasm: activates programs, keeps them alive, and says what governs them.
//!
//! Source: Nitro precompiles/ArbWasm.go; arbos/programs.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol;

use super::method::{Method, payable, view};
use crate::arbos::state::NETWORK_FEES;
use crate::arbos::{Done, Metered, Stop, price_data};
use crate::program::{self, Inactive, Record};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashKeepalive(bytes32 codehash) external payable;
    function stylusVersion() external view returns (uint16 version);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
    function programVersion(address program) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function programTimeLeft(address program) external view returns (uint64 secs);
    function activationGas() external view returns (uint64 gas);
    function inkPrice() external view returns (uint32 price);
    function maxStackDepth() external view returns (uint32 depth);
    function freePages() external view returns (uint16 pages);
    function pageGas() external view returns (uint16 gas);
    function pageRamp() external view returns (uint64 ramp);
    function pageLimit() external view returns (uint16 limit);
    function minInitGas() external view returns (uint64 gas, uint64 cached);
    function initCostScalar() external view returns (uint64 percent);
    function expiryDays() external view returns (uint16 count);
    function keepaliveDays() external view returns (uint16 count);
    function blockCacheSize() external view returns (uint16 count);

    event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
    event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

/// Curve of the price of memory, as a number that nothing is computed from any more
/// (arbos/programs/params.go).
const PAGE_RAMP: u64 = 620_674_314;

pub(super) fn methods() -> Vec<Method> {
    vec![
        payable::<activateProgramCall>(|state, call| activate(state, call.program)),
        payable::<codehashKeepaliveCall>(|state, call| keep_alive(state, call.codehash)),
        view::<stylusVersionCall>(|state, _| Ok(state.params()?.version)),
        view::<activationGasCall>(|state, _| {
            state.read(crate::arbos::state::Slot::ActivationGas).map(|gas| gas.saturating_to())
        })
        .since(59),
        view::<inkPriceCall>(|state, _| Ok(state.params()?.ink_price)),
        view::<maxStackDepthCall>(|state, _| Ok(state.params()?.max_stack_depth)),
        view::<freePagesCall>(|state, _| Ok(state.params()?.free_pages)),
        view::<pageGasCall>(|state, _| Ok(state.params()?.page_gas)),
        view::<pageRampCall>(|state, _| state.params().map(|_| PAGE_RAMP)),
        view::<pageLimitCall>(|state, _| Ok(state.params()?.page_limit)),
        view::<minInitGasCall>(|state, _| {
            let params = state.params()?;
            Ok(minInitGasReturn { gas: params.init_gas(0), cached: params.cached_gas(0) })
        })
        .since(32),
        view::<initCostScalarCall>(|state, _| Ok(state.params()?.init_cost_percent())),
        view::<expiryDaysCall>(|state, _| Ok(state.params()?.expiry_days)),
        view::<keepaliveDaysCall>(|state, _| Ok(state.params()?.keepalive_days)),
        view::<blockCacheSizeCall>(|state, _| Ok(state.params()?.block_cache_size)),
        view::<codehashVersionCall>(|state, call| Ok(active(state, call.codehash)?.version)),
        view::<codehashAsmSizeCall>(|state, call| Ok(active(state, call.codehash)?.asm_bytes())),
        view::<programVersionCall>(|state, call| Ok(active_at(state, call.program)?.version)),
        view::<programInitGasCall>(|state, call| init_gas(state, call.program)),
        view::<programMemoryFootprintCall>(|state, call| {
            Ok(active_at(state, call.program)?.footprint)
        }),
        view::<programTimeLeftCall>(|state, call| time_left(state, call.program)),
    ]
}

/// Record of the program with this code, if it may run now.
fn active(state: &mut Metered<'_>, code_hash: B256) -> Done<Record> {
    let params = state.params()?;
    let record = state.record(code_hash)?;
    record.check_active(&params, state.now()).map_err(|inactive| inactive_error(&inactive))
}

/// Record of the program at this address, if it may run now.
fn active_at(state: &mut Metered<'_>, account: Address) -> Done<Record> {
    let code_hash = state.code_hash(account)?;
    active(state, code_hash)
}

/// The ABI error for a program that cannot run.
pub(super) fn inactive_error(inactive: &Inactive) -> Stop {
    match *inactive {
        Inactive::NotActivated => Stop::error(&ProgramNotActivated {}),
        Inactive::NeedsUpgrade { version, wanted } => {
            Stop::error(&ProgramNeedsUpgrade { version, stylusVersion: wanted })
        }
        Inactive::Expired { age_secs } => Stop::error(&ProgramExpired { ageInSeconds: age_secs }),
    }
}

fn init_gas(state: &mut Metered<'_>, account: Address) -> Done<programInitGasReturn> {
    let record = active_at(state, account)?;
    let params = &state.ctx.chain.params;
    let cached = params.cached_gas(record.cached_cost);
    let gas = params.init_gas(record.init_cost) + cached;
    Ok(programInitGasReturn { gas, gasWhenCached: cached })
}

fn time_left(state: &mut Metered<'_>, account: Address) -> Done<u64> {
    let record = active_at(state, account)?;
    let lifetime = Record::lifetime_secs(&state.ctx.chain.params);
    Ok(lifetime.saturating_sub(record.age_secs(state.now())))
}

/// Activates a program, takes the data fee from the value and returns the rest to the caller.
fn activate(state: &mut Metered<'_>, account: Address) -> Done<activateProgramReturn> {
    let activated = program::activate(state, account)?;
    pay_data_fee(state, activated.data_fee)?;
    let (version, data_fee) = (activated.version, activated.data_fee);
    state.log(&ProgramActivated {
        codehash: activated.code_hash,
        // Nitro hashes the compiled module here; this chain compiles to something else.
        moduleHash: activated.code_hash,
        program: account,
        dataFee: data_fee,
        version,
    })?;
    Ok(activateProgramReturn { version, dataFee: data_fee })
}

/// Begins the life of an active program anew, for the data fee.
fn keep_alive(state: &mut Metered<'_>, code_hash: B256) -> Done<codehashKeepaliveReturn> {
    let record = active(state, code_hash)?;
    let (now, params) = (state.now(), state.ctx.chain.params.clone());
    let age_secs = record.age_secs(now);
    if age_secs < Record::keepalive_secs(&params) {
        return Err(Stop::error(&ProgramKeepaliveTooSoon { ageInSeconds: age_secs }));
    }
    let data_fee = price_data(state, record.asm_bytes())?;
    state.set_record(code_hash, record.activated_anew(now))?;
    pay_data_fee(state, data_fee)?;
    state.log(&ProgramLifetimeExtended { codehash: code_hash, dataFee: data_fee })?;
    Ok(codehashKeepaliveReturn {})
}

fn pay_data_fee(state: &mut Metered<'_>, want: U256) -> Done<()> {
    let have = state.inputs.value.get();
    let Some(rest) = have.checked_sub(want) else {
        return Err(Stop::error(&ProgramInsufficientValue { have, want }));
    };
    // The word that names the account which collects fees.
    state.read_constants(1)?;
    state.pay(NETWORK_FEES, want);
    state.pay(state.inputs.caller, rest);
    Ok(())
}

pub(crate) fn up_to_date() -> Stop {
    Stop::error(&ProgramUpToDate {})
}

pub(crate) fn not_wasm() -> Stop {
    Stop::error(&ProgramNotWasm {})
}
