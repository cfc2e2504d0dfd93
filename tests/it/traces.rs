//! What broke earlier drafts of the mechanism, on the compiled programs, one test a trace. Each
//! computes what the broken rule would have given beside what the engine does. Those that need no
//! contract are in the core's own traces, P10 and P13 where bad debt and positions are tested.

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{kickCall, leaveCall, setTermsCall, settleCall, termsCall};
use plimsoll_abi::{BelowTarget, DustLot, Inconsistent, Kicked, NothingKicked, skip};
use plimsoll_testkit::audit::effective_debt;
use plimsoll_testkit::contracts::Taker;
use plimsoll_testkit::engine::{
    ALICE, BOB, GOVERNOR, KAY, KIM, TAK, WETH, World, usdc, wad, whole,
};

use crate::claims::{OWNERS, pooled};
use crate::sales::{
    BPS, Curve, Health, RAY, SCALE, books, ceil, change_terms, fill, floor, health, kick, kicked,
    open, still, taken, value,
};
use crate::takers::{assert_refused_inside, take_as, taker};

/// Five owners, four takes and the rest. Flooring every credit against the original totals leaves
/// units with nobody: after all have repaid the net total is below zero, and unsigned, the last
/// borrower cannot repay.
#[test]
fn trace_p1_the_last_borrower_can_repay() {
    let (mut world, id) = pooled(still());
    for lot in [343, 425, 217, 390, 10_000] {
        taken(&mut world, id, lot * 10_u128.pow(16) + 7);
    }
    let pool = world.auction_pool(id);
    let claims = OWNERS.map(|(owner, _)| world.claims(owner, WETH)[0].units);
    let broken: u128 = claims.iter().map(|units| floor(*units, pool.raised, pool.units)).sum();
    assert!(broken < pool.raised, "the trace needs a remainder");
    let stored: u128 = OWNERS.iter().map(|(owner, _)| world.account(*owner).debt).sum();
    let broken_net = books(&world).net - (stored - broken) as i128;
    assert!(broken_net < 0);

    for (owner, _) in OWNERS {
        world.must(owner, settleCall { accounts: vec![owner] });
        world.repay_all(owner, owner);
        books(&world);
    }
    assert_eq!(books(&world).net, 0);
}

/// 100 + 100 units, a quarter raised, one settles, then all is sold: credited twice he would have
/// 125 of 200.
#[test]
fn trace_p2_an_early_settlement_takes_nothing_twice() {
    let mut world = still();
    open(&mut world, ALICE);
    open(&mut world, BOB);
    world.set_price(WETH, wad(2_400));
    kick(&mut world, &[ALICE, BOB]).unwrap();
    let id = world.newest(WETH);
    let debts = [ALICE, BOB].map(|owner| world.account(owner).debt);
    let lot = world.auction_terms(id).lot;
    taken(&mut world, id, lot / 4);
    let (pool, units) = (world.auction_pool(id), world.claims(ALICE, WETH)[0].units);
    let early = floor(units, pool.raised, pool.units);
    world.must(ALICE, settleCall { accounts: vec![ALICE] });
    taken(&mut world, id, u128::MAX);
    let raised = world.auction_pool(id).raised;
    let again = early + floor(units, raised, pool.units);
    // Five eighths of all that was raised for half of the lot.
    assert!(again > raised / 8 * 5 - 10 && again + floor(units, raised, pool.units) > raised);

    world.must(KAY, settleCall { accounts: vec![ALICE, BOB] });
    let credited = [0, 1].map(|n| debts[n] - world.account([ALICE, BOB][n]).debt);
    assert_eq!(credited[0] + credited[1], raised);
    // Both sold the same but for the tip that fell due for each: the same lot.
    assert!(credited[0].abs_diff(credited[1]) <= 1, "{credited:?}");
    books(&world);
}

/// The owner repays while on sale and the lot sells. As negative debt his excess would grow at the
/// suppliers' cost and hide others' debt from utilisation.
#[test]
fn trace_p3_an_excess_neither_grows_nor_hides_debt() {
    let mut world = World::new();
    open(&mut world, ALICE);
    world.open(BOB, WETH, whole(4_000, 18), usdc(9_000_000));
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    world.repay(ALICE, ALICE, usdc(20_900));
    taken(&mut world, id, u128::MAX);
    let excess = -effective_debt(&world, ALICE);
    let closing = world.auction_terms(id).lot;
    let worth = floor(excess.unsigned_abs(), closing, RAY);
    let rate = world.market().rate;
    world.pass(15_552_000);
    let later = books(&world);
    let broken = floor(excess.unsigned_abs(), later.index, RAY);
    assert!(broken > worth + worth / 50, "half a year at 20 % and more");
    let (nav, credits) = (later.nav, later.credits);
    world.must(KAY, settleCall { accounts: vec![ALICE] });
    let booked = books(&world);
    let paid = booked.credits - credits;
    // The penalty that the excess had paid came back on top.
    assert_eq!(paid, worth + floor(worth, 13_985, 1_000_000));
    assert!(
        booked.nav - nav >= (broken - worth) as i128 - 2,
        "what it did not earn is the suppliers'"
    );
    // Out of the cash, and no longer off the debts: others' debt counts in full again.
    assert_eq!(booked.net, later.net + excess);
    assert!(world.market().rate > rate);
}

