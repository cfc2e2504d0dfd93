//! What a kick writes besides: pools and claims, words that are used again, the keeper's reward.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{holdingCall, kickCall, leaveCall, liquidationStatusCall};
use plimsoll_abi::{
    AuctionClosed, Kicked, NothingKicked, Opened, UnknownAuction, auction_id, auction_parts, skip,
};
use plimsoll_testkit::audit::floor;
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, DAVE, KAY, TAK, WETH, World, usdc, wad, whole,
};

use crate::sales::{
    BPS, SCALE, change_terms, joined, kick, kick_with, kicked, open, order, still, taken, value,
};

#[test]
fn a_batch_pools_into_one_auction_an_asset() {
    let mut world = still();
    let owners = [ALICE, BOB, CAROL];
    for owner in owners {
        world.deposit(owner, ARB, whole(2_000, 18));
        world.open(owner, WETH, whole(10, 18), usdc(21_000));
    }
    world.set_price(WETH, wad(1_900));
    assert_eq!(kick(&mut world, &owners).unwrap(), [0, 0, 0]);
    assert_eq!(world.events::<Opened>().len(), 2);
    let kicks = world.events::<Kicked>();
    assert_eq!(kicks.len(), 6);
    for asset in [WETH, ARB] {
        let id = auction_id(asset, 1, 1);
        let of: Vec<_> = kicks.iter().filter(|kick| kick.auction == id).collect();
        assert_eq!(of.iter().map(|kick| kick.account).collect::<Vec<_>>(), owners);
        let units: U256 = of.iter().map(|kick| kick.units).sum();
        let (words, pool) = (world.auction_terms(id), world.auction_pool(id));
        assert_eq!((U256::from(words.lot), U256::from(pool.units)), (units, units));
        assert_eq!((pool.raised, pool.closed), (0, false));
        assert_eq!(u32::from(words.penalty), 13_985);
        for kick in of {
            let holding = world.get(holdingCall { account: kick.account, asset });
            assert_eq!((holding.auctions, holding.units), (vec![id], vec![kick.units]));
        }
    }
}

/// The debt word is not touched: proceeds lower debts when they are booked.
#[test]
fn a_kick_moves_collateral_and_no_debt() {
    let mut world = still();
    open(&mut world, ALICE);
    let (word, net) = (world.account(ALICE), world.totals().net);
    world.set_price(WETH, wad(2_400));
    kicked(&mut world, ALICE);
    assert_eq!((world.account(ALICE), world.totals().net), (word, net));
}

#[test]
fn a_kick_joins_while_the_price_is_at_least_the_oracles() {
    // 100 bps of excess at 1,000 ppm a second: at the oracle price after ten seconds.
    for (wait, joins) in [(0, true), (9, true), (10, true), (11, false)] {
        let mut world = still();
        open(&mut world, ALICE);
        open(&mut world, BOB);
        world.set_price(WETH, wad(2_400));
        let first = kicked(&mut world, ALICE);
        world.pass(wait);
        let second = kicked(&mut world, BOB);
        assert_eq!(first == second, joins, "after {wait} seconds");
        assert_eq!(world.sales(WETH).high_water, if joins { 1 } else { 2 });
    }
}

/// Each account of a batch decides for itself: what the one before it opened is the newest.
#[test]
fn a_kick_does_not_join_what_was_touched() {
    type Change = fn(&mut World, u64);
    let changes: [(Change, bool); 5] = [
        (|_, _| {}, true),
        // Something was raised.
        (|world, auction| _ = taken(world, auction, whole(1, 18)), false),
        // All was sold.
        (|world, auction| _ = taken(world, auction, u128::MAX), false),
        // Another penalty holds for new auctions.
        (|world, _| change_terms(world, WETH, |terms| terms.penalty = 151), false),
        // An owner left: lot and units are still the same.
        (
            |world, auction| {
                world.deposit(CAROL, WETH, whole(10, 18));
                world.must(CAROL, leaveCall { auction });
            },
            true,
        ),
    ];
    for (n, (change, joins)) in changes.into_iter().enumerate() {
        let mut world = still();
        for owner in [ALICE, BOB, CAROL] {
            open(&mut world, owner);
        }
        world.set_price(WETH, wad(2_400));
        assert_eq!(kick(&mut world, &[ALICE, CAROL]).unwrap(), [0, 0]);
        let first = joined(&world, ALICE);
        change(&mut world, first);
        let second = kicked(&mut world, BOB);
        assert_eq!(first == second, joins, "change {n}");
    }
}

