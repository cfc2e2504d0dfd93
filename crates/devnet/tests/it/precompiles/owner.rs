//! What the owner of a chain may change, and what follows.

use super::*;

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
fn owner_limits_the_gas_of_a_transaction() {
    let mut rig = Rig::new();
    let owner = owner(&mut rig);
    let call = |gas: u64| Tx::call(ALICE, ALICE, []).gas(gas);
    assert!(rig.chain.simulate(call(32_000_000)).is_ok());
    let before = rig.chain.snapshot();
    send(&mut rig, owner, ARB_OWNER, setMaxTxGasLimitCall { limit: 1_000_000 });
    assert_eq!(ask(&mut rig.chain, ARB_GAS_INFO, getMaxTxGasLimitCall {}), U256::from(1_000_000));
    assert!(rig.chain.simulate(call(1_000_000)).is_ok());
    let refused = rig.chain.simulate(call(1_000_001)).map(|receipt| receipt.gas_used);
    assert_eq!(refused, Err(TxError::GasLimitTooHigh { limit: 1_000_000 }));
    assert!(rig.chain.revert(before));
    assert!(rig.chain.simulate(call(32_000_000)).is_ok());
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
