//! What a transaction that panics leaves behind: all there was.

use std::panic::{AssertUnwindSafe, catch_unwind};

use alloy_primitives::{Address, Bytes, U256};

use super::{BlockInfo, Chain, ChainConfig, NITRO_DEV_ACCOUNT, Tx};
use crate::evm::instructions::PANIC;

const BROKEN: Address = Address::repeat_byte(0x0b);
const STORES: Address = Address::repeat_byte(0x0c);

/// A chain with a block behind it, code that stores 7 in slot 0, and code that stores and panics.
fn chain() -> Chain {
    let mut chain = Chain::new(ChainConfig { history: 4, ..ChainConfig::default() });
    chain.fund(NITRO_DEV_ACCOUNT, U256::from(1_000_000_000_000_000_000u64));
    // PUSH1 7; PUSH1 0; SSTORE
    let store = [0x60, 7, 0x60, 0, 0x55];
    chain.set_code(STORES, Bytes::copy_from_slice(&store));
    chain.set_code(BROKEN, [store.as_slice(), &[PANIC]].concat().into());
    chain.mine();
    chain
}

fn call(to: Address) -> Tx {
    Tx::call(NITRO_DEV_ACCOUNT, to, [])
}

/// Everything that can be seen of a chain.
fn seen(chain: &Chain) -> impl PartialEq + std::fmt::Debug + use<> {
    let accounts = chain.accounts().into_iter().map(|account| {
        let words = chain.storage_words(account);
        (account, chain.balance(account), chain.nonce(account), chain.code(account), words)
    });
    (accounts.collect::<Vec<_>>(), chain.block(), chain.config().base_fee, chain.depth())
}

fn panics<T>(work: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(work)).is_err());
}

#[test]
fn transaction_that_panics_leaves_the_state_as_it_was() {
    let mut chain = chain();
    let before = seen(&chain);
    panics(|| chain.transact(call(BROKEN)));
    panics(|| chain.simulate(call(BROKEN)));
    panics(|| chain.batch(|chain| chain.transact(call(BROKEN))));
    assert_eq!(seen(&chain), before);
    let receipt = chain.transact(call(STORES)).expect("valid transaction");
    assert!(receipt.status.is_success());
    assert_eq!(chain.storage(STORES, U256::ZERO), U256::from(7));
}

#[test]
fn work_aside_that_panics_is_put_back() {
    let mut chain = chain();
    chain.transact(call(STORES)).expect("valid transaction");
    let before = seen(&chain);
    let block = BlockInfo { l2_block: 1, l1_block: 2, timestamp: 3 };
    for back in [0, 1] {
        panics(|| {
            chain.aside(back, block, 1, |chain| {
                let first = chain.transact(call(STORES)).expect("valid transaction");
                assert!(first.status.is_success());
                chain.transact(call(BROKEN))
            })
        });
        assert_eq!(seen(&chain), before);
    }
}
