//! The chain with the contract, its tokens and the outside venue: every transaction of the demo
//! passes through here, where it is recorded and checked.

use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolCall;
use plimsoll_devnet::Tx;
use plimsoll_testkit::audit::token_balance;
use plimsoll_testkit::contracts::{Market as Venue, Taker as Bot, Token};
use plimsoll_testkit::engine::{AssetConfig, GOVERNOR, World as Kit, WorldConfig};

use crate::check::{self, Books, Checks};
use crate::error::{Error, Result};
use crate::fixed::{self, WAD};
use crate::market::{HALF_LIFE, Market};
use crate::record::{Moment, Record};
use crate::scenario::{self, ASSET_COUNT, MAX_LTVS, MIN_DEBT, Portfolio, Rules, THRESHOLDS};
use crate::{ASSETS, BASE_DECIMALS, prices, sources};

/// Wei of ether that every actor has for gas.
const GAS_MONEY: u128 = 1_000_000 * WAD;
/// What the venue has to pay with, base wei: more than anybody can sell.
const VENUE_MONEY: u128 = 1 << 80;
/// Oldest price that is used, seconds.
pub const MAX_AGE: u32 = 900;
/// Largest move that is believed at once, bps.
pub const MAX_STEP: u16 = 200;
/// Widest confidence of a valid price, bps.
pub const MAX_CONFIDENCE: u16 = 150;

/// The world that the actors act in.
pub struct World<'a> {
    kit: &'a mut Kit,
    /// The outside market: decides what sales bring.
    pub market: Market,
    /// The contract that pays it out.
    venue: Address,
    feeds: [Address; ASSET_COUNT],
    /// Base wei at the first prices, and token wei.
    depths: [u128; ASSET_COUNT],
    depth_amounts: [u128; ASSET_COUNT],
    halted: [bool; ASSET_COUNT],
    /// What happened so far.
    pub record: Record,
    /// What was checked so far.
    pub checks: Checks,
    /// What the venue has paid, base wei, and bought, by asset, in its wei.
    pub sold: (u128, [u128; ASSET_COUNT]),
    version: u64,
}

/// The market to build for a portfolio, without prices and suppliers.
pub fn config(portfolio: &Portfolio, start: u64) -> WorldConfig {
    let assets = ASSETS.iter().enumerate().map(|(place, asset)| AssetConfig {
        max_age: MAX_AGE,
        max_step: MAX_STEP,
        max_confidence: MAX_CONFIDENCE,
        terms: Some(scenario::terms(portfolio.depths[place])),
        ..AssetConfig::new(asset.name, asset.decimals, 0)
            .weights(THRESHOLDS[place], MAX_LTVS[place])
    });
    let mut config =
        WorldConfig { min_debt: MIN_DEBT, supply: 0, ..WorldConfig::of(assets.collect()) };
    config.chain.timestamp = start;
    config
}

impl<'a> World<'a> {
    /// Puts the outside venue beside the engine. `first`: the first prices, WAD; `start`: the first
    /// second of the record.
    pub fn new(
        kit: &'a mut Kit,
        portfolio: &Portfolio,
        rules: &Rules,
        first: &[u128; ASSET_COUNT],
        start: u64,
    ) -> Result<Self> {
        for asset in 0..ASSET_COUNT as u8 {
            let bent = rules.bend(kit.terms(asset));
            kit.set_terms_word(asset, &bent);
        }
        let feeds = sources::furnish(kit);
        let venue = kit.deploy_with("Market", &Venue::constructorCall { base: kit.base });
        let mut market = Market::new(HALF_LIFE, rules.feedback);
        for (place, asset) in ASSETS.iter().enumerate() {
            market.list(asset.decimals, portfolio.depths[place], first[place]);
        }
        let mut world = Self {
            kit,
            market,
            venue,
            feeds,
            depths: portfolio.depths,
            depth_amounts: std::array::from_fn(|asset| {
                fixed::amount_down(portfolio.depths[asset], ASSETS[asset].decimals, first[asset])
            }),
            halted: [false; ASSET_COUNT],
            record: Record::new(start),
            checks: Checks::default(),
            sold: (0, [0; ASSET_COUNT]),
            version: 0,
        };
        world.mint(world.base(), venue, VENUE_MONEY)?;
        Ok(world)
    }

    // ---- What is where ----

    /// The engine.
    pub fn engine(&self) -> Address {
        self.kit.engine
    }

    /// The base token.
    pub fn base(&self) -> Address {
        self.kit.base
    }

    /// A collateral token.
    pub fn token(&self, asset: usize) -> Address {
        self.kit.tokens[asset]
    }

    /// The contract that buys collateral.
    pub fn venue(&self) -> Address {
        self.venue
    }

