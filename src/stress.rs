//! What may go wrong, over positions that the caller names: who may cost most, what a falling price
//! would cost, and where the sales that it starts would take it.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use plimsoll_math::{
    cascade::{self, Histogram, lowest_healthy_price},
    fixed::{BPS, PRICE_MAX, WAD, mul_div_down},
    health::Exposure,
    loss::{self as curve, Prospect, Ranked},
    normal::NORMAL_ONE,
};

use crate::{
    CascadeTuple,
    error::Result,
    guard, health, ledger, loss,
    loss::{Assets, Parts},
    position::Position,
    storage::Engine,
};

/// Parts into which a price is cut in the search for the one at which a position is sold: much
/// finer than a bucket, and on the side of selling early.
const PRICE_STEPS_BITS: u32 = 12;

/// Expected loss within the hour, and the probability that there is one.
pub fn expected_loss(engine: &mut Engine, account: Address) -> Result<(U256, U256)> {
    let now = guard::enter(engine)?;
    let position = load(engine, account, now);
    let prospect = prospect(engine, &position, now).unwrap_or_default();
    Ok((U256::from(curve::expected_loss(&prospect)), chance(&prospect)))
}

/// The probability of a loss, WAD.
pub fn chance(prospect: &Prospect) -> U256 {
    let chance = u128::from(curve::chance(prospect));
    U256::from(mul_div_down(chance, WAD, NORMAL_ONE.into()).unwrap_or_default())
}

/// The accounts by expected loss, the largest first, and the losses.
pub fn rank(engine: &mut Engine, accounts: Vec<Address>) -> Result<(Vec<Address>, Vec<U256>)> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    let (mut entries, mut assets) = (Vec::with_capacity(accounts.len()), Assets::default());
    for (index, account) in accounts.iter().enumerate() {
        let position = load(engine, *account, now);
        let loss = live(engine, &position, now)
            .and_then(|exposure| loss::expected(engine, &mut assets, &position, exposure.owed()))
            .unwrap_or_default();
        entries.push(Ranked { index, loss });
    }
    curve::rank(&mut entries);
    let account = |entry: &Ranked| accounts.get(entry.index).copied().unwrap_or_default();
    let losses = entries.iter().map(|entry| U256::from(entry.loss)).collect();
    Ok((entries.iter().map(account).collect(), losses))
}

/// What positions would owe beyond what their collateral is expected to bring, if the price of an
/// asset fell and everything were sold there; and how many would.
pub fn stressed(
    engine: &mut Engine,
    asset: u8,
    drop: u16,
    accounts: Vec<Address>,
) -> Result<(U256, U256)> {
    let (now, asset) = begin(engine, asset, &accounts)?;
    let price = fallen(engine.price(asset).price, drop);
    let (mut sum, mut count) = (0_u128, 0_u8);
    for account in accounts {
        let mut position = load(engine, account, now);
        let short = shortfall(engine, &mut position, asset, price, now);
        sum = sum.saturating_add(short);
        count = count.saturating_add(u8::from(short > 0));
    }
    Ok((U256::from(sum), U256::from(count)))
}

/// Where the price of an asset would come to rest after a shock, with the sales that it starts
/// among these positions.
pub fn forecast(
    engine: &mut Engine,
    asset: u8,
    shock: u16,
    accounts: Vec<Address>,
) -> Result<CascadeTuple> {
    let (now, asset) = begin(engine, asset, &accounts)?;
    let (word, risk) = (engine.price(asset), engine.risk(asset));
    let mut histogram = Histogram::below(word.price);
    let mut positions = Vec::with_capacity(accounts.len());
    for account in accounts {
        let mut position = load(engine, account, now);
        let amount = position.leg_mut(asset).map_or(0, |leg| leg.holding.balance);
        let price = sold_below(engine, &mut position, asset, word.price, now);
        // What would pass 128 bits passes every depth anyway.
        let _ = histogram.insert(amount, price);
        positions.push(position);
    }
    let market = cascade::Market {
        shocked: fallen(word.price, shock),
        scale: word.scale,
        on_sale: engine.sales(asset).on_sale,
        depth: engine.terms(asset).base_wei(risk.depth.into()).unwrap_or_default(),
        impact_bps: risk.impact,
    };
    let end = cascade::forecast(&histogram, &market).unwrap_or_default();
    let short = positions.iter_mut().fold(0_u128, |sum, position| {
        sum.saturating_add(shortfall(engine, position, asset, end.price, now))
    });
    Ok((
        U256::from(end.price),
        U256::from(end.sold),
        U256::from(end.first),
        U256::from(end.amplification()),
        U256::from(short),
    ))
}

