//! ArbOS's precompiled contracts, with the gas that Nitro charges for them.
//!
//! Prices (Nitro arbos/storage, precompiles/precompile.go): 800 to read a word of ArbOS state, 20,000
//! to write one and 5,000 to write zero, 100 for the parameters, 2,600 for a code hash, 3 per word of
//! arguments and results.

use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use plimsoll_devnet::alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use plimsoll_devnet::{
    ARB_DEBUG, ARB_GAS_INFO, ARB_OWNER, ARB_OWNER_PUBLIC, ARB_SYS, ARB_WASM, ARB_WASM_CACHE, Chain,
    ChainConfig, Cost, HaltReason, NITRO_DEV_ACCOUNT, NODE_INTERFACE, Outcome, Receipt,
    StylusParams, Tx, init_code, stylus_code,
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

#[test]
fn keepalive_renews_a_program_for_the_data_fee() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    let codehash = rig.chain.code_hash(account);
    let call = codehashKeepaliveCall { codehash }.abi_encode();
    let tx = || Tx::call(ALICE, ARB_WASM, call.clone());
    let left =
        |rig: &mut Rig| ask(&mut rig.chain, ARB_WASM, programTimeLeftCall { program: account });
    let age = 365 * DAY - left(&mut rig);
    assert!(age < 3_600, "activations count in whole hours");

    rig.chain.advance(31 * DAY - age - 1);
    let early = ProgramKeepaliveTooSoon { ageInSeconds: 31 * DAY - 1 }.abi_encode();
    let receipt = rig.transact(tx().value(ether(1)));
    assert_eq!(receipt.status.output(), early);
    assert_eq!(rig.chain.balance(ARB_WASM), U256::ZERO);

    rig.chain.advance(1);
    let receipt = rig.transact(tx());
    // 501 KiB or so at the price of no demand: what it wants is in the error.
    let error = ProgramInsufficientValue::abi_decode(receipt.status.output()).unwrap();
    assert_eq!(error.have, U256::ZERO);
    let asm = ask(&mut rig.chain, ARB_WASM, codehashAsmSizeCall { codehash });
    assert!(error.want >= U256::from(asm) * U256::from(82_928_201));
    assert_eq!(left(&mut rig), 334 * DAY);

    let before = rig.chain.balance(ALICE);
    let receipt = rig.transact(tx().value(ether(1)));
    assert!(receipt.status.is_success());
    let event = ProgramLifetimeExtended::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.codehash, event.dataFee), (codehash, error.want));
    let fee = U256::from(receipt.gas_used) * U256::from(20_000_000);
    assert_eq!(before - rig.chain.balance(ALICE), error.want + fee);
    assert!(left(&mut rig) > 364 * DAY);
    // Parameters and record; the pricer; the record; the fee account; two topics and a word.
    let expected =
        OPEN + WORD + PARAMS + READ + 5 * READ + 2 * WRITE + WRITE + READ + 375 * 3 + 256;
    assert_eq!(receipt.trace.of(Cost::Precompile), expected);

    let unknown = codehashKeepaliveCall { codehash: B256::repeat_byte(7) };
    let receipt = send(&mut rig, ALICE, ARB_WASM, unknown);
    assert_eq!(receipt.status.output(), ProgramNotActivated {}.abi_encode());
}

#[test]
fn inactive_programs_answer_with_nitros_errors() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    let codehash = rig.chain.code_hash(account);
    rig.chain.advance(366 * DAY);
    let calls = [
        codehashVersionCall { codehash }.abi_encode(),
        codehashAsmSizeCall { codehash }.abi_encode(),
        programVersionCall { program: account }.abi_encode(),
        programInitGasCall { program: account }.abi_encode(),
        programMemoryFootprintCall { program: account }.abi_encode(),
        programTimeLeftCall { program: account }.abi_encode(),
        codehashKeepaliveCall { codehash }.abi_encode(),
    ];
    for call in calls {
        let outcome = rig.chain.call(Tx::call(ALICE, ARB_WASM, call.clone())).unwrap();
        let error = ProgramExpired::abi_decode(outcome.output()).expect("expiry");
        assert!(error.ageInSeconds > 365 * DAY);
        assert!(matches!(outcome, Outcome::Revert { .. }));
    }
    let solidity = rig.install(0x50, vec![0x00].into());
    let receipt = rig.chain.activate(ALICE, solidity).unwrap();
    assert_eq!(receipt.status.output(), ProgramNotWasm {}.abi_encode());
}

