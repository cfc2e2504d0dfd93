//! The identities of the accounting, recomputed off-chain from raw storage.
//!
//! Nothing here calls the core's arithmetic: sums are sums, products are taken in 256 bits.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256, keccak256};
use plimsoll_abi::{IPlimsoll, auction_id};

use crate::engine::World;

/// RAY.
const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// Seconds of a year times basis points in one.
const BPS_YEAR: u128 = 10_000 * 31_536_000;

/// What the books add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// What may be lent or paid out, base wei.
    pub cash: u128,
    /// What owners may collect, base wei.
    pub credits: u128,
    /// What of the cash is the reserve's, base wei.
    pub reserve: u128,
    /// Bad debt that suppliers bore, base wei.
    pub deficit: u128,
    /// The suppliers' shares.
    pub shares: u128,
    /// Debt units.
    pub net: i128,
    /// Borrow index at the open block's time, RAY.
    pub index: u128,
    /// cash + floor(net * index) - reserve, which the engine's own view cuts off at zero.
    pub nav: i128,
    /// Claims on auctions, open and closed.
    pub claims: u128,
    /// Auctions that are open.
    pub open_auctions: u128,
    /// Sum of effective debts less `net`: what flooring leaves with nobody yet.
    pub remainder: i128,
}

/// Floor of `a * b / d`.
pub fn floor(a: u128, b: u128, d: u128) -> u128 {
    (U256::from(a) * U256::from(b) / U256::from(d)).to()
}

/// Ceiling of `a * b / d`.
pub fn ceil(a: u128, b: u128, d: u128) -> u128 {
    (U256::from(a) * U256::from(b)).div_ceil(U256::from(d)).to()
}

/// The borrow index at the open block's time.
pub fn index_now(world: &World) -> u128 {
    let market = world.market();
    let passed = u128::from(world.now().saturating_sub(market.accrued_at));
    (market.index + ceil(market.index, u128::from(market.rate) * passed, BPS_YEAR))
        .min((1 << 96) - 1)
}

/// An account's stored debt less what its claims have raised, in units; negative when they have
/// raised more.
pub fn effective_debt(world: &World, account: Address) -> i128 {
    let mut debt = signed(world.account(account).debt);
    for asset in 0..world.asset_count() {
        for claim in world.claims(account, asset) {
            let pool = world.auction_pool(auction_id(asset, 0, claim.slot));
            debt -= signed(floor(claim.units, pool.raised, pool.units));
        }
    }
    debt
}

fn signed(value: u128) -> i128 {
    i128::try_from(value).expect("stored numbers have at most 112 bits")
}

/// Checks every identity over all accounts that the world knows.
///
/// # Panics
/// Something does not add up; the message has one line each.
#[track_caller]
pub fn audit(world: &World) -> Audit {
    try_audit(world).unwrap_or_else(|wrong| panic!("the books are wrong:\n{}", wrong.join("\n")))
}

/// As [`audit`].
///
/// # Errors
/// What does not add up, one line each.
pub fn try_audit(world: &World) -> Result<Audit, Vec<String>> {
    let mut everybody: BTreeSet<Address> = world.accounts.iter().copied().collect();
    // Dust of bad debt stands under the zero address.
    everybody.insert(Address::ZERO);
    let mut auditor = Auditor { world, everybody, wrong: Vec::new() };
    let audit = auditor.run();
    if auditor.wrong.is_empty() { Ok(audit) } else { Err(auditor.wrong) }
}

/// Balance of a test token, from its storage: `balanceOf` is the fifth word of
/// `tests/solidity/src/Ledger.sol`.
pub fn token_balance(world: &World, token: Address, holder: Address) -> u128 {
    let key = [holder.into_word(), B256::with_last_byte(4)].concat();
    world.chain.storage(token, keccak256(key).into()).to()
}

