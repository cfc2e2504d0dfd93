//! How much a kick sells: to the target and no more, the whole where that is better, never dust,
//! never more than the cap on sale.

use alloy_primitives::{Address, U256};
use plimsoll_abi::{Kicked, NothingKicked, skip};
use plimsoll_testkit::audit::{ceil, floor};
use plimsoll_testkit::engine::{
    ALICE, ARB, AssetConfig, BOB, KAY, WBTC, WETH, World, WorldConfig, usdc, wad, whole,
};

use crate::sales::{
    BPS, SCALE, change_terms, health, kick, kicked, open, still, still_with, taken, value,
};

/// The default terms of a sale, bps.
const TARGET: u128 = 11_200;
const REFERENCE: u128 = 9_500;
const GROSS: u128 = 10_150;

/// What the last kick took of an asset from an account, the keeper's reward included.
#[track_caller]
fn seized(world: &World, account: Address, asset: u8) -> u128 {
    let events = world.events::<Kicked>();
    let mut of = events
        .iter()
        .filter(|event| event.account == account && event.auction >> 48 == u64::from(asset));
    let sum = of.next().map_or(U256::ZERO, |event| event.units + event.reward);
    assert!(of.next().is_none(), "one lot an asset");
    sum.to()
}

/// The oracle value whose sale reaches the target, base wei, up:
/// (HT D - M)(1 + pi) / (HT f - LT (1 + pi)).
fn needed(owed: u128, margin_bps: u128, threshold: u128) -> u128 {
    ceil(owed * TARGET - margin_bps, GROSS, TARGET * REFERENCE - threshold * GROSS)
}

/// What a sale of `lot` is expected to leave: margin (bps) and debt.
fn after(
    lot: u128,
    balance: u128,
    owed: u128,
    price: u128,
    (scale, lt): (u32, u128),
) -> (u128, u128) {
    let margin = value(balance - lot, price, scale) * lt;
    (margin, owed - floor(value(lot, price, scale), REFERENCE, GROSS))
}

#[test]
fn a_partial_sale_reaches_the_target_and_sells_no_wei_more_than_that() {
    for (name, decimals, at, scale) in
        [("WETH", 18, 3_000, 30), ("WBTC", 8, 60_000, 20), ("WHOLE", 2, 30, 14)]
    {
        let mut world = still_with(vec![AssetConfig::new(name, decimals, wad(at))]);
        change_terms(&mut world, 0, |terms| terms.tip = 0);
        let balance = whole(30_000, decimals.into()) / at;
        world.open(ALICE, 0, balance, usdc(21_000));
        // From a health of 0.9999 down to the last partial one, 0.9.
        for bps in [8_333, 8_200, 8_000, 7_700, 7_500] {
            let before = world.snapshot();
            let price = wad(at) / 10_000 * bps;
            world.set_price(0, price);
            let was = health(&world, ALICE);
            assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
            assert!(health(&world, ALICE).at_least(&was));
            let lot = seized(&world, ALICE, 0);
            let owed = usdc(21_000);
            let need = needed(owed, value(balance, price, scale) * 8_400, 8_400);
            assert_eq!(lot, ceil(need, 10_u128.pow(scale), price), "{name} at {bps}");
            let shape = (scale, 8_400);
            let (margin, left) = after(lot, balance, owed, price, shape);
            // Up to a wei of each rounding; a collateral wei of `WHOLE` is worth 0.3 USDC.
            let wei = (2 + value(1, price, scale)) * TARGET;
            assert!(margin + wei >= left * TARGET, "{name} at {bps} falls short");
            let (margin, left) =
                after(lot - 1 - ceil(3, 10_u128.pow(scale), price), balance, owed, price, shape);
            assert!(margin < left * TARGET, "{name} at {bps} is too large");
            // The health that the engine shows is the target, to a hundred-millionth.
            let shown = world.health(ALICE);
            assert_eq!(shown, health(&world, ALICE).factor());
            let target = U256::from(wad(112) / 100);
            assert!(
                shown + target / U256::from(10_u64.pow(if decimals == 2 { 4 } else { 8 }))
                    >= target,
                "{name} at {bps}: {shown}"
            );
            world.revert(before);
        }
    }
}

/// The tip comes out of the lot on top of the keeper's share: it costs its own value of health.
#[test]
fn a_tip_is_all_that_keeps_a_sale_from_the_target() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    kicked(&mut world, ALICE);
    let now = health(&world, ALICE);
    assert!(now.is_below(TARGET));
    let tipped = crate::sales::Health { owed: now.owed - usdc(1), ..now };
    assert!(!tipped.is_below(TARGET));
}