#[test]
fn malformed_code_keeps_the_gas_and_a_refused_program_takes_it() {
    let mut rig = Rig::new();
    let fragment = rig.install(0x50, vec![0xef, 0xf0, 0x01, 0].into());
    let stream = rig.install(0x51, vec![0xef, 0xf0, 0x00, 0, 0xff].into());
    for account in [fragment, stream] {
        let receipt = rig.chain.activate(ALICE, account).unwrap();
        assert_eq!(receipt.status, Outcome::Revert { output: Bytes::new() });
        assert!(receipt.gas_used < 1_750_000, "{}", receipt.gas_used);
    }
    let float = program("(drop (f32.add (f32.const 1) (f32.const 1))) (i32.const 0)");
    let refused = rig.install(0x52, stylus_code(&float));
    let receipt = rig.chain.activate(ALICE, refused).unwrap();
    assert!(matches!(receipt.status, Outcome::Halt { .. }), "{:?}", receipt.status);
    assert_eq!(receipt.gas_used, 32_000_000);
}

#[test]
fn only_managers_and_owners_cache_programs() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    let codehash = rig.chain.code_hash(account);
    let receipt = send(&mut rig, ALICE, ARB_WASM_CACHE, cacheProgramCall { account });
    assert_eq!(receipt.status, Outcome::Revert { output: Bytes::new() });
    assert_eq!(receipt.gas_used, 32_000_000);

    let owner = owner(&mut rig);
    send(&mut rig, owner, ARB_OWNER, addWasmCacheManagerCall { manager: ALICE });
    assert_eq!(ask(&mut rig.chain, ARB_WASM_CACHE, allCacheManagersCall {}), [ALICE]);
    assert!(ask(&mut rig.chain, ARB_WASM_CACHE, isCacheManagerCall { manager: ALICE }));

    let uncached = rig.send(account, []).trace.of(Cost::Init);
    let receipt = send(&mut rig, ALICE, ARB_WASM_CACHE, cacheProgramCall { account });
    let event = UpdateProgramCache::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.manager, event.codehash, event.cached), (ALICE, codehash, true));
    assert!(ask(&mut rig.chain, ARB_WASM_CACHE, codehashIsCachedCall { codehash }));
    let cached = rig.send(account, []).trace.of(Cost::Init);
    // What caching burns is the load cost without its least, 69 · 128 gas.
    let init_cost = uncached - cached - 69 * 128;
    // Argument; code hash; one set; parameters and record; log; load cost; module hash; record.
    let expected = OPEN
        + WORD
        + CODE_HASH
        + READ
        + PARAMS
        + READ
        + (375 * 4 + 8 * 32)
        + init_cost
        + READ
        + WRITE;
    assert_eq!(receipt.trace.of(Cost::Precompile), expected);

    let again = send(&mut rig, ALICE, ARB_WASM_CACHE, cacheProgramCall { account });
    assert!(again.status.is_success() && again.logs.is_empty());
    let receipt = send(&mut rig, owner, ARB_WASM_CACHE, evictCodehashCall { codehash });
    assert!(!UpdateProgramCache::decode_log(&receipt.logs[0]).unwrap().cached);
    assert_eq!(rig.send(account, []).trace.of(Cost::Init), uncached);

    let receipt = send(&mut rig, ALICE, ARB_WASM_CACHE, cacheProgramCall { account: ALICE });
    let error = ProgramNeedsUpgrade { version: 0, stylusVersion: 3 }.abi_encode();
    assert_eq!(receipt.status.output(), error);
    send(&mut rig, owner, ARB_OWNER, removeWasmCacheManagerCall { manager: ALICE });
    assert!(ask(&mut rig.chain, ARB_WASM_CACHE, allCacheManagersCall {}).is_empty());
}

#[test]
fn reactivated_program_stays_cached() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    let codehash = rig.chain.code_hash(account);
    let owner = owner(&mut rig);
    send(&mut rig, owner, ARB_WASM_CACHE, cacheProgramCall { account });
    rig.chain.advance(366 * DAY);
    let receipt = send(&mut rig, owner, ARB_WASM_CACHE, cacheProgramCall { account });
    assert!(ProgramExpired::abi_decode(receipt.status.output()).is_ok());
    assert!(rig.chain.activate(ALICE, account).unwrap().status.is_success());
    assert!(ask(&mut rig.chain, ARB_WASM_CACHE, codehashIsCachedCall { codehash }));
}

