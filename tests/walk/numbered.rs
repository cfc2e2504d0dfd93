//! Invariants of `docs/INVARIANTS.md` that a single call can break, each by its number. What the
//! audit and the rules of `rules.rs` check after every call is listed in [`CHECKED`].

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_abi::{IPlimsoll, OVERALL};
use plimsoll_math::{
    auction,
    costs::{CORRIDOR, hourly_ppm},
    params,
    words::{AuctionPool, AuctionTerms, Breaker, Ramp, SaleTerms},
};
use plimsoll_testkit::audit::{ceil, effective_debt, floor, index_now};
use plimsoll_testkit::engine::{LINK, World};

use crate::act::Act;
use crate::draw::open_auctions;
use crate::sales::{Curve, clock, clock_at, factor, heard, longest_silence};

/// Every invariant that is checked after each call of a walk, and where; what the engine says of
/// its solvency after each fiftieth.
pub const CHECKED: [(&str, &str); 40] = [
    ("I-01", "audit"),
    ("I-02", "audit"),
    ("I-03", "audit"),
    ("I-04", "audit"),
    ("I-05", "audit"),
    ("I-06", "audit"),
    ("I-07", "audit"),
    ("I-10", "rules"),
    ("I-11", "solvency"),
    ("I-12", "rules"),
    ("I-13", "rules"),
    ("I-14", "rules"),
    ("I-15", "here"),
    ("I-16", "solvency"),
    ("I-17", "rules"),
    ("I-18", "here"),
    ("I-19", "act"),
    ("I-20", "here"),
    ("I-22", "rules"),
    ("I-23", "here"),
    ("I-24", "here"),
    ("I-25", "here"),
    ("I-26", "here"),
    ("I-27", "here"),
    ("I-28", "here"),
    ("I-30", "here"),
    ("I-31", "audit"),
    ("I-33", "audit"),
    ("I-37", "act"),
    ("I-38", "here"),
    ("I-39", "here"),
    ("I-50", "here"),
    ("I-51", "here"),
    ("I-52", "here"),
    ("I-53", "here"),
    ("I-54", "here"),
    ("I-55", "here"),
    ("I-56", "here"),
    ("I-60", "here"),
    ("I-64", "here"),
];

/// What the market was before a call.
pub struct Seen {
    index: u128,
    now: u32,
    cash: u128,
    reserve: u128,
    clocks: Vec<u32>,
    thresholds: Vec<(u16, bool, Ramp)>,
    breakers: Vec<Breaker>,
    /// When each asset was last heard of, and its clock then; and the longest silence that is none.
    heard: Vec<(u32, u32)>,
    longest: u32,
    prices: Vec<u128>,
    on_sale: Vec<u128>,
    open_losses: Vec<u128>,
    gap: u128,
    auctions: BTreeMap<u64, (AuctionTerms, AuctionPool, u32, u128)>,
    bits: BTreeMap<Address, (u16, u32)>,
}

impl Seen {
    pub fn of(world: &World) -> Self {
        let assets = 0..=LINK;
        let auctions = open_auctions(world).into_iter().map(|id| (id, look(world, id)));
        let accounts = world.accounts.iter().map(|account| {
            let word = world.account(*account);
            (*account, (word.assets, word.checked_at))
        });
        Self {
            index: index_now(world),
            now: world.now(),
            cash: world.totals().cash,
            reserve: world.market().reserve,
            clocks: assets.clone().map(|asset| clock(world, asset)).collect(),
            thresholds: assets.clone().map(|asset| threshold(world, asset)).collect(),
            breakers: assets.clone().chain([OVERALL]).map(|asset| breaker(world, asset)).collect(),
            heard: assets.clone().map(|asset| heard_at(world, asset)).collect(),
            longest: longest_silence(world),
            prices: assets.clone().map(|asset| world.asset_price(asset).price).collect(),
            on_sale: assets.clone().map(|asset| world.sales(asset).on_sale).collect(),
            open_losses: assets.map(|asset| world.losses(asset).open).collect(),
            gap: gap(world),
            auctions: auctions.collect(),
            bits: accounts.collect(),
        }
    }
}

/// What is stored of a liquidation threshold: bps, whether it falls, and along which line.
fn threshold(world: &World, asset: u8) -> (u16, bool, Ramp) {
    let price = world.asset_price(asset);
    (price.threshold, price.ramping, world.ramp(asset))
}

fn breaker(world: &World, asset: u8) -> Breaker {
    if asset == OVERALL { world.overall_breaker() } else { world.breaker(asset) }
}

