//! Parameters. Every setter has hard bounds, a largest step and a shortest interval once somebody
//! relies on what it sets, and an event with the old and new values.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{
    interest::RateCurve,
    oracle::Verdict,
    params,
    params::OutOfBounds,
    steps,
    words::{AssetPrice, Base, Caps, Limits, Losses, Market, Ramp, Risk, SaleTerms, Token, Totals},
};

use crate::{
    costs, entry,
    error::{Error, Result, fail},
    guard, ledger, limits, oracle, risk_terms, roles, sdk,
    settlement::{self, DUST_ACCOUNT},
    storage::{Engine, MAX_ASSETS},
    supply::take_cash,
    token, window,
};

/// The constructor's arguments, in the order of its signature.
pub struct Setup {
    /// The programs behind the engine's own, in the order of their numbers.
    pub programs: [Address; entry::PROGRAMS],
    pub governor: Address,
    pub guardian: Address,
    pub base: Address,
    pub base_decimals: u8,
    pub min_debt: U256,
}

impl Engine {
    /// Writes the first state, once.
    pub fn construct(&mut self, setup: &Setup) -> Result<()> {
        // Not the governor, who may have given his role up.
        if !self.base_word().token.is_zero() {
            return Err(fail(abi::AlreadyConstructed {}));
        }
        let Setup { programs, governor, guardian, base, base_decimals, min_debt } = *setup;
        if programs.iter().chain(&[governor, guardian, base]).any(|address| address.is_zero()) {
            return Err(fail(abi::ZeroAddress {}));
        }
        bounded(6, U256::from(base_decimals), U256::from(6), U256::from(18))?;
        let min_debt = guard::amount(min_debt)?;
        for (n, program) in (1_u8..).zip(programs) {
            self.set_program(n, program);
        }
        self.set_governor(governor);
        self.set_guardian(guardian);
        let outflow = 0;
        self.set_base_word(&Base { token: base, decimals: base_decimals, min_debt, outflow })?;
        let most_on_sale = params::MOST_ON_SALE;
        self.set_limits(&Limits { most_on_sale, ..Limits::default() })?;
        self.set_market(&Market::start(guard::now(self)))?;
        self.set_totals(&Totals { no_suppliers: true, ..Totals::default() })
    }
}

/// Begins a setter of one asset: no re-entry, the governor, a listed asset. Returns the time.
pub fn enter(engine: &Engine, asset: u8) -> Result<u32> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    guard::asset(engine, asset)?;
    Ok(now)
}

pub fn bounded(parameter: u8, value: U256, low: U256, high: U256) -> Result<()> {
    if value < low || value > high {
        return Err(fail(abi::OutOfBounds { parameter, value, low, high }));
    }
    Ok(())
}

pub fn between(parameter: u8, value: u32, low: u32, high: u32) -> Result<()> {
    bounded(parameter, U256::from(value), U256::from(low), U256::from(high))
}

/// Lists a collateral with zero weight, no cap and no price: it can do nothing yet.
pub fn list_asset(engine: &mut Engine, token: Address, decimals: u8) -> Result<u8> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let asset = engine.asset_count();
    if asset >= MAX_ASSETS {
        return Err(fail(abi::TooManyAssets { limit: MAX_ASSETS }));
    }
    if token.is_zero() {
        return Err(fail(abi::ZeroAddress {}));
    }
    let base = engine.base_word();
    let listed = (0..asset).any(|other| engine.token(other).token == token);
    if listed || token == base.token {
        return Err(fail(abi::AlreadyListed { token }));
    }
    // The value scale 18 + decimals - base decimals must stay within 36.
    bounded(1, U256::from(decimals), U256::ZERO, U256::from(18))?;
    let scale = 18_u8.saturating_add(decimals).saturating_sub(base.decimals);
    let verdict = Verdict::Invalid;
    engine.set_price(asset, &AssetPrice { scale, verdict, ..AssetPrice::default() })?;
    engine.set_token(asset, &Token { token, decimals })?;
    let terms = SaleTerms::start(base.decimals);
    engine.set_terms(asset, &terms)?;
    costs::govern(engine, asset, &terms)?;
    engine.set_losses(asset, &Losses { bound: params::LOSS_BOUND, ..Losses::default() })?;
    if limits::is_live(engine) {
        // Suppliers have a day before the newcomer can back any of their cash.
        engine.set_ramp(asset, &Ramp { weight_at: now, caps_at: now, ..Ramp::default() })?;
    }
    engine.set_asset_count(asset.saturating_add(1));
    limits::require_room(engine, &engine.limits())?;
    sdk::emit(engine, abi::AssetListed { asset, token, decimals });
    Ok(asset)
}

