//! What selling has cost, what is learnt from it, and who may not borrow any more.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{
    acknowledgeLossCall, borrowCall, costsCall, coverageCall, learnCall, liquidationCostCall,
    lossesCall, redeemCall, redoCall, setLossBoundCall, setOutflowCall, setThresholdCall,
    settleCall, stressedBoundCall, termsCall,
};
use plimsoll_abi::{
    Inconsistent, LessonTooEarly, LevelForbids, LossAcknowledged, LossBoundSet, LossCharged,
    NotGovernor, Realised, Uncovered, Unhealthy,
};
use plimsoll_math::words::Sold;
use plimsoll_testkit::engine::{
    ALICE, ARB, BOB, CAROL, GOVERNOR, KAY, MALLORY, SUE, WETH, World, usdc, wad, whole,
};

use crate::sales::{
    SCALE, auction, books, ceil, change_terms, floor, kick, kicked, open, still, taken, value,
};

const DAY: u32 = 86_400;

/// A lot of ALICE's on sale.
fn on_sale() -> (World, u64) {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    (world, id)
}

// ---- Recording ----

#[test]
fn every_take_is_recorded_with_its_value() {
    let (mut world, id) = on_sale();
    let keeper = u64::from(world.auction_pool(id).keeper);
    // A chip of 10 bps and a tip of one USDC.
    assert!((1_000..1_200).contains(&keeper), "{keeper}");
    let mut wanted = Sold::default();
    for (wait, lot) in [(100, whole(1, 18)), (700, whole(2, 18)), (900, u128::MAX)] {
        world.pass(wait);
        let elapsed = auction(&mut world, id).elapsed.to::<u128>();
        let (lot, pay) = taken(&mut world, id, lot);
        let worth = value(lot, wad(2_400), SCALE) / 1_000;
        wanted.value += worth as u64;
        wanted.pay += (pay / 1_000) as u64;
        wanted.waited += worth * elapsed;
        wanted.keeper += worth as u64 * keeper / 1_000_000;
        wanted.used = true;
        assert_eq!(world.sold(WETH), wanted);
    }
}

/// A lot that nobody wanted in its first two runs did not sell within a minute.
#[test]
fn a_take_after_redos_waited_through_all_runs() {
    let (mut world, id) = on_sale();
    for _ in 0..2 {
        world.pass(3_300);
        world.set_price(WETH, wad(2_400));
        world.must(KAY, redoCall { auction: id });
    }
    world.pass(60);
    let (lot, _) = taken(&mut world, id, whole(1, 18));
    let worth = value(lot, wad(2_400), SCALE) / 1_000;
    // Each run lasts 10 + 2,667 + 600 seconds.
    assert_eq!(world.sold(WETH).waited, worth * (2 * 3_277 + 60));
    // What is learnt from it is more than one run, and shrinks the cap.
    let before = world.get(costsCall { asset: WETH }).time;
    taken(&mut world, id, u128::MAX);
    world.pass(DAY);
    world.must(KAY, learnCall { asset: WETH });
    assert!(world.get(costsCall { asset: WETH }).time > before);
}

/// A market that is held back says nothing about what selling costs.
#[test]
fn nothing_is_recorded_or_learnt_under_a_breaker() {
    let (mut world, id) = on_sale();
    world.pass(30);
    world.raise(WETH, 1, 2 * DAY);
    taken(&mut world, id, whole(1, 18));
    assert_eq!(world.sold(WETH), Sold::default());
    world.pass(DAY);
    let error = || LevelForbids { asset: WETH, level: 1 };
    world.refuse(KAY, learnCall { asset: WETH }, error());
    world.pass(DAY);
    world.must(KAY, learnCall { asset: WETH });
}

// ---- Learning ----

/// Sells all of `id` so late that it brings about 0.93 of the oracle's price.
fn sell_late(world: &mut World, id: u64) {
    let elapsed: u32 = auction(world, id).elapsed.to();
    world.pass(2_350 - elapsed);
    world.set_price(WETH, wad(2_400));
    taken(world, id, u128::MAX);
}

