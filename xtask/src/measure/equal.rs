//! The situations in which peers were measured, as far as they exist here: as many collaterals
//! listed and held, as long since the last accrual, the same health after the same fall.
//!
//! A threshold of 84 % stands for the peers' own; the debt follows from the health. Debts below
//! 2,000 are sold for as a whole, as a peer's liquidation of everything; above, a kick sells the
//! least that helps.

use std::sync::Arc;

use alloy_primitives::Address;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_devnet::Tx;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, DAVE, KAY, Programs, SUE, TAK, USDC, World, WorldConfig, usdc, wad, whole,
};

use super::Call;
use super::market::{Market, SOLD};

/// Price of every collateral before the fall, WAD.
const PRICE: u128 = wad(100);
/// Liquidation threshold, bps; what may be borrowed is just below.
const THRESHOLD: u16 = 8_400;

/// One call in a peer's situation.
pub struct Scenario {
    pub name: &'static str,
    pub about: &'static str,
    pub prepare: fn(Arc<Programs>) -> (Market, Call),
}

/// A peer's situation.
struct Terms {
    /// Collaterals that are listed, and how many of them a position holds.
    listed: u8,
    held: u8,
    /// Units of the first, and of each further collateral; each is worth [`PRICE`].
    first: u128,
    further: u128,
    /// Whether all of them fall, or the first alone; price afterwards, bps of [`PRICE`].
    all_fall: bool,
    fall: u128,
    /// Health afterwards, bps, and by how much each further position is healthier.
    health: u128,
    spread: u128,
    /// Positions that fall, and that stay healthy.
    positions: u16,
    bystanders: u16,
    /// Seconds from the last accrual to the call.
    idle: u32,
}

/// S1, Morpho Blue.
const S1: Terms = Terms {
    listed: 1,
    held: 1,
    first: 20,
    further: 0,
    all_fall: true,
    fall: 9_500,
    health: 9_620,
    spread: 0,
    positions: 1,
    bystanders: 1,
    idle: 86_400,
};
/// S1 with a debt that stays.
const S1_BAD: Terms = Terms { fall: 5_000, health: 5_063, ..S1 };
/// S2, Maker.
const S2: Terms = Terms { fall: 8_000, health: 8_050, ..S1 };
/// S3, Aave v3, and with other numbers S5, Euler v2.
const S3: Terms = Terms {
    listed: 9,
    first: 300,
    further: 2,
    all_fall: false,
    fall: 6_500,
    health: 9_300,
    idle: 1_200,
    ..S1
};
/// S4, Comet: eight listed, what is held split evenly.
const S4: Terms = Terms { listed: 8, fall: 9_000, health: 9_680, idle: 60, ..S1 };
/// S6, Liquity v2.
const S6: Terms = Terms { fall: 5_000, health: 9_950, bystanders: 22, ..S1 };
/// S7, Fluid.
const S7: Terms = Terms { fall: 9_100, health: 9_230, spread: 16, ..S1 };

macro_rules! scenarios {
    ($($name:ident, $about:literal, |$programs:ident| $prepare:expr;)*) => {
        /// Every scenario, in the order of the tables.
        pub const SCENARIOS: &[Scenario] = &[$(
            Scenario { name: stringify!($name), about: $about, prepare: |$programs| $prepare },
        )*];
    };
}

