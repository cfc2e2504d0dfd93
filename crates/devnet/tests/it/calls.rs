//! Calls between Solidity and Stylus, and what crosses them.

use plimsoll_devnet::alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use plimsoll_devnet::{Cost, FrameKind, Outcome, Tx, init_code};

use crate::rig::{
    ALICE, CALL, DELEGATECALL, Rig, ether, forwarder, number, program, program_with, relay, to,
    word,
};

/// Writes sender, own address, value and re-entrancy as four words.
const REPORT: &str = "
    (call $sender (i32.const 12))
    (call $this (i32.const 44))
    (call $value (i32.const 64))
    (i32.store8 (i32.const 127) (call $reentrant))
    (call $write_result (i32.const 0) (i32.const 128))
    (i32.const 0)";

fn report(sender: Address, this: Address, value: u64, reentrant: u64) -> Vec<u8> {
    [sender.into_word().0, this.into_word().0, word(value), word(reentrant)].concat()
}

#[test]
fn identity_survives_every_kind_of_call() {
    let mut rig = Rig::new();
    let leaf = rig.deploy(&program(REPORT));
    let relay_call = rig.deploy(&relay("call"));
    let relay_delegate = rig.deploy(&relay("delegate"));
    let relay_static = rig.deploy(&relay("static"));
    let solidity = rig.install(0x50, forwarder(leaf, CALL));
    let solidity_delegate = rig.install(0x51, forwarder(leaf, DELEGATECALL));

    let direct = rig.transact(Tx::call(ALICE, leaf, []).value(U256::from(3)));
    assert_eq!(direct.status.output(), report(ALICE, leaf, 3, 0));
    let through = |rig: &mut Rig, hop, data| rig.send(hop, data).status.output().to_vec();
    assert_eq!(through(&mut rig, relay_call, to(leaf, &[])), report(relay_call, leaf, 0, 0));
    assert_eq!(through(&mut rig, relay_static, to(leaf, &[])), report(relay_static, leaf, 0, 0));
    let delegated = report(ALICE, relay_delegate, 0, 0);
    assert_eq!(through(&mut rig, relay_delegate, to(leaf, &[])), delegated);

    let receipt = rig.transact(Tx::call(ALICE, solidity, []).value(U256::from(3)));
    assert_eq!(receipt.status.output(), report(solidity, leaf, 3, 0));
    let receipt = rig.transact(Tx::call(ALICE, solidity_delegate, []).value(U256::from(4)));
    assert_eq!(receipt.status.output(), report(ALICE, solidity_delegate, 4, 0));
}

#[test]
fn solidity_calls_stylus_calls_solidity_calls_stylus() {
    let mut rig = Rig::new();
    let leaf = rig.deploy(&program(REPORT));
    let hop = rig.deploy(&relay("call"));
    let inner = rig.install(0x51, forwarder(leaf, CALL));
    let outer = rig.install(0x50, forwarder(hop, CALL));
    let receipt = rig.send(outer, to(inner, &[]));
    assert_eq!(receipt.status.output(), report(inner, leaf, 0, 0));
    let kinds: Vec<_> =
        receipt.trace.frames.iter().map(|frame| (frame.depth, frame.kind)).collect();
    let (evm, stylus) = (FrameKind::Evm, FrameKind::Stylus);
    assert_eq!(kinds, [(0, evm), (1, stylus), (2, evm), (3, stylus)]);
}

#[test]
fn delegated_writes_land_in_the_caller() {
    let mut rig = Rig::new();
    let store = rig.deploy(&program(
        "(call $read_args (i32.const 0))
         (call $sstore (i32.const 64) (i32.const 0))
         (call $flush (i32.const 0))
         (i32.const 0)",
    ));
    let stylus = rig.deploy(&relay("delegate"));
    let solidity = rig.install(0x50, forwarder(store, DELEGATECALL));
    assert!(rig.send(stylus, to(store, &word(5))).status.is_success());
    assert!(rig.send(solidity, word(6)).status.is_success());
    assert_eq!(rig.chain.storage(stylus, U256::ZERO), U256::from(5));
    assert_eq!(rig.chain.storage(solidity, U256::ZERO), U256::from(6));
    assert_eq!(rig.chain.storage(store, U256::ZERO), U256::ZERO);
}

