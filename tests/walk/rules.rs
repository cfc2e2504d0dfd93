//! What must hold after a call, given what was before it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use num_bigint::BigInt;
use plimsoll_abi as abi;
use plimsoll_abi::skip;
use plimsoll_testkit::audit::{Audit, audit, ceil, effective_debt, index_now};
use plimsoll_testkit::engine::{LINK, World};

use crate::act::Act;
use crate::health::health;
use crate::sales::{Health, RAY};
use crate::usurp::governor;
use crate::wealth::{self, Exact, base, worth};

/// Shares that nobody owns.
const VIRTUAL_SHARES: u128 = 1_000_000;
/// Base wei that a call may round in somebody's favour.
const SLACK: u128 = 1;

/// The market before a call.
pub struct Before {
    /// Everything that the engine and its tokens store.
    stored: B256,
    books: Audit,
    wealth: BTreeMap<Address, Exact>,
    kicks: BTreeMap<Address, Judged>,
    /// Who has how many units of which auction: asset, slot, and all units of it.
    claims: Vec<(Address, u8, u32, u128, u128)>,
    /// What accounts owe and what they have, by account, before a realisation.
    sunk: BTreeMap<Address, (u128, u128)>,
}

/// A position before a kick.
struct Judged {
    health: Health,
    /// A kick sells a part of it by choice.
    partial: bool,
    /// The highest tip that a keeper may be due, base wei.
    tip: u128,
}

impl Before {
    pub fn of(world: &World, act: &Act) -> Self {
        let accounts: &[Address] = match act {
            Act::Kick { accounts, .. } => accounts,
            _ => &[],
        };
        let kicks = accounts.iter().map(|account| (*account, judge(world, *account))).collect();
        let accounts: &[Address] = match act {
            Act::Realise { accounts, .. } => accounts,
            _ => &[],
        };
        let sunk = accounts.iter().map(|account| (*account, standing(world, *account))).collect();
        let stored = world.state_digest();
        Self {
            stored,
            books: audit(world),
            wealth: wealth::all(world),
            kicks,
            claims: claims(world),
            sunk,
        }
    }
}

impl Before {
    /// Whether an amount was worth about as many shares as 128 bits hold. So few suppliers may be
    /// left beside proceeds that nobody has booked, which earn interest, that nothing is theirs.
    pub fn worth_too_many(&self, act: &Act) -> bool {
        let Act::Supply { amount, .. } = act else { return false };
        let claim = U256::from(self.books.nav.max(0).unsigned_abs() + 1);
        let shares = U256::from(*amount) * U256::from(self.books.shares + VIRTUAL_SHARES) / claim;
        (shares + U256::from(self.books.shares)).bit_len() > 127
    }
}

fn claims(world: &World) -> Vec<(Address, u8, u32, u128, u128)> {
    let mut all = Vec::new();
    for account in &world.accounts {
        for asset in 0..=LINK {
            for claim in world.claims(*account, asset) {
                let units = world.auction_pool(abi::auction_id(asset, 0, claim.slot)).units;
                all.push((*account, asset, claim.slot, claim.units, units));
            }
        }
    }
    all
}

fn judge(world: &World, account: Address) -> Judged {
    let health = health(world, account);
    let (mut full_below, mut small, mut tip) = (0, 0, 0);
    for asset in (0..=LINK).filter(|asset| world.holding(account, *asset).balance > 0) {
        let terms = world.terms(asset);
        full_below = full_below.max(terms.full_below);
        let milli = 10_u128.pow(terms.milli_exponent.into());
        small = small.max(u128::from(terms.small) * milli);
        tip = tip.max(u128::from(terms.tip) * milli);
    }
    let partial = !health.is_below(full_below.into()) && health.owed > small;
    Judged { health, partial, tip }
}

/// Base wei that an account owes, and what its collateral and lots are worth, both up.
fn standing(world: &World, account: Address) -> (u128, u128) {
    let units = effective_debt(world, account).max(0).unsigned_abs();
    // What he was paid for kicks counts here, although it is no part of his position.
    let mut value = 0;
    for asset in 0..=LINK {
        let price = world.asset_price(asset);
        let amount = world.holding(account, asset).balance + wealth::on_sale(world, account, asset);
        value += ceil(amount, price.price, 10_u128.pow(price.scale.into()));
    }
    (ceil(units, index_now(world), RAY), value)
}

/// Nothing is written off that could be paid, or that is worth a sale.
fn realised(world: &World, before: &Before) {
    let dust = (0..=LINK).map(|asset| {
        let terms = world.terms(asset);
        u128::from(terms.dust) * 10_u128.pow(terms.milli_exponent.into())
    });
    let dust = dust.max().unwrap_or_default();
    for event in world.events::<abi::Realised>() {
        let (owed, value) = before.sunk[&event.account];
        assert!(value < owed && value < dust, "{} had {value} for {owed}", event.account);
    }
}

