//! Buying from an auction: the price at every second, the bounds of an order, and what a payment
//! does to everybody's books.

use alloy_primitives::{Address, U256};
use num_traits::One;
use plimsoll_abi::IPlimsoll::{positionCall, quoteCall, takeCall};
use plimsoll_abi::{
    BadReceiver, Closed, DeadlinePassed, DustLot, LevelForbids, LotTooSmall, NeedsRedo,
    PriceForbids, Taken, TooExpensive, UnknownAuction, ZeroAddress, auction_id,
};
use plimsoll_testkit::audit::{ceil, effective_debt, floor, index_now};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, CAROL, KAY, TAK, TESS, USDC, WETH, World, usdc, wad, whole,
};

use crate::reference::{self, Q};
use crate::sales::{
    Curve, PPM, RAY, SCALE, auction, books, change_terms, factor, fill, kick, kicked, open, order,
    still, still_with, take, taken, value,
};

/// ALICE's 6.7 WETH on sale at an oracle price of 2,400.
fn on_sale() -> (World, u64) {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let auction = kicked(&mut world, ALICE);
    (world, auction)
}

/// max(p_live f(t), p_kick s0 exp(-R t)), enclosed: rounded up, and the exponential within 2^-34.
#[track_caller]
fn assert_price(shown: u128, curve: &Curve, kick: u128, live: u128, elapsed: u32) {
    let exact = reference::factor(
        curve.excess as u32,
        curve.fast as u32,
        curve.slow as u32,
        curve.floor as u32,
        elapsed,
    );
    assert_eq!(reference::ppm(factor(curve, elapsed)), exact);
    let oracle = reference::int(live) * exact;
    let (low, high) = reference::exp_neg(curve.descent * u128::from(elapsed), 0);
    let start = reference::int(kick) * reference::ppm(PPM + curve.excess);
    let (low, high) = (oracle.clone().max(&start * low), oracle.max(&start * high));
    let slack = Q::one() + reference::ratio(1, 1 << 33);
    let shown = reference::int(shown);
    assert!(low <= shown && shown <= high * slack + Q::one(), "after {elapsed} seconds");
}

#[test]
fn the_price_follows_the_curve_at_every_second() {
    let (mut world, id) = on_sale();
    let curve = Curve::of(&world, id);
    let words = world.auction_terms(id);
    // The float of the kick price is rounded up by less than one part in 2^39.
    assert!(words.kick_price >= wad(2_400) && words.kick_price - wad(2_400) <= wad(2_400) >> 39);
    let (crossing, end) = (curve.crossing() as u32, curve.end() as u32);
    assert_eq!((crossing, end), (10, 3_277));
    let (started, mut last) = (world.now(), u128::MAX);
    for elapsed in
        [0, 1, 5, 9, 10, 11, 12, 57, 58, 59, 60, 600, 1_676, 1_677, 2_676, 2_677, 2_678, 3_276]
    {
        let ahead = world.get(quoteCall {
            id,
            lot: U256::from(whole(1, 18)),
            wait: started + elapsed - world.now(),
        });
        world.pass(started + elapsed - world.now());
        let shown = auction(&mut world, id);
        assert_eq!(shown.elapsed, U256::from(elapsed));
        assert_eq!(shown.factor, U256::from(factor(&curve, elapsed)));
        assert_eq!((shown.state, shown.needsRedo), (1, false));
        let price: u128 = shown.price.to();
        assert_price(price, &curve, words.kick_price, wad(2_400), elapsed);
        assert!(price <= last, "it rose after {elapsed} seconds");
        last = price;
        // The quote from before the wait, and the take itself, cost the same.
        assert_eq!(ahead.price, shown.price);
        let before = world.snapshot();
        let (lot, pay) = taken(&mut world, id, whole(1, 18));
        assert_eq!((lot, U256::from(pay)), (whole(1, 18), ahead.pay));
        assert_eq!(pay, ceil(lot, price, 10_u128.pow(SCALE)));
        world.revert(before);
    }
    // At the floor.
    assert_eq!(last, wad(2_400) / 100 * 92);
    world.pass(1);
    let late = order(&world, id);
    world.refuse(TAK, late, NeedsRedo { auction: id, elapsed: end });
}

