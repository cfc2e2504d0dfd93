//! From a position to the numbers that decide: what it owes, what stands behind it.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{
    claims, correlation,
    correlation::{Correlations, Part, Stake},
    fixed::{BPS, add, mul, mul_div_down, pow10},
    health,
    health::Exposure,
    limit, oracle,
    oracle::{Action, Verdict},
    trigger, value,
    words::{AssetPrice, Claim},
};

use crate::{
    breaker,
    error::{Result, fail},
    guard, ledger,
    position::{AsPool, Leg, Position},
    storage::Engine,
};

/// Parts per million in a basis point.
const PPM_PER_BPS: u32 = 100;

/// Which price a liquidation is judged at.
#[derive(Clone, Copy)]
pub enum Side {
    /// The price.
    Live,
    /// Its moving average.
    Average,
    /// The price plus its confidence: even so, the position is under water.
    Upper,
    /// As [`Side::Upper`], and twice the price where it is not usable: see [`is_usable`].
    Generous,
}

/// Health factor in WAD, down, lots on sale counted; zero where it cannot be computed.
pub fn health_factor(engine: &mut Engine, account: Address) -> Result<U256> {
    let now = guard::enter(engine)?;
    let position = Position::load(engine, account, ledger::index(engine, now));
    Ok(shown(&exposure(engine, &position, now, Side::Live)))
}

/// The health factor as a view shows it. What cannot be computed is no good news: zero.
pub fn shown(exposure: &Result<Exposure>) -> U256 {
    exposure.as_ref().map_or(U256::ZERO, Exposure::health_factor)
}

/// What a liquidation judges: collateral at the thresholds, debt less the lots' expected proceeds.
pub fn exposure(engine: &Engine, position: &Position, now: u32, side: Side) -> Result<Exposure> {
    let (mut sums, mut stakes) = (Exposure::default(), [Stake::default(); 16]);
    for (leg, stake) in position.legs().iter().zip(&mut stakes) {
        let price = match side {
            Side::Live => leg.price.price,
            Side::Average => leg.price.average(),
            Side::Generous if !is_usable(&leg.price, now) => mul(leg.price.price, 2)?,
            Side::Upper | Side::Generous => {
                oracle::upper_bound(leg.price.price, leg.price.confidence)?
            }
        };
        let value = value::value_down(leg.holding.balance, price, leg.price.scale)?;
        sums = sums.with_leg(health::Leg { value, threshold_bps: leg.price.threshold })?;
        *stake = leg.stake(value);
        for claim in leg.claims() {
            let net = expected(engine, leg, *claim, price, now)?;
            sums.pending = add(sums.pending, net)?;
        }
    }
    let units = position.effective_debt(engine)?;
    sums.debt = value::debt_up(units, position.index)?;
    let (parts, count) = correlation::parts_of(&stakes)?;
    let parts = parts.get(..count).unwrap_or_default();
    let relief = correlation::relief_of(&stakes, parts, &correlations(engine, parts))?;
    Ok(sums.with_relief(relief)?)
}

/// The correlations between the parts of a position: one word for assets 0 to 7, none for one asset.
pub fn correlations(engine: &Engine, parts: &[Part]) -> Correlations {
    let (words, mut table) = (correlation::words_of(parts), Correlations::default());
    for n in (0_u8..4).filter(|n| words >> n & 1 == 1) {
        table = table.with_word(n, engine.correlation_word(n));
    }
    table
}

/// Expected net proceeds of a claim's unsold share, base wei, down: as if sold at the live price
/// times the lower of the reference factor and the auction's present one.
fn expected(engine: &Engine, leg: &Leg, claim: Claim, price: u128, now: u32) -> Result<u128> {
    let pool = engine.auction_pool(leg.asset, claim.slot);
    if pool.closed {
        return Ok(0);
    }
    let auction = engine.auction_terms(leg.asset, claim.slot);
    let share = claims::lot_share(claim.units, auction.lot, &pool.pool())?;
    let share_value = value::value_down(share, price, leg.price.scale)?;
    let terms = engine.terms(leg.asset);
    let elapsed = breaker::elapsed(engine, leg.asset, &leg.price, auction.start, now);
    let factor = plimsoll_math::auction::factor(&terms.curve(auction.start_excess), elapsed);
    let reference = u32::from(terms.reference_factor).saturating_mul(PPM_PER_BPS);
    Ok(health::pending(share_value, reference, factor, auction.penalty.into())?)
}