/// Sets how an asset is sold.
pub fn set_terms(engine: &mut Engine, asset: u8, terms: SaleTerms) -> Result<()> {
    let now = enter(engine, asset)?;
    let old = engine.terms(asset);
    // A threshold on its way down is at its highest now.
    check_terms(&terms, engine.price(asset).threshold)?;
    let terms = SaleTerms { milli_exponent: old.milli_exponent, ..terms };
    let old = engine.calm(asset).governed(&old);
    if limits::is_held(engine, asset) {
        let ramp = engine.ramp(asset);
        limits::pace(ramp.terms_at, now)?;
        steps::check_terms(&old, &terms).map_err(out_of_bounds)?;
        engine.set_ramp(asset, &Ramp { terms_at: now, ..ramp })?;
    }
    engine.set_terms(asset, &terms)?;
    costs::govern(engine, asset, &terms)?;
    limits::require_room(engine, &engine.limits())?;
    let (old_word, word) = (old.pack()?, terms.pack()?);
    sdk::emit(engine, abi::TermsSet { asset, oldWord: old_word, word });
    Ok(())
}

/// Bounds of each term, then what must hold between them.
fn check_terms(terms: &SaleTerms, threshold: u16) -> Result<()> {
    params::check_terms(terms).map_err(out_of_bounds)?;
    consistent(terms, threshold)
}

pub fn out_of_bounds(bad: OutOfBounds) -> Error {
    let (value, low) = (U256::from(bad.value), U256::from(bad.low));
    fail(abi::OutOfBounds { parameter: bad.parameter, value, low, high: U256::from(bad.high) })
}

fn consistent(terms: &SaleTerms, threshold: u16) -> Result<()> {
    match params::consistent(terms, threshold) {
        Ok(()) => Ok(()),
        Err(check) => Err(inconsistent(check)),
    }
}

pub fn inconsistent(check: u8) -> Error {
    fail(abi::Inconsistent { check })
}

/// An asset's threshold once its ramp, if there is one, has ended.
pub fn lowest_threshold(engine: &Engine, asset: u8) -> u16 {
    let price = engine.price(asset);
    if price.ramping { engine.ramp(asset).to.min(price.threshold) } else { price.threshold }
}

/// What a borrower may owe per value of the asset, bps. It falls at once: it concerns new risk only.
/// It rises by a step a day wherever there is anything to lose.
pub fn set_max_ltv(engine: &mut Engine, asset: u8, max_ltv: u16) -> Result<()> {
    let now = enter(engine, asset)?;
    let ramp = engine.ramp(asset);
    let lowest = lowest_threshold(engine, asset);
    if max_ltv > 0 {
        between(1, u32::from(max_ltv), 0, u32::from(lowest.saturating_sub(1)))?;
    }
    let risk = engine.risk(asset);
    if max_ltv > risk.max_ltv && (limits::is_held(engine, asset) || limits::is_live(engine)) {
        limits::pace(ramp.weight_at, now)?;
        let highest = u32::from(risk.max_ltv).saturating_add(steps::WEIGHT_STEP);
        between(1, u32::from(max_ltv), 0, highest)?;
        engine.set_ramp(asset, &Ramp { weight_at: now, ..ramp })?;
    }
    engine.set_risk(asset, &Risk { max_ltv, ..risk })?;
    sdk::emit(engine, abi::MaxLtvSet { asset, oldValue: risk.max_ltv, value: max_ltv });
    Ok(())
}

