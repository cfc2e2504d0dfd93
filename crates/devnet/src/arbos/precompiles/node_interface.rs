//! NodeInterface: questions to the node, by way of a contract that only exists in calls.
//!
//! Source: Nitro execution/nodeinterface. Only what can be answered without the parent chain.

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, sol};

/// NodeInterface. Nothing is at this address in transactions.
pub const NODE_INTERFACE: Address = address!("00000000000000000000000000000000000000C8");

sol! {
    function nitroGenesisBlock() external pure returns (uint256 number);
    function blockL1Num(uint64 l2BlockNum) external view returns (uint64 l1BlockNum);
    function gasEstimateL1Component(address to, bool contractCreation, bytes calldata data)
        external payable returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
    function gasEstimateComponents(address to, bool contractCreation, bytes calldata data)
        external payable returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
}

/// A question to the node.
pub(crate) enum Question {
    /// First block of the chain.
    Genesis,
    /// The parent chain's block as of a block.
    L1Block(u64),
    /// Gas for the data of a transaction.
    DataGas,
    /// Gas of a transaction to this account, or of a creation, with this data.
    Gas { to: Option<Address>, data: Vec<u8> },
}

/// Reads a question; `None` if there is no such method or its arguments make no sense.
pub(crate) fn question(input: &[u8]) -> Option<Question> {
    let (selector, args) = input.split_first_chunk::<4>()?;
    match *selector {
        nitroGenesisBlockCall::SELECTOR => Some(Question::Genesis),
        blockL1NumCall::SELECTOR => {
            let call = blockL1NumCall::abi_decode_raw(args).ok()?;
            Some(Question::L1Block(call.l2BlockNum))
        }
        gasEstimateL1ComponentCall::SELECTOR => {
            gasEstimateL1ComponentCall::abi_decode_raw(args).ok()?;
            Some(Question::DataGas)
        }
        gasEstimateComponentsCall::SELECTOR => {
            let call = gasEstimateComponentsCall::abi_decode_raw(args).ok()?;
            let to = (!call.contractCreation).then_some(call.to);
            // An estimate of an estimate would ask itself.
            (to != Some(NODE_INTERFACE)).then(|| Question::Gas { to, data: call.data.to_vec() })
        }
        _ => None,
    }
}

/// Answer to [`Question::Genesis`].
pub(crate) fn genesis(number: u64) -> Vec<u8> {
    nitroGenesisBlockCall::abi_encode_returns(&U256::from(number))
}

/// Answer to [`Question::L1Block`].
pub(crate) fn l1_block(number: u64) -> Vec<u8> {
    blockL1NumCall::abi_encode_returns(&number)
}

/// Answer to [`Question::DataGas`]: data costs nothing here.
pub(crate) fn data_gas(base_fee: u64, l1_price: U256) -> Vec<u8> {
    gasEstimateL1ComponentCall::abi_encode_returns(&gasEstimateL1ComponentReturn {
        gasEstimateForL1: 0,
        baseFee: U256::from(base_fee),
        l1BaseFeeEstimate: l1_price,
    })
}

/// Answer to [`Question::Gas`].
pub(crate) fn gas(estimate: u64, base_fee: u64, l1_price: U256) -> Vec<u8> {
    gasEstimateComponentsCall::abi_encode_returns(&gasEstimateComponentsReturn {
        gasEstimate: estimate,
        gasEstimateForL1: 0,
        baseFee: U256::from(base_fee),
        l1BaseFeeEstimate: l1_price,
    })
}