/// Only the newest auction is looked at, even when an older one could be joined.
#[test]
fn a_kick_does_not_search_beyond_the_newest_auction() {
    let mut world = still();
    for owner in [ALICE, BOB, CAROL] {
        open(&mut world, owner);
    }
    world.set_price(WETH, wad(2_400));
    let first = kicked(&mut world, ALICE);
    change_terms(&mut world, WETH, |terms| terms.penalty = 151);
    let second = kicked(&mut world, BOB);
    change_terms(&mut world, WETH, |terms| terms.penalty = 150);
    let third = kicked(&mut world, CAROL);
    assert_eq!([first, second, third].map(|id| auction_parts(id).2), [1, 2, 3]);
}

/// A second kick of the same account into the same auction adds to its claim.
#[test]
fn a_further_lot_joins_the_claim_that_is_there() {
    let mut world = still();
    change_terms(&mut world, WETH, |terms| terms.startExcess = 400);
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let first = kicked(&mut world, ALICE);
    let before = world.claims(ALICE, WETH);
    world.set_price(WETH, wad(2_300));
    assert_eq!(kicked(&mut world, ALICE), first);
    let after = world.claims(ALICE, WETH);
    assert_eq!((before.len(), after.len()), (1, 1));
    assert!(after[0].units > before[0].units);
}

// ---- Three claims ----

/// Kicks ALICE at ever lower prices, each time into an auction of its own.
fn three_claims(world: &mut World) -> [u64; 3] {
    open(world, ALICE);
    [wad(2_400), wad(2_300), wad(2_250)].map(|price| {
        world.pass(60);
        world.set_price(WETH, price);
        kicked(world, ALICE)
    })
}

