//! Views for bots and dashboards. They run the same core calls as the actions.

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use plimsoll_abi as abi;
use plimsoll_math::{
    auction as curve,
    fixed::{BPS, add, mul},
    interest,
    oracle::Action,
    shares, value,
    words::SaleTerms,
};

use crate::{
    AssetTuple, AuctionTuple, RiskTuple,
    auction::Auction,
    collateral, entry,
    error::{Result, fail},
    guard, health, ledger as books,
    position::Position,
    risk_terms,
    storage::Engine,
};

fn load(engine: &Engine, account: Address) -> (Position, u32) {
    let now = guard::now(engine);
    (Position::load(engine, account, books::index(engine, now)), now)
}

/// Everything that decides about a position; see the interface for the fields. What cannot be
/// computed is zero, here and below: no state makes a view fail.
pub fn position(
    engine: &mut Engine,
    account: Address,
) -> Result<(U256, U256, U256, U256, U256, U256, U256)> {
    guard::enter(engine)?;
    let (position, now) = load(engine, account);
    let exposure = health::exposure(engine, &position, now, health::Side::Live);
    let health = health::shown(&exposure);
    let exposure = exposure.unwrap_or_default();
    let limit = health::borrowing(engine, &position).map_or(0, |(_, limit)| limit);
    let margin = exposure.margin_bps.checked_div(BPS).unwrap_or_default();
    Ok((
        health,
        U256::from(exposure.debt),
        U256::from(exposure.collateral),
        U256::from(margin),
        U256::from(exposure.pending),
        U256::from(limit),
        engine.credit(account),
    ))
}

pub fn health_factors(engine: &mut Engine, accounts: Vec<Address>) -> Result<Vec<U256>> {
    guard::list(accounts.len())?;
    accounts.into_iter().map(|account| health::health_factor(engine, account)).collect()
}

/// A balance and the claims beside it.
pub fn holding(
    engine: &mut Engine,
    account: Address,
    asset: u8,
) -> Result<(U256, Vec<u64>, Vec<U256>)> {
    guard::asset(engine, asset)?;
    let leg = crate::position::Leg::load(engine, account, asset);
    let id = |slot| {
        let generation = engine.auction_terms(asset, slot).generation;
        abi::auction_id(asset, generation, slot)
    };
    let auctions = leg.claims().iter().map(|claim| id(claim.slot)).collect();
    let units = leg.claims().iter().map(|claim| U256::from(claim.units)).collect();
    Ok((U256::from(leg.holding.balance), auctions, units))
}

const DEPOSIT: u8 = 0;
const WITHDRAW: u8 = 1;
const BORROW: u8 = 2;

/// Health after an action, and whether the health check would let it pass.
pub fn preview(
    engine: &mut Engine,
    account: Address,
    action: u8,
    asset: u8,
    amount: U256,
) -> Result<(U256, bool)> {
    guard::enter(engine)?;
    let amount = guard::narrow(amount)?;
    let (mut position, now) = load(engine, account);
    let adds_risk = action == WITHDRAW || action == BORROW;
    let asks = if action == WITHDRAW { Action::Withdraw } else { Action::Borrow };
    if action == DEPOSIT || action == WITHDRAW {
        move_collateral(engine, &mut position, action, asset, amount)?;
    } else if move_debt(engine, &mut position, action, amount).is_err() {
        return Ok((U256::ZERO, !adds_risk));
    }
    let health = health::shown(&health::exposure(engine, &position, now, health::Side::Live));
    let owes = position.effective_debt(engine).map_or(true, |debt| debt > 0);
    let allowed = !(adds_risk && owes)
        || (collateral::require_new_risk(engine, &position, now).is_ok()
            && health::require_within_limit(engine, &position, asks, now).is_ok());
    Ok((health, allowed))
}

fn move_debt(engine: &Engine, position: &mut Position, action: u8, amount: u128) -> Result<()> {
    if action == BORROW {
        let units = value::units_up(amount, position.index)?;
        position.word.debt = add(position.word.debt, units)?;
    } else {
        let owed = position.effective_debt(engine)?;
        let units = value::units_down(amount, position.index)?.min(owed);
        position.word.debt = position.word.debt.saturating_sub(units);
    }
    Ok(())
}