/// ARB frees more margin for its cost than WETH: 0.30275 against 0.2114 for the same 0.065.
#[test]
fn the_asset_that_frees_most_margin_goes_first() {
    for (price, both) in [(wad(2_450), false), (wad(2_100), true)] {
        let mut world = still();
        for asset in [WETH, ARB] {
            change_terms(&mut world, asset, |terms| terms.tip = 0);
        }
        world.deposit(ALICE, ARB, whole(10_000, 18));
        world.open(ALICE, WETH, whole(8, 18), usdc(24_000));
        world.set_price(WETH, price);
        let (weth, arb) = (value(whole(8, 18), price, SCALE), usdc(10_000));
        let (owed, margin) = (usdc(24_000), weth * 8_400 + arb * 7_500);
        assert!(margin < owed * BPS && margin >= owed * 9_000);
        assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);

        let need = needed(owed, margin, 7_500);
        assert_eq!(need > arb, both, "{need}");
        if !both {
            assert_eq!(seized(&world, ALICE, ARB), ceil(need, 10_u128.pow(30), wad(1)));
            assert_eq!(seized(&world, ALICE, WETH), 0);
            continue;
        }
        assert_eq!(seized(&world, ALICE, ARB), whole(10_000, 18));
        // What the debt needs, less what the first lot is expected to pay off.
        let paid = floor(arb, REFERENCE * TARGET, GROSS);
        let lacks = owed * TARGET - paid - weth * 8_400;
        let rest = ceil(lacks, GROSS, TARGET * REFERENCE - 8_400 * GROSS);
        assert_eq!(seized(&world, ALICE, WETH), ceil(rest, 10_u128.pow(30), price));
        assert!(!health(&world, ALICE).is_below(TARGET - 2));
    }
}

#[test]
fn a_position_below_the_full_line_goes_as_a_whole() {
    // 21,000 at 0.84: a health of 0.9 at 2,250.
    for (price, whole_sale) in [(wad(2_250), false), (wad(2_250) - 1, true)] {
        let mut world = still();
        open(&mut world, ALICE);
        world.set_price(WETH, price);
        assert_eq!(health(&world, ALICE).is_below(9_000), whole_sale);
        kicked(&mut world, ALICE);
        assert_eq!(world.holding(ALICE, WETH).balance == 0, whole_sale);
    }
}

/// At a threshold of 0.75 a health of 0.89 leaves more collateral than debt and penalty are worth.
#[test]
fn a_whole_sale_sells_no_more_than_debt_and_penalty_at_nine_tenths() {
    let mut world = still();
    world.deposit(ALICE, WBTC, whole(1, 8) / 4);
    change_terms(&mut world, WBTC, |terms| terms.fullBelow = 9_500);
    world.open(ALICE, ARB, whole(30_000, 18), usdc(26_000));
    world.set_price(ARB, wad(53) / 100);
    let (arb, btc) = (usdc(15_900), usdc(15_000));
    // The strictest of the assets' lines counts: 0.95.
    let now = health(&world, ALICE);
    assert!(now.is_below(9_500) && !now.is_below(9_000));
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    let enough = ceil(usdc(26_000), GROSS, 9_000);
    assert!(enough < arb + btc);
    let part = |balance| ceil(balance, enough, arb + btc);
    assert_eq!(seized(&world, ALICE, ARB), part(whole(30_000, 18)));
    assert_eq!(seized(&world, ALICE, WBTC), part(whole(1, 8) / 4));
}

#[test]
fn a_small_debt_goes_as_a_whole() {
    for (debt, whole_sale) in [(usdc(2_000), true), (usdc(2_000) + 1, false)] {
        let mut world = still();
        world.open(ALICE, ARB, whole(3_000, 18), debt);
        // Just below one.
        world.set_price(ARB, wad(888) / 1_000);
        assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
        let arb = value(whole(3_000, 18), wad(888) / 1_000, SCALE);
        let lot = seized(&world, ALICE, ARB);
        if whole_sale {
            let enough = ceil(debt, GROSS, 9_000);
            assert_eq!(lot, ceil(whole(3_000, 18), enough, arb));
        } else {
            let need = needed(debt, arb * 7_500, 7_500);
            assert_eq!(lot, ceil(need, 10_u128.pow(30), wad(888) / 1_000));
        }
    }
}

/// A sale that would leave less than the dust value takes that too.
#[test]
fn no_kick_leaves_dust_behind() {
    for (price, left) in [(wad(2_290), true), (wad(2_250), false)] {
        let mut world = still();
        world.open(ALICE, WETH, whole(25, 17), usdc(5_250));
        world.set_price(WETH, price);
        let worth = value(whole(25, 17), price, SCALE);
        let need = needed(usdc(5_250), worth * 8_400, 8_400);
        assert_eq!(worth - need >= usdc(100), left, "{}", worth - need);
        kicked(&mut world, ALICE);
        assert_eq!(world.holding(ALICE, WETH).balance > 0, left);
    }
}

