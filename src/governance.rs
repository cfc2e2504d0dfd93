//! Parameters. Every setter has hard bounds, a largest step and a shortest interval once somebody
//! relies on what it sets, and an event with the old and new values.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{
    correlation,
    correlation::{CODE_MAX, Correlations, Stake},
    interest::RateCurve,
    oracle::Verdict,
    params,
    params::OutOfBounds,
    steps, trigger,
    words::{
        AssetPrice, Base, Bounds, Caps, Limits, Losses, Market, PricePolicy, Ramp, Risk, SaleTerms,
        Source, Token, Totals,
    },
};

use crate::{
    costs, entry,
    error::{Error, Result, fail},
    guard, ledger, limits, oracle,
    position::bit,
    roles, sdk,
    settlement::DUST_ACCOUNT,
    sources,
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
fn enter(engine: &Engine, asset: u8) -> Result<u32> {
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
    guard::enter(engine)?;
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

fn out_of_bounds(bad: OutOfBounds) -> Error {
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
fn lowest_threshold(engine: &Engine, asset: u8) -> u16 {
    let price = engine.price(asset);
    if price.ramping { engine.ramp(asset).to.min(price.threshold) } else { price.threshold }
}

/// What a borrower may owe per value of the asset, bps. It falls at once: it concerns new risk only.
pub fn set_max_ltv(engine: &mut Engine, asset: u8, max_ltv: u16) -> Result<()> {
    let now = enter(engine, asset)?;
    let ramp = engine.ramp(asset);
    let lowest = lowest_threshold(engine, asset);
    if max_ltv > 0 {
        between(1, u32::from(max_ltv), 0, u32::from(lowest.saturating_sub(1)))?;
    }
    let risk = engine.risk(asset);
    if max_ltv > risk.max_ltv && limits::is_held(engine, asset) {
        limits::pace(ramp.weight_at, now)?;
        let highest = u32::from(risk.max_ltv).saturating_add(steps::WEIGHT_STEP);
        between(1, u32::from(max_ltv), 0, highest)?;
        engine.set_ramp(asset, &Ramp { weight_at: now, ..ramp })?;
    }
    engine.set_risk(asset, &Risk { max_ltv, ..risk })?;
    sdk::emit(engine, abi::MaxLtvSet { asset, oldValue: risk.max_ltv, value: max_ltv });
    Ok(())
}

/// Market depth and how far selling it moves the price: for new risk only, at once.
pub fn set_depth(engine: &mut Engine, asset: u8, depth: u64, impact: u16) -> Result<()> {
    enter(engine, asset)?;
    bounded(1, U256::from(depth), U256::ZERO, U256::from(params::DEPTH_MAX))?;
    between(2, u32::from(impact), 0, params::IMPACT_MAX)?;
    let old = engine.risk(asset);
    engine.set_risk(asset, &Risk { depth, impact, ..old })?;
    let (old_depth, old_impact) = (old.depth, old.impact);
    sdk::emit(
        engine,
        abi::DepthSet { asset, oldDepth: old_depth, oldImpact: old_impact, depth, impact },
    );
    Ok(())
}

/// Longest grace of a flagged position, seconds; zero: none.
pub fn set_grace(engine: &mut Engine, asset: u8, grace: u16) -> Result<()> {
    enter(engine, asset)?;
    between(1, u32::from(grace), 0, u32::from(trigger::GRACE_MAX))?;
    let price = engine.price(asset);
    engine.set_price(asset, &AssetPrice { grace, ..price })?;
    sdk::emit(engine, abi::GraceSet { asset, oldValue: price.grace, value: grace });
    Ok(())
}

/// All pairs.
pub fn correlations(engine: &Engine) -> Correlations {
    (0..4).fold(Correlations::default(), |table, n| table.with_word(n, engine.correlation_word(n)))
}

/// Shortest time between two changes that may take relief away, seconds.
pub const TIGHTEN_MIN: u32 = 86_400;

/// An asset's part in diversification, against every listed asset. The matrix of those that take
/// part stays one of correlations, and no top-up may lower a health factor. What may tighten, a
/// change to an asset that takes part already, is at most a step, and no two within a day.
pub fn set_correlation(
    engine: &mut Engine,
    asset: u8,
    sigma: u16,
    relief: u8,
    codes: Vec<u8>,
) -> Result<()> {
    let now = enter(engine, asset)?;
    let count = engine.asset_count();
    if codes.len() != usize::from(count) {
        let (left, right) = (U256::from(codes.len()), U256::from(count));
        return Err(fail(abi::LengthMismatch { left, right }));
    }
    between(1, u32::from(sigma), 0, params::SIGMA_MAX)?;
    between(2, u32::from(relief), 0, params::RELIEF_MAX)?;
    let (old, before) = (engine.price(asset), correlations(engine));
    let mut table = before;
    let (mut old_codes, mut new_codes) = ([0; 32], [0; 32]);
    let shown = old_codes.iter_mut().rev().zip(new_codes.iter_mut().rev());
    for ((other, code), (old, new)) in (0_u8..).zip(codes).zip(shown) {
        let highest = if other == asset { 0 } else { CODE_MAX };
        between(3, u32::from(code), 0, u32::from(highest))?;
        if other != asset {
            (*old, *new) = (before.code(asset, other), code);
            table = table.with_code(asset, other, code);
        }
    }
    let next = AssetPrice { sigma, relief, ..old };
    if !params::relieves_within_a_step(&old, &next, (&before, &table), asset) {
        return Err(inconsistent(params::STEP_TOO_LARGE));
    }
    if old.sigma > 0 {
        let earliest = table.changed_at().saturating_add(TIGHTEN_MIN);
        if now < earliest {
            return Err(fail(abi::TooSoon { now, earliest }));
        }
        table = table.with_changed_at(now);
    }
    engine.set_price(asset, &next)?;
    for n in 0..4 {
        engine.set_correlation_word(n, table.word(n));
    }
    require_sound(engine, asset)?;
    let old_codes = U256::from_be_bytes(old_codes);
    let codes = U256::from_be_bytes(new_codes);
    let (old_sigma, old_relief) = (old.sigma, old.relief);
    sdk::emit(
        engine,
        abi::CorrelationSet {
            asset,
            oldSigma: old_sigma,
            oldRelief: old_relief,
            oldCodes: old_codes,
            sigma,
            relief,
            codes,
        },
    );
    Ok(())
}

/// Refuses stored correlations that are none, and pairs in which a top-up could lower health.
fn require_sound(engine: &Engine, asset: u8) -> Result<()> {
    let own = stake(engine, asset);
    if own.sigma_bps == 0 {
        return Ok(());
    }
    let mut members = 0_u16;
    for other in 0..engine.asset_count() {
        let beside = stake(engine, other);
        if beside.sigma_bps == 0 {
            continue;
        }
        members |= bit(other);
        let safe = correlation::is_safe_top_up(&own, &beside)
            && correlation::is_safe_top_up(&beside, &own);
        if other != asset && !safe {
            return Err(inconsistent(params::TOP_UP_HURTS));
        }
    }
    if correlation::is_semidefinite(&correlations(engine), members) {
        Ok(())
    } else {
        Err(inconsistent(params::NO_CORRELATIONS))
    }
}

/// An asset at its lowest threshold to come.
fn stake(engine: &Engine, asset: u8) -> Stake {
    let price = engine.price(asset);
    Stake {
        asset,
        value: 0,
        threshold_bps: lowest_threshold(engine, asset),
        sigma_bps: price.sigma,
        relief_percent: price.relief,
    }
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
    require_sound(engine, asset)?;
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
    if value > caps.cap && limits::is_held(engine, asset) {
        let ramp = engine.ramp(asset);
        limits::pace(ramp.caps_at, now)?;
        // Twice what is held opens a cap that had been closed.
        let highest = caps.cap.max(engine.sales(asset).held).saturating_mul(2);
        bounded(1, cap, U256::ZERO, U256::from(highest))?;
        engine.set_ramp(asset, &Ramp { caps_at: now, ..ramp })?;
    }
    engine.set_caps(asset, &Caps { cap: value, ..caps })?;
    sdk::emit(engine, abi::CapSet { asset, oldValue: U256::from(caps.cap), value: cap });
    Ok(())
}

/// What is believed of an asset's sources.
pub fn set_price_policy(engine: &mut Engine, asset: u8, policy: PricePolicy) -> Result<()> {
    let now = enter(engine, asset)?;
    params::check_policy(&policy).map_err(out_of_bounds)?;
    let old = engine.price_policy(asset);
    if steps::believes_more(&old, &policy) && limits::is_held(engine, asset) {
        change_prices(engine, asset, now)?;
        steps::check_policy(&old, &policy).map_err(out_of_bounds)?;
    }
    let mut price = engine.price(asset);
    if price.fresh_until > 0 {
        // The word stores when a price expires; the observation's time stays what it was.
        let fresh = price.fresh_until.saturating_sub(old.max_age);
        price.fresh_until = fresh.saturating_add(policy.max_age);
        engine.set_price(asset, &price)?;
    }
    let policy = PricePolicy { sources: old.sources, ..policy };
    engine.set_price_policy_word(asset, &policy)?;
    let (old_word, word) = (old.pack()?, policy.pack()?);
    sdk::emit(engine, abi::PricePolicySet { asset, oldWord: old_word, word });
    Ok(())
}

/// Begins a change of what an asset's price comes from or is believed to be: one a day.
fn change_prices(engine: &mut Engine, asset: u8, now: u32) -> Result<()> {
    let ramp = engine.ramp(asset);
    limits::pace(ramp.policy_at, now)?;
    engine.set_ramp(asset, &Ramp { policy_at: now, ..ramp })
}

/// The `n`-th source of an asset; the zero address ends one. `data`: bounds of a feed, a price's
/// id, nothing for a reporter, who starts without a reading.
pub fn set_source(engine: &mut Engine, asset: u8, n: u8, source: Source, data: U256) -> Result<()> {
    let now = enter(engine, asset)?;
    if limits::is_held(engine, asset) {
        change_prices(engine, asset, now)?;
    }
    sources::require(n)?;
    let bit = 1_u8.unbounded_shl(n.into());
    let mut policy = engine.price_policy(asset);
    let old = engine.source(asset, n);
    let (next, data) = if source.address.is_zero() {
        policy.sources &= !bit;
        (Source::default(), U256::ZERO)
    } else {
        params::check_source(&source).map_err(out_of_bounds)?;
        policy.sources |= bit;
        (source, source_data(source.kind, data)?)
    };
    let bounded = next.kind == Source::FEED && !data.is_zero();
    let next = Source { bounded, ..next };
    engine.set_source_word(asset, n, &next)?;
    engine.set_source_data(asset, n, data);
    engine.set_price_policy_word(asset, &policy)?;
    let (old_word, word) = (old.pack()?, next.pack()?);
    sdk::emit(engine, abi::SourceSet { asset, n, oldWord: old_word, word, data });
    Ok(())
}

/// The data word that a kind of source begins with.
fn source_data(kind: u8, data: U256) -> Result<U256> {
    if kind == Source::REPORTER {
        return Ok(U256::ZERO);
    }
    let Bounds { min, max } = Bounds::unpack(data);
    if kind == Source::FEED && max > 0 {
        bounded(8, U256::from(min), U256::ZERO, U256::from(max.saturating_sub(1)))?;
    }
    Ok(data)
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

/// Pays out of the reserve what the cash can bear.
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