fn move_collateral(
    engine: &Engine,
    position: &mut Position,
    action: u8,
    asset: u8,
    amount: u128,
) -> Result<()> {
    let asset = guard::asset(engine, asset)?;
    let held = engine.holding(position.owner, asset).balance;
    let left = if action == DEPOSIT {
        position.include(engine, asset);
        add(held, amount)?
    } else {
        held.checked_sub(amount).ok_or_else(|| {
            let (asked, held) = (U256::from(amount), U256::from(held));
            fail(abi::InsufficientBalance { asset, asked, held })
        })?
    };
    // A keeper's reward stands beside his position until he deposits the asset himself.
    if let Some(leg) = position.leg_mut(asset) {
        leg.holding.balance = left;
    }
    Ok(())
}

/// The most that the account may borrow now; zero while anything forbids it.
pub fn max_borrow(engine: &mut Engine, account: Address) -> Result<U256> {
    guard::enter(engine)?;
    Ok(borrowable(engine, account).unwrap_or_default())
}

fn borrowable(engine: &Engine, account: Address) -> Result<U256> {
    let (position, now) = load(engine, account);
    collateral::require_new_risk(engine, &position, now)?;
    health::require_prices(&position, Action::Borrow, now)?;
    let (_, limit) = health::borrowing(engine, &position)?;
    let owed = position.effective_debt(engine)?;
    // The most units that are worth no more than the limit, rounded up; then the most wei that
    // become no more units than that, rounded up.
    let units = value::units_down(limit, position.index)?.saturating_sub(owed);
    let most = value::debt_down(units, position.index)?.min(books::load(engine, now).cash);
    let added = value::units_up(most, position.index)?;
    let debt = value::debt_up(add(owed, added)?, position.index)?;
    Ok(if debt < engine.base_word().min_debt { U256::ZERO } else { U256::from(most) })
}

/// The most of an asset that the account may withdraw now; zero while anything forbids it.
pub fn max_withdraw(engine: &mut Engine, account: Address, asset: u8) -> Result<U256> {
    guard::enter(engine)?;
    let asset = guard::asset(engine, asset)?;
    Ok(withdrawable(engine, account, asset).unwrap_or_default())
}

fn withdrawable(engine: &Engine, account: Address, asset: u8) -> Result<U256> {
    let (mut position, now) = load(engine, account);
    let held = engine.holding(account, asset).balance;
    if position.effective_debt(engine)? == 0 {
        return Ok(U256::from(held));
    }
    collateral::require_new_risk(engine, &position, now)?;
    health::require_prices(&position, Action::Withdraw, now)?;
    let (debt, _) = health::borrowing(engine, &position)?;
    let Some(leg) = position.leg_mut(asset) else {
        // A keeper's reward is no part of his position.
        let carried = health::weighted(engine, &position)?;
        return Ok(U256::from(if carried < mul(debt, BPS)? { 0 } else { held }));
    };
    leg.holding.balance = 0;
    let leg = *leg;
    // What the other collaterals do not carry has to stay; and if anything, its dust value.
    let uncarried = mul(debt, BPS)?.saturating_sub(health::weighted(engine, &position)?);
    if uncarried == 0 {
        return Ok(U256::from(held));
    }
    // The least balance that carries it: what it carries never falls as it rises.
    let (mut low, mut needed) = (0, held);
    if health::carries(engine, account, &leg, needed)? < uncarried {
        return Ok(U256::ZERO);
    }
    while needed.saturating_sub(low) > 1 {
        let middle = low.saturating_add(needed.saturating_sub(low) >> 1);
        let carried = health::carries(engine, account, &leg, middle)?;
        (low, needed) = if carried < uncarried { (middle, needed) } else { (low, middle) };
    }
    let price = leg.price;
    let dust = engine.terms(asset).dust_value()?;
    let dust = value::amount_for_value_up(dust, price.price, price.scale)?;
    Ok(U256::from(held.saturating_sub(needed.max(dust))))
}

pub fn assets_of(engine: &mut Engine, amount: U256) -> Result<U256> {
    guard::enter(engine)?;
    let ledger = books::load(engine, guard::now(engine));
    let total = engine.supply_word().shares;
    let nav = interest::nav(&ledger)?;
    Ok(U256::from(shares::assets_for_down(guard::shares(amount)?, total, nav)?))
}

