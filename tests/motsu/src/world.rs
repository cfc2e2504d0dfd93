//! A market with two collaterals, and everybody who has to do with it.

use std::{
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use motsu::prelude::{Contract, FromTag};
use plimsoll::{Engine, Error, Setup};
use plimsoll_math::words::{PricePolicy, Source};

use crate::{Deployed, Feed, Outcome, Taker, Token, host};

/// The collateral with 18 decimals.
pub const ETH: u8 = 0;
/// The collateral with 8 decimals.
pub const BTC: u8 = 1;
/// What one ether is worth when a world begins, whole base tokens.
pub const ETH_PRICE: u64 = 2_000;
/// What one bitcoin is worth when a world begins, whole base tokens.
pub const BTC_PRICE: u64 = 60_000;
/// Longest life of a price, seconds.
pub const MAX_AGE: u32 = 3_600;
/// The smallest debt of a world, whole base tokens.
pub const MIN_DEBT: u64 = 100;

/// Base wei of millionths of a whole token: the base token has six decimals.
#[must_use]
pub fn usd(whole: u64) -> U256 {
    U256::from(whole) * U256::from(1_000_000)
}

/// Wei of ether, from thousandths.
#[must_use]
pub fn milli_eth(thousandths: u64) -> U256 {
    U256::from(thousandths) * U256::from(10).pow(U256::from(15))
}

/// A price in WAD, from whole base tokens.
#[must_use]
pub fn wad(whole: u64) -> U256 {
    U256::from(whole) * U256::from(10).pow(U256::from(18))
}

/// A policy for one source: seconds, bps, bps; nothing fades and the average is the price.
#[must_use]
pub fn policy(max_age: u32, step: u16, max_confidence: u16) -> PricePolicy {
    PricePolicy { max_age, step, max_confidence, quorum: 1, ..PricePolicy::default() }
}

/// A reporter as a source.
#[must_use]
pub fn reporter_source(address: Address) -> Source {
    Source { address, kind: Source::REPORTER, weight: 1, ..Source::default() }
}

/// A Chainlink-style feed as a source.
#[must_use]
pub fn feed_source(address: Address, decimals: u8) -> Source {
    Source { address, decimals, weight: 1, ..Source::default() }
}

/// One world at a time. motsu keeps the state of every thread in one table, waits ten milliseconds
/// for its locks and then aborts: on a busy machine parallel tests would fail now and then.
static TURN: Mutex<()> = Mutex::new(());

/// The deployed engine with its tokens and actors.
pub struct World {
    pub engine: Contract<Deployed>,
    pub usdc: Contract<Token>,
    pub eth: Contract<Token>,
    pub btc: Contract<Token>,
    pub feed: Contract<Feed>,
    pub taker: Contract<Taker>,
    pub governor: Address,
    pub guardian: Address,
    pub reporter: Address,
    pub supplier: Address,
    pub alice: Address,
    pub bob: Address,
    pub keeper: Address,
    // Last: the contracts above are dropped in its protection.
    _turn: MutexGuard<'static, ()>,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// The engine with a sender and a block.
struct Called<C>(C);

impl<C: Deref<Target = Deployed>> Deref for Called<C> {
    type Target = Engine;
    fn deref(&self) -> &Engine {
        host::set_frames(1);
        &self.0.0
    }
}

impl<C: DerefMut<Target = Deployed>> DerefMut for Called<C> {
    fn deref_mut(&mut self) -> &mut Engine {
        host::set_frames(1);
        &mut self.0.0
    }
}

impl World {
    /// The market, with prices, and nobody in it.
    #[must_use]
    pub fn new() -> Self {
        let world = Self::bare();
        world.construct().passes();
        world.list(ETH, &world.eth, 18);
        world.list(BTC, &world.btc, 8);
        let governor = world.governor;
        world.by(governor).set_rate_curve(10, 90, 8, 12).passes();
        world.prices(ETH_PRICE, BTC_PRICE);
        world
    }

    /// Everybody, and an engine that nobody has constructed.
    #[must_use]
    pub fn bare() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        host::set_now(host::START);
        let address = Address::from_tag;
        Self {
            engine: Contract::from_tag("engine"),
            usdc: Contract::from_tag("usdc"),
            eth: Contract::from_tag("eth"),
            btc: Contract::from_tag("btc"),
            feed: Contract::from_tag("feed"),
            taker: Contract::from_tag("taker"),
            governor: address("governor"),
            guardian: address("guardian"),
            reporter: address("reporter"),
            supplier: address("supplier"),
            alice: address("alice"),
            bob: address("bob"),
            keeper: address("keeper"),
            _turn: turn,
        }
    }

    /// Runs the constructor as it is run once on a chain.
    pub fn construct(&self) -> Result<(), Error> {
        self.by(self.governor).construct(&self.setup())
    }

    /// What [`World::construct`] passes on.
    #[must_use]
    pub fn setup(&self) -> Setup {
        Setup {
            programs: [
                "liquidation",
                "claims",
                "prices",
                "market",
                "lens",
                "risk",
                "governance",
                "positions",
                "breakers",
            ]
            .map(Address::from_tag),
            governor: self.governor,
            guardian: self.guardian,
            base: self.usdc.address(),
            base_decimals: 6,
            min_debt: usd(MIN_DEBT),
        }
    }

    fn list(&self, asset: u8, token: &Contract<Token>, decimals: u8) {
        let governor = self.governor;
        let listed = self.by(governor).list_asset(token.address(), decimals).passes();
        assert_eq!(listed, asset);
        self.by(governor).change_policy(asset, policy(MAX_AGE, 5_000, 100)).passes();
        let reporter = reporter_source(self.reporter);
        self.by(governor).change_source(asset, 0, reporter, U256::ZERO).passes();
        self.by(governor).set_threshold(asset, 8_000, 0).passes();
        self.by(governor).set_max_ltv(asset, 7_500).passes();
        self.by(governor).set_cap(asset, U256::from(u128::MAX >> 16)).passes();
    }

    /// The engine, called by `sender`.
    pub fn by(&self, sender: Address) -> impl DerefMut<Target = Engine> {
        Called(self.engine.sender(sender))
    }

    /// Views, called by nobody in particular.
    pub fn view(&self) -> impl DerefMut<Target = Engine> {
        self.by(Address::ZERO)
    }

    /// A contract that will itself call the engine.
    pub fn taker(&self) -> impl DerefMut<Target = Taker> {
        host::set_frames(0);
        self.taker.sender(self.keeper)
    }

    /// The collateral's token.
    #[must_use]
    pub fn token(&self, asset: u8) -> &Contract<Token> {
        if asset == ETH { &self.eth } else { &self.btc }
    }

    /// Lets `seconds` pass.
    pub fn pass(&self, seconds: u32) {
        host::set_now(host::now() + seconds);
    }

    /// A second later, both prices.
    pub fn prices(&self, eth: u64, btc: u64) {
        self.pass(1);
        self.report(&[(ETH, wad(eth)), (BTC, wad(btc))]).passes();
    }

    /// Prices observed now, without a confidence.
    pub fn report(&self, prices: &[(u8, U256)]) -> Result<(), Error> {
        let assets = prices.iter().map(|price| price.0).collect();
        let confidences = prices.iter().map(|_| U256::ZERO).collect();
        let prices = prices.iter().map(|price| price.1).collect();
        self.by(self.reporter).report(assets, prices, confidences, host::now())
    }

    /// Gives tokens to `who` and lets the engine pull them.
    pub fn fund(&self, token: &Contract<Token>, who: Address, amount: U256) {
        token.sender(who).mint(who, amount);
        token.sender(who).allow(who, self.engine.address(), U256::MAX);
    }

    /// What `who` has of a token.
    #[must_use]
    pub fn balance(&self, token: &Contract<Token>, who: Address) -> U256 {
        token.sender(who).balance_of(who)
    }

    /// What the engine has of a token.
    #[must_use]
    pub fn held(&self, token: &Contract<Token>) -> U256 {
        self.balance(token, self.engine.address())
    }

    /// Supplies as the supplier.
    pub fn supplied(&self, amount: U256) {
        self.fund(&self.usdc, self.supplier, amount);
        self.by(self.supplier).supply(amount, self.supplier).passes();
    }

    /// Deposits as `who`.
    pub fn deposited(&self, who: Address, asset: u8, amount: U256) {
        self.fund(self.token(asset), who, amount);
        self.by(who).deposit(asset, amount, who).passes();
    }

    /// Ten ether, and as much borrowed as they allow: 15,000 are owed, a wei of which is rounding.
    /// The thresholds allow 16,000.
    pub fn indebted(&self, who: Address) {
        self.deposited(who, ETH, milli_eth(10_000));
        self.by(who).borrow(usd(15_000) - U256::from(1), who).passes();
    }

    /// Runs a call that must be refused with `expected` and must change nothing.
    ///
    /// # Panics
    /// If it passes, is refused otherwise, or leaves a trace.
    #[track_caller]
    pub fn refuses<T, E: alloy_sol_types::SolError>(
        &self,
        call: impl FnOnce(&Self) -> Result<T, Error>,
        expected: E,
    ) {
        let before = self.snapshot();
        call(self).refused(expected);
        assert!(before == self.snapshot(), "a refused call left a trace");
    }

    /// Asserts that the engine logged exactly this.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn logged<E: SolEvent>(&self, event: &E) {
        let logs = self.engine.all_events();
        let alike = logs.iter().filter(|log| log.topics().first() == Some(&E::SIGNATURE_HASH));
        let alike: Vec<_> = alike.collect();
        let expected = event.encode_log_data();
        assert!(self.engine.emitted(event), "{}: {expected:?} not in {alike:?}", E::SIGNATURE);
    }

    /// Everything that a call could change, in numbers.
    fn snapshot(&self) -> Vec<U256> {
        let tokens = [&self.usdc, &self.eth, &self.btc];
        let people = [
            Address::ZERO,
            self.supplier,
            self.alice,
            self.bob,
            self.keeper,
            self.governor,
            self.taker.address(),
            self.engine.address(),
        ];
        let mut numbers = vec![U256::from(self.engine.all_events().len())];
        for who in people {
            numbers.extend(tokens.map(|token| self.balance(token, who)));
            numbers
                .extend([self.view().shares_of(who).passes(), self.view().credit_of(who).passes()]);
            numbers.push(U256::from(self.by(who).account(who).debt));
            for asset in [ETH, BTC] {
                let (balance, auctions, units) = self.view().holding_of(who, asset).passes();
                numbers.push(balance);
                numbers.extend(auctions.into_iter().map(U256::from));
                numbers.extend(units);
            }
        }
        let (cash, debt, claims, reserve, credits, deficit, on_sale) =
            self.view().solvency().passes();
        numbers.extend([cash, debt.into_raw(), claims, reserve, credits, deficit, on_sale]);
        for asset in [ETH, BTC] {
            let (price, confidence, time, verdict, level) = self.view().price_of(asset).passes();
            let small = [time, verdict.into(), level.into()].map(U256::from);
            numbers.extend([price, confidence].into_iter().chain(small));
        }
        numbers
    }
}
