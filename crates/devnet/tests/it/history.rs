//! States of closed blocks, and transactions that are watched.

use std::collections::BTreeMap;

use plimsoll_devnet::alloy_primitives::{Address, B256, Bytes, U256, hex};
use plimsoll_devnet::{BlockInfo, Chain, ChainConfig, Tx, Watch, init_code, stylus_code};

use crate::rig::{ALICE, ether, number, program, to, word};

/// Everything that the state of a chain says of its accounts.
type State = BTreeMap<Address, (U256, u64, B256, Bytes, BTreeMap<U256, U256>)>;

fn state(chain: &Chain) -> State {
    let accounts = chain.accounts().into_iter();
    accounts
        .map(|account| {
            let (balance, nonce) = (chain.balance(account), chain.nonce(account));
            let (hash, code) = (chain.code_hash(account), chain.code(account));
            (account, (balance, nonce, hash, code, chain.storage_words(account)))
        })
        .collect()
}

fn chain(history: usize) -> Chain {
    let config = ChainConfig { auto_mine: false, history, ..ChainConfig::default() };
    let mut chain = Chain::new(config);
    chain.fund(ALICE, ether(1_000));
    chain.mine();
    chain
}

/// Stores the first word of call data in slot 0 and its value in slot 1; sets slot 2 to zero.
const KEEPER: [u8; 10] = hex!("5f355f55346001555f60");

fn keeper() -> Bytes {
    init_code(&[&KEEPER[..], &hex!("0255")].concat())
}

/// Writes a slot, gives what it has to its caller and ends with the transaction that made it.
const MAYFLY: [u8; 6] = hex!("60015f5533ff");

#[test]
fn every_closed_block_has_its_state_back() {
    let mut chain = chain(64);
    let mut kept = Vec::new();
    let mut close = |chain: &mut Chain| {
        chain.mine();
        kept.push((chain.block(), state(chain)));
    };
    close(&mut chain);
    let (vault, _) = chain.deploy_evm(ALICE, keeper()).expect("deployment");
    close(&mut chain);
    for step in 0..4_u64 {
        // Two writes of one slot in one block: the first value is what was there before.
        for part in [step, step + 10] {
            let tx = Tx::call(ALICE, vault, word(part)).value(U256::from(part));
            chain.transact(tx).expect("valid");
        }
        close(&mut chain);
    }
    let wasm = program("(i32.const 0)");
    let deployed = chain.deploy_stylus(ALICE, &wasm).expect("deployment");
    close(&mut chain);
    // Comes and goes in one transaction; its address had money, and has none afterwards.
    let mayfly = ALICE.create(chain.nonce(ALICE));
    chain.fund(mayfly, ether(1));
    chain.transact(Tx::create(ALICE, Bytes::from_static(&MAYFLY))).expect("valid");
    assert_eq!(chain.balance(mayfly), U256::ZERO);
    close(&mut chain);
    chain.set_storage(vault, U256::from(7), U256::from(7));
    chain.set_code(vault, Bytes::from_static(&[0]));
    chain.set_nonce(Address::repeat_byte(9), 1);
    close(&mut chain);

    let (now, last) = (state(&chain), kept.len() - 1);
    // What was arranged after a block belongs to the state it left.
    kept[last - 2]
        .1
        .entry(mayfly)
        .or_insert_with(|| (ether(1), 0, chain.code_hash(mayfly), Bytes::new(), BTreeMap::new()));
    let of_vault = |state: &mut State| {
        let vault = state.get_mut(&vault).expect("vault");
        (vault.2, vault.3) = (chain.code_hash(vault_address(&now)), Bytes::from_static(&[0]));
        vault.4.insert(U256::from(7), U256::from(7));
    };
    of_vault(&mut kept[last - 1].1);
    let nine = now[&Address::repeat_byte(9)].clone();
    kept[last - 1].1.insert(Address::repeat_byte(9), nine);
    for (back, (block, before)) in kept.iter().rev().enumerate() {
        let past = chain.past(back).expect("kept");
        for (account, (balance, nonce, _, code, words)) in before {
            assert_eq!((past.balance(*account), past.nonce(*account)), (*balance, *nonce));
            assert_eq!(past.code(*account), *code);
            for slot in (0..9).map(U256::from) {
                let word = words.get(&slot).copied().unwrap_or_default();
                assert_eq!(past.storage(*account, slot), word, "{back} back, {account}");
            }
        }
        let found = chain.aside(back, *block, 1, |chain| {
            let found = state(chain);
            // Whatever happens there is forgotten, even blocks.
            chain.set_balance(ALICE, ether(7));
            for _ in 0..2 {
                chain.transact(Tx::call(ALICE, deployed.address, [])).expect("valid");
                chain.mine();
            }
            found
        });
        assert_eq!(found.as_ref(), Some(before), "{back} back");
        assert_eq!(state(&chain), now);
    }
}

/// The account with slot 7.
fn vault_address(state: &State) -> Address {
    let mut with = state.iter().filter(|(_, account)| account.4.contains_key(&U256::from(7)));
    *with.next().expect("vault").0
}

