//! Incidents of other systems that breakers and limits are there for, played on the compiled
//! programs: the outcome of the wrong design stands beside ours.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    acceptGuardianCall, accrueCall, borrowCall, depositCall, kickCall, lowerCall, outageCall,
    proposeGuardianCall, raiseCall, repayCall, setOutageCall, setOutflowCall, settleCall,
    supplyCall,
};
use plimsoll_abi::skip::{LEVEL, OUTAGE};
use plimsoll_abi::{NotGovernor, NotGuardian, NothingKicked, OVERALL};
use plimsoll_math::words::Breaker;
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, GOVERNOR, GUARDIAN, KAY, MALLORY, SAM, TAK, USDC, WETH, World, u256, usdc,
    wad,
};

const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

fn kick(account: Address) -> kickCall {
    kickCall { accounts: vec![account], hints: vec![] }
}

/// What an owner is left with, in base wei: collateral at the stored price less debt.
fn equity(world: &mut World, account: Address, asset: u8) -> i128 {
    let price = world.asset_price(asset);
    let balance = U256::from(world.holding(account, asset).balance);
    let scale = U256::from(10).pow(U256::from(price.scale));
    let value: u128 = (balance * U256::from(price.price) / scale).to();
    value as i128 - world.debt(account) as i128
}

/// Instant liquidation at the end of a pause (Aave v2, Sentiment, Perennial): a price falls while
/// nobody may be kicked, and keepers stand in line for the first second in which they may.
///
/// The rule: after a level that held kicks back they wait as long as it lasted, ten minutes at most,
/// unless the position is below the hard limit.
#[test]
fn incident_unpause() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(22_400));
    world.raise(WETH, 2, 2 * HOUR);
    world.pass_fresh(HOUR);
    world.set_price(WETH, wad(2_645));
    world.pass_fresh(HOUR);
    assert!(world.health(ALICE) < u256(wad(1)));

    // The wrong design: the same engine without the word's grace. She is sold in the first second.
    let before = world.snapshot();
    let slot = U256::from(12 + u64::from(WETH) * 9 + 7);
    let without = Breaker { grace_until: 0, ..world.breaker(WETH) };
    world.chain.set_storage(world.engine, slot, without.pack().unwrap());
    world.must(KAY, kick(ALICE));
    let id = world.newest(WETH);
    world.pass_fresh(600);
    world.take_all(TAK, id);
    world.settle(ALICE);
    let sold = equity(&mut world, ALICE, WETH);
    world.revert(before);

    // Ours: she has ten minutes, and uses them.
    world.refuse(KAY, kick(ALICE), NothingKicked { skip: LEVEL });
    let until = world.breaker(WETH).grace_until;
    world.pass(until - 1 - world.now());
    world.refuse(KAY, kick(ALICE), NothingKicked { skip: LEVEL });
    world.repay(ALICE, ALICE, usdc(1_000));
    world.pass_fresh(1);
    assert!(world.kick(KAY, &[ALICE]).is_err());
    let kept = equity(&mut world, ALICE, WETH) - usdc(1_000) as i128;
    assert!(kept > sold, "{kept} {sold}");
    world.check();
}

/// The courtesy is bounded: it protects nobody who is far under, and ends by itself.
#[test]
fn incident_unpause_protects_nobody_below_the_hard_limit() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(22_400));
    world.open(BOB, WETH, wad(10), usdc(23_000));
    world.raise(WETH, 2, HOUR);
    world.set_price(WETH, wad(2_645));
    world.pass_fresh(HOUR);
    world.must(KAY, kick(BOB));
    world.refuse(KAY, kick(ALICE), NothingKicked { skip: LEVEL });
    world.pass_fresh(600);
    world.must(KAY, kick(ALICE));
    world.check();
}

/// The restart of a sequencer: blocks stood still for half an hour, the price has fallen, and keepers'
/// and takers' transactions are first in the queue.
///
/// The rules: a gap in the engine's own heartbeat opens a window in which kicks need a health factor
/// below the hard limit; it blocks no repayment and ends by itself. And no second of the gap counts
/// for what was on sale before it.
#[test]
fn incident_sequencer_restart() {
    let start = |gap| {
        let mut world = World::new();
        world.must(GOVERNOR, setOutageCall { feed: Address::ZERO, gap });
        world.open(ALICE, WETH, wad(10), usdc(22_400));
        world.open(BOB, WETH, wad(10), usdc(23_000));
        world.open(CAROL, WETH, wad(10), usdc(24_000));
        world.set_price(WETH, wad(2_700));
        world.pass_fresh(60);
        world.must(KAY, kick(CAROL));
        world.pass(HOUR / 3);
        world.must(MALLORY, accrueCall {});
        // Nothing happens for half an hour; then the first transaction buys at the price of before,
        // and the next one brings that of now.
        world.pass(HOUR / 2);
        let lot = world.newest(WETH);
        let paid = world.take_all(TAK, lot).1;
        world.observe(WETH, wad(2_645));
        (world, paid)
    };

    // The wrong design, without a gap that counts: whoever could do nothing is sold at once, and the
    // first taker has the lot for the lowest price there is.
    let (mut wrong, at_floor) = start(0);
    wrong.must(KAY, kick(ALICE));

    let (mut world, paid) = start(1);
    // 96.4 % against 92 % of more than 20,000.
    assert!(paid - at_floor > usdc(900), "{paid} {at_floor}");
    assert!(world.get(outageCall {}).open);
    world.refuse(KAY, kick(ALICE), NothingKicked { skip: OUTAGE });
    // Below the hard limit there is nothing to wait for.
    world.must(KAY, kick(BOB));
    world.repay(ALICE, ALICE, usdc(1_000));
    let until = world.get(outageCall {}).until;
    world.pass(until + 1 - world.now());
    world.observe(WETH, wad(2_645));
    assert!(world.kick(KAY, &[ALICE]).is_err());
    assert!(world.claims(ALICE, WETH).is_empty());
    world.check();
}

