//! Auctions and bad debt as they went wrong elsewhere, replayed here: what our rules make of it,
//! beside what the rules of then would have, in the same market.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use num_bigint::BigInt;
use plimsoll_abi::IPlimsoll::{
    accrueCall, coverDeficitCall, depositCall, kickCall, leaveCall, quoteCall, realiseCall,
    redoCall, repayCall, setOutageCall, takeCall, withdrawCall,
};
use plimsoll_abi::{
    BelowTarget, DustLot, NeedsRedo, NotBadDebt, Redone, TooExpensive, Unhealthy, ZeroAmount,
};
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, GOVERNOR, KAY, KIM, MALLORY, TAK, USDC, WETH, World, usdc, wad, whole,
};

use crate::sales::{
    BPS, SCALE, auction, books, ceil, change_terms, fill, floor, kick, kicked, open, order, still,
    taken, value,
};

/// What somebody has, exactly: shared with the walks.
#[path = "../walk/wealth.rs"]
#[allow(dead_code)]
mod wealth;

/// What a group of accounts has at the oracle's prices.
fn wealth_of(world: &World, group: &[Address]) -> BigInt {
    let group: BTreeSet<&Address> = group.iter().collect();
    group.into_iter().map(|account| wealth::wealth(world, *account)).sum()
}

/// 12 March 2020: Maker's auctions sold to the highest bid within minutes, and where nobody bid,
/// to a bid of zero: 8.3 million of debt stayed with nothing behind it.
///
/// Here no time and no absence of buyers lowers the price below the floor of the live price, and
/// past its tail an auction sells nothing until somebody starts it again. What keepers get for that
/// comes out of the penalty.
#[test]
fn incident_black_thursday() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    let penalty = u128::from(world.auction_terms(id).penalty);
    let lot = world.auction_terms(id).lot;
    let (mut rewards, mut redos) = (0, 0);
    // Six hours without a single buyer, and a price that slides.
    for step in 0..36_u128 {
        world.pass(600);
        let live = wad(2_400) - wad(step) / 2;
        world.set_price(WETH, live);
        if auction(&mut world, id).needsRedo {
            let call = order(&world, id);
            let elapsed = auction(&mut world, id).elapsed.to();
            world.refuse(TAK, call, NeedsRedo { auction: id, elapsed });
            world.must(KAY, redoCall { auction: id });
            rewards += world.events::<Redone>()[0].reward.to::<u128>();
            redos += 1;
        }
        let asked = auction(&mut world, id).price;
        assert!(asked >= U256::from(live / 100 * 92), "{asked} is below the floor of {live}");
        // Nobody gets it for a wei less than the floor.
        let bid = live / 100 * 92 - 1;
        let call = order(&world, id);
        let zero = takeCall { maxPrice: U256::from(bid), ..call };
        world.refuse(TAK, zero, TooExpensive { price: asked, maxPrice: U256::from(bid) });
    }
    assert!(redos >= 5);
    // All of them together are within the penalty that the lot was kicked with.
    assert!(rewards <= floor(lot, penalty, 1_000_000 + penalty));
    // One buyer, who waits for the last second.
    let ends =
        world.get(plimsoll_abi::IPlimsoll::liveAuctionsCall { asset: WETH, from: 0, limit: 1 });
    let left = ends.list[0].runsOutAt - ends.list[0].elapsed;
    world.pass(left.to::<u32>() - 1);
    world.set_price(WETH, wad(2_380));
    let (got, paid) = taken(&mut world, id, u128::MAX);
    world.settle(ALICE);
    let oracle = value(got, wad(2_380), SCALE);
    assert!(paid >= oracle / 100 * 92);
    let debt = world.debt(ALICE);
    let backed = value(world.holding(ALICE, WETH).balance, wad(2_380), SCALE);
    assert!(backed > debt && books(&world).deficit == 0);
    let error = NotBadDebt { account: ALICE, value: U256::from(backed + 1) };
    world.refuse(KIM, realiseCall { accounts: vec![ALICE] }, error);
    // With the rule of then, the same buyer bids zero at the end of the auction's first six hours:
    // the lot is gone, all of the debt is left, and what is left behind it does not cover it.
    let zero_bid = usdc(21_000) - backed.min(usdc(21_000));
    assert!(zero_bid > usdc(5_000), "{zero_bid}");
    println!("black thursday: bad debt 0, with zero bids {zero_bid} base wei");
}

