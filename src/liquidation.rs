//! Kick: from an unhealthy position to lots on sale.
//!
//! The position's debt stays where it is; only collateral moves, from its balances into one
//! auction per asset. Each account is worked on by itself: pooling comes from joining the auction
//! that the account before it opened, whose words the frame's cache already holds.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_abi::skip;
use plimsoll_math::{
    MAX_ASSETS, auction,
    auction::RewardTerms,
    breaker as ladder, correlation,
    correlation::Stake,
    fixed::add,
    health::HARD_BPS,
    loss::Ranked,
    oracle,
    oracle::{Action, Verdict},
    sizing,
    sizing::{Candidate, Policy},
    trigger::State,
    value,
    words::{AssetPrice, AuctionPool, Claim, SaleTerms},
};
use stylus_sdk::prelude::*;

use crate::{
    breaker, costs,
    error::{Result, fail},
    guard, health, ledger, outage,
    position::{AsPool, Leg, Position},
    queue, sdk,
    storage::{Engine, MAX_CLAIMS},
};

/// Highest slot of an asset: the width of its field.
const SLOT_MAX: u32 = 0xffff;
/// Slots that a kick without a hint looks at for one that is free.
const PROBES: u32 = 2;

/// Starts or joins sales of the unhealthy among `accounts`; one skip code an account. When the caps
/// on what is on sale may not hold all of them, those come first that may cost the most.
pub fn kick(engine: &mut Engine, accounts: Vec<Address>, hints: Vec<u64>) -> Result<Vec<u8>> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    guard::list(hints.len())?;
    let (window, late) = outage::look(engine, now);
    let keeper = Keeper { address: engine.vm().msg_sender(), hints: &hints, now, window, late };
    let index = ledger::index(engine, now);
    let mut skips = Vec::with_capacity(accounts.len());
    skips.resize(accounts.len(), skip::NO_DEBT);
    for Ranked { index: place, .. } in queue::order(engine, &accounts, index, now) {
        let (Some(account), Some(skip)) = (accounts.get(place), skips.get_mut(place)) else {
            continue;
        };
        let mut position = Position::load(engine, *account, index);
        *skip = kick_one(engine, &mut position, &keeper)?;
    }
    // Not `contains`, which searches bytes with a routine that is larger than this function.
    if skips.iter().all(|skip| *skip != skip::KICKED) {
        let first = skips.first().copied().unwrap_or(skip::NO_DEBT);
        return Err(fail(abi::NothingKicked { skip: first }));
    }
    Ok(skips)
}

/// Who kicks, with what hints, when; whether a window after an outage is open, and whether the
/// market's last beat is long ago.
struct Keeper<'a> {
    address: Address,
    hints: &'a [u64],
    now: u32,
    window: bool,
    late: bool,
}

fn kick_one(engine: &mut Engine, position: &mut Position, keeper: &Keeper) -> Result<u8> {
    let now = keeper.now;
    if position.word.debt == 0 {
        return Ok(skip::NO_DEBT);
    }
    let Ok(live) = health::exposure(engine, position, now, health::Side::Live) else {
        return Ok(skip::OVERFLOW);
    };
    match live.is_liquidatable() {
        Ok(true) => {}
        Ok(false) => return Ok(skip::HEALTHY),
        Err(_) => return Ok(skip::OVERFLOW),
    }
    let Ok(look) = Look::at(engine, position, keeper.window, now) else {
        return Ok(skip::OVERFLOW);
    };
    if let Some(reason) = look.forbids(engine, position, now) {
        return Ok(reason);
    }
    match health::status(engine, position, &live, now) {
        Ok(status) if status.state == State::Liquidatable => {}
        Ok(_) => return Ok(skip::GRACE),
        Err(_) => return Ok(skip::OVERFLOW),
    }
    if is_crowded(engine, position) {
        return Ok(skip::UNSETTLED);
    }
    let Ok((lots, cut)) = plan(engine, position, live.owed(), &look, now) else {
        return Ok(skip::OVERFLOW);
    };
    // The tip is due once a position; of a sale that the caps cut, with the part that completes it.
    let mut tip_due = !cut;
    let mut seized = false;
    for lot in lots.iter().filter(|(_, amount)| *amount > 0) {
        seized |= seize(engine, position, keeper, *lot, tip_due)?;
        tip_due &= !seized;
    }
    if seized {
        return Ok(skip::KICKED);
    }
    let has_collateral = position.legs().iter().any(|leg| leg.holding.balance > 0);
    Ok(if has_collateral { skip::NO_ROOM } else { skip::NOTHING_TO_SELL })
}