#[test]
fn owner_pays_no_gas_and_others_lose_all() {
    let mut rig = Rig::new();
    let call = setInkPriceCall { price: 20_000 };
    let refused = rig.transact(Tx::call(ALICE, ARB_OWNER, call.abi_encode()).gas(90_000));
    assert_eq!(refused.status, Outcome::Halt { reason: HaltReason::PrecompileError });
    assert_eq!(refused.gas_used, 90_000);

    let owner = owner(&mut rig);
    let receipt = send(&mut rig, owner, ARB_OWNER, call.clone());
    assert_eq!(receipt.gas_used, receipt.trace.of(Cost::Intrinsic));
    let event = OwnerActs::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.owner, event.method.0), (owner, setInkPriceCall::SELECTOR));
    assert_eq!(event.data.data, Bytes::from(call.abi_encode()));
    assert_eq!(ask(&mut rig.chain, ARB_WASM, inkPriceCall {}), 20_000);
    for price in [0, 1 << 24] {
        let receipt = send(&mut rig, owner, ARB_OWNER, setInkPriceCall { price });
        assert_eq!(receipt.status, Outcome::Revert { output: Bytes::new() });
        assert!(receipt.logs.is_empty());
    }
    assert_eq!(ask(&mut rig.chain, ARB_WASM, inkPriceCall {}), 20_000);

    send(&mut rig, ALICE, ARB_DEBUG, becomeChainOwnerCall {});
    let owners = ask(&mut rig.chain, ARB_OWNER_PUBLIC, getAllChainOwnersCall {});
    assert_eq!(owners, [owner, ALICE]);
}

#[test]
fn settings_change_what_calls_cost() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    let owner = owner(&mut rig);
    let before = rig.send(account, []);
    send(&mut rig, owner, ARB_OWNER, setInkPriceCall { price: 100 });
    // 2,452 ink: one gas at 10,000 ink, 25 at 100.
    let dear = rig.send(account, []);
    assert_eq!((before.trace.of(Cost::Compute), dear.trace.of(Cost::Compute)), (1, 25));
    send(&mut rig, owner, ARB_OWNER, setWasmMinInitGasCall { gas: 128, cached: 32 });
    // One step of each instead of 69 and 11.
    let saved = before.trace.of(Cost::Init) - rig.send(account, []).trace.of(Cost::Init);
    assert_eq!(saved, 68 * 128 + 10 * 32);
    send(&mut rig, owner, ARB_OWNER, setWasmExpiryDaysCall { count: 0 });
    rig.chain.advance(3_600);
    assert!(!rig.send(account, []).status.is_success());

    send(&mut rig, owner, ARB_OWNER, setWasmActivationGasCall { gas: 1_000_000 });
    assert_eq!(ask(&mut rig.chain, ARB_WASM, activationGasCall {}), 1_000_000);
    let receipt = rig.chain.activate(ALICE, account).unwrap();
    assert!(receipt.status.is_success());
    assert!(receipt.trace.of(Cost::Precompile) > 2_659_168);
}

#[test]
fn settings_of_a_reverted_call_are_undone() {
    let mut rig = Rig::new();
    let account = rig.deploy(&nothing());
    // Calls ArbOwner through a contract that owns the chain and then reverts.
    let setter = rig.install(0x50, forwarder(ARB_OWNER, CALL));
    let owner = owner(&mut rig);
    sol! { function addChainOwner(address account) external; }
    send(&mut rig, owner, ARB_OWNER, addChainOwnerCall { account: setter });
    // CALLDATA to the setter, then the program, then REVERT.
    let reverter = {
        let head = [0x36, 0x60, 0, 0x60, 0, 0x37, 0x60, 0, 0x60, 0, 0x36, 0x60, 0, 0x60, 0, 0x73];
        let mut code = [&head[..], setter.as_slice(), &[0x5a, 0xf1, 0x50]].concat();
        code.extend([0x60, 0, 0x60, 0, 0xfd]);
        rig.install(0x51, code.into())
    };
    let call = setInkPriceCall { price: 100 }.abi_encode();
    assert!(!rig.send(reverter, call.clone()).status.is_success());
    assert_eq!(ask(&mut rig.chain, ARB_WASM, inkPriceCall {}), 10_000);
    assert_eq!(rig.send(account, []).trace.of(Cost::Compute), 1);
    assert!(rig.send(setter, call).status.is_success());
    assert_eq!(rig.send(account, []).trace.of(Cost::Compute), 25);
}