fn heard_at(world: &World, asset: u8) -> (u32, u32) {
    let heard = heard(world, asset);
    (heard, clock_at(world, asset, heard))
}

/// An auction's words, its clock and its price.
fn look(world: &World, id: u64) -> (AuctionTerms, AuctionPool, u32, u128) {
    let (asset, ..) = abi::auction_parts(id);
    let (words, pool) = (world.auction_terms(id), world.auction_pool(id));
    let elapsed = clock(world, asset).saturating_sub(words.start);
    let curve = world.terms(asset).curve(words.start_excess);
    let live = world.asset_price(asset).price;
    let price = auction::price(&curve, words.kick_price, live, elapsed).expect("fits");
    (words, pool, elapsed, price)
}

/// What debts exceed all collateral and the reserve by: the second opinion on the gate.
fn gap(world: &World) -> u128 {
    let mut backed = world.market().reserve;
    for asset in 0..=LINK {
        let price = world.asset_price(asset);
        backed += floor(world.sales(asset).held, price.price, 10_u128.pow(price.scale.into()));
    }
    let net = world.totals().net.max(0).unsigned_abs();
    floor(net, index_now(world), crate::sales::RAY).saturating_sub(backed)
}

pub fn check(world: &mut World, act: &Act, seen: &Seen, passed: bool) {
    assert!(index_now(world) >= seen.index, "I-15: the index fell");
    clocks(world, act, seen);
    parameters(world, seen);
    auctions(world, act, seen);
    accounts(world, act, seen);
    losses(world, act, seen, passed);
    if passed {
        calls(world, act, seen);
    }
}

fn clocks(world: &World, act: &Act, seen: &Seen) {
    for asset in 0..=LINK {
        let n = usize::from(asset);
        let (was, now) = (seen.clocks[n], clock(world, asset));
        let (heard, least) = seen.heard[n];
        // Of a silence no second counts, and none that did before it.
        assert!(now >= least, "I-30: the clock of {asset}: {now} below {least}");
        let silent = world.now() - heard > seen.longest || matches!(act, Act::Poke { .. });
        assert!(now >= was || silent, "I-30: the clock of {asset}: {was}, {now}");
        let past = world.now() - seen.now;
        assert!(now <= was + past, "I-30: the clock of {asset}: {was}, {now}");
    }
}

/// A threshold stays, rises, or is where the line that was announced has come to; a line begins
/// where the threshold stands and takes a day for each 1,000 bps, at least one.
fn falls_along_a_line(world: &World, asset: u8, seen: &(u16, bool, Ramp)) {
    let ((was, falling, line), now) = (seen, world.now());
    let (threshold, ramping, next) = threshold(world, asset);
    if threshold < *was {
        let (height, passed) = (u64::from(line.from - line.to), u64::from(now - line.start));
        let length = u64::from(line.end - line.start);
        let there = line.from - (height * passed.min(length) / length) as u16;
        assert!(*falling && threshold == there, "I-38: {asset} fell from {was} to {threshold}");
    }
    if ramping && (next.start, next.end, next.to) != (line.start, line.end, line.to) {
        assert_eq!((next.from, next.start), (threshold, now), "I-38: a line of {asset}");
        let day = 86_400;
        let least = (u32::from(next.from - next.to) * day).div_ceil(1_000).max(day);
        assert!(next.end - now >= least, "I-38: {asset} is to fall in less than {least} s");
    }
}

fn parameters(world: &World, seen: &Seen) {
    let all = 0..world.asset_count();
    let governed = |asset| world.calm(asset).governed(&world.terms(asset)).max_on_sale;
    let (sum, most) = (all.map(governed).sum::<u64>(), world.limits().most_on_sale);
    assert!(sum <= most, "I-64: {sum} may be on sale, {most} together");
    for asset in 0..=LINK {
        let (terms, threshold) = (world.terms(asset), world.asset_price(asset).threshold);
        assert_eq!(params::check_terms(&terms), Ok(()), "I-39: asset {asset}");
        assert_eq!(params::consistent(&terms, threshold), Ok(()), "I-39: asset {asset}");
        falls_along_a_line(world, asset, &seen.thresholds[usize::from(asset)]);
        // What was learnt keeps to its corridors around what is governed.
        let calm = world.calm(asset);
        let governed: SaleTerms = calm.governed(&terms);
        let near = |a: u16, b: u16| a.abs_diff(b) <= CORRIDOR;
        assert!(near(terms.reference_factor, governed.reference_factor), "I-50: asset {asset}");
        assert!(near(terms.floor, governed.floor), "I-50: asset {asset}");
        assert!(terms.start_excess >= governed.start_excess, "I-50: asset {asset}");
        let caps = governed.max_on_sale / 2..=governed.max_on_sale;
        assert!(caps.contains(&terms.max_on_sale), "I-50: asset {asset}");
    }
}