/// Whether claims on closed auctions, which somebody could settle, take the place before the last:
/// a keeper may not choose by leaving them there that the next sale takes everything.
pub fn is_crowded(engine: &Engine, position: &Position) -> bool {
    let full = |leg: &&Leg| leg.claim_count.saturating_add(1) >= MAX_CLAIMS;
    position.legs().iter().filter(full).any(|leg| {
        leg.claims().iter().any(|claim| engine.auction_pool(leg.asset, claim.slot).closed)
    })
}

/// What stands in the way of a kick, looked at once.
pub struct Look {
    /// The worst verdict on the prices of what the position touches, without those that are not
    /// usable where even twice their price would not save it.
    pub verdict: Verdict,
    /// What has no usable price is left alone: see `verdict`.
    pub spares: bool,
    /// So far under that no doubt about a price and no breaker protects it: health below the hard
    /// limit even at the prices plus their confidence. Asked only where something is in the way.
    pub hard: bool,
    /// A window after an outage is open.
    window: bool,
    /// The breaker level of each leg.
    levels: [u8; MAX_ASSETS],
}

impl Look {
    pub fn at(engine: &Engine, position: &Position, window: bool, now: u32) -> Result<Self> {
        let verdict = health::worst_verdict(position, now);
        let mut levels = [0; MAX_ASSETS];
        let mut in_the_way = window || verdict != Verdict::Valid;
        for (level, leg) in levels.iter_mut().zip(position.legs()) {
            *level = breaker::for_kicks(engine, leg.asset, &leg.price, now);
            in_the_way |= *level >= ladder::NO_KICK;
        }
        let usable = |leg: &&Leg| health::is_usable(&leg.price, now);
        let known = position.legs().iter().all(|leg| usable(&leg));
        let hard = in_the_way
            && known
            && health::exposure(engine, position, now, health::Side::Upper)?.is_below(HARD_BPS)?;
        let look = Self { verdict, spares: false, hard, window, levels };
        // A dust of something whose price has died must not protect all the rest for ever.
        let rest = || position.legs().iter().filter(usable);
        if known || rest().all(|leg| leg.holding.balance == 0) {
            return Ok(look);
        }
        let generous = health::exposure(engine, position, now, health::Side::Generous)?;
        if !generous.is_liquidatable()? {
            return Ok(look);
        }
        let verdict = rest().map(|leg| health::verdict(&leg.price, now)).max();
        let verdict = verdict.unwrap_or(look.verdict);
        Ok(Self { verdict, spares: true, hard: generous.is_below(HARD_BPS)?, ..look })
    }

    /// Whether a leg may be sold as far as its price goes.
    fn is_sold(&self, leg: &Leg, now: u32) -> bool {
        !self.spares || health::is_usable(&leg.price, now)
    }

