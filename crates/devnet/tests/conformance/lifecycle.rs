//! Activation, what it costs, and how long it lasts.

use alloy_sol_types::{SolCall, SolError, sol};
use plimsoll_devnet::alloy_primitives::U256;
use plimsoll_devnet::{
    ARB_OWNER, ARB_WASM, Cost, HaltReason, NITRO_DEV_ACCOUNT, Outcome, Tx, stylus_code,
};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, THERE, Wat, ether, ink, trap, wat};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function programVersion(address program) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 cached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);

    function setWasmMaxSize(uint32 size) external;

    error ProgramNotActivated();
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

const DAY: u64 = 86_400;

/// Bytes of native code that activation reckons with: crates/prover/src/binary.rs, `asm_estimate`.
fn asm_bytes(program: &Wat) -> u64 {
    let length = program.wasm().len() as u64;
    512_000 + 996_829 / 1_000 + 2 * 11_416 / 1_000 + length * 62_628 / 10_000
}

#[test]
fn activation_costs_a_fixed_and_a_measured_part() {
    let mut rig = Rig::new();
    let program = wat("");
    let account = rig.install(HERE, &stylus_code(&program.wasm()));
    let receipt = rig.chain.activate(ALICE, account).unwrap();
    let expected = empty_activation(program.wasm().len() as u64);
    assert_eq!(receipt.trace.of(Cost::Precompile), expected);
    let data = activateProgramCall { program: account }.abi_encode();
    assert_eq!(receipt.gas_used, TX + data_gas(&data) + expected);
}

#[test]
fn data_fee_follows_demand() {
    let mut rig = Rig::new();
    let program = wat("");
    let account = rig.install(HERE, &stylus_code(&program.wasm()));
    let asm = asm_bytes(&program);
    // Half a megabyte of demand is 240 basis points of 21,360,419: e^0.024 is 1.02429.
    assert_eq!(asm * 10_000 / 21_360_419, 240);
    let fee = U256::from(82_928_201u64 * 10_242 / 10_000 * asm);

    let call = activateProgramCall { program: account }.abi_encode();
    let tx = |value: U256| Tx::call(ALICE, ARB_WASM, call.clone()).value(value);
    let short = rig.send(tx(fee - U256::from(1)));
    let error = ProgramInsufficientValue { have: fee - U256::from(1), want: fee };
    assert_eq!(short.status.output(), error.abi_encode());
    assert!(!rig.chain.is_active(account));

    // Too much comes back.
    let before = rig.chain.balance(ALICE);
    let receipt = rig.send(tx(ether(1)));
    assert!(receipt.status.is_success());
    let gas = U256::from(receipt.gas_used) * U256::from(20_000_000);
    assert_eq!(before - rig.chain.balance(ALICE), fee + gas);

    // A second program meets the demand of both: 480 basis points make 1.04917. A minute later
    // all of it has drained, at 34,865 bytes a second.
    let second = wat("(drop (i32.const 0))");
    let account = rig.install(THERE, &stylus_code(&second.wasm()));
    let asm_of_both = asm + asm_bytes(&second);
    assert_eq!(asm_of_both * 10_000 / 21_360_419, 480);
    let call = activateProgramCall { program: account }.abi_encode();
    let ask = |rig: &mut Rig| {
        let receipt = rig.chain.simulate(Tx::call(ALICE, ARB_WASM, call.clone()).value(ether(1)));
        activateProgramCall::abi_decode_returns(receipt.unwrap().status.output()).unwrap().dataFee
    };
    let price = |bips: u64| U256::from(82_928_201 * bips / 10_000 * asm_bytes(&second));
    assert_eq!(ask(&mut rig), price(10_491));
    rig.chain.advance(60);
    assert_eq!(ask(&mut rig), price(10_242));
}