/// Checks everything, after a call that passed or was refused.
pub fn check(world: &mut World, act: &Act, before: &Before, passed: bool) {
    let books = audit(world);
    if passed && matches!(act, Act::Pass { .. } | Act::Report { .. } | Act::Look { .. }) {
        // Interest is paid by borrowers to suppliers, unless proceeds that nobody has booked yet
        // are more than all debts together.
        if before.books.net >= 0 {
            assert!(share_price_holds(&before.books, &books, 0), "time took from the suppliers");
        }
        return;
    }
    if !passed {
        assert_eq!(world.state_digest(), before.stored, "I-10: a refused call left a trace");
        assert_eq!(books, before.books, "I-10: a refused call left a trace");
        assert!(wealth::all(world) == before.wealth, "a refused call moved something");
        return;
    }
    suppliers(world, act, &before.books, &books);
    if let Act::Kick { from, accounts, .. } = act {
        kicks(world, *from, accounts, before);
    }
    realised(world, before);
    if !matches!(act, Act::Gift { .. }) {
        nobody_gains(world, act, before);
    }
}

/// (NAV + 1) / (shares + virtual) did not fall, but for `loss` and a wei for the suppliers at large.
fn share_price_holds(before: &Audit, after: &Audit, allowed: u128) -> bool {
    let price = |books: &Audit, more: u128| BigInt::from(books.nav) + BigInt::from(1 + more);
    let shares = |books: &Audit| BigInt::from(books.shares + VIRTUAL_SHARES);
    price(after, allowed) * shares(before) >= price(before, 0) * shares(after)
}

/// The suppliers' claim falls by what was written off, and otherwise by no more than a wei.
fn suppliers(world: &World, act: &Act, before: &Audit, after: &Audit) {
    let lost: U256 = world.events::<abi::Realised>().iter().map(|event| event.loss).sum();
    let allowed = match act {
        Act::Supply { .. } | Act::Redeem { .. } => 0,
        Act::Realise { accounts, .. } => lost.to::<u128>() + accounts.len() as u128,
        Act::Settle { accounts, .. } | Act::Kick { accounts, .. } => accounts.len() as u128,
        Act::TakeMany { auctions, settle, .. } => (auctions.len() + settle.len()) as u128,
        _ => 1,
    };
    assert!(share_price_holds(before, after, allowed), "{before:?}\n{after:?}");
    let covered: U256 =
        world.events::<abi::DeficitCovered>().iter().map(|event| event.amount).sum();
    let deficit = U256::from(before.deficit) + lost - covered;
    assert_eq!(U256::from(after.deficit), deficit, "deficit");
}

/// Nobody healthy was seized, nobody unhealthy was called healthy, and a sale that is partial by
/// choice did not lower a health factor, but for the keeper's tip.
fn kicks(world: &World, keeper: Address, accounts: &[Address], before: &Before) {
    let output = world.receipt().status.output();
    let call = <abi::IPlimsoll::kickCall as alloy_sol_types::SolCall>::abi_decode_returns(output);
    let skips = call.expect("kick returns its codes");
    let kicked: Vec<Address> =
        world.events::<abi::Kicked>().iter().map(|event| event.account).collect();
    assert_eq!(skips.len(), accounts.len());
    for (account, code) in accounts.iter().zip(skips) {
        let Judged { health: was, partial, tip } = &before.kicks[account];
        assert_eq!(kicked.contains(account), code == skip::KICKED);
        let liquidatable = was.is_below(10_000);
        match code {
            skip::KICKED => assert!(liquidatable, "{account} was healthy: {was:?}"),
            // What he was paid for the accounts before him may have made the keeper healthy.
            skip::HEALTHY if *account == keeper => {}
            skip::HEALTHY | skip::NO_DEBT => assert!(!liquidatable, "{account}: {was:?}"),
            skip::COOLING_OFF
            | skip::PRICE
            | skip::LEVEL
            | skip::NO_ROOM
            | skip::GRACE
            | skip::OUTAGE
            | skip::UNSETTLED => {
                assert!(liquidatable, "{account}: {was:?}");
            }
            skip::NOTHING_TO_SELL => {
                // Rewards that he got as a keeper are no part of his position until he deposits.
                let assets = world.account(*account).assets;
                let held = (0..=LINK).filter(|asset| assets & (1 << asset) != 0);
                let left: u128 = held.map(|asset| world.holding(*account, asset).balance).sum();
                assert_eq!(left, 0);
            }
            other => panic!("skip code {other}"),
        }
        if code == skip::KICKED && *partial {
            let now = health(world, *account);
            // A wei for each of four lots, their floors and the debt's ceiling.
            let untipped = Health { owed: now.owed.saturating_sub(tip + 12), ..now };
            assert!(untipped.at_least(was), "{account}: {was:?} became {now:?}");
        }
    }
}