#[test]
fn the_third_claim_takes_all_that_is_left_of_the_asset() {
    let mut world = still();
    let ids = three_claims(&mut world);
    let claims = world.claims(ALICE, WETH);
    assert_eq!(claims.len(), 3);
    assert_eq!(ids.map(|id| auction_parts(id).2), [1, 2, 3]);
    assert_eq!(claims.iter().map(|claim| claim.slot).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(world.holding(ALICE, WETH).balance, 0);
    let shown = world.get(holdingCall { account: ALICE, asset: WETH });
    assert_eq!(shown.auctions, ids);
    // Two claims would have left something: the plan was smaller than the balance.
    let kicks = world.events::<Kicked>();
    assert!(kicks[0].units > U256::ZERO);
    world.set_price(WETH, wad(2_000));
    let again = kickCall { accounts: vec![ALICE], hints: vec![] };
    world.refuse(KAY, again, NothingKicked { skip: skip::NOTHING_TO_SELL });
}

/// What comes in behind three open claims waits for one of them to close.
#[test]
fn a_fourth_lot_waits_until_a_claim_is_booked() {
    let mut world = still();
    let ids = three_claims(&mut world);
    world.deposit(ALICE, WETH, whole(1, 18));
    world.pass(60);
    world.set_price(WETH, wad(1_500));
    let again = || kickCall { accounts: vec![ALICE], hints: vec![] };
    world.refuse(KAY, again(), NothingKicked { skip: skip::NO_ROOM });
    // Room is not looked at by the status; claims that wait to be booked are.
    let state = |world: &mut World| world.get(liquidationStatusCall { account: ALICE }).state;
    assert_eq!(state(&mut world), 3);
    taken(&mut world, ids[1], u128::MAX);
    world.refuse(KAY, again(), NothingKicked { skip: skip::UNSETTLED });
    assert_eq!(state(&mut world), 6);
    world.settle(ALICE);
    assert_eq!(state(&mut world), 3);
    let fourth = kicked(&mut world, ALICE);
    let slots: Vec<u32> = world.claims(ALICE, WETH).iter().map(|claim| claim.slot).collect();
    assert_eq!(slots, [1, 3, auction_parts(fourth).2]);
    assert_eq!(world.holding(ALICE, WETH).balance, 0);
}

// ---- Words that are used again ----

/// An auction of ALICE's that is closed and booked.
fn finished(world: &mut World) -> u64 {
    world.open(ALICE, WETH, whole(1, 18), usdc(2_000));
    world.set_price(WETH, wad(2_300));
    let auction = kicked(world, ALICE);
    taken(world, auction, u128::MAX);
    auction
}

#[test]
fn a_hint_reuses_words_under_a_new_generation() {
    let mut world = still();
    open(&mut world, BOB);
    let stale = finished(&mut world);
    world.settle(ALICE);
    world.set_price(WETH, wad(2_200));
    assert_eq!(kick_with(&mut world, &[BOB], &[stale]).unwrap(), [0]);
    let fresh = joined(&world, BOB);
    assert_eq!(auction_parts(fresh), (WETH, 2, 1));
    assert_eq!(world.sales(WETH).high_water, 1);

    // The old id names nothing any more; the new one is open.
    let lot = world.auction_terms(fresh).lot;
    let old = order(&world, stale);
    world.refuse(TAK, old, UnknownAuction { auction: stale });
    world.refuse(BOB, leaveCall { auction: stale }, UnknownAuction { auction: stale });
    assert_eq!(taken(&mut world, fresh, u128::MAX).0, lot);
}

#[test]
fn a_hint_is_ignored_unless_its_words_are_free() {
    let mut world = still();
    for owner in [BOB, CAROL, DAVE] {
        open(&mut world, owner);
    }
    let closed = finished(&mut world);
    world.set_price(WETH, wad(2_200));
    // Closed, but ALICE has not booked her claim. Never used. Of another asset.
    let hints = [closed, auction_id(WETH, 0, 9), auction_id(WETH, 0, 0), auction_id(ARB, 1, 1)];
    assert_eq!(kick_with(&mut world, &[BOB], &hints).unwrap(), [0]);
    let second = joined(&world, BOB);
    assert_eq!(auction_parts(second), (WETH, 1, 2));
    // Open.
    world.pass(11);
    assert_eq!(kick_with(&mut world, &[CAROL], &[second]).unwrap(), [0]);
    assert_eq!(auction_parts(joined(&world, CAROL)).2, 3);
    // A good one behind bad ones, whatever generation it names.
    world.settle(ALICE);
    world.pass(11);
    let hints = [second, auction_id(ARB, 1, 1), auction_id(WETH, 77, 1)];
    assert_eq!(kick_with(&mut world, &[DAVE], &hints).unwrap(), [0]);
    assert_eq!(auction_parts(joined(&world, DAVE)), (WETH, 2, 1));
}

#[test]
fn a_closed_auction_is_closed_to_everybody() {
    let mut world = still();
    let closed = finished(&mut world);
    let call = order(&world, closed);
    world.refuse(TAK, call, AuctionClosed { auction: closed });
    world.refuse(ALICE, leaveCall { auction: closed }, AuctionClosed { auction: closed });
}

// ---- The keeper's reward ----

/// min(tip / p + chip q, q pi / (1 + pi)) of the q seized.
fn reward(lot: u128, tip: u128, price: u128, chip: u128, penalty: u128) -> u128 {
    let due = floor(tip, 10_u128.pow(SCALE), price) + floor(lot, chip, BPS);
    due.min(floor(lot, penalty, BPS + penalty))
}

#[track_caller]
fn only_kick(world: &World, account: Address) -> (u128, u128) {
    let kicks = world.events::<Kicked>();
    let mut of = kicks.iter().filter(|kick| kick.account == account);
    let kick = of.next().expect("kicked");
    (kick.units.to(), kick.reward.to())
}

#[test]
fn the_reward_is_exact_and_never_above_the_penalty() {
    for (tip, chip, penalty) in
        [(1, 10, 150), (0, 0, 100), (0, 100, 100), (100, 100, 150), (100, 0, 500)]
    {
        let mut world = still();
        change_terms(&mut world, WETH, |terms| {
            terms.tip = tip * 1_000;
            terms.small = terms.small.max(tip * 100_000);
            (terms.chip, terms.penalty, terms.fullBelow) = (chip, penalty, 9_500);
        });
        world.open(ALICE, WETH, whole(1, 18), usdc(2_100));
        let price = wad(2_470);
        world.set_price(WETH, price);
        kicked(&mut world, ALICE);
        let (units, paid) = only_kick(&world, ALICE);
        let lot = units + paid;
        assert_eq!(lot + world.holding(ALICE, WETH).balance, whole(1, 18));
        let (chip, penalty) = (u128::from(chip), u128::from(penalty));
        let tip = usdc(u128::from(tip));
        assert_eq!(paid, reward(lot, tip, price, chip, penalty));
        assert!(paid * (BPS + penalty) <= lot * penalty);
        assert_eq!(world.holding(KAY, WETH).balance, paid);
    }
}

/// The tip is due once for a position, however many assets it loses.
#[test]
fn the_tip_is_paid_once_a_position() {
    let mut world = still();
    world.deposit(ALICE, ARB, whole(2_000, 18));
    world.open(ALICE, WETH, whole(10, 18), usdc(21_000));
    world.set_price(WETH, wad(1_900));
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    let kicks = world.events::<Kicked>();
    let paid: Vec<u128> = kicks.iter().map(|kick| kick.reward.to()).collect();
    let lots: Vec<u128> = kicks.iter().map(|kick| (kick.units + kick.reward).to()).collect();
    assert_eq!(paid[0], reward(lots[0], usdc(1), wad(1_900), 10, 150));
    assert_eq!(paid[1], reward(lots[1], 0, wad(1), 10, 150));
}

#[test]
fn the_reward_is_the_keepers_to_use() {
    let mut world = still();
    open(&mut world, ALICE);
    open(&mut world, BOB);
    world.set_price(WETH, wad(2_400));
    kicked(&mut world, ALICE);
    let first = world.holding(KAY, WETH).balance;
    let before = world.balance(WETH, KAY);
    world.withdraw(KAY, WETH, first);
    assert_eq!(world.balance(WETH, KAY), before + first);
    // Together with a deposit it carries debt.
    kicked(&mut world, BOB);
    let second = world.holding(KAY, WETH).balance;
    world.deposit(KAY, WETH, whole(1, 18));
    let all = whole(1, 18) + second;
    world.borrow(KAY, value(all, wad(2_400), SCALE) * 8_000 / BPS);
    crate::sales::books(&world);
}

/// Who kicks himself gets his own collateral back, no more than the penalty.
#[test]
fn a_kick_of_oneself_pays_what_any_keeper_gets() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let skips = world.must(ALICE, kickCall { accounts: vec![ALICE], hints: vec![] });
    assert_eq!(skips, [0]);
    let (units, paid) = only_kick(&world, ALICE);
    assert_eq!(paid, reward(units + paid, usdc(1), wad(2_400), 10, 150));
    assert_eq!(world.holding(ALICE, WETH).balance, whole(10, 18) - units);
    crate::sales::books(&world);
}
