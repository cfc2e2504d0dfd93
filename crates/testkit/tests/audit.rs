//! The audit notices when a single word of the engine's storage is wrong.

use alloy_primitives::{Address, B256, U256, keccak256};
use plimsoll_testkit::audit::{audit, try_audit};
use plimsoll_testkit::engine::{ALICE, BOB, KAY, MALLORY, SUE, TAK, WETH, World, usdc, wad, whole};

/// Two owners in an open auction that has sold a part, and a closed one with a claim.
fn busy() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, whole(10, 18), usdc(21_000));
    world.open(BOB, WETH, whole(10, 18), usdc(21_000));
    world.set_price(WETH, wad(2_400));
    world.kick(KAY, &[ALICE]).expect("under water");
    world.take_all(TAK, world.newest(WETH));
    world.pass(20);
    world.kick(KAY, &[BOB]).expect("under water");
    world.take(TAK, world.newest(WETH), whole(2, 18));
    world
}

/// Slot of a mapping's value.
fn mapped(key: B256, mapping: u64) -> U256 {
    keccak256([key, U256::from(mapping).into()].concat()).into()
}

fn position(account: Address, word: u64) -> U256 {
    mapped(account.into_word(), 156) + U256::from(word)
}

#[test]
fn a_busy_market_adds_up() {
    let audit = audit(&busy());
    assert_eq!((audit.claims, audit.open_auctions), (2, 1));
    assert!(audit.net > 0 && audit.nav > 0 && audit.reserve > 0);
}

#[test]
fn every_wrong_word_is_noticed() {
    let auction = |slot: u64, word: u64| mapped(U256::from(slot).into(), 157) + U256::from(word);
    let high = |bits: usize| U256::ONE << bits;
    let words = [
        ("net debt", U256::from(1), U256::ONE),
        ("cash", U256::from(1), high(112)),
        ("no suppliers", U256::from(1), high(255)),
        ("shares", U256::from(2), U256::ONE),
        ("credits", U256::from(2), high(128)),
        ("on sale", U256::from(14), high(32)),
        ("held", U256::from(14), high(144)),
        ("debt", position(ALICE, 0), U256::ONE),
        ("balance", position(BOB, 1), U256::ONE),
        ("claim", position(BOB, 1), high(112)),
        ("bitmap", position(BOB, 0), high(112)),
        ("stale claim", position(MALLORY, 17), U256::ONE),
        ("lot", auction(2, 0), U256::ONE),
        ("units", auction(2, 1), U256::ONE),
        ("raised", auction(1, 1), high(112)),
        ("a share", mapped(SUE.into_word(), 158), U256::ONE),
        ("a credit", mapped(SUE.into_word(), 159), U256::ONE),
    ];
    let template = busy();
    for (name, slot, bit) in words {
        let mut world = template.clone();
        world.audited = false;
        let engine = world.engine;
        let word = world.chain.storage(engine, slot);
        world.chain.set_storage(engine, slot, word ^ bit);
        assert!(try_audit(&world).is_err(), "{name}");
    }
}

/// Tokens that arrive or go without a word in the books.
#[test]
fn every_wrong_token_balance_is_noticed() {
    let template = busy();
    for token in [template.base, template.token(WETH)] {
        let mut world = template.clone();
        world.audited = false;
        let slot = mapped(world.engine.into_word(), 4);
        let balance = world.chain.storage(token, slot);
        world.chain.set_storage(token, slot, balance + U256::ONE);
        assert!(try_audit(&world).is_err());
    }
}
