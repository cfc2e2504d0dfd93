//! What a bot knows without asking the contract: positions and auctions recomputed from storage by
//! the same core that the contract links. Screening every account each few seconds costs nothing
//! this way; whatever is acted upon is confirmed by the contract first.

use alloy_primitives::Address;
use plimsoll_abi::{auction_id, auction_parts};
use plimsoll_math::{
    auction, breaker, claims,
    correlation::{self, Correlations, Stake},
    fixed::BPS,
    health::{self, Exposure},
    interest,
    oracle::Verdict,
    outage::Heart,
    value,
    words::{AssetPrice, AuctionTerms, Breaker},
};
use plimsoll_testkit::engine::World as Kit;

use crate::scenario::ASSET_COUNT;
use crate::world::World;

/// Parts per million in a basis point.
const PPM_PER_BPS: u32 = 100;
/// Seconds after which positions are looked at again although nothing happened: lots on sale are
/// counted at falling factors.
const AGAIN: u64 = 30;

/// An open auction as a bot sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sale {
    /// Public id.
    pub id: u64,
    /// Number of the collateral.
    pub asset: u8,
    /// Collateral wei for sale.
    pub lot: u128,
    /// What the auction asks, WAD.
    pub price: u128,
    /// What the oracle says, WAD.
    pub oracle: u128,
    /// The lot at the oracle price, base wei.
    pub value: u128,
    /// Smallest value of a part, base wei.
    pub dust: u128,
    /// Whether it has run out and waits for a reset.
    pub needs_redo: bool,
}

/// A position as a bot sees it.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The owner.
    pub account: Address,
    /// Health factor, WAD; the largest number without debt.
    pub health: u128,
    /// What it owes beyond what its lots on sale are expected to bring, base wei.
    pub owed: u128,
    /// What is missing from the margin, base wei.
    pub shortfall: u128,
    /// Debt as stored, less what its lots have raised; base wei.
    pub debt: u128,
    /// Balances and shares of unsold lots at the oracle's prices, base wei.
    pub backing: u128,
    /// Whether any balance is left to sell.
    pub has_collateral: bool,
    /// Whether its owner has a grace.
    pub has_grace: bool,
    /// When it was flagged; zero for not.
    pub flagged_at: u32,
}

/// The latest view of everything.
#[derive(Debug, Default)]
pub struct Mirror {
    accounts: Vec<Address>,
    positions: (Option<(u64, u64)>, Vec<Standing>),
    sales: (Option<(u64, u64)>, Vec<Sale>),
}

impl Mirror {
    /// A mirror of these accounts.
    pub fn new(accounts: Vec<Address>) -> Self {
        Self { accounts, ..Self::default() }
    }

    /// Every position, in the order of the accounts.
    pub fn positions(&mut self, world: &World) -> &[Standing] {
        let key = Some((world.version(), world.now() / AGAIN));
        if self.positions.0 != key {
            let reader = Reader::new(world.words());
            let standings = self.accounts.iter().map(|account| reader.standing(*account));
            self.positions = (key, standings.collect());
        }
        &self.positions.1
    }

    /// Every position as of this second.
    pub fn fresh(&mut self, world: &World) -> Vec<Standing> {
        self.positions.0 = None;
        self.positions(world).to_vec()
    }

    /// Every open auction that can be bought from or reset.
    pub fn sales(&mut self, world: &World) -> &[Sale] {
        let key = Some((world.version(), world.now()));
        if self.sales.0 != key {
            let reader = Reader::new(world.words());
            let open = world.record.open.iter();
            self.sales = (key, open.filter_map(|id| reader.sale(*id)).collect());
        }
        &self.sales.1
    }
}

/// Storage, with what every position needs read once.
struct Reader<'a> {
    words: &'a Kit,
    now: u32,
    index: u128,
    prices: [AssetPrice; ASSET_COUNT],
    correlations: Correlations,
    overall: Breaker,
    heart: Heart,
}

impl<'a> Reader<'a> {
    fn new(words: &'a Kit) -> Self {
        let (market, now) = (words.market(), words.now());
        Self {
            words,
            now,
            index: interest::index_at(market.index, market.rate, market.accrued_at, now),
            prices: std::array::from_fn(|asset| words.asset_price(asset as u8)),
            correlations: words.correlations(),
            overall: if market.level == 0 { Breaker::default() } else { words.overall_breaker() },
            heart: Heart::of(&market),
        }
    }

