//! What happens next.

use alloy_primitives::Address;
use plimsoll_testkit::audit::{ceil, effective_debt, floor, index_now};
use plimsoll_testkit::engine::{LINK, REPORTER, World, wad};

use crate::act::{Act, Care};
use crate::health::health;
use crate::sales::RAY;
use crate::usurp::SCRIBE;
use crate::{ANYBODY, BORROWERS, SUPPLIERS, Walk};

const START: [u128; 4] = [wad(3_000), wad(60_000), wad(1), wad(15)];

impl Walk<'_> {
    /// The next act, not always a sensible one.
    pub fn draw(&mut self) -> Act {
        let from = self.rng.pick(&ANYBODY);
        if self.rng.percent(3) {
            self.crash = !self.crash;
        }
        // Without anything for sale there is nothing to take.
        let for_sale = !open_auctions(self.world).is_empty();
        if self.rng.percent(17) && !self.weak(true).is_empty() {
            return if self.rng.percent(12) { self.flag(from) } else { self.kick(from) };
        }
        if self.rng.percent(4) && !self.flagged().is_empty() {
            return self.unflag(from);
        }
        if self.rng.percent(2) && !self.dusty().is_empty() {
            let dusty = self.dusty();
            return Act::WithdrawDust { asset: self.rng.pick(&dusty) };
        }
        match self.rng.below(100) {
            0..=3 => self.supply_side(),
            4..=10 => self.deposit(),
            11..=14 => self.withdraw(),
            15..=28 => self.borrow(),
            29..=33 => self.repay(from),
            34 => Act::Collect { from: self.rng.pick(&BORROWERS) },
            35..=51 => self.report(),
            52..=58 => self.kick(from),
            64..=65 if for_sale => self.take_many(from),
            66..=73 if for_sale => self.take(from),
            74..=76 if for_sale => Act::Redo { from, auction: self.open_auction() },
            77..=79 => Act::Settle { from, accounts: self.accounts() },
            80..=82 if for_sale => self.leave(),
            83 => self.realise(from),
            84 => self.governor(),
            85 => self.risk(),
            86 => self.office(),
            87..=89 => self.odd(from),
            59..=70 => self.borrow(),
            71..=82 => self.report(),
            _ => self.pass(),
        }
    }

    fn supply_side(&mut self) -> Act {
        let from = self.rng.pick(&SUPPLIERS);
        let shares = self.world.shares(from);
        if shares < 3 || self.rng.percent(40) {
            return Act::Supply { from, amount: 1 + self.rng.amount(500_000 * self.unit) };
        }
        // The last share stays, so that interest always has somebody to belong to.
        Act::Redeem { from, shares: 1 + self.rng.part(shares - 2) }
    }

    fn deposit(&mut self) -> Act {
        let account = self.rng.pick(&BORROWERS);
        let from = if self.rng.percent(85) { account } else { self.rng.pick(&ANYBODY) };
        let asset = self.asset();
        // Between a cent and 100,000 USDC at the price of the start.
        let value = self.rng.between(1, 100_000)
            * if self.rng.percent(25) { self.unit / 200 } else { self.unit };
        let scale = self.world.asset_price(asset).scale.into();
        let amount = 1 + floor(value, 10_u128.pow(scale), START[usize::from(asset)]);
        Act::Deposit { from, asset, amount, account }
    }

    fn withdraw(&mut self) -> Act {
        let from = self.rng.pick(&BORROWERS);
        let held: Vec<u8> =
            (0..=LINK).filter(|asset| self.world.holding(from, *asset).balance > 0).collect();
        let asset = if held.is_empty() { self.asset() } else { self.rng.pick(&held) };
        let balance = self.world.holding(from, asset).balance;
        let most = if self.rng.percent(50) { balance / 5 } else { balance };
        Act::Withdraw { from, asset, amount: 1 + self.rng.part(most.saturating_sub(1)) }
    }

    /// Close to the limit as a rule, so that prices have somebody to ruin.
    fn borrow(&mut self) -> Act {
        let room = |world: &World, account| {
            let state = health(world, account);
            let margin: u128 = (state.margin / alloy_primitives::U256::from(10_000)).to();
            (margin / 100 * 94).saturating_sub(state.owed)
        };
        let mut able = BORROWERS.to_vec();
        able.retain(|account| room(self.world, *account) > 10 * self.unit);
        if able.is_empty() {
            return self.deposit();
        }
        let from = self.rng.pick(&able);
        let room = room(self.world, from);
        let amount = match self.rng.below(12) {
            0..=8 => room - room / 100 * self.rng.below(6),
            9 => self.rng.amount(room * 2),
            _ => self.rng.below(room + 1),
        };
        Act::Borrow { from, amount: amount.max(1) }
    }

    fn repay(&mut self, payer: Address) -> Act {
        let account = self.rng.pick(&BORROWERS);
        let from = if self.rng.percent(70) { account } else { payer };
        let owed = effective_debt(self.world, account).max(0).unsigned_abs();
        let debt = ceil(owed, index_now(self.world), RAY);
        let amount = match self.rng.below(10) {
            0..=1 => u128::MAX >> 16,
            2 => debt,
            3 => debt.saturating_sub(1),
            _ => self.rng.part(debt / 2),
        };
        Act::Repay { from, amount: amount.max(1), account }
    }

    /// Mostly small moves, sometimes a fall, sometimes a jump, drawn back to the start.
    fn report(&mut self) -> Act {
        let all = self.rng.percent(75);
        let mut assets = if all { (0..=LINK).collect() } else { vec![self.asset()] };
        let mut from = REPORTER;
        // The second reporter, about what he is one of.
        let his: Vec<u8> = (0..=LINK).filter(|asset| self.is_second(*asset)).collect();
        if !his.is_empty() && self.rng.percent(20) {
            (from, assets) = (SCRIBE, his);
        }
        let (mut prices, mut confidences) = (Vec::new(), Vec::new());
        for asset in &assets {
            let (now, start) = (self.world.asset_price(*asset).price, START[usize::from(*asset)]);
            let permille = match (self.rng.below(20), self.crash) {
                (0..=5, _) => self.rng.between(992, 1_008),
                (6..=17, true) => self.rng.between(700, 980),
                (6..=17, false) => self.rng.between(970, 1_060),
                (18, _) => self.rng.between(860, 1_140),
                _ => self.rng.between(600, 1_400),
            };
            let pulled = if now < start / 2 { permille + 20 } else { permille };
            let price = (now / 1_000 * pulled).clamp(start / 5, start * 3) + self.rng.below(3);
            let wide = self.rng.percent(6);
            prices.push(price);
            confidences.push(if wide { price / 1_000 * self.rng.between(1, 50) } else { 0 });
        }
        Act::Report { from, assets, prices, confidences }
    }

    /// Whether an asset has a second source.
    pub fn is_second(&self, asset: u8) -> bool {
        self.world.policy_word(asset).sources & 2 != 0
    }

    fn kick(&mut self, from: Address) -> Act {
        let mut accounts = self.accounts();
        // A keeper who knows what he does.
        if self.rng.percent(75) {
            let weak = self.weak(true);
            accounts = if weak.is_empty() { accounts } else { weak };
        }
        let hints = (0..self.rng.below(6)).map(|_| self.auction()).collect();
        Act::Kick { from, accounts, hints }
    }

    /// Who may be kicked, as far as health goes: those with something to sell, or those without.
    pub fn weak(&self, with_collateral: bool) -> Vec<Address> {
        let world = &*self.world;
        let mut weak = BORROWERS.to_vec();
        weak.retain(|account| {
            let state = health(world, *account);
            state.is_below(10_000) && state.margin.is_zero() != with_collateral
        });
        weak
    }

    fn take(&mut self, from: Address) -> Act {
        let auction = self.open_auction();
        let lot = self.world.auction_terms(auction).lot;
        let lot = if self.rng.percent(40) { u128::MAX >> 16 } else { self.rng.part(lot) };
        let receiver = if self.rng.percent(90) { from } else { self.rng.pick(&ANYBODY) };
        Act::Take { from, auction, lot, receiver }
    }

    fn take_many(&mut self, from: Address) -> Act {
        let mut auctions = open_auctions(self.world);
        auctions.truncate(self.rng.between(1, 4) as usize);
        let lots = auctions.iter().map(|id| {
            let lot = self.world.auction_terms(*id).lot;
            if self.rng.percent(60) { u128::MAX >> 16 } else { lot / 2 }
        });
        let lots = lots.collect();
        let settle = if self.rng.percent(50) { self.accounts() } else { Vec::new() };
        let care = [Care::None, Care::None, Care::Exact, Care::Exact, Care::Exact, Care::Wrong];
        Act::TakeMany { from, auctions, lots, settle, care: self.rng.pick(&care) }
    }

    fn leave(&mut self) -> Act {
        let mut claims = Vec::new();
        for account in BORROWERS {
            for asset in 0..=LINK {
                for claim in self.world.claims(account, asset) {
                    let id = plimsoll_abi::auction_id(asset, 0, claim.slot);
                    let generation = self.world.auction_terms(id).generation;
                    claims.push((account, plimsoll_abi::auction_id(asset, generation, claim.slot)));
                }
            }
        }
        if claims.is_empty() || self.rng.percent(5) {
            return Act::Leave { from: self.rng.pick(&ANYBODY), auction: self.auction() };
        }
        let (from, auction) = self.rng.pick(&claims);
        Act::Leave { from, auction }
    }

    fn realise(&mut self, from: Address) -> Act {
        let sunk = self.weak(false);
        let blind = sunk.is_empty() || self.rng.percent(20);
        Act::Realise { from, accounts: if blind { self.accounts() } else { sunk } }
    }

    fn pass(&mut self) -> Act {
        let seconds = match self.rng.below(20) {
            0..=9 => self.rng.between(1, 12),
            10..=15 => self.rng.between(10, 300),
            16..=18 => self.rng.between(300, 1_800),
            _ => self.rng.between(1_800, 40_000),
        };
        Act::Pass { seconds: seconds as u32 }
    }

    /// Any asset.
    pub fn asset(&mut self) -> u8 {
        self.rng.below(4) as u8
    }

    fn accounts(&mut self) -> Vec<Address> {
        let mut accounts = Vec::new();
        for _ in 0..self.rng.between(1, 5) {
            let account = self.rng.pick(&ANYBODY);
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
        accounts
    }

    /// Any auction that ever was, or nearly one.
    pub fn auction(&mut self) -> u64 {
        let asset = self.asset();
        let ids = self.world.auction_ids(asset);
        if ids.is_empty() || self.rng.percent(3) {
            let (generation, slot) = (self.rng.below(3) as u32, self.rng.below(4) as u32);
            return plimsoll_abi::auction_id(asset, generation, slot);
        }
        self.rng.pick(&ids)
    }

    fn open_auction(&mut self) -> u64 {
        let open = open_auctions(self.world);
        if open.is_empty() || self.rng.percent(5) { self.auction() } else { self.rng.pick(&open) }
    }
}

/// Ids of all open auctions.
pub fn open_auctions(world: &World) -> Vec<u64> {
    let all = (0..=LINK).flat_map(|asset| world.auction_ids(asset));
    all.filter(|id| !world.auction_pool(*id).closed).collect()
}
