//! What is measured.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::engine::{ALICE, GOVERNOR, GUARDIAN, KAY, SAM, SUE, usdc, wad, whole};

use super::Call;
use super::market::{HELD, HIGH, Market, SOLD};

/// One call, and what happens before it.
#[derive(Clone, Copy)]
pub struct Scenario {
    pub name: &'static str,
    pub about: &'static str,
    pub prepare: fn(&mut Market) -> Call,
}

macro_rules! scenarios {
    ($(#[$doc:meta])* $all:ident: $(
        $name:ident, $about:literal, |$market:ident| $prepare:expr;
    )*) => {
        $(#[$doc])*
        pub const $all: &[Scenario] = &[$(
            Scenario {
                name: stringify!($name),
                about: $about,
                prepare: |$market| Call::from($prepare),
            },
        )*];
    };
}

pub(super) use scenarios;

scenarios! {
    /// What users and keepers call, in the order of the tables.
    SCENARIOS:
    kick_1, "one position, all of it, into an auction whose words were used before", |market| {
        let accounts = market.fallen(1);
        market.kick(&accounts, true)
    };
    kick_1_unaided, "the same without naming these words: a kick finds some that are free", |market| {
        let accounts = market.fallen(1);
        market.kick(&accounts, false)
    };
    kick_1_fresh, "the same into words that were never used, beside an auction that is under way", |market| {
        let accounts = market.fallen(2);
        let first = market.kick(&accounts[..1], true);
        market.play(first);
        let part = market.take(market.world.newest(SOLD), HELD / 4);
        market.play(part);
        market.kick(&accounts[1..], false)
    };
    kick_join, "one position that joins an auction of the same block", |market| {
        let accounts = market.fallen(2);
        let first = market.kick(&accounts[..1], true);
        market.play(first);
        market.kick(&accounts[1..], false)
    };
    kick_10, "ten positions in one call, into one auction", |market| {
        let accounts = market.fallen(10);
        market.kick(&accounts, true)
    };
    kick_50, "fifty positions in one call, into one auction", |market| {
        let accounts = market.fallen(50);
        market.kick(&accounts, true)
    };
    take_1, "all that an auction sells; it closes", |market| {
        let id = market.kicked();
        market.take(id, u128::MAX)
    };
    take_partial, "a quarter of what an auction sells", |market| {
        let id = market.kicked();
        market.take(id, HELD / 4)
    };
    redo, "an auction whose curve has run out begins again", |market| {
        let id = market.kicked();
        market.world.pass_fresh(3_000);
        market.world.pass_fresh(3_000);
        market.call(KAY, abi::redoCall { auction: id })
    };
    settle_1, "one account's claim on a closed auction", |market| {
        market.sold();
        market.call(KAY, abi::settleCall { accounts: vec![ALICE] })
    };
    leave, "an owner leaves an open auction after the price recovered", |market| {
        let id = market.kicked();
        market.world.set_price(SOLD, HIGH + HIGH / 3);
        market.world.pass(12);
        market.call(ALICE, abi::leaveCall { auction: id })
    };
    realise, "debt that nothing is left to sell for", |market| {
        market.bad();
        market.call(KAY, abi::realiseCall { accounts: vec![ALICE] })
    };
    report_1, "a reporter pushes one price", |market| market.report(1, HIGH + wad(1));
    report_3, "a reporter pushes three prices", |market| market.report(3, HIGH + wad(1));
    poke_3, "three feeds are read", |market| market.poke(3);
    supply, "a supplier adds to his shares", |market| {
        market.call(SAM, abi::supplyCall { amount: amount(1_000), receiver: SAM })
    };
    redeem, "a supplier redeems a part", |market| {
        let shares = U256::from(market.world.shares(SUE) / 100);
        market.call(SUE, abi::redeemCall { shares, receiver: SUE })
    };
    deposit, "an owner adds to a collateral that he holds", |market| {
        let amount = U256::from(whole(1, 18));
        market.call(ALICE, abi::depositCall { asset: SOLD, amount, account: ALICE })
    };
    withdraw, "an owner with debt and one collateral takes some out", |market| {
        let amount = U256::from(whole(1, 18) / 1_000);
        market.world.repay(ALICE, ALICE, usdc(1_000));
        market.world.pass(12);
        market.call(ALICE, abi::withdrawCall { asset: SOLD, amount, receiver: ALICE })
    };
    borrow, "an owner with debt and one collateral borrows more", |market| {
        market.world.repay(ALICE, ALICE, usdc(1_000));
        market.world.pass(12);
        market.call(ALICE, abi::borrowCall { amount: amount(100), receiver: ALICE })
    };
    repay, "a part of a debt", |market| {
        market.call(ALICE, abi::repayCall { amount: amount(1_000), account: ALICE })
    };
    repay_full, "all of a debt", |market| {
        market.call(ALICE, abi::repayCall { amount: U256::MAX, account: ALICE })
    };
    health_1, "health factor with one collateral", |market| health(market, 1);
    health_2, "with two", |market| health(market, 2);
    health_4, "with four", |market| health(market, 4);
    health_8, "with eight", |market| health(market, 8);
    health_8_apart, "with eight that do not move together", |market| {
        market.part(8);
        health(market, 8)
    };
    loss_1, "expected loss with one collateral", |market| loss(market, 1);
    loss_8, "with eight that do not move together", |market| loss(market, 8);
    rank_100, "a hundred positions by expected loss", |market| {
        market.part(8);
        let accounts = market.crowd(100);
        market.world.pass(12);
        Call::View(market.call(KAY, abi::rankCall { accounts }))
    };
}

scenarios! {
    /// The other entry points: rarer, or for bots and dashboards.
    OTHERS:
    collect, "an owner's credit is paid out", |market| {
        let id = market.kicked();
        market.world.repay(ALICE, ALICE, usdc(10_000));
        let take = market.take(id, u128::MAX);
        market.play(take);
        market.world.settle(ALICE);
        market.world.pass(12);
        market.call(ALICE, abi::collectCall { receiver: ALICE })
    };
    accrue, "interest is booked, and nothing else", |market| market.call(KAY, abi::accrueCall {});
    withdraw_reserve, "the governor takes from the reserve", |market| {
        let call = abi::withdrawReserveCall { amount: U256::from(1), receiver: GOVERNOR };
        market.call(GOVERNOR, call)
    };
    raise, "the guardian stops new risk in one asset", |market| {
        let until = market.world.now() + 3_600;
        market.call(GUARDIAN, abi::raiseCall { asset: SOLD, level: 1, until })
    };
    lower, "the governor lowers that level", |market| {
        market.world.raise(SOLD, 1, 3_600);
        market.world.pass(12);
        market.call(GOVERNOR, abi::lowerCall { asset: SOLD, level: 0 })
    };
    set_max_ltv, "the governor changes one weight", |market| {
        market.call(GOVERNOR, abi::setMaxLtvCall { asset: SOLD, maxLtv: 7_900 })
    };
    position_1, "everything about a position with one collateral", |market| {
        let account = market.holder(100, 1);
        market.world.pass(12);
        Call::View(market.call(KAY, abi::positionCall { account }))
    };
    position_8, "with eight", |market| {
        let account = market.holder(100, 8);
        market.world.pass(12);
        Call::View(market.call(KAY, abi::positionCall { account }))
    };
    health_factors_10, "health factors of ten positions with one collateral", |market| {
        let accounts = (0..10).map(|n| market.borrower(n)).collect();
        market.world.pass(12);
        Call::View(market.call(KAY, abi::healthFactorsCall { accounts }))
    };
    auction, "everything about an auction", |market| {
        let id = market.kicked();
        Call::View(market.call(KAY, abi::auctionCall { id }))
    };
    quote, "what a lot costs now", |market| {
        let id = market.kicked();
        Call::View(market.call(KAY, abi::quoteCall { id, lot: U256::from(HELD / 4), wait: 0 }))
    };
    solvency, "what the market has and owes", |market| {
        Call::View(market.call(KAY, abi::solvencyCall {}))
    };
}

fn amount(tokens: u128) -> U256 {
    U256::from(usdc(tokens))
}

fn loss(market: &mut Market, assets: u8) -> Call {
    market.part(8);
    let account: Address = market.holder(100, assets);
    market.world.pass(12);
    Call::View(market.call(KAY, abi::expectedLossCall { account }))
}

fn health(market: &mut Market, assets: u8) -> Call {
    let account: Address = market.holder(100, assets);
    market.world.pass(12);
    Call::View(market.call(KAY, abi::healthFactorCall { account }))
}
