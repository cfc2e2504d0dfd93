//! Deployment, activation, expiry, fees, blocks and snapshots.

use plimsoll_devnet::alloy_primitives::{Address, U256, keccak256};
use plimsoll_devnet::{
    ARB_WASM, ActivationError, Cost, DeployError, HaltReason, Outcome, Tx, TxError, clean_wasm,
    init_code, stylus_code,
};

use crate::rig::{ALICE, Rig, ether, program, program_with, word};

fn nothing() -> Vec<u8> {
    program("(i32.const 0)")
}

#[test]
fn deployment_stores_prefixed_code_and_takes_a_data_fee() {
    let mut rig = Rig::new();
    let wasm = nothing();
    let deployed = rig.chain.deploy_stylus(ALICE, &wasm).unwrap();
    assert_eq!(rig.chain.code(deployed.address), stylus_code(&wasm));
    assert_eq!(rig.chain.code(deployed.address)[..4], [0xef, 0xf0, 0, 0]);
    // At least 512,000 bytes at 82,928,201 wei.
    assert!(deployed.data_fee > U256::from(512_000u64 * 82_928_201));
    let activation = deployed.activation.unwrap();
    assert!(activation.trace.of(Cost::Precompile) > 1_659_168);
    assert_eq!(activation.logs.len(), 1);
    assert_eq!(rig.chain.balance(ARB_WASM), U256::ZERO);
    let gas = deployed.creation.gas_used + activation.gas_used;
    let paid = ether(1_000) - rig.chain.balance(ALICE);
    assert_eq!(paid, deployed.data_fee + U256::from(gas) * U256::from(20_000_000));
}

#[test]
fn invalid_programs_are_refused_with_a_reason() {
    let mut rig = Rig::new();
    let float = program("(drop (f32.add (f32.const 1) (f32.const 1))) (i32.const 0)");
    let refused = rig.chain.deploy_stylus(ALICE, &float);
    assert!(matches!(refused, Err(DeployError::Program(_))), "{refused:?}");
    let garbage = rig.chain.deploy_stylus(ALICE, b"not wasm");
    assert!(
        matches!(garbage, Err(DeployError::Program(ActivationError::Invalid(_)))),
        "{garbage:?}"
    );
}