    /// The reason why a kick must wait, if there is one.
    pub fn forbids(&self, engine: &Engine, position: &Position, now: u32) -> Option<u8> {
        let cool_off = |leg: &Leg| u32::from(engine.terms(leg.asset).cool_off);
        let wait = position.legs().iter().map(cool_off).max().unwrap_or(0);
        if now < position.word.checked_at.saturating_add(wait) {
            return Some(skip::COOLING_OFF);
        }
        if !oracle::allows(self.verdict, Action::Kick { hard: self.hard }) {
            return Some(skip::PRICE);
        }
        let legs = position.legs().iter().zip(self.levels);
        let lowest = legs.filter(|(leg, _)| leg.holding.balance > 0).map(|(_, level)| level).min();
        if !ladder::allows_kick(lowest.unwrap_or(0), self.hard) {
            return Some(skip::LEVEL);
        }
        (self.window && !self.hard).then_some(skip::OUTAGE)
    }
}

/// How much of each collateral to sell, (asset, amount in its wei), and whether the caps on what is
/// on sale made it less than it should be.
fn plan(
    engine: &Engine,
    position: &Position,
    owed: u128,
    look: &Look,
    now: u32,
) -> Result<([(u8, u128); MAX_ASSETS], bool)> {
    let mut candidates = [Candidate::default(); MAX_ASSETS];
    let mut stakes = [Stake::default(); MAX_ASSETS];
    let mut policy = Policy::default();
    let mut count = 0_usize;
    let legs = position.legs().iter().zip(look.levels);
    let held = |leg: &Leg| leg.holding.balance > 0 && look.is_sold(leg, now);
    for (leg, level) in legs.filter(|(leg, _)| held(leg)) {
        let terms = engine.terms(leg.asset);
        let allowed = ladder::allows_kick(level, look.hard) && can_claim(engine, leg, &terms, now);
        let room = if allowed { room(engine, leg.asset, &leg.price, &terms)? } else { 0 };
        policy = policy.with(&terms)?;
        if let (Some(place), Some(stake)) = (candidates.get_mut(count), stakes.get_mut(count)) {
            *place = candidate(leg, &terms, room)?;
            *stake = leg.stake(place.value);
            count = count.saturating_add(1);
        }
    }
    let candidates = candidates.get(..count).unwrap_or_default();
    let (parts, volatile) = correlation::parts_of(&stakes)?;
    let correlations = health::correlations(engine, parts.get(..volatile).unwrap_or_default());
    let plan = sizing::plan(candidates, &policy, owed, &correlations)?;
    let mut lots = [(0, 0); MAX_ASSETS];
    for ((lot, candidate), amount) in lots.iter_mut().zip(candidates).zip(plan.amounts) {
        *lot = (candidate.asset, amount);
    }
    Ok((lots, plan.cut))
}

fn candidate(leg: &Leg, terms: &SaleTerms, room: u128) -> Result<Candidate> {
    let AssetPrice { price, scale, threshold, sigma, relief, .. } = leg.price;
    Ok(Candidate {
        asset: leg.asset,
        balance: leg.holding.balance,
        value: value::value_down(leg.holding.balance, price, scale)?,
        price,
        scale,
        threshold_bps: threshold,
        sigma_bps: sigma,
        relief_percent: relief,
        reference_bps: terms.reference_factor,
        penalty_bps: terms.penalty,
        dust: terms.dust_value()?,
        room,
    })
}

/// Base value that may still go on sale in an asset. Nothing bypasses it.
pub fn room(engine: &Engine, asset: u8, price: &AssetPrice, terms: &SaleTerms) -> Result<u128> {
    let on_sale = value::value_up(engine.sales(asset).on_sale, price.price, price.scale)?;
    let (_, cap) = terms.under(costs::hourly(engine, asset));
    let cap = SaleTerms { max_on_sale: cap, ..*terms };
    Ok(cap.max_on_sale_value()?.saturating_sub(on_sale))
}

/// Whether a further lot has a place: in a claim that the account already has, or a free one.
fn can_claim(engine: &Engine, leg: &Leg, terms: &SaleTerms, now: u32) -> bool {
    leg.claim_count < MAX_CLAIMS || has_claim_in_newest(engine, leg, terms, now)
}