#[test]
fn history_ends_where_it_was_told_to() {
    for history in [0, 1, 3] {
        let mut chain = chain(history);
        for _ in 0..5 {
            chain.mine();
        }
        assert_eq!(chain.depth(), history);
        let block = chain.block();
        assert_eq!(chain.aside(history, block, 1, |_| ()), Some(()));
        assert_eq!(chain.aside(history + 1, block, 1, |_| ()), None);
        assert!(chain.past(history).is_some() && chain.past(history + 1).is_none());
    }
}

#[test]
fn work_aside_runs_in_the_block_and_at_the_price_it_is_given() {
    let mut chain = chain(4);
    // TIMESTAMP; BASEFEE; ADD; MSTORE; RETURN
    let clock = Address::repeat_byte(1);
    chain.set_code(clock, Bytes::from_static(&hex!("424801 5f5260205ff3")));
    let (block, fee) = (chain.block(), chain.config().base_fee);
    let there = BlockInfo { timestamp: 1_000, ..block };
    let receipt = chain.aside(0, there, 7, |chain| chain.simulate(Tx::call(ALICE, clock, [])));
    assert_eq!(number(&receipt.expect("state").expect("valid")), U256::from(1_007));
    assert_eq!((chain.block(), chain.config().base_fee), (block, fee));
}

#[test]
fn changes_are_told_once() {
    let mut chain = chain(4);
    chain.take_changes();
    let bob = Address::repeat_byte(0xb0);
    chain.set_storage(bob, U256::from(3), U256::from(1));
    chain.transact(Tx::call(ALICE, bob, []).value(U256::from(1))).expect("valid");
    let changes = chain.take_changes();
    assert_eq!(changes[&bob], [U256::from(3)].into());
    assert!(changes[&ALICE].is_empty());
    assert!(chain.take_changes().is_empty());
    // Reading changes nothing.
    chain.simulate(Tx::call(ALICE, bob, []).value(U256::from(1))).expect("valid");
    assert!(chain.take_changes().is_empty());
}

#[test]
fn watching_changes_neither_gas_nor_outcome() {
    let mut chain = chain(4);
    let body = "(call $read_args (i32.const 64))
        (call $sload (i32.const 64) (i32.const 96)) (call $sstore (i32.const 64) (i32.const 64))
        (call $flush (i32.const 1)) (call $write_result (i32.const 64) (local.get $len))
        (i32.const 0)";
    let inner = chain.deploy_stylus(ALICE, &program(body)).expect("deployment").address;
    let (outer, _) = chain
        .deploy_evm(ALICE, init_code(&crate::rig::forwarder(inner, 0xf1)))
        .expect("deployment");
    let relay = chain.deploy_stylus(ALICE, &crate::rig::relay("call")).expect("deployment").address;
    for tx in [
        Tx::call(ALICE, inner, word(5)),
        Tx::call(ALICE, outer, word(5)),
        Tx::call(ALICE, relay, to(outer, &word(5))),
        Tx::call(ALICE, relay, to(outer, &word(5))).gas(60_000),
        Tx::call(ALICE, relay, to(relay, &to(inner, &word(6)))),
        Tx::create(ALICE, init_code(&stylus_code(&program(body)))),
    ] {
        let plain = chain.simulate(tx.clone()).expect("valid");
        let all = Watch { calls: true, steps: true, memory: true, host_calls: true };
        let seen = chain.observe(tx.clone(), false, all).expect("valid");
        assert_eq!(seen.receipt.status, plain.status);
        assert_eq!(seen.receipt.gas_used, plain.gas_used);
        assert_eq!(seen.receipt.trace.words, plain.trace.words);
        assert!(seen.steps.is_some() && seen.host_calls.is_some());
        assert!(!seen.receipt.calls.is_empty() && plain.calls.is_empty());
    }
}

#[test]
fn accounts_are_shown_before_and_after() {
    let mut chain = chain(4);
    let (vault, _) = chain.deploy_evm(ALICE, keeper()).expect("deployment");
    chain.transact(Tx::call(ALICE, vault, word(5))).expect("valid");
    let tx = Tx::call(ALICE, vault, word(6)).value(U256::from(3));
    let seen = chain.observe(tx.clone(), true, Watch::default()).expect("valid");
    let touched = seen.accounts.iter().find(|touched| touched.address == vault).expect("vault");
    let (before, after) = (touched.before.clone().expect("is"), touched.after.clone().expect("is"));
    let words = |words: [u64; 3]| (0..3).map(U256::from).zip(words.map(U256::from)).collect();
    assert_eq!((before.balance, before.words), (U256::ZERO, words([5, 0, 0])));
    assert_eq!((after.balance, after.words), (U256::from(3), words([6, 3, 0])));
    // It was not kept, and comes out the same when it is.
    assert_eq!(chain.storage(vault, U256::ZERO), U256::from(5));
    assert_eq!(chain.transact(tx).expect("valid").gas_used, seen.receipt.gas_used);
    let nobody = Address::repeat_byte(0x33);
    let fresh = Tx::call(ALICE, nobody, []).value(U256::from(1));
    let seen = chain.observe(fresh, true, Watch::default()).expect("valid");
    let touched = seen.accounts.iter().find(|touched| touched.address == nobody).expect("nobody");
    assert!(touched.before.is_none() && touched.after.is_some());
}