#[test]
fn failed_callee_leaves_no_trace_and_its_data_crosses() {
    let mut rig = Rig::new();
    let fail = rig.deploy(&program(
        "(call $sstore (i32.const 64) (i32.const 0))
         (call $flush (i32.const 0))
         (call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))
         (i32.store (i32.const 0) (i32.const 0x64636261))
         (call $write_result (i32.const 0) (i32.const 4))
         (i32.const 1)",
    ));
    let hop = rig.deploy(&relay("call"));
    let outer = rig.install(0x50, forwarder(hop, CALL));
    let receipt = rig.send(outer, to(fail, &[]));
    assert_eq!(receipt.status, Outcome::Revert { output: b"abcd".into() });
    assert!(receipt.logs.is_empty());
    assert_eq!(rig.chain.storage(fail, U256::ZERO), U256::ZERO);
}

#[test]
fn reentrancy_counts_frames_that_act_for_themselves() {
    let mut rig = Rig::new();
    // With no data it reports; with data it calls the address there, which calls back.
    let body = format!(
        "(if (i32.eqz (local.get $len)) (then {} (return)))
         (call $read_args (i32.const 2048))
         (drop (call $call (i32.const 2060) (i32.const 0) (i32.const 0) (i32.const 1024)
           (i64.const -1) (i32.const 0)))
         (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 128)))
         (call $write_result (i32.const 0) (i32.const 128))
         (i32.const 0)",
        REPORT
    );
    let this = rig.deploy(&program(&body));
    let back = rig.install(0x50, forwarder(this, CALL));
    let receipt = rig.send(this, to(back, &[]));
    assert_eq!(receipt.status.output(), report(back, this, 0, 1));

    let elsewhere = rig.install(0x51, forwarder(this, DELEGATECALL));
    let receipt = rig.send(this, to(elsewhere, &[]));
    assert_eq!(receipt.status.output(), report(this, elsewhere, 0, 0));
}

#[test]
fn value_calls_pay_9000_and_25000_and_give_a_stipend() {
    let mut rig = Rig::new();
    let pay = rig.deploy(&program(
        "(call $read_args (i32.const 2048))
         (i32.store8 (i32.const 1055) (i32.const 1))
         (call $call (i32.const 2060) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const 0) (i32.const 0))",
    ));
    rig.chain.fund(pay, ether(1));
    let nobody = Address::repeat_byte(0x77);
    let receipt = rig.send(pay, to(nobody, &[]));
    assert!(receipt.status.is_success());
    assert_eq!(receipt.trace.of(Cost::Call), 2_600 + 9_000 + 25_000);
    assert_eq!(rig.chain.balance(nobody), U256::from(1));
    let receipt = rig.send(pay, to(nobody, &[]));
    assert_eq!(receipt.trace.of(Cost::Call), 2_600 + 9_000);

    // PUSH1 0; PUSH1 0; LOG0; STOP: only the stipend pays for it.
    let logger = rig.install(0x60, vec![0x60, 0, 0x60, 0, 0xa0, 0].into());
    let receipt = rig.send(pay, to(logger, &[]));
    assert_eq!(receipt.logs.len(), 1);
    assert_eq!(receipt.trace.frames[1].used, 3 + 3 + 375);
}

#[test]
fn call_without_enough_balance_fails() {
    let mut rig = Rig::new();
    let pay = rig.deploy(&program(
        "(call $read_args (i32.const 2048))
         (i32.store8 (i32.const 1055) (i32.const 1))
         (call $call (i32.const 2060) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const -1) (i32.const 0))",
    ));
    let receipt = rig.send(pay, to(ALICE, &[]));
    assert_eq!(receipt.status, Outcome::Revert { output: Bytes::new() });
}

#[test]
fn program_gives_63_of_64_to_its_callee() {
    let mut rig = Rig::new();
    let hop = rig.deploy(&relay("call"));
    // GAS; PUSH1 0; MSTORE; PUSH1 32; PUSH1 0; RETURN
    let gas = rig.install(0x50, vec![0x5a, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3].into());
    let receipt = rig.transact(Tx::call(ALICE, hop, to(gas, &[])).gas(500_000));
    let (outer, inner) = (&receipt.trace.frames[0], &receipt.trace.frames[1]);
    let seen: u64 = number(&receipt).to();
    let own_before = 500_000 - receipt.trace.of(Cost::Intrinsic) - outer.own.of(Cost::Init) - 2_600;
    // The program's own instructions before the call take less than 30 gas.
    let limit = seen + 2;
    assert!(
        limit <= own_before * 63 / 64 && limit + 30 > own_before * 63 / 64,
        "{limit} of {own_before}"
    );
    assert_eq!(inner.used, 2 + 3 + 6 + 3 + 3);
}

