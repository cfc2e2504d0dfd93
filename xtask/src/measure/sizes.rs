//! The same call with more collaterals, and with more in one call.

use alloy_primitives::{Address, Bytes, U256};
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::engine::{KAY, TAK, usdc, wad, whole};

use super::Call;
use super::market::{HELD, HIGH, LOW, Market, SOLD};
use super::scenarios::{Scenario, scenarios};

scenarios! {
    /// By number of collaterals held, then by number of what a call is given.
    SIZES:
    kick_part_1, "a position of one collateral of which a part is sold; new words", |market| {
        kick(market, 1)
    };
    kick_part_2, "with two, of which one fell, into as many auctions as it takes", |market| kick(market, 2);
    kick_part_4, "with four", |market| kick(market, 4);
    kick_part_8, "with eight", |market| kick(market, 8);
    borrow_2, "`borrow` with two collaterals", |market| borrow(market, 2);
    borrow_4, "with four", |market| borrow(market, 4);
    borrow_8, "with eight", |market| borrow(market, 8);
    withdraw_2, "`withdraw` with two collaterals", |market| withdraw(market, 2);
    withdraw_4, "with four", |market| withdraw(market, 4);
    withdraw_8, "with eight", |market| withdraw(market, 8);
    leave_2, "`leave` with two collaterals, of which one is on sale", |market| leave(market, 2);
    leave_4, "with four", |market| leave(market, 4);
    leave_8, "with eight", |market| leave(market, 8);
    take_many_1, "`takeMany` of one auction", |market| take_many(market, 1);
    take_many_10, "of ten auctions of one asset", |market| take_many(market, 10);
    take_many_50, "of fifty", |market| take_many(market, 50);
    settle_10, "ten accounts' claims on a closed auction", |market| settle(market, 10);
    settle_50, "fifty", |market| settle(market, 50);
    poke_1, "one feed is read", |market| market.poke(1);
    report_8, "a reporter pushes eight prices", |market| market.report(8, HIGH + wad(1));
}

/// A holder of so many collaterals, of which one falls so far that health is 0.99.
fn weak(market: &mut Market, assets: u8) -> Address {
    // Each is worth 30,000 at a threshold of 0.84, and 23,990 are owed for each.
    let others = u128::from(assets) - 1;
    let needed = 990 * 23_990 * u128::from(assets) - 1_000 * 25_200 * others;
    let who = market.holder(1, assets);
    market.world.pass(60);
    market.world.set_price(SOLD, wad(needed) / 8_400);
    market.world.pass(12);
    who
}

fn kick(market: &mut Market, assets: u8) -> Call {
    let who = weak(market, assets);
    market.kick(&[who], false).into()
}

fn leave(market: &mut Market, assets: u8) -> Call {
    let who = weak(market, assets);
    let kick = market.kick(&[who], false);
    market.play(kick);
    let auction = market.world.newest(SOLD);
    market.world.pass(300);
    market.world.set_price(SOLD, HIGH + HIGH / 3);
    market.world.pass(12);
    market.call(who, abi::leaveCall { auction }).into()
}

/// A holder of so many collaterals who could owe a thousand more.
fn sound(market: &mut Market, assets: u8) -> Address {
    let who = market.holder(1, assets);
    market.world.repay(who, who, usdc(1_000));
    market.world.pass(12);
    who
}

fn borrow(market: &mut Market, assets: u8) -> Call {
    let who = sound(market, assets);
    market.call(who, abi::borrowCall { amount: U256::from(usdc(100)), receiver: who }).into()
}

fn withdraw(market: &mut Market, assets: u8) -> Call {
    let who = sound(market, assets);
    let amount = U256::from(whole(1, 18) / 1_000);
    market.call(who, abi::withdrawCall { asset: SOLD, amount, receiver: who }).into()
}

/// All of so many auctions, which sell a position each.
fn take_many(market: &mut Market, count: u16) -> Call {
    let fallen = market.fallen(count);
    for (n, who) in fallen.into_iter().enumerate() {
        let kick = market.kick(&[who], n == 0);
        market.play(kick);
        // Until its factor is below one, and the next kick does not join it.
        market.world.pass(24);
    }
    let auctions = market.world.auction_ids(SOLD);
    assert_eq!(auctions.len(), usize::from(count), "an auction for each position");
    market.world.pass(300);
    market.world.set_price(SOLD, LOW);
    let all = |value: U256| vec![value; auctions.len()];
    let call = abi::takeManyCall {
        maxLots: all(U256::MAX),
        maxPrices: all(U256::MAX),
        minLots: all(U256::ZERO),
        expectedLots: Vec::new(),
        settle: Vec::new(),
        deadline: market.world.now(),
        receiver: TAK,
        data: Bytes::new(),
        auctions: auctions.clone(),
    };
    market.call(TAK, call).into()
}

fn settle(market: &mut Market, count: u16) -> Call {
    let accounts = market.fallen(count);
    let kick = market.kick(&accounts, true);
    market.play(kick);
    market.world.pass(300);
    let take = market.take(market.world.newest(SOLD), HELD * u128::from(count));
    market.play(take);
    market.world.pass(12);
    market.call(KAY, abi::settleCall { accounts }).into()
}