scenarios! {
    s1_kick, "S1: a position of one collateral, a day after the last accrual", |p| S1.kick(p);
    s1_take, "S1: all of it, five minutes later", |p| S1.take(p, 300, 1);
    s1_take_quarter, "S1: a quarter of it", |p| S1.take(p, 300, 4);
    s1_kick_10, "S1: ten positions", |p| S1.positions(10).kick(p);
    s1_kick_50, "S1: fifty positions", |p| S1.positions(50).kick(p);
    s1_bad_kick, "S1: a position worth half of what it owes", |p| S1_BAD.kick(p);
    s1_bad_take, "S1: all of it", |p| S1_BAD.take(p, 300, 1);
    s1_bad_settle, "S1: what the sale brought is booked", |p| S1_BAD.settle(p);
    s1_bad_realise, "S1: what is left is borne", |p| S1_BAD.realise(p);
    s2_kick, "S2: without naming words that may be used again", |p| S2.kick_unaided(p);
    s2_take, "S2: all of it, ten minutes later", |p| S2.take(p, 600, 1);
    s2_take_quarter, "S2: a quarter of it", |p| S2.take(p, 600, 4);
    s2_redo, "S2: a reset after 8,401 s", |p| S2.redo(p);
    s3_kick_1, "S3: nine listed, one held", |p| S3.holding(1).kick(p);
    s3_kick_2, "S3: two held, one sold", |p| S3.holding(2).kick(p);
    s3_kick_4, "S3: four held, one sold", |p| S3.holding(4).kick(p);
    s3_kick_8, "S3: eight held, one sold", |p| S3.holding(8).kick(p);
    s3_take, "S3: all that was sold", |p| S3.take(p, 300, 1);
    s4_kick_1, "S4: eight listed, one held and sold", |p| S4.split(1).kick(p);
    s4_kick_2, "S4: two held and sold", |p| S4.split(2).kick(p);
    s4_kick_4, "S4: four held and sold", |p| S4.split(4).kick(p);
    s4_kick_8, "S4: eight held and sold", |p| S4.split(8).kick(p);
    s4_take, "S4: one lot", |p| S4.split(1).take(p, 300, 1);
    s4_health_1, "S4: health factor with one collateral", |p| S4.split(1).view(p);
    s4_health_4, "S4: with four", |p| S4.split(4).view(p);
    s4_health_8, "S4: with eight", |p| S4.split(8).view(p);
    s6_kick_1, "S6: one position among 22 that stay healthy", |p| S6.kick(p);
    s6_kick_10, "S6: ten positions", |p| S6.positions(10).kick(p);
    s6_kick_50, "S6: fifty positions", |p| S6.positions(50).kick(p);
    s6_take, "S6: all that one kick sold", |p| S6.take(p, 300, 1);
    s7_kick_1, "S7: one position", |p| S7.kick(p);
    s7_kick_10, "S7: ten positions of different health", |p| S7.positions(10).kick(p);
    s7_kick_40, "S7: forty positions of different health", |p| S7.positions(40).kick(p);
    s7_take, "S7: all that one kick sold", |p| S7.take(p, 300, 1);
}

impl Terms {
    const fn positions(self, positions: u16) -> Self {
        Self { positions, ..self }
    }

    const fn holding(self, held: u8) -> Self {
        Self { held, ..self }
    }

    /// The same in so many equal parts.
    const fn split(self, held: u8) -> Self {
        let part = 24 / held as u128;
        Self { held, first: part, further: part, ..self }
    }

    /// What the `n`th position holds of an asset, collateral wei.
    const fn amount(&self, asset: u8) -> u128 {
        whole(if asset == SOLD { self.first } else { self.further }, 18)
    }

    /// The price of an asset after the fall, WAD.
    const fn fallen(&self, asset: u8) -> u128 {
        if self.all_fall || asset == SOLD { PRICE / 10_000 * self.fall } else { PRICE }
    }

    /// What the `n`th position owes, base wei of six decimals.
    fn owed(&self, n: u16) -> u128 {
        let value = |asset| self.amount(asset) / 10_u128.pow(12) * (self.fallen(asset) / wad(1));
        let worth: u128 = (0..self.held).map(value).sum();
        worth * u128::from(THRESHOLD) / (self.health + self.spread * u128::from(n))
    }

    fn world(&self, programs: Arc<Programs>) -> World {
        const NAMES: [&str; 9] = ["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8"];
        let names = NAMES.into_iter().take(self.listed.into());
        let asset = |name| AssetConfig::new(name, 18, PRICE).weights(THRESHOLD, THRESHOLD - 1);
        let assets = names.map(asset).collect();
        World::build(&WorldConfig { programs, assets, ..WorldConfig::default() })
    }