/// A taker whose callback settles a victim before the proceeds are stored: the victim's claim would
/// be worth nothing and the attacker's, the last one, everything.
#[test]
fn trace_p4_a_victim_cannot_be_settled_from_the_callback() {
    let mut world = still();
    world.open(ALICE, WETH, whole(1, 18), usdc(2_100));
    world.open(BOB, WETH, whole(9, 18), usdc(18_900));
    world.set_price(WETH, wad(2_400));
    kick(&mut world, &[ALICE, BOB]).unwrap();
    let id = world.newest(WETH);
    let units = [ALICE, BOB].map(|owner| world.claims(owner, WETH)[0].units);
    // As the pool stood when the callback ran: closed, nothing raised.
    assert_eq!(floor(units[1], world.auction_pool(id).raised, units[0] + units[1]), 0);

    let taker = taker(&mut world, wad(2_450));
    let (target, accounts) = (world.engine, vec![BOB]);
    let payload = Bytes::from(settleCall { accounts }.abi_encode());
    world.send_to(GOVERNOR, taker, Taker::setReenterCall { target, payload }).unwrap();
    take_as(&mut world, taker, id, b"x").unwrap();
    assert_refused_inside(&mut world, taker);

    let raised = world.auction_pool(id).raised;
    let debts = [ALICE, BOB].map(|owner| world.account(owner).debt);
    world.must(KAY, settleCall { accounts: vec![BOB, ALICE] });
    let credited = [0, 1].map(|n| debts[n] - world.account([ALICE, BOB][n]).debt);
    assert_eq!(credited[1], floor(units[1], raised, units[0] + units[1]));
    assert_eq!(credited[0], raised - credited[1]);
    books(&world);
}

/// Threshold 0.90, penalty 5 %: half of the collateral sold at 0.95 lowers the health factor. Terms
/// that would sell a part there are refused, and the engine sells the whole.
#[test]
fn trace_p5_no_partial_sale_where_it_lowers_health() {
    let mut world = still();
    let mut terms = world.get(termsCall { asset: WETH });
    (terms.penalty, terms.fullBelow) = (500, 9_947);
    world.must(
        GOVERNOR,
        setTermsCall {
            asset: WETH,
            terms: plimsoll_abi::SaleTerms { fullBelow: 9_999, ..terms.clone() },
        },
    );
    world.must(
        GOVERNOR,
        plimsoll_abi::IPlimsoll::setThresholdCall { asset: WETH, threshold: 9_000, end: 0 },
    );
    world.refuse(
        GOVERNOR,
        setTermsCall { asset: WETH, terms: terms.clone() },
        Inconsistent { check: 2 },
    );
    terms.fullBelow = 9_948;
    world.must(GOVERNOR, setTermsCall { asset: WETH, terms });

    world.open(ALICE, WETH, whole(40, 18), usdc(91_800));
    world.set_price(WETH, wad(2_500));
    let was = health(&world, ALICE);
    let half = usdc(50_000);
    let broken =
        Health { margin: U256::from(half * 9_000), owed: usdc(91_800) - half * 9_500 / 10_500 };
    assert!(!was.is_below(9_803) && broken.is_below(9_665));
    kicked(&mut world, ALICE);
    assert_eq!(world.holding(ALICE, WETH).balance, 0);
}

/// An auction at its floor counted at the reference factor shows a health above one, and the rest
/// could not be kicked.
#[test]
fn trace_p6_an_auction_at_its_floor_counts_at_its_floor() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    let end = Curve::of(&world, id).end() as u32;
    world.pass(end - 2);
    world.set_price(WETH, wad(2_350));
    let units = world.claims(ALICE, WETH)[0].units;
    let counted = |ppm| floor(value(units, wad(2_350), SCALE), ppm, 1_013_985);
    let now = health(&world, ALICE);
    assert_eq!(now.owed, usdc(21_000) - counted(920_000));
    let broken = Health { owed: usdc(21_000) - counted(950_000), ..now };
    assert!(!broken.is_below(BPS) && now.is_below(BPS));
    assert_eq!(world.health(ALICE), now.factor());
    let before = world.holding(ALICE, WETH).balance;
    kicked(&mut world, ALICE);
    assert!(world.holding(ALICE, WETH).balance < before);
}