#[test]
fn upgrade_stops_programs_of_older_versions() {
    let params = StylusParams::of_release(51).unwrap();
    let mut rig = Rig { chain: Chain::new(ChainConfig { params, ..ChainConfig::default() }) };
    rig.chain.fund(ALICE, ether(1_000));
    let owner = owner(&mut rig);
    let account = rig.deploy(&nothing());
    assert_eq!(ask(&mut rig.chain, ARB_SYS, arbOSVersionCall {}), U256::from(55 + 51));
    assert_eq!(ask(&mut rig.chain, ARB_WASM, programVersionCall { program: account }), 2);
    let fragments =
        Tx::call(ALICE, ARB_OWNER_PUBLIC, getMaxStylusContractFragmentsCall {}.abi_encode());
    assert!(!rig.chain.call(fragments.clone()).unwrap().is_success());

    let time = rig.chain.block().timestamp + 100;
    let schedule = scheduleArbOSUpgradeCall { version: 61, timestamp: time };
    send(&mut rig, owner, ARB_OWNER, schedule);
    assert!(rig.send(account, []).status.is_success());
    let upgrade = ask(&mut rig.chain, ARB_OWNER_PUBLIC, getScheduledUpgradeCall {});
    assert_eq!((upgrade.version, upgrade.timestamp), (61, time));
    rig.chain.advance(100);
    assert!(!rig.send(account, []).status.is_success());
    assert_eq!(ask(&mut rig.chain, ARB_SYS, arbOSVersionCall {}), U256::from(55 + 61));
    let call = programVersionCall { program: account }.abi_encode();
    let outcome = rig.chain.call(Tx::call(ALICE, ARB_WASM, call)).unwrap();
    let error = ProgramNeedsUpgrade { version: 2, stylusVersion: 3 }.abi_encode();
    assert_eq!(outcome.output(), error);
    assert!(rig.chain.activate(ALICE, account).unwrap().status.is_success());
    assert!(rig.send(account, []).status.is_success());
    assert!(rig.chain.call(fragments).unwrap().is_success());
    let upgrade = ask(&mut rig.chain, ARB_OWNER_PUBLIC, getScheduledUpgradeCall {});
    assert_eq!((upgrade.version, upgrade.timestamp), (0, 0));
}

#[test]
fn prices_are_those_of_the_chain() {
    let mut rig = Rig::new();
    let owner = owner(&mut rig);
    send(&mut rig, owner, ARB_OWNER, setL1PricePerUnitCall { price: U256::from(7) });
    send(&mut rig, owner, ARB_OWNER, setL2BaseFeeCall { price: U256::from(30_000_000) });
    let prices = ask(&mut rig.chain, ARB_GAS_INFO, getPricesInWeiCall {});
    assert_eq!((prices._0, prices._1), (U256::from(7 * 16 * 140), U256::from(7 * 16)));
    assert_eq!(prices._2, U256::from(30_000_000u64 * 20_000));
    assert_eq!((prices._3, prices._4), (U256::from(20_000_000), U256::from(10_000_000)));
    assert_eq!(prices._5, U256::from(30_000_000));
    assert_eq!(rig.chain.config().base_fee, 30_000_000);
}

#[test]
fn call_stack_is_known_to_arbsys() {
    let mut rig = Rig::new();
    let inner = rig.install(0x50, forwarder(ARB_SYS, STATICCALL));
    let middle = rig.install(0x51, forwarder(inner, CALL));
    let program = rig.deploy(&relay("static"));
    let outer = rig.install(0x52, forwarder(program, CALL));
    let top = isTopLevelCallCall {}.abi_encode();
    let mine = myCallersAddressWithoutAliasingCall {}.abi_encode();
    let says = |rig: &mut Rig, account, data: Vec<u8>| {
        U256::from_be_slice(rig.send(account, data).status.output())
    };
    let as_number = |account: Address| U256::from_be_slice(account.as_slice());
    assert_eq!(says(&mut rig, ARB_SYS, top.clone()), U256::from(1));
    assert_eq!(says(&mut rig, ARB_SYS, mine.clone()), U256::ZERO);
    assert_eq!(says(&mut rig, inner, top.clone()), U256::from(1));
    assert_eq!(says(&mut rig, inner, mine.clone()), as_number(ALICE));
    assert_eq!(says(&mut rig, middle, top), U256::ZERO);
    assert_eq!(says(&mut rig, middle, mine.clone()), as_number(middle));
    // Through a program, which is a frame like any other.
    assert_eq!(says(&mut rig, outer, to(ARB_SYS, &mine).to_vec()), as_number(outer));
    let alias = ask(
        &mut rig.chain,
        ARB_SYS,
        mapL1SenderContractAddressToL2AliasCall { sender: Address::ZERO, unused: ALICE },
    );
    assert_eq!(alias.to_string(), "0x1111000000000000000000000000000000001111");
}