/// The liquidation threshold, bps. It rises at once by a step, and falls only along a ramp of at
/// least a day, so that nobody becomes liquidatable overnight.
pub fn set_threshold(engine: &mut Engine, asset: u8, threshold: u16, end: u32) -> Result<()> {
    let now = enter(engine, asset)?;
    let mut price = engine.price(asset);
    oracle::ramp(engine, asset, &mut price, now);
    let old = price.threshold;
    between(1, u32::from(threshold), 0, params::THRESHOLD_MAX)?;
    // What was learnt may be forgotten: both have to bear it.
    let terms = engine.terms(asset);
    for terms in [engine.calm(asset).governed(&terms), terms] {
        consistent(&terms, threshold.max(old))?;
    }
    let max_ltv = engine.risk(asset).max_ltv;
    if max_ltv > 0 && threshold <= max_ltv {
        return Err(inconsistent(params::LTV_BELOW_THRESHOLD));
    }
    let mut ramp = engine.ramp(asset);
    if threshold >= old {
        if threshold > old && limits::is_held(engine, asset) {
            limits::pace(ramp.threshold_at, now)?;
            let highest = u32::from(old).saturating_add(steps::THRESHOLD_STEP);
            between(1, u32::from(threshold), 0, highest)?;
            ramp.threshold_at = now;
        }
        price.threshold = threshold;
        price.ramping = false;
        ramp = Ramp { from: 0, to: 0, start: 0, end: 0, ..ramp };
    } else {
        let earliest = steps::ramp_end(now, old.saturating_sub(threshold));
        if end < earliest {
            return Err(fail(abi::RampTooShort { end, earliest }));
        }
        price.ramping = true;
        ramp = Ramp { from: old, to: threshold, start: now, end, ..ramp };
    }
    engine.set_ramp(asset, &ramp)?;
    engine.set_price(asset, &price)?;
    risk_terms::require_sound(engine, asset)?;
    let (old_value, start) = (old, now);
    sdk::emit(
        engine,
        abi::ThresholdSet { asset, oldValue: old_value, value: threshold, start, end },
    );
    Ok(())
}

/// Most of an asset that the engine holds, in the asset's wei. Never forces anybody out.
pub fn set_cap(engine: &mut Engine, asset: u8, cap: U256) -> Result<()> {
    let now = enter(engine, asset)?;
    let value = guard::narrow(cap)?;
    let caps = engine.caps(asset);
    let held = engine.sales(asset).held;
    if value > caps.cap && (held > 0 || limits::is_live(engine)) {
        let ramp = engine.ramp(asset);
        limits::pace(ramp.caps_at, now)?;
        let first = engine.terms(asset).max_on_sale_value()?;
        let highest = steps::highest_cap(caps.cap, held, first, &engine.price(asset));
        bounded(1, cap, U256::ZERO, U256::from(highest))?;
        engine.set_ramp(asset, &Ramp { caps_at: now, ..ramp })?;
    }
    engine.set_caps(asset, &Caps { cap: value, ..caps })?;
    sdk::emit(engine, abi::CapSet { asset, oldValue: U256::from(caps.cap), value: cap });
    Ok(())
}

