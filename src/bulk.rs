//! Many takes in one call: one transfer of each collateral, one callback, one payment.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi as abi;
use plimsoll_abi::{ITaker, words::Word};
use plimsoll_math::{MAX_ASSETS, fixed::add};
use stylus_sdk::prelude::*;

use crate::{
    auction::{self, Auction, Order},
    entry::Blob,
    error::{Result, fail},
    guard, ledger,
    position::Position,
    sdk,
    storage::Engine,
    token,
};

/// Fills one order an auction, all or none, then settles the accounts that are named, and only then
/// moves tokens. `expected_lots` is empty, or says what has to be on sale: nobody has bought, joined
/// or left since the taker looked.
#[allow(clippy::too_many_arguments)]
pub fn take_many(
    engine: &mut Engine,
    auctions: Vec<u64>,
    max_lots: Vec<U256>,
    max_prices: Vec<U256>,
    min_lots: Vec<U256>,
    expected_lots: Vec<U256>,
    settle: Vec<Address>,
    deadline: u32,
    receiver: Address,
    data: Blob,
) -> Result<(Vec<U256>, U256)> {
    let now = auction::begin(engine, deadline)?;
    let receiver = guard::receiver(engine, receiver)?;
    guard::list(auctions.len())?;
    guard::list(settle.len())?;
    for list in [&max_lots, &max_prices, &min_lots] {
        same_length(auctions.len(), list.len())?;
    }
    if !expected_lots.is_empty() {
        same_length(auctions.len(), expected_lots.len())?;
    }
    let (mut lots, mut pay) = (Vec::with_capacity(auctions.len()), 0);
    let mut out = [0; MAX_ASSETS];
    let orders = max_lots.into_iter().zip(max_prices).zip(min_lots);
    for (n, (id, ((max_lot, max_price), min_lot))) in auctions.iter().zip(orders).enumerate() {
        if let Some(expected) = expected_lots.get(n) {
            require_lot(engine, *id, *expected, now)?;
        }
        let order = Order { max_lot, max_price, min_lot };
        let (asset, taken) = auction::fill(engine, *id, &order, now)?;
        if let Some(sum) = out.get_mut(usize::from(asset)) {
            *sum = add(*sum, taken.lot)?;
        }
        pay = add(pay, taken.pay)?;
        lots.push(U256::from(taken.lot));
    }
    let index = ledger::index(engine, now);
    for account in settle {
        Position::load(engine, account, index).settle_closed(engine, now)?;
    }
    for (asset, amount) in (0..).zip(out).filter(|(_, amount)| *amount > 0) {
        token::push(engine, engine.token(asset).token, receiver, amount)?;
    }
    let taker = engine.vm().msg_sender();
    if !data.0.is_empty() {
        call_back(engine, taker, (&auctions, &lots), U256::from(pay), data)?;
    }
    token::pull(engine, engine.base_word().token, taker, pay)?;
    Ok((lots, U256::from(pay)))
}

fn same_length(left: usize, right: usize) -> Result<()> {
    if left != right {
        let (left, right) = (U256::from(left), U256::from(right));
        return Err(fail(abi::LengthMismatch { left, right }));
    }
    Ok(())
}

fn require_lot(engine: &Engine, id: u64, expected: U256, now: u32) -> Result<()> {
    let lot = U256::from(Auction::load_open(engine, id, now)?.words.lot);
    if lot != expected {
        return Err(fail(abi::LotChanged { auction: id, lot, expected }));
    }
    Ok(())
}

/// As after a single take: the caller himself is called.
fn call_back(
    engine: &Engine,
    taker: Address,
    (auctions, lots): (&[u64], &[U256]),
    pay: U256,
    data: Blob,
) -> Result<()> {
    // Four heads: where both lists and the bytes start, and the payment between them.
    let list = U256::from(lots.len()).saturating_add(U256::ONE).saturating_mul(U256::from(32));
    let first = U256::from(128);
    let second = first.saturating_add(list);
    let third = second.saturating_add(list);
    let length = U256::from(lots.len());
    let mut words = Vec::from([first, second, pay, third, length]);
    words.extend(auctions.iter().map(Word::word));
    words.push(length);
    words.extend_from_slice(lots);
    words.push(U256::from(data.0.len()));
    let call = sdk::calldata(ITaker::onTakeManyCall::SELECTOR, &words);
    auction::call_taker(engine, taker, call, &data)
}
