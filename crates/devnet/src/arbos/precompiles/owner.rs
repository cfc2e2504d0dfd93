//! ArbOwner: the settings that the chain's owner may change and that this chain has.
//!
//! Source: Nitro precompiles/ArbOwner.go, wrapper.go.

use alloy_primitives::{FixedBytes, U256};
use alloy_sol_types::{SolEvent, sol};
use revm::context_interface::{ContextTr, JournalTr};
use revm::interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult};

use super::method::{Method, view, write};
use super::{ARB_OWNER, answer, conclude};
use crate::arbos::state::{self, NETWORK_FEES, Slot};
use crate::arbos::{CACHE_MANAGERS, CHAIN_OWNERS, Done, Metered, Stop};
use crate::evm::Ctx;
use crate::wasm::instrument::StylusParams;

sol! {
    function addChainOwner(address account) external;
    function removeChainOwner(address account) external;
    function isChainOwner(address account) external view returns (bool);
    function getAllChainOwners() external view returns (address[] memory);
    function getNetworkFeeAccount() external view returns (address);
    function scheduleArbOSUpgrade(uint64 newVersion, uint64 timestamp) external;
    function setL2BaseFee(uint256 priceInWei) external;
    function setMinimumL2BaseFee(uint256 priceInWei) external;
    function setL1PricePerUnit(uint256 pricePerUnit) external;
    function setMaxTxGasLimit(uint64 limit) external;
    function setInkPrice(uint32 price) external;
    function setWasmMaxStackDepth(uint32 depth) external;
    function setWasmFreePages(uint16 pages) external;
    function setWasmPageGas(uint16 gas) external;
    function setWasmPageLimit(uint16 limit) external;
    function setWasmMaxSize(uint32 size) external;
    function setWasmMinInitGas(uint8 gas, uint16 cached) external;
    function setWasmInitCostScalar(uint64 percent) external;
    function setWasmExpiryDays(uint16 count) external;
    function setWasmKeepaliveDays(uint16 count) external;
    function setWasmBlockCacheSize(uint16 count) external;
    function setWasmActivationGas(uint64 gas) external;
    function setMaxStylusContractFragments(uint8 count) external;
    function addWasmCacheManager(address manager) external;
    function removeWasmCacheManager(address manager) external;

    event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);
    event ChainOwnerAdded(address indexed owner);
    event ChainOwnerRemoved(address indexed owner);
}

/// Release from which changes of owners are logged.
const OWNER_LOGS: u64 = 60;

/// First release with a limit for transactions of its own.
const TX_GAS_LIMIT: u64 = 50;

/// A method that changes parameters and returns nothing.
macro_rules! sets {
    ($call:ident, $returned:ident, $change:expr) => {
        write::<$call>(|state, call| {
            let change: fn(&mut StylusParams, $call) = $change;
            state.set_params(|params| change(params, call)).map(|()| $returned {})
        })
    };
}

#[rustfmt::skip]
pub(super) fn methods() -> Vec<Method> {
    let mut methods = vec![
        sets!(setWasmMaxStackDepthCall, setWasmMaxStackDepthReturn, |p, c| p.max_stack_depth = c.depth),
        sets!(setWasmFreePagesCall, setWasmFreePagesReturn, |p, c| p.free_pages = c.pages),
        sets!(setWasmPageGasCall, setWasmPageGasReturn, |p, c| p.page_gas = c.gas),
        sets!(setWasmPageLimitCall, setWasmPageLimitReturn, |p, c| p.page_limit = c.limit),
        sets!(setWasmMaxSizeCall, setWasmMaxSizeReturn, |p, c| p.max_wasm_size = c.size).since(40),
        sets!(setWasmMinInitGasCall, setWasmMinInitGasReturn, |p, c| p.set_min_init_gas(c.gas.into(), c.cached.into())),
        sets!(setWasmInitCostScalarCall, setWasmInitCostScalarReturn, |p, c| p.set_init_cost_percent(c.percent)),
        sets!(setWasmExpiryDaysCall, setWasmExpiryDaysReturn, |p, c| p.expiry_days = c.count),
        sets!(setWasmKeepaliveDaysCall, setWasmKeepaliveDaysReturn, |p, c| p.keepalive_days = c.count),
        sets!(setWasmBlockCacheSizeCall, setWasmBlockCacheSizeReturn, |p, c| p.block_cache_size = c.count),
        sets!(setMaxStylusContractFragmentsCall, setMaxStylusContractFragmentsReturn, |p, c| p.max_fragments = c.count).since(60),
    ];
    methods.extend(prices());
    methods.extend(accounts());
    methods
}

