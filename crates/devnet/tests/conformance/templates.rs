//! A program as the SDK's macros make it, in the shape of `cargo stylus new`'s.

use alloy_sol_types::{SolCall, sol};
use plimsoll_devnet::alloy_primitives::{Address, U256};
use plimsoll_devnet::{Cost, Receipt, Tx};

use crate::paper::*;
use crate::rig::{ALICE, Rig, output, trap};

sol! {
    function total() external view returns (uint256);
    function reset(uint256 total) external;
    function add(uint256 amount) external;
    function scale(uint256 factor) external;
    function pay() external payable;
}

const TALLY: &[u8] = include_bytes!("../programs/tally.wasm");

/// Counted in the module: 14,756 bytes, 66 functions with 167 parameters and results, three globals,
/// an element segment of 22 bytes and a data segment of 756.
const SIZES: Sizes =
    Sizes { len: 14_756, functions: 66, type_words: 167, globals: 3, data: 22 + 756, pages: 1 };

struct Tally {
    rig: Rig,
    account: Address,
}

impl Tally {
    fn new() -> Self {
        let mut rig = Rig::new();
        let account = rig.chain.deploy_stylus(ALICE, TALLY).expect("deployment").address;
        Self { rig, account }
    }

    fn send(&mut self, call: impl SolCall, wei: u64) -> Receipt {
        let tx = Tx::call(ALICE, self.account, call.abi_encode()).value(U256::from(wei));
        self.rig.send(tx)
    }

    fn total(&mut self) -> u64 {
        U256::from_be_slice(output(&self.send(totalCall {}, 0))).to()
    }
}

#[test]
fn loading_follows_from_the_module() {
    assert_eq!(TALLY.len() as u64, SIZES.len);
    // 8 + 0 + 18 + 11 + 585 + 5, and 544 + 176 + 1,897.
    assert_eq!(cached(SIZES), 352 + 627);
    assert_eq!(uncached(SIZES), 8_832 + 2_617);
    let mut tally = Tally::new();
    let receipt = tally.send(totalCall {}, 0);
    assert_eq!(receipt.trace.of(Cost::Init), 352 + 627 + 8_832 + 2_617);
    tally.rig.chain.set_cached(tally.account, true);
    let receipt = tally.send(totalCall {}, 0);
    assert_eq!(receipt.trace.of(Cost::Init), 352 + 627);
}

#[test]
fn methods_compute_and_pay_for_one_word() {
    let mut tally = Tally::new();
    let slot = |tally: &Tally| tally.rig.chain.storage(tally.account, U256::ZERO);
    // A load that misses; the store finds the slot warm.
    let receipt = tally.send(addCall { amount: U256::from(5) }, 0);
    assert_eq!(receipt.trace.of(Cost::Storage), (COLD_SLOAD + REQUEST) + SSTORE_NEW);
    assert_eq!(slot(&tally), U256::from(5));
    let receipt = tally.send(scaleCall { factor: U256::from(3) }, 0);
    assert_eq!(receipt.trace.of(Cost::Storage), (COLD_SLOAD + REQUEST) + SSTORE_RESET);
    assert_eq!(tally.total(), 15);
    // Times one: read and written back unchanged, hence clean.
    let receipt = tally.send(scaleCall { factor: U256::from(1) }, 0);
    assert_eq!(receipt.trace.of(Cost::Storage), COLD_SLOAD + REQUEST);
    // Written without being read, and cleared.
    let receipt = tally.send(resetCall { total: U256::ZERO }, 0);
    assert_eq!(receipt.trace.of(Cost::Storage), COLD_SLOAD + SSTORE_RESET);
    assert_eq!(receipt.trace.refund, 4_800);
    tally.send(payCall {}, 9);
    assert_eq!(tally.total(), 9);
}

#[test]
fn refused_calls_revert_and_change_nothing() {
    let mut tally = Tally::new();
    tally.send(addCall { amount: U256::from(5) }, 0);
    // Value where none is taken, and a selector that nobody has.
    assert!(!tally.send(addCall { amount: U256::from(5) }, 1).status.is_success());
    let unknown = tally.rig.send(Tx::call(ALICE, tally.account, [1, 2, 3, 4]));
    assert_eq!(unknown.status, trap());
    assert_eq!(tally.total(), 5);
    assert_eq!(tally.rig.chain.balance(tally.account), U256::ZERO);
}

/// Whatever the program does, its ink is what its gas comes from.
#[test]
fn gas_is_loading_storage_and_ink_rounded_up() {
    let mut tally = Tally::new();
    let call = addCall { amount: U256::from(5) };
    let receipt = tally.send(call.clone(), 0);
    let data = TX + data_gas(&call.abi_encode());
    let loading = cached(SIZES) + uncached(SIZES);
    let storage = (COLD_SLOAD + REQUEST) + SSTORE_NEW;
    let ink = receipt.trace.frames[0].ink;
    assert_eq!(receipt.gas_used, data + loading + storage + ink.div_ceil(PRICE));
}