fn auctions(world: &World, act: &Act, seen: &Seen) {
    for id in open_auctions(world) {
        let (asset, ..) = abi::auction_parts(id);
        let (words, _, elapsed, price) = look(world, id);
        let live = world.asset_price(asset).price;
        let floor_price = ceil(live, u128::from(world.terms(asset).floor), 10_000);
        assert!(price >= floor_price, "I-27: {price} is below the floor {floor_price}");
        let curve = Curve::of(world, id);
        assert!(factor(&curve, elapsed) >= curve.floor, "I-27: auction {id:#x}");
        let Some((old, _, before, was)) = seen.auctions.get(&id) else { continue };
        let same_price = live == seen.prices[usize::from(asset)];
        let same_curve = !matches!(act, Act::Terms { .. } | Act::Learn { .. });
        // A silence takes the clock back to where it stood when it began.
        let forth = clock(world, asset) >= seen.clocks[usize::from(asset)];
        if words.redos == old.redos && same_price && same_curve && forth {
            assert!(price <= *was, "I-26: {price} after {was} of auction {id:#x}");
            assert!(elapsed >= *before, "I-30: auction {id:#x}");
        }
        // A reward for starting again came out of the penalty: lot / (1 + penalty) did not fall.
        if words.redos != old.redos && words.lot != old.lot {
            let left = |words: &AuctionTerms, other: &AuctionTerms| {
                U256::from(words.lot) * U256::from(1_000_000 + u32::from(other.penalty))
            };
            assert!(left(&words, old) >= left(old, &words), "I-51: auction {id:#x}");
            assert!(words.penalty <= old.penalty, "I-51: auction {id:#x}");
        }
    }
}

fn accounts(world: &World, act: &Act, seen: &Seen) {
    let actor = act.actor();
    for (account, (bits, checked_at)) in &seen.bits {
        let word = world.account(*account);
        let named = actor == Some(*account) || act.realises(*account);
        assert!(named || word.assets & !bits == 0, "I-20: {account} got an asset");
        let own = actor == Some(*account);
        assert!(own || word.checked_at == *checked_at, "I-20: {account}'s cool-off");
        assert!(word.debt > 0 || word.sold == 0, "I-52: {account} owes nothing and is blamed");
    }
}

/// What reserve and suppliers bore is charged to assets, to the wei; only the governor forgets.
fn losses(world: &World, act: &Act, seen: &Seen, passed: bool) {
    let open: Vec<u128> = (0..=LINK).map(|asset| world.losses(asset).open).collect();
    if !passed || matches!(act, Act::Pass { .. } | Act::Look { .. } | Act::Gift { .. }) {
        assert_eq!(open, seen.open_losses, "I-53");
        return;
    }
    if matches!(act, Act::Acknowledge { .. }) {
        return;
    }
    let borne: U256 =
        world.events::<abi::Realised>().iter().map(|event| event.fromReserve + event.loss).sum();
    let charged = open.iter().sum::<u128>() - seen.open_losses.iter().sum::<u128>();
    assert_eq!(U256::from(charged), borne, "I-53: what was lost is not what is charged");
    for asset in 0..=LINK {
        let losses = world.losses(asset);
        assert!(losses.total >= losses.open, "I-53: asset {asset}");
        let impaired = world.asset_price(asset).impaired;
        assert!(!impaired || losses.open > 0, "I-54: asset {asset} is impaired by nothing");
    }
}

/// What a passed call of one kind must have kept to.
fn calls(world: &mut World, act: &Act, seen: &Seen) {
    match act {
        Act::Borrow { from, .. } | Act::Withdraw { from, .. }
            if effective_debt(world, *from) > 0 =>
        {
            let shown = world.get(IPlimsoll::positionCall { account: *from });
            assert!(shown.debt <= shown.limit, "I-18: {} above {}", shown.debt, shown.limit);
        }
        Act::Kick { .. } => kicks(world, seen),
        Act::Take { .. } | Act::TakeMany { .. } => takes(world, seen),
        Act::Trip { asset, reason, .. } => trips(world, *asset, *reason, seen),
        Act::Redeem { .. } => {
            assert_eq!(seen.gap, 0, "I-55: redeemed ahead of a loss that was visible");
        }
        _ => {}
    }
}

