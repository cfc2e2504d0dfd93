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
use crate::prices::{self, Candle, Path};
use crate::scenario::{ASSET_COUNT, Rules};
use crate::time::HOUR;
use crate::{ASSETS, asset};

/// The slow fall of the demo's auctions, and one of 10 bp a second, ppm a second.
pub const RATES: [u16; 2] = [30, 1_000];
/// Depth of the outside market: 25 and 15 for 300 of debt, in tenths of a percent.
pub const DEPTHS: [u128; 2] = [83, 50];
/// Length of the steady fall, hours.
const STEADY_HOURS: u64 = 24;

/// One run of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Whether what is on sale is capped.
    pub capped: bool,
    /// Fall of an auction below the oracle's price, ppm a second.
    pub rate: u16,
}

/// The four runs that are compared on one path.
pub const VARIANTS: [Variant; 4] = [
    Variant { capped: true, rate: RATES[0] },
    Variant { capped: false, rate: RATES[0] },
    Variant { capped: true, rate: RATES[1] },
    Variant { capped: false, rate: RATES[1] },
];

/// What came of a run; base wei unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// Debt that nothing backed: booked, and still on the positions at the end.
    pub bad_debt: u128,
    /// Lowest price of the first asset against its first price, WAD: below zero.
    pub lowest: i128,
    /// Furthest that our sales pushed a price below where it stood without them, WAD: below zero.
    pub pushed: i128,
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
        pushed: (0..ASSET_COUNT).map(|place| pushed(record, course, place)).min().unwrap_or(0),
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

fn pushed(record: &crate::record::Record, course: &Course, place: usize) -> i128 {
    let line = record.prices[place].iter();
    let against = |(time, price): &(u64, u128)| {
        fixed::change(undisturbed(course, place, *time).max(1), *price)
    };
    line.map(against).min().unwrap_or(0).min(0)
}

/// A fall by half in a straight line over a day, every asset alike: what every throttle must
/// survive.
pub fn steady(seed: u64) -> Course {
    let path = |place: usize| {
        let first = 100 * WAD * u128::from(ASSETS[place].ratio_ppm) / 1_000_000;
        let at = |hour: u64| first - first * u128::from(hour) / u128::from(2 * STEADY_HOURS);
        let candle = |hour: u64| Candle {
            time: prices::CRASH_START + hour * HOUR,
            open: at(hour),
            high: at(hour),
            low: at(hour + 1),
            close: at(hour + 1),
        };
        Path {
            asset: ASSETS[place].name.to_owned(),
            candles: (0..STEADY_HOURS).map(candle).collect(),
        }
    };
    let paths: Vec<Path> = (0..ASSET_COUNT).map(path).collect();
    Course::of(&paths, seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    #[test]
    fn the_steady_fall_is_a_half() {
        let course = steady(1);
        for ticks in &course.ticks {
            let (first, last) = (ticks[0].price, ticks[ticks.len() - 1].price);
            let fall = -fixed::change(first, last);
            assert!((49 * WAD / 100..=WAD / 2).contains(&fall.unsigned_abs()), "{fall}");
            assert!(ticks.len() as u64 == STEADY_HOURS * HOUR / MINUTE);
        }
    }

    #[test]
    fn the_lowest_price_counts_from_the_first() {
        assert_eq!(lowest(&[(0, 200 * WAD), (1, 150 * WAD), (2, 180 * WAD)]), -(WAD as i128) / 4);
        assert_eq!(lowest(&[]), 0);
    }
}