/// Whether a position may be sold as far as its own health decides, and the seconds that its owner
/// has left.
pub fn status(
    engine: &Engine,
    position: &Position,
    live: &Exposure,
    now: u32,
) -> Result<trigger::Status> {
    let longest = position.legs().iter().map(|leg| leg.price.grace).max().unwrap_or(0);
    let averaged = || {
        // What cannot be counted at the average price decides nothing.
        let averaged = exposure(engine, position, now, Side::Average);
        Ok(averaged.is_ok_and(|average| average.is_liquidatable() == Ok(true)))
    };
    Ok(trigger::status(live, averaged, longest, position.word.flagged_at, now)?)
}

/// Debt (base wei, up) and what may be owed (base wei, down) at the borrowing weights.
pub fn borrowing(engine: &Engine, position: &Position) -> Result<(u128, u128)> {
    let debt = value::debt_up(position.effective_debt(engine)?, position.index)?;
    let limit = mul_div_down(weighted(engine, position)?, 1, BPS)?;
    Ok((debt, limit))
}

/// Collateral at the borrowing weights, base wei times bps, down. Lots on sale count for nothing
/// beyond what they have raised, nor does an asset that has cost too much before the governor has
/// looked at it; prices count less their confidence.
pub fn weighted(engine: &Engine, position: &Position) -> Result<u128> {
    let mut sum = 0;
    for leg in position.legs() {
        if leg.holding.balance > 0 && !leg.price.impaired {
            sum = add(sum, carries(engine, position.owner, leg, leg.holding.balance)?)?;
        }
    }
    Ok(sum)
}

/// What a balance of a leg's asset lets its owner owe, base wei times bps, down: beside all that the
/// engine holds of it for others, lots on sale included, where size counts.
pub fn carries(engine: &Engine, owner: Address, leg: &Leg, balance: u128) -> Result<u128> {
    let risk = engine.risk(leg.asset);
    let (mut depth, mut beside) = (0, 0);
    if risk.depth > 0 {
        // Not by the asset's terms: a borrow has read this word already.
        depth = mul(risk.depth.into(), pow10(engine.base_word().decimals.saturating_sub(3))?)?;
        // As stored: a preview looks at a balance that is not.
        let own = engine.holding(owner, leg.asset).balance;
        beside = engine.sales(leg.asset).held.saturating_sub(own);
    }
    Ok(limit::carries(balance, beside, &leg.price, &risk, depth)?)
}

/// Ends every path that can lower health: prices good enough for it, debt within the limit.
pub fn require_within_limit(
    engine: &Engine,
    position: &Position,
    action: Action,
    now: u32,
) -> Result<()> {
    require_prices(position, action, now)?;
    let (debt, limit) = borrowing(engine, position)?;
    if debt > limit {
        return Err(fail(abi::Unhealthy { debt: U256::from(debt), limit: U256::from(limit) }));
    }
    Ok(())
}

/// Refuses when the price of anything that the position holds does not allow `action`.
pub fn require_prices(position: &Position, action: Action, now: u32) -> Result<()> {
    for leg in position.legs() {
        require_price(leg.asset, &leg.price, action, now)?;
    }
    Ok(())
}

/// Refuses when the verdict on one price does not allow `action`.
pub fn require_price(asset: u8, price: &AssetPrice, action: Action, now: u32) -> Result<()> {
    let verdict = verdict(price, now);
    if !oracle::allows(verdict, action) {
        return Err(fail(abi::PriceForbids { asset, verdict: verdict.code() }));
    }
    Ok(())
}

/// The stored verdict, made worse by age.
pub fn verdict(price: &AssetPrice, now: u32) -> Verdict {
    oracle::aged(price.verdict, price.fresh_until, now)
}

/// Whether a kick may go by a price at all, be it with its confidence on top. The widest confidence
/// that can be stored stands for any that is wider.
pub fn is_usable(price: &AssetPrice, now: u32) -> bool {
    let allowed = oracle::allows(verdict(price, now), Action::Kick { hard: true });
    allowed && price.confidence < u8::MAX
}

/// The worst verdict over everything that the position holds.
pub fn worst_verdict(position: &Position, now: u32) -> Verdict {
    position.legs().iter().map(|leg| verdict(&leg.price, now)).max().unwrap_or(Verdict::Valid)
}
