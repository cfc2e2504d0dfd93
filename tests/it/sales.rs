//! What the tests of liquidation share: situations, and a second opinion on the numbers.
//!
//! The opinion is formed from raw storage with 256-bit products and exact fractions, never by a
//! call to the core.

use std::sync::OnceLock;

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{self as abi, kickCall, takeCall, termsCall};
use plimsoll_abi::{SaleTerms, auction_id, auction_parts};
use plimsoll_testkit::audit::{Audit, audit, effective_debt, index_now};
pub use plimsoll_testkit::audit::{ceil, floor};
use plimsoll_testkit::engine::{
    AssetConfig, Failure, KAY, TAK, USDC, WETH, World, WorldConfig, usdc, wad, whole,
};

pub const BPS: u128 = 10_000;
pub const PPM: u128 = 1_000_000;
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// From WETH times a price to USDC: 18 + 18 - 6.
pub const SCALE: u32 = 30;

/// The default market without interest, so that numbers stay put while time passes.
pub fn still() -> World {
    static STILL: OnceLock<World> = OnceLock::new();
    let config = || WorldConfig { curve: None, ..WorldConfig::default() };
    STILL.get_or_init(|| World::build(&config())).clone()
}

/// A market without interest with these collaterals.
pub fn still_with(assets: Vec<AssetConfig>) -> World {
    World::build(&WorldConfig { curve: None, assets, ..WorldConfig::default() })
}

/// Changes an asset's terms, however far and however often.
pub fn change_terms(world: &mut World, asset: u8, change: impl FnOnce(&mut SaleTerms)) {
    let mut terms = world.get(termsCall { asset });
    change(&mut terms);
    world.arrange_terms(asset, &terms);
}

/// Ten WETH at 2,500 or more against 21,000 USDC: a health factor of one exactly at 2,500.
pub fn open(world: &mut World, owner: Address) {
    world.open(owner, WETH, whole(10, 18), usdc(21_000));
}

/// Kicks as the keeper, without hints.
pub fn kick(world: &mut World, accounts: &[Address]) -> Result<Vec<u8>, Failure> {
    kick_with(world, accounts, &[])
}

pub fn kick_with(
    world: &mut World,
    accounts: &[Address],
    hints: &[u64],
) -> Result<Vec<u8>, Failure> {
    let skips = world.send(KAY, kickCall { accounts: accounts.to_vec(), hints: hints.to_vec() })?;
    audit(world);
    Ok(skips)
}

/// Kicks one account, which has to work. Returns the auction of WETH that it joined.
#[track_caller]
pub fn kicked(world: &mut World, account: Address) -> u64 {
    match kick(world, &[account]) {
        Ok(skips) => assert_eq!(skips, [0]),
        Err(failure) => panic!("kick: {failure}"),
    }
    joined(world, account)
}

/// The auction that the last kick moved an account's WETH into.
#[track_caller]
pub fn joined(world: &World, account: Address) -> u64 {
    let events = world.events::<plimsoll_abi::Kicked>();
    let of_account =
        events.iter().find(|event| event.account == account && event.auction >> 48 == 0);
    of_account.map(|event| event.auction).expect("the account was kicked")
}

/// Everything for sale, at any price, to the taker, who pays out of his pocket.
pub fn order(world: &World, auction: u64) -> takeCall {
    takeCall {
        auction,
        maxLot: U256::MAX,
        maxPrice: U256::MAX,
        minLot: U256::ZERO,
        deadline: world.now(),
        receiver: TAK,
        data: Default::default(),
    }
}

/// Buys at most `lot` as the taker. Returns what he got and paid.
pub fn take(world: &mut World, auction: u64, lot: u128) -> Result<(u128, u128), Failure> {
    fill(world, TAK);
    let order = takeCall { maxLot: U256::from(lot), ..order(world, auction) };
    let got = world.send(TAK, order)?;
    audit(world);
    Ok((got.lot.to(), got.pay.to()))
}

/// Buys at most `lot`, which has to work.
#[track_caller]
pub fn taken(world: &mut World, auction: u64, lot: u128) -> (u128, u128) {
    take(world, auction, lot).unwrap_or_else(|failure| panic!("take: {failure}"))
}

/// Gives somebody all the base tokens that he could need.
pub fn fill(world: &mut World, who: Address) {
    world.mint(USDC, who, usdc(100_000_000));
}

/// The view of an auction.
pub fn auction(world: &mut World, id: u64) -> abi::auctionReturn {
    world.get(abi::auctionCall { id })
}

/// The books, which have to add up.
pub fn books(world: &World) -> Audit {
    audit(world)
}

// ---- The second opinion ----

/// What decides about a position: margin in base wei times bps, and base wei owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    pub margin: U256,
    pub owed: u128,
}

impl Health {
    pub fn is_below(&self, bps: u128) -> bool {
        self.margin < U256::from(self.owed) * U256::from(bps)
    }

