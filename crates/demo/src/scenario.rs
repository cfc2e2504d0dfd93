//! What the demo starts from: the market's parameters, and a portfolio that a seed draws.

use alloy_primitives::{Address, keccak256};
use plimsoll_abi::SaleTerms;
use plimsoll_math::words::SaleTerms as Stored;

use crate::fixed::{self, PPM, WAD};
use crate::rng::Rng;
use crate::{ASSETS, Asset};

/// Number of the demo's collaterals.
pub const ASSET_COUNT: usize = ASSETS.len();
/// One base token, base wei.
pub const USDC: u128 = 1_000_000;
/// Smallest debt, base wei.
pub const MIN_DEBT: u128 = 500 * USDC;
/// Part of what is supplied that is lent at the start, percent.
pub const UTILISATION: u128 = 75;
/// Value whose sale moves the outside price by 2 %, in percent of an asset's collateral: between
/// the thin markets that the design was tried on (5 to 8 % of the debt) and the deep ones of
/// large assets.
const DEPTH: u128 = 5;
/// Least depth, base wei.
const DEPTH_MIN: u128 = 50_000 * USDC;
/// Liquidation thresholds by asset, bps.
pub const THRESHOLDS: [u16; ASSET_COUNT] = [8_300, 8_000, 7_000, 7_300];
/// Borrowing weights by asset, bps: 1.5 % below the thresholds, so that a position can start with a
/// health factor of 1.02.
pub const MAX_LTVS: [u16; ASSET_COUNT] = [8_170, 7_880, 6_890, 7_190];
/// Reference volatilities by asset, bps per square root of a day.
pub const SIGMAS: [u16; ASSET_COUNT] = [500, 400, 800, 650];
/// Most of a haircut that diversification removes, percent.
pub const RELIEF: u8 = 20;
/// Correlation of every pair: 0.8, as the engine codes it.
pub const PAIR_CODE: u8 = 50;
/// Longest graces by asset, seconds: for the two whose prices are the surest.
pub const GRACES: [u16; ASSET_COUNT] = [60, 60, 0, 0];
/// How often an asset is chosen as collateral.
const POPULARITY: [u64; ASSET_COUNT] = [45, 25, 14, 16];
/// How many of a hundred borrowers hold one, two, three and four collaterals.
const COLLATERALS: [u64; ASSET_COUNT] = [52, 28, 13, 7];
/// Middle of the collateral values, base wei.
const MEDIAN: u128 = 60_000 * USDC;
/// Largest collateral value, base wei.
const LARGEST: u128 = 2_000_000 * USDC;
/// Least value of one collateral, base wei.
const LEAST: u128 = 1_500 * USDC;

/// What a run may change about the market and the sales, for an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether our own sales move the price that the oracle reads.
    pub feedback: bool,
    /// Depth of all outside markets together in tenths of a percent of the debt; nothing means
    /// that each is `DEPTH` percent of its collateral.
    pub depth_per_mille: Option<u128>,
    /// Whether what is on sale is capped at the depth.
    pub capped: bool,
    /// Fall of an auction's factor below one, and of its price below the kick's, ppm a second;
    /// nothing means the demo's. Governance's bounds do not hold here.
    pub steep: Option<u16>,
    /// Floor of an auction, bps of the oracle's price; nothing means the demo's. As little bound.
    pub floor: Option<u16>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { feedback: false, depth_per_mille: None, capped: true, steep: None, floor: None }
    }
}

impl Rules {
    /// Applies the depth to a portfolio: spread over the assets as its collateral is.
    pub fn deepen(&self, portfolio: &mut Portfolio) {
        let Some(per_mille) = self.depth_per_mille else { return };
        let whole: u128 = portfolio.depths.iter().sum();
        let depth = portfolio.debt * per_mille / 1_000;
        portfolio.depths =
            portfolio.depths.map(|part| fixed::mul_div_down(depth, part, whole).max(USDC));
    }

    /// Terms of an asset's sales by these rules; governance's bounds do not hold for them.
    pub fn bend(&self, terms: Stored) -> Stored {
        Stored {
            max_on_sale: if self.capped { terms.max_on_sale } else { (1 << 48) - 1 },
            slow_rate: self.steep.unwrap_or(terms.slow_rate),
            descent: self.steep.unwrap_or(terms.descent),
            floor: self.floor.unwrap_or(terms.floor),
            ..terms
        }
    }
}

