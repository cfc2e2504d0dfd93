//! One account's position in memory: its word, its holdings, its claims on auctions.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{
    claims,
    claims::{Pool, Settlement},
    correlation::Stake,
    fixed::{add, mul_div_down},
    value,
    words::{Account, AssetPrice, AuctionPool, Claim, Holding},
};

use crate::{
    error::Result,
    ledger, sdk,
    storage::{Engine, MAX_ASSETS, MAX_CLAIMS},
    supply::take_cash,
};

/// One collateral of a position. `holding` is the word as stored, except that its claim fields
/// are superseded by `claims`.
#[derive(Clone, Copy, Default)]
pub struct Leg {
    pub asset: u8,
    pub holding: Holding,
    pub price: AssetPrice,
    pub claims: [Claim; 3],
    pub claim_count: u8,
}

/// A position as loaded at one index.
pub struct Position {
    pub owner: Address,
    pub word: Account,
    /// Borrow index accrued to now, RAY.
    pub index: u128,
    legs: [Leg; 16],
    count: usize,
}

impl Position {
    /// Reads the account, its holdings and the prices of what it holds.
    pub fn load(engine: &Engine, owner: Address, index: u128) -> Self {
        let word = engine.account(owner);
        let mut position = Self { owner, word, index, legs: [Leg::default(); 16], count: 0 };
        for asset in 0..MAX_ASSETS {
            if word.assets & bit(asset) != 0
                && let Some(leg) = position.legs.get_mut(position.count)
            {
                *leg = Leg::load(engine, owner, asset);
                position.count = position.count.saturating_add(1);
            }
        }
        position
    }

    pub fn legs(&self) -> &[Leg] {
        self.legs.get(..self.count).unwrap_or_default()
    }

    pub fn legs_mut(&mut self) -> &mut [Leg] {
        self.legs.get_mut(..self.count).unwrap_or_default()
    }

    /// The leg of an asset, if the position's bitmap has it.
    pub fn leg_mut(&mut self, asset: u8) -> Option<&mut Leg> {
        self.legs_mut().iter_mut().find(|leg| leg.asset == asset)
    }

    /// Adds an asset's leg, as stored, if the position does not have it.
    pub fn include(&mut self, engine: &Engine, asset: u8) {
        if self.leg_mut(asset).is_none()
            && let Some(place) = self.legs.get_mut(self.count)
        {
            *place = Leg::load(engine, self.owner, asset);
            self.count = self.count.saturating_add(1);
        }
    }

    /// The slot of the position's first claim on an auction of an asset.
    pub fn first_claim(&mut self, asset: u8) -> Option<u32> {
        let leg = self.leg_mut(asset)?;
        leg.claims().first().map(|claim| claim.slot)
    }

    /// Debt units that the claims have raised and nobody has booked yet, down.
    pub fn raised(&self, engine: &Engine) -> Result<u128> {
        let mut sum = 0;
        for leg in self.legs() {
            for claim in leg.claims() {
                let pool = engine.auction_pool(leg.asset, claim.slot).pool();
                sum = add(sum, claims::worth(claim.units, &pool)?)?;
            }
        }
        Ok(sum)
    }

    /// Stored debt less what the claims have raised, units; zero when they have raised more.
    pub fn effective_debt(&self, engine: &Engine) -> Result<u128> {
        Ok(self.word.debt.saturating_sub(self.raised(engine)?))
    }

    /// Books the claims on closed auctions: debt down, an excess to the owner's credit.
    /// Writes every word that it changes and returns whether there was anything to book.
    ///
    /// An excess that the cash cannot bear, because the proceeds have been lent or redeemed since,
    /// waits: the claims stay, and count as raised wherever the position is read.
    pub fn settle_closed(&mut self, engine: &mut Engine, now: u32) -> Result<bool> {
        if !self.cash_bears_excess(engine, now)? {
            return Ok(false);
        }
        let mut booked = Booked::default();
        let owner = self.owner;
        for leg in self.legs_mut() {
            let before = leg.claim_count;
            let mut n = 0;
            while n < leg.claim_count {
                let claim = leg.claim_at(n);
                if engine.auction_pool(leg.asset, claim.slot).closed {
                    booked.add(redeem(engine, owner, leg.asset, claim)?)?;
                    leg.remove_claim(n);
                } else {
                    n = n.saturating_add(1);
                }
            }
            if leg.claim_count != before {
                leg.store(engine, owner, before)?;
            }
        }
        if !booked.any {
            return Ok(false);
        }
        self.book(engine, &booked, now)?;
        Ok(true)
    }

