//! The Dutch auction: take, redo, leave, settle.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi as abi;
use plimsoll_abi::{ITaker, words::Word};
use plimsoll_math::{
    auction,
    auction::{AuctionState, Conditions, Curve, Redo, Request, Take, TakeRefusal},
    breaker as ladder, claims,
    fixed::{BPS, WAD, add},
    oracle::Action,
    words::{AssetPrice, AuctionPool, AuctionTerms, SaleTerms},
};
use stylus_sdk::prelude::*;

use crate::{
    breaker, costs,
    entry::Blob,
    error::{Error, Result, fail},
    guard, health, ledger, outage,
    position::{AsPool, Booked, Position, redeem},
    sdk::{self, CallKind},
    storage::Engine,
    token,
};

/// An auction as loaded: its key, its words, and what its asset says now.
pub struct Auction {
    pub id: u64,
    pub asset: u8,
    pub slot: u32,
    pub words: AuctionTerms,
    pub pool: AuctionPool,
    pub price: AssetPrice,
    pub terms: SaleTerms,
    /// Seconds in which taking was possible since the auction (re)started.
    pub elapsed: u32,
}

/// What a taker asks for.
pub struct Order {
    pub max_lot: U256,
    pub max_price: U256,
    pub min_lot: U256,
}

impl Auction {
    /// Loads an auction that exists, open or closed.
    pub fn load(engine: &Engine, id: u64, now: u32) -> Result<Self> {
        let (asset, generation, slot) = abi::auction_parts(id);
        let unknown = || fail(abi::UnknownAuction { auction: id });
        if asset >= engine.asset_count() {
            return Err(unknown());
        }
        let words = engine.auction_terms(asset, slot);
        let pool = engine.auction_pool(asset, slot);
        if !pool.used || words.generation != generation {
            return Err(unknown());
        }
        let price = engine.price(asset);
        let elapsed = breaker::elapsed(engine, asset, &price, words.start, now);
        Ok(Self { id, asset, slot, words, pool, price, terms: engine.terms(asset), elapsed })
    }

    /// Loads an auction that is open.
    pub fn load_open(engine: &Engine, id: u64, now: u32) -> Result<Self> {
        let auction = Self::load(engine, id, now)?;
        if auction.pool.closed {
            return Err(fail(abi::AuctionClosed { auction: id }));
        }
        Ok(auction)
    }

    pub fn curve(&self) -> Curve {
        self.terms.curve(self.words.start_excess)
    }

    /// Price in WAD after `elapsed` seconds at the live price, up.
    pub fn price_at(&self, elapsed: u32) -> Result<u128> {
        Ok(auction::price(&self.curve(), self.words.kick_price, self.price.price, elapsed)?)
    }

    /// Seconds that it will have run at a second to come, if the market is heard of from now on.
    pub fn elapsed_ahead(&self, engine: &Engine, now: u32, then: u32) -> u32 {
        let clock = breaker::clock_ahead(engine, self.asset, &self.price, now, then);
        clock.saturating_sub(self.words.start)
    }

    /// Seconds that the lot has been on sale, at most: those of this run, and of each run before a
    /// redo all that it may have lasted.
    pub fn waited(&self) -> u32 {
        let before = auction::runs_out_at(&self.curve()).saturating_mul(self.words.redos.into());
        self.elapsed.saturating_add(before)
    }

    pub fn needs_redo(&self) -> bool {
        self.elapsed >= auction::runs_out_at(&self.curve())
    }
}

/// Buys from an auction. Every next state is stored before anything is transferred or called.
#[allow(clippy::too_many_arguments)]
pub fn take(
    engine: &mut Engine,
    id: u64,
    max_lot: U256,
    max_price: U256,
    min_lot: U256,
    deadline: u32,
    receiver: Address,
    data: Blob,
) -> Result<(U256, U256)> {
    let now = begin(engine, deadline)?;
    let receiver = guard::receiver(engine, receiver)?;
    let order = Order { max_lot, max_price, min_lot };
    let (asset, taken) = fill(engine, id, &order, now)?;
    let taker = engine.vm().msg_sender();
    let (lot, pay) = (U256::from(taken.lot), U256::from(taken.pay));
    token::push(engine, engine.token(asset).token, receiver, taken.lot)?;
    if !data.0.is_empty() {
        call_back(engine, taker, id, (lot, pay), data)?;
    }
    token::pull(engine, engine.base_word().token, taker, taken.pay)?;
    Ok((lot, pay))
}