/// A sale of less than the dust value is raised to it, or to everything where that leaves dust.
#[test]
fn no_kick_sells_dust() {
    for (debt, price, raised) in [(1_700, wad(2_379), true), (1_500, wad(2_380), false)] {
        let mut world = still();
        change_terms(&mut world, WETH, |terms| {
            (terms.small, terms.tip, terms.dust) = (0, 0, 1_000_000);
        });
        let amount = whole(debt, 18) / 2_000;
        world.open(ALICE, WETH, amount, usdc(debt));
        world.set_price(WETH, price);
        let worth = value(amount, price, SCALE);
        assert!(needed(usdc(debt), worth * 8_400, 8_400) < usdc(1_000));
        kicked(&mut world, ALICE);
        let lot = seized(&world, ALICE, WETH);
        let least = ceil(usdc(1_000), 10_u128.pow(30), price);
        assert_eq!(lot, if raised { least } else { amount });
    }
}

// ---- The cap on sale ----

fn capped() -> World {
    let mut world = still();
    // 5,000 USDC.
    change_terms(&mut world, WETH, |terms| terms.maxOnSale = 5_000_000);
    world
}

#[test]
fn the_cap_cuts_a_sale_and_no_health_factor_bypasses_it() {
    // Partial, whole, insolvent.
    for price in [wad(2_400), wad(2_000), wad(1_600)] {
        let mut world = capped();
        open(&mut world, ALICE);
        open(&mut world, BOB);
        world.set_price(WETH, price);
        assert_eq!(kick(&mut world, &[ALICE, BOB]).unwrap(), [0, skip::NO_ROOM]);
        let lot = seized(&world, ALICE, WETH);
        assert_eq!(lot, floor(usdc(5_000), 10_u128.pow(30), price));
        let on_sale = value(world.sales(WETH).on_sale, price, SCALE);
        assert!(on_sale <= usdc(5_000), "{on_sale}");
        // The reward left the lot: what it frees may be too little for another lot.
        let again = plimsoll_abi::IPlimsoll::kickCall { accounts: vec![ALICE, BOB], hints: vec![] };
        world.refuse(KAY, again, NothingKicked { skip: skip::NO_ROOM });
    }
}

/// Every take frees room at once, and a price that falls does, too.
#[test]
fn room_comes_back_with_every_take() {
    let mut world = capped();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_000));
    let auction = kicked(&mut world, ALICE);
    let lot = world.auction_terms(auction).lot;
    taken(&mut world, auction, lot / 2);
    let room = usdc(5_000) - value(lot - lot / 2, wad(2_000), SCALE) - 1;
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    let second = seized(&world, ALICE, WETH);
    let wanted = floor(room, 10_u128.pow(30), wad(2_000));
    assert!(second.abs_diff(wanted) <= 10_u128.pow(12), "{second} {wanted}");

    world.set_price(WETH, wad(1_500));
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    assert!(value(world.sales(WETH).on_sale, wad(1_500), SCALE) <= usdc(5_000));
}

/// A full cap on the best asset does not keep the next one from sale.
#[test]
fn a_full_cap_on_one_asset_leaves_the_others() {
    let mut world = still();
    change_terms(&mut world, ARB, |terms| terms.maxOnSale = 1_000_000);
    world.deposit(ALICE, ARB, whole(10_000, 18));
    world.open(ALICE, WETH, whole(8, 18), usdc(24_000));
    world.set_price(WETH, wad(2_450));
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    assert_eq!(seized(&world, ALICE, ARB), whole(1_000, 18));
    assert!(seized(&world, ALICE, WETH) > 0);
    assert!(!health(&world, ALICE).is_below(TARGET - 2));
}

/// The widest cap, 2.8e11 whole tokens, stays below 2^108 units at the start of the index, and what
/// a take raises fits: a lot beyond that is never put together.
#[test]
fn the_largest_sale_that_a_cap_allows_fits_its_widths() {
    let big = AssetConfig { cap: (1 << 112) - 1, ..AssetConfig::new("BIG", 18, wad(1)) };
    let mut world = World::build(&WorldConfig {
        curve: None,
        base_decimals: 18,
        min_debt: 1,
        assets: vec![big],
        supply: 1 << 106,
        ..WorldConfig::default()
    });
    change_terms(&mut world, 0, |terms| terms.maxOnSale = (1 << 48) - 1);
    let debt = whole(400_000_000_000, 18);
    world.open(ALICE, 0, debt / 10 * 13, debt);
    let price = wad(7) / 10;
    world.set_price(0, price);
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    let cap = ((1 << 48) - 1) * whole(1, 15);
    assert_eq!(seized(&world, ALICE, 0), floor(cap, wad(1), price));
    assert!(cap / 100 * 101 * 1_000 < 1 << 108);
    let (_, pay) = world.take_all(BOB, world.newest(0));
    let pool = world.auction_pool(world.newest(0));
    assert_eq!(pool.raised, floor(pay, 1_000_000, 1_013_985) * 1_000);
}
