//! ArbSys: blocks and the call stack.
//!
//! Source: Nitro precompiles/ArbSys.go. Messages to the parent chain do not exist here.

use alloy_primitives::{Address, B256, U256, address, keccak256};
use alloy_sol_types::sol;
use revm::context_interface::{Cfg, ContextTr, JournalTr};

use super::method::{Method, pure, view};
use crate::arbos::{Done, Metered, Stop};

sol! {
    function arbBlockNumber() external view returns (uint256);
    function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
    function arbChainID() external view returns (uint256);
    function arbOSVersion() external view returns (uint256);
    function getStorageGasAvailable() external view returns (uint256);
    function isTopLevelCall() external view returns (bool);
    function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
    function wasMyCallersAddressAliased() external view returns (bool);
    function myCallersAddressWithoutAliasing() external view returns (address);

    error InvalidBlockNumber(uint256 requested, uint256 current);
}

/// What release numbers of ArbOS are counted from.
const FIRST_RELEASE: u64 = 55;
/// Blocks whose hashes are known.
const KNOWN_BLOCKS: u64 = 256;
/// What the alias of a parent chain's contract is away from its address.
const ALIAS_OFFSET: Address = address!("1111000000000000000000000000000000001111");

pub(super) fn methods() -> Vec<Method> {
    vec![
        view::<arbBlockNumberCall>(|state, _| Ok(U256::from(state.ctx.chain.l2_block))),
        view::<arbBlockHashCall>(|state, call| block_hash(state, call.arbBlockNum)),
        view::<arbChainIDCall>(|state, _| Ok(U256::from(state.ctx.cfg().chain_id()))),
        view::<arbOSVersionCall>(|state, _| {
            Ok(U256::from(FIRST_RELEASE + state.ctx.chain.params.arbos))
        }),
        view::<getStorageGasAvailableCall>(|_, _| Ok(U256::ZERO)),
        view::<isTopLevelCallCall>(|state, _| Ok(depth(state) <= 2)),
        // No transaction comes from a contract of the parent chain.
        view::<wasMyCallersAddressAliasedCall>(|_, _| Ok(false)),
        view::<myCallersAddressWithoutAliasingCall>(|state, _| {
            Ok(state.ctx.chain.caller_of_running().unwrap_or_default())
        }),
        pure::<mapL1SenderContractAddressToL2AliasCall>(|_, call| {
            let number = |address: Address| U256::from_be_slice(address.as_slice());
            let alias = number(call.sender).wrapping_add(number(ALIAS_OFFSET));
            Ok(Address::from_word(B256::from(alias)))
        }),
    ]
}

/// Frames on the call stack, this one included.
fn depth(state: &Metered<'_>) -> usize {
    state.ctx.journal_ref().depth()
}

fn block_hash(state: &mut Metered<'_>, requested: U256) -> Done<B256> {
    let current = state.ctx.chain.l2_block;
    let first = current.saturating_sub(KNOWN_BLOCKS);
    match u64::try_from(requested) {
        Ok(number) if (first..current).contains(&number) => {
            let known = state.ctx.chain.block_hashes.get(&number).copied();
            // Blocks have headers only where a node makes them.
            Ok(known.unwrap_or_else(|| keccak256(number.to_be_bytes())))
        }
        _ => Err(Stop::error(&InvalidBlockNumber { requested, current: U256::from(current) })),
    }
}