fn has_claim_in_newest(engine: &Engine, leg: &Leg, terms: &SaleTerms, now: u32) -> bool {
    match joinable(engine, leg.asset, &leg.price, terms, now) {
        Some(slot) => leg.claims().iter().any(|claim| claim.slot == slot),
        None => false,
    }
}

/// The asset's newest auction, if its price is still at or above the oracle's, nothing has been
/// raised, its lot is whole, and it charges today's penalty.
fn joinable(
    engine: &Engine,
    asset: u8,
    price: &AssetPrice,
    terms: &SaleTerms,
    now: u32,
) -> Option<u32> {
    let slot = u32::from(engine.sales(asset).newest);
    if slot == 0 {
        return None;
    }
    let pool = engine.auction_pool(asset, slot);
    let words = engine.auction_terms(asset, slot);
    if pool.closed || u32::from(words.penalty) != terms.take_penalty_ppm() {
        return None;
    }
    let elapsed = breaker::elapsed(engine, asset, price, words.start, now);
    let curve = terms.curve(words.start_excess);
    auction::joinable(&curve, &pool.pool(), words.lot, elapsed).then_some(slot)
}

/// Moves one lot from the balance into the asset's auction and pays the keeper in kind.
fn seize(
    engine: &mut Engine,
    position: &mut Position,
    keeper: &Keeper,
    lot: (u8, u128),
    tip_due: bool,
) -> Result<bool> {
    let ((asset, mut amount), owner, now) = (lot, position.owner, keeper.now);
    let Some(leg) = position.leg_mut(asset) else { return Ok(false) };
    let terms = engine.terms(asset);
    let joined = joinable(engine, asset, &leg.price, &terms, now);
    let merges = joined.is_some_and(|slot| leg.claims().iter().any(|claim| claim.slot == slot));
    if !merges && leg.claim_count.saturating_add(1) == MAX_CLAIMS {
        // The last claim that fits takes all that is left, so no fourth can be needed.
        // Room for more than can be counted is room for all of it.
        let room = room(engine, asset, &leg.price, &terms)?;
        let most = value::amount_for_value_down(room, leg.price.price, leg.price.scale)
            .unwrap_or(u128::MAX);
        amount = leg.holding.balance.min(most.max(amount));
    }
    let tip = if tip_due { terms.tip_value()? } else { 0 };
    let pay = RewardTerms { tip, chip_bps: terms.chip, penalty_bps: terms.penalty };
    let reward = auction::reward(amount, &pay, leg.price.price, leg.price.scale)?;
    let units = amount.saturating_sub(reward);
    if units == 0 {
        return Ok(false);
    }
    let slot = match joined {
        Some(slot) => slot,
        None => match open(engine, asset, &leg.price, keeper)? {
            Some(slot) => slot,
            None => return Ok(false),
        },
    };
    join(engine, (asset, slot), (units, reward), &leg.price)?;
    let before = leg.claim_count;
    match leg.claims_mut().iter_mut().find(|claim| claim.slot == slot) {
        Some(claim) => claim.units = add(claim.units, units)?,
        None => {
            leg.push_claim(Claim { units, slot });
        }
    }
    leg.holding.balance = leg.holding.balance.saturating_sub(amount);
    leg.store(engine, owner, before)?;
    let mut paid = engine.holding(keeper.address, asset);
    paid.balance = add(paid.balance, reward)?;
    engine.set_holding(keeper.address, asset, &paid)?;
    if keeper.address == owner {
        leg.holding.balance = paid.balance;
    }
    let generation = engine.auction_terms(asset, slot).generation;
    sdk::emit(
        engine,
        abi::Kicked {
            account: owner,
            auction: abi::auction_id(asset, generation, slot),
            units: U256::from(units),
            reward: U256::from(reward),
        },
    );
    Ok(true)
}

