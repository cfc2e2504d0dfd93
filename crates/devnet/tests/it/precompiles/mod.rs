//! ArbOS's precompiled contracts, with the gas that Nitro charges for them.
//!
//! Prices (Nitro arbos/storage, precompiles/precompile.go): 800 to read a word of ArbOS state, 20,000
//! to write one and 5,000 to write zero, 100 for the parameters, 2,600 for a code hash, 3 per word of
//! arguments and results.

mod owner;
mod programs;
mod surroundings;

use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use plimsoll_devnet::alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use plimsoll_devnet::{
    ARB_DEBUG, ARB_GAS_INFO, ARB_OWNER, ARB_OWNER_PUBLIC, ARB_SYS, ARB_WASM, ARB_WASM_CACHE, Chain,
    ChainConfig, Cost, HaltReason, NITRO_DEV_ACCOUNT, NODE_INTERFACE, Outcome, Receipt,
    StylusParams, Tx, TxError, init_code, stylus_code,
};

use crate::rig::{
    ALICE, CALL, DELEGATECALL, Rig, STATICCALL, ether, forwarder, program, relay, to,
};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashKeepalive(bytes32 codehash) external payable;
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
    function programVersion(address program) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 cached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function programTimeLeft(address program) external view returns (uint64 secs);
    function minInitGas() external view returns (uint64 gas, uint64 cached);
    function inkPrice() external view returns (uint32);
    function activationGas() external view returns (uint64);

    function isCacheManager(address manager) external view returns (bool);
    function allCacheManagers() external view returns (address[] memory);
    function cacheProgram(address account) external;
    function cacheCodehash(bytes32 codehash) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);

    function becomeChainOwner() external;
    function addWasmCacheManager(address manager) external;
    function removeWasmCacheManager(address manager) external;
    function setMaxTxGasLimit(uint64 limit) external;
    function getMaxTxGasLimit() external view returns (uint256);
    function setInkPrice(uint32 price) external;
    function setWasmMinInitGas(uint8 gas, uint16 cached) external;
    function setWasmActivationGas(uint64 gas) external;
    function setWasmExpiryDays(uint16 count) external;
    function setL2BaseFee(uint256 price) external;
    function setL1PricePerUnit(uint256 price) external;
    function scheduleArbOSUpgrade(uint64 version, uint64 timestamp) external;
    function getAllChainOwners() external view returns (address[] memory);
    function getMaxStylusContractFragments() external view returns (uint8);
    function getScheduledUpgrade() external view returns (uint64 version, uint64 timestamp);
    function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);

    function arbOSVersion() external view returns (uint256);
    function arbBlockHash(uint256 number) external view returns (bytes32);
    function isTopLevelCall() external view returns (bool);
    function myCallersAddressWithoutAliasing() external view returns (address);
    function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
    function gasEstimateComponents(address to, bool contractCreation, bytes calldata data)
        external payable returns (uint64 gas, uint64 gasForL1, uint256 baseFee, uint256 l1BaseFee);
    function nitroGenesisBlock() external pure returns (uint256 number);

    event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);
    event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);

    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
    error InvalidBlockNumber(uint256 requested, uint256 current);
}

const DAY: u64 = 86_400;
const OPEN: u64 = 800;
const READ: u64 = 800;
const WRITE: u64 = 20_000;
const PARAMS: u64 = 100;
const CODE_HASH: u64 = 2_600;
const WORD: u64 = 3;

fn nothing() -> Vec<u8> {
    program("(i32.const 0)")
}

fn ask<C: SolCall>(chain: &mut Chain, contract: Address, call: C) -> C::Return {
    let outcome = chain.call(Tx::call(ALICE, contract, call.abi_encode())).expect("valid call");
    C::abi_decode_returns(outcome.output()).expect("an answer")
}

/// Gas of a call beyond what its transaction costs before execution.
fn gas_of<C: SolCall>(chain: &mut Chain, contract: Address, call: C) -> u64 {
    let receipt = chain.simulate(Tx::call(ALICE, contract, call.abi_encode())).expect("valid call");
    assert!(receipt.status.is_success(), "{:?}", receipt.status);
    receipt.gas_used - receipt.trace.of(Cost::Intrinsic)
}

fn send(rig: &mut Rig, from: Address, contract: Address, call: impl SolCall) -> Receipt {
    rig.transact(Tx::call(from, contract, call.abi_encode()))
}

fn owner(rig: &mut Rig) -> Address {
    rig.chain.fund(NITRO_DEV_ACCOUNT, ether(1));
    NITRO_DEV_ACCOUNT
}