#[test]
fn block_hashes_are_known_for_256_blocks() {
    let mut rig = Rig::new();
    rig.chain.set_block_hash(299, B256::repeat_byte(9));
    while rig.chain.block().l2_block < 300 {
        rig.chain.mine();
    }
    let hash = |rig: &mut Rig, number: u64| {
        let call = arbBlockHashCall { number: U256::from(number) }.abi_encode();
        rig.chain.call(Tx::call(ALICE, ARB_SYS, call)).unwrap()
    };
    assert_eq!(hash(&mut rig, 299).output(), [9; 32]);
    assert!(hash(&mut rig, 44).is_success());
    for number in [43, 300, 301] {
        let error = InvalidBlockNumber { requested: U256::from(number), current: U256::from(300) };
        assert_eq!(hash(&mut rig, number).output(), error.abi_encode());
    }
}

#[test]
fn node_interface_estimates_and_exists_only_in_calls() {
    let mut rig = Rig::new();
    let bob = Address::repeat_byte(0xb0);
    let call = gasEstimateComponentsCall { to: bob, contractCreation: false, data: Bytes::new() };
    let parts = ask(&mut rig.chain, NODE_INTERFACE, call.clone());
    assert_eq!((parts.gas, parts.gasForL1), (21_000, 0));
    assert_eq!((parts.baseFee, parts.l1BaseFee), (U256::from(20_000_000), U256::ZERO));
    assert_eq!(ask(&mut rig.chain, NODE_INTERFACE, nitroGenesisBlockCall {}), U256::from(1));
    let itself = gasEstimateComponentsCall { to: NODE_INTERFACE, ..call.clone() };
    let outcome = rig.chain.call(Tx::call(ALICE, NODE_INTERFACE, itself.abi_encode())).unwrap();
    assert!(!outcome.is_success());
    let receipt = send(&mut rig, ALICE, NODE_INTERFACE, call);
    assert!(receipt.status.is_success() && receipt.status.output().is_empty());
}

#[test]
fn deployer_and_factory_are_there_from_the_start() {
    use plimsoll_devnet::{CREATE2_FACTORY, STYLUS_DEPLOYER};
    sol! {
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable;
        event ContractDeployed(address deployedContract);
    }
    let mut rig = Rig::new();
    let code = init_code(&[0x00]);
    let salt = B256::repeat_byte(5);
    let receipt = rig.send(CREATE2_FACTORY, [salt.as_slice(), &code].concat());
    let created = CREATE2_FACTORY.create2_from_code(salt, &code);
    assert_eq!(receipt.status.output(), created.as_slice());
    assert_eq!(rig.chain.code(created).as_ref(), [0x00]);

    // A program whose constructor notes its argument.
    let wasm = program(
        "(call $read_args (i32.const 0))
         (call $sstore (i32.const 1024) (i32.const 4))
         (call $flush (i32.const 0))
         (i32.const 0)",
    );
    let constructor = &keccak256("stylus_constructor(uint256)")[..4];
    let call = deployCall {
        bytecode: init_code(&stylus_code(&wasm)),
        initData: [constructor, &[7; 32]].concat().into(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    let before = rig.chain.balance(ALICE);
    let receipt = rig.transact(Tx::call(ALICE, STYLUS_DEPLOYER, call.abi_encode()).value(ether(1)));
    assert!(receipt.status.is_success(), "{:?}", receipt.status);
    let log = receipt.logs.iter().find_map(|log| ContractDeployed::decode_log(log).ok()).unwrap();
    assert!(rig.chain.is_active(log.deployedContract));
    assert_eq!(rig.chain.storage(log.deployedContract, U256::ZERO), U256::from_be_bytes([7; 32]));
    // What the data fee leaves comes back.
    assert!(before - rig.chain.balance(ALICE) < ether(1) / U256::from(1_000));
    assert_eq!(rig.chain.balance(STYLUS_DEPLOYER), U256::ZERO);
}
