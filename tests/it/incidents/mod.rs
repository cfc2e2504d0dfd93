//! What happened elsewhere because of a price, played on the compiled programs: once under the
//! design that it happened to, as far as this engine can be set up that way, and once under ours.

mod capo;
mod compound_dai;
mod kilo_writer;
mod luna_floor;
mod mango;
mod the_cap;
mod usde;

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    kickCall, maxBorrowCall, pokeCall, priceCall, realiseCall, setPricePolicyCall, settleCall,
    whyCall,
};
use plimsoll_abi::{PricePolicy, Source};
use plimsoll_math::oracle::Verdict;
use plimsoll_testkit::contracts::Feed;
use plimsoll_testkit::engine::{
    AssetConfig, GOVERNOR, KAY, MALLORY, TAK, World, WorldConfig, feed_source, price_policy, u256,
    wad,
};

/// The only collateral of these markets.
const ASSET: u8 = 0;
/// Decimals of every feed here.
const DECIMALS: u8 = 8;

/// Holds `ASSET` at `price`, minute after minute, until it is one to lend at.
fn hold_until_lent(world: &mut World, price: u128) {
    for _ in 0..200 {
        if world.get(priceCall { asset: ASSET }).verdict == Verdict::Valid.code() {
            return;
        }
        world.pass(60);
        world.set_price(ASSET, price);
    }
    panic!("the price never becomes valid");
}

/// Keepers and takers do to the attacker what is left to do. Returns what nobody will pay back,
/// base wei.
fn liquidate_all(world: &mut World, accounts: &[Address]) -> u128 {
    for _ in 0..40 {
        if world.kick(KAY, accounts).is_err() {
            break;
        }
        let auction = world.newest(ASSET);
        world.pass(15);
        world.take_all(TAK, auction);
        world.must(KAY, settleCall { accounts: accounts.to_vec() });
    }
    for account in accounts {
        // Refused where nothing is bad.
        let _ = world.send(KAY, realiseCall { accounts: vec![*account] });
    }
    world.check();
    world.deficit()
}

/// Further accounts of the attacker, each with gas, and the engine approved for everything.
fn accounts_of_mallory(world: &mut World, count: u8) -> Vec<Address> {
    let accounts: Vec<Address> =
        (1..=count).map(|n| Address::with_last_byte(n) ^ MALLORY).collect();
    for account in &accounts {
        world.chain.fund(*account, u256(wad(1)));
        let (base, asset) = (world.base, world.token(ASSET));
        world.approve(*account, base);
        world.approve(*account, asset);
    }
    accounts
}

/// How the attacker brings in what he holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spread {
    /// One account, before the pump.
    Whole,
    /// Twenty accounts in equal parts, before the pump.
    Beside,
    /// Twenty in equal parts, the first before the pump, and each of the others only when the one
    /// before it has borrowed all it can.
    InTurn,
}

impl Spread {
    /// The attacker's accounts, those that come before the pump with their part of `held`.
    fn deposit(self, world: &mut World, held: u128) -> Vec<Address> {
        let mut accounts = vec![MALLORY];
        if self != Self::Whole {
            accounts.extend(accounts_of_mallory(world, 19));
        }
        let first = if self == Self::InTurn { 1 } else { accounts.len() };
        for account in &accounts[..first] {
            world.deposit(*account, ASSET, held / accounts.len() as u128);
        }
        accounts
    }

    /// Every account borrows all it can. Returns what they borrow together.
    fn borrow(self, world: &mut World, accounts: &[Address], held: u128) -> u128 {
        let mut borrowed = 0;
        for account in accounts {
            if self == Self::InTurn && *account != MALLORY {
                world.deposit(*account, ASSET, held / accounts.len() as u128);
            }
            borrowed += borrow_all(world, *account);
        }
        borrowed
    }
}

/// Borrows what the account can, if anything. Returns it.
fn borrow_all(world: &mut World, account: Address) -> u128 {
    let most: u128 = world.get(maxBorrowCall { account }).to();
    if most > 0 {
        world.borrow(account, most);
    }
    most
}

/// A market with one collateral that has as many feeds as families are named.
struct Stage {
    world: World,
    feeds: Vec<Address>,
}

impl Stage {
    /// One feed for each `(family, secondary)`; `quorum` of the families must agree.
    fn new(config: AssetConfig, sources: &[(u8, bool)], quorum: u8) -> Self {
        let price = config.price;
        let config = AssetConfig { price: 0, ..config };
        let policy = PricePolicy { quorum, ..price_policy(86_400, config.max_step, 100) };
        let mut world = World::build(&WorldConfig::of(vec![config]));
        let feeds = (0_u8..)
            .zip(sources)
            .map(|(n, (family, secondary))| {
                let feed = world.deploy_with("Feed", &Feed::constructorCall { decimals: DECIMALS });
                let (family, secondary) = (*family, *secondary);
                let source = Source { family, secondary, ..feed_source(feed, DECIMALS) };
                world.set_source(ASSET, n, source, U256::ZERO);
                feed
            })
            .collect();
        world.must(GOVERNOR, setPricePolicyCall { asset: ASSET, policy });
        let mut stage = Self { world, feeds };
        let prices = vec![price; sources.len()];
        stage.hear(&prices);
        stage
    }

    /// A minute later, what every feed says, WAD; then a poke.
    fn hear(&mut self, prices: &[u128]) {
        self.world.pass(60);
        let now = self.world.now();
        for (feed, price) in self.feeds.clone().into_iter().zip(prices) {
            let answer = price / 10_u128.pow(18 - u32::from(DECIMALS));
            self.world.set_feed(feed, answer as i128, now);
        }
        self.world.must(MALLORY, pokeCall { assets: vec![ASSET] });
    }

    /// Kicks what can be kicked of `account` and sells all of it at once at what the auction asks.
    /// Returns what was sold, in the collateral's wei; nothing if the kick is refused.
    fn liquidate(&mut self, account: Address) -> u128 {
        let kick = kickCall { accounts: vec![account], hints: vec![] };
        if self.world.send(KAY, kick).is_err() {
            return 0;
        }
        let auction = self.world.newest(ASSET);
        let (lot, _) = self.world.take_all(TAK, auction);
        lot
    }

    fn verdict(&mut self) -> u8 {
        self.world.get(whyCall { asset: ASSET }).verdict
    }
}