/// The market's balance sheet in base wei.
pub fn solvency(engine: &mut Engine) -> Result<(U256, I256, U256, U256, U256, U256, U256)> {
    guard::enter(engine)?;
    let ledger = books::load(engine, guard::now(engine));
    let mut on_sale = 0_u128;
    for asset in 0..engine.asset_count() {
        let price = engine.price(asset);
        let lots = engine.sales(asset).on_sale;
        let value = value::value_down(lots, price.price, price.scale).unwrap_or(u128::MAX);
        on_sale = on_sale.saturating_add(value);
    }
    Ok((
        U256::from(ledger.cash),
        signed(interest::net_value(ledger.net, ledger.index).unwrap_or_default()),
        U256::from(interest::nav(&ledger).unwrap_or_default()),
        U256::from(ledger.reserve),
        U256::from(engine.supply_word().credits),
        U256::from(engine.deficit_word().borne),
        U256::from(on_sale),
    ))
}

pub fn ledger(engine: &mut Engine) -> Result<(U256, U256, I256, U256, u32)> {
    guard::enter(engine)?;
    let now = guard::now(engine);
    let ledger = books::load(engine, now);
    Ok((
        U256::from(ledger.index),
        U256::from(ledger.rate),
        signed(ledger.net),
        U256::from(engine.supply_word().shares),
        engine.market().accrued_at,
    ))
}

/// An i128 in 256 bits.
fn signed(value: i128) -> I256 {
    let magnitude = I256::from_raw(U256::from(value.unsigned_abs()));
    if value < 0 { magnitude.wrapping_neg() } else { magnitude }
}

const OPEN: u8 = 1;
const CLOSED: u8 = 2;

/// An auction by its id; all zero when the id names none.
pub fn auction(engine: &mut Engine, id: u64) -> Result<AuctionTuple> {
    let Ok(auction) = Auction::load(engine, id, guard::now(engine)) else {
        let zero = U256::ZERO;
        return Ok((0, zero, zero, zero, zero, zero, zero, false, zero));
    };
    let (state, lot) = if auction.pool.closed { (CLOSED, 0) } else { (OPEN, auction.words.lot) };
    Ok((
        state,
        U256::from(lot),
        U256::from(auction.pool.units),
        U256::from(auction.pool.raised),
        U256::from(auction.price_at(auction.elapsed)?),
        U256::from(curve::factor(&auction.curve(), auction.elapsed)),
        U256::from(auction.elapsed),
        auction.needs_redo(),
        U256::from(auction.words.kick_price),
    ))
}

pub fn asset(engine: &mut Engine, id: u8) -> Result<AssetTuple> {
    let id = guard::asset(engine, id)?;
    let (token, sales, caps) = (engine.token(id), engine.sales(id), engine.caps(id));
    let price = engine.price(id);
    let threshold =
        if price.ramping { engine.ramp(id).at(guard::now(engine)) } else { price.threshold };
    Ok((
        token.token,
        token.decimals,
        U256::from(sales.held),
        U256::from(caps.cap),
        U256::from(sales.on_sale),
        U256::from(engine.terms(id).max_on_sale_value()?),
        engine.risk(id).max_ltv,
        threshold,
    ))
}

/// What new risk, graces and relief of an asset depend on.
pub fn risk_terms(engine: &mut Engine, asset: u8) -> Result<RiskTuple> {
    let asset = guard::asset(engine, asset)?;
    let (price, risk) = (engine.price(asset), engine.risk(asset));
    let table = risk_terms::correlations(engine);
    let code = |other| if other == asset { 0 } else { table.code(asset, other) };
    let codes = (0..engine.asset_count()).map(code).collect();
    Ok((risk.depth, risk.impact, price.grace, price.sigma, price.relief, codes))
}

pub fn terms(engine: &mut Engine, asset: u8) -> Result<SaleTerms> {
    Ok(engine.terms(guard::asset(engine, asset)?))
}

pub fn base(engine: &mut Engine) -> Result<(Address, u8, U256)> {
    let base = engine.base_word();
    Ok((base.token, base.decimals, U256::from(base.min_debt)))
}

pub fn roles(engine: &mut Engine) -> Result<(Address, Address, Address, Address)> {
    Ok((engine.governor(), engine.guardian(), engine.pending_governor(), engine.pending_guardian()))
}

/// The programs behind the engine's own.
pub fn programs(engine: &mut Engine) -> Result<Vec<Address>> {
    Ok((1..).take(entry::PROGRAMS).map(|n| engine.program(n)).collect())
}

pub fn asset_count(engine: &mut Engine) -> Result<u8> {
    Ok(engine.asset_count())
}

pub fn shares_of(engine: &mut Engine, account: Address) -> Result<U256> {
    Ok(engine.shares(account))
}

pub fn credit_of(engine: &mut Engine, account: Address) -> Result<U256> {
    Ok(engine.credit(account))
}
