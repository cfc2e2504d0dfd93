//! Credits: what a sale brought beyond the debt.

use alloy_primitives::Address;
use plimsoll_abi::IPlimsoll::{collectCall, redeemCall, withdrawCall};
use plimsoll_abi::{BadReceiver, Collected, NoCredit, TokenCallFailed, ZeroAddress};
use plimsoll_testkit::contracts::BlockToken;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, GOVERNOR, KAY, SAM, SUE, TAK, USDC, WETH, World, WorldConfig, u256,
    usdc, wad,
};

/// A small position is sold as a whole, for more than it owes: the rest is its owner's credit.
fn credited() -> (World, u128) {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(1), usdc(1_900));
    world.set_price(WETH, wad(2_200));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    world.take_all(TAK, auction);
    world.settle(ALICE);
    let credit = world.credit(ALICE);
    assert!(credit > usdc(100));
    (world, credit)
}

#[test]
fn collect_pays_the_credit_once() {
    let (mut world, credit) = credited();
    world.check();
    let cash = world.totals().cash;
    let paid = world.must(ALICE, collectCall { receiver: SAM });
    let amount = u256(credit);
    assert_eq!((paid, world.balance(USDC, SAM)), (amount, credit));
    world.assert_event(&Collected { account: ALICE, receiver: SAM, amount });
    assert_eq!((world.credit(ALICE), world.supply_word().credits), (0, 0));
    assert_eq!(world.totals().cash, cash);
    world.check();
    world.refuse(ALICE, collectCall { receiver: SAM }, NoCredit { account: ALICE });
}

#[test]
fn collect_refuses_what_nobody_could_have() {
    let (mut world, _) = credited();
    let engine = world.engine;
    world.refuse(BOB, collectCall { receiver: BOB }, NoCredit { account: BOB });
    world.refuse(ALICE, collectCall { receiver: Address::ZERO }, ZeroAddress {});
    world.refuse(ALICE, collectCall { receiver: engine }, BadReceiver { receiver: engine });
}

#[test]
fn a_credit_is_not_lent_and_earns_nothing() {
    let (mut world, credit) = credited();
    world.open(BOB, WETH, wad(7_000), usdc(1_000_000));
    let shares = world.shares(SUE);
    world.pass(300 * 86_400);
    assert_eq!(world.credit(ALICE), credit);
    // Whoever drains the cash does not touch it.
    let cash = world.totals().cash;
    assert!(world.view(redeemCall { shares: u256(shares), receiver: SUE }).is_err());
    world.refresh();
    world.borrow(BOB, cash);
    assert_eq!(world.balance(USDC, world.engine), credit);
    world.must(ALICE, collectCall { receiver: ALICE });
    world.check();
}

/// Rewards and what goes beyond a debt are balances in the engine: a token that refuses keeper and
/// owner stops neither the sale nor them, who collect to another address, and nobody else.
#[test]
fn whom_tokens_refuse_stops_nobody_and_loses_nothing() {
    let weth = AssetConfig::new("WETH", 18, wad(3_000)).contract("BlockToken");
    let config = WorldConfig { base_contract: "BlockToken", ..WorldConfig::of(vec![weth]) };
    let mut world = World::build(&config);
    world.open(ALICE, WETH, wad(1), usdc(1_900));
    for account in [ALICE, KAY] {
        for token in [world.token(WETH), world.base] {
            let block = BlockToken::setBlockedCall { account, blocked: true };
            world.send_to(GOVERNOR, token, block).unwrap();
        }
    }
    world.set_price(WETH, wad(2_200));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    world.take_all(TAK, auction);
    world.settle(ALICE);
    let (reward, credit) = (world.holding(KAY, WETH).balance, world.credit(ALICE));
    assert!(reward > 0 && credit > usdc(100));
    let token = world.token(WETH);
    let withdraw = |receiver| withdrawCall { asset: WETH, amount: u256(reward), receiver };
    world.refuse(KAY, withdraw(KAY), TokenCallFailed { token });
    world.must(KAY, withdraw(SAM));
    let token = world.base;
    world.refuse(ALICE, collectCall { receiver: ALICE }, TokenCallFailed { token });
    world.must(ALICE, collectCall { receiver: SAM });
    assert_eq!((world.balance(WETH, SAM), world.balance(USDC, SAM)), (reward, credit));
    world.check();
}