/// Compares what the engine says of its solvency with a recount over all positions, to the wei.
///
/// # Errors
/// What differs, one line each.
pub fn try_solvency(world: &mut World) -> Result<(), Vec<String>> {
    let audit = try_audit(world)?;
    let shown = world.view(IPlimsoll::solvencyCall {});
    let shown = shown.map_err(|failure| vec![format!("solvency: {failure}")])?;
    let mut on_sale = 0;
    for asset in 0..world.asset_count() {
        let lots = world.auction_ids(asset).into_iter();
        let open = lots.filter(|id| !world.auction_pool(*id).closed);
        let lot: u128 = open.map(|id| world.auction_terms(id).lot).sum();
        let price = world.asset_price(asset);
        on_sale += floor(lot, price.price, 10_u128.pow(price.scale.into()));
    }
    // All effective debts at the index of now: the remainder is what floors leave with nobody yet.
    let owed: i128 = world.accounts.iter().map(|who| effective_debt(world, *who)).sum();
    let debt = net_value(owed - audit.remainder, audit.index);
    let interest = unbooked_interest(world, &audit);
    let recount = [
        ("cash", signed(audit.cash), signed(shown.cash.to())),
        ("debt", debt, i128::try_from(shown.debt).expect("fits")),
        ("claims", (audit.nav - interest).max(0), signed(shown.claims.to())),
        ("reserve", signed(audit.reserve) + interest, signed(shown.reserve.to())),
        ("credits", signed(audit.credits), signed(shown.credits.to())),
        ("deficit", signed(audit.deficit), signed(shown.deficit.to())),
        ("on sale", signed(on_sale), signed(shown.onSale.to())),
    ];
    let wrong = recount.iter().filter(|(_, counted, shown)| counted != shown);
    let wrong: Vec<String> = wrong
        .map(|(what, counted, shown)| format!("solvency, {what}: {shown}, recounted {counted}"))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Interest since the last accrual that is the reserve's, because there are no suppliers.
fn unbooked_interest(world: &World, audit: &Audit) -> i128 {
    if !world.totals().no_suppliers || audit.net <= 0 {
        return 0;
    }
    net_value(audit.net, audit.index) - net_value(audit.net, world.market().index)
}

struct Auditor<'a> {
    world: &'a World,
    everybody: BTreeSet<Address>,
    wrong: Vec<String>,
}

/// What claims add up to in one auction.
#[derive(Default)]
struct Claimed {
    units: u128,
    /// What each claim is worth, floored.
    worth: u128,
    count: u128,
}

