//! Everything about a position in one call, for bots and dashboards. What cannot be computed is
//! zero, and said to be so: no state makes these views fail.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use plimsoll_math::{
    fixed::BPS,
    loss::{contributions, expected_loss},
    value::value_down,
};

use crate::{
    entry::{Row, Rows},
    error::Result,
    grace, guard, health, ledger,
    loss::{Assets, Parts},
    position::{Leg, Position},
    storage::Engine,
    stress,
};

/// Words of the interface's `Portfolio` and of its `Stake`.
pub const PORTFOLIO_WORDS: usize = 16;
pub const STAKE_WORDS: usize = 10;

type Portfolio = Row<PORTFOLIO_WORDS>;
type Stakes = Rows<STAKE_WORDS>;

/// One position, and what it holds.
pub fn one(engine: &mut Engine, account: Address) -> Result<(Portfolio, Stakes)> {
    let now = guard::enter(engine)?;
    let index = ledger::index(engine, now);
    let mut position = Position::load(engine, account, index);
    let stakes = stakes(engine, &mut position, now);
    Ok((Row(summary(engine, account, index, now)), Rows(stakes)))
}

/// Several positions, without what they hold.
pub fn many(engine: &mut Engine, accounts: Vec<Address>) -> Result<Rows<PORTFOLIO_WORDS>> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    let index = ledger::index(engine, now);
    let rows = accounts.into_iter().map(|account| summary(engine, account, index, now));
    Ok(Rows(rows.collect()))
}

/// The interface's `Portfolio`, in its order.
fn summary(
    engine: &mut Engine,
    account: Address,
    index: u128,
    now: u32,
) -> [U256; PORTFOLIO_WORDS] {
    let position = Position::load(engine, account, index);
    let live = health::exposure(engine, &position, now, health::Side::Live);
    let average = health::exposure(engine, &position, now, health::Side::Average);
    let limit = health::borrowing(engine, &position).map(|(_, limit)| limit);
    let prospect = stress::prospect(engine, &position, now);
    let shares = shares(engine, &position);
    let broken =
        [live.is_err(), average.is_err(), limit.is_err(), prospect.is_err(), shares.is_err()];
    let healths = (health::shown(&live), health::shown(&average));
    let (live, prospect) = (live.unwrap_or_default(), prospect.unwrap_or_default());
    let (state, left, side, verdict) = grace::status(engine, account).unwrap_or_default();
    [
        healths.0,
        healths.1,
        U256::from(live.debt),
        U256::from(live.collateral),
        U256::from(live.margin_bps.checked_div(BPS).unwrap_or_default()),
        U256::from(live.pending),
        U256::from(limit.unwrap_or_default()),
        engine.credit(account),
        U256::from(expected_loss(&prospect)),
        stress::chance(&prospect),
        U256::from(state),
        U256::from(left),
        U256::from(side),
        U256::from(verdict),
        U256::from(position.word.flagged_at),
        U256::from(broken.contains(&true)),
    ]
}

/// The interface's `Stake`, one for each asset that the position knows.
fn stakes(engine: &Engine, position: &mut Position, now: u32) -> Vec<[U256; STAKE_WORDS]> {
    let shares = shares(engine, position).unwrap_or_default();
    let legs: Vec<Leg> = position.legs().to_vec();
    let mut rows = Vec::with_capacity(legs.len());
    let mut shares = shares.iter();
    for leg in legs {
        // Parts are the legs with a balance, in their order.
        let share = if leg.holding.balance > 0 { shares.next() } else { None };
        let balance = leg.holding.balance;
        let worth = |price| value_down(balance, price, leg.price.scale).unwrap_or_default();
        rows.push([
            U256::from(leg.asset),
            U256::from(health::verdict(&leg.price, now).code()),
            U256::from(balance),
            U256::from(units(&leg)),
            U256::from(worth(leg.price.price)),
            U256::from(worth(leg.price.average())),
            stress::liquidation_price(engine, position, leg.asset, now),
            U256::from(share.copied().unwrap_or_default()),
            U256::from(engine.risk(leg.asset).volatility()),
            U256::from(leg.price.threshold),
        ]);
    }
    rows
}

/// Units of lots on sale.
fn units(leg: &Leg) -> u128 {
    leg.claims().iter().fold(0, |sum, claim| sum.saturating_add(claim.units))
}

/// What each collateral contributes to the variance, bps.
fn shares(engine: &Engine, position: &Position) -> Result<[u16; plimsoll_math::MAX_ASSETS]> {
    let parts = Parts::of(engine, &mut Assets::default(), position)?;
    Ok(contributions(parts.list(), &parts.correlations(engine))?)
}
