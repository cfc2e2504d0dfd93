//! The path that the demo plays without a file: shaped like 12 and 13 March 2020, drawn by a seed.

use super::{Candle, Path};
use crate::fixed::{self, WAD};
use crate::rng::Rng;
use crate::time::HOUR;

/// First second of the generated path: 2020-03-12 00:00 UTC.
pub const CRASH_START: u64 = 1_583_971_200;
/// Second after its last.
pub const CRASH_END: u64 = CRASH_START + HOURS as u64 * HOUR;
/// Hours of the path.
const HOURS: usize = 48;
/// One cent; generated prices are whole cents.
const CENT: u128 = WAD / 100;
/// First price.
const OPEN: u128 = 19_460 * CENT;
/// Lowest price, reached in [`TROUGH`] only.
const LOW: u128 = 8_600 * CENT;
/// The hour of the worst fall: its low is a quarter below its open.
const CLIFF: usize = 10;
/// The hour of the lowest price.
const TROUGH: usize = 26;
/// Closing prices that every seed passes through: (hour, thousandths of the first price).
const WAYPOINTS: [(usize, u128); 15] = [
    (2, 950),
    (6, 895),
    (9, 865),
    (CLIFF, 685),
    (12, 705),
    (17, 730),
    (20, 665),
    (22, 650),
    (23, 555),
    (25, 500),
    (TROUGH, 570),
    (27, 635),
    (28, 570),
    (33, 655),
    (47, 690),
];

/// Hourly candles of WETH: 194.60 down to 86.00 in 27 hours, the worst hour about 25 %, a partial
/// recovery. The seed moves what lies between the fixed points.
pub fn crash(seed: u64) -> Path {
    let mut rng = Rng::stream(seed, "crash");
    let mut candles = Vec::with_capacity(HOURS);
    let mut open = OPEN;
    for hour in 0..HOURS {
        let close = close(hour, &mut rng);
        let candle = candle(hour, open, close, &mut rng);
        open = candle.close;
        candles.push(candle);
    }
    Path { asset: "WETH".to_owned(), candles }
}

/// Close of an hour: on the line between waypoints, up to 1.6 % beside it.
fn close(hour: usize, rng: &mut Rng) -> u128 {
    let noise = rng.normal().clamp(-2 * WAD as i128, 2 * WAD as i128) / 125;
    let next = WAYPOINTS.iter().position(|(at, _)| hour <= *at).unwrap_or(WAYPOINTS.len() - 1);
    let (to, after) = WAYPOINTS[next];
    let before = next.checked_sub(1).map_or((0, 1_000), |at| WAYPOINTS[at]);
    let (from, start) = before;
    if hour == to || to <= from {
        return cents(OPEN * after / 1_000);
    }
    let (passed, whole) = ((hour - from) as u128, (to - from) as u128);
    let level = (start * (whole - passed) + after * passed) * OPEN / (whole * 1_000);
    cents(fixed::scale(level, noise))
}

/// A candle from its open and close: wicks up to 2.4 % of the price, except where the shape says
/// how far down.
fn candle(hour: usize, open: u128, close: u128, rng: &mut Rng) -> Candle {
    let mut wick = || rng.normal().abs().min(3 * WAD as i128) / 125;
    let (up, down) = (wick(), wick());
    let high = cents(fixed::scale(open.max(close), up)).max(open.max(close));
    let body = open.min(close);
    let low = match hour {
        CLIFF => open * 747 / 1_000 / CENT * CENT,
        TROUGH => LOW,
        _ => cents(fixed::scale(body, -down)).max(LOW + 100 * CENT),
    };
    Candle { time: CRASH_START + hour as u64 * HOUR, open, high, low: low.min(body), close }
}

/// Whole cents, rounded down.
fn cents(price: u128) -> u128 {
    price / CENT * CENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_shape_for_every_seed() {
        for seed in 0..200 {
            let path = crash(seed);
            assert_eq!(path.candles.len(), 48);
            assert_eq!(path.candles[0].open, OPEN);
            assert_eq!(path.low(), Some(LOW));
            let falls: Vec<i128> =
                path.candles.iter().map(|c| fixed::change(c.open, c.low)).collect();
            let percent = WAD as i128 / 100;
            assert!((-26 * percent..-25 * percent).contains(&falls[CLIFF]), "{seed}");
            let others = falls.iter().enumerate().filter(|(hour, _)| *hour != CLIFF);
            assert!(others.clone().all(|(_, fall)| -20 * percent < *fall), "{seed}");
            let touching = path.candles.iter().filter(|c| c.low == LOW).count();
            assert_eq!(touching, 1, "{seed}");
            let last = path.candles[47].close;
            assert!((130 * WAD..140 * WAD).contains(&last), "{seed}");
        }
    }

    #[test]
    fn candles_are_whole_and_connected() {
        for seed in 0..50 {
            let path = crash(seed);
            for (hour, c) in path.candles.iter().enumerate() {
                assert_eq!(c.time, CRASH_START + hour as u64 * HOUR);
                assert!(c.low <= c.open.min(c.close) && c.open.max(c.close) <= c.high);
                assert!([c.open, c.high, c.low, c.close].iter().all(|p| p % CENT == 0));
            }
            assert!(path.candles.windows(2).all(|pair| pair[0].close == pair[1].open));
        }
    }

    #[test]
    fn depends_on_the_seed_alone() {
        assert_eq!(crash(7), crash(7));
        assert_ne!(crash(7), crash(8));
    }
}
