//! Many takes in one call, and what a bot learns in one call before it.

use std::collections::BTreeSet;

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use plimsoll_abi::IPlimsoll::{
    auctionCall, liveAuctionsCall, quoteCall, takeCall, takeManyCall, takeManyReturn,
    timeToPriceCall,
};
use plimsoll_abi::{
    AuctionClosed, CallbackFailed, DeadlinePassed, LengthMismatch, LotChanged, Settled,
    TokenCallFailed, TooExpensive, auction_id, offer,
};
use plimsoll_testkit::contracts::{Market, Taker};
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, Failure, GOVERNOR, TAK, USDC, WETH, World, usdc, wad, whole,
};

use crate::sales::{auction, books, change_terms, fill, kick, order, still, taken};
use crate::takers::{assert_refused_inside, taker};

/// Two auctions of WETH and one of ARB.
fn three() -> (World, [u64; 3]) {
    let mut world = still();
    for owner in [ALICE, BOB] {
        world.open(owner, WETH, whole(10, 18), usdc(21_000));
    }
    world.open(CAROL, ARB, whole(50_000, 18), usdc(34_000));
    world.set_price(WETH, wad(2_400));
    world.set_price(ARB, wad(8) / 10);
    assert_eq!(kick(&mut world, &[ALICE, CAROL]).unwrap(), [0, 0]);
    world.pass(11);
    assert_eq!(kick(&mut world, &[BOB]).unwrap(), [0]);
    (world, [auction_id(WETH, 1, 1), auction_id(ARB, 1, 1), auction_id(WETH, 1, 2)])
}

/// All of each, at any price, to the taker.
fn orders(world: &World, auctions: &[u64]) -> takeManyCall {
    let all = |value: U256| vec![value; auctions.len()];
    takeManyCall {
        auctions: auctions.to_vec(),
        maxLots: all(U256::MAX),
        maxPrices: all(U256::MAX),
        minLots: all(U256::ZERO),
        expectedLots: vec![],
        settle: vec![],
        deadline: world.now(),
        receiver: TAK,
        data: Bytes::new(),
    }
}

/// Everything as single takes would have left it, and each token moved once.
#[test]
fn many_takes_are_as_good_as_one_after_the_other() {
    let (mut world, ids) = three();
    fill(&mut world, TAK);
    let before = world.snapshot();
    let single = ids.map(|id| taken(&mut world, id, u128::MAX));
    let words = |world: &World| {
        let pools = ids.map(|id| (world.auction_terms(id), world.auction_pool(id)));
        (pools, world.totals(), world.market(), world.sales(WETH), world.sales(ARB))
    };
    let (alone, purse) = (words(&world), world.balance(USDC, TAK));
    world.revert(before);

    let call = orders(&world, &ids);
    fill(&mut world, TAK);
    let got = world.must(TAK, call);
    assert_eq!(got.lots, single.map(|(lot, _)| U256::from(lot)));
    assert_eq!(got.pay, U256::from(single.iter().map(|(_, pay)| pay).sum::<u128>()));
    // One transfer of each collateral, and one of the base.
    let moved =
        |token: Address| world.receipt().logs.iter().filter(|log| log.address == token).count();
    assert_eq!([WETH, ARB, USDC].map(|asset| moved(world.token(asset))), [1, 1, 1]);
    assert_eq!(words(&world), alone);
    assert!(world.balance(USDC, TAK) <= purse + usdc(200_000_000));
    books(&world);
}