/// Begins an entry point that has a deadline.
pub fn begin(engine: &Engine, deadline: u32) -> Result<u32> {
    let now = guard::enter(engine)?;
    if now > deadline {
        return Err(fail(abi::DeadlinePassed { deadline, now }));
    }
    Ok(now)
}

/// Fills one order and stores all that it changes. What is left is to move the tokens.
pub fn fill(engine: &mut Engine, id: u64, order: &Order, now: u32) -> Result<(u8, Take)> {
    let auction = Auction::load_open(engine, id, now)?;
    let asset = auction.asset;
    let (quote, _, level) = quote(engine, &auction, order, now)?;
    book_take(engine, &auction, &quote, now)?;
    // A market that is held back says nothing about what selling costs; but what anybody can prove
    // must not keep sales from disproving it.
    if level == 0 || breaker::raised(engine, asset, &auction.price, now) == 0 {
        costs::record(engine, &auction, quote.lot, quote.pay)?;
    }
    sdk::emit(
        engine,
        abi::Taken {
            auction: id,
            taker: engine.vm().msg_sender(),
            lot: U256::from(quote.lot),
            pay: U256::from(quote.pay),
            raised: U256::from(quote.units_credited),
            cut: U256::from(quote.cut),
        },
    );
    Ok((asset, quote))
}

/// What the order gets at `now` from an auction that has run as long as it says, the price and the
/// level then; or why it gets nothing. What a take does and what a quote shows are this.
pub fn quote(
    engine: &Engine,
    auction: &Auction,
    order: &Order,
    now: u32,
) -> Result<(Take, u128, u8)> {
    let asset = auction.asset;
    health::require_price(asset, &auction.price, Action::Take, now)?;
    if auction.needs_redo() {
        return Err(fail(abi::NeedsRedo { auction: auction.id, elapsed: auction.elapsed }));
    }
    let price = auction.price_at(auction.elapsed)?;
    let level = breaker::level(engine, asset, &auction.price, now);
    if level >= ladder::ORACLE_PRICE_ONLY && price < auction.price.price {
        return Err(fail(abi::LevelForbids { asset, level }));
    }
    let taken = fill_at(auction, order, price, ledger::index(engine, now))?;
    Ok((taken, price, level))
}

/// What the order gets at `price`, or why not.
fn fill_at(auction: &Auction, order: &Order, price: u128, index: u128) -> Result<Take> {
    let request = Request {
        max_lot: saturate(order.max_lot),
        max_price: saturate(order.max_price),
        min_lot: saturate(order.min_lot),
    };
    let state = AuctionState {
        lot: auction.words.lot,
        units: auction.pool.units,
        raised: auction.pool.raised,
        closed: auction.pool.closed,
        penalty_ppm: auction.words.penalty.into(),
    };
    let conditions = Conditions {
        price,
        live_price: auction.price.price,
        scale: auction.price.scale,
        index,
        dust: auction.terms.dust_value()?,
    };
    auction::quote_take(&state, &request, &conditions)
        .map_err(|refusal| refused(refusal, auction.id))
}

fn refused(refusal: TakeRefusal, auction: u64) -> Error {
    match refusal {
        TakeRefusal::Empty => fail(abi::AuctionClosed { auction }),
        TakeRefusal::Math(error) => error.into(),
        TakeRefusal::TooExpensive { price, max } => {
            fail(abi::TooExpensive { price: U256::from(price), maxPrice: U256::from(max) })
        }
        TakeRefusal::LotTooSmall { lot, min } => {
            fail(abi::LotTooSmall { lot: U256::from(lot), minLot: U256::from(min) })
        }
        TakeRefusal::Dust { value, dust } => {
            fail(abi::DustLot { value: U256::from(value), dust: U256::from(dust) })
        }
    }
}

/// Bounds beyond the width of an amount bind no more than the widest one.
fn saturate(value: U256) -> u128 {
    u128::try_from(value).unwrap_or(u128::MAX)
}

