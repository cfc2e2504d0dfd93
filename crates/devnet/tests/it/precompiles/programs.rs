//! The life of programs: keepalive, expiry, refusal, the cache.

use super::*;

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
