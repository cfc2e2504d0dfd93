//! Where the demo's prices come from.
//!
//! Without a file, WETH follows a generated path shaped like 12 and 13 March 2020 ([`crash`]).
//! With a file ([`load`]), it follows the file. Assets without a file follow the leader ([`follow`]):
//! beta times its returns plus noise of their own. [`refine`] turns candles into the ticks that a
//! reporter pushes.

mod crash;
mod csv;
mod decimal;
mod error;
mod follow;
mod refine;

use std::path::PathBuf;

pub use crash::{CRASH_END, CRASH_START, crash};
pub use csv::{Limits, load, read};
pub use decimal::{DecimalError, MAX_WHOLE_DIGITS, parse_wad};
pub use error::{Cause, Error, FileError};
pub use follow::follow;
pub use refine::{Tick, price_at, refine};

use crate::{ASSETS, time};

/// Prices over one interval that starts at `time`. All prices WAD, with
/// `0 < low <= open, close <= high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candle {
    /// Start of the interval, seconds.
    pub time: u64,
    /// First price.
    pub open: u128,
    /// Highest price.
    pub high: u128,
    /// Lowest price.
    pub low: u128,
    /// Last price.
    pub close: u128,
}

/// The candles of one asset, times strictly rising. There may be gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Ticker symbol.
    pub asset: String,
    /// The candles.
    pub candles: Vec<Candle>,
}

/// A file of prices and the asset that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Ticker symbol, one of [`ASSETS`].
    pub asset: String,
    /// The file.
    pub file: PathBuf,
}

/// The part of a path to play: candles that start at or after `from` and before `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// First second, or the beginning.
    pub from: Option<u64>,
    /// Second after the last, or the end.
    pub to: Option<u64>,
}

impl Range {
    /// Whether a candle that starts at `time` belongs to the range.
    pub fn contains(&self, time: u64) -> bool {
        self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }
}

impl Path {
    /// Seconds that one candle covers: the smallest distance between two of them, an hour when
    /// there are fewer.
    pub fn interval(&self) -> u64 {
        let gaps = self.candles.windows(2).map(|pair| pair[1].time - pair[0].time);
        gaps.min().unwrap_or(time::HOUR)
    }

    /// First second, and the second after the last; nothing when there are no candles.
    pub fn span(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.candles.first()?, self.candles.last()?);
        Some((first.time, last.time + self.interval()))
    }

    /// The candles of `range` only.
    pub fn cut(&self, range: Range) -> Self {
        let candles = self.candles.iter().filter(|c| range.contains(c.time)).copied().collect();
        Self { asset: self.asset.clone(), candles }
    }

    /// Candles of `interval` seconds, aligned to multiples of it. Leaves the path as it is when
    /// that would not make the candles longer.
    pub fn resample(&self, interval: u64) -> Self {
        if interval <= self.interval() {
            return self.clone();
        }
        let mut candles: Vec<Candle> = Vec::new();
        for candle in &self.candles {
            let time = candle.time / interval * interval;
            match candles.last_mut() {
                Some(last) if last.time == time => {
                    last.high = last.high.max(candle.high);
                    last.low = last.low.min(candle.low);
                    last.close = candle.close;
                }
                _ => candles.push(Candle { time, ..*candle }),
            }
        }
        Self { asset: self.asset.clone(), candles }
    }

    /// The `length` seconds around the worst fall: two thirds of them in which the price falls
    /// furthest from the first open to the lowest low (the earliest of several), and what follows.
    /// Everything when the path is not longer.
    pub fn worst_window(&self, length: u64) -> Range {
        let Some((first, end)) = self.span() else {
            return Range::default();
        };
        if end - first <= length {
            return Range::default();
        }
        let fall = |(at, candle): &(usize, &Candle)| {
            let until = candle.time.saturating_add(length / 3 * 2);
            let window = self.candles[*at..].iter().take_while(|later| later.time < until);
            let low = window.map(|later| later.low).min().unwrap_or(candle.low);
            crate::fixed::change(candle.open, low)
        };
        let worst = self.candles.iter().enumerate().min_by_key(fall);
        let from = worst.map_or(first, |(_, candle)| candle.time).min(end - length);
        Range { from: Some(from), to: Some(from + length) }
    }

    /// Lowest price, WAD; nothing when there are no candles.
    pub fn low(&self) -> Option<u128> {
        self.candles.iter().map(|candle| candle.low).min()
    }
}

/// The paths of all [`ASSETS`], in their order, over the same time and with candles of the same
/// length (a minute or more; the coarsest of the files).
///
/// The leader is WETH when it has a file or nothing has one, else the first asset that has a file.
/// When the files leave more than `longest` seconds, the leader's [`Path::worst_window`] of that
/// length is taken.
pub fn paths(
    sources: &[Source],
    range: Range,
    longest: u64,
    seed: u64,
) -> Result<Vec<Path>, Error> {
    let mut given = Vec::new();
    for source in sources {
        let (place, asset) =
            crate::asset(&source.asset).ok_or_else(|| Error::Unknown(source.asset.clone()))?;
        if given.iter().any(|(taken, _)| *taken == place) {
            return Err(Error::Twice(asset.name.to_owned()));
        }
        given.push((place, load(&source.file, asset.name, range)?));
    }
    if given.is_empty() {
        let path = crash(seed).cut(range);
        if path.candles.is_empty() {
            return Err(Error::OutsideCrash);
        }
        given.push((0, path));
    }
    align(&mut given)?;
    given.sort_by_key(|(place, _)| *place);
    let window = given[0].1.worst_window(longest);
    for (_, path) in &mut given {
        *path = path.cut(window);
        if path.candles.is_empty() {
            return Err(Error::NoOverlap(path.asset.clone()));
        }
    }
    let (leader, lead) = &given[0];
    let of = |place: usize| {
        let own = given.iter().find(|(taken, _)| *taken == place);
        own.map_or_else(|| follow(lead, ASSETS[*leader], ASSETS[place], seed), |(_, p)| p.clone())
    };
    Ok((0..ASSETS.len()).map(of).collect())
}

/// Brings paths to candles of one length and to the time that all of them cover.
fn align(given: &mut [(usize, Path)]) -> Result<(), Error> {
    let coarsest = given.iter().map(|(_, path)| path.interval()).max().unwrap_or(time::HOUR);
    let interval = coarsest.max(time::MINUTE);
    for (_, path) in given.iter_mut() {
        *path = path.resample(interval);
    }
    let spans = || given.iter().filter_map(|(_, path)| path.span());
    let from = spans().map(|(start, _)| start).max();
    let to = spans().map(|(_, end)| end).min();
    for (_, path) in given.iter_mut() {
        *path = path.cut(Range { from, to });
        if path.candles.is_empty() {
            return Err(Error::NoOverlap(path.asset.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