    /// The contract that answers with an asset's price when it is asked.
    pub fn feed(&self, asset: usize) -> Address {
        self.feeds[asset]
    }

    /// The engine's storage, word by word.
    pub fn words(&self) -> &Kit {
        self.kit
    }

    /// A token balance.
    pub fn balance(&self, token: Address, holder: Address) -> u128 {
        token_balance(self.kit, token, holder)
    }

    /// The prices that the engine has stored, WAD.
    pub fn oracle(&self) -> [u128; ASSET_COUNT] {
        std::array::from_fn(|asset| self.kit.asset_price(asset as u8).price)
    }

    /// What the record keeps of this second.
    fn moment(&self) -> Moment {
        let words = |asset: usize| (self.kit.asset_price(asset as u8), self.kit.risk(asset as u8));
        let words: [_; ASSET_COUNT] = std::array::from_fn(words);
        Moment {
            now: self.now(),
            oracle: words.map(|(price, _)| price.price),
            averages: words.map(|(price, _)| price.average()),
            volatilities: words.map(|(_, risk)| risk.volatility()),
        }
    }

    /// Token wei whose sale moves the outside price by 2 %, while it is open.
    pub fn depth_amount(&self, asset: usize) -> u128 {
        self.depth_amounts[asset]
    }

    /// Changes with every transaction.
    pub fn version(&self) -> u64 {
        self.version
    }

    // ---- Time and gas ----

    /// Seconds since 1970.
    pub fn now(&self) -> u64 {
        self.kit.chain.block().timestamp
    }

    /// Lets time pass until `time`, if that is in the future.
    pub fn pass_until(&mut self, time: u64) {
        let now = self.now();
        if now < time {
            self.kit.chain.advance(time - now);
        }
    }

    /// Sets the price of gas, wei.
    pub fn set_fee(&mut self, wei: u64) {
        self.kit.chain.set_base_fee(wei);
    }

    /// What gas costs, base wei, with ether at the outside price.
    pub fn gas_cost(&self, gas: u64) -> u128 {
        let wei = u128::from(gas) * u128::from(self.kit.chain.config().base_fee);
        fixed::value_down(wei, 18, self.market.oracle(0, self.now()))
    }

    /// Gives an actor ether for gas.
    pub fn fund(&mut self, actor: Address) {
        self.kit.chain.fund(actor, U256::from(GAS_MONEY));
    }

    // ---- Calls ----

    /// Sends a transaction to the engine; a refusal names the error.
    pub fn send<C: SolCall>(
        &mut self,
        from: Address,
        call: C,
    ) -> std::result::Result<C::Return, String> {
        let name = C::SIGNATURE.split('(').next().unwrap_or_default();
        self.send_to(name, from, self.engine(), call)
    }

    /// Sends a transaction that ends up in the engine, under a name for the table of gas.
    pub fn send_to<C: SolCall>(
        &mut self,
        name: &'static str,
        from: Address,
        to: Address,
        call: C,
    ) -> std::result::Result<C::Return, String> {
        let before = Books::of(self.kit);
        let sent = self.kit.send_to(from, to, call);
        self.version += 1;
        let (gas, passed) = match &sent {
            Ok(_) => (self.kit.receipt().gas_used, true),
            Err(failure) => (failure.receipt.gas_used, false),
        };
        self.record.gas.add(name, gas, passed);
        if passed {
            let logs = self.engine_logs();
            let moment = self.moment();
            logs.iter().for_each(|log| self.record.log(log, &moment));
            let after = Books::of(self.kit);
            let wrong = check::claim(name, (&before, &after), &logs, &self.record.closings);
            self.checks.add(check::CLAIM, wrong);
        }
        sent.map_err(|failure| failure.name())
    }

    /// Sends a transaction to the engine that has to pass.
    pub fn must<C: SolCall>(&mut self, from: Address, call: C) -> Result<C::Return> {
        self.send(from, call).map_err(|why| Error::Refused(C::SIGNATURE.to_owned(), why))
    }

