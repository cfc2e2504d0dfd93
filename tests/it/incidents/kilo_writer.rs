//! KiloEx, 14 April 2025: the contract that sets prices trusted a forwarder that anybody could have
//! forward, so the attacker opened at a price of his own and closed at another. 7 to 7.5 million.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{borrowCall, reportCall, setPricePolicyCall};
use plimsoll_abi::{NotReporter, PriceForbids, PricePolicy, Source};
use plimsoll_testkit::contracts::Wallet;
use plimsoll_testkit::engine::{
    GOVERNOR, KIM, MALLORY, REPORTER, TESS, WETH, World, price_policy, reporter_source, u256, usdc,
    wad,
};

/// A hundred times what ether costs.
const LIE: u128 = wad(300_000);

fn report(price: u128, time: u32) -> reportCall {
    let (prices, confidences) = (vec![u256(price)], vec![U256::ZERO]);
    reportCall { assets: vec![WETH], prices, confidences, time }
}

/// Dollars that he owes beyond what his ten ether are worth, once `writer`, who can, has lied twice.
fn stolen(world: &mut World, writer: Address) -> u128 {
    world.deposit(MALLORY, WETH, wad(10));
    for _ in 0..2 {
        world.pass(1);
        let now = world.now();
        world.must(writer, report(LIE, now));
    }
    let borrow = borrowCall { amount: u256(usdc(2_300_000)), receiver: MALLORY };
    match world.send(MALLORY, borrow) {
        Ok(_) => (world.debt(MALLORY) - usdc(30_000)) / usdc(1),
        Err(_) => 0,
    }
}

#[test]
fn incident_kilo_writer() {
    // The writer is whoever a forwarder forwards, and one word is enough.
    let mut wrong = World::new();
    wrong.set_source(WETH, 0, reporter_source(MALLORY), U256::ZERO);
    assert_eq!(stolen(&mut wrong, MALLORY), 2_270_000);

    // Only the caller counts: neither he nor what he has forwarded for him is a source.
    let mut ours = World::new();
    ours.pass(60);
    let now = ours.now();
    ours.refuse(MALLORY, report(LIE, now), NotReporter { asset: WETH, caller: MALLORY });
    let forwarder = ours.deploy_contract("Wallet");
    let exec = Wallet::execCall {
        to: ours.engine,
        value: U256::ZERO,
        data: report(LIE, now).abi_encode().into(),
    };
    let refused = ours.send_to(REPORTER, forwarder, exec).unwrap_err();
    assert_eq!(refused.expect::<NotReporter>().caller, forwarder);
    assert_eq!(ours.asset_price(WETH).price, wad(3_000));
}

/// And if a reporter's key is stolen: he is one of three.
#[test]
fn incident_kilo_writer_with_a_stolen_key() {
    let mut world = World::new();
    for (n, reporter) in (0_u8..).zip([REPORTER, KIM, TESS]) {
        let source = Source { family: n, ..reporter_source(reporter) };
        world.set_source(WETH, n, source, U256::ZERO);
    }
    let policy = PricePolicy { quorum: 2, ..price_policy(3_600, 1_000, 200) };
    world.must(GOVERNOR, setPricePolicyCall { asset: WETH, policy });
    world.pass(1);
    let now = world.now();
    for reporter in [REPORTER, KIM, TESS] {
        world.must(reporter, report(wad(3_000), now));
    }
    assert_eq!(stolen(&mut world, KIM), 0);
    assert_eq!(world.asset_price(WETH).price, wad(3_000));
    // Alone, with the others silent, his word is a jump and too few: no borrowing on it.
    world.pass(3_601);
    let now = world.now();
    world.must(KIM, report(LIE, now));
    let borrow = borrowCall { amount: u256(usdc(100)), receiver: MALLORY };
    world.refuse(MALLORY, borrow.clone(), PriceForbids { asset: WETH, verdict: 2 });
    world.pass(1);
    world.must(KIM, report(LIE, now + 1));
    world.refuse(MALLORY, borrow, PriceForbids { asset: WETH, verdict: 1 });
    world.check();
}
