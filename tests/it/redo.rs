//! Restarting an auction that has run out, and the clock that breakers stop.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::redoCall;
use plimsoll_abi::{
    AuctionClosed, LevelForbids, NeedsRedo, OVERALL, PriceForbids, RedoTooEarly, Redone,
    UnknownAuction, auction_id,
};
use plimsoll_testkit::engine::{ALICE, BOB, KAY, KIM, MALLORY, TAK, WETH, World, usdc, wad, whole};

use crate::sales::{
    Curve, PPM, SCALE, auction, books, ceil, change_terms, clock, floor, kicked, open, order,
    still, taken, value,
};

/// An auction that runs out now, and how many seconds that took.
fn spent() -> (World, u64, u32) {
    let mut world = still();
    open(&mut world, ALICE);
    open(&mut world, BOB);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    let end = Curve::of(&world, id).end() as u32;
    world.pass(end - 1);
    world.set_price(WETH, wad(2_400));
    assert_eq!(auction(&mut world, id).elapsed, U256::from(end - 1));
    (world, id, end)
}

#[test]
fn an_auction_is_restarted_once_it_has_run_out_and_no_second_sooner() {
    let (mut world, id, end) = spent();
    let early = RedoTooEarly { auction: id, elapsed: end - 1, earliest: end };
    world.refuse(KAY, redoCall { auction: id }, early);
    let before = world.snapshot();
    taken(&mut world, id, whole(1, 18));
    world.revert(before);
    world.pass(1);
    assert!(auction(&mut world, id).needsRedo);
    let call = order(&world, id);
    world.refuse(TAK, call, NeedsRedo { auction: id, elapsed: end });
    // Anyone may.
    world.must(MALLORY, redoCall { auction: id });
}

#[test]
fn a_redo_renews_price_and_clock_and_nothing_else() {
    let (mut world, id, _) = spent();
    taken(&mut world, id, whole(1, 18));
    world.pass(100);
    world.set_price(WETH, wad(2_100));
    // What a keeper gets for it has a test of its own.
    change_terms(&mut world, WETH, |terms| terms.tip = 0);
    let (words, pool, sales) = (world.auction_terms(id), world.auction_pool(id), world.sales(WETH));
    world.must(KAY, redoCall { auction: id });
    let now = world.auction_terms(id);
    assert!(now.kick_price >= wad(2_100) && now.kick_price - wad(2_100) <= wad(2_100) >> 39);
    assert_eq!((now.redos, now.start), (words.redos + 1, clock(&world, WETH)));
    let same = plimsoll_math::words::AuctionTerms {
        kick_price: now.kick_price,
        redos: now.redos,
        start: now.start,
        ..words
    };
    assert_eq!((now, world.auction_pool(id), world.sales(WETH)), (same, pool, sales));
    let kick_price = U256::from(now.kick_price);
    world.assert_event(&Redone { auction: id, kickPrice: kick_price, reward: U256::ZERO });
    let shown = auction(&mut world, id);
    assert_eq!(shown.price, U256::from(ceil(now.kick_price, PPM + 10_000, PPM)));
    assert_eq!(shown.elapsed, U256::ZERO);
    books(&world);
    // Something was raised before: nobody joins.
    let second = kicked(&mut world, BOB);
    assert_ne!(second, id);
    taken(&mut world, id, u128::MAX);
}

/// Nothing raised and the lot whole: a restarted auction is as good as a new one, unless its keeper
/// was paid out of it.
#[test]
fn a_restarted_auction_can_be_joined_while_its_lot_is_whole() {
    for (tip, joins) in [(0, true), (1_000, false)] {
        let (mut world, id, _) = spent();
        change_terms(&mut world, WETH, |terms| terms.tip = tip);
        world.pass(1);
        world.must(KAY, redoCall { auction: id });
        assert_eq!(kicked(&mut world, BOB) == id, joins);
    }
}

/// In kind, out of the lot and out of the penalty: the owner pays no more than without.
#[test]
fn a_redo_is_paid_in_kind_and_out_of_the_penalty() {
    let (mut world, id, _) = spent();
    world.pass(1);
    let (words, held) = (world.auction_terms(id), world.sales(WETH).held);
    world.must(KIM, redoCall { auction: id });
    let reward = floor(usdc(1), 10_u128.pow(SCALE), wad(2_400));
    let event = &world.events::<Redone>()[0];
    assert_eq!(event.reward, U256::from(reward));
    assert_eq!(world.holding(KIM, WETH).balance, reward);
    let now = world.auction_terms(id);
    assert_eq!(now.lot, words.lot - reward);
    assert_eq!((world.sales(WETH).on_sale, world.sales(WETH).held), (now.lot, held));
    let gross = floor(PPM + u128::from(words.penalty), now.lot, words.lot);
    assert_eq!(u128::from(now.penalty), gross - PPM);
    books(&world);
    world.withdraw(KIM, WETH, reward);
    taken(&mut world, id, u128::MAX);
    books(&world);
}

/// Nobody is paid to keep small lots alive: from `small` on, and not a wei below it.
#[test]
fn a_redo_of_a_small_lot_is_not_paid() {
    let lot_value = |world: &World, id| value(world.auction_terms(id).lot, wad(2_400), SCALE);
    for (more, paid) in [(0, true), (1, false)] {
        let (mut world, id, _) = spent();
        let milli = (lot_value(&world, id) / 1_000) as u32 + more;
        change_terms(&mut world, WETH, |terms| terms.small = milli);
        world.pass(1);
        world.must(KIM, redoCall { auction: id });
        assert_eq!(world.holding(KIM, WETH).balance > 0, paid);
    }
}