#[test]
fn the_price_follows_the_oracle_up_at_once() {
    let (mut world, id) = on_sale();
    world.pass(99);
    world.set_price(WETH, wad(3_300));
    let shown = auction(&mut world, id);
    let (curve, elapsed) = (Curve::of(&world, id), shown.elapsed.to::<u32>());
    let wanted = ceil(wad(3_300), factor(&curve, elapsed), PPM);
    assert_eq!(shown.price, U256::from(wanted));
}

#[test]
fn the_price_follows_the_oracle_down_no_faster_than_the_descent() {
    let (mut world, id) = on_sale();
    let kick_price = world.auction_terms(id).kick_price;
    for (wait, oracle) in [(99, 1_500), (899, 1_200), (899, 1_000)] {
        world.pass(wait);
        world.set_price(WETH, wad(oracle));
        let shown = auction(&mut world, id);
        let (curve, elapsed) = (Curve::of(&world, id), shown.elapsed.to::<u32>());
        assert!(shown.price > U256::from(ceil(wad(oracle), factor(&curve, elapsed), PPM)));
        assert_price(shown.price.to(), &curve, kick_price, wad(oracle), elapsed);
    }
}

// ---- The bounds of an order ----

#[test]
fn an_order_binds_price_and_lot() {
    let (mut world, id) = on_sale();
    fill(&mut world, TAK);
    let price = auction(&mut world, id).price;
    let lot = U256::from(world.auction_terms(id).lot);
    let all = order(&world, id);
    let one = U256::ONE;
    let cheap = takeCall { maxPrice: price - one, ..all.clone() };
    world.refuse(TAK, cheap, TooExpensive { price, maxPrice: price - one });
    let more = takeCall { minLot: lot + one, ..all.clone() };
    world.refuse(TAK, more, LotTooSmall { lot, minLot: lot + one });
    let none = takeCall { maxLot: U256::ZERO, ..all.clone() };
    world.refuse(TAK, none, LotTooSmall { lot: U256::ZERO, minLot: one });
    let part = takeCall { maxLot: lot - one, minLot: lot, ..all.clone() };
    world.refuse(TAK, part, LotTooSmall { lot: lot - one, minLot: lot });
    let exact = takeCall { maxPrice: price, minLot: lot, maxLot: lot, ..all };
    assert_eq!(world.must(TAK, exact).lot, lot);
}

#[test]
fn an_order_has_a_deadline() {
    let (mut world, id) = on_sale();
    fill(&mut world, TAK);
    let now = world.now();
    let late = takeCall { deadline: now - 1, ..order(&world, id) };
    world.refuse(TAK, late, DeadlinePassed { deadline: now - 1, now });
    let punctual = takeCall { deadline: now, ..order(&world, id) };
    world.must(TAK, punctual);
}

#[test]
fn the_lot_goes_to_the_receiver_and_the_caller_pays() {
    let (mut world, id) = on_sale();
    fill(&mut world, TAK);
    let to = |receiver| takeCall { receiver, ..order(&on_sale().0, id) };
    let engine = world.engine;
    world.refuse(TAK, to(Address::ZERO), ZeroAddress {});
    world.refuse(TAK, to(engine), BadReceiver { receiver: engine });
    let before = (world.balance(USDC, TAK), world.balance(WETH, TESS), world.balance(WETH, TAK));
    let got = world.must(TAK, to(TESS));
    assert_eq!(world.balance(WETH, TESS), before.1 + got.lot.to::<u128>());
    assert_eq!(world.balance(WETH, TAK), before.2);
    assert_eq!(world.balance(USDC, TAK), before.0 - got.pay.to::<u128>());
}

#[test]
fn an_id_that_names_no_auction_is_unknown() {
    let (mut world, _) = on_sale();
    for id in [
        0,
        auction_id(WETH, 0, 1),
        auction_id(WETH, 2, 1),
        auction_id(WETH, 1, 2),
        auction_id(9, 1, 1),
    ] {
        let call = order(&world, id);
        world.refuse(TAK, call, UnknownAuction { auction: id });
        assert_eq!(auction(&mut world, id).state, 0);
    }
}