/// How an asset is sold, with its cap on sale: what moves the outside price by 2 %.
pub fn terms(depth: u128) -> SaleTerms {
    SaleTerms {
        referenceFactor: 9_500,
        penalty: 150,
        chip: 10,
        target: 11_200,
        fullBelow: 9_000,
        startExcess: 200,
        // Forty seconds from two percent above the oracle to the oracle: time for others to join.
        fastRate: 500,
        slowRate: 30,
        descent: 200,
        floor: 9_200,
        dust: 100_000,
        maxOnSale: u64::try_from(depth / 1_000).unwrap_or(u64::MAX),
        tip: 1_000,
        small: 2_000_000,
        coolOff: 1,
    }
}

/// What a borrower does about a falling health factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// Nothing.
    Passive,
    /// Adds collateral below the health factor, once.
    TopsUp(u128),
    /// Repays part of the debt below the health factor, once.
    Repays(u128),
    /// Closes the position below the health factor.
    Exits(u128),
    /// Repays part of the debt when a sale of his has begun; then he leaves it.
    Rescues,
    /// Takes the rest of his lots back as soon as the engine lets him.
    Leaves,
}

/// A borrower as he starts.
#[derive(Clone, Debug)]
pub struct Borrower {
    /// His address.
    pub address: Address,
    /// Asset and amount in its wei.
    pub collateral: Vec<(u8, u128)>,
    /// Base wei.
    pub debt: u128,
    /// What he will do.
    pub temper: Temper,
}

/// The market before it opens.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// Everybody who borrows.
    pub borrowers: Vec<Borrower>,
    /// Depth of each asset's outside market, base wei.
    pub depths: [u128; ASSET_COUNT],
    /// Sum of the debts, base wei.
    pub debt: u128,
    /// Sum of the collateral at the first prices, base wei.
    pub collateral: u128,
}

/// An address that nobody has a key to.
pub fn address(role: &str, number: usize) -> Address {
    Address::from_slice(&keccak256(format!("{role} {number}"))[12..])
}

/// Draws `count` borrowers at the first `prices` (WAD).
pub fn portfolio(count: u32, prices: &[u128; ASSET_COUNT], seed: u64) -> Portfolio {
    let mut rng = Rng::stream(seed, "portfolio");
    let borrowers: Vec<Borrower> =
        (0..count as usize).map(|number| borrower(number, prices, &mut rng)).collect();
    let mut values = [0u128; ASSET_COUNT];
    for (asset, amount) in borrowers.iter().flat_map(|borrower| &borrower.collateral) {
        let place = usize::from(*asset);
        values[place] += fixed::value_down(*amount, ASSETS[place].decimals, prices[place]);
    }
    Portfolio {
        depths: values.map(|value| (value * DEPTH / 100).max(DEPTH_MIN) / USDC * USDC),
        debt: borrowers.iter().map(|borrower| borrower.debt).sum(),
        collateral: values.iter().sum(),
        borrowers,
    }
}

fn borrower(number: usize, prices: &[u128; ASSET_COUNT], rng: &mut Rng) -> Borrower {
    let assets = assets(rng);
    let value = size(rng);
    let weights: Vec<u128> = assets.iter().map(|_| rng.between(20, 100).into()).collect();
    let whole: u128 = weights.iter().sum();
    let (mut collateral, mut margin) = (Vec::new(), 0);
    for (place, weight) in assets.iter().zip(&weights) {
        let Asset { decimals, .. } = ASSETS[*place];
        let part = (value * weight / whole).max(LEAST);
        let amount = fixed::amount_down(part, decimals, prices[*place]);
        let worth = fixed::value_down(amount, decimals, prices[*place]);
        margin += worth * u128::from(THRESHOLDS[*place]) / 10_000;
        collateral.push((*place as u8, amount));
    }
    // From 1.02 to 2.5, as many near the one as near the other.
    let health = 102 * WAD / 100 + u128::from(rng.below(1_480_000)) * (WAD / PPM);
    Borrower {
        address: address("borrower", number),
        collateral,
        debt: fixed::mul_div_down(margin, WAD, health).max(MIN_DEBT),
        temper: temper(rng),
    }
}

/// One to four different assets.
fn assets(rng: &mut Rng) -> Vec<usize> {
    let count = weighted(&COLLATERALS, rng) + 1;
    let mut popularity = POPULARITY;
    let mut chosen = Vec::with_capacity(count);
    for _ in 0..count {
        let place = weighted(&popularity, rng);
        popularity[place] = 0;
        chosen.push(place);
    }
    chosen.sort_unstable();
    chosen
}