#[test]
fn same_code_at_two_addresses_shares_its_activation_and_cache() {
    let mut rig = Rig::new();
    let program = wat("");
    let one = rig.place(HERE, &program);
    let two = rig.install(THERE, &stylus_code(&program.wasm()));
    assert!(rig.chain.is_active(two));
    let again = rig.chain.activate(ALICE, two).unwrap();
    assert_eq!(again.status.output(), ProgramUpToDate {}.abi_encode());
    rig.chain.set_cached(one, true);
    let receipt = rig.send(Tx::call(ALICE, two, []));
    assert_eq!(receipt.gas_used, TX + cached(program.sizes()) + ink(TAIL).total());
}

#[test]
fn inactive_program_takes_all_gas_and_arbwasm_says_why() {
    let mut rig = Rig::new();
    let account = rig.install(HERE, &stylus_code(&wat("").wasm()));
    let version = programVersionCall { program: account }.abi_encode();
    let ask = |rig: &mut Rig| {
        rig.chain.call(Tx::call(ALICE, ARB_WASM, version.clone())).unwrap().output().to_vec()
    };
    let check_dead = |rig: &mut Rig| {
        let receipt = rig.send(Tx::call(ALICE, account, []).gas(100_000));
        assert_eq!(receipt.status, Outcome::Halt { reason: HaltReason::NotActivated });
        assert_eq!(receipt.gas_used, 100_000);
    };
    check_dead(&mut rig);
    assert_eq!(ask(&mut rig), ProgramNotActivated {}.abi_encode());

    let activated = rig.chain.block().timestamp;
    assert!(rig.chain.activate(ALICE, account).unwrap().status.is_success());
    // Age counts from the full hour since 2015-01-16 06:00, and 365 days are not too many.
    let start = activated - (activated - 1_421_388_000) % 3_600;
    rig.chain.advance(start + 365 * DAY - activated);
    assert!(rig.send(Tx::call(ALICE, account, [])).status.is_success());
    rig.chain.advance(1);
    check_dead(&mut rig);
    let error = ProgramExpired { ageInSeconds: 365 * DAY + 1 };
    assert_eq!(ask(&mut rig), error.abi_encode());
    assert!(rig.chain.activate(ALICE, account).unwrap().status.is_success());
    assert!(rig.send(Tx::call(ALICE, account, [])).status.is_success());
}

#[test]
fn arbwasm_reports_what_calls_pay() {
    let mut rig = Rig::new();
    let program = wat("").pages(3);
    let account = rig.place(HERE, &program);
    let mut ask =
        |data: Vec<u8>| rig.chain.call(Tx::call(ALICE, ARB_WASM, data)).unwrap().output().to_vec();
    let gas = ask(programInitGasCall { program: account }.abi_encode());
    let gas = programInitGasCall::abi_decode_returns(&gas).unwrap();
    assert_eq!((gas.gas, gas.cached), (program.init(), cached(program.sizes())));
    let pages = ask(programMemoryFootprintCall { program: account }.abi_encode());
    assert_eq!(U256::from_be_slice(&pages), U256::from(3));
    let codehash = plimsoll_devnet::alloy_primitives::keccak256(stylus_code(&program.wasm()));
    let size = ask(codehashAsmSizeCall { codehash }.abi_encode());
    // Kept in KiB, rounded up.
    let kib = asm_bytes(&program).div_ceil(1_024);
    assert_eq!(U256::from_be_slice(&size), U256::from(kib * 1_024));
}

/// A limit on the length of programs holds for one that a mere call has loaded before.
#[test]
fn activation_refuses_what_is_longer_than_the_owner_allows() {
    let mut rig = Rig::new();
    rig.chain.fund(NITRO_DEV_ACCOUNT, ether(1));
    let program = wat("");
    let account = rig.install(HERE, &stylus_code(&program.wasm()));
    let data = activateProgramCall { program: account }.abi_encode();
    let tx = Tx::call(ALICE, ARB_WASM, data.clone()).value(ether(1));
    assert!(rig.chain.simulate(tx).unwrap().status.is_success());
    let limit = |rig: &mut Rig, size: usize| {
        let set = setWasmMaxSizeCall { size: size as u32 }.abi_encode();
        assert!(rig.send(Tx::call(NITRO_DEV_ACCOUNT, ARB_OWNER, set)).status.is_success());
        rig.chain.activate(ALICE, account).unwrap()
    };
    let length = program.wasm().len();
    let refused = limit(&mut rig, length - 1);
    assert_eq!(refused.status, trap());
    assert_eq!(refused.gas_used, TX + data_gas(&data) + BEFORE_CODE + 3);
    assert!(!rig.chain.is_active(account));
    assert!(limit(&mut rig, length).status.is_success());
    // What is active stays so.
    limit(&mut rig, length - 1);
    assert!(rig.send(Tx::call(ALICE, account, [])).status.is_success());
}