#[test]
fn ef_code_is_refused_unless_it_is_stylus() {
    let mut rig = Rig::new();
    let refused = rig.chain.deploy_evm(ALICE, init_code(&[0xef, 0x00, 0x01]));
    let Err(DeployError::Creation(Outcome::Halt { reason })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(reason, HaltReason::CreateContractStartingWithEF);
    let fragment = [0xef, 0xf0, 0x01, 0x00];
    let (fragment, _) = rig.chain.deploy_evm(ALICE, init_code(&fragment)).unwrap();
    let receipt = rig.transact(Tx::call(ALICE, fragment, []).gas(50_000));
    assert_eq!(receipt.gas_used, 50_000);
}

#[test]
fn snapshot_brings_back_state_and_block() {
    let mut rig = Rig::new();
    let store = rig.deploy(&program(
        "(call $read_args (i32.const 0))
         (call $sstore (i32.const 64) (i32.const 0))
         (call $flush (i32.const 0))
         (i32.const 0)",
    ));
    rig.send(store, word(1));
    let block = rig.chain.block();
    let nonce = rig.chain.nonce(ALICE);
    let snapshot = rig.chain.snapshot();
    rig.send(store, word(2));
    rig.chain.advance(60);
    let late = rig.chain.deploy_stylus(ALICE, &nothing()).unwrap().address;
    assert!(rig.chain.revert(snapshot));
    assert!(!rig.chain.revert(snapshot));
    assert_eq!(rig.chain.storage(store, U256::ZERO), U256::from(1));
    assert_eq!(rig.chain.block(), block);
    assert_eq!(rig.chain.nonce(ALICE), nonce);
    assert!(rig.chain.code(late).is_empty());
    assert!(!rig.chain.is_active(late));
}

#[test]
fn simulation_leaves_no_trace() {
    let mut rig = Rig::new();
    let (nonce, balance) = (rig.chain.nonce(ALICE), rig.chain.balance(ALICE));
    let bob = Address::repeat_byte(0xb0);
    let outcome = rig.chain.call(Tx::call(ALICE, bob, []).value(ether(1))).unwrap();
    assert!(outcome.is_success());
    assert_eq!((rig.chain.nonce(ALICE), rig.chain.balance(ALICE)), (nonce, balance));
    assert_eq!(rig.chain.balance(bob), U256::ZERO);
}

#[test]
fn invalid_transactions_are_refused() {
    let mut rig = Rig::new();
    let bob = Address::repeat_byte(0xb0);
    let tx = || Tx::call(ALICE, bob, []);
    let mut refuse = |tx| rig.chain.transact(tx).expect_err("refusal");
    assert_eq!(refuse(Tx { nonce: Some(5), ..tx() }), TxError::Nonce { expected: 0, given: 5 });
    assert_eq!(refuse(tx().gas(20_999)), TxError::GasLimitTooLow { needed: 21_000 });
    assert_eq!(refuse(tx().gas(32_000_001)), TxError::GasLimitTooHigh { limit: 32_000_000 });
    assert!(matches!(refuse(tx().value(ether(1_000))), TxError::Balance { .. }));
    let cheap = Tx { max_fee: Some(1), ..tx() };
    assert_eq!(refuse(cheap), TxError::FeeBelowBase { base_fee: 20_000_000 });
    let receipt = rig.transact(Tx { nonce: Some(0), ..Tx::call(ALICE, bob, []) });
    assert_eq!(receipt.gas_used, 21_000);
}

#[test]
fn blocks_advance_with_transactions_and_time() {
    let mut rig = Rig::new();
    let bob = Address::repeat_byte(0xb0);
    let first = rig.send(bob, []).block;
    let second = rig.send(bob, []).block;
    assert_eq!(second.l2_block, first.l2_block + 1);
    assert_eq!(second.timestamp, first.timestamp);
    rig.chain.advance(24);
    let third = rig.send(bob, []).block;
    assert_eq!(third.timestamp, first.timestamp + 24);
    assert_eq!(third.l1_block, first.l1_block + 2);
}

#[test]
fn cleaned_module_has_no_custom_sections_and_runs_the_same() {
    let mut rig = Rig::new();
    let wasm = nothing();
    // Section 0, seven bytes: name "abc", three bytes of content.
    let noisy = [wasm.as_slice(), &[0, 7, 3, b'a', b'b', b'c', 1, 2, 3]].concat();
    assert_eq!(clean_wasm(&noisy).unwrap(), clean_wasm(&wasm).unwrap());
    let clean = rig.deploy(&clean_wasm(&noisy).unwrap());
    assert!(rig.send(clean, []).status.is_success());
    assert!(clean_wasm(b"not wasm").is_err());
}

#[test]
fn clone_goes_its_own_way() {
    let mut rig = Rig::new();
    let mut other = rig.chain.clone();
    let bob = Address::repeat_byte(0xb0);
    rig.transact(Tx::call(ALICE, bob, []).value(U256::from(1)));
    assert_eq!(other.balance(bob), U256::ZERO);
    let sent = other.batch(|chain| {
        (0..10).all(|_| chain.transact(Tx::call(ALICE, bob, []).value(U256::from(2))).is_ok())
    });
    assert_eq!(sent, Ok(true));
    assert_eq!((rig.chain.balance(bob), other.balance(bob)), (U256::from(1), U256::from(20)));
}

/// A program whose data does not compress.
fn incompressible(bytes: usize) -> Vec<u8> {
    let words = (0..bytes / 32).map(|i| keccak256(i.to_be_bytes()));
    let data: String = words.flat_map(|word| word.0).map(|byte| format!("\\{byte:02x}")).collect();
    program_with(
        1,
        &format!("(data (i32.const 0) \"{data}\")"),
        "(call $write_result (i32.const 0) (i32.const 32)) (i32.const 0)",
    )
}

#[test]
fn program_too_long_for_one_account_runs_from_fragments() {
    let mut rig = Rig::new();
    let deployed = rig.chain.deploy_stylus(ALICE, &incompressible(60_000)).unwrap();
    assert_eq!(deployed.fragments.len(), 3);
    assert_eq!(rig.chain.code(deployed.address).len(), 4 + 4 + 3 * 20);
    let receipt = rig.send(deployed.address, []);
    assert_eq!(receipt.status.output(), keccak256(0usize.to_be_bytes()));
}
