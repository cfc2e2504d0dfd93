//! What a market is made of.

use std::sync::Arc;

use alloy_primitives::Address;
use plimsoll_abi::{PricePolicy, SaleTerms, Source};
use plimsoll_devnet::ChainConfig;
use plimsoll_math::{interest::RateCurve, words};

use super::{Programs, usdc, wad, whole};

/// A market to build.
#[derive(Clone)]
pub struct WorldConfig {
    /// The chain that it is built on: when it starts, for instance.
    pub chain: ChainConfig,
    /// The programs to deploy; those of this checkout by default.
    pub programs: Arc<Programs>,
    /// Test contract of the base token.
    pub base_contract: &'static str,
    /// Decimals of the base token.
    pub base_decimals: u8,
    /// Smallest debt, base wei.
    pub min_debt: u128,
    /// Collaterals, in the order in which they are listed.
    pub assets: Vec<AssetConfig>,
    /// The rate curve; `None` leaves it at zero.
    pub curve: Option<RateCurve>,
    /// What the first supplier supplies, base wei.
    pub supply: u128,
}

/// A collateral of a market.
#[derive(Clone)]
pub struct AssetConfig {
    /// Symbol.
    pub name: &'static str,
    /// Test contract: `Token` or one of the hostile ones.
    pub contract: &'static str,
    /// Decimals.
    pub decimals: u8,
    /// Liquidation threshold, bps.
    pub threshold: u16,
    /// Borrowing weight, bps.
    pub max_ltv: u16,
    /// First price, WAD; zero leaves the asset without one.
    pub price: u128,
    /// Cap, collateral wei.
    pub cap: u128,
    /// Seconds from observation to staleness.
    pub max_age: u32,
    /// A move up to this is never a jump, bps.
    pub max_step: u16,
    /// Widest confidence of a valid price, bps.
    pub max_confidence: u16,
    /// Half-life of the moving average, seconds; zero: it is the price.
    pub ema_half_life: u16,
    /// Terms other than those of a listing.
    pub terms: Option<SaleTerms>,
    /// Decimals of a feed to price it by; `None` means the reporter.
    pub feed: Option<u8>,
}

impl AssetConfig {
    /// A good token with a price that the reporter pushes.
    #[must_use]
    pub fn new(name: &'static str, decimals: u8, price: u128) -> Self {
        Self {
            name,
            contract: "Token",
            decimals,
            threshold: 8_400,
            max_ltv: 8_000,
            price,
            cap: whole(1_000_000_000, decimals.into()),
            max_age: 3_600,
            max_step: 5_000,
            max_confidence: 100,
            ema_half_life: 0,
            terms: None,
            feed: None,
        }
    }

    /// What is believed of its sources: one is enough.
    #[must_use]
    pub fn policy(&self) -> PricePolicy {
        let policy = price_policy(self.max_age, self.max_step, self.max_confidence);
        PricePolicy { emaHalfLife: self.ema_half_life, ..policy }
    }

    /// With other weights: liquidation threshold and max LTV, bps.
    #[must_use]
    pub fn weights(self, threshold: u16, max_ltv: u16) -> Self {
        Self { threshold, max_ltv, ..self }
    }

    /// With another token contract.
    #[must_use]
    pub fn contract(self, contract: &'static str) -> Self {
        Self { contract, ..self }
    }
}

impl Default for WorldConfig {
    /// USDC against WETH, WBTC, ARB and LINK, with ten million supplied.
    fn default() -> Self {
        Self {
            chain: ChainConfig::default(),
            programs: Programs::shared(),
            base_contract: "Token",
            base_decimals: 6,
            min_debt: usdc(100),
            assets: vec![
                AssetConfig::new("WETH", 18, wad(3_000)),
                AssetConfig::new("WBTC", 8, wad(60_000)),
                AssetConfig::new("ARB", 18, wad(1)).weights(7_500, 6_800),
                AssetConfig::new("LINK", 18, wad(15)).weights(7_500, 6_800),
            ],
            curve: Some(Self::CURVE),
            supply: usdc(10_000_000),
        }
    }
}

impl WorldConfig {
    /// 1 % at rest, 5 % at a kink of 80 %, 55 % when all is lent.
    pub const CURVE: RateCurve = RateCurve { base: 10, kink: 80, slope: 8, jump: 10 };

    /// The default market without suppliers.
    #[must_use]
    pub fn unsupplied() -> Self {
        Self { supply: 0, ..Self::default() }
    }

    /// The default market with only these collaterals.
    #[must_use]
    pub fn of(assets: Vec<AssetConfig>) -> Self {
        Self { assets, ..Self::default() }
    }
}

/// A policy for one source: seconds, bps, bps; nothing fades and the average is the price.
#[must_use]
pub fn price_policy(max_age: u32, step: u16, max_confidence: u16) -> PricePolicy {
    PricePolicy {
        maxAge: max_age,
        step,
        sigmas: 0,
        maxConfidence: max_confidence,
        quorum: 1,
        halfLife: 0,
        outlier: 100,
        emaHalfLife: 0,
    }
}

/// A reporter as a source, of family 0 and weight 1.
#[must_use]
pub fn reporter_source(reporter: Address) -> Source {
    source(reporter, words::Source::REPORTER, 0)
}

/// A Chainlink-style feed as a source, of family 0 and weight 1.
#[must_use]
pub fn feed_source(feed: Address, decimals: u8) -> Source {
    source(feed, words::Source::FEED, decimals)
}

/// A Pyth-style contract as a source, of family 0 and weight 1.
#[must_use]
pub fn pyth_source(pyth: Address) -> Source {
    source(pyth, words::Source::PYTH, 0)
}

fn source(source: Address, kind: u8, decimals: u8) -> Source {
    Source { source, kind, decimals, family: 0, weight: 1, secondary: false }
}