#[test]
fn what_the_taker_insists_on_is_kept_or_nothing_happens() {
    let (mut world, ids) = three();
    fill(&mut world, TAK);
    let lots = ids.map(|id| U256::from(world.auction_terms(id).lot));
    let call = orders(&world, &ids);
    // One of three is too dear: none is taken.
    let price = auction(&mut world, ids[1]).price;
    let dear =
        takeManyCall { maxPrices: vec![U256::MAX, price - U256::ONE, U256::MAX], ..call.clone() };
    world.refuse(TAK, dear, TooExpensive { price, maxPrice: price - U256::ONE });
    // Somebody was there first.
    let wrong = vec![lots[0], lots[1], lots[2] + U256::ONE];
    let expected = lots[2] + U256::ONE;
    let changed = takeManyCall { expectedLots: wrong, ..call.clone() };
    world.refuse(TAK, changed, LotChanged { auction: ids[2], lot: lots[2], expected });
    // The same auction twice: the second order finds it closed.
    let twice = orders(&world, &[ids[0], ids[0]]);
    world.refuse(TAK, twice, AuctionClosed { auction: ids[0] });
    let late = takeManyCall { deadline: world.now() - 1, ..call.clone() };
    let error = DeadlinePassed { deadline: world.now() - 1, now: world.now() };
    world.refuse(TAK, late, error);
    let error = LengthMismatch { left: U256::from(3), right: U256::from(2) };
    world.refuse(TAK, takeManyCall { minLots: vec![U256::ZERO; 2], ..call.clone() }, error);
    let error = LengthMismatch { left: U256::from(3), right: U256::ONE };
    world.refuse(TAK, takeManyCall { expectedLots: vec![lots[0]], ..call.clone() }, error);
    world.must(TAK, takeManyCall { expectedLots: lots.to_vec(), ..call });
}

#[test]
fn the_accounts_that_are_named_are_settled_in_the_same_call() {
    let (mut world, ids) = three();
    fill(&mut world, TAK);
    let call = takeManyCall { settle: vec![ALICE, CAROL], ..orders(&world, &ids) };
    world.must(TAK, call);
    let settled: Vec<Address> =
        world.events::<Settled>().iter().map(|event| event.account).collect();
    assert_eq!(settled, [ALICE, CAROL]);
    assert!(world.claims(ALICE, WETH).is_empty() && world.claims(CAROL, ARB).is_empty());
    assert_eq!(world.claims(BOB, WETH).len(), 1);
    books(&world);
}

/// The taker contract and a market that buys both collaterals.
fn buyer(world: &mut World, price: u128) -> Address {
    let buyer = taker(world, price);
    let (token, market) = (world.token(ARB), world.view_at(buyer, Taker::marketCall {}).unwrap());
    let line = Market::setPriceCall { token, price: U256::from(wad(1)), slippage: U256::ZERO };
    world.send_to(GOVERNOR, market, line).unwrap();
    world.send_to(GOVERNOR, buyer, Taker::setCollateralCall { asset: ARB, token }).unwrap();
    buyer
}

fn take_as(world: &mut World, buyer: Address, ids: &[u64]) -> Result<takeManyReturn, Failure> {
    let data = Bytes::from_static(b"sell them, all of them: more than a word of data");
    let call = takeManyCall { receiver: buyer, data, ..orders(world, ids) };
    let (engine, data) = (world.engine, Bytes::from(call.abi_encode()));
    let result = world.send_to(TAK, buyer, Taker::forwardCall { engine, data })?;
    Ok(takeManyCall::abi_decode_returns(&result).expect("lots and payment"))
}

#[test]
fn one_callback_sells_everything_without_capital() {
    let (mut world, ids) = three();
    let buyer = buyer(&mut world, wad(2_450));
    assert_eq!(world.balance(USDC, buyer), 0);
    let got = take_as(&mut world, buyer, &ids).unwrap();
    assert_eq!(world.view_at(buyer, Taker::callbacksCall {}).unwrap(), U256::ONE);
    let told = world.view_at(buyer, Taker::lastPayCall {}).unwrap();
    let last = world.view_at(buyer, Taker::lastAuctionCall {}).unwrap();
    let lot = world.view_at(buyer, Taker::lastLotCall {}).unwrap();
    assert_eq!((told, last, lot), (got.pay, ids[2], got.lots[2]));
    let data = world.view_at(buyer, Taker::lastDataCall {}).unwrap();
    assert_eq!(&data[..], b"sell them, all of them: more than a word of data");
    assert!(world.balance(USDC, buyer) > 0);
    books(&world);
}