#[test]
fn a_lesson_a_day_moves_the_terms_within_their_corridors() {
    let (mut world, id) = on_sale();
    // So that this sale weighs a quarter, and a lower reference is consistent.
    change_terms(&mut world, WETH, |terms| {
        (terms.maxOnSale, terms.fullBelow) = (20_000_000, 9_400);
    });
    let governed = world.get(termsCall { asset: WETH });
    sell_late(&mut world, id);
    let (calm, sold) = (world.calm(WETH), world.sold(WETH));
    let earliest = calm.learnt_at + DAY;
    world.refuse(MALLORY, learnCall { asset: WETH }, LessonTooEarly { asset: WETH, earliest });
    let now = world.now();
    world.pass(earliest - now - 1);
    world.refuse(MALLORY, learnCall { asset: WETH }, LessonTooEarly { asset: WETH, earliest });
    world.pass(1);
    // Anyone may.
    world.must(MALLORY, learnCall { asset: WETH });
    let seen = u128::from(sold.pay) * 1_000_000 / u128::from(sold.value);
    assert!((929_000..931_000).contains(&seen), "{seen}");
    let factor = 950_000 - (950_000 - seen) / 4;
    let shown = world.get(costsCall { asset: WETH });
    assert!(u128::from(shown.factor).abs_diff(factor) <= 1);
    assert_eq!(shown.learntAt, earliest);
    assert!(shown.time > 1_677 && shown.keeper > 1_000);
    let terms = world.get(termsCall { asset: WETH });
    assert_eq!(u32::from(terms.referenceFactor), shown.factor / 100);
    assert_eq!(terms.floor, governed.floor + terms.referenceFactor - governed.referenceFactor);
    let slowed = floor(20_000_000, 1_677, shown.time.into());
    assert_eq!(u128::from(terms.maxOnSale), slowed);
    assert_eq!(terms.startExcess, governed.startExcess);
    // What governance has set is still known, and what was sold is not counted twice.
    assert_eq!(shown.governed.referenceFactor, governed.referenceFactor);
    assert_eq!((shown.governed.floor, shown.governed.maxOnSale), (governed.floor, 20_000_000));
    assert_eq!(world.sold(WETH), Sold { used: true, ..Sold::default() });
    let again = LessonTooEarly { asset: WETH, earliest: earliest + DAY };
    world.refuse(MALLORY, learnCall { asset: WETH }, again);
    // A day without sales teaches nothing.
    world.pass(DAY);
    world.must(MALLORY, learnCall { asset: WETH });
    assert_eq!(world.get(costsCall { asset: WETH }).factor, shown.factor);
    assert_eq!(world.get(termsCall { asset: WETH }).referenceFactor, terms.referenceFactor);
    books(&world);
}

#[test]
fn what_a_sale_costs_is_what_was_learnt() {
    let (mut world, _) = on_sale();
    let size = whole(10, 18);
    let ask = liquidationCostCall { asset: WETH, size: U256::from(size) };
    let shown = world.get(ask.clone());
    let worth = value(size, wad(2_400), SCALE);
    // 0.999 of it at 0.95, less the penalty that takes charge.
    let net = floor(floor(worth, 999, 1_000), 950_000, 1_013_985);
    assert_eq!((shown.net, shown.cost), (U256::from(net), U256::from(worth - net)));
    assert_eq!(shown.time, 1_677);
    // Four times the cap takes four sales.
    change_terms(&mut world, WETH, |terms| terms.maxOnSale = 6_000_000);
    assert_eq!(world.get(ask).time, 4 * 1_677);
}

// ---- Losses ----

/// ALICE owes 21,000 and all that she had is sold at 1,000: a loss of some 11,000.
fn sunk() -> (World, u64) {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    let id = kicked(&mut world, ALICE);
    taken(&mut world, id, u128::MAX);
    (world, id)
}

fn realise(world: &mut World) -> u128 {
    let accounts = vec![ALICE];
    world.must(MALLORY, plimsoll_abi::IPlimsoll::realiseCall { accounts });
    let event = &world.events::<Realised>()[0];
    (event.fromReserve + event.loss).to()
}