/// The market has fallen so far that the descent would need longer than the tail to follow.
#[test]
fn an_auction_that_the_market_has_left_behind_is_restarted() {
    // e^-0.12 of the kick price after the tail is 0.88692 of it.
    for (price, behind) in [(wad(2_400) / 1_000 * 887, false), (wad(2_400) / 1_000 * 886, true)] {
        let mut world = still();
        open(&mut world, ALICE);
        world.set_price(WETH, wad(2_400));
        let id = kicked(&mut world, ALICE);
        world.set_price(WETH, price);
        // The price came in the second of the kick or one later.
        let elapsed: u32 = auction(&mut world, id).elapsed.to();
        assert!(elapsed <= 1);
        if !behind {
            let earliest = Curve::of(&world, id).end() as u32;
            let error = RedoTooEarly { auction: id, elapsed, earliest };
            world.refuse(KIM, redoCall { auction: id }, error);
            continue;
        }
        world.must(KIM, redoCall { auction: id });
        let shown = auction(&mut world, id);
        let kick_price = world.auction_terms(id).kick_price;
        assert_eq!(shown.price, U256::from(ceil(kick_price, PPM + 10_000, PPM)));
        // And not again for the same fall.
        let earliest = Curve::of(&world, id).end() as u32;
        let error = RedoTooEarly { auction: id, elapsed: 0, earliest };
        world.refuse(KIM, redoCall { auction: id }, error);
        books(&world);
    }
}

#[test]
fn only_an_open_auction_is_restarted() {
    let (mut world, id, _) = spent();
    taken(&mut world, id, u128::MAX);
    world.pass(10_000);
    world.refuse(KAY, redoCall { auction: id }, AuctionClosed { auction: id });
    let unknown = auction_id(WETH, 2, 1);
    world.refuse(KAY, redoCall { auction: unknown }, UnknownAuction { auction: unknown });
}

#[test]
fn a_redo_needs_a_price_to_start_from() {
    let (mut world, id, _) = spent();
    world.pass(4_000);
    world.refuse(KAY, redoCall { auction: id }, PriceForbids { asset: WETH, verdict: 3 });
    // A jump that nobody has confirmed.
    world.observe(WETH, wad(1_000));
    world.refuse(KAY, redoCall { auction: id }, PriceForbids { asset: WETH, verdict: 2 });
    // An uncertain price will do.
    world.pass(1);
    let now = world.now();
    world.report(WETH, wad(1_000), wad(50), now).unwrap();
    assert_eq!(world.asset_price(WETH).verdict.code(), 1);
    world.must(KAY, redoCall { auction: id });
}

#[test]
fn from_level_three_on_nothing_is_restarted() {
    for asset in [WETH, OVERALL] {
        for level in 1..=4 {
            let (mut world, id, _) = spent();
            world.pass(1);
            world.raise(asset, level, 60);
            if level < 3 {
                world.must(KAY, redoCall { auction: id });
                continue;
            }
            world.refuse(KAY, redoCall { auction: id }, LevelForbids { asset: WETH, level });
            world.pass(60);
            world.must(KAY, redoCall { auction: id });
        }
    }
}

/// Time under a level counts against nobody, however often it is raised, lowered and overlapped.
#[test]
fn the_clock_stands_still_under_level_three_and_counts_no_second_twice() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    // (seconds that pass, what happens then): the clock runs only in the first and the last.
    let elapsed = |world: &mut World| -> u32 {
        let shown = auction(world, id).elapsed.to();
        assert_eq!(shown, clock(world, WETH) - world.auction_terms(id).start);
        shown
    };
    world.pass(20);
    world.raise(WETH, 3, 100);
    world.pass(40);
    assert_eq!(elapsed(&mut world), 20);
    let price = auction(&mut world, id).price;
    // The overall level overlaps by sixty seconds and goes on for forty.
    world.raise_all(3, 100);
    world.pass(50);
    assert_eq!((elapsed(&mut world), auction(&mut world, id).price), (20, price));
    // Takes go on at level three, at the price that stands.
    let before = world.snapshot();
    taken(&mut world, id, whole(1, 18));
    world.revert(before);
    world.raise(WETH, 4, 30);
    world.pass(20);
    world.lower(WETH, 2);
    world.pass(30);
    assert_eq!(elapsed(&mut world), 20);
    world.pass(17);
    assert_eq!(elapsed(&mut world), 37);
    // An expired level stays expired, and one below three stops nothing.
    world.raise(WETH, 2, 500);
    world.pass(400);
    assert_eq!(elapsed(&mut world), 437);
    world.lower(WETH, 0);
    assert_eq!(elapsed(&mut world), 437);
}

/// An auction that stood still as long as it would have lived is not restarted.
#[test]
fn a_stopped_auction_does_not_run_out() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.pass(5);
    world.raise_all(3, 86_400);
    world.pass(86_400);
    world.set_price(WETH, wad(2_400));
    let shown = auction(&mut world, id);
    assert!(!shown.needsRedo);
    assert_eq!(shown.elapsed, U256::from(5));
    taken(&mut world, id, u128::MAX);
}
