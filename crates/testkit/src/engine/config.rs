//! What a market is made of.

use std::sync::Arc;

use plimsoll_abi::SaleTerms;
use plimsoll_devnet::ChainConfig;
use plimsoll_math::interest::RateCurve;

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
    /// Largest believed move, bps.
    pub max_step: u16,
    /// Widest confidence of a valid price, bps.
    pub max_confidence: u16,
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
            terms: None,
            feed: None,
        }
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