    /// WAD, down; the largest number when nothing is owed.
    pub fn factor(&self) -> U256 {
        if self.owed == 0 {
            return U256::MAX;
        }
        self.margin * U256::from(wad(1) / BPS) / U256::from(self.owed)
    }

    /// Whether it is at least the other one, exactly.
    pub fn at_least(&self, other: &Self) -> bool {
        self.owed == 0
            || (other.owed > 0
                && self.margin * U256::from(other.owed) >= other.margin * U256::from(self.owed))
    }
}

/// Base wei of `amount` at `price`, down.
pub fn value(amount: u128, price: u128, scale: u32) -> u128 {
    floor(amount, price, 10_u128.pow(scale))
}

/// A position's health from raw storage: balances at the thresholds, lots on sale at the lower of
/// the reference factor and their auction's, less the penalty.
pub fn health(world: &World, account: Address) -> Health {
    let (mut margin, mut pending) = (U256::ZERO, 0);
    for asset in 0..world.asset_count() {
        let price = world.asset_price(asset);
        let scale = u32::from(price.scale);
        let worth = value(world.holding(account, asset).balance, price.price, scale);
        if world.account(account).assets & (1 << asset) != 0 {
            margin += U256::from(worth) * U256::from(price.threshold);
        }
        for claim in world.claims(account, asset) {
            let id = auction_id(asset, 0, claim.slot);
            let pool = world.auction_pool(id);
            let words = world.auction_terms(id);
            if pool.closed {
                continue;
            }
            let share = floor(claim.units, words.lot, pool.units);
            let elapsed = clock(world, asset).saturating_sub(words.start);
            let terms = world.terms(asset);
            let factor = factor(&Curve::of(world, id), elapsed)
                .min(u128::from(terms.reference_factor) * 100);
            let worth = value(share, price.price, scale);
            pending += floor(worth, factor, PPM + u128::from(words.penalty));
        }
    }
    let units = effective_debt(world, account).max(0).unsigned_abs();
    let debt = ceil(units, index_now(world), RAY);
    Health { margin, owed: debt.saturating_sub(pending) }
}

/// The last second in which the market was heard of, as far as the asset's clock knows.
pub fn heard(world: &World, asset: u8) -> u32 {
    world.market().accrued_at.max(world.breaker(asset).folded_at)
}

/// The silence that stops clocks, seconds: longer than this.
pub fn longest_silence(world: &World) -> u32 {
    let code = world.market().gap;
    if code == 0 { u32::MAX } else { 300 << code }
}

/// An asset's auction clock: the time less the seconds in which nobody could take.
pub fn clock(world: &World, asset: u8) -> u32 {
    let (now, heard) = (world.now(), heard(world, asset));
    let silent = now - heard > longest_silence(world);
    clock_at(world, asset, if silent { heard } else { now })
}

/// The same at a second that is not after now, without the silence that there may be now.
pub fn clock_at(world: &World, asset: u8, now: u32) -> u32 {
    let (own, overall) = (world.breaker(asset), world.overall_breaker());
    let from = own.folded_at;
    let interval = |level: u8, since: u32, until: u32| {
        if level < 3 { (0, 0) } else { (since.max(from), until.min(now)) }
    };
    let a = interval(own.level, own.since, own.until);
    let b = interval(overall.level, overall.since, overall.until);
    let length = |(start, end): (u32, u32)| end.saturating_sub(start);
    let open = if world.asset_price(asset).verdict.code() == 4 {
        now - from
    } else {
        length(a) + length(b) - length((a.0.max(b.0), a.1.min(b.1)))
    };
    now - own.stopped_total - open
}

/// How an auction's price falls, in ppm.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    pub excess: u128,
    pub fast: u128,
    pub slow: u128,
    pub descent: u128,
    pub floor: u128,
}

impl Curve {
    pub fn of(world: &World, id: u64) -> Self {
        let terms = world.terms(auction_parts(id).0);
        Self {
            excess: world.auction_terms(id).start_excess.into(),
            fast: terms.fast_rate.into(),
            slow: terms.slow_rate.into(),
            descent: terms.descent.into(),
            floor: u128::from(terms.floor) * 100,
        }
    }

    /// First second at the oracle price.
    pub fn crossing(&self) -> u128 {
        self.excess.div_ceil(self.fast)
    }

    /// First second at which nothing can be taken any more.
    pub fn end(&self) -> u128 {
        self.crossing() + (PPM - self.floor).div_ceil(self.slow) + 600
    }
}

/// The price factor, ppm.
pub fn factor(curve: &Curve, elapsed: u32) -> u128 {
    let elapsed = u128::from(elapsed);
    let factor = if elapsed < curve.crossing() {
        PPM + curve.excess - curve.fast * elapsed
    } else {
        PPM.saturating_sub(curve.slow * (elapsed - curve.crossing()))
    };
    factor.max(curve.floor)
}
