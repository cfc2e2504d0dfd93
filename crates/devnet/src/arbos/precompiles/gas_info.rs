//! ArbGasInfo: prices.
//!
//! Source: Nitro precompiles/ArbGasInfo.go. Gas has one price here and data none, so what ArbOS would
//! adjust the prices by has the values of a chain that has just begun.

use alloy_primitives::{I256, U256};
use alloy_sol_types::sol;

use super::method::{Method, view};
use crate::arbos::state::{NETWORK_FEES, Slot};
use crate::arbos::{Done, Metered};

sol! {
    function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
    function getPricesInWeiWithAggregator(address aggregator) external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
    function getPricesInArbGas() external view returns (uint256, uint256, uint256);
    function getPricesInArbGasWithAggregator(address aggregator) external view returns (uint256, uint256, uint256);
    function getGasAccountingParams() external view returns (uint256, uint256, uint256);
    function getMaxTxGasLimit() external view returns (uint256);
    function getMaxBlockGasLimit() external view returns (uint64);
    function getMinimumGasPrice() external view returns (uint256);
    function getL1BaseFeeEstimate() external view returns (uint256);
    function getL1BaseFeeEstimateInertia() external view returns (uint64);
    function getL1GasPriceEstimate() external view returns (uint256);
    function getL1RewardRate() external view returns (uint64);
    function getL1RewardRecipient() external view returns (address);
    function getL1FeesAvailable() external view returns (uint256);
    function getL1PricingUnitsSinceUpdate() external view returns (uint64);
    function getLastL1PricingSurplus() external view returns (int256);
    function getCurrentTxL1GasFees() external view returns (uint256);
    function getGasBacklog() external view returns (uint64);
    function getPricingInertia() external view returns (uint64);
    function getGasBacklogTolerance() external view returns (uint64);
    function getL1PricingSurplus() external view returns (int256);
    function getL1PricingEquilibrationUnits() external view returns (uint256);
    function getLastL1PricingUpdateTime() external view returns (uint64);
    function getL1PricingFundsDueForRewards() external view returns (uint256);
    function getGasPricingConstraints() external view returns (uint64[3][] memory);
    function getPerBatchGasCharge() external view returns (int64);
    function getAmortizedCostCapBips() external view returns (uint64);
}

/// Gas per byte of data on the parent chain.
const GAS_PER_BYTE: u64 = 16;
/// Bytes that a simple transaction is taken to have.
const SIMPLE_TX_BYTES: u64 = 140;
/// Gas of a new word of storage.
const STORAGE_GAS: u64 = 20_000;
/// Gas per second that prices would be adjusted to (arbos/l2pricing/model.go).
const SPEED_LIMIT: u64 = 7_000_000;
/// Most gas of a block (arbos/l2pricing/model.go).
const MAX_BLOCK_GAS: u64 = 32_000_000;
/// arbos/l2pricing/model.go.
const PRICING_INERTIA: u64 = 102;
/// arbos/l2pricing/model.go.
const BACKLOG_TOLERANCE: u64 = 10;
/// arbos/l1pricing/l1pricing.go.
const L1_INERTIA: u64 = 10;
/// Units of data over which prices would be adjusted, arbos/l1pricing/l1pricing.go.
const EQUILIBRATION_UNITS: u64 = 160_000_000;
/// Wei per unit of data, arbos/l1pricing/l1pricing.go.
const L1_REWARD: u64 = 10;
/// Gas that a batch is charged, arbos/l1pricing/l1pricing.go.
const BATCH_GAS: i64 = 210_000;

