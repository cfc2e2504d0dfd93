//! From candles to ticks: a course inside each candle that passes exactly through its open, high,
//! low and close and never leaves them.

use super::{Candle, Path};
use crate::fixed::{PPM, WAD};
use crate::rng::Rng;

/// A price at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Seconds.
    pub time: u64,
    /// WAD.
    pub price: u128,
}

/// `steps` ticks for each candle, evenly spaced from its first second; the first is its open, the
/// last its close, two between them its high and its low. At least 4 steps and at most one a
/// second; candles shorter than four seconds give their close alone.
///
/// The moments of high and low come from the seed and the candle's time, not from the asset, so
/// that assets fall together; the way between them is the asset's own. Cutting a path changes no
/// tick of what is left.
pub fn refine(path: &Path, steps: u32, seed: u64) -> Vec<Tick> {
    let interval = path.interval();
    let most = usize::try_from(interval).unwrap_or(usize::MAX);
    let count = (steps as usize).max(4).min(most);
    let mut ticks = Vec::with_capacity(path.candles.len().saturating_mul(count));
    let mut prices = vec![0; count];
    for candle in &path.candles {
        if count < 4 {
            ticks.push(Tick { time: candle.time, price: candle.close });
            continue;
        }
        course(candle, &mut prices, &path.asset, seed);
        let tick = |(step, price): (usize, &u128)| Tick {
            time: candle.time + interval * step as u64 / count as u64,
            price: *price,
        };
        ticks.extend(prices.iter().enumerate().map(tick));
    }
    ticks
}

/// The price that holds at `time`: that of the last tick at or before it.
pub fn price_at(ticks: &[Tick], time: u64) -> Option<u128> {
    let after = ticks.partition_point(|tick| tick.time <= time);
    Some(ticks.get(after.checked_sub(1)?)?.price)
}

/// Fills `prices` (at least four) with the course inside a candle.
fn course(candle: &Candle, prices: &mut [u128], asset: &str, seed: u64) {
    let mut shared = Rng::stream(seed ^ candle.time.rotate_left(32), "course");
    let last = prices.len() - 1;
    let first = shared.between(1, last as u64 - 2) as usize;
    let second = shared.between(first as u64 + 1, last as u64 - 1) as usize;
    // A rising candle mostly visits its low first, a falling one its high.
    let rising = candle.open <= candle.close;
    let low_first = shared.chance(750_000) == rising;
    let (early, late) =
        if low_first { (candle.low, candle.high) } else { (candle.high, candle.low) };
    for (at, price) in [(0, candle.open), (first, early), (second, late), (last, candle.close)] {
        prices[at] = price;
    }
    let mut bridge = Bridge {
        low: candle.low,
        high: candle.high,
        steps: prices.len() as u128,
        rng: Rng::stream(seed ^ candle.time.rotate_left(32), asset),
    };
    for (from, to) in [(0, first), (first, second), (second, last)] {
        bridge.fill(prices, from, to);
    }
}

/// Fills the way between fixed points by halving it again and again.
struct Bridge {
    low: u128,
    high: u128,
    steps: u128,
    rng: Rng,
}

impl Bridge {
    /// Fills what lies between `from` and `to`. Depth: the logarithm of the steps.
    fn fill(&mut self, prices: &mut [u128], from: usize, to: usize) {
        if to - from < 2 {
            return;
        }
        let middle = from.midpoint(to);
        let (start, end) = (prices[from], prices[to]);
        let (passed, whole) = ((middle - from) as i128, (to - from) as i128);
        let line = start as i128 + (end as i128 - start as i128) * passed / whole;
        // Deviation: a fifth of the range, times the root of the share of the candle.
        let root = ((to - from) as u128 * PPM * PPM / self.steps).isqrt() as i128;
        let sigma = (self.high - self.low) as i128 / 5 * root / PPM as i128;
        let noise = sigma / WAD_ROOT * (self.rng.normal() / WAD_ROOT);
        let price = (line + noise).clamp(self.low as i128, self.high as i128);
        prices[middle] = price as u128;
        self.fill(prices, from, middle);
        self.fill(prices, middle, to);
    }
}

/// Root of WAD: both factors of a WAD product are divided by it, so that it cannot overflow.
const WAD_ROOT: i128 = 1_000_000_000;
const _: () = assert!(WAD_ROOT * WAD_ROOT == WAD as i128);

#[cfg(test)]
mod tests {
    use super::super::{Range, crash};
    use super::*;

    fn single(open: u128, high: u128, low: u128, close: u128) -> Path {
        let candle = Candle { time: 3_600, open, high, low, close };
        Path { asset: "WETH".to_owned(), candles: vec![candle] }
    }

    #[test]
    fn touches_open_high_low_close_and_never_leaves() {
        for seed in 0..40 {
            let path = crash(seed);
            for steps in [4, 5, 12, 20, 60] {
                let ticks = refine(&path, steps, seed);
                assert_eq!(ticks.len(), 48 * steps as usize);
                for (candle, part) in path.candles.iter().zip(ticks.chunks(steps as usize)) {
                    let prices = || part.iter().map(|tick| tick.price);
                    assert_eq!(part[0].price, candle.open);
                    assert_eq!(part[part.len() - 1].price, candle.close);
                    assert_eq!(prices().max(), Some(candle.high));
                    assert_eq!(prices().min(), Some(candle.low));
                }
                assert!(ticks.windows(2).all(|pair| pair[0].time < pair[1].time));
            }
        }
    }

    #[test]
    fn steps_are_bounded_by_seconds() {
        let path = single(5, 9, 3, 7);
        assert_eq!(refine(&path, 0, 1).len(), 4);
        assert_eq!(refine(&path, u32::MAX, 1).len(), 3_600);
        let mut fast = single(5, 9, 3, 7);
        fast.candles.push(Candle { time: 3_602, ..fast.candles[0] });
        let ticks = refine(&fast, 20, 1);
        assert_eq!(ticks.iter().map(|t| t.price).collect::<Vec<_>>(), [7, 7]);
    }

    #[test]
    fn a_flat_candle_stays_flat() {
        assert!(refine(&single(5, 5, 5, 5), 20, 1).iter().all(|tick| tick.price == 5));
    }

    #[test]
    fn the_largest_prices_do_not_overflow() {
        let high = 10u128.pow(28) - 1;
        let ticks = refine(&single(1, high, 1, high), 60, 3);
        assert_eq!(ticks.iter().map(|tick| tick.price).max(), Some(high));
    }

    #[test]
    fn cutting_changes_no_tick() {
        let path = crash(3);
        let all = refine(&path, 12, 5);
        let from = path.candles[10].time;
        let part = refine(&path.cut(Range { from: Some(from), to: None }), 12, 5);
        assert_eq!(part, all[120..]);
    }

    #[test]
    fn the_price_holds_until_the_next_tick() {
        let ticks = [Tick { time: 10, price: 1 }, Tick { time: 20, price: 2 }];
        assert_eq!(price_at(&ticks, 9), None);
        assert_eq!(price_at(&ticks, 10), Some(1));
        assert_eq!(price_at(&ticks, 19), Some(1));
        assert_eq!(price_at(&ticks, 99), Some(2));
        assert_eq!(price_at(&[], 99), None);
    }
}
