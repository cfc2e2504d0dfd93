//! Crashes in which our own sales push the price that kicks the next position, side by side: with
//! the cap on what is on sale and without, with auctions that fall slowly and fast.
//!
//! The outside market is the demo's with feedback: impact linear in what was sold, a half-life of
//! 15 minutes, and a depth (value whose sale moves the price by 2 %) that is a small part of the
//! debt. Every run sees the same portfolio and the same path without sales.

use std::sync::Arc;

use plimsoll_testkit::engine::Programs;

use crate::cli::Options;
use crate::error::Result;
use crate::fixed::{self, WAD};
use crate::play::{self, Course, OnProgress, Played};
use crate::prices::{self, Candle, Path, Tick};
use crate::scenario::{ASSET_COUNT, Rules};
use crate::time::MINUTE;
use crate::{ASSETS, Asset, asset};

/// The slow fall of the demo's auctions, and one of 10 bp a second, ppm a second.
pub const RATES: [u16; 2] = [30, 1_000];
/// Depth of the outside market: 25 and 15 for 300 of debt, in tenths of a percent.
pub const DEPTHS: [u128; 2] = [83, 50];

/// One run of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Whether what is on sale is capped.
    pub capped: bool,
    /// Fall of an auction below the oracle's price, ppm a second.
    pub rate: u16,
    /// Floor of an auction, bps of the oracle's price; nothing means the demo's.
    pub floor: Option<u16>,
}

/// The four runs that are compared on one path.
pub const VARIANTS: [Variant; 4] = [
    Variant { capped: true, rate: RATES[0], floor: None },
    Variant { capped: false, rate: RATES[0], floor: None },
    Variant { capped: true, rate: RATES[1], floor: None },
    Variant { capped: false, rate: RATES[1], floor: None },
];

/// What came of a run; base wei unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// Debt that nothing backed: booked, and still on the positions at the end.
    pub bad_debt: u128,
    /// Lowest price of the first asset against its first price, WAD: below zero.
    pub lowest: i128,
    /// Furthest that our sales held a price down, WAD.
    pub pushed: u128,
    /// What owners gave, at undisturbed prices, less what it took off their debts or paid them.
    pub owners_loss: u128,
    /// Median seconds to clear an auction.
    pub clear: u64,
    /// Seconds from the first kick until the last auction closed.
    pub span: u64,
    /// Positions that were kicked.
    pub kicked: usize,
    /// Checks that failed.
    pub wrong: usize,
}

/// Plays one variant. `depth`: of all outside markets together, tenths of a percent of the debt.
///
/// # Errors
/// The chain or the contract refused what has to pass.
pub fn play(
    options: &Options,
    course: &Course,
    programs: Arc<Programs>,
    depth: u128,
    variant: Variant,
    progress: OnProgress,
) -> Result<Finding> {
    let rules = Rules {
        feedback: true,
        depth_per_mille: Some(depth),
        capped: variant.capped,
        steep: Some(variant.rate).filter(|rate| *rate != RATES[0]),
        floor: variant.floor,
    };
    let played = play::by_rules(options, course, programs, &rules, progress)?;
    Ok(find(&played, course))
}

fn find(played: &Played, course: &Course) -> Finding {
    let Played { record, ending, .. } = played;
    let sums = &record.sums;
    let (mut clear, mut first, mut last, mut given) = (Vec::new(), u64::MAX, 0, 0);
    for auction in record.auctions.values() {
        first = first.min(auction.opened);
        if let Some(closed) = auction.closed {
            clear.push(closed - auction.opened);
            last = last.max(closed);
        }
        let place = asset(&auction.asset).map_or(0, |(place, _)| place);
        for take in &auction.takes {
            let price = undisturbed(course, place, take.time);
            given += fixed::value_down(take.lot, auction.decimals, price);
        }
    }
    clear.sort_unstable();
    let relieved = (sums.paid + sums.refund).saturating_sub(sums.cut);
    Finding {
        bad_debt: sums.losses.0 + sums.losses.1 + ending.unbacked,
        lowest: lowest(&record.prices[0]),
        pushed: ending.deepest,
        owners_loss: (given + sums.rewards).saturating_sub(relieved),
        clear: clear.get(clear.len() / 2).copied().unwrap_or(0),
        span: last.saturating_sub(first),
        kicked: record.kicked.len(),
        wrong: ending.checks.wrong().len(),
    }
}

