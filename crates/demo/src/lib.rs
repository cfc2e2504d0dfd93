//! The demo: a market crash played against the compiled contract on an embedded chain.
//!
//! - [`cli`]: what the user asked for;
//! - [`prices`]: where prices come from, a file or a generator, and their course inside an hour;
//! - [`scenario`]: the portfolio and the market's parameters;
//! - [`sources`]: what the engine asks for prices, and what it knows about risk;
//! - [`world`]: the chain, through which every transaction goes, and [`market`], the outside market
//!   in which takers sell what they bought;
//! - [`actors`]: who acts, and [`mirror`]: what they see;
//! - [`mod@play`]: the run; [`mod@record`] and [`doubt`]: what happened; [`ending`] and [`check`]: what must hold;
//! - [`cascade`]: runs side by side in which our own sales move the market;
//! - [`account`] and [`summary`]: the run in words; [`report`]: the run as one HTML page;
//! - [`text`]: words on a terminal; [`fixed`], [`rng`], [`time`]: arithmetic, chance and dates.
//!
//! Whatever feeds the run is integer arithmetic from a seed, so a run is the same on every machine.
//! Floats appear in `report` only, for coordinates of drawings.
//!
//! Units, unless a line says otherwise: prices in WAD (1e18), whole base tokens per whole token;
//! amounts in a token's wei; base amounts ("base wei") with [`BASE_DECIMALS`]; times in seconds
//! since 1970, UTC.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod account;
pub mod actors;
pub mod cascade;
pub mod check;
pub mod cli;
pub mod doubt;
pub mod ending;
pub mod error;
pub mod fixed;
pub mod market;
pub mod mirror;
pub mod play;
pub mod prices;
pub mod record;
pub mod report;
pub mod rng;
pub mod scenario;
pub mod sources;
pub mod summary;
pub mod text;
pub mod time;
pub mod world;

pub use error::{Error, Result};
pub use play::{Course, Outcome, play};

/// Decimals of the base token (USDC).
pub const BASE_DECIMALS: u8 = 6;

/// A collateral of the demo and how its price behaves without a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Ticker symbol, upper case.
    pub name: &'static str,
    /// Decimals of the token.
    pub decimals: u8,
    /// Response to WETH's returns, ppm: 850,000 means 0.85 % for each 1 % of WETH.
    pub beta_ppm: u32,
    /// Standard deviation of the asset's own noise, ppm of the leader's range in that candle.
    pub noise_ppm: u32,
    /// First price, ppm of WETH's first price.
    pub ratio_ppm: u64,
}

/// The demo's collaterals, in the order in which they are listed.
///
/// Betas and noise are round figures for how these tokens moved with ether in sell-offs; ratios
/// are those of March 2020 (ARB, which did not exist then, starts near one dollar).
pub const ASSETS: [Asset; 4] = [
    Asset { name: "WETH", decimals: 18, beta_ppm: 1_000_000, noise_ppm: 0, ratio_ppm: 1_000_000 },
    Asset {
        name: "WBTC",
        decimals: 8,
        beta_ppm: 850_000,
        noise_ppm: 100_000,
        ratio_ppm: 40_700_000,
    },
    Asset { name: "ARB", decimals: 18, beta_ppm: 1_300_000, noise_ppm: 200_000, ratio_ppm: 5_200 },
    Asset {
        name: "LINK",
        decimals: 18,
        beta_ppm: 1_150_000,
        noise_ppm: 150_000,
        ratio_ppm: 19_300,
    },
];

/// The asset called `name`, whatever the case, with its place in [`ASSETS`].
pub fn asset(name: &str) -> Option<(usize, Asset)> {
    ASSETS.iter().position(|a| a.name.eq_ignore_ascii_case(name)).map(|at| (at, ASSETS[at]))
}