#[test]
fn an_asset_that_has_cost_too_much_carries_no_new_risk_until_the_governor_has_looked() {
    let (mut world, _) = sunk();
    world.open(BOB, ARB, whole(50_000, 18), usdc(1_000));
    world.deposit(BOB, WETH, whole(10, 18));
    let loss = realise(&mut world);
    assert!(loss > usdc(10_000));
    let open = U256::from(loss);
    world.assert_event(&LossCharged { asset: WETH, amount: open, open, impaired: true });
    let shown = world.get(lossesCall { asset: WETH });
    assert_eq!((shown.open, shown.total, shown.bound, shown.impaired), (open, open, 10_000, true));
    // WETH counts for nothing, ARB as before: 34,000 in all.
    let limit = U256::from(usdc(34_000));
    let debt = U256::from(usdc(34_001));
    let borrow = |amount| borrowCall { amount: U256::from(usdc(amount)), receiver: BOB };
    world.refuse(BOB, borrow(33_001), Unhealthy { debt, limit });
    world.must(BOB, borrow(33_000));
    // What is there is judged as before.
    assert!(world.health(BOB) > U256::from(wad(1)));
    world.refuse(BOB, acknowledgeLossCall { asset: WETH }, NotGovernor { caller: BOB });
    assert_eq!(world.must(GOVERNOR, acknowledgeLossCall { asset: WETH }), open);
    world.assert_event(&LossAcknowledged { asset: WETH, amount: open });
    let shown = world.get(lossesCall { asset: WETH });
    assert_eq!((shown.open, shown.total, shown.impaired), (U256::ZERO, open, false));
    world.must(BOB, borrow(1_000));
    books(&world);
}

#[test]
fn a_loss_at_its_bound_stops_nothing() {
    // A wei below the bound, the bound, a wei above it.
    for (wei, impaired) in [(0, false), (1, false), (2, true)] {
        let (mut world, _) = sunk();
        let before = world.snapshot();
        let loss = realise(&mut world);
        world.revert(before);
        let (bound, beyond) = (loss / usdc(1), loss % usdc(1));
        assert!(beyond > 0);
        world.repay(BOB, ALICE, beyond + 1 - wei);
        world.must(GOVERNOR, setLossBoundCall { asset: WETH, bound: bound as u32 });
        let value = bound as u32;
        world.assert_event(&LossBoundSet { asset: WETH, oldValue: 10_000, value });
        assert_eq!(realise(&mut world), usdc(bound) - 1 + wei);
        assert_eq!(world.get(lossesCall { asset: WETH }).impaired, impaired, "{wei}");
    }
}

/// Both collaterals are charged, although one of them was sold and booked by somebody long before.
#[test]
fn a_loss_is_charged_to_all_that_stood_behind_the_debt() {
    let mut world = still();
    world.deposit(ALICE, ARB, whole(4_000, 18));
    world.open(ALICE, WETH, whole(10, 18), usdc(23_000));
    world.deposit(CAROL, ARB, whole(4_000, 18));
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    assert_eq!(kick(&mut world, &[ALICE]).unwrap(), [0]);
    for asset in [WETH, ARB] {
        let id = world.newest(asset);
        taken(&mut world, id, u128::MAX);
        world.must(MALLORY, settleCall { accounts: vec![ALICE] });
    }
    assert_eq!((world.account(ALICE).assets, world.account(ALICE).sold), (0, 0b101));
    let loss = realise(&mut world);
    let half = loss / 2;
    let charged = |asset| world.losses(asset).open;
    assert_eq!([charged(WETH), charged(ARB)], [loss - half, half]);
    assert_eq!(world.account(ALICE).sold, 0);
    books(&world);
}

/// An asset that only passed through the hands of who owes is charged nothing: whoever loses could
/// otherwise stop new risk in any asset.
#[test]
fn what_was_taken_out_whole_is_not_to_blame() {
    let mut world = still();
    open(&mut world, ALICE);
    world.deposit(ALICE, ARB, whole(4_000, 18));
    world.withdraw(ALICE, ARB, whole(4_000, 18));
    assert_eq!((world.account(ALICE).assets, world.account(ALICE).sold), (0b1, 0));
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    let id = kicked(&mut world, ALICE);
    taken(&mut world, id, u128::MAX);
    let loss = realise(&mut world);
    assert_eq!([world.losses(WETH).open, world.losses(ARB).open], [loss, 0]);
    assert!(!world.asset_price(ARB).impaired);
    books(&world);
}

// ---- Suppliers ----