    /// Whether the cash covers what closed claims have raised beyond the debt, the refund of its
    /// penalty included. When every supplier has left it does: they leave the excess and the
    /// reserve, out of which the refund comes, behind.
    fn cash_bears_excess(&self, engine: &Engine, now: u32) -> Result<bool> {
        let (mut raised, mut index) = (0, self.index);
        for leg in self.legs() {
            for claim in leg.claims() {
                let pool = engine.auction_pool(leg.asset, claim.slot);
                if pool.closed {
                    raised = add(raised, claims::worth(claim.units, &pool.pool())?)?;
                    // In the place of its lot, the index at which it closed.
                    index = index.min(engine.auction_terms(leg.asset, claim.slot).lot);
                }
            }
        }
        let excess = raised.saturating_sub(self.word.debt);
        if excess == 0 {
            return Ok(true);
        }
        let worth = value::debt_up(excess, index)?;
        let books = ledger::load(engine, now);
        // No penalty is above a tenth.
        let refund = mul_div_down(worth, 1, 10)?.min(books.reserve);
        Ok(add(worth, refund)? <= books.cash)
    }

    /// Lowers the debt by what claims brought; what is beyond it becomes the owner's credit.
    pub fn book(&mut self, engine: &mut Engine, booked: &Booked, now: u32) -> Result<()> {
        let mut books = ledger::load(engine, now);
        let lowest = booked.lowest_index.min(books.index);
        let settled =
            claims::settle(self.word.debt, booked.credited, lowest, booked.penalty, books.reserve)?;
        self.word.debt = settled.debt_after;
        if settled.excess_units > 0 {
            // Who leaves an open auction meets what was lent out meanwhile: refused by its name.
            take_cash(books.cash, add(settled.credit, settled.refund)?)?;
            books = books.with_excess(&settled)?;
            ledger::store(engine, &books)?;
        }
        let credit = add(settled.credit, settled.refund)?;
        if credit > 0 {
            self.give_credit(engine, credit)?;
        }
        self.store(engine)?;
        emit_settled(engine, self.owner, &settled, credit);
        Ok(())
    }

    /// Base tokens that are the owner's: out of the cash, into his credit.
    fn give_credit(&self, engine: &mut Engine, credit: u128) -> Result<()> {
        let mut supply = engine.supply_word();
        supply.credits = add(supply.credits, credit)?;
        engine.set_supply_word(&supply)?;
        let total = engine.credit(self.owner).saturating_add(U256::from(credit));
        engine.set_credit(self.owner, total);
        Ok(())
    }

    /// The health factor that a sale aims at and that leaving one needs, bps: the strictest of the
    /// position's assets.
    pub fn target(&self, engine: &Engine) -> u16 {
        self.legs().iter().map(|leg| engine.terms(leg.asset).target).max().unwrap_or_default()
    }

    /// Stores the account word, with the bits of what is left.
    pub fn store(&mut self, engine: &mut Engine) -> Result<()> {
        let Account { mut assets, mut sold, .. } = self.word;
        for leg in self.legs().iter().filter(|leg| leg.is_empty()) {
            assets &= !bit(leg.asset);
            sold |= bit(leg.asset);
        }
        self.word.assets = assets;
        self.word.sold = if self.word.debt == 0 { 0 } else { sold };
        engine.set_account(self.owner, &self.word)
    }
}

/// An asset's bit in an account's bitmap; none beyond the sixteenth.
pub fn bit(asset: u8) -> u16 {
    1_u16.checked_shl(asset.into()).unwrap_or_default()
}

fn emit_settled(engine: &Engine, account: Address, settled: &Settlement, credit: u128) {
    sdk::emit(
        engine,
        abi::Settled {
            account,
            repaid: U256::from(settled.repaid_units),
            credit: U256::from(credit),
            refund: U256::from(settled.refund),
        },
    );
}

/// What claims brought that is not yet off the debt.
#[derive(Default)]
pub struct Booked {
    pub any: bool,
    /// Debt units.
    pub credited: u128,
    /// Lowest index at which one of the auctions closed, RAY.
    pub lowest_index: u128,
    /// Lowest penalty of the auctions, ppm: what an excess is refunded at.
    pub penalty: u32,
}

/// One claim's part.
pub struct Redeemed {
    pub credited: u128,
    pub index: u128,
    pub penalty: u32,
}

