//! The program that `cargo stylus new` makes, against its own instructions run one by one.

use alloy_sol_types::{SolCall, sol};
use plimsoll_devnet::alloy_primitives::{Address, U256};
use plimsoll_devnet::{Cost, Receipt, Tx};

use crate::hosts::Hosts;
use crate::interpreter::Interpreter;
use crate::paper::*;
use crate::rig::{ALICE, Rig, output, trap};

sol! {
    function number() external view returns (uint256);
    function setNumber(uint256 new_number) external;
    function mulNumber(uint256 new_number) external;
    function addNumber(uint256 new_number) external;
    function increment() external;
    function addFromMsgValue() external payable;
}

const COUNTER: &[u8] = include_bytes!("../programs/counter.wasm");

/// Counted in the module: 15,779 bytes, 67 functions with 168 parameters and results, three globals,
/// an element segment of 22 bytes and a data segment of 756.
const SIZES: Sizes =
    Sizes { len: 15_779, functions: 67, type_words: 168, globals: 3, data: 22 + 756, pages: 1 };

/// A load that misses, and the request.
const MISS: u64 = COLD_SLOAD + REQUEST;

struct Counter {
    rig: Rig,
    account: Address,
    /// What storage has, by what was called.
    number: u64,
}

impl Counter {
    fn new() -> Self {
        let mut rig = Rig::new();
        let account = rig.chain.deploy_stylus(ALICE, COUNTER).expect("deployment").address;
        Self { rig, account, number: 0 }
    }

    fn send(&mut self, call: impl SolCall, wei: u64) -> Receipt {
        let tx = Tx::call(ALICE, self.account, call.abi_encode()).value(U256::from(wei));
        self.rig.send(tx)
    }

    /// Checks what a call costs against the module's instructions and so much gas for storage, and
    /// that it leaves `number`.
    fn check(&mut self, call: impl SolCall, wei: u64, storage: u64, number: u64) {
        let calldata = call.abi_encode();
        let word = |value: u64| U256::from(value).to_be_bytes::<32>();
        let (value, before) = (word(wei), word(self.number));
        let hosts = Hosts { calldata: calldata.clone(), value, word: before, result: Vec::new() };
        let mut alone = Interpreter::new(COUNTER, hosts);
        assert_eq!(alone.run(), 0);
        assert_eq!(alone.hosts.word, word(number));

        let receipt = self.send(call, wei);
        assert_eq!(output(&receipt), alone.hosts.result);
        assert_eq!(self.rig.chain.storage(self.account, U256::ZERO), U256::from(number));
        assert_eq!(receipt.trace.frames[0].ink, alone.ink);
        let gas = receipt.gas_used + receipt.trace.refund;
        let loading = cached(SIZES) + uncached(SIZES);
        let ink = alone.ink.div_ceil(PRICE);
        assert_eq!(gas, TX + data_gas(&calldata) + loading + storage + ink);
        self.number = number;
    }
}

#[test]
fn loading_follows_from_the_module() {
    assert_eq!(COUNTER.len() as u64, SIZES.len);
    let mut counter = Counter::new();
    let receipt = counter.send(numberCall {}, 0);
    assert_eq!(receipt.trace.of(Cost::Init), LOADING + LATER);
    counter.rig.chain.set_cached(counter.account, true);
    let receipt = counter.send(numberCall {}, 0);
    assert_eq!(receipt.trace.of(Cost::Init), LOADING);
    assert_eq!((LOADING, LATER), (cached(SIZES), uncached(SIZES)));
}

/// Functions, bytes, globals, data and the page: 8 + 19 + 11 + 585 + 5, types nothing.
const LOADING: u64 = 352 + 628;
/// Functions, types and bytes: 552 + 177 + 2,029.
const LATER: u64 = 8_832 + 2_758;

#[test]
fn every_method_costs_what_its_instructions_do() {
    let mut counter = Counter::new();
    let n = |value: u64| U256::from(value);
    counter.check(numberCall {}, 0, MISS, 0);
    // Written without being read: the flush finds the slot cold, and then one that was empty.
    counter.check(setNumberCall { new_number: n(5) }, 0, COLD_SLOAD + SSTORE_NEW, 5);
    // A load that misses; the store finds the slot warm.
    counter.check(incrementCall {}, 0, MISS + SSTORE_RESET, 6);
    counter.check(mulNumberCall { new_number: n(7) }, 0, MISS + SSTORE_RESET, 42);
    // Times one: read and written back unchanged, hence clean.
    counter.check(mulNumberCall { new_number: n(1) }, 0, MISS, 42);
    counter.check(addNumberCall { new_number: n(8) }, 0, MISS + SSTORE_RESET, 50);
    counter.check(addFromMsgValueCall {}, 3, MISS + SSTORE_RESET, 53);
    counter.check(setNumberCall { new_number: U256::ZERO }, 0, COLD_SLOAD + SSTORE_RESET, 0);
    counter.check(addNumberCall { new_number: n(u64::MAX) }, 0, MISS + SSTORE_NEW, u64::MAX);
    counter.check(numberCall {}, 0, MISS, u64::MAX);
}

#[test]
fn refused_calls_revert_and_change_nothing() {
    let mut counter = Counter::new();
    counter.check(setNumberCall { new_number: U256::from(5) }, 0, COLD_SLOAD + SSTORE_NEW, 5);
    // Value where none is taken, and a selector that nobody has.
    assert!(!counter.send(incrementCall {}, 1).status.is_success());
    let unknown = counter.rig.send(Tx::call(ALICE, counter.account, [1, 2, 3, 4]));
    assert_eq!(unknown.status, trap());
    counter.check(numberCall {}, 0, MISS, 5);
    assert_eq!(counter.rig.chain.balance(counter.account), U256::ZERO);
}