/// A hostile guardian: he holds everything up at the highest level and never lets go, while the
/// price halves.
///
/// The rules: the guardian only tightens; no level stops repayments, top-ups, supply, settling, or
/// the sale of what is below the hard limit; levels end by themselves; the governor lowers them and
/// names another guardian, whom nobody has to wait for.
#[test]
fn incident_hostile_guardian() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.open(BOB, WETH, wad(10), usdc(12_000));
    let longest = 7 * DAY;
    let mut sold = false;
    for step in 1..=10_u128 {
        let until = world.now() + longest;
        for asset in [WETH, OVERALL] {
            world.must(GUARDIAN, raiseCall { asset, level: 4, until });
        }
        world.pass_fresh(HOUR);
        world.set_price(WETH, wad(3_000 - step * 100));
        // Repayment, top-up, supply and settling pass in every step.
        world.mint(USDC, SAM, usdc(2));
        world.mint(WETH, SAM, wad(1));
        world.must(SAM, repayCall { amount: u256(usdc(1)), account: BOB });
        world.must(SAM, depositCall { asset: WETH, amount: u256(1_000), account: BOB });
        world.must(SAM, supplyCall { amount: u256(usdc(1)), receiver: SAM });
        world.must(SAM, settleCall { accounts: vec![ALICE] });
        if !sold && world.kick(KAY, &[ALICE]).is_ok() {
            sold = true;
        }
        if sold && world.sales(WETH).on_sale > 0 {
            // The clock stands still at the start factor: above the oracle's price, which level 4
            // allows.
            let id = world.newest(WETH);
            world.take_all(TAK, id);
        }
    }
    assert!(sold);
    world.settle(ALICE);
    // The wrong design, a pause that stops kicks: all of her ether is worth 20,000 now.
    let paused = usdc(24_000) as i128 - usdc(20_000) as i128;
    assert!(paused > 0);
    let ours = -equity(&mut world, ALICE, WETH);
    assert!(ours < paused / 4, "{ours} of {paused}");

    // He can neither lower nor name his own governor, and loses the role in two calls.
    let caller = GUARDIAN;
    world.refuse(caller, lowerCall { asset: WETH, level: 0 }, NotGovernor { caller });
    world.lower(WETH, 0);
    world.lower(OVERALL, 0);
    world.must(GOVERNOR, proposeGuardianCall { next: CAROL });
    world.must(CAROL, acceptGuardianCall {});
    let again = raiseCall { asset: WETH, level: 4, until: world.now() + 10 };
    world.refuse(caller, again, NotGuardian { caller });
    world.must(BOB, borrowCall { amount: u256(usdc(100)), receiver: BOB });
    world.check();
}

/// The rate limiter of ERC-7265, whose sample code never deletes the ticks that it has counted: what
/// left hours ago counts for ever, or the list that a withdrawal has to walk grows for ever.
///
/// The rule: a window is one word that the first flow of another hour begins anew.
#[test]
fn incident_rate_limiter() {
    let mut world = World::new();
    world.must(GOVERNOR, setOutflowCall { asset: OVERALL, percent: 20 });
    world.deposit(ALICE, WETH, wad(10_000));
    // What the sample would have counted, and what it would compare it with.
    let (mut never_deleted, limit) = (0, usdc(10_000_000) / 5);
    let mut refused = 0;
    let mut words = Vec::new();
    for _ in 0..6 {
        world.pass_fresh(HOUR - world.now() % HOUR);
        for _ in 0..4 {
            world.borrow(ALICE, usdc(100_000));
            never_deleted += usdc(100_000);
            refused += u32::from(never_deleted > limit);
        }
        words.push(world.chain.storage_words(world.engine).len());
    }
    // The wrong design refuses four honest borrows; ours none, and stores no word more.
    assert_eq!(refused, 4);
    assert!(words.windows(2).all(|pair| pair[0] == pair[1]), "{words:?}");
    // The limit still stands within the hour.
    let left = world.limits().anchor / 5 - usdc(400_000);
    let too_much = borrowCall { amount: u256(left + 1), receiver: ALICE };
    let failure = world.send(ALICE, too_much).err().unwrap();
    assert!(failure.is::<plimsoll_abi::OutflowLimited>(), "{failure}");
    world.borrow(ALICE, left);
    world.check();
}