/// All collateral is worth less than all debts: the loss is there, though nobody has booked it.
/// Who leaves first would leave it to the others.
#[test]
fn suppliers_stay_while_a_loss_is_visible_and_leave_when_it_is_booked() {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_101));
    let shares = world.shares(SUE) / 10;
    let redeem = || redeemCall { shares: U256::from(shares), receiver: SUE };
    let before = world.snapshot();
    world.must(SUE, redeem());
    world.revert(before);
    // Ten WETH for 21,000 at 2,100 are enough, and a cent less is not.
    world.set_price(WETH, wad(2_100));
    let before = world.snapshot();
    world.must(SUE, redeem());
    world.revert(before);
    world.set_price(WETH, wad(2_100) - wad(1) / 1_000);
    let gap = 10_000;
    let shown = world.get(coverageCall {});
    assert_eq!(shown.gap, U256::from(gap));
    assert_eq!(shown.collateral, U256::from(usdc(21_000) - gap));
    let claim = usdc(10_000_000);
    let ratio = floor(claim - gap, wad(1), claim);
    assert_eq!(shown.ratio, U256::from(ratio));
    world.refuse(SUE, redeem(), Uncovered { gap: U256::from(gap), ratio: U256::from(ratio) });
    // It is booked: those who are there bear it together, and may go.
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    let id = kicked(&mut world, ALICE);
    taken(&mut world, id, u128::MAX);
    assert!(world.get(coverageCall {}).gap > U256::ZERO);
    realise(&mut world);
    assert_eq!(world.get(coverageCall {}).gap, U256::ZERO);
    world.must(SUE, redeem());
    books(&world);
}

#[test]
fn stress_bounds_what_a_fall_can_cost() {
    let mut world = still();
    open(&mut world, ALICE);
    let stress =
        |world: &mut World, drop| world.get(stressedBoundCall { asset: WETH, drop }).to::<u128>();
    // 30,000 of WETH: a tenth is 3,000, and no more than the debt can be lost.
    assert_eq!(stress(&mut world, 0), 0);
    assert_eq!(stress(&mut world, 1_000), usdc(3_000));
    assert_eq!(stress(&mut world, 10_000), usdc(21_000));
    // What does happen is less: 10 % leave 27,000 for 21,000.
    let bound = stress(&mut world, 6_667);
    world.set_price(WETH, wad(1_500));
    world.set_price(WETH, wad(1_000));
    let id = kicked(&mut world, ALICE);
    world.pass(2_900);
    world.set_price(WETH, wad(1_000));
    taken(&mut world, id, u128::MAX);
    let loss = realise(&mut world);
    assert!(loss <= bound, "{loss} {bound}");
    assert!(ceil(loss, 1, 1) > 0);
}

/// A threshold that only the learnt terms bear would stand alone when they are forgotten.
#[test]
fn a_threshold_agrees_with_what_is_governed_too() {
    let (mut world, id) = on_sale();
    change_terms(&mut world, WETH, |terms| terms.maxOnSale = 20_000_000);
    taken(&mut world, id, u128::MAX);
    world.pass(DAY);
    world.must(KAY, learnCall { asset: WETH });
    let terms = world.get(termsCall { asset: WETH });
    assert!(terms.referenceFactor >= 9_590 && terms.fullBelow == 9_000);
    // 9,590 * 9,000 = 86.31 million are enough for 8,500 * 10,150 = 86.275, 9,500 * 9,000 are not.
    let raise = |threshold| setThresholdCall { asset: WETH, threshold, end: 0 };
    world.refuse(GOVERNOR, raise(8_500), Inconsistent { check: 2 });
    world.must(GOVERNOR, raise(8_423));
}

/// Who wants to leave before a loss is booked could bring collateral for the length of a transaction.
#[test]
fn a_loan_of_collateral_covers_nothing() {
    let mut world = still();
    world.must(GOVERNOR, setOutflowCall { asset: WETH, percent: 50 });
    open(&mut world, ALICE);
    world.pass(3_600);
    world.set_price(WETH, wad(2_000));
    let gap = U256::from(usdc(1_000));
    assert_eq!(world.get(coverageCall {}).gap, gap);
    world.deposit(SUE, WETH, whole(1_000, 18));
    assert_eq!(world.get(coverageCall {}).gap, gap);
    let shares = U256::from(world.shares(SUE) / 10);
    let ratio = world.get(coverageCall {}).ratio;
    world.refuse(SUE, redeemCall { shares, receiver: SUE }, Uncovered { gap, ratio });
    // An hour later it has come to stay, and what leaves is gone at once.
    world.pass(3_600);
    assert_eq!(world.get(coverageCall {}).gap, U256::ZERO);
    books(&world);
}