fn prices() -> [Method; 7] {
    [
        // Before release 50 it was the block's, which nothing here depends on.
        write::<setMaxTxGasLimitCall>(|state, call| {
            match state.ctx.chain.params.arbos >= TX_GAS_LIMIT {
                true => state.write(Slot::TxGasLimit, U256::from(call.limit))?,
                false => state.write_nowhere()?,
            }
            Ok(setMaxTxGasLimitReturn {})
        }),
        write::<setInkPriceCall>(|state, call| {
            if call.price == 0 || call.price >= 1 << 24 {
                return Err(Stop::PLAIN);
            }
            state.set_params(|params| params.ink_price = call.price).map(|()| setInkPriceReturn {})
        }),
        write::<setWasmActivationGasCall>(|state, call| {
            let gas = U256::from(call.gas);
            state.write(Slot::ActivationGas, gas).map(|()| setWasmActivationGasReturn {})
        })
        .since(59),
        write::<setL2BaseFeeCall>(|state, call| {
            state.write(Slot::BaseFee, call.priceInWei).map(|()| setL2BaseFeeReturn {})
        }),
        write::<setMinimumL2BaseFeeCall>(|state, call| {
            state.write(Slot::MinBaseFee, call.priceInWei).map(|()| setMinimumL2BaseFeeReturn {})
        }),
        write::<setL1PricePerUnitCall>(|state, call| {
            state.write(Slot::L1Price, call.pricePerUnit).map(|()| setL1PricePerUnitReturn {})
        }),
        write::<scheduleArbOSUpgradeCall>(|state, call| {
            state.write(Slot::UpgradeVersion, U256::from(call.newVersion))?;
            state::write(state.ctx, Slot::UpgradeBlock, U256::from(state.ctx.chain.l2_block));
            let time = U256::from(call.timestamp);
            state.write(Slot::UpgradeTime, time).map(|()| scheduleArbOSUpgradeReturn {})
        }),
    ]
}

fn accounts() -> [Method; 7] {
    [
        write::<addChainOwnerCall>(|state, call| {
            CHAIN_OWNERS.add(state, call.account)?;
            if state.ctx.chain.params.arbos >= OWNER_LOGS {
                state.log(&ChainOwnerAdded { owner: call.account })?;
            }
            Ok(addChainOwnerReturn {})
        }),
        write::<removeChainOwnerCall>(|state, call| {
            if !CHAIN_OWNERS.contains(state, call.account)? {
                return Err(Stop::PLAIN);
            }
            CHAIN_OWNERS.remove(state, call.account)?;
            if state.ctx.chain.params.arbos >= OWNER_LOGS {
                state.log(&ChainOwnerRemoved { owner: call.account })?;
            }
            Ok(removeChainOwnerReturn {})
        }),
        view::<isChainOwnerCall>(|state, call| CHAIN_OWNERS.contains(state, call.account)),
        view::<getAllChainOwnersCall>(|state, _| CHAIN_OWNERS.list(state)),
        view::<getNetworkFeeAccountCall>(|state, _| state.read_constants(1).map(|()| NETWORK_FEES)),
        write::<addWasmCacheManagerCall>(|state, call| {
            CACHE_MANAGERS.add(state, call.manager).map(|()| addWasmCacheManagerReturn {})
        }),
        write::<removeWasmCacheManagerCall>(|state, call| remove_manager(state, &call)),
    ]
}

fn remove_manager(
    state: &mut Metered<'_>,
    call: &removeWasmCacheManagerCall,
) -> Done<removeWasmCacheManagerReturn> {
    if !CACHE_MANAGERS.contains(state, call.manager)? {
        return Err(Stop::PLAIN);
    }
    CACHE_MANAGERS.remove(state, call.manager).map(|()| removeWasmCacheManagerReturn {})
}

/// Runs a method for an owner, who pays no gas for it. Anybody else loses all.
pub(super) fn guarded(ctx: &mut Ctx, inputs: &CallInputs, input: &[u8]) -> InterpreterResult {
    let mut check = Metered::new(ctx, inputs);
    let is_owner = check.open().and_then(|()| CHAIN_OWNERS.contains(&mut check, inputs.caller));
    if is_owner != Ok(true) {
        let refused = Stop::Halt(InstructionResult::PrecompileError);
        return conclude(&mut check, Err(refused));
    }
    let mut state = Metered::new(ctx, inputs);
    let ended = answer(&mut state, input);
    let result = conclude(&mut state, ended);
    if result.result.is_ok() && !inputs.is_static {
        log_act(ctx, inputs, input);
    }
    // A halt takes the gas all the same, outside of here.
    InterpreterResult { gas: Gas::new(inputs.gas_limit), ..result }
}

/// Every act of an owner is logged, free of charge.
fn log_act(ctx: &mut Ctx, inputs: &CallInputs, input: &[u8]) {
    let method = input.first_chunk::<4>().map(|selector| FixedBytes(*selector));
    let act = OwnerActs {
        method: method.unwrap_or_default(),
        owner: inputs.caller,
        data: input.to_vec().into(),
    };
    ctx.journal_mut()
        .log(alloy_primitives::Log { address: ARB_OWNER, data: act.encode_log_data() });
}