/// Stores everything that a take changes: the auction, what is on sale, the books.
fn book_take(engine: &mut Engine, auction: &Auction, quote: &Take, now: u32) -> Result<()> {
    let (asset, slot) = (auction.asset, auction.slot);
    let mut words = auction.words;
    let mut pool = auction.pool;
    words.lot = quote.after.lot;
    pool.raised = quote.after.raised;
    let mut books = ledger::load(engine, now);
    if quote.closes {
        pool.closed = true;
        words.lot = books.index;
        let index = U256::from(books.index);
        sdk::emit(engine, abi::Closed { auction: auction.id, index });
    }
    engine.set_auction_terms(asset, slot, &words)?;
    engine.set_auction_pool(asset, slot, &pool)?;
    let mut sales = engine.sales(asset);
    sales.on_sale = sales.on_sale.saturating_sub(quote.lot);
    sales.held = sales.held.saturating_sub(quote.lot);
    engine.set_sales(asset, &sales)?;
    books.cash = add(books.cash, quote.pay)?;
    books.reserve = add(books.reserve, quote.cut)?;
    books = books.with_debt_removed(quote.units_credited)?;
    ledger::store(engine, &books)
}

/// Lets the taker sell what he got before he pays. The caller himself is called, never an address
/// of his choice, so the callback cannot be pointed at a token or at the engine.
fn call_back(
    engine: &Engine,
    taker: Address,
    id: u64,
    (lot, pay): (U256, U256),
    data: Blob,
) -> Result<()> {
    // Three words, where the bytes start, how many there are; then they, padded to a word.
    let words = [id.word(), lot, pay, U256::from(128), U256::from(data.0.len())];
    call_taker(engine, taker, sdk::calldata(ITaker::onTakeCall::SELECTOR, &words), &data)
}

/// Calls the taker with what `call` begins and the bytes that he sent.
pub fn call_taker(engine: &Engine, taker: Address, mut call: Vec<u8>, data: &Blob) -> Result<()> {
    let end = call.len().saturating_add(data.0.len().next_multiple_of(32));
    call.extend_from_slice(&data.0);
    call.resize(end, 0);
    match sdk::call(engine, CallKind::Mutating, taker, &call, None, 0) {
        Ok(_) => Ok(()),
        Err(_) => Err(fail(abi::CallbackFailed { taker })),
    }
}

/// Restarts an auction whose curve has run out, or whose price the market has left behind, at the
/// price of now. The keeper is paid out of what takes are still to pay as penalty.
pub fn redo(engine: &mut Engine, id: u64) -> Result<()> {
    let now = guard::enter(engine)?;
    let auction = Auction::load_open(engine, id, now)?;
    let asset = auction.asset;
    health::require_price(asset, &auction.price, Action::Redo, now)?;
    let highest = ladder::NO_REDO.saturating_sub(1);
    breaker::require_at_most(engine, asset, &auction.price, highest, now)?;
    let Auction { mut words, price, terms, elapsed, .. } = auction;
    let curve = auction.curve();
    let behind = auction::is_left_behind(&curve, words.kick_price, price.price, elapsed)?;
    if !auction.needs_redo() && !behind {
        let earliest = auction::runs_out_at(&curve);
        return Err(fail(abi::RedoTooEarly { auction: id, elapsed, earliest }));
    }
    let due = (terms.tip_value()?, terms.small_value()?);
    let Redo { reward, penalty_ppm } =
        auction::redo_reward(words.lot, words.penalty.into(), due, price.price, price.scale)?;
    words.lot = words.lot.saturating_sub(reward);
    words.penalty = u16::try_from(penalty_ppm).unwrap_or(words.penalty);
    words.kick_price = price.price;
    words.start = breaker::start(engine, asset, &price, outage::look(engine, now).1, now)?;
    words.redos = words.redos.saturating_add(1);
    engine.set_auction_terms(asset, auction.slot, &words)?;
    pay_in_kind(engine, &auction, reward)?;
    let kick_price = U256::from(engine.auction_terms(asset, auction.slot).kick_price);
    let reward = U256::from(reward);
    sdk::emit(engine, abi::Redone { auction: id, kickPrice: kick_price, reward });
    Ok(())
}

/// Moves a keeper's reward from a lot to his balance.
fn pay_in_kind(engine: &mut Engine, auction: &Auction, reward: u128) -> Result<()> {
    if reward == 0 {
        return Ok(());
    }
    let (asset, mut pool) = (auction.asset, auction.pool);
    pool.keeper = auction::keeper_part(pool.keeper, (pool.units, pool.units), reward)?;
    engine.set_auction_pool(asset, auction.slot, &pool)?;
    let mut sales = engine.sales(asset);
    sales.on_sale = sales.on_sale.saturating_sub(reward);
    engine.set_sales(asset, &sales)?;
    let keeper = engine.vm().msg_sender();
    let mut paid = engine.holding(keeper, asset);
    paid.balance = add(paid.balance, reward)?;
    engine.set_holding(keeper, asset, &paid)
}