#[test]
fn a_take_neither_is_dust_nor_leaves_any() {
    let (mut world, id) = on_sale();
    fill(&mut world, TAK);
    let lot = world.auction_terms(id).lot;
    let dust = usdc(100);
    let least = ceil(dust, 10_u128.pow(SCALE), wad(2_400));
    for amount in [least - 1, lot - (least - 1)] {
        let call = takeCall { maxLot: U256::from(amount), ..order(&world, id) };
        let value = U256::from(value(least - 1, wad(2_400), SCALE));
        world.refuse(TAK, call, DustLot { value, dust: U256::from(dust) });
    }
    let before = world.snapshot();
    assert_eq!(taken(&mut world, id, least).0, least);
    world.revert(before);
    assert_eq!(taken(&mut world, id, lot - least).0, lot - least);
    // What is left has become dust by a fall of the price: it goes as a whole.
    world.set_price(WETH, wad(1_300));
    let half = takeCall { maxLot: U256::from(least / 2), ..order(&world, id) };
    let worth = U256::from(value(least / 2, wad(1_300), SCALE));
    world.refuse(TAK, half, DustLot { value: worth, dust: U256::from(dust) });
    assert_eq!(taken(&mut world, id, u128::MAX).0, least);
}

// ---- The books ----

#[test]
fn a_payment_is_split_to_the_wei() {
    // With interest, so that the index is no round number.
    let mut world = World::new();
    open(&mut world, ALICE);
    world.pass_fresh(3_000_000);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.pass(77);
    for (lot, closes) in
        [(whole(1, 18) + 1, false), (whole(2, 18) + 12_345, false), (u128::MAX, true)]
    {
        let (before, sales, pool) = (books(&world), world.sales(WETH), world.auction_pool(id));
        let price = auction(&mut world, id).price.to();
        fill(&mut world, TAK);
        let purse = (world.balance(USDC, TAK), world.balance(WETH, TAK));
        let (lot, pay) = taken(&mut world, id, lot);
        assert_eq!(pay, ceil(lot, price, 10_u128.pow(SCALE)));
        let net = floor(pay, PPM, PPM + 13_985);
        let cut = pay - net;
        let raised = floor(net, RAY, before.index);
        let after = books(&world);
        assert_eq!((after.cash, after.reserve), (before.cash + pay, before.reserve + cut));
        assert_eq!(after.net, before.net - raised as i128);
        assert!(after.nav - before.nav >= 0 && after.nav - before.nav <= 1);
        let now = world.sales(WETH);
        assert_eq!((now.on_sale, now.held), (sales.on_sale - lot, sales.held - lot));
        assert_eq!(world.auction_pool(id).raised, pool.raised + raised);
        assert_eq!(
            (world.auction_pool(id).units, world.auction_pool(id).closed),
            (pool.units, closes)
        );
        assert_eq!(world.balance(WETH, TAK), purse.1 + lot);
        assert!(world.balance(USDC, TAK) >= purse.0 - pay);
        let [lot, pay, raised, cut] = [lot, pay, raised, cut].map(U256::from);
        // The audit asks nothing on chain: the take is still the last transaction.
        assert_eq!(world.events::<Taken>().len(), 1);
        world.assert_event(&Taken { auction: id, taker: TAK, lot, pay, raised, cut });
        assert_eq!(world.events::<Closed>().len(), usize::from(closes));
        if closes {
            world.assert_event(&Closed { auction: id, index: U256::from(after.index) });
            assert_eq!(world.auction_terms(id).lot, after.index);
        }
    }
}

