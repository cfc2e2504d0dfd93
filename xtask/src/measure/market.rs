//! The market that is measured.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::{IPlimsoll as abi, auction_parts};
use plimsoll_devnet::Tx;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, DAVE, GOVERNOR, KAY, Programs, SAM, SUE, TAK, USDC, World, WorldConfig,
    usdc, wad, whole,
};

/// Collaterals that a reporter prices, then those that feeds price.
const REPORTED: u8 = 8;
const FED: u8 = 3;

/// The collateral that is sold.
pub const SOLD: u8 = 0;

/// Price of every collateral at first, and after it fell so far that all of a position is sold.
pub const HIGH: u128 = wad(3_000);
/// See [`HIGH`]: health 0.875.
pub const LOW: u128 = wad(2_500);

/// What a position holds of each collateral.
pub const HELD: u128 = whole(10, 18);
/// What it owes with one collateral: health 1.05 at first.
pub const OWED: u128 = usdc(23_990);

/// A world in steady state.
#[derive(Clone)]
pub struct Market {
    pub world: World,
    /// Closed auctions that nobody has a claim on, one an asset: their words may be used again.
    pub spent: Vec<u64>,
}

impl Market {
    pub fn new(programs: Arc<Programs>) -> Self {
        const NAMES: [&str; 11] =
            ["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "F0", "F1", "F2"];
        let asset = |(n, name): (usize, &'static str)| AssetConfig {
            feed: (n >= usize::from(REPORTED)).then_some(8),
            ..AssetConfig::new(name, 18, HIGH)
        };
        let assets = NAMES.into_iter().enumerate().map(asset).collect();
        let config = WorldConfig { programs, assets, ..WorldConfig::default() };
        let mut market = Self { world: World::build(&config), spent: Vec::new() };
        market.settle_in();
        market
    }

    /// Gives everybody a balance, and plays one sale to its end.
    fn settle_in(&mut self) {
        let world = &mut self.world;
        for who in [TAK, KAY, ALICE, SUE, SAM, DAVE] {
            world.mint(USDC, who, usdc(10_000_000));
            world.mint(SOLD, who, HELD);
        }
        world.supply(SAM, usdc(1_000));
        world.open(ALICE, SOLD, HELD, OWED);
        world.open(DAVE, SOLD, HELD, OWED);
        world.pass(60);
        world.set_price(SOLD, LOW);
        assert_eq!(world.kick(KAY, &[DAVE]).map_err(|failure| failure.name()), Ok(vec![0]));
        let sold = world.newest(SOLD);
        self.spent = vec![sold];
        world.pass(300);
        world.take_all(TAK, sold);
        world.settle(DAVE);
        world.set_price(SOLD, HIGH);
        world.pass_fresh(3_000);
        world.pass(60);
    }

    /// A borrower of one collateral, who did not exist before.
    pub fn borrower(&mut self, n: u16) -> Address {
        self.holder(n, 1)
    }

    /// A borrower of several collaterals.
    pub fn holder(&mut self, n: u16, assets: u8) -> Address {
        let who = self.stranger(n);
        for asset in 0..assets {
            self.world.deposit(who, asset, HELD);
        }
        self.world.borrow(who, OWED * u128::from(assets));
        who
    }

    /// Somebody new, who approves the engine for every token.
    pub fn stranger(&mut self, n: u16) -> Address {
        let mut bytes = [0xb0; 20];
        bytes[18..].copy_from_slice(&n.to_be_bytes());
        let who = Address::from(bytes);
        let world = &mut self.world;
        world.chain.fund(who, U256::from(10_u64.pow(18)));
        world.approve(who, world.base);
        for token in world.tokens.clone() {
            world.approve(who, token);
        }
        who
    }

    /// Borrowers of one collateral each, at different health.
    pub fn crowd(&mut self, count: u16) -> Vec<Address> {
        let accounts: Vec<Address> = (0..count).map(|n| self.borrower(n)).collect();
        for (account, n) in accounts.iter().zip(0..) {
            self.world.repay(SAM, *account, usdc(n * 40 % 3_900 + 1));
        }
        accounts
    }

    /// Gives the first assets volatilities, and every pair of them a correlation of a half.
    pub fn part(&mut self, assets: u8) {
        let count = self.world.asset_count();
        for asset in 0..assets {
            let apart = |other: u8| other != asset && other < assets;
            let codes = (0..count).map(|other| if apart(other) { 125 } else { 0 }).collect();
            let call = abi::setCorrelationCall { asset, sigma: 500, relief: 20, codes };
            self.world.must(GOVERNOR, call);
        }
    }

    /// Borrowers whose health falls below what saves a part of the position.
    pub fn fallen(&mut self, count: u16) -> Vec<Address> {
        let mut borrowers = vec![ALICE];
        borrowers.extend((1..count).map(|n| self.borrower(n)));
        self.world.pass(60);
        self.world.set_price(SOLD, LOW);
        self.world.pass(12);
        borrowers
    }

    /// Kicks a borrower and lets five minutes pass. Returns the auction.
    pub fn kicked(&mut self) -> u64 {
        let accounts = self.fallen(1);
        let kick = self.kick(&accounts, true);
        self.play(kick);
        let id = self.world.newest(SOLD);
        let slots = [id, self.spent[0]].map(|id| auction_parts(id).2);
        assert_eq!(slots[0], slots[1], "the words are used again");
        self.world.pass(300);
        id
    }

    /// Kicks a borrower and sells all of it.
    pub fn sold(&mut self) -> u64 {
        let id = self.kicked();
        let take = self.take(id, u128::MAX);
        self.play(take);
        self.world.pass(12);
        id
    }

    /// A keeper's kick, with or without naming the words that may be used again.
    pub fn kick(&self, accounts: &[Address], hint: bool) -> Tx {
        let hints = if hint { self.spent.clone() } else { Vec::new() };
        self.call(KAY, abi::kickCall { accounts: accounts.to_vec(), hints })
    }

    /// A taker's order.
    pub fn take(&self, id: u64, lot: u128) -> Tx {
        self.call(TAK, self.world.order(TAK, id, lot))
    }

    /// A call of the engine.
    pub fn call<C: SolCall>(&self, from: Address, call: C) -> Tx {
        Tx::call(from, self.world.engine, call.abi_encode())
    }

    /// A report of a price for the first assets.
    pub fn report(&self, assets: u8, price: u128) -> Tx {
        let count = usize::from(assets);
        self.call(
            plimsoll_testkit::engine::REPORTER,
            abi::reportCall {
                assets: (0..assets).collect(),
                prices: vec![U256::from(price); count],
                confidences: vec![U256::from(price / 1_000); count],
                time: self.world.now(),
            },
        )
    }

    /// Sells all that ALICE has, for less than she owes.
    pub fn bad(&mut self) {
        self.world.set_price(SOLD, wad(2_000));
        self.world.pass(12);
        let kick = self.kick(&[ALICE], true);
        self.play(kick);
        let take = self.take(self.world.newest(SOLD), u128::MAX);
        self.play(take);
        self.world.settle(ALICE);
        self.world.pass(12);
    }

    /// A poke of the first fed assets, all of whose feeds have a new round.
    pub fn poke(&mut self, assets: u8) -> Tx {
        let now = self.world.now();
        let feeds: Vec<Address> = self.world.feeds.iter().copied().flatten().collect();
        for feed in feeds {
            self.world.set_feed(feed, 3_001 * 100_000_000, now);
        }
        self.call(KAY, abi::pokeCall { assets: (REPORTED..REPORTED + assets.min(FED)).collect() })
    }

    /// Sends a transaction that has to succeed.
    pub fn play(&mut self, tx: Tx) {
        if let Err(failure) = self.world.transact(tx) {
            panic!("{failure}");
        }
    }
}