#[test]
fn logs_carry_topics_and_data() {
    let mut rig = Rig::new();
    let emit = rig.deploy(&program(
        "(call $read_args (i32.const 0))
         (call $emit_log (i32.const 0) (i32.const 96) (i32.const 2))
         (i32.const 0)",
    ));
    let receipt = rig.send(emit, [word(1), word(2), word(3)].concat());
    let log = &receipt.logs[0];
    assert_eq!(log.address, emit);
    assert_eq!(log.topics(), [B256::from(word(1)), B256::from(word(2))]);
    assert_eq!(log.data.data.as_ref(), word(3));
    assert_eq!(receipt.trace.of(Cost::Log), 375 * 3 + 8 * 32);
}

#[test]
fn create_returns_the_address_or_zero_and_revert_data() {
    let mut rig = Rig::new();
    let factory = |salted: bool| {
        let (name, salt) = if salted { ("create2", "(i32.const 1056)") } else { ("create1", "") };
        program(&format!(
            "(call $read_args (i32.const 2048))
             (call ${name} (i32.const 2048) (local.get $len) (i32.const 1024) {salt} (i32.const 12) (i32.const 32))
             (drop (call $read_return_data (i32.const 36) (i32.const 0) (i32.load (i32.const 32))))
             (call $write_result (i32.const 0) (i32.add (i32.const 36) (i32.load (i32.const 32))))
             (i32.const 0)"
        ))
    };
    let code = init_code(&[0x00]);
    let plain = rig.deploy(&factory(false));
    let receipt = rig.send(plain, code.clone());
    let expected = plain.create(1);
    assert_eq!(receipt.status.output()[12..32], expected[..]);
    assert_eq!(rig.chain.code(expected).as_ref(), [0x00]);
    assert_eq!(receipt.trace.of(Cost::Create), 32_000 + 200);

    let salted = rig.deploy(&factory(true));
    let receipt = rig.send(salted, code.clone());
    let expected = salted.create2(B256::ZERO, keccak256(&code));
    assert_eq!(receipt.status.output()[12..32], expected[..]);
    assert_eq!(receipt.trace.of(Cost::Create), 32_000 + 6 * 2 + 200);

    // PUSH1 1; PUSH1 31; REVERT
    let receipt = rig.send(plain, vec![0x60, 1, 0x60, 31, 0xfd]);
    assert_eq!(receipt.status.output(), [word(0).as_slice(), &[1, 0, 0, 0], &[0]].concat());
}

/// Recurses `depth` times with many live values, then calls the address in its data with that data.
fn deep(depth: u32) -> Vec<u8> {
    program_with(
        1,
        "(func $down (param $n i32) (param $a i64) (param $b i64) (result i64)
           (if (result i64) (local.get $n)
             (then
               (i64.add (i64.mul (local.get $a) (local.get $b))
                 (call $down (i32.sub (local.get $n) (i32.const 1))
                   (i64.add (local.get $a) (i64.const 3)) (i64.mul (local.get $b) (i64.const 5)))))
             (else
               (drop (call $call (i32.const 2060) (i32.const 2048) (i32.const 32) (i32.const 1024)
                 (i64.const -1) (i32.const 0)))
               (local.get $a))))",
        &format!(
            "(call $read_args (i32.const 2048))
             (drop (call $down (i32.const {depth}) (i64.const 7) (i64.const 9)))
             (i32.const 0)"
        ),
    )
}

#[test]
fn deep_recursion_across_machines_ends_without_a_crash() {
    let mut rig = Rig::new();
    for depth in [0, 1_800] {
        let this = rig.deploy(&deep(depth));
        rig.chain.set_cached(this, true);
        let solidity = rig.install(0x50, forwarder(this, CALL));
        let receipt = rig.send(this, to(solidity, &[]));
        assert!(receipt.status.is_success(), "{:?}", receipt.status);
        let stylus = receipt.trace.frames.iter().filter(|frame| frame.kind == FrameKind::Stylus);
        assert!(stylus.count() > 100, "{} frames", receipt.trace.frames.len());
    }
}