/// Opens an auction: in the words that a hint names if they are free, in others that happen to be, or
/// in fresh ones.
fn open(
    engine: &mut Engine,
    asset: u8,
    price: &AssetPrice,
    keeper: &Keeper,
) -> Result<Option<u32>> {
    let mut sales = engine.sales(asset);
    let old = hinted(engine, asset, keeper.hints);
    let old = old.or_else(|| probed(engine, asset, sales.high_water.into(), keeper.now));
    let slot = match old {
        Some(slot) => slot,
        None => {
            let fresh = u32::from(sales.high_water).saturating_add(1);
            if fresh > SLOT_MAX {
                return Ok(None);
            }
            sales.high_water = sales.high_water.saturating_add(1);
            fresh
        }
    };
    sales.newest = u16::try_from(slot).unwrap_or(u16::MAX);
    engine.set_sales(asset, &sales)?;
    let terms = engine.terms(asset);
    let generation = engine.auction_terms(asset, slot).generation.saturating_add(1) & 0xff_ffff;
    let start = breaker::start(engine, asset, price, keeper.late, keeper.now)?;
    let (excess, _) = terms.under(costs::hourly(engine, asset));
    let words = terms.open(price.price, excess, start, generation);
    engine.set_auction_terms(asset, slot, &words)?;
    engine.set_auction_pool(asset, slot, &AuctionPool { used: true, ..AuctionPool::default() })?;
    sdk::emit(
        engine,
        abi::Opened {
            auction: abi::auction_id(asset, generation, slot),
            keeper: keeper.address,
            // As stored: rounded up to what its field holds.
            kickPrice: U256::from(engine.auction_terms(asset, slot).kick_price),
        },
    );
    Ok(Some(slot))
}

/// A slot of the asset among the hints whose auction is closed and whose claims are all booked.
fn hinted(engine: &Engine, asset: u8, hints: &[u64]) -> Option<u32> {
    let of_asset = hints.iter().map(|id| abi::auction_parts(*id)).filter(|at| at.0 == asset);
    let mut slots = of_asset.map(|(_, _, slot)| slot);
    slots.find(|slot| is_free(engine, asset, *slot))
}

/// One of [`PROBES`] slots that is free, from one that the time chooses: so the slots that were ever
/// used stay about as many as are in use, although nobody keeps a list of free ones.
fn probed(engine: &Engine, asset: u8, high_water: u32, now: u32) -> Option<u32> {
    let first = now.checked_rem(high_water)?;
    let last = first.saturating_add(PROBES).min(high_water);
    (first..last).map(|slot| slot.saturating_add(1)).find(|slot| is_free(engine, asset, *slot))
}

/// Whether an auction is closed and all of its claims are booked.
fn is_free(engine: &Engine, asset: u8, slot: u32) -> bool {
    let pool = engine.auction_pool(asset, slot);
    pool.used && pool.closed && pool.units == 0
}

/// Adds units to an open auction and to what is on sale, next to which `reward` was paid.
fn join(
    engine: &mut Engine,
    (asset, slot): (u8, u32),
    (units, reward): (u128, u128),
    price: &AssetPrice,
) -> Result<()> {
    let mut words = engine.auction_terms(asset, slot);
    let mut pool = engine.auction_pool(asset, slot);
    words.lot = add(words.lot, units)?;
    let before = pool.units;
    pool.units = add(before, units)?;
    pool.keeper = auction::keeper_part(pool.keeper, (before, pool.units), reward)?;
    let index = engine.market().index;
    let excess = words.start_excess.into();
    if auction::is_too_large(words.lot, price.price, price.scale, excess, index) {
        return Err(fail(abi::Overflow {}));
    }
    engine.set_auction_terms(asset, slot, &words)?;
    engine.set_auction_pool(asset, slot, &pool)?;
    let mut sales = engine.sales(asset);
    sales.on_sale = add(sales.on_sale, units)?;
    engine.set_sales(asset, &sales)?;
    Ok(())
}
