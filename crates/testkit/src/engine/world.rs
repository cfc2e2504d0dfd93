//! The chain with the engine on it, and how it comes into being.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use alloy_primitives::{Address, U256, keccak256};
use alloy_sol_types::{SolCall, SolConstructor};
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::IPlimsollConstructor::stylus_constructorCall;
use plimsoll_abi::Source;
use plimsoll_devnet::{Chain, Deployed, Receipt};

use super::programs::PROGRAMS;
use super::{
    AssetConfig, Failure, GOVERNOR, GUARDIAN, PEOPLE, REPORTER, SUE, WorldConfig, feed_source,
    reporter_source,
};
use crate::artifacts::{init_code, init_code_with};
use crate::audit::try_solvency;
use crate::contracts::{Feed, Token};

/// Selector of `stylus_constructor()`: the SDK hashes it without the arguments' types.
const CONSTRUCTOR: &[u8] = b"stylus_constructor()";

/// A chain with the engine, its tokens and everybody who uses it.
#[derive(Clone)]
pub struct World {
    /// The chain. What a test does to it directly is the test's business.
    pub chain: Chain,
    /// The engine.
    pub engine: Address,
    /// The other programs' own addresses: nobody but the engine calls them.
    pub programs: [Address; PROGRAMS.len() - 1],
    /// The base token.
    pub base: Address,
    /// Decimals of the base token.
    pub base_decimals: u8,
    /// Collateral tokens by asset.
    pub tokens: Vec<Address>,
    /// Decimals by asset.
    pub decimals: Vec<u8>,
    /// Feeds by asset, where there is one.
    pub feeds: Vec<Option<Address>>,
    /// How the programs were deployed, the engine first.
    pub deployed: [Deployed; PROGRAMS.len()],
    /// Addresses that may have a balance in the engine: all that ever sent or were named.
    pub accounts: BTreeSet<Address>,
    /// What a test sent to the engine past its entry points, by token.
    pub gifts: BTreeMap<Address, U256>,
    /// Whether the books have to add up when the world ends: a test that spoils them says so.
    pub audited: bool,
    pub(super) last: Option<Receipt>,
}

