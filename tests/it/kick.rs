//! Who may be kicked, when, and what a kick says about the others.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{kickCall, reportCall, setPricePolicyCall};
use plimsoll_abi::{ListTooLong, NothingKicked, OVERALL, skip};
use plimsoll_math::oracle::Verdict;
use plimsoll_testkit::engine::{
    ALICE, ARB, AssetConfig, BOB, CAROL, DAVE, GOVERNOR, KAY, KIM, LINK, REPORTER, SUE, WBTC, WETH,
    World, price_policy, usdc, wad, whole,
};

use crate::sales::{change_terms, health, kick, kicked, open, still, still_with};

/// A kick of these accounts.
fn call(accounts: &[Address]) -> kickCall {
    kickCall { accounts: accounts.to_vec(), hints: Vec::new() }
}

/// Why a kick of the account alone would pass it over; [`skip::KICKED`] if it would not.
#[track_caller]
fn reason(world: &mut World, account: Address) -> u8 {
    let before = world.snapshot();
    let reason = match world.send(KAY, call(&[account])) {
        Ok(skips) => skips[0],
        Err(failure) => failure.expect::<NothingKicked>().skip,
    };
    world.revert(before);
    reason
}

#[test]
fn kick_at_a_health_of_one_is_refused_and_a_wei_below_passes() {
    let mut world = still();
    open(&mut world, ALICE);
    for (price, wanted) in [
        (wad(2_500) + 1, skip::HEALTHY),
        (wad(2_500), skip::HEALTHY),
        (wad(2_500) - 1, skip::KICKED),
    ] {
        world.set_price(WETH, price);
        let health = health(&world, ALICE);
        assert_eq!(health.is_below(10_000), wanted == skip::KICKED);
        assert_eq!(world.health(ALICE), health.factor());
        assert_eq!(reason(&mut world, ALICE), wanted, "{price}");
    }
    world.set_price(WETH, wad(2_500));
    assert_eq!(world.health(ALICE), U256::from(wad(1)));
    world.refuse(KAY, call(&[ALICE]), NothingKicked { skip: skip::HEALTHY });
}

/// A unit of debt that interest adds is enough.
#[test]
fn interest_alone_makes_a_position_liquidatable() {
    let mut world = World::new();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_500) + wad(1) / 1_000);
    assert_eq!(reason(&mut world, ALICE), skip::HEALTHY);
    // A ten-thousandth of a percent a second at most: some seconds later it is over the line.
    while !health(&world, ALICE).is_below(10_000) {
        assert_eq!(reason(&mut world, ALICE), skip::HEALTHY);
        world.pass(60);
        assert_eq!(world.health(ALICE), health(&world, ALICE).factor());
    }
    kicked(&mut world, ALICE);
}

#[test]
fn a_list_is_worked_off_with_one_code_an_account() {
    let mut world = still();
    open(&mut world, ALICE);
    open(&mut world, DAVE);
    world.open(BOB, WETH, whole(10, 18), usdc(10_000));
    world.open(CAROL, ARB, whole(10_000, 18), usdc(6_000));
    world.deposit(KIM, WETH, whole(1, 18));
    world.set_price(WETH, wad(2_400));
    world.set_price(ARB, wad(1) * 3 / 4);
    world.raise(ARB, 2, 600);
    change_terms(&mut world, ARB, |terms| terms.coolOff = 60);
    let skips = kick(&mut world, &[SUE, KIM, BOB, ALICE, ALICE, CAROL, DAVE]).unwrap();
    let (no_debt, healthy, level) = (skip::NO_DEBT, skip::HEALTHY, skip::LEVEL);
    // CAROL is at 0.9375: below the hard line, where a level does not protect. She cools off.
    let cooling = skip::COOLING_OFF;
    assert_eq!(skips, [no_debt, no_debt, healthy, 0, healthy, cooling, 0]);
    world.pass(60);
    world.set_price(ARB, wad(1) * 79 / 100);
    assert_eq!(reason(&mut world, CAROL), level);
}

#[test]
fn the_first_reason_is_the_error_of_a_kick_that_kicks_nobody() {
    let mut world = still();
    open(&mut world, BOB);
    let none = |skip| NothingKicked { skip };
    world.refuse(KAY, call(&[]), none(skip::NO_DEBT));
    world.refuse(KAY, call(&[BOB, SUE]), none(skip::HEALTHY));
    world.refuse(KAY, call(&[SUE, BOB]), none(skip::NO_DEBT));
}

#[test]
fn lists_end_at_a_hundred() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let too_long = ListTooLong { length: U256::from(101), limit: U256::from(100) };
    world.refuse(KAY, call(&[ALICE; 101]), too_long.clone());
    let hints = kickCall { accounts: vec![ALICE], hints: vec![0; 101] };
    world.refuse(KAY, hints, too_long);
    let mut accounts = [SUE; 100];
    accounts[99] = ALICE;
    let longest = kickCall { accounts: accounts.to_vec(), hints: vec![0; 100] };
    let skips = world.must(KAY, longest);
    assert_eq!((skips.len(), skips[98], skips[99]), (100, skip::NO_DEBT, skip::KICKED));
}