#[test]
fn a_callback_that_fails_does_not_pay_or_comes_back_in_changes_nothing() {
    let (mut world, ids) = three();
    let buyer = buyer(&mut world, wad(2_450));
    let refused = |world: &mut World, mode, error: Vec<u8>| {
        world.send_to(GOVERNOR, buyer, Taker::setModeCall { mode }).unwrap();
        let before = world.state_digest();
        let failure = take_as(world, buyer, &ids).map(|_| ()).unwrap_err();
        assert_eq!(failure.data, error, "{failure}");
        assert_eq!(world.state_digest(), before);
    };
    let error = CallbackFailed { taker: buyer }.abi_encode();
    refused(&mut world, Taker::Mode::Revert, error);
    let token = world.base;
    refused(&mut world, Taker::Mode::Nothing, TokenCallFailed { token }.abi_encode());
    let payload = Bytes::from(orders(&world, &ids[..1]).abi_encode());
    let target = world.engine;
    world.send_to(GOVERNOR, buyer, Taker::setReenterCall { target, payload }).unwrap();
    take_as(&mut world, buyer, &ids).unwrap();
    assert_refused_inside(&mut world, buyer);
    books(&world);
}

// ---- What a bot reads ----

#[test]
fn one_call_lists_live_auctions_with_all_that_decides() {
    let (mut world, ids) = three();
    taken(&mut world, ids[0], whole(1, 18));
    world.pass(100);
    let listed = world.get(liveAuctionsCall { asset: WETH, from: 0, limit: 100 });
    assert_eq!((listed.list.len(), listed.next), (2, 0));
    // The newest first.
    for (row, id) in listed.list.iter().zip([ids[2], ids[0]]) {
        let (shown, words) = (auction(&mut world, id), world.auction_terms(id));
        assert_eq!((row.id, row.offer, row.level), (id, offer::TAKE, 0));
        assert_eq!((row.lot, row.units, row.raised), (shown.lot, shown.units, shown.raised));
        assert_eq!(
            (row.price, row.factor, row.elapsed),
            (shown.price, shown.factor, shown.elapsed)
        );
        let quoted = world.get(quoteCall { id, lot: row.lot, wait: 0 });
        assert_eq!((row.price, row.pay), (quoted.price, quoted.pay));
        assert_eq!((row.livePrice, row.dust), (U256::from(wad(2_400)), U256::from(usdc(100))));
        assert_eq!(row.runsOutAt, U256::from(10 + 2_667 + 600));
        assert_eq!(row.penalty, U256::from(words.penalty));
        assert_eq!((row.kickPrice, row.redos), (shown.kickPrice, U256::ZERO));
        // A tip of one USDC at 2,400.
        assert_eq!(row.redoReward, U256::from(whole(1, 18) / 2_400));
    }
    taken(&mut world, ids[0], u128::MAX);
    let listed = world.get(liveAuctionsCall { asset: WETH, from: 0, limit: 100 });
    assert_eq!(listed.list.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[2]]);
    let first = world.get(liveAuctionsCall { asset: WETH, from: 0, limit: 1 });
    assert_eq!((first.list.len(), first.next), (1, 1));
    let rest = world.get(liveAuctionsCall { asset: WETH, from: 1, limit: 1 });
    assert_eq!((rest.list.len(), rest.next), (0, 0));
}

#[test]
fn the_list_says_what_may_be_done() {
    let (mut world, ids) = three();
    let offered = |world: &mut World| {
        world.get(liveAuctionsCall { asset: WETH, from: 1, limit: 1 }).list[0].offer
    };
    assert_eq!(offered(&mut world), offer::TAKE);
    world.pass(50);
    world.raise(WETH, 4, 10);
    // Below the oracle's price under level four.
    assert_eq!(offered(&mut world), offer::WAIT);
    world.pass(10);
    world.set_price(WETH, wad(1_900));
    world.set_price(WETH, wad(1_900));
    assert_eq!(offered(&mut world), offer::TAKE_OR_REDO);
    world.set_price(WETH, wad(2_400));
    let left = auction(&mut world, ids[0]);
    world.pass(3_277 - left.elapsed.to::<u32>());
    assert_eq!(offered(&mut world), offer::REDO);
    world.raise(WETH, 3, 10);
    assert_eq!(offered(&mut world), offer::WAIT);
}