#[test]
fn methods_cost_the_words_they_use() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    let codehash = rig.chain.code_hash(account);
    let chain = &mut rig.chain;
    // No arguments, one word of result.
    assert_eq!(gas_of(chain, ARB_SYS, arbOSVersionCall {}), OPEN + WORD);
    assert_eq!(gas_of(chain, ARB_WASM, inkPriceCall {}), OPEN + PARAMS + WORD);
    assert_eq!(gas_of(chain, ARB_WASM, minInitGasCall {}), OPEN + PARAMS + 2 * WORD);
    assert_eq!(gas_of(chain, ARB_WASM, activationGasCall {}), OPEN + READ + WORD);
    // One word of argument, the record.
    let by_hash = OPEN + WORD + PARAMS + READ + WORD;
    assert_eq!(gas_of(chain, ARB_WASM, codehashVersionCall { codehash }), by_hash);
    assert_eq!(gas_of(chain, ARB_WASM, codehashAsmSizeCall { codehash }), by_hash);
    let by_address = by_hash + CODE_HASH;
    assert_eq!(gas_of(chain, ARB_WASM, programVersionCall { program: account }), by_address);
    let init = programInitGasCall { program: account };
    assert_eq!(gas_of(chain, ARB_WASM, init), by_address + WORD);
    // A pure method does not open the state.
    let alias = mapL1SenderContractAddressToL2AliasCall { sender: ALICE, unused: ALICE };
    assert_eq!(gas_of(chain, ARB_SYS, alias), 2 * WORD + WORD);
    // An empty list: its length, offset and length returned.
    let managers = gas_of(chain, ARB_WASM_CACHE, allCacheManagersCall {});
    assert_eq!(managers, OPEN + READ + 2 * WORD);
    let owners = gas_of(chain, ARB_OWNER_PUBLIC, getAllChainOwnersCall {});
    assert_eq!(owners, OPEN + 2 * READ + 3 * WORD);
}

#[test]
fn activation_costs_what_its_steps_cost() {
    let mut rig = Rig::new();
    let wasm = nothing();
    let (account, _) = rig.chain.deploy_evm(ALICE, init_code(&stylus_code(&wasm))).unwrap();
    let measured =
        plimsoll_devnet::wasm::instrument::instrument(&wasm, &StylusParams::default()).unwrap();
    let receipt = rig.chain.activate(ALICE, account).unwrap();
    // The owner's surcharge; parameters and record; five words of the pricer and the fee account.
    let reads = OPEN + READ + PARAMS + READ + 5 * READ + READ;
    // Module hash, two words of the pricer, record.
    let writes = 4 * WRITE;
    // Two topics and four words.
    let log = 375 * 3 + 8 * 128;
    let expected = 1_659_168 + measured.activation_gas + reads + writes + log + WORD + 2 * WORD;
    assert_eq!(receipt.trace.of(Cost::Precompile), expected);
}

#[test]
fn refused_calls_revert_and_take_all_gas() {
    let mut rig = Rig::new();
    let revert = Outcome::Revert { output: Bytes::new() };
    let mut burn = |tx: Tx| {
        let receipt = rig.transact(tx.gas(100_000));
        assert_eq!((&receipt.status, receipt.gas_used), (&revert, 100_000));
    };
    burn(Tx::call(ALICE, ARB_SYS, []));
    burn(Tx::call(ALICE, ARB_SYS, [1, 2, 3]));
    burn(Tx::call(ALICE, ARB_SYS, [1, 2, 3, 4]));
    // A view takes no value.
    let view = arbOSVersionCall {}.abi_encode();
    burn(Tx::call(ALICE, ARB_SYS, view.clone()).value(U256::from(1)));
    // Arguments that are too short.
    burn(Tx::call(ALICE, ARB_WASM, &codehashVersionCall::SELECTOR[..]));
    // A method of an older release.
    burn(Tx::call(ALICE, ARB_WASM_CACHE, cacheCodehashCall::SELECTOR.to_vec()));

    let delegate = rig.install(0x50, forwarder(ARB_SYS, DELEGATECALL));
    assert_eq!(rig.send(delegate, view.clone()).status, revert);
    let plain = rig.install(0x51, forwarder(ARB_SYS, STATICCALL));
    assert!(rig.send(plain, view).status.is_success());
    let write = rig.install(0x52, forwarder(ARB_DEBUG, STATICCALL));
    assert_eq!(rig.send(write, becomeChainOwnerCall {}.abi_encode()).status, revert);
    let write = rig.install(0x53, forwarder(ARB_DEBUG, CALL));
    assert!(rig.send(write, becomeChainOwnerCall {}.abi_encode()).status.is_success());
}