/// The price without our sales, WAD.
fn undisturbed(course: &Course, place: usize, time: u64) -> u128 {
    prices::price_at(&course.ticks[place], time).unwrap_or(0)
}

fn lowest(line: &[(u64, u128)]) -> i128 {
    let Some((_, first)) = line.first() else { return 0 };
    let least = line.iter().map(|(_, price)| *price).min().unwrap_or(*first);
    fixed::change(*first, least)
}

/// A fall by half in a straight line over a day: what every throttle must survive.
pub fn steady() -> Course {
    falling(24 * 60, |minute| WAD - WAD / 2 * minute / (24 * 60))
}

/// A calm hour, a fall by 26 % in one more, and four hours of calm.
pub fn quarter_in_an_hour() -> Course {
    falling(6 * 60, |minute| WAD - WAD * 26 / 100 * minute.clamp(60, 120).abs_diff(60) / 60)
}

/// A calm hour, a fall by a fifth in three minutes, and four hours of calm.
pub fn fifth_at_once() -> Course {
    falling(5 * 60, |minute| WAD - WAD / 5 * minute.clamp(60, 63).abs_diff(60) / 3)
}

/// Every asset alike for so many minutes; `level`: its price at a minute, WAD of its first. The
/// outside market never closes.
fn falling(minutes: u64, level: impl Fn(u128) -> u128) -> Course {
    let start = prices::CRASH_START;
    let ticks = |place: usize| -> Vec<Tick> {
        let first = 100 * WAD * u128::from(ASSETS[place].ratio_ppm) / 1_000_000;
        let price = |minute: u64| fixed::mul_div_down(first, level(minute.into()), WAD);
        let tick = |minute| Tick { time: start + minute * MINUTE, price: price(minute) };
        (0..minutes).map(tick).collect()
    };
    let ticks: Vec<Vec<Tick>> = (0..ASSET_COUNT).map(ticks).collect();
    let candle = |tick: &Tick| {
        let Tick { time, price } = *tick;
        Candle { time, open: price, high: price, low: price, close: price }
    };
    let path = |(asset, ticks): (&Asset, &Vec<Tick>)| Path {
        asset: asset.name.to_owned(),
        candles: ticks.iter().map(candle).collect(),
    };
    Course { paths: ASSETS.iter().zip(&ticks).map(path).collect(), ticks, halt: (0, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each asset loses along a course, and its ticks.
    fn falls(course: &Course) -> Vec<(u128, usize)> {
        let fall = |ticks: &Vec<prices::Tick>| {
            let (first, last) = (ticks[0].price, ticks[ticks.len() - 1].price);
            (fixed::change(first, last).unsigned_abs(), ticks.len())
        };
        course.ticks.iter().map(fall).collect()
    }

    #[test]
    fn paths_fall_as_far_as_they_say() {
        let paths = [
            (steady(), WAD / 2 / 1_440 * 1_439, 24 * 60),
            (quarter_in_an_hour(), WAD * 26 / 100, 6 * 60),
            (fifth_at_once(), WAD / 5, 5 * 60),
        ];
        for (course, depth, minutes) in paths {
            assert_eq!((course.paths[0].interval(), course.halt), (MINUTE, (0, 0)));
            for (fall, ticks) in falls(&course) {
                assert!(fall.abs_diff(depth) < WAD / 1_000_000, "{fall} {depth}");
                assert_eq!(ticks, minutes);
            }
        }
    }

    #[test]
    fn the_lowest_price_counts_from_the_first() {
        assert_eq!(lowest(&[(0, 200 * WAD), (1, 150 * WAD), (2, 180 * WAD)]), -(WAD as i128) / 4);
        assert_eq!(lowest(&[]), 0);
    }
}
