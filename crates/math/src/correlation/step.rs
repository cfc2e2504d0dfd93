//! How far governance may change an asset's part in diversification at once.

use super::Correlations;
use crate::words::AssetPrice;

/// Largest fall of a relief's limit, percentage points.
const RELIEF_STEP: u8 = 5;
/// Largest change of a correlation, in codes: a tenth.
const CODE_STEP: u8 = 25;

/// Whether a change of what takes part already is within a step: a fifth of its volatility, a tenth
/// of each correlation, five points of its relief, and all of it together so little that no health
/// factor falls by more than a hundredth. `lowest`: the lowest threshold, bps, of all that take part.
///
/// # Source
/// With h = v (1 - LT) for a haircut, R for the diversification ratio and r for an asset's relief,
/// the margin is the sum of v LT + h min(r, 1 - R). As r <= 1/4, only a rise of R above 3/4 costs
/// anything. There
///
/// - correlations that rise by c / 250 at most raise R^2 by at most 2 w (1 - w) c / 250 <= c / 500,
///   w the asset's share of the weights, and so R by at most c / 750;
/// - a volatility that rises by the part f raises R by at most f w (1 - R) / (1 + f w); one that
///   falls raises it by less; and w <= R, as no correlation is negative: less than 3 f / 16.
///
/// A relief that falls by p points takes p / 100 of the asset's own haircut. So the margin falls by
/// at most (p / 100 + c / 750 + 3 f / 16) sum h, and it is at least sum v LT >= sum h L / (1 - L).
pub fn is_within_a_step(
    old: &AssetPrice,
    next: &AssetPrice,
    tables: (&Correlations, &Correlations),
    asset: u8,
    lowest: u16,
) -> bool {
    let moved = u64::from(old.sigma.abs_diff(next.sigma));
    let taken = old.relief.saturating_sub(next.relief);
    let (mut widest, mut risen) = (0_u8, 0_u8);
    for other in (0_u8..16).filter(|other| *other != asset) {
        let (was, is) = (tables.0.code(asset, other), tables.1.code(asset, other));
        widest = widest.max(was.abs_diff(is));
        risen = risen.max(was.saturating_sub(is));
    }
    if moved.saturating_mul(5) > old.sigma.into() || taken > RELIEF_STEP || widest > CODE_STEP {
        return false;
    }
    // Everything times 12,000 sigma: at most 18 + 14 + 14 bits a product.
    let (sigma, lowest) = (u64::from(old.sigma), u64::from(lowest));
    let parts =
        u64::from(taken).saturating_mul(120).saturating_add(u64::from(risen).saturating_mul(16));
    let falls = parts.saturating_mul(sigma).saturating_add(moved.saturating_mul(2_250));
    let haircut = 10_000_u64.saturating_sub(lowest);
    falls.saturating_mul(haircut) <= sigma.saturating_mul(lowest).saturating_mul(120)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    use crate::correlation::{Stake, relief};

    /// A word with a volatility and a relief.
    fn part(sigma: u16, relief: u8) -> AssetPrice {
        AssetPrice { sigma, relief, ..AssetPrice::default() }
    }

    #[test]
    fn each_part_has_its_step() {
        let old = Correlations::default().with_code(0, 1, 100);
        let ask = |next: &AssetPrice, code, lowest| {
            is_within_a_step(&part(500, 20), next, (&old, &old.with_code(0, 1, code)), 0, lowest)
        };
        // A threshold that high lets the step of each part bind alone.
        let alone = |sigma, relief, code| ask(&part(sigma, relief), code, 9_500);
        assert!(alone(400, 20, 100) && alone(600, 25, 100));
        assert!(!alone(399, 20, 100) && !alone(601, 20, 100));
        assert!(alone(500, 15, 100) && !alone(500, 14, 100));
        assert!(alone(500, 20, 75) && !alone(500, 20, 74));
        assert!(alone(500, 20, 125) && !alone(500, 20, 126));
        // At four fifths four points are the hundredth: of relief; 30 codes; 21 % of volatility.
        let low = |sigma, relief, code| ask(&part(sigma, relief), code, 8_000);
        assert!(low(500, 16, 100) && !low(500, 15, 100));
        // 16 * 25 + 120 = 520 > 480; 16 * 22 + 120 = 472.
        assert!(low(500, 19, 78) && !low(500, 19, 75));
        // 2,250 * 53 / 500 + 240 = 478.5; with 54 it is 483.
        assert!(low(553, 18, 100) && !low(554, 18, 100));
        // What relieves more costs nobody anything, and what does not change never does.
        assert!(low(500, 25, 125) && ask(&part(500, 20), 100, 0));
    }

    /// Margins of many portfolios before and after the widest change that is allowed: none falls by
    /// more than a hundredth, and some fall by more than half of that.
    #[test]
    fn no_margin_falls_by_more_than_a_hundredth() {
        let mut seed = 7_u64;
        let mut below = |limit: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        let mut worst = 0;
        for _ in 0..200_000 {
            let count = 2 + below(4) as u8;
            let table = (1..count).flat_map(|b| (0..b).map(move |a| (a, b)));
            let base = 250 * below(2);
            let old = table.fold(Correlations::default(), |all, (a, b)| {
                all.with_code(a, b, base.saturating_sub(below(60)) as u8)
            });
            let threshold = 4_000 + below(5_501) as u16;
            let mut stakes: Vec<Stake> = (0..count)
                .map(|asset| Stake {
                    asset,
                    value: 1 + u128::from(below(1_000_000)) * 1_000,
                    threshold_bps: threshold,
                    sigma_bps: 100 + below(900) as u16,
                    relief_percent: 25,
                })
                .collect();
            let margin = |stakes: &[Stake], table: &Correlations| {
                let own: u128 =
                    stakes.iter().map(|stake| stake.value * u128::from(stake.threshold_bps)).sum();
                own + relief(stakes, table).unwrap()
            };
            let before = margin(&stakes, &old);
            let was = part(stakes[0].sigma_bps, 25);
            let fifth = below(u64::from(was.sigma) / 5 + 1) as u16;
            let sigma = if below(2) == 0 { was.sigma + fifth } else { was.sigma - fifth };
            let is = part(sigma, 25 - below(6) as u8);
            let fall = below(26) as u8;
            let new = (1..count).fold(old, |all, other| {
                all.with_code(0, other, old.code(0, other).saturating_sub(fall))
            });
            if !is_within_a_step(&was, &is, (&old, &new), 0, threshold) {
                continue;
            }
            (stakes[0].sigma_bps, stakes[0].relief_percent) = (is.sigma, is.relief);
            let after = margin(&stakes, &new);
            worst = worst.max(before.saturating_sub(after) * 10_000 / before);
            assert!(after * 100 >= before * 99, "{before} {after} {stakes:?}");
        }
        assert!(worst > 50, "{worst} bps");
    }
}