/// A take of 1e9 wei for a few units of USDC would make the next kick open a second auction.
#[test]
fn trace_p7_a_take_of_dust_is_refused() {
    let mut world = still();
    open(&mut world, ALICE);
    open(&mut world, BOB);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    fill(&mut world, TAK);
    let tiny = world.order(TAK, id, 1_000_000_000);
    let (value, dust) = (U256::from(2), U256::from(usdc(100)));
    world.refuse(TAK, tiny, DustLot { value, dust });
    // Had something been raised, BOB's kick would not have joined: see `auctions`.
    assert_eq!(kicked(&mut world, BOB), id);
}

/// Five wiggles of a basis point around the line: leaving at a health of one would seize and give
/// back the same lot each time, and burn the room under the cap.
#[test]
fn trace_p8_a_wiggle_burns_no_capacity() {
    let mut world = still();
    open(&mut world, ALICE);
    let mut kicks = 0;
    for _ in 0..5 {
        world.set_price(WETH, wad(2_500) - wad(1) / 8);
        kicks += u32::from(kick(&mut world, &[ALICE]).is_ok());
        world.set_price(WETH, wad(2_500) + wad(1) / 8 + wad(10));
        let id = world.newest(WETH);
        let claim = world.claims(ALICE, WETH)[0];
        let all = world.holding(ALICE, WETH).balance + claim.units;
        let back = Health {
            margin: U256::from(value(all, world.asset_price(WETH).price, SCALE) * 8_400),
            owed: usdc(21_000),
        };
        assert!(!back.is_below(BPS), "the broken rule would let her leave");
        let target = U256::from(wad(112) / 100);
        world.refuse(
            ALICE,
            leaveCall { auction: id },
            BelowTarget { health: back.factor(), target },
        );
    }
    assert_eq!((kicks, world.sales(WETH).high_water), (1, 1));
    // At the target she may, and what was on sale is room again.
    world.set_price(WETH, wad(2_850));
    world.must(ALICE, leaveCall { auction: world.newest(WETH) });
    assert_eq!(world.sales(WETH).on_sale, 0);
}

/// A small opener and a joiner a thousand times as large: paid out of the proceeds, the opener would
/// get the chips of both.
#[test]
fn trace_p9_who_kicks_is_paid_for_what_he_kicks() {
    let mut world = still();
    change_terms(&mut world, WETH, |terms| terms.tip = 0);
    world.open(ALICE, WETH, whole(1, 18) / 8, usdc(262));
    world.open(BOB, WETH, whole(1_250, 18), usdc(2_625_000));
    world.set_price(WETH, wad(2_400));
    let one = |account| kickCall { accounts: vec![account], hints: vec![] };
    world.must(KIM, one(ALICE));
    let small = world.events::<Kicked>().remove(0);
    world.must(KAY, one(BOB));
    let large = world.events::<Kicked>().remove(0);
    assert_eq!(small.auction, large.auction);
    let lot = |kick: &Kicked| -> u128 { (kick.units + kick.reward).to() };
    let broken = floor(lot(&small) + lot(&large), 10, BPS);
    let (kim, kay) = (world.holding(KIM, WETH).balance, world.holding(KAY, WETH).balance);
    assert_eq!((kim, kay), (floor(lot(&small), 10, BPS), floor(lot(&large), 10, BPS)));
    assert!(kim * 1_000 < broken);
    books(&world);
}

/// A price that falls half a percent every two minutes kicks again and again. Unbounded, that is a
/// claim each time; the third takes what is left, and nothing is kicked after it.
#[test]
fn trace_p12_a_steady_fall_makes_three_claims() {
    let mut world = still();
    world.open(ALICE, WETH, whole(100, 18), usdc(210_000));
    let (mut price, mut kicks, mut due) = (wad(2_495), Vec::new(), 0);
    for _ in 0..60 {
        world.set_price(WETH, price);
        due += u32::from(health(&world, ALICE).is_below(BPS));
        match kick(&mut world, &[ALICE]) {
            Ok(_) => kicks.push(world.holding(ALICE, WETH).balance),
            Err(failure) => {
                let skip = failure.expect::<NothingKicked>().skip;
                assert!([skip::HEALTHY, skip::NOTHING_TO_SELL].contains(&skip));
            }
        }
        world.pass(119);
        price -= price / 200;
    }
    assert_eq!(kicks.len(), 3, "{kicks:?}");
    assert!(due >= 5, "one claim for each of {due} without the bound");
    assert!(kicks[1] > 0);
    assert_eq!(kicks[2], 0);
    assert_eq!(world.claims(ALICE, WETH).len(), 3);
    // What the lots can raise fits its width by far.
    let raised = ceil(whole(100, 18), wad(3_000), 10_u128.pow(SCALE)) * 1_000;
    assert!(raised < 1 << 108);
    books(&world);
}