#[test]
fn proceeds_lower_every_owners_debt_pro_rata_and_lazily() {
    let mut world = World::new();
    let owners = [(ALICE, 10), (BOB, 3), (CAROL, 7)];
    for (owner, amount) in owners {
        world.open(owner, WETH, whole(amount, 18), usdc(2_100 * amount));
    }
    world.set_price(WETH, wad(2_400));
    let skips = kick(&mut world, &[ALICE, BOB, CAROL]).unwrap();
    assert_eq!(skips, [0; 3]);
    let id = world.newest(WETH);
    for _ in 0..3 {
        let stored = owners.map(|(owner, _)| world.account(owner));
        taken(&mut world, id, whole(2, 18) + 77);
        assert_eq!(owners.map(|(owner, _)| world.account(owner)), stored);
        let pool = world.auction_pool(id);
        for (owner, _) in owners {
            let units = world.claims(owner, WETH)[0].units;
            let share = floor(units, pool.raised, pool.units);
            let owed = effective_debt(&world, owner);
            assert_eq!(owed, (world.account(owner).debt - share) as i128);
            let debt = ceil(owed.unsigned_abs(), index_now(&world), RAY);
            let shown = world.get(positionCall { account: owner });
            assert_eq!(shown.debt, U256::from(debt));
        }
    }
}

// ---- Prices and levels ----

#[test]
fn a_stale_price_still_sells() {
    let (mut world, id) = on_sale();
    // Older than the price may be, younger than the curve is long.
    world.must(
        plimsoll_testkit::engine::GOVERNOR,
        plimsoll_abi::IPlimsoll::setPricePolicyCall {
            asset: WETH,
            policy: plimsoll_testkit::engine::price_policy(1_800, 5_000, 100),
        },
    );
    world.pass(2_000);
    assert!(world.asset_price(WETH).fresh_until < world.now());
    taken(&mut world, id, u128::MAX);
}

#[test]
fn a_dead_oracle_stops_sales_and_the_clock() {
    let weth = AssetConfig { feed: Some(8), ..AssetConfig::new("WETH", 18, wad(3_000)) };
    let mut world = still_with(vec![weth]);
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.pass(100);
    let feed = world.feeds[0].unwrap();
    let now = world.now();
    world.set_feed(feed, 0, now);
    world.must(KAY, plimsoll_abi::IPlimsoll::pokeCall { assets: vec![WETH] });
    fill(&mut world, TAK);
    for _ in 0..2 {
        let call = order(&world, id);
        world.refuse(TAK, call, PriceForbids { asset: WETH, verdict: 4 });
        assert_eq!(auction(&mut world, id).elapsed, U256::from(100));
        world.pass(5_000);
    }
    // It lives again: the clock goes on where it stood.
    world.set_price(WETH, wad(2_400));
    let back = auction(&mut world, id).elapsed;
    assert!(back <= U256::from(101), "{back}");
    world.pass(50);
    assert_eq!(auction(&mut world, id).elapsed, back + U256::from(50));
    taken(&mut world, id, u128::MAX);
}

#[test]
fn at_level_four_a_take_pays_the_oracle_price() {
    let (mut world, id) = on_sale();
    fill(&mut world, TAK);
    world.pass(8);
    // The oracle rises so far that the descent no longer binds: at ten seconds the price is its.
    world.set_price(WETH, wad(2_900));
    let start = world.auction_terms(id).start;
    world.pass(start + 10 - crate::sales::clock(&world, WETH));
    for (wait, level, passes) in [(0, 4, true), (1, 3, true), (0, 4, false)] {
        world.pass(wait);
        let before = world.snapshot();
        world.raise(WETH, level, 600);
        // A stopped clock keeps its price.
        world.pass(300);
        let price = auction(&mut world, id).price;
        assert_eq!(price >= U256::from(wad(2_900)), wait == 0 && passes);
        if passes {
            take(&mut world, id, u128::MAX).unwrap();
        } else {
            let call = order(&world, id);
            world.refuse(TAK, call, LevelForbids { asset: WETH, level });
        }
        world.revert(before);
    }
}

/// A change of the terms moves the curve of running auctions, not their start and their penalty.
#[test]
fn an_auction_keeps_its_start_factor_and_its_penalty() {
    let (mut world, id) = on_sale();
    change_terms(&mut world, WETH, |terms| (terms.startExcess, terms.penalty) = (400, 151));
    let start = ceil(world.auction_terms(id).kick_price, 1_010_000, PPM);
    assert_eq!(auction(&mut world, id).price, U256::from(start));
    let (_, pay) = taken(&mut world, id, whole(1, 18));
    assert_eq!(books(&world).reserve, pay - floor(pay, PPM, 1_013_985));
}