/// Whoever is richer after the call is so by what the rules give him.
fn nobody_gains(world: &mut World, act: &Act, before: &Before) {
    let governor = governor(world);
    let mut due = dues(world, act, before, governor);
    for (account, now) in wealth::all(world) {
        let zero = BigInt::from(0);
        let was = before.wealth.get(&account).unwrap_or(&zero);
        let gained = now - was;
        let limit = due.remove(&account).unwrap_or_default() + roundings(world, account);
        assert!(gained <= limit, "{account} gains {gained} and is due {limit}, in 1e-30 base wei");
    }
}

/// A base wei, and a wei of collateral for each share of an open lot, which is floored.
fn roundings(world: &World, account: Address) -> Exact {
    let lots = (0..=LINK)
        .map(|asset| worth(world, asset, world.claims(account, asset).len() as u128))
        .sum::<Exact>();
    base(SLACK) + lots
}

/// What a call gives to whom, besides what he pays for.
fn dues(world: &World, act: &Act, before: &Before, governor: Address) -> BTreeMap<Address, Exact> {
    let mut due: BTreeMap<Address, Exact> = BTreeMap::new();
    let mut give = |to: Address, what: Exact| *due.entry(to).or_default() += what;
    // The penalty on what went beyond a debt.
    for event in world.events::<abi::Settled>() {
        give(event.account, base(event.refund.to()));
    }
    for event in world.events::<abi::Realised>() {
        give(event.account, base((event.fromReserve + event.loss).to()));
    }
    for event in world.events::<abi::DustKept>() {
        give(Address::ZERO, worth(world, event.asset, event.amount.to()));
    }
    for event in world.events::<abi::Repaid>() {
        // A full repayment rounds up to a wei what it takes off in units.
        give(event.account, base(event.amount.to()));
    }
    match act {
        Act::Kick { from, .. } => {
            for event in world.events::<abi::Kicked>() {
                let (asset, ..) = abi::auction_parts(event.auction);
                give(*from, worth(world, asset, event.reward.to()));
            }
        }
        Act::Deposit { asset, amount, account, .. } => {
            give(*account, worth(world, *asset, *amount))
        }
        Act::Take { from, receiver, .. } => {
            let event = &world.events::<abi::Taken>()[0];
            take(world, before, event, (*from, *receiver), &mut give)
        }
        Act::TakeMany { from, .. } => {
            for event in world.events::<abi::Taken>() {
                take(world, before, &event, (*from, *from), &mut give);
            }
        }
        Act::Redo { from, auction } => {
            let (asset, ..) = abi::auction_parts(*auction);
            give(*from, worth(world, asset, world.events::<abi::Redone>()[0].reward.to()));
        }
        // Shares have a rule of their own.
        Act::Redeem { from, .. } => {
            let event = &world.events::<abi::Redeemed>()[0];
            give(*from, base(event.amount.to()));
        }
        Act::WithdrawReserve { amount } => give(governor, base(*amount)),
        Act::WithdrawDust { asset } => {
            let event = &world.events::<abi::DustWithdrawn>()[0];
            give(governor, worth(world, *asset, event.amount.to()));
        }
        _ => {}
    }
    due
}

/// The receiver gets the lot and the caller pays the auction's price, up; the owners get the
/// proceeds, down, for a lot at the oracle's price.
fn take(
    world: &World,
    before: &Before,
    event: &abi::Taken,
    (from, receiver): (Address, Address),
    give: &mut impl FnMut(Address, Exact),
) {
    let (asset, _, slot) = abi::auction_parts(event.auction);
    let lot = worth(world, asset, event.lot.to());
    give(receiver, lot.clone());
    give(from, -base(event.pay.to()));
    let (net, whole): (u128, u128) = ((event.pay - event.cut).to(), event.lot.to());
    let price = u128::from(world.asset_price(asset).scale);
    assert!(event.pay <= U256::from(u128::MAX) && price <= 36);
    let raised = ceil(event.raised.to(), index_now(world), RAY);
    assert!(raised <= net + 1, "{raised} credited of {net}");
    let there = before.claims.iter().filter(|claim| (claim.1, claim.2) == (asset, slot));
    for (account, _, _, own, units) in there {
        // His part of both; what he may gain is what the sale was above the oracle's price.
        let part = |of: &Exact| of * BigInt::from(*own) / BigInt::from(*units);
        let gain = part(&base(net)) - part(&worth(world, asset, whole));
        // Floors of the shares of the lot before and after: a wei of collateral each.
        give(*account, gain + worth(world, asset, 2) + base(1));
    }
}