/// 2021: positions opened to be liquidated, because the flat reward of a kick and of every reset of
/// its auction came from the protocol and exceeded the penalty of a small position.
///
/// Here every reward is taken out of the lot that is kicked, is never above the penalty on it, and
/// a redo takes it out of what is left of that penalty. A circle that owns the position, the
/// keeper and the taker can only pay itself.
#[test]
fn incident_reward_farming() {
    let mut world = still();
    // The highest tip that the bounds allow for this size.
    change_terms(&mut world, WETH, |terms| {
        (terms.tip, terms.chip, terms.penalty) = (20_000, 100, 150);
        terms.small = 2_000_000;
    });
    let circle = [ALICE, KAY, TAK];
    for person in circle {
        world.mint(USDC, person, usdc(1_000_000));
        world.mint(WETH, person, whole(100, 18));
    }
    let mut farmed = 0;
    for round in 0..6 {
        world.set_price(WETH, wad(2_600));
        let amount = U256::from(whole(1, 17));
        world.must(ALICE, depositCall { asset: WETH, amount, account: ALICE });
        let balance = value(world.holding(ALICE, WETH).balance, wad(2_600), SCALE);
        world.borrow(ALICE, balance * 8_000 / BPS);
        world.set_price(WETH, wad(2_600) / 100 * 95);
        world.pass(2);
        world.set_price(WETH, wad(2_600) / 100 * 95);
        let before = wealth_of(&world, &circle);
        let id = kicked(&mut world, ALICE);
        let kick = &world.events::<plimsoll_abi::Kicked>()[0];
        let (units, reward): (u128, u128) = (kick.units.to(), kick.reward.to());
        assert!(reward * 10_150 <= (units + reward) * 150);
        if round % 2 == 1 {
            let end = crate::sales::Curve::of(&world, id).end() as u32;
            world.pass(end);
            world.set_price(WETH, wad(2_600) / 100 * 95);
            world.must(KAY, redoCall { auction: id });
            // A lot below `small` is nobody's income.
            assert_eq!(world.events::<Redone>()[0].reward, U256::ZERO);
        }
        let call = order(&world, id);
        world.must(TAK, call);
        world.settle(ALICE);
        let after = wealth_of(&world, &circle);
        // Roundings: a base wei a call.
        let gained = &after - &before;
        assert!(gained <= wealth::base(4), "round {round}: {gained}");
        // The rule of then pays the tip out of nobody's pocket here: 20 for a penalty of 1.5 % of
        // 240.
        let penalty = floor(value(units + reward, wad(2_470), SCALE), 150, 10_150);
        farmed += usdc(20) - penalty;
        if world.debt(ALICE) > 0 {
            world.repay_all(ALICE, ALICE);
        }
    }
    assert!(farmed > usdc(90));
    assert_eq!(books(&world).deficit, 0);
    println!("reward farming: the circle loses, with flat rewards it gains {farmed} base wei");
}

/// 13 March 2023: Euler let an account give its collateral away without asking whether it could
/// still pay. The account made itself insolvent and liquidated itself at a discount of 20 %.
///
/// Here nothing lowers the health of a position without a check at its end, a gift to the engine
/// belongs to nobody and changes no number, and a discount is what the owner loses to the taker:
/// in one circle it comes to nothing.
#[test]
fn incident_euler_donation() {
    let mut world = still();
    world.open(MALLORY, WETH, whole(10, 18), usdc(24_000));
    let health_before = world.health(MALLORY);
    // Out by the door: the limit holds.
    let out = withdrawCall { asset: WETH, amount: U256::ONE, receiver: KIM };
    let (debt, limit) = (U256::from(usdc(24_000)), U256::from(usdc(24_000) - 1));
    world.refuse(MALLORY, out, Unhealthy { debt, limit });
    // To the reserve: there is no such entry, and a deficit that is not there cannot be covered.
    fill(&mut world, MALLORY);
    world.refuse(MALLORY, coverDeficitCall { amount: U256::from(usdc(1)) }, ZeroAmount {});
    // As a gift: it changes nothing, neither hers nor anybody's.
    let books_before = books(&world);
    world.donate(WETH, MALLORY, whole(5, 18));
    world.donate(USDC, MALLORY, usdc(5_000));
    assert_eq!((world.health(MALLORY), books(&world)), (health_before, books_before));
    // The price does what she could not, and her other accounts kick and buy at once and late.
    world.set_price(WETH, wad(2_800));
    let circle = [MALLORY, KIM, TAK];
    fill(&mut world, TAK);
    let before = wealth_of(&world, &circle);
    world.accounts.insert(KIM);
    let skips = world.must(KIM, kickCall { accounts: vec![MALLORY], hints: vec![] });
    assert_eq!(skips, [0]);
    let id = world.newest(WETH);
    let lot = world.auction_terms(id).lot;
    let quoted = world.get(quoteCall { id, lot: U256::from(lot / 2), wait: 0 });
    world.mint(USDC, TAK, 0);
    world.must(TAK, world.order(TAK, id, lot / 2));
    assert!(quoted.pay > U256::ZERO);
    world.pass(2_600);
    world.set_price(WETH, wad(2_800));
    world.must(TAK, world.order(TAK, id, u128::MAX));
    world.settle(MALLORY);
    let after = wealth_of(&world, &circle);
    assert!(after <= before + wealth::base(4), "the circle gained");
    assert_eq!(books(&world).deficit, 0);
    // The rule of then: half of the collateral given away, the debt is 24,000 for 14,000, the
    // liquidator takes it for four fifths of its worth and leaves the rest of the debt behind.
    let left = value(whole(5, 18), wad(2_800), SCALE);
    let repaid = left * 8 / 10;
    let then = usdc(24_000) - repaid;
    assert!(then > usdc(12_000));
    println!("euler donation: bad debt 0, with a gift that nobody checks {then} base wei");
}