pub(super) fn methods() -> Vec<Method> {
    vec![
        view::<getPricesInWeiCall>(|state, _| Ok(prices_in_wei(state)?.into())),
        view::<getPricesInWeiWithAggregatorCall>(|state, _| Ok(prices_in_wei(state)?.into())),
        view::<getPricesInArbGasCall>(|state, _| Ok(prices_in_gas(state)?.into())),
        view::<getPricesInArbGasWithAggregatorCall>(|state, _| Ok(prices_in_gas(state)?.into())),
        view::<getGasAccountingParamsCall>(|state, _| {
            state.read_constants(2)?;
            let most = U256::from(MAX_BLOCK_GAS);
            Ok(getGasAccountingParamsReturn { _0: U256::from(SPEED_LIMIT), _1: most, _2: most })
        }),
        view::<getMaxTxGasLimitCall>(|state, _| {
            state.read_constants(1)?;
            Ok(U256::from(state.ctx.chain.tx_gas_limit))
        })
        .since(50),
        view::<getMaxBlockGasLimitCall>(|state, _| constant(state, MAX_BLOCK_GAS)).since(50),
        view::<getMinimumGasPriceCall>(|state, _| state.read(Slot::MinBaseFee)),
        view::<getL1BaseFeeEstimateCall>(|state, _| state.read(Slot::L1Price)),
        view::<getL1GasPriceEstimateCall>(|state, _| state.read(Slot::L1Price)),
        view::<getL1BaseFeeEstimateInertiaCall>(|state, _| constant(state, L1_INERTIA)),
        view::<getL1RewardRateCall>(|state, _| constant(state, L1_REWARD)),
        view::<getL1RewardRecipientCall>(|state, _| constant(state, NETWORK_FEES)),
        view::<getL1FeesAvailableCall>(|state, _| constant(state, U256::ZERO)),
        view::<getL1PricingUnitsSinceUpdateCall>(|state, _| constant(state, 0)),
        view::<getLastL1PricingSurplusCall>(|state, _| constant(state, I256::ZERO)),
        view::<getL1PricingSurplusCall>(|state, _| {
            // What batch posters and rewards are owed, and the funds for that: none of all three.
            state.read_constants(3).map(|()| I256::ZERO)
        }),
        view::<getL1PricingEquilibrationUnitsCall>(|state, _| {
            constant(state, U256::from(EQUILIBRATION_UNITS))
        }),
        view::<getLastL1PricingUpdateTimeCall>(|state, _| constant(state, 0)),
        view::<getL1PricingFundsDueForRewardsCall>(|state, _| constant(state, U256::ZERO)),
        // The number of them, which is zero.
        view::<getGasPricingConstraintsCall>(|state, _| constant(state, Vec::new())).since(50),
        view::<getCurrentTxL1GasFeesCall>(|_, _| Ok(U256::ZERO)),
        view::<getGasBacklogCall>(|state, _| constant(state, 0)),
        view::<getPricingInertiaCall>(|state, _| constant(state, PRICING_INERTIA)),
        view::<getGasBacklogToleranceCall>(|state, _| constant(state, BACKLOG_TOLERANCE)),
        view::<getPerBatchGasChargeCall>(|state, _| constant(state, BATCH_GAS)),
        view::<getAmortizedCostCapBipsCall>(|state, _| constant(state, 0)),
    ]
}

/// Reads one word that never changes here.
fn constant<T>(state: &mut Metered<'_>, value: T) -> Done<T> {
    state.read_constants(1)?;
    Ok(value)
}

type Prices = (U256, U256, U256, U256, U256, U256);

/// Wei of a simple transaction's data, of a byte, of a storage word, and of gas: its floor, what
/// congestion adds, and the sum.
fn prices_in_wei(state: &mut Metered<'_>) -> Done<Prices> {
    let per_byte = state.read(Slot::L1Price)?.saturating_mul(U256::from(GAS_PER_BYTE));
    let total = U256::from(state.ctx.block.basefee);
    let floor = state.read(Slot::MinBaseFee)?.min(total);
    let per_tx = per_byte.saturating_mul(U256::from(SIMPLE_TX_BYTES));
    let per_word = total.saturating_mul(U256::from(STORAGE_GAS));
    Ok((per_tx, per_byte, per_word, floor, total - floor, total))
}

/// Gas of a simple transaction's data, of a byte, and of a storage word.
fn prices_in_gas(state: &mut Metered<'_>) -> Done<(U256, U256, U256)> {
    let per_byte = state.read(Slot::L1Price)?.saturating_mul(U256::from(GAS_PER_BYTE));
    let per_tx = per_byte.saturating_mul(U256::from(SIMPLE_TX_BYTES));
    let price = U256::from(state.ctx.block.basefee);
    let in_gas = |wei: U256| wei.checked_div(price).unwrap_or_default();
    Ok((in_gas(per_tx), in_gas(per_byte), U256::from(STORAGE_GAS)))
}