/// A place, each as often as its weight says.
fn weighted(weights: &[u64], rng: &mut Rng) -> usize {
    let mut rest = rng.below(weights.iter().sum());
    for (place, weight) in weights.iter().enumerate() {
        match rest.checked_sub(*weight) {
            Some(left) => rest = left,
            None => return place,
        }
    }
    0
}

/// A collateral value, base wei: the median times two to the power of 1.7 normal deviates, which is
/// log-normal with a deviation of 1.18, between three thousand and two million.
fn size(rng: &mut Rng) -> u128 {
    // In thousandths of a doubling, from the largest value down.
    let doublings = rng.normal() * 1_700 / WAD as i128;
    let top = i128::from((LARGEST / MEDIAN).ilog2() + 1) * 1_000;
    let below = u64::try_from((top - doublings).max(0)).unwrap_or(0);
    let largest = MEDIAN << (top / 1_000);
    fixed::mul_div_down(largest, fixed::decay(below, 1_000), WAD).clamp(2 * LEAST, LARGEST)
}

/// Eight of ten do nothing, as in most crashes.
fn temper(rng: &mut Rng) -> Temper {
    let line = |rng: &mut Rng| WAD * u128::from(rng.between(103, 112)) / 100;
    match rng.below(100) {
        0..80 => Temper::Passive,
        80..86 => Temper::TopsUp(line(rng)),
        86..92 => Temper::Repays(line(rng)),
        92..96 => Temper::Exits(line(rng)),
        _ => Temper::Rescues,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: [u128; ASSET_COUNT] =
        [194_600 * WAD / 1_000, 7_920 * WAD, 1_012 * WAD / 1_000, 3_755 * WAD / 1_000];

    #[test]
    fn the_portfolio_depends_on_the_seed_alone() {
        let (a, b) = (portfolio(50, &PRICES, 7), portfolio(50, &PRICES, 7));
        let words = |p: &Portfolio| format!("{p:?}");
        assert_eq!(words(&a), words(&b));
        assert_ne!(words(&a), words(&portfolio(50, &PRICES, 8)));
    }

    #[test]
    fn everybody_starts_between_the_two_health_factors() {
        for borrower in portfolio(2_000, &PRICES, 1).borrowers {
            let margin: u128 = borrower
                .collateral
                .iter()
                .map(|(asset, amount)| {
                    let place = usize::from(*asset);
                    let value = fixed::value_down(*amount, ASSETS[place].decimals, PRICES[place]);
                    value * u128::from(THRESHOLDS[place]) / 10_000
                })
                .sum();
            let health = fixed::mul_div_down(margin, WAD, borrower.debt);
            assert!((102 * WAD / 100..=251 * WAD / 100).contains(&health), "{health}");
            assert!(MIN_DEBT <= borrower.debt);
        }
    }

    #[test]
    fn sizes_are_spread_and_every_asset_is_used() {
        let portfolio = portfolio(2_000, &PRICES, 1);
        let mut debts: Vec<u128> = portfolio.borrowers.iter().map(|b| b.debt).collect();
        debts.sort_unstable();
        assert!(debts[1_000] * 8 < debts[1_980], "{} {}", debts[1_000], debts[1_980]);
        assert!((10_000 * USDC..60_000 * USDC).contains(&debts[1_000]), "{}", debts[1_000]);
        for asset in 0..ASSET_COUNT as u8 {
            let holds = |b: &&Borrower| b.collateral.iter().any(|(held, _)| *held == asset);
            assert!(portfolio.borrowers.iter().filter(holds).count() > 300, "{asset}");
        }
        assert!(portfolio.depths.iter().all(|depth| DEPTH_MIN <= *depth));
        for count in 1..=ASSET_COUNT {
            assert!(portfolio.borrowers.iter().any(|b| b.collateral.len() == count), "{count}");
        }
    }

    #[test]
    fn weights_above_the_terms_of_a_sale_are_refused_by_the_core() {
        // The contract would refuse the set-up; this finds out without it.
        let terms = terms(USDC * 1_000_000);
        for (threshold, ltv) in THRESHOLDS.into_iter().zip(MAX_LTVS) {
            let gross = u32::from(threshold) * (10_000 + u32::from(terms.penalty));
            assert!(gross <= u32::from(terms.referenceFactor) * u32::from(terms.fullBelow));
            assert!(u32::from(ltv) * 102 < u32::from(threshold) * 103 && ltv < threshold);
            assert!(u32::from(threshold) * 100 < u32::from(ltv) * 102, "1.02 can be borrowed");
        }
    }
}