/// Takes the caller's share out of an open auction, if he is then at least at the target.
pub fn leave(engine: &mut Engine, id: u64) -> Result<()> {
    let now = guard::enter(engine)?;
    let owner = engine.vm().msg_sender();
    let auction = Auction::load_open(engine, id, now)?;
    let mut position = Position::load(engine, owner, ledger::index(engine, now));
    position.settle_closed(engine, now)?;
    let mut booked = Booked::default();
    if !leave_one(engine, &mut position, (auction.asset, auction.slot), &mut booked)? {
        return Err(fail(abi::NoClaim { account: owner, auction: id }));
    }
    position.book(engine, &booked, now)?;
    if position.effective_debt(engine)? > 0 {
        health::require_prices(&position, Action::Leave, now)?;
        let exposure = health::exposure(engine, &position, now, health::Side::Live)?;
        let target = position.target(engine);
        if !exposure.meets(target)? {
            let health = exposure.health_factor();
            let target = U256::from(target).saturating_mul(U256::from(WAD / BPS));
            return Err(fail(abi::BelowTarget { health, target }));
        }
    }
    Ok(())
}

/// Takes a position out of every open auction: after a full repayment, or before bad debt is
/// booked. The caller stores the position.
pub fn leave_all(engine: &mut Engine, position: &mut Position, now: u32) -> Result<()> {
    let mut booked = Booked::default();
    for asset in 0..engine.asset_count() {
        while let Some(slot) = position.first_claim(asset) {
            if !leave_one(engine, position, (asset, slot), &mut booked)? {
                break;
            }
        }
    }
    if booked.any {
        position.book(engine, &booked, now)?;
    }
    Ok(())
}

/// Moves one claim's share of the unsold lot back to the balance and its share of the proceeds to
/// `booked`. False when the position has no claim there.
fn leave_one(
    engine: &mut Engine,
    position: &mut Position,
    at: (u8, u32),
    booked: &mut Booked,
) -> Result<bool> {
    let ((asset, slot), owner) = (at, position.owner);
    let Some(leg) = position.leg_mut(asset) else { return Ok(false) };
    let found = (0_u8..).zip(leg.claims()).find(|(_, claim)| claim.slot == slot);
    let Some((n, claim)) = found.map(|(n, claim)| (n, *claim)) else { return Ok(false) };
    let mut words = engine.auction_terms(asset, slot);
    let pool = engine.auction_pool(asset, slot);
    if pool.closed {
        return Ok(false);
    }
    let share = claims::lot_share(claim.units, words.lot, &pool.pool())?;
    booked.add(redeem(engine, owner, asset, claim)?)?;
    words.lot = words.lot.saturating_sub(share);
    let mut pool = engine.auction_pool(asset, slot);
    if pool.units == 0 {
        // Nobody is left in it: closed, and its words may be reused. No claim needs an index.
        pool.closed = true;
        engine.set_auction_pool(asset, slot, &pool)?;
        let auction = abi::auction_id(asset, words.generation, slot);
        sdk::emit(engine, abi::Closed { auction, index: U256::ZERO });
    }
    engine.set_auction_terms(asset, slot, &words)?;
    let mut sales = engine.sales(asset);
    sales.on_sale = sales.on_sale.saturating_sub(share);
    engine.set_sales(asset, &sales)?;
    let before = leg.claim_count;
    leg.remove_claim(n);
    leg.holding.balance = add(leg.holding.balance, share)?;
    leg.store(engine, owner, before)?;
    let auction = abi::auction_id(asset, words.generation, slot);
    sdk::emit(engine, abi::Left { account: owner, auction, lot: U256::from(share) });
    Ok(true)
}

/// Books the closed auctions of each account: anyone may.
pub fn settle(engine: &mut Engine, accounts: Vec<Address>) -> Result<()> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    let index = ledger::index(engine, now);
    for account in accounts {
        Position::load(engine, account, index).settle_closed(engine, now)?;
    }
    Ok(())
}