    /// Sends a transaction to another contract that has to pass.
    pub fn must_to<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: C,
    ) -> Result<C::Return> {
        let sent = self.kit.send_to(from, to, call);
        sent.map_err(|failure| Error::Refused(C::SIGNATURE.to_owned(), failure.to_string()))
    }

    /// Asks the engine.
    pub fn view<C: SolCall>(&mut self, call: C) -> Result<C::Return> {
        let answer = self.kit.view(call);
        answer.map_err(|failure| Error::Refused(C::SIGNATURE.to_owned(), failure.to_string()))
    }

    /// What a call to the engine would return and log, if it would pass.
    pub fn simulate<C: SolCall>(
        &mut self,
        from: Address,
        call: &C,
    ) -> Option<Simulated<C::Return>> {
        let tx = Tx::call(from, self.engine(), call.abi_encode());
        let receipt = self.kit.chain.simulate(tx).ok().filter(|r| r.status.is_success())?;
        let returned = C::abi_decode_returns_validate(receipt.status.output()).ok()?;
        Some(Simulated { returned, logs: receipt.logs, gas: receipt.gas_used })
    }

    /// What the engine logged in the last transaction.
    fn engine_logs(&self) -> Vec<Log> {
        let logs = self.kit.receipt().logs.iter();
        logs.filter(|log| log.address == self.kit.engine).cloned().collect()
    }

    // ---- Tokens and the outside venue ----

    /// Makes tokens for somebody from outside.
    pub fn mint(&mut self, token: Address, to: Address, amount: u128) -> Result<()> {
        self.must_to(GOVERNOR, token, Token::mintCall { to, amount: U256::from(amount) }).map(drop)
    }

    /// Lets `spender` move all of an actor's tokens.
    pub fn approve(&mut self, owner: Address, token: Address, spender: Address) -> Result<()> {
        let call = Token::approveCall { spender, amount: U256::MAX };
        self.must_to(owner, token, call).map(drop)
    }

    /// Deploys a contract that takes and sells in the callback, owned by `owner`.
    pub fn deploy_bot(&mut self, owner: Address) -> Result<Address> {
        let (base, venue) = (self.base(), self.venue);
        let arguments = Bot::constructorCall { base, market: venue };
        let code = plimsoll_testkit::artifacts::init_code_with("Taker", &arguments);
        let deployed = self.kit.chain.deploy_evm(owner, code);
        let (bot, _) = deployed.map_err(|e| Error::Refused("Taker".to_owned(), e.to_string()))?;
        for asset in 0..ASSET_COUNT {
            let token = self.token(asset);
            self.must_to(owner, bot, Bot::setCollateralCall { asset: asset as u8, token })?;
        }
        Ok(bot)
    }

    /// Sets the venue's price so that it pays for `amount` exactly what the outside market pays.
    /// [`World::settle_sale`] follows once it was sold.
    pub fn prepare_sale(&mut self, asset: usize, amount: u128) -> Result<()> {
        let proceeds = self.market.quote(asset, amount, self.now());
        let unit = 10u128.pow(ASSETS[asset].decimals.into());
        let per_base = unit / 10u128.pow(BASE_DECIMALS.into());
        // The venue floors amount * price / 1e18 to token wei, then to base wei.
        let price = fixed::mul_div_up(proceeds * per_base, WAD, amount);
        let (token, venue) = (self.token(asset), self.venue);
        let (price, slippage) = (U256::from(price), U256::ZERO);
        self.must_to(GOVERNOR, venue, Venue::setPriceCall { token, price, slippage }).map(drop)
    }

    /// Books a sale in the outside market.
    pub fn settle_sale(&mut self, asset: usize, amount: u128) {
        let now = self.now();
        self.sold.0 += self.market.sell(asset, amount, now);
        self.sold.1[asset] += amount;
    }

    /// Checks that the venue paid what the outside market decided and has what was sold.
    pub fn check_venue(&mut self) {
        let paid = VENUE_MONEY - self.balance(self.base(), self.venue);
        let mut wrong = Vec::new();
        if paid != self.sold.0 {
            wrong.push(format!("the venue paid {paid}, the market {}", self.sold.0));
        }
        for (place, asset) in ASSETS.iter().enumerate() {
            let (held, sold) = (self.balance(self.token(place), self.venue), self.sold.1[place]);
            if held != sold {
                wrong.push(format!("{}: {sold} sold, {held} arrived", asset.name));
            }
        }
        self.checks.add(check::VENUE, wrong);
    }

    /// Sets what the outside market pays from now on: the paths' prices at this moment. Its books
    /// hold the same number of tokens throughout, so that their depth falls with the price.
    pub fn set_market(&mut self, ticks: &[Vec<prices::Tick>]) {
        let now = self.now();
        for (asset, ticks) in ticks.iter().enumerate() {
            if let Some(price) = prices::price_at(ticks, now) {
                let first = ticks.first().map_or(price, |tick| tick.price);
                let depth = fixed::mul_div_down(self.depths[asset], price, first);
                self.market.set_price(asset, price);
                self.market.set_depth(asset, if self.halted[asset] { 0 } else { depth });
            }
        }
    }

    /// Halts or resumes the outside market of an asset from the next price on, and says whether that
    /// is a change.
    pub fn set_halted(&mut self, asset: usize, halted: bool) -> bool {
        let changed = self.halted[asset] != halted;
        self.halted[asset] = halted;
        changed
    }
}

/// What a call would do.
pub struct Simulated<T> {
    /// What it would return.
    pub returned: T,
    /// What it would log.
    pub logs: Vec<Log>,
    /// Gas that it would use.
    pub gas: u64,
}