/// Bad debt that a wei of collateral keeps on the books: finalisation asks for none, and anybody
/// may add some.
///
/// Here what is worth less than dust is nothing, taken along into an account of its own; and a lot
/// cannot be bought down to dust.
#[test]
fn incident_dust_finalisation() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    let id = kicked(&mut world, ALICE);
    let lot = world.auction_terms(id).lot;
    // A buyer who leaves a wei behind, so that the auction never ends.
    fill(&mut world, TAK);
    let call = world.order(TAK, id, lot - 1);
    let (value, dust) = (U256::ZERO, U256::from(usdc(100)));
    world.refuse(TAK, call, DustLot { value, dust });
    taken(&mut world, id, u128::MAX);
    // Whoever fears the loss adds a wei in front of every attempt.
    let mut then = 0;
    world.mint(WETH, MALLORY, 10);
    for _ in 0..10 {
        let top_up = depositCall { asset: WETH, amount: U256::ONE, account: ALICE };
        world.must(MALLORY, top_up);
        // The rule of then asks for no collateral at all and refuses, every time.
        then += u32::from(world.holding(ALICE, WETH).balance > 0);
    }
    assert_eq!(then, 10);
    let owed = world.debt(ALICE);
    world.must(KIM, realiseCall { accounts: vec![ALICE] });
    let after = books(&world);
    assert!(owed > usdc(10_000) && after.deficit > usdc(9_000) && after.net == 0);
    assert_eq!(world.holding(Address::ZERO, WETH).balance, 10);
    assert_eq!((world.account(ALICE).debt, world.debt(ALICE)), (0, 0));
    // And a wei in front of the next: there is nothing to stop any more.
    let error = NotBadDebt { account: ALICE, value: U256::ZERO };
    world.refuse(KIM, realiseCall { accounts: vec![ALICE] }, error);
    println!("dust finalisation: written off at once, with a rule of no collateral never");
}

/// A price that falls while nobody may buy: after a pause the first block buys at the floor.
///
/// Here the auction's clock counts the seconds in which a take was possible, and no other.
#[test]
fn incident_auction_clock() {
    type Stop = fn(&mut World);
    let overlap: Stop = |world| {
        world.raise(WETH, 3, 5_000);
        world.raise_all(3, 7_200);
    };
    let beat: Stop = |world| {
        world.must(KAY, accrueCall {});
    };
    // With the gap that is set. The last has no block at all, or nobody who gets into one, after the
    // last that did.
    let stops: [(u8, Stop); 4] = [
        (0, |world| world.raise(WETH, 3, 7_200)),
        (0, |world| world.raise_all(4, 7_200)),
        (0, overlap),
        (1, beat),
    ];
    for (gap, stop) in stops {
        let mut world = still();
        world.must(GOVERNOR, setOutageCall { feed: Address::ZERO, gap });
        open(&mut world, ALICE);
        world.set_price(WETH, wad(2_400));
        let id = kicked(&mut world, ALICE);
        world.pass(60);
        let before = auction(&mut world, id).price;
        stop(&mut world);
        world.pass(7_200);
        world.set_price(WETH, wad(2_400));
        let first = auction(&mut world, id);
        assert!(before - first.price <= before / U256::from(10_000), "{before} {}", first.price);
        assert!(!first.needsRedo && first.elapsed <= U256::from(62));
        // The rule of then: two hours later the price is at the floor, eight percent down.
        let then = ceil(wad(2_400), 92, 100);
        let lot = world.auction_terms(id).lot;
        let (_, paid) = taken(&mut world, id, u128::MAX);
        let saved = paid - value(lot, then, SCALE);
        assert!(saved > usdc(800), "{saved}");
        println!("auction clock: with a clock that runs on, {saved} base wei less for the owner");
    }
}