/// The price below which a position is unhealthy, up, and at most `top`; zero if it never is.
fn sold_below(engine: &Engine, position: &mut Position, asset: u8, top: u128, now: u32) -> u128 {
    let step = top >> PRICE_STEPS_BITS;
    lowest_healthy_price(top, step, |price| is_healthy_at(engine, position, asset, price, now))
        .unwrap_or(top)
}

/// The lowest price of an asset at which a position is healthy, all else as it is; the largest
/// number if there is none.
pub fn liquidation_price(engine: &Engine, position: &mut Position, asset: u8, now: u32) -> U256 {
    let healthy = |price| is_healthy_at(engine, position, asset, price, now);
    lowest_healthy_price(PRICE_MAX, 0, healthy).map_or(U256::MAX, U256::from)
}

/// Whether a position is healthy at another price of one of its assets. What cannot be computed is
/// worth more than can be counted.
fn is_healthy_at(
    engine: &Engine,
    position: &mut Position,
    asset: u8,
    price: u128,
    now: u32,
) -> bool {
    let exposure = at_price(position, asset, price, |position| live(engine, position, now));
    exposure.and_then(|sums| Ok(!sums.is_liquidatable()?)).unwrap_or(true)
}

/// Debt beyond expected proceeds at another price of one asset, base wei, up.
fn shortfall(engine: &Engine, position: &mut Position, asset: u8, price: u128, now: u32) -> u128 {
    let short = |position: &Position| -> Result<u128> {
        let owed = live(engine, position, now)?.owed();
        Ok(owed.saturating_sub(Parts::of(engine, &mut Assets::default(), position)?.proceeds))
    };
    at_price(position, asset, price, short).unwrap_or_default()
}

/// Looks at a position as if an asset had another price.
fn at_price<T>(
    position: &mut Position,
    asset: u8,
    price: u128,
    look: impl FnOnce(&Position) -> T,
) -> T {
    let put = |position: &mut Position, price| match position.leg_mut(asset) {
        Some(leg) => core::mem::replace(&mut leg.price.price, price),
        None => 0,
    };
    let before = put(position, price);
    let seen = look(position);
    put(position, before);
    seen
}

/// A position as the expected loss sees it.
pub fn prospect(engine: &Engine, position: &Position, now: u32) -> Result<Prospect> {
    let owed = live(engine, position, now)?.owed();
    Parts::of(engine, &mut Assets::default(), position)?.prospect(engine, owed)
}

fn live(engine: &Engine, position: &Position, now: u32) -> Result<Exposure> {
    health::exposure(engine, position, now, health::Side::Live)
}

fn load(engine: &Engine, account: Address, now: u32) -> Position {
    Position::load(engine, account, ledger::index(engine, now))
}

fn begin(engine: &Engine, asset: u8, accounts: &[Address]) -> Result<(u32, u8)> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    Ok((now, guard::asset(engine, asset)?))
}

/// A price after a fall of so many bps, down.
fn fallen(price: u128, drop: u16) -> u128 {
    mul_div_down(price, BPS.saturating_sub(drop.into()), BPS).unwrap_or_default()
}
