//! The engine's own decoder and encoder against alloy's, and what it refuses to read.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use motsu::prelude::{Funding, ResultExt};
use plimsoll_abi::{self as abi, IPlimsoll};
use plimsoll_motsu::{BTC, ETH, Outcome, World, explain, host, milli_eth, usd, wad};

/// Calls as a transaction of the supplier does, and decodes strictly.
fn call<C: SolCall>(w: &World, call: &C) -> C::Return {
    let answer = plimsoll::answer(&mut w.by(w.supplier), &call.abi_encode()).motsu_res();
    let data = answer.unwrap_or_else(|revert| panic!("{}: {}", C::SIGNATURE, explain(&revert)));
    C::abi_decode_returns(&data, true).unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE))
}

fn refusal(w: &World, calldata: &[u8]) -> Vec<u8> {
    plimsoll::answer(&mut w.by(w.supplier), calldata).motsu_res().unwrap_err()
}

#[test]
fn what_goes_over_the_wire_is_what_the_methods_say() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let (account, asset) = (w.alice, ETH);
    w.prices(1_800, 60_000);
    w.by(w.keeper).kick(vec![account], vec![]).passes();

    let holding = call(&w, &IPlimsoll::holdingCall { account, asset });
    let (balance, auctions, units) = w.view().holding_of(account, asset).passes();
    assert_eq!((holding.balance, &holding.auctions, &holding.units), (balance, &auctions, &units));
    let position = call(&w, &IPlimsoll::positionCall { account });
    let (health, debt, .., limit, credit) = w.view().position(account).passes();
    assert_eq!((position.health, position.debt), (health, debt));
    assert_eq!((position.limit, position.credit), (limit, credit));
    let auction = call(&w, &IPlimsoll::auctionCall { id: auctions[0] });
    assert_eq!((auction.state, auction.lot), (1, w.view().auction(auctions[0]).passes().1));
    let accounts = vec![account, w.bob, w.supplier];
    let all = call(&w, &IPlimsoll::healthFactorsCall { accounts })._0;
    assert_eq!(all, vec![health, U256::MAX, U256::MAX]);
    let (from, limit) = (0, 10);
    let open = call(&w, &IPlimsoll::auctionsCall { asset, from, limit });
    assert_eq!((open.ids, open.next), (auctions, 0));
    let none = call(&w, &IPlimsoll::auctionsCall { asset: BTC, from, limit });
    assert!(none.ids.is_empty());
    assert_eq!(call(&w, &IPlimsoll::priceCall { asset }).price, wad(1_800));
    assert_eq!(call(&w, &IPlimsoll::assetCountCall {})._0, 2);
    assert_eq!(call(&w, &IPlimsoll::rolesCall {}).governor, w.governor);
    let solvency = call(&w, &IPlimsoll::solvencyCall {});
    assert_eq!(solvency.debt, w.view().solvency().passes().1);
    let terms = call(&w, &IPlimsoll::termsCall { asset })._0;
    assert_eq!((terms.penalty, terms.maxOnSale, terms.coolOff), (150, 10_000_000_000, 1));
    let receiver = w.bob;
    w.fund(&w.usdc, w.supplier, usd(5));
    let shares = call(&w, &IPlimsoll::supplyCall { amount: usd(5), receiver }).shares;
    assert_eq!(shares, w.view().shares_of(receiver).passes());
}

#[test]
fn terms_and_reports_arrive_as_they_were_sent() {
    let w = World::new();
    let by = |who, data: Vec<u8>| {
        let answer = plimsoll::answer(&mut w.by(who), &data).motsu_res();
        assert_eq!(answer.map_err(|revert| explain(&revert)), Ok(vec![]));
    };
    let mut terms = call(&w, &IPlimsoll::termsCall { asset: BTC })._0;
    (terms.penalty, terms.tip, terms.coolOff) = (200, 2_000, 9);
    let sent = terms.clone();
    by(w.governor, IPlimsoll::setTermsCall { asset: BTC, terms }.abi_encode());
    let stored = call(&w, &IPlimsoll::termsCall { asset: BTC })._0;
    use alloy_sol_types::SolValue;
    assert_eq!(stored.abi_encode(), sent.abi_encode());
    w.pass(1);
    let report = IPlimsoll::reportCall {
        assets: vec![BTC, ETH],
        prices: vec![wad(61_000), wad(2_050)],
        confidences: vec![wad(61), U256::ZERO],
        time: host::now(),
    };
    by(w.reporter, report.abi_encode());
    assert_eq!(w.view().price_of(BTC).passes().0, wad(61_000));
    assert_eq!(w.view().price_of(ETH).passes().0, wad(2_050));
}

#[test]
fn malformed_calldata_is_refused() {
    let w = World::new();
    let bad = abi::BadCalldata {}.abi_encode();
    let deposit =
        IPlimsoll::depositCall { asset: ETH, amount: milli_eth(1), account: w.alice }.abi_encode();
    // Too short by a byte, by a word, by everything.
    for length in [deposit.len() - 1, deposit.len() - 32, 4] {
        assert_eq!(refusal(&w, &deposit[..length]), bad);
    }
    // A number beyond its type, an address beyond 160 bits.
    for dirty in [4, 34, 4 + 64] {
        let mut deposit = deposit.clone();
        deposit[dirty] = 1;
        assert_eq!(refusal(&w, &deposit), bad, "byte {dirty}");
    }
    // Lists that claim more than there is, start beyond the end, or are as long as memory.
    let settle = IPlimsoll::settleCall { accounts: vec![w.alice, w.bob] }.abi_encode();
    for (byte, value) in [(4 + 63, 3), (4 + 31, 0x80), (4 + 40, 1), (4 + 33, 1), (4, 1)] {
        let mut settle = settle.clone();
        settle[byte] = value;
        assert_eq!(refusal(&w, &settle), bad, "byte {byte}");
    }
}

#[test]
fn no_entry_point_takes_ether() {
    let w = World::new();
    let value = U256::from(7);
    w.alice.fund(value);
    let data = IPlimsoll::accrueCall {}.abi_encode();
    let mut paying = w.engine.sender_and_value(w.alice, value);
    let answer = plimsoll::answer(&mut paying.0, &data);
    assert_eq!(answer.motsu_res().unwrap_err(), abi::NotPayable { value }.abi_encode());
}
