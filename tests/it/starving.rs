//! Feeds that need nearly all the gas that one is given, and callers who bring less.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::pokeCall;
use plimsoll_devnet::Tx;
use plimsoll_testkit::contracts::Wallet;
use plimsoll_testkit::engine::{MALLORY, WETH, World, wad};

use crate::sources::{Five, five};

/// What the greedy feed says, with others on either side of it: without it the price is another.
const GREEDY: u128 = wad(3_020);

/// EVM code that answers `latestRoundData` with `answer` and the block's time, after 7,300 rounds of
/// a loop of 26 gas.
fn greedy(answer: u128) -> Bytes {
    let mut code = vec![0x61, 0x1c, 0x84];
    // 3: JUMPDEST, n - 1, again unless zero.
    code.extend([0x5b, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 3, 0x57]);
    // Round 1; the answer; begun at zero; updated now; answered in round 1.
    code.extend([0x60, 1, 0x60, 0, 0x52, 0x6f]);
    code.extend(answer.to_be_bytes());
    code.extend([0x60, 0x20, 0x52, 0x42, 0x60, 0x60, 0x52, 0x60, 1, 0x60, 0x80, 0x52]);
    code.extend([0x60, 0xa0, 0x60, 0, 0xf3]);
    code.into()
}

/// Five sources of which the last contract that is asked uses 190,000 gas of the 200,000 that it is
/// given.
fn hungry() -> (Five, Address) {
    let mut five = five();
    let feed = five.world.source_word(WETH, 3).address;
    five.world.pass(1);
    for (n, price) in [(0, 3_000), (1, 3_010), (2, 3_060), (4, 3_070)] {
        five.say(n, wad(price));
    }
    // Without an answer of its own the price would be another.
    let before = five.world.snapshot();
    five.world.chain.set_code(feed, Bytes::from_static(&[0xfe]));
    five.poke();
    assert_ne!(five.world.asset_price(WETH).price, GREEDY);
    five.world.revert(before);
    five.world.chain.set_code(feed, greedy(GREEDY));
    let wallet = five.world.deploy_contract("Wallet");
    (five, wallet)
}

fn poke(world: &World) -> Wallet::Call {
    let data = pokeCall { assets: vec![WETH] }.abi_encode().into();
    Wallet::Call { to: world.engine, value: U256::ZERO, data }
}

/// Runs `calls` in one transaction with every amount of gas in a range. What passes has heard the
/// greedy feed; what does not has changed nothing.
fn sweep(five: &mut Five, wallet: Address, calls: usize, gas: std::ops::Range<u64>) {
    let list = vec![poke(&five.world); calls];
    let data = Wallet::execManyCall { list }.abi_encode();
    let old = five.world.asset_price(WETH);
    assert_ne!(old.price, GREEDY);
    let (mut passed, mut failed) = (0, 0);
    for gas in gas.step_by(397) {
        let before = five.world.snapshot();
        let tx = Tx::call(MALLORY, wallet, data.clone()).gas(gas);
        if five.world.transact(tx).is_ok() {
            passed += 1;
            assert_eq!(five.world.asset_price(WETH).price, GREEDY, "with {gas} gas");
        } else {
            failed += 1;
            assert_eq!(five.world.asset_price(WETH), old, "with {gas} gas");
        }
        five.world.revert(before);
    }
    assert!(passed > 20 && failed > 20, "{passed} and {failed}");
}

#[test]
fn a_caller_cannot_starve_a_feed_that_needs_nearly_all() {
    let (mut five, wallet) = hungry();
    sweep(&mut five, wallet, 1, 180_000..420_000);
}

/// The second time its words are warm, and storing them costs less.
#[test]
fn nor_with_a_second_poke_in_one_transaction() {
    let (mut five, wallet) = hungry();
    sweep(&mut five, wallet, 2, 400_000..760_000);
}