/// Every test ends with a recount of everything.
impl Drop for World {
    fn drop(&mut self) {
        if self.audited && !std::thread::panicking() {
            let wrong = try_solvency(self).err().unwrap_or_default();
            assert!(wrong.is_empty(), "the books are wrong in the end:\n{}", wrong.join("\n"));
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The default market, built once a process and copied.
    #[must_use]
    pub fn new() -> Self {
        static DEFAULT: OnceLock<World> = OnceLock::new();
        DEFAULT.get_or_init(|| Self::build(&WorldConfig::default())).clone()
    }

    /// A market as described.
    ///
    /// # Panics
    /// Something about it is refused.
    #[must_use]
    pub fn build(config: &WorldConfig) -> Self {
        let mut chain = Chain::new(config.chain.clone());
        for person in PEOPLE {
            chain.fund(person, U256::from(10).pow(U256::from(24)));
        }
        let deployed: [Deployed; PROGRAMS.len()] = std::array::from_fn(|program| {
            let deployed = chain.deploy_stylus(GOVERNOR, &config.programs.0[program]);
            deployed.unwrap_or_else(|error| panic!("{}: {error}", PROGRAMS[program]))
        });
        let [engine, programs @ ..] = deployed.each_ref().map(|program| program.address);
        let mut world = Self {
            chain,
            engine,
            programs,
            base: Address::ZERO,
            base_decimals: config.base_decimals,
            tokens: Vec::new(),
            decimals: Vec::new(),
            feeds: Vec::new(),
            deployed,
            accounts: PEOPLE.into_iter().chain([Address::ZERO]).collect(),
            gifts: BTreeMap::new(),
            audited: false,
            last: None,
        };
        world.batch(|world| world.furnish(config));
        world.audited = true;
        world
    }

    fn furnish(&mut self, config: &WorldConfig) {
        self.base = self.deploy_token(config.base_contract, "USDC", config.base_decimals);
        self.approve_all(self.base);
        self.construct(config.min_debt).unwrap_or_else(|failure| panic!("{failure}"));
        if let Some(curve) = config.curve {
            let (base, kink, slope, jump) = (curve.base, curve.kink, curve.slope, curve.jump);
            self.must(GOVERNOR, abi::setRateCurveCall { base, kink, slope, jump });
        }
        for asset in &config.assets {
            self.list(asset);
        }
        if config.supply > 0 {
            self.supply(SUE, config.supply);
        }
    }

    /// Runs the engine's constructor with this world's addresses.
    ///
    /// # Errors
    /// It is refused, a second time for instance.
    pub fn construct(&mut self, min_debt: u128) -> Result<(), Failure> {
        let arguments = stylus_constructorCall {
            programs: self.programs,
            governor: GOVERNOR,
            guardian: GUARDIAN,
            base: self.base,
            baseDecimals: self.base_decimals,
            minDebt: U256::from(min_debt),
        };
        self.construct_with(&arguments)
    }

    /// Runs the engine's constructor.
    ///
    /// # Errors
    /// It is refused.
    pub fn construct_with(&mut self, call: &stylus_constructorCall) -> Result<(), Failure> {
        let data = [&keccak256(CONSTRUCTOR)[..4], &call.abi_encode()[4..]].concat();
        self.send_raw(GOVERNOR, self.engine, data).map(|_| ())
    }

    /// Lists a collateral and makes it usable. Returns its number.
    pub fn list(&mut self, config: &AssetConfig) -> u8 {
        let token = self.deploy_token(config.contract, config.name, config.decimals);
        self.approve_all(token);
        let decimals = config.decimals;
        let asset = self.must(GOVERNOR, abi::listAssetCall { token, decimals });
        self.tokens.push(token);
        self.decimals.push(decimals);
        self.feeds.push(None);
        if let Some(terms) = config.terms.clone() {
            self.must(GOVERNOR, abi::setTermsCall { asset, terms });
        }
        self.must(GOVERNOR, abi::setPricePolicyCall { asset, policy: config.policy() });
        self.set_source(asset, 0, reporter_source(REPORTER), U256::ZERO);
        let threshold = config.threshold;
        self.must(GOVERNOR, abi::setThresholdCall { asset, threshold, end: 0 });
        self.must(GOVERNOR, abi::setMaxLtvCall { asset, maxLtv: config.max_ltv });
        self.must(GOVERNOR, abi::setCapCall { asset, cap: U256::from(config.cap) });
        if let Some(decimals) = config.feed {
            self.add_feed(asset, decimals);
        }
        if config.price > 0 {
            self.set_price(asset, config.price);
        }
        asset
    }

    /// Sets the `n`-th source of an asset.
    pub fn set_source(&mut self, asset: u8, n: u8, source: Source, data: U256) {
        self.must(GOVERNOR, abi::setSourceCall { asset, n, source, data });
    }

    /// Deploys a feed and makes it the only source of an asset's price, in the reporter's place.
    pub fn add_feed(&mut self, asset: u8, decimals: u8) -> Address {
        let code = init_code_with("Feed", &Feed::constructorCall { decimals });
        let feed = self.deploy(code);
        self.set_source(asset, 0, feed_source(feed, decimals), U256::ZERO);
        self.feeds[usize::from(asset)] = Some(feed);
        feed
    }

    /// Deploys a token contract of the test set.
    pub fn deploy_token(&mut self, contract: &str, symbol: &str, decimals: u8) -> Address {
        let (name, symbol) = (symbol.to_owned(), symbol.to_owned());
        let arguments = Token::constructorCall { name, symbol, decimals };
        self.deploy(init_code_with(contract, &arguments))
    }

    /// Deploys a test contract whose constructor takes nothing.
    pub fn deploy_contract(&mut self, contract: &str) -> Address {
        self.deploy(init_code(contract))
    }

    /// Deploys a test contract with its constructor's arguments. It can hold a position.
    pub fn deploy_with(&mut self, contract: &str, arguments: &impl SolConstructor) -> Address {
        self.deploy(init_code_with(contract, arguments))
    }

    fn deploy(&mut self, code: Vec<u8>) -> Address {
        let deployed = self.chain.deploy_evm(GOVERNOR, code);
        let (address, _) = deployed.unwrap_or_else(|error| panic!("{error}"));
        self.accounts.insert(address);
        address
    }

    fn approve_all(&mut self, token: Address) {
        for person in PEOPLE {
            self.approve(person, token);
        }
    }

    /// Runs many calls on one native stack, which saves most of the time of short ones.
    pub fn batch<T: Send>(&mut self, work: impl FnOnce(&mut Self) -> T + Send) -> T {
        let mut chain = std::mem::take(&mut self.chain);
        let (chain, result) = {
            let world = &mut *self;
            chain
                .batch(move |inner| {
                    std::mem::swap(&mut world.chain, inner);
                    let result = work(world);
                    (std::mem::take(&mut world.chain), result)
                })
                .unwrap_or_else(|error| panic!("{error}"))
        };
        self.chain = chain;
        result
    }
}