    /// A market where one such sale is over, with the positions, after the fall.
    fn market(&self, programs: Arc<Programs>) -> (Market, Vec<Address>) {
        let mut market = Market { world: self.world(programs), spent: Vec::new() };
        for who in [TAK, KAY, ALICE, SUE, DAVE] {
            market.world.mint(USDC, who, usdc(10_000_000));
            (0..self.held).for_each(|asset| market.world.mint(asset, who, whole(10, 18)));
        }
        self.open(&mut market.world, DAVE, 0);
        self.fall(&mut market.world);
        self.sell(&mut market);
        (0..self.held).for_each(|asset| market.world.set_price(asset, PRICE));
        market.world.pass_fresh(3_600);
        let mut accounts = vec![ALICE];
        for n in 0..self.bystanders {
            let who = market.stranger(1_000 + n);
            self.open(&mut market.world, who, 0);
            market.world.deposit(who, SOLD, self.amount(SOLD));
        }
        accounts.extend((1..self.positions).map(|n| market.stranger(n)));
        for (n, who) in (0..).zip(&accounts) {
            self.open(&mut market.world, *who, n);
        }
        market.world.pass_fresh(self.idle);
        self.fall(&mut market.world);
        market.world.pass(12);
        (market, accounts)
    }

    fn open(&self, world: &mut World, who: Address, n: u16) {
        (0..self.held).for_each(|asset| world.deposit(who, asset, self.amount(asset)));
        world.borrow(who, self.owed(n));
    }

    fn fall(&self, world: &mut World) {
        for asset in 0..self.held {
            world.set_price(asset, self.fallen(asset));
        }
    }

    /// The sale before: its words are used again.
    fn sell(&self, market: &mut Market) {
        let kick = market.kick(&[DAVE], false);
        market.play(kick);
        let sold = |asset: &u8| !market.world.auction_ids(*asset).is_empty();
        let sold: Vec<u8> = (0..self.held).filter(sold).collect();
        let wanted = if self.all_fall { self.held } else { 1 };
        assert_eq!(sold.len(), usize::from(wanted), "collaterals that are sold");
        market.spent = sold.iter().map(|asset| market.world.newest(*asset)).collect();
        market.world.pass(300);
        for id in market.spent.clone() {
            market.world.take_all(TAK, id);
        }
        market.world.settle(DAVE);
    }

    fn kick(&self, programs: Arc<Programs>) -> (Market, Call) {
        let (market, accounts) = self.market(programs);
        let kick = market.kick(&accounts, true);
        (market, kick.into())
    }

    fn kick_unaided(&self, programs: Arc<Programs>) -> (Market, Call) {
        let (market, accounts) = self.market(programs);
        let kick = market.kick(&accounts, false);
        (market, kick.into())
    }

    /// The market some time after a kick, and the auction.
    fn kicked(&self, programs: Arc<Programs>, seconds: u32) -> (Market, u64) {
        let (mut market, accounts) = self.market(programs);
        let kick = market.kick(&accounts, true);
        market.play(kick);
        market.world.pass(seconds);
        let id = market.world.newest(SOLD);
        (market, id)
    }

    /// A take of one `part`th.
    fn take(&self, programs: Arc<Programs>, seconds: u32, part: u128) -> (Market, Call) {
        let (market, id) = self.kicked(programs, seconds);
        let lot = market.world.auction_terms(id).lot;
        let take = market.take(id, lot / part);
        (market, take.into())
    }

    fn redo(&self, programs: Arc<Programs>) -> (Market, Call) {
        let (mut market, auction) = self.kicked(programs, 0);
        [2_800, 2_800, 2_801].into_iter().for_each(|seconds| market.world.pass_fresh(seconds));
        let redo = market.call(KAY, abi::redoCall { auction });
        (market, redo.into())
    }

    fn sold(&self, programs: Arc<Programs>) -> (Market, Tx) {
        let (mut market, id) = self.kicked(programs, 300);
        let take = market.take(id, u128::MAX);
        market.play(take);
        market.world.pass(12);
        let settle = market.call(KAY, abi::settleCall { accounts: vec![ALICE] });
        (market, settle)
    }

    fn settle(&self, programs: Arc<Programs>) -> (Market, Call) {
        let (market, settle) = self.sold(programs);
        (market, settle.into())
    }

    fn realise(&self, programs: Arc<Programs>) -> (Market, Call) {
        let (mut market, settle) = self.sold(programs);
        market.play(settle);
        market.world.pass(12);
        let realise = market.call(KAY, abi::realiseCall { accounts: vec![ALICE] });
        (market, realise.into())
    }

    fn view(&self, programs: Arc<Programs>) -> (Market, Call) {
        let (market, _) = self.market(programs);
        let health = market.call(KAY, abi::healthFactorCall { account: ALICE });
        (market, Call::View(health))
    }
}