impl Booked {
    pub fn add(&mut self, part: Redeemed) -> Result<()> {
        self.credited = add(self.credited, part.credited)?;
        self.lowest_index = if self.any { self.lowest_index.min(part.index) } else { part.index };
        self.penalty = if self.any { self.penalty.min(part.penalty) } else { part.penalty };
        self.any = true;
        Ok(())
    }
}

/// Takes a claim out of its pool: exactly its share of what was raised, the last one the rest.
/// The index is the closing one for a closed auction and without a bound for an open one.
pub fn redeem(engine: &mut Engine, owner: Address, asset: u8, claim: Claim) -> Result<Redeemed> {
    let mut word = engine.auction_pool(asset, claim.slot);
    let terms = engine.auction_terms(asset, claim.slot);
    let (credited, after) = claims::redeem(claim.units, &word.pool())?;
    word.units = after.units;
    word.raised = after.raised;
    engine.set_auction_pool(asset, claim.slot, &word)?;
    sdk::emit(
        engine,
        abi::Claimed {
            account: owner,
            auction: abi::auction_id(asset, terms.generation, claim.slot),
            units: U256::from(claim.units),
            credited: U256::from(credited),
        },
    );
    let index = if word.closed { terms.lot } else { u128::MAX };
    Ok(Redeemed { credited, index, penalty: u32::from(terms.penalty) })
}

impl Leg {
    pub fn load(engine: &Engine, owner: Address, asset: u8) -> Self {
        let holding = engine.holding(owner, asset);
        let mut leg = Self { asset, holding, price: engine.price(asset), ..Self::default() };
        if holding.units > 0 {
            leg.push_claim(Claim { units: holding.units, slot: holding.slot });
            for n in 0..holding.overflow {
                leg.push_claim(engine.claim(owner, asset, n));
            }
        }
        leg
    }

    pub fn claims(&self) -> &[Claim] {
        self.claims.get(..usize::from(self.claim_count)).unwrap_or_default()
    }

    pub fn claims_mut(&mut self) -> &mut [Claim] {
        self.claims.get_mut(..usize::from(self.claim_count)).unwrap_or_default()
    }

    fn claim_at(&self, n: u8) -> Claim {
        self.claims.get(usize::from(n)).copied().unwrap_or_default()
    }

    /// Adds a claim; false when there is no place for it.
    pub fn push_claim(&mut self, claim: Claim) -> bool {
        match self.claims.get_mut(usize::from(self.claim_count)) {
            Some(place) if self.claim_count < MAX_CLAIMS => {
                *place = claim;
                self.claim_count = self.claim_count.saturating_add(1);
                true
            }
            _ => false,
        }
    }

    /// Removes the `n`-th claim and moves the last one into its place.
    pub fn remove_claim(&mut self, n: u8) {
        let last = self.claim_at(self.claim_count.saturating_sub(1));
        if let Some(place) = self.claims.get_mut(usize::from(n)) {
            *place = last;
            self.claim_count = self.claim_count.saturating_sub(1);
        }
    }

    /// The balance as the margin sees it, worth `value` base wei.
    pub fn stake(&self, value: u128) -> Stake {
        let AssetPrice { threshold, sigma, relief, .. } = self.price;
        Stake {
            asset: self.asset,
            value,
            threshold_bps: threshold,
            sigma_bps: sigma,
            relief_percent: relief,
        }
    }

    fn is_empty(&self) -> bool {
        self.holding.balance == 0 && self.claim_count == 0
    }

    /// Stores the holding and its claims; `before` is how many claims were stored.
    pub fn store(&mut self, engine: &mut Engine, owner: Address, before: u8) -> Result<()> {
        let first = if self.claim_count == 0 { Claim::default() } else { self.claim_at(0) };
        self.holding.units = first.units;
        self.holding.slot = first.slot;
        self.holding.overflow = self.claim_count.saturating_sub(1);
        engine.set_holding(owner, self.asset, &self.holding)?;
        for n in 1..self.claim_count.max(before) {
            let claim = if n < self.claim_count { self.claim_at(n) } else { Claim::default() };
            engine.set_claim(owner, self.asset, n.saturating_sub(1), &claim)?;
        }
        Ok(())
    }
}

/// The pool of an auction as the core sees it.
pub trait AsPool {
    fn pool(&self) -> Pool;
}

impl AsPool for AuctionPool {
    fn pool(&self) -> Pool {
        Pool { units: self.units, raised: self.raised }
    }
}