/// A trip is to level 2 at most, is proved by what is there now, ends by itself, and takes nothing
/// off what was in force.
fn trips(world: &mut World, asset: u8, reason: u8, seen: &Seen) {
    let event = &world.events::<abi::Tripped>()[0];
    let now = world.now();
    assert!(event.level <= 2, "I-60: tripped to {}", event.level);
    assert!((now + 1..=now + 3_600).contains(&event.until), "I-60: until {}", event.until);
    let proof = world.get(IPlimsoll::proofCall { asset, reason });
    let (measure, bound) = (proof.measure, proof.bound);
    assert!(bound > 0 && measure >= bound, "I-60: {measure} of {bound} proves {reason}");
    let place = usize::from(asset).min(seen.breakers.len() - 1);
    let (was, is) = (&seen.breakers[place], breaker(world, asset));
    let raised = |of: &Breaker| (of.level, of.since, of.until);
    assert_eq!(raised(was), raised(&is), "I-60: what was raised");
    if now < was.trip.until {
        let (was, is) = (was.trip, is.trip);
        assert!(was.level <= is.level && was.until <= is.until, "I-60: {was:?}, {is:?}");
    }
}

fn kicks(world: &World, seen: &Seen) {
    for asset in 0..=LINK {
        let on_sale = world.sales(asset).on_sale;
        if on_sale <= seen.on_sale[usize::from(asset)] {
            continue;
        }
        let (price, terms) = (world.asset_price(asset), world.terms(asset));
        let worth = floor(on_sale, price.price, 10_u128.pow(price.scale.into()));
        // 1.5 % an hour halve the cap.
        let hourly = u128::from(hourly_ppm(world.risk(asset).volatility()));
        let cap = u128::from(terms.max_on_sale) * 15_000 / (15_000 + hourly);
        let cap = cap * 10_u128.pow(terms.milli_exponent.into());
        assert!(worth <= cap, "I-23: {worth} of {asset} on sale, {cap} allowed");
    }
    for event in world.events::<abi::Kicked>() {
        let (asset, ..) = abi::auction_parts(event.auction);
        let penalty = U256::from(world.terms(asset).penalty);
        let (units, reward) = (event.units, event.reward);
        let whole = U256::from(10_000) + penalty;
        assert!(reward * whole <= (units + reward) * penalty, "I-24: {reward} of {units}");
        if let Some((words, pool, elapsed, _)) = seen.auctions.get(&event.auction) {
            let curve = world.terms(asset).curve(words.start_excess);
            let joinable = pool.raised == 0
                && words.lot == pool.units
                && auction::factor(&curve, *elapsed) >= 1_000_000;
            assert!(joinable, "I-25: auction {:#x} was joined", event.auction);
        }
    }
}

fn takes(world: &World, seen: &Seen) {
    let (mut pay, mut cut, mut lots) = (U256::ZERO, U256::ZERO, BTreeMap::<u8, u128>::new());
    for event in world.events::<abi::Taken>() {
        assert!(event.cut <= event.pay, "I-28");
        pay += event.pay;
        cut += event.cut;
        let (asset, ..) = abi::auction_parts(event.auction);
        *lots.entry(asset).or_default() += event.lot.to::<u128>();
        let raised = ceil(event.raised.to(), index_now(world), crate::sales::RAY);
        assert!(U256::from(raised) <= event.pay - event.cut + U256::ONE, "I-28: {raised}");
    }
    // What settling in the same call paid out of the cash is the owners' credit.
    let credit: U256 = world.events::<abi::Settled>().iter().map(|event| event.credit).sum();
    let refund: U256 = world.events::<abi::Settled>().iter().map(|event| event.refund).sum();
    let cash = U256::from(seen.cash) + pay - credit;
    assert_eq!(U256::from(world.totals().cash), cash, "I-28: cash");
    if !world.totals().no_suppliers {
        let reserve = U256::from(seen.reserve) + cut - refund;
        assert_eq!(U256::from(world.market().reserve), reserve, "I-28: reserve");
    }
    for (asset, lot) in lots {
        let fell = seen.on_sale[usize::from(asset)] - world.sales(asset).on_sale;
        assert_eq!(fell, lot, "I-56: a take frees what it takes, at once");
    }
}
