//! ArbOwnerPublic: what everybody may know of the owner's settings.
//!
//! Source: Nitro precompiles/ArbOwnerPublic.go.

use alloy_primitives::Address;
use alloy_sol_types::sol;

use super::method::{Method, view};
use crate::arbos::state::{NETWORK_FEES, Slot};
use crate::arbos::{CHAIN_OWNERS, Done, Metered};

sol! {
    function isChainOwner(address account) external view returns (bool);
    function getAllChainOwners() external view returns (address[] memory);
    function getNativeTokenManagementFrom() external view returns (uint64);
    function getTransactionFilteringFrom() external view returns (uint64);
    function getNetworkFeeAccount() external view returns (address);
    function getInfraFeeAccount() external view returns (address);
    function getBrotliCompressionLevel() external view returns (uint64);
    function getParentGasFloorPerToken() external view returns (uint64);
    function getScheduledUpgrade() external view returns (uint64 arbosVersion, uint64 scheduledForTimestamp);
    function isCalldataPriceIncreaseEnabled() external view returns (bool);
    function getMaxStylusContractFragments() external view returns (uint8);
    function getCollectTips() external view returns (bool);
}

/// Level at which Nitro compresses data for the parent chain.
const BROTLI_LEVEL: u64 = 1;

pub(super) fn methods() -> Vec<Method> {
    vec![
        view::<isChainOwnerCall>(|state, call| CHAIN_OWNERS.contains(state, call.account)),
        view::<getAllChainOwnersCall>(|state, _| CHAIN_OWNERS.list(state)),
        view::<getNativeTokenManagementFromCall>(|state, _| state.read_constants(1).map(|()| 0))
            .since(50),
        view::<getTransactionFilteringFromCall>(|state, _| state.read_constants(1).map(|()| 0))
            .since(60),
        view::<getNetworkFeeAccountCall>(|state, _| state.read_constants(1).map(|()| NETWORK_FEES)),
        // None: all fees are the network's.
        view::<getInfraFeeAccountCall>(|state, _| state.read_constants(1).map(|()| Address::ZERO)),
        view::<getBrotliCompressionLevelCall>(|state, _| {
            state.read_constants(1).map(|()| BROTLI_LEVEL)
        }),
        view::<getParentGasFloorPerTokenCall>(|state, _| state.read_constants(1).map(|()| 0))
            .since(50),
        view::<getScheduledUpgradeCall>(|state, _| scheduled_upgrade(state)),
        view::<isCalldataPriceIncreaseEnabledCall>(|state, _| {
            state.read_constants(1).map(|()| false)
        })
        .since(40),
        view::<getMaxStylusContractFragmentsCall>(|state, _| Ok(state.params()?.max_fragments))
            .since(60),
        view::<getCollectTipsCall>(|state, _| state.read_constants(1).map(|()| false)).since(60),
    ]
}

/// The release that is scheduled and when, or zeros.
fn scheduled_upgrade(state: &mut Metered<'_>) -> Done<getScheduledUpgradeReturn> {
    let version = state.read(Slot::UpgradeVersion)?.saturating_to();
    let time = state.read(Slot::UpgradeTime)?.saturating_to();
    let due = version > state.ctx.chain.params.arbos;
    let (version, time) = if due { (version, time) } else { (0, 0) };
    Ok(getScheduledUpgradeReturn { arbosVersion: version, scheduledForTimestamp: time })
}
