//! The types of the contracts of `tests/solidity` that can govern the engine: a multisig of ours and
//! OpenZeppelin's timelock.
#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    contract Multisig {
        constructor(address[] owners, uint256 threshold);

        error NotOwner(address caller);
        error NotEnough(uint256 approvals, uint256 threshold);
        error BadSetup();

        function approve(bytes32 hash) external;
        function execute(address to, uint256 value, bytes data) external payable returns (bytes);
        function hashOf(address to, uint256 value, bytes data, uint256 place) external view returns (bytes32);
        function nonce() external view returns (uint256);
    }

    /// What the tests and proposals use of it.
    contract TimelockController {
        constructor(uint256 minDelay, address[] proposers, address[] executors, address admin);

        error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);
        error TimelockInsufficientDelay(uint256 delay, uint256 minDelay);
        error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates);

        function PROPOSER_ROLE() external view returns (bytes32);
        function cancel(bytes32 id) external;
        function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt) external payable;
        function executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) external payable;
        function hashOperation(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt) external view returns (bytes32);
        function hashOperationBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) external view returns (bytes32);
        function isOperationReady(bytes32 id) external view returns (bool);
        function isOperationDone(bytes32 id) external view returns (bool);
        function getMinDelay() external view returns (uint256);
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;
    use alloy_sol_types::SolInterface;

    use super::*;
    use crate::artifacts;

    /// Selectors of an artifact's functions.
    fn compiled(name: &str) -> Vec<[u8; 4]> {
        let abi = artifacts::abi(name);
        let entries = abi.as_array().expect("a list of entries").iter();
        let functions = entries.filter(|entry| entry["type"] == "function");
        functions
            .map(|entry| {
                let inputs = entry["inputs"].as_array().expect("a list of inputs").iter();
                let kinds: Vec<&str> =
                    inputs.map(|input| input["type"].as_str().expect("a type")).collect();
                let name = entry["name"].as_str().expect("a name");
                let hash = keccak256(format!("{name}({})", kinds.join(",")));
                [hash[0], hash[1], hash[2], hash[3]]
            })
            .collect()
    }

    #[test]
    fn what_is_declared_is_in_the_artifacts() {
        let (multisig, timelock) = (compiled("Multisig"), compiled("TimelockController"));
        for selector in Multisig::MultisigCalls::selectors() {
            assert!(multisig.contains(&selector), "{selector:02x?}");
        }
        for selector in TimelockController::TimelockControllerCalls::selectors() {
            assert!(timelock.contains(&selector), "{selector:02x?}");
        }
    }
}
