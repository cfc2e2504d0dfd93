//! Prices of an asset that has no file: they follow another asset's.

use super::{Candle, Path};
use crate::Asset;
use crate::fixed::{self, PPM, WAD};
use crate::rng::Rng;

/// Lowest price of a follower, WAD: a billionth of a base token.
const FLOOR: u128 = 1_000_000_000;
/// Highest price of a follower, WAD: what the contract's 96 bits hold, rounded down.
const CEILING: u128 = 10u128.pow(28);

/// The path of `asset` behind `lead`, the path of `leader`.
///
/// In each candle every return of the leader (from the last close to the open, and from the open
/// to high, low and close) is multiplied by the ratio of the betas; the close then moves by noise
/// of its own, in proportion to the leader's range in that candle. The first price keeps the ratio
/// of [`Asset::ratio_ppm`].
pub fn follow(lead: &Path, leader: Asset, asset: Asset, seed: u64) -> Path {
    let mut rng = Rng::stream(seed, asset.name);
    let beta = i128::from(asset.beta_ppm) * PPM as i128 / i128::from(leader.beta_ppm.max(1));
    let mut candles = Vec::with_capacity(lead.candles.len());
    let mut before: Option<(u128, u128)> = None;
    for candle in &lead.candles {
        let open = match before {
            Some((lead_close, close)) => {
                respond(close, beta, fixed::change(lead_close, candle.open))
            }
            None => first(candle.open, leader, asset),
        };
        let range = fixed::change(candle.low, candle.high).min(WAD as i128);
        let sigma = range * i128::from(asset.noise_ppm) / PPM as i128;
        let noise = (sigma / 1_000_000) * (rng.normal() / 1_000_000) / 1_000_000;
        let own = shape(candle, open, beta, noise);
        before = Some((candle.close, own.close));
        candles.push(own);
    }
    Path { asset: asset.name.to_owned(), candles }
}

/// The first price of `asset` when the leader's is `open`.
fn first(open: u128, leader: Asset, asset: Asset) -> u128 {
    let ratio = u128::from(leader.ratio_ppm.max(1));
    fixed::mul_div_down(open, u128::from(asset.ratio_ppm), ratio).clamp(FLOOR, CEILING)
}

/// The follower's candle that starts at `open`.
fn shape(lead: &Candle, open: u128, beta: i128, noise: i128) -> Candle {
    let reach = |price: u128| respond(open, beta, fixed::change(lead.open, price));
    let close = fixed::scale(reach(lead.close), noise).clamp(FLOOR, CEILING);
    let high = reach(lead.high).max(open).max(close);
    let low = reach(lead.low).min(open).min(close);
    Candle { time: lead.time, open, high, low, close }
}

/// `price` after the leader's return `change` (WAD); `beta` in ppm. A fall stops at 95 %, a rise at
/// 1,000 %.
fn respond(price: u128, beta: i128, change: i128) -> u128 {
    let one = WAD as i128;
    let change = change.clamp(-one, 10 * one) * beta / PPM as i128;
    fixed::scale(price, change.clamp(-95 * one / 100, 10 * one)).clamp(FLOOR, CEILING)
}

#[cfg(test)]
mod tests {
    use super::super::crash;
    use super::*;
    use crate::ASSETS;

    fn fall(path: &Path) -> i128 {
        fixed::change(path.candles[0].open, path.low().expect("candles"))
    }

    #[test]
    fn followers_fall_in_the_order_of_their_betas() {
        let lead = crash(1);
        let mean = |asset| {
            (0..50).map(|seed| fall(&follow(&lead, ASSETS[0], asset, seed))).sum::<i128>() / 50
        };
        let [eth, btc, arb, link] = ASSETS.map(mean);
        assert!(arb < link && link < eth && eth < btc, "{eth} {btc} {arb} {link}");
    }

    #[test]
    fn without_noise_and_with_beta_one_it_is_the_leader() {
        let lead = crash(1);
        let same = follow(&lead, ASSETS[0], ASSETS[0], 9);
        for (a, b) in same.candles.iter().zip(&lead.candles) {
            // Each step rounds down twice; over 48 candles that is a few hundred wei.
            assert!(a.low.abs_diff(b.low) < 100_000 && a.close.abs_diff(b.close) < 100_000);
        }
    }

    #[test]
    fn candles_stay_whole_when_the_leader_collapses() {
        let mut price = 80 * WAD;
        let candles = (0..500)
            .map(|minute| {
                let open = price;
                price = (price * 90 / 100).max(1);
                Candle { time: minute * 60, open, high: open, low: price, close: price }
            })
            .collect();
        let lead = Path { asset: "WETH".to_owned(), candles };
        for asset in &ASSETS[1..] {
            let path = follow(&lead, ASSETS[0], *asset, 1);
            assert_eq!(path.asset, asset.name);
            for c in &path.candles {
                assert!(0 < c.low && c.low <= c.open.min(c.close));
                assert!(c.open.max(c.close) <= c.high);
            }
        }
    }

    #[test]
    fn seeds_and_assets_have_their_own_noise() {
        let lead = crash(1);
        let link = follow(&lead, ASSETS[0], ASSETS[3], 1);
        assert_eq!(link, follow(&lead, ASSETS[0], ASSETS[3], 1));
        assert_ne!(link, follow(&lead, ASSETS[0], ASSETS[3], 2));
    }
}
