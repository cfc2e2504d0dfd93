//! Where the demo's prices come from.
//!
//! Without a file, WETH follows a generated path shaped like 12 and 13 March 2020 ([`crash`]).
//! With a file ([`csv`]), it follows the file. Assets without a file follow the leader ([`follow`]):
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
        let gaps = self
            .candles
            .windows(2)
            .map(|pair| pair[1].time - pair[0].time);
        gaps.min().unwrap_or(time::HOUR)
    }

    /// First second, and the second after the last; nothing when there are no candles.
    pub fn span(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.candles.first()?, self.candles.last()?);
        Some((first.time, last.time + self.interval()))
    }

    /// The candles of `range` only.
    pub fn cut(&self, range: Range) -> Self {
        let candles = self
            .candles
            .iter()
            .filter(|c| range.contains(c.time))
            .copied()
            .collect();
        Self {
            asset: self.asset.clone(),
            candles,
        }
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
        Self {
            asset: self.asset.clone(),
            candles,
        }
    }

    /// The `count` consecutive candles in which the price falls furthest from its open to a later
    /// low; the earliest of several. The whole path when it is not longer.
    pub fn worst_window(&self, count: usize) -> Self {
        let worst = self
            .candles
            .windows(count.max(1))
            .rev()
            .min_by_key(|window| {
                let low = window
                    .iter()
                    .map(|candle| candle.low)
                    .min()
                    .unwrap_or(u128::MAX);
                window
                    .first()
                    .map_or(0, |first| crate::fixed::change(first.open, low))
            });
        let candles = worst.unwrap_or(&self.candles).to_vec();
        Self {
            asset: self.asset.clone(),
            candles,
        }
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
pub fn paths(sources: &[Source], range: Range, seed: u64) -> Result<Vec<Path>, Error> {
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
    let (leader, lead) = &given[0];
    let of = |place: usize| {
        let own = given.iter().find(|(taken, _)| *taken == place);
        own.map_or_else(
            || follow(lead, ASSETS[*leader], ASSETS[place], seed),
            |(_, p)| p.clone(),
        )
    };
    Ok((0..ASSETS.len()).map(of).collect())
}

/// Brings paths to candles of one length and to the time that all of them cover.
fn align(given: &mut [(usize, Path)]) -> Result<(), Error> {
    let coarsest = given
        .iter()
        .map(|(_, path)| path.interval())
        .max()
        .unwrap_or(time::HOUR);
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
mod tests {
    use super::*;
    use crate::fixed::WAD;

    fn path(prices: &[(u64, u128)]) -> Path {
        let candles = prices
            .iter()
            .map(|&(time, p)| {
                let p = p * WAD;
                Candle {
                    time,
                    open: p,
                    high: p + WAD,
                    low: p - WAD,
                    close: p,
                }
            })
            .collect();
        Path {
            asset: "WETH".to_owned(),
            candles,
        }
    }

    #[test]
    fn interval_is_the_smallest_gap() {
        assert_eq!(path(&[(0, 5), (60, 5), (600, 5)]).interval(), 60);
        assert_eq!(path(&[(0, 5)]).interval(), 3_600);
        assert_eq!(path(&[]).span(), None);
        assert_eq!(path(&[(0, 5), (60, 5)]).span(), Some((0, 120)));
    }

    #[test]
    fn cut_takes_from_and_leaves_to() {
        let all = path(&[(0, 5), (60, 6), (120, 7)]);
        let cut = all.cut(Range {
            from: Some(60),
            to: Some(120),
        });
        assert_eq!(cut.candles, all.candles[1..2]);
    }

    #[test]
    fn resample_keeps_the_extremes() {
        let fine = path(&[(0, 5), (60, 9), (120, 3), (180, 4)]);
        let coarse = fine.resample(120);
        let expected = Candle {
            time: 0,
            open: 5 * WAD,
            high: 10 * WAD,
            low: 4 * WAD,
            close: 9 * WAD,
        };
        assert_eq!(coarse.candles.len(), 2);
        assert_eq!(coarse.candles[0], expected);
        assert_eq!(coarse.candles[1].low, 2 * WAD);
        assert_eq!(fine.resample(60), fine);
    }

    #[test]
    fn worst_window_finds_the_fall() {
        let all = path(&[(0, 50), (60, 60), (120, 20), (180, 30), (240, 35)]);
        let worst = all.worst_window(2);
        assert_eq!(worst.candles, all.candles[1..3]);
        assert_eq!(all.worst_window(9), all);
        assert_eq!(all.worst_window(0).candles.len(), 1);
    }

    #[test]
    fn without_files_every_asset_gets_the_same_hours() {
        let all = paths(&[], Range::default(), 1).expect("generated");
        let names: Vec<_> = all.iter().map(|path| path.asset.as_str()).collect();
        assert_eq!(names, ["WETH", "WBTC", "ARB", "LINK"]);
        let times = |path: &Path| path.candles.iter().map(|c| c.time).collect::<Vec<_>>();
        assert!(all.iter().all(|path| times(path) == times(&all[0])));
        assert_eq!(all[0].candles.len(), 48);
        assert_eq!(all, paths(&[], Range::default(), 1).expect("generated"));
    }

    #[test]
    fn a_range_outside_the_generated_path_is_an_error() {
        let range = Range {
            from: Some(0),
            to: Some(10),
        };
        assert_eq!(paths(&[], range, 1), Err(Error::OutsideCrash));
    }

    fn write(name: &str, text: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("plimsoll-{}-{name}", std::process::id()));
        std::fs::write(&file, text).expect("temporary file");
        file
    }

    fn source(asset: &str, file: &std::path::Path) -> Source {
        Source {
            asset: asset.to_owned(),
            file: file.to_owned(),
        }
    }

    #[test]
    fn files_of_different_grain_are_brought_together() {
        let rows = |start: u64, step: u64, count: u64| {
            let row = |at: u64| format!("{},10,12,9,11\n", start + at * step);
            "time,open,high,low,close\n".to_owned() + &(0..count).map(row).collect::<String>()
        };
        let coarse = write("coarse.csv", &rows(7_200, 3_600, 4));
        let fine = write("fine.csv", &rows(3_600, 60, 180));
        let late = write("late.csv", &rows(7_200_000, 60, 10));
        let sources = [source("LINK", &coarse), source("wbtc", &fine)];
        let all = paths(&sources, Range::default(), 1).expect("aligned");
        for path in &all {
            let times: Vec<_> = path.candles.iter().map(|c| c.time).collect();
            assert_eq!(times, [7_200, 10_800], "{}", path.asset);
        }
        assert_eq!(all[1].asset, "WBTC");
        assert_eq!(all[1].candles[0].open, 10 * WAD);

        let apart = paths(
            &[source("LINK", &coarse), source("ARB", &late)],
            Range::default(),
            1,
        );
        assert!(matches!(apart, Err(Error::NoOverlap(_))), "{apart:?}");
        let twice = paths(
            &[source("LINK", &coarse), source("link", &fine)],
            Range::default(),
            1,
        );
        assert_eq!(twice, Err(Error::Twice("LINK".to_owned())));
        let unknown = paths(&[source("DOGE", &coarse)], Range::default(), 1);
        assert_eq!(unknown, Err(Error::Unknown("DOGE".to_owned())));
        for file in [coarse, fine, late] {
            std::fs::remove_file(file).expect("temporary file");
        }
    }
}