// ---- Circles ----

/// Kick oneself, leave, and again: who pays is the circle, and the cap is free at once.
#[test]
fn cycling_in_and_out_of_auctions_never_pays_and_never_uses_up_the_cap() {
    let mut world = still();
    let circle = [ALICE, KAY];
    for person in circle {
        world.mint(USDC, person, usdc(1_000_000));
        world.mint(WETH, person, whole(1_000, 18));
    }
    open(&mut world, BOB);
    for round in 0..5 {
        world.set_price(WETH, wad(2_700));
        let held = world.holding(ALICE, WETH).balance;
        let amount = U256::from(whole(10, 18) - held);
        world.must(ALICE, depositCall { asset: WETH, amount, account: ALICE });
        let owed = world.debt(ALICE);
        world.borrow(ALICE, usdc(21_000) - owed);
        world.pass(2);
        world.set_price(WETH, wad(2_490));
        let before = wealth_of(&world, &circle);
        let id = kicked(&mut world, ALICE);
        let on_sale = world.sales(WETH).on_sale;
        assert!(on_sale > 0);
        // Not before his health is at the target.
        let failure = world.fail(ALICE, leaveCall { auction: id });
        assert!(failure.is::<BelowTarget>());
        let amount = U256::from(usdc(15_000));
        world.must(ALICE, repayCall { amount, account: ALICE });
        world.must(ALICE, leaveCall { auction: id });
        assert_eq!(world.sales(WETH).on_sale, 0, "round {round}");
        let gained = wealth_of(&world, &circle) - before;
        assert!(gained <= wealth::base(4), "round {round}: {gained}");
    }
    // Somebody else's sale finds all of the room.
    world.set_price(WETH, wad(2_400));
    assert_eq!(kick(&mut world, &[BOB]).unwrap(), [0]);
    books(&world);
}

/// Takes as small as they may be, and joins, by a circle of an owner, a keeper and a taker: none of
/// them pays it anything, and none uses up the cap.
#[test]
fn takes_of_dust_and_joins_never_pay() {
    let mut world = still();
    let circle = [ALICE, KAY, TAK];
    for person in circle {
        world.mint(USDC, person, usdc(100_000_000));
    }
    for owner in [ALICE, BOB] {
        open(&mut world, owner);
    }
    world.set_price(WETH, wad(2_400));
    let room = |world: &World| {
        let on_sale = value(world.sales(WETH).on_sale, wad(2_400), SCALE);
        u128::from(world.terms(WETH).max_on_sale) * 1_000 - on_sale
    };
    let all = room(&world);
    let id = kicked(&mut world, BOB);
    // The circle joins behind BOB, at the same price factor: what its keeper is paid its owner loses.
    let before = wealth_of(&world, &circle);
    assert_eq!(kicked(&mut world, ALICE), id);
    assert!(wealth_of(&world, &circle) <= before, "the circle gained by joining");
    let lot = world.auction_terms(id).lot;
    assert_eq!(world.sales(WETH).on_sale, lot);
    let ours = world.holding(ALICE, WETH).units;
    // It has half of the lot, so half of each discount is its own loss.
    assert!((ours * 2).abs_diff(lot) < lot / 100);
    world.pass(300);
    let mut before = wealth_of(&world, &circle);
    let smallest = ceil(usdc(100), whole(1, SCALE), wad(2_400));
    for n in 1..=20 {
        let call = takeCall { maxLot: U256::from(smallest), ..order(&world, id) };
        world.must(TAK, call);
        let now = wealth_of(&world, &circle);
        let discount = value(smallest, wad(2_400), SCALE)
            - world.events::<plimsoll_abi::Taken>()[0].pay.to::<u128>();
        let gained = &now - &before;
        assert!(gained <= wealth::base(discount * 51 / 100 + 4), "{gained}");
        // Each take frees what it takes, to the wei.
        assert_eq!(world.sales(WETH).on_sale, lot - n * smallest);
        before = now;
    }
    let call = takeCall { maxLot: U256::from(smallest - 1), ..order(&world, id) };
    assert!(world.fail(TAK, call).is::<DustLot>());
    // Nobody joins what was touched: a third owner's lot is on its own, and all sold no room is lost.
    open_at(&mut world, CAROL);
    let other = kicked(&mut world, CAROL);
    assert_ne!(other, id);
    for id in [id, other] {
        taken(&mut world, id, u128::MAX);
    }
    assert_eq!(room(&world), all);
    books(&world);
}

/// A position below one at 2,400.
fn open_at(world: &mut World, owner: Address) {
    world.set_price(WETH, wad(2_700));
    open(world, owner);
    world.set_price(WETH, wad(2_400));
    world.pass(2);
}