#[test]
fn kick_waits_for_the_cool_off_of_the_owners_own_check() {
    let mut world = still();
    change_terms(&mut world, WETH, |terms| terms.coolOff = 60);
    open(&mut world, ALICE);
    let checked = world.now();
    world.set_price(WETH, wad(2_400));
    world.pass(checked + 59 - world.now());
    assert_eq!(reason(&mut world, ALICE), skip::COOLING_OFF);
    world.pass(1);
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
    // What others do for him, and his own deposit and repayment, are no check.
    world.repay(BOB, ALICE, usdc(1));
    world.repay(ALICE, ALICE, usdc(1));
    world.deposit(ALICE, WETH, 1);
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
}

/// The longest cool-off among what the position holds counts.
#[test]
fn the_cool_off_is_the_longest_of_the_assets() {
    let mut world = still();
    change_terms(&mut world, WBTC, |terms| terms.coolOff = 50);
    world.deposit(ALICE, WBTC, whole(1, 8) / 100);
    open(&mut world, ALICE);
    let checked = world.now();
    world.set_price(WETH, wad(2_300));
    world.pass(checked + 49 - world.now());
    assert_eq!(reason(&mut world, ALICE), skip::COOLING_OFF);
    world.pass(1);
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
}

// ---- Doubtful prices and levels: only below the hard line ----

/// The price at which the default position's health is 0.985.
const HARD: u128 = wad(24_625) / 10;

/// Every move is a jump.
fn jumpy() -> World {
    let weth = AssetConfig { max_step: 50, ..AssetConfig::new("WETH", 18, wad(3_000)) };
    still_with(vec![weth])
}

#[test]
fn a_jumped_price_kicks_only_below_the_hard_line() {
    let mut world = jumpy();
    open(&mut world, ALICE);
    for (price, wanted) in [(HARD, skip::PRICE), (HARD - 1, skip::KICKED)] {
        let before = world.snapshot();
        world.pass(1);
        world.observe(WETH, price);
        assert_eq!(world.asset_price(WETH).verdict.code(), 2);
        assert_eq!(health(&world, ALICE).is_below(9_850), wanted == skip::KICKED);
        assert_eq!(reason(&mut world, ALICE), wanted);
        // A second round confirms it.
        world.pass(1);
        world.observe(WETH, price);
        assert_eq!(reason(&mut world, ALICE), skip::KICKED);
        world.revert(before);
    }
}

/// 1.01 % of confidence is stored as 26 steps of 4 bps. What counts is the price plus that.
#[test]
fn an_uncertain_price_kicks_only_if_even_its_upper_end_is_below_the_hard_line() {
    let mut world = still();
    open(&mut world, ALICE);
    // The first price whose upper end, rounded up, is the hard line.
    let at = (HARD - 1) * 2_500 / 2_526 + 1;
    for (price, wanted) in [(at, skip::PRICE), (at - 1, skip::KICKED)] {
        let before = world.snapshot();
        world.pass(1);
        let now = world.now();
        world.report(WETH, price, price / 10_000 * 101, now).unwrap();
        let stored = world.asset_price(WETH);
        assert_eq!((stored.verdict.code(), stored.confidence), (1, 26));
        assert!(health(&world, ALICE).is_below(9_850));
        assert_eq!(reason(&mut world, ALICE), wanted);
        world.revert(before);
    }
}

#[test]
fn a_stale_price_kicks_nobody() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(1_700));
    let expires = world.asset_price(WETH).fresh_until;
    world.pass(expires - world.now());
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
    world.pass(1);
    assert_eq!(reason(&mut world, ALICE), skip::PRICE);
    // The worst verdict over all that he holds counts, also of what has no part in his debt.
    world.set_price(WETH, wad(1_700));
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
    world.must(
        GOVERNOR,
        setPricePolicyCall { asset: LINK, policy: price_policy(86_400, 5_000, 100) },
    );
    world.deposit(ALICE, LINK, whole(1_000, 18));
    world.set_price(WETH, wad(900));
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
    world.set_price(LINK, wad(15));
    world.pass(world.asset_price(LINK).fresh_until + 1 - world.now());
    world.set_price(WETH, wad(900));
    assert_eq!(reason(&mut world, ALICE), skip::PRICE);
}