impl Auditor<'_> {
    fn run(&mut self) -> Audit {
        let world = self.world;
        let (market, totals, supply) = (world.market(), world.totals(), world.supply_word());
        let index = index_now(world);
        let mut audit = Audit {
            cash: totals.cash,
            credits: supply.credits,
            reserve: market.reserve,
            deficit: world.deficit(),
            shares: supply.shares,
            net: totals.net,
            index,
            nav: signed(totals.cash) + net_value(totals.net, index) - signed(market.reserve),
            ..Audit::default()
        };
        let (mut raised, mut worth) = (0, 0);
        for asset in 0..world.asset_count() {
            let claimed = self.claims(asset);
            let (of_asset, open) = self.auctions(asset, &claimed);
            raised += of_asset;
            worth += claimed.values().map(|auction| auction.worth).sum::<u128>();
            audit.claims += claimed.values().map(|auction| auction.count).sum::<u128>();
            audit.open_auctions += open;
        }
        self.debts(&mut audit, raised, worth);
        self.base(&audit);
        audit
    }

    fn same<T: PartialEq + std::fmt::Display>(&mut self, what: &str, left: T, right: T) {
        if left != right {
            self.wrong.push(format!("{what}: {left} is not {right}"));
        }
    }

    fn holds(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    /// Everybody's claims on auctions of an asset, by slot.
    fn claims(&mut self, asset: u8) -> BTreeMap<u32, Claimed> {
        let world = self.world;
        let mut slots: BTreeMap<u32, Claimed> = BTreeMap::new();
        for account in self.everybody.clone() {
            let holding = world.holding(account, asset);
            let claims = world.claims(account, asset);
            let name = || format!("{account} in asset {asset}");
            self.holds(claims.len() <= 3, || format!("{}: more than three claims", name()));
            self.holds(holding.units > 0 || holding.overflow == 0, || {
                format!("{}: further claims without a first one", name())
            });
            for n in holding.overflow..2 {
                let stale = world.claim(account, asset, n).units;
                self.holds(stale == 0, || format!("{}: a stale claim word", name()));
            }
            let bit = world.account(account).assets & (1 << asset) != 0;
            self.holds(claims.is_empty() || bit, || format!("{}: claims, but no bit", name()));
            let distinct: BTreeSet<u32> = claims.iter().map(|claim| claim.slot).collect();
            self.holds(distinct.len() == claims.len(), || {
                format!("{}: two claims on one auction", name())
            });
            for claim in claims {
                self.holds(claim.units > 0, || format!("{}: an empty claim", name()));
                let pool = world.auction_pool(auction_id(asset, 0, claim.slot));
                let auction = slots.entry(claim.slot).or_default();
                auction.units += claim.units;
                auction.count += 1;
                if pool.units > 0 {
                    auction.worth += floor(claim.units, pool.raised, pool.units);
                }
            }
        }
        slots
    }

    /// Auctions against their claims, balances and lots against what is held. Returns what the
    /// auctions have raised and nobody has claimed, and how many are open.
    fn auctions(&mut self, asset: u8, claimed: &BTreeMap<u32, Claimed>) -> (u128, u128) {
        let world = self.world;
        let sales = world.sales(asset);
        let high = u32::from(sales.high_water);
        let (mut raised, mut lots, mut open) = (0, 0, 0);
        for slot in 1..=high {
            let id = auction_id(asset, 0, slot);
            let (terms, pool) = (world.auction_terms(id), world.auction_pool(id));
            let name = || format!("auction {slot} of asset {asset}");
            let units = claimed.get(&slot).map_or(0, |auction| auction.units);
            self.holds(pool.used, || format!("{}: not marked as used", name()));
            self.same(&format!("{}: units against claims", name()), pool.units, units);
            self.holds(pool.units > 0 || pool.raised == 0, || {
                format!("{}: proceeds without claims", name())
            });
            raised += pool.raised;
            if !pool.closed {
                open += 1;
                lots += terms.lot;
                self.holds(terms.lot > 0 && terms.lot <= pool.units, || {
                    format!("{}: a lot of {} for {} units", name(), terms.lot, pool.units)
                });
            }
        }
        let beyond = claimed.keys().any(|slot| *slot == 0 || *slot > high);
        self.holds(!beyond, || format!("asset {asset}: a claim on no auction"));
        self.holds(u32::from(sales.newest) <= high, || format!("asset {asset}: newest auction"));
        let balances: u128 =
            self.everybody.iter().map(|account| world.holding(*account, asset).balance).sum();
        self.same(&format!("asset {asset}: lots on sale"), sales.on_sale, lots);
        self.same(&format!("asset {asset}: held"), sales.held, balances + lots);
        self.tokens(&format!("tokens of asset {asset}"), world.token(asset), sales.held);
        (raised, open)
    }

    /// The engine's balance of a token: what it owes, and what it was given behind its back.
    fn tokens(&mut self, what: &str, token: Address, owed: u128) {
        let gift: u128 = self.world.gifts.get(&token).copied().unwrap_or_default().to();
        let balance = token_balance(self.world, token, self.world.engine);
        self.same(what, balance, owed + gift);
    }

    /// The net total against debts and proceeds.
    fn debts(&mut self, audit: &mut Audit, raised: u128, worth: u128) {
        let stored: u128 =
            self.everybody.iter().map(|account| self.world.account(*account).debt).sum();
        self.same("net debt, units", audit.net, signed(stored) - signed(raised));
        audit.remainder = signed(stored) - signed(worth) - audit.net;
        let (low, high) = (0, signed(audit.claims));
        let within = low <= audit.remainder && audit.remainder <= high;
        self.holds(within, || format!("{} units for {high} claims", audit.remainder));
    }

    /// Base tokens, credits and shares.
    fn base(&mut self, audit: &Audit) {
        let world = self.world;
        let credits = self.everybody.iter().map(|account| world.credit(*account)).sum();
        self.same("credits", audit.credits, credits);
        let shares = self.everybody.iter().map(|account| world.shares(*account)).sum();
        self.same("shares", audit.shares, shares);
        self.same("no suppliers", world.totals().no_suppliers, shares == 0);
        self.tokens("base tokens", world.base, audit.cash + audit.credits);
    }
}

/// Value of the net debt in base wei, towards minus infinity.
fn net_value(net: i128, index: u128) -> i128 {
    if net < 0 {
        -signed(ceil(net.unsigned_abs(), index, RAY))
    } else {
        signed(floor(net.unsigned_abs(), index, RAY))
    }
}