    /// Seconds that an auction has run: those in which taking was possible.
    fn elapsed(&self, asset: u8, start: u32) -> u32 {
        let price = &self.prices[usize::from(asset)];
        let own = if price.level != 0 || price.stopped {
            self.words.breaker(asset)
        } else {
            Breaker::default()
        };
        let dead = price.verdict == Verdict::Invalid;
        let heard = self.heart.heard(own.folded_at, self.now);
        let stopped = breaker::stopped(&own, &self.overall, dead, heard);
        breaker::clock(heard, stopped).saturating_sub(start)
    }

    fn sale(&self, id: u64) -> Option<Sale> {
        let (asset, generation, _) = auction_parts(id);
        let words = self.words.auction_terms(id);
        if words.generation != generation || self.words.auction_pool(id).closed {
            return None;
        }
        let (terms, live) = (self.words.terms(asset), &self.prices[usize::from(asset)]);
        let curve = terms.curve(words.start_excess);
        let elapsed = self.elapsed(asset, words.start);
        Some(Sale {
            id,
            asset,
            lot: words.lot,
            price: auction::price(&curve, words.kick_price, live.price, elapsed).ok()?,
            oracle: live.price,
            value: value::value_down(words.lot, live.price, live.scale).ok()?,
            dust: terms.dust_value().ok()?,
            needs_redo: auction::runs_out_at(&curve) <= elapsed,
        })
    }

    /// Where an account stands; nothing owed where a number leaves its width.
    fn standing(&self, account: Address) -> Standing {
        self.exposure(account).unwrap_or(Standing {
            account,
            health: u128::MAX,
            owed: 0,
            shortfall: 0,
            debt: 0,
            backing: 0,
            has_collateral: false,
            has_grace: false,
            flagged_at: 0,
        })
    }

    fn exposure(&self, account: Address) -> Option<Standing> {
        let word = self.words.account(account);
        let (mut sums, mut raised, mut unsold, mut held) = (Exposure::default(), 0, 0, 0);
        let (mut stakes, mut grace) = (Vec::new(), 0);
        for asset in (0..ASSET_COUNT as u8).filter(|asset| word.assets & (1 << asset) != 0) {
            let price = &self.prices[usize::from(asset)];
            let balance = self.words.holding(account, asset).balance;
            held |= balance;
            let value = value::value_down(balance, price.price, price.scale).ok()?;
            let leg = health::Leg { value, threshold_bps: price.threshold };
            sums = sums.with_leg(leg).ok()?;
            stakes.push(Stake {
                asset,
                value,
                threshold_bps: price.threshold,
                sigma_bps: price.sigma,
                relief_percent: price.relief,
            });
            grace |= price.grace;
            for claim in self.words.claims(account, asset) {
                let auction = auction_id(asset, 0, claim.slot);
                let pool = self.words.auction_pool(auction);
                let shares = claims::Pool { units: pool.units, raised: pool.raised };
                raised += claims::worth(claim.units, &shares).ok()?;
                if pool.closed {
                    continue;
                }
                let words = self.words.auction_terms(auction);
                let share = claims::lot_share(claim.units, words.lot, &shares).ok()?;
                let value = value::value_down(share, price.price, price.scale).ok()?;
                unsold += value;
                sums.pending += self.expected(asset, &words, value)?;
            }
        }
        let relief = correlation::relief(&stakes, &self.correlations).ok()?;
        sums = sums.with_relief(relief).ok()?;
        sums.debt = value::debt_up(word.debt.saturating_sub(raised), self.index).ok()?;
        let (margin, owed) = (sums.margin_bps / BPS, sums.owed());
        Some(Standing {
            account,
            health: sums.health_factor().saturating_to(),
            owed,
            shortfall: owed.saturating_sub(margin),
            debt: sums.debt,
            backing: sums.collateral + unsold,
            has_collateral: held > 0,
            has_grace: grace > 0,
            flagged_at: word.flagged_at,
        })
    }

    /// What health counts for a share of an unsold lot.
    fn expected(&self, asset: u8, words: &AuctionTerms, value: u128) -> Option<u128> {
        let terms = self.words.terms(asset);
        let elapsed = self.elapsed(asset, words.start);
        let factor = auction::factor(&terms.curve(words.start_excess), elapsed);
        let reference = u32::from(terms.reference_factor) * PPM_PER_BPS;
        health::pending(value, reference, factor, words.penalty.into()).ok()
    }
}