/// A dust of an asset whose price has died, brought in after it died, must not hold up the sale of
/// all the rest: neither a stale one nor one that is none.
#[test]
fn a_dust_of_a_dead_asset_protects_nobody() {
    let mut world = still();
    open(&mut world, ALICE);
    let dead = world.asset_price(LINK).fresh_until + 1 - world.now();
    world.pass(dead);
    world.set_price(WETH, wad(3_000));
    world.deposit(ALICE, LINK, whole(7, 18));
    // Twice the dust is 210, of which the threshold counts 157.50: a health of one.
    let line = wad(2_500) - wad(1) * 15_750 / 840;
    for (price, wanted) in [(line, skip::PRICE), (line - wad(1) / 100, skip::KICKED)] {
        world.set_price(WETH, price);
        assert_eq!(reason(&mut world, ALICE), wanted, "{price}");
    }
    // A doubt about the price of the rest protects as it does without the dust: to the hard limit.
    for (price, wanted) in [(2_450, skip::PRICE), (2_380, skip::KICKED)] {
        world.pass(1);
        let (price, now) = (wad(price), world.now());
        world.report(WETH, price, price * 101 / 10_000, now).unwrap();
        assert_eq!(world.asset_price(WETH).verdict, Verdict::Uncertain);
        assert_eq!(reason(&mut world, ALICE), wanted, "{price}");
    }
    // Nor does it do so where only positions below the hard limit are kicked.
    world.set_price(WETH, wad(2_400));
    world.raise(WETH, 2, 600);
    assert_eq!(reason(&mut world, ALICE), skip::KICKED);
    let before = world.holding(ALICE, LINK);
    kicked(&mut world, ALICE);
    // It is not sold at a price that nobody knows.
    assert_eq!(world.holding(ALICE, LINK), before);
    assert!(world.holding(ALICE, WETH).units > 0);
    world.check();
}

#[test]
fn from_level_two_on_a_kick_needs_the_hard_line() {
    let mut world = still();
    open(&mut world, ALICE);
    for (price, soft) in [(HARD, true), (HARD - 1, false)] {
        world.set_price(WETH, price);
        for asset in [WETH, OVERALL] {
            for level in 1..=4 {
                let before = world.snapshot();
                world.raise(asset, level, 600);
                let wanted = if soft && level >= 2 { skip::LEVEL } else { skip::KICKED };
                assert_eq!(reason(&mut world, ALICE), wanted, "level {level} of {asset}");
                world.pass(600);
                assert_eq!(reason(&mut world, ALICE), wanted, "in the grace after it");
                world.pass(600);
                assert_eq!(reason(&mut world, ALICE), skip::KICKED, "expired");
                world.revert(before);
            }
        }
    }
}

/// A level on one asset keeps that asset out of a sale, not the others.
#[test]
fn a_level_on_one_asset_leaves_the_others_for_sale() {
    let mut world = still();
    world.deposit(ALICE, WBTC, whole(1, 8) / 10);
    open(&mut world, ALICE);
    world.set_price(WETH, wad(1_870));
    assert!(health(&world, ALICE).is_below(10_000));
    assert!(!health(&world, ALICE).is_below(9_850));
    world.raise(WETH, 2, 600);
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [skip::KICKED]);
    assert_eq!((world.sales(WETH).on_sale, world.sales(WBTC).high_water), (0, 1));
}

#[test]
fn a_position_without_collateral_left_has_nothing_to_sell() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(1_700));
    kicked(&mut world, ALICE);
    assert_eq!(world.holding(ALICE, WETH).balance, 0);
    assert!(health(&world, ALICE).is_below(10_000));
    assert_eq!(reason(&mut world, ALICE), skip::NOTHING_TO_SELL);
}

/// A number that leaves its width is a reason to skip one account, not to refuse the list.
#[test]
fn a_value_beyond_128_bits_is_skipped() {
    let odd = AssetConfig { cap: (1 << 112) - 1, ..AssetConfig::new("ODD", 0, 1) };
    let mut world = still_with(vec![AssetConfig::new("WETH", 18, wad(3_000)), odd]);
    world.open(ALICE, 1, 1 << 111, usdc(1_000));
    open(&mut world, BOB);
    world.pass(1);
    let time = world.now();
    let prices = vec![U256::from(wad(2_400)), U256::from((1_u128 << 92) - 1)];
    let confidences = vec![U256::ZERO; 2];
    world.must(REPORTER, reportCall { assets: vec![0, 1], prices, confidences, time });
    assert_eq!(reason(&mut world, ALICE), skip::OVERFLOW);
    assert_eq!(kick(&mut world, &[ALICE, BOB]).unwrap(), [skip::OVERFLOW, skip::KICKED]);
}

/// Room for one of two: it goes to the one who may cost more, whoever is named first.
#[test]
fn scarce_room_goes_to_the_largest_expected_loss() {
    for accounts in [[ALICE, BOB], [BOB, ALICE]] {
        let mut world = still();
        // BOB owes more against the same: at 2,300 he is below what his collateral brings.
        world.open(ALICE, WETH, whole(10, 18), usdc(21_000));
        world.open(BOB, WETH, whole(10, 18), usdc(23_500));
        world.set_price(WETH, wad(2_300));
        world.pass(60);
        change_terms(&mut world, WETH, |terms| terms.maxOnSale = 10_000_000);
        let skips = kick(&mut world, &accounts).unwrap();
        let codes = accounts.map(|account| if account == BOB { 0 } else { skip::NO_ROOM });
        assert_eq!(skips, codes);
        assert!(world.holding(ALICE, WETH).units == 0 && world.holding(BOB, WETH).units > 0);
        world.check();
    }
}
