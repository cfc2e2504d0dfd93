//! Callees that call back: a token in the middle of a transfer, a taker in his callback.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use plimsoll_abi::{self as abi, IPlimsoll};
use plimsoll_motsu::{ETH, Outcome, World, explain, host, milli_eth, usd};

/// A call of every entry point that could change or misjudge something.
fn messages(w: &World) -> Vec<Vec<u8>> {
    let (amount, who) = (U256::from(1), w.alice);
    let until = host::now() + 60;
    vec![
        IPlimsoll::supplyCall { amount, receiver: who }.abi_encode(),
        IPlimsoll::redeemCall { shares: amount, receiver: who }.abi_encode(),
        IPlimsoll::depositCall { asset: ETH, amount, account: who }.abi_encode(),
        IPlimsoll::withdrawCall { asset: ETH, amount, receiver: who }.abi_encode(),
        IPlimsoll::borrowCall { amount, receiver: who }.abi_encode(),
        IPlimsoll::repayCall { amount, account: who }.abi_encode(),
        IPlimsoll::collectCall { receiver: who }.abi_encode(),
        IPlimsoll::pokeCall { assets: vec![ETH] }.abi_encode(),
        IPlimsoll::kickCall { accounts: vec![who], hints: vec![] }.abi_encode(),
        IPlimsoll::takeCall {
            auction: 1,
            maxLot: amount,
            maxPrice: amount,
            minLot: amount,
            deadline: until,
            receiver: who,
            data: Bytes::new(),
        }
        .abi_encode(),
        IPlimsoll::redoCall { auction: 1 }.abi_encode(),
        IPlimsoll::settleCall { accounts: vec![who] }.abi_encode(),
        IPlimsoll::leaveCall { auction: 1 }.abi_encode(),
        IPlimsoll::realiseCall { accounts: vec![who] }.abi_encode(),
        IPlimsoll::healthFactorCall { account: who }.abi_encode(),
        IPlimsoll::positionCall { account: who }.abi_encode(),
        IPlimsoll::previewCall { account: who, action: 0, asset: ETH, amount }.abi_encode(),
        IPlimsoll::maxBorrowCall { account: who }.abi_encode(),
        IPlimsoll::maxWithdrawCall { account: who, asset: ETH }.abi_encode(),
        IPlimsoll::assetsOfCall { shares: amount }.abi_encode(),
        IPlimsoll::solvencyCall {}.abi_encode(),
        IPlimsoll::ledgerCall {}.abi_encode(),
        IPlimsoll::accrueCall {}.abi_encode(),
        IPlimsoll::coverDeficitCall { amount }.abi_encode(),
        IPlimsoll::raiseCall { asset: ETH, level: 1, until }.abi_encode(),
        IPlimsoll::lowerCall { asset: ETH, level: 0 }.abi_encode(),
        IPlimsoll::setMinDebtCall { minDebt: amount }.abi_encode(),
        IPlimsoll::withdrawReserveCall { amount, receiver: who }.abi_encode(),
        IPlimsoll::withdrawDustCall { asset: ETH, receiver: who }.abi_encode(),
    ]
}

#[test]
fn a_token_in_the_middle_of_a_transfer_gets_nowhere() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let reentered = abi::Reentered {}.abi_encode();
    w.fund(&w.eth, w.bob, milli_eth(1_000_000));
    for message in messages(&w) {
        w.eth.sender(w.bob).reenter(w.engine.address(), &message);
        w.by(w.bob).deposit(ETH, milli_eth(1_000), w.bob).passes();
        let answer = w.eth.sender(w.bob).answer();
        assert!(answer == reentered, "{:?}: {}", &message[..4], explain(&answer));
        w.by(w.bob).withdraw(ETH, milli_eth(1_000), w.bob).passes();
        let answer = w.eth.sender(w.bob).answer();
        assert!(answer == reentered, "{:?}: {}", &message[..4], explain(&answer));
    }
}

#[test]
fn a_taker_in_his_callback_gets_nowhere_and_still_pays() {
    let w = World::new();
    let reentered = abi::Reentered {}.abi_encode();
    let trader = &w.taker.address();
    w.supplied(usd(900_000));
    w.fund(&w.usdc, w.bob, usd(10_000_000));
    w.usdc.sender(w.bob).allow(w.bob, *trader, U256::MAX);
    w.taker().set_up(w.engine.address(), w.usdc.address(), w.bob);
    for (n, message) in messages(&w).into_iter().enumerate() {
        w.prices(2_000, 60_000);
        let debtor = Address::from([n as u8 + 100; 20]);
        w.indebted(debtor);
        w.prices(1_800, 60_000);
        w.by(w.keeper).kick(vec![debtor], vec![]).passes();
        let auctions = w.view().holding_of(debtor, ETH).passes().1;
        w.taker().attempts(&message);
        let before = (w.held(&w.usdc), w.balance(&w.eth, *trader));
        let result = w.taker().take_all(auctions[0], u32::MAX);
        let (lot, pay) =
            <(U256, U256)>::from_words(&result.unwrap_or_else(|e| panic!("{}", explain(&e))));
        let answer = w.taker().answer();
        assert!(answer == reentered, "{:?}: {}", &message[..4], explain(&answer));
        assert_eq!(w.held(&w.usdc), before.0 + pay);
        assert_eq!(w.balance(&w.eth, *trader), before.1 + lot);
        assert_eq!(w.balance(&w.usdc, *trader), U256::ZERO);
    }
}

/// Two words of an answer.
trait Words {
    fn from_words(answer: &[u8]) -> Self;
}

impl Words for (U256, U256) {
    fn from_words(answer: &[u8]) -> Self {
        (U256::from_be_slice(&answer[..32]), U256::from_be_slice(&answer[32..64]))
    }
}
