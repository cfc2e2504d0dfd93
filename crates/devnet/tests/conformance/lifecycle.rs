//! Activation, what it costs, and how long it lasts.

use alloy_sol_types::{SolCall, SolError, sol};
use plimsoll_devnet::alloy_primitives::{Address, U256};
use plimsoll_devnet::{ARB_WASM, Cost, HaltReason, Outcome, Tx, stylus_code};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, THERE, Wat, ether, ink, wat};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function programVersion(address program) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 cached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);

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
    // Instructions once metered: two of its own, a charge of 12, a frame of 12 taken and 4 to give
    // it back, and a return. One page is 2,217 µs, and a µs 28 gas.
    let length = program.wasm().len() as u64;
    let measured = 28 * (length * 31_733 / 100_000 + 2_217 + (2 + 12 + 12 + 4 + 1) * 535 / 1_000);
    // State: version, surcharge, record, five of the pricer, fee account; parameters. Module hash,
    // demand, time, record.
    let state = 9 * 800 + 100 + 4 * 20_000;
    // Two topics and four words; one word in and two out.
    let log = 3 * 375 + 4 * 32 * 8;
    let expected = 1_659_168 + measured + state + log + 3 * 3;
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

#[test]
fn program_cannot_be_destroyed_by_delegation() {
    let mut rig = Rig::new();
    let program = wat("(i32.store8 (i32.const 19) (i32.const 0xa1))
        (drop (call $delegate_call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i64.const -1)
          (i32.const 64)))");
    // PUSH1 0; SELFDESTRUCT
    rig.install(THERE, &[0x60, 0, 0xff]);
    let here = rig.place(HERE, &program);
    rig.chain.fund(here, ether(1));
    assert!(rig.send(Tx::call(ALICE, here, [])).status.is_success());
    assert_eq!(rig.chain.balance(Address::with_last_byte(HERE)), ether(1));
}
