//! State before the first block: ArbOS, its precompiles, and the contracts that tools expect.

use alloy_primitives::{Address, Bytes, U256, address, hex};
use revm::bytecode::Bytecode;
use revm::database::CacheDB;
use revm::database_interface::EmptyDB;
use revm::state::AccountInfo;

use super::ChainConfig;
use crate::arbos::state::{ARBOS_STATE, Slot};
use crate::arbos::{CHAIN_OWNERS, params, precompiles};
use crate::evm::State;

/// Account that Nitro's development node gives the chain to. Its key is public.
pub const NITRO_DEV_ACCOUNT: Address = address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E");
/// StylusDeployer: creates, activates and constructs a program in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// CREATE2 factory: creates what follows the 32 bytes of salt in its call data.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920ca78fbf26c0b4956c");

/// Runtime code of [`CREATE2_FACTORY`].
const CREATE2_FACTORY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// Runtime code of [`STYLUS_DEPLOYER`]; genesis/README.md says where it comes from.
fn stylus_deployer_code() -> Vec<u8> {
    let text: String =
        include_str!("../../genesis/stylus_deployer.hex").split_whitespace().collect();
    hex::decode(text).unwrap_or_default()
}

/// State before the first block.
pub(super) fn state(config: &ChainConfig) -> State {
    let mut db = CacheDB::new(EmptyDB::default());
    // Solidity checks for code before it calls.
    for precompile in precompiles::addresses() {
        set_code(&mut db, precompile, &precompiles::MARKER);
    }
    set_code(&mut db, CREATE2_FACTORY, &CREATE2_FACTORY_CODE);
    set_code(&mut db, STYLUS_DEPLOYER, &stylus_deployer_code());
    // EIP-161 would sweep an empty account away, storage included.
    db.insert_account_info(ARBOS_STATE, AccountInfo { nonce: 1, ..AccountInfo::default() });
    let base_fee = U256::from(config.base_fee);
    let words = [
        (Slot::Version.into(), U256::from(config.params.arbos)),
        (Slot::Params.into(), params::pack(&config.params)),
        (Slot::ActivationGas.into(), U256::from(config.params.activation_gas)),
        (Slot::BaseFee.into(), base_fee),
        (Slot::MinBaseFee.into(), base_fee),
        (Slot::TxGasLimit.into(), U256::from(config.tx_gas_limit)),
    ];
    for (slot, word) in words.into_iter().chain(CHAIN_OWNERS.words_of_one(NITRO_DEV_ACCOUNT)) {
        let Ok(()) = db.insert_account_storage(ARBOS_STATE, slot, word);
    }
    db
}

fn set_code(db: &mut State, account: Address, code: &[u8]) {
    let code = Bytecode::new_legacy(Bytes::copy_from_slice(code));
    // Contracts count from 1, since EIP-161.
    let info = AccountInfo { nonce: 1, ..AccountInfo::default() };
    db.insert_account_info(account, info.with_code(code));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    /// Whoever changes a byte of the deployer's code changes its address.
    #[test]
    fn deployer_lies_where_the_factory_puts_its_code() {
        let prelude = hex!("608060405234801561001057600080fd5b506108dd806100206000396000f3fe");
        let runtime = stylus_deployer_code();
        assert_eq!(runtime.len(), 0x08dd);
        let init_code = [prelude.as_slice(), &runtime].concat();
        let expected = CREATE2_FACTORY.create2_from_code(B256::ZERO, init_code);
        assert_eq!(expected, STYLUS_DEPLOYER);
    }
}