/// A quote for a second to come is what a take then costs, also when the clock stands still on the
/// way; and the wait for a price is the first second in which a taker who insists on it gets it.
#[test]
fn quotes_and_waits_are_exact_for_seconds_to_come() {
    for level in [0, 3] {
        let (mut world, ids) = three();
        let id = ids[0];
        fill(&mut world, TAK);
        if level > 0 {
            world.raise(WETH, level, 120);
        }
        for wait in [1, 60, 119, 120, 121, 900, 2_000] {
            let lot = U256::from(whole(1, 18));
            let quoted = world.get(quoteCall { id, lot, wait });
            let ask = world.get(timeToPriceCall { id, price: quoted.price });
            assert!(ask.reached && ask.wait <= wait);
            let before = world.snapshot();
            world.pass(wait);
            assert_eq!(world.get(auctionCall { id }).price, quoted.price, "{wait}");
            assert_eq!(taken(&mut world, id, whole(1, 18)).1, quoted.pay.to::<u128>());
            world.revert(before);
            // A second sooner it is dearer.
            if ask.wait > 0 {
                let sooner = world.get(quoteCall { id, lot, wait: ask.wait - 1 });
                assert!(sooner.price > quoted.price);
            }
        }
        let below = U256::from(wad(2_400) / 100 * 92 - 1);
        assert!(!world.get(timeToPriceCall { id, price: below }).reached);
        let at = world.get(timeToPriceCall { id, price: below + U256::ONE });
        assert!(at.reached);
    }
}

/// At every second, to the end and beyond, under every level and for every size: what a quote answers
/// is what the take then does, and where the take is refused the quote is, with the same error.
#[test]
fn a_quote_is_refused_as_the_take_would_be() {
    let (mut paid, mut refused) = (0, BTreeSet::new());
    for level in [0, 2, 3, 4] {
        let (mut world, ids) = three();
        let id = ids[0];
        fill(&mut world, TAK);
        // Below the oracle's price.
        world.pass(60);
        let left = 3_277 - auction(&mut world, id).elapsed.to::<u32>();
        if level > 0 {
            world.raise(WETH, level, 300);
        }
        let lot = world.auction_terms(id).lot;
        // Nothing, dust, a part, what leaves dust, all, and more than there is.
        let dust = whole(1, 18) / 25;
        let sizes = [0, 1, dust, whole(1, 18), lot - 1, lot, lot + 1].map(U256::from);
        for wait in [0, 299, 300, 600, left - 1, left, left + 299, left + 300, 4_000] {
            let quotes = sizes.map(|lot| world.view(quoteCall { id, lot, wait }));
            let before = world.snapshot();
            world.pass(wait);
            for (max, quote) in sizes.into_iter().zip(quotes) {
                let order = takeCall { maxLot: max, ..order(&world, id) };
                let here = world.snapshot();
                match (quote, world.send(TAK, order)) {
                    (Ok(quote), Ok(taken)) => {
                        assert_eq!(taken.lot, max.min(U256::from(lot)));
                        assert_eq!(quote.pay, taken.pay, "{level} {wait} {max}");
                        paid += 1;
                    }
                    (Err(quote), Err(take)) => {
                        assert_eq!(quote.data, take.data, "{level} {wait} {max}");
                        refused.insert(quote.data[..4].to_vec());
                    }
                    (quote, take) => {
                        panic!("{level} {wait} {max}: {:?} but {:?}", quote.err(), take.err())
                    }
                }
                world.revert(here);
            }
            world.revert(before);
        }
        let most = world.view(quoteCall { id, lot: U256::MAX, wait: 0 });
        let whole_lot = world.view(quoteCall { id, lot: U256::from(lot), wait: 0 });
        assert_eq!(most.ok().map(|quote| quote.pay), whole_lot.ok().map(|quote| quote.pay));
    }
    assert!(paid > 50, "{paid}");
    use plimsoll_abi::{DustLot, LevelForbids, LotTooSmall, NeedsRedo};
    let named =
        [DustLot::SELECTOR, LevelForbids::SELECTOR, LotTooSmall::SELECTOR, NeedsRedo::SELECTOR];
    assert_eq!(refused, named.map(|selector| selector.to_vec()).into());
}

#[test]
fn the_volatility_of_no_past_changes_no_start() {
    let (mut world, ids) = three();
    assert_eq!(world.auction_terms(ids[0]).start_excess, 10_000);
    change_terms(&mut world, WETH, |terms| terms.startExcess = 0);
    assert_eq!(world.auction_terms(ids[0]).start_excess, 10_000);
}