/// Delegate-calls 0xa1 with so much gas, and does not look at how that ends.
fn delegating(gas: i64) -> Wat {
    wat(format!(
        "(i32.store8 (i32.const 19) (i32.const 0xa1))
         (drop (call $delegate_call_contract (i32.const 0) (i32.const 0) (i32.const 0)
           (i64.const {gas}) (i32.const 64)))"
    ))
}

const DELEGATING: u64 = (HEADER + 2 * CONST + STORE + 5 * CONST + CALL)
    + (HOSTIO + 3 * PTR + EVM_API + 2 * 16_381)
    + (HEADER + DROP + CONST + END);
/// Gas of the instruction that nothing changes.
const SELFDESTRUCT: u64 = 5_000;

#[test]
fn program_cannot_be_destroyed_by_delegation() {
    // PUSH1 0; SELFDESTRUCT: 3 gas and the instruction's. ADDRESS; SELFDESTRUCT: 2.
    let (nobody, itself) = ([0x60, 0, 0xff].as_slice(), [0x30, 0xff].as_slice());
    let cases = [
        (nobody, 1, 3 + SELFDESTRUCT + COLD_ACCOUNT + NEW_ACCOUNT),
        (nobody, 0, 3 + SELFDESTRUCT + COLD_ACCOUNT),
        (itself, 1, 2 + SELFDESTRUCT),
    ];
    for (code, owned, gas) in cases {
        let mut rig = Rig::new();
        rig.install(THERE, code);
        let program = delegating(-1);
        let here = rig.place(HERE, &program);
        rig.chain.fund(here, ether(owned));
        rig.check(&program, &[], ink(DELEGATING).and_gas(COLD_ACCOUNT + gas));
        assert_eq!(rig.chain.balance(here), ether(owned));
        assert_eq!(rig.chain.code(here), stylus_code(&program.wasm()));
    }
}

/// One gas less than the instruction costs takes all that the callee had, and so does an empty stack
/// or a static frame.
#[test]
fn attempt_to_destroy_a_program_pays_before_it_is_refused() {
    let price = SELFDESTRUCT + COLD_ACCOUNT + NEW_ACCOUNT;
    for (code, gas, used) in [
        ([0x60, 0, 0xff].as_slice(), 3 + price, 3 + price),
        (&[0x60, 0, 0xff], 3 + price - 1, 3 + price - 1),
        (&[0x60, 0, 0xff], 60_000, 3 + price),
        (&[0xff], 60_000, 60_000),
    ] {
        let mut rig = Rig::new();
        rig.install(THERE, code);
        let program = delegating(gas as i64);
        let here = rig.place(HERE, &program);
        rig.chain.fund(here, ether(1));
        rig.check(&program, &[], ink(DELEGATING).and_gas(COLD_ACCOUNT + used));
    }
}

#[test]
fn attempt_to_destroy_a_program_in_a_static_frame_takes_all_gas() {
    let mut rig = Rig::new();
    rig.install(THERE, &[0x60, 0, 0xff]);
    let program = delegating(60_000);
    rig.place(HERE, &program);
    // Four zeros, the program and its gas; STATICCALL; STOP.
    let code = [0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, HERE, 0x62, 0xff, 0xff, 0xff, 0xfa, 0];
    let outer = rig.install(0x50, &code);
    let receipt = rig.send(Tx::call(ALICE, outer, []));
    let inner = program.init() + ink(DELEGATING).and_gas(COLD_ACCOUNT + 60_000).total();
    assert_eq!(receipt.gas_used, TX + 6 * 3 + COLD_ACCOUNT + inner);
}