/// The kinked curve of the borrow rate. Interest so far accrues at the old one.
pub fn set_rate_curve(engine: &mut Engine, base: u8, kink: u8, slope: u8, jump: u8) -> Result<()> {
    let curve = RateCurve { base, kink, slope, jump };
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    between(0, u32::from(curve.base), 1, params::RATE_BASE_MAX)?;
    between(1, u32::from(curve.kink), params::KINK_MIN, params::KINK_MAX)?;
    between(2, u32::from(curve.slope), 0, params::SLOPE_MAX)?;
    between(3, u32::from(curve.jump), 0, params::JUMP_MAX)?;
    let mut books = ledger::load(engine, now);
    let old = books.curve;
    if limits::is_owed(engine) {
        change_market(engine, now)?;
        let parts = [(old.base, base), (old.kink, kink), (old.slope, slope), (old.jump, jump)];
        for ((parameter, (old, new)), step) in (0_u8..).zip(parts).zip(steps::CURVE_STEPS) {
            let (low, high) = steps::reach(old.into(), step.into(), 0, u64::MAX);
            bounded(parameter, U256::from(new), U256::from(low), U256::from(high))?;
        }
    }
    books.curve = curve;
    ledger::store(engine, &books)?;
    sdk::emit(engine, abi::RateCurveSet { oldCurve: old.code(), curve: curve.code() });
    Ok(())
}

/// Begins a change of the market's own parameters.
fn change_market(engine: &mut Engine, now: u32) -> Result<()> {
    let limits = engine.limits();
    limits::pace(limits.market_at, now)?;
    engine.set_limits(&Limits { market_at: now, ..limits })
}

/// The smallest debt that a borrow may leave, base wei.
pub fn set_min_debt(engine: &mut Engine, min_debt: U256) -> Result<()> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let value = guard::amount(min_debt)?;
    let base = engine.base_word();
    let one = plimsoll_math::fixed::pow10(base.decimals)?;
    let highest = one.saturating_mul(params::MIN_DEBT_MAX);
    bounded(0, min_debt, U256::ONE, U256::from(highest))?;
    if limits::is_owed(engine) {
        change_market(engine, now)?;
        let (low, high) = (base.min_debt >> 1, base.min_debt.saturating_mul(2));
        bounded(0, min_debt, U256::from(low), U256::from(high))?;
    }
    engine.set_base_word(&Base { min_debt: value, ..base })?;
    sdk::emit(engine, abi::MinDebtSet { oldValue: U256::from(base.min_debt), value: min_debt });
    Ok(())
}

/// Pays out of the reserve what the cash can bear, and nothing that a visible loss will need.
pub fn withdraw_reserve(engine: &mut Engine, amount: U256, receiver: Address) -> Result<()> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let value = guard::amount(amount)?;
    let receiver = guard::receiver(engine, receiver)?;
    let mut books = ledger::load(engine, now);
    let Some(left) = books.reserve.checked_sub(value) else {
        let cash = U256::from(books.reserve);
        return Err(fail(abi::InsufficientCash { asked: amount, cash }));
    };
    let (base, before) = (engine.base_word(), books.cash);
    books.reserve = left;
    books.cash = take_cash(books.cash, value)?;
    settlement::require_cover(engine, &books)?;
    window::cash_out(engine, &base, before, books.cash, now)?;
    ledger::store(engine, &books)?;
    sdk::emit(engine, abi::ReserveWithdrawn { receiver, amount });
    token::push(engine, base.token, receiver, value)
}

/// Pays out the dust that bad debt left behind.
pub fn withdraw_dust(engine: &mut Engine, asset: u8, receiver: Address) -> Result<U256> {
    enter(engine, asset)?;
    let receiver = guard::receiver(engine, receiver)?;
    let mut kept = engine.holding(DUST_ACCOUNT, asset);
    let value = kept.balance;
    if value == 0 {
        return Err(fail(abi::ZeroAmount {}));
    }
    kept.balance = 0;
    engine.set_holding(DUST_ACCOUNT, asset, &kept)?;
    let mut sales = engine.sales(asset);
    sales.held = sales.held.saturating_sub(value);
    engine.set_sales(asset, &sales)?;
    let amount = U256::from(value);
    sdk::emit(engine, abi::DustWithdrawn { asset, receiver, amount });
    token::push(engine, engine.token(asset).token, receiver, value)?;
    Ok(amount)
}
