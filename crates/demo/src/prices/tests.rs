//! Paths as a whole: cutting, aligning, following.

use super::*;
use crate::fixed::WAD;
use crate::time::{DAY, HOUR};

/// Longer than any path here.
const LONGEST: u64 = 365 * DAY;

fn path(prices: &[(u64, u128)]) -> Path {
    let candles = prices
        .iter()
        .map(|&(time, p)| {
            let p = p * WAD;
            Candle { time, open: p, high: p + WAD, low: p - WAD, close: p }
        })
        .collect();
    Path { asset: "WETH".to_owned(), candles }
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
    let cut = all.cut(Range { from: Some(60), to: Some(120) });
    assert_eq!(cut.candles, all.candles[1..2]);
}

#[test]
fn resample_keeps_the_extremes() {
    let fine = path(&[(0, 5), (60, 9), (120, 3), (180, 4)]);
    let coarse = fine.resample(120);
    let expected = Candle { time: 0, open: 5 * WAD, high: 10 * WAD, low: 4 * WAD, close: 9 * WAD };
    assert_eq!(coarse.candles.len(), 2);
    assert_eq!(coarse.candles[0], expected);
    assert_eq!(coarse.candles[1].low, 2 * WAD);
    assert_eq!(fine.resample(60), fine);
}

#[test]
fn worst_window_finds_the_fall() {
    let all = path(&[(0, 50), (60, 60), (120, 20), (180, 30), (240, 35)]);
    let range = |from, to| Range { from: Some(from), to: Some(to) };
    assert_eq!(all.worst_window(180), range(60, 240));
    assert_eq!(all.worst_window(300), Range::default());
    assert_eq!(path(&[]).worst_window(60), Range::default());
    // A fall at the very end leaves nothing to follow.
    let late = path(&[(0, 50), (60, 60), (120, 60), (180, 20)]);
    assert_eq!(late.worst_window(180), range(60, 240));
    // A hole is longer than the window: what lies behind it does not count.
    let hole = path(&[(0, 50), (60, 40), (9_000, 5)]);
    assert_eq!(hole.worst_window(180), range(0, 180));
}

#[test]
fn without_files_every_asset_gets_the_same_hours() {
    let all = paths(&[], Range::default(), LONGEST, 1).expect("generated");
    let names: Vec<_> = all.iter().map(|path| path.asset.as_str()).collect();
    assert_eq!(names, ["WETH", "WBTC", "ARB", "LINK"]);
    let times = |path: &Path| path.candles.iter().map(|c| c.time).collect::<Vec<_>>();
    assert!(all.iter().all(|path| times(path) == times(&all[0])));
    assert_eq!(all[0].candles.len(), 48);
    assert_eq!(all, paths(&[], Range::default(), LONGEST, 1).expect("generated"));
}

/// Pins what a seed draws: a run must be the same on every machine and after every change.
#[test]
fn ticks_of_a_seed_are_golden() {
    let all = paths(&[], Range::default(), LONGEST, 20_200_312).expect("generated");
    let sums = all.iter().map(|path| {
        let ticks = refine(path, 20, 20_200_312);
        ticks.iter().fold(0u64, |sum, tick| {
            let mixed = sum.rotate_left(5) ^ tick.time ^ tick.price as u64;
            mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (tick.price >> 64) as u64
        })
    });
    assert_eq!(sums.collect::<Vec<_>>(), GOLDEN);
}

const GOLDEN: [u64; 4] = [
    15_097_541_617_852_048_529,
    18_423_730_036_154_509_922,
    15_939_130_811_185_263_287,
    16_641_719_457_885_926_630,
];

#[test]
fn long_paths_are_cut_to_the_worst_of_the_leader() {
    let all = paths(&[], Range::default(), 12 * HOUR, 1).expect("generated");
    assert!(all.iter().all(|path| path.candles.len() == 12));
    assert_eq!(all[0].low(), Some(86 * WAD));
}

#[test]
fn a_range_outside_the_generated_path_is_an_error() {
    let range = Range { from: Some(0), to: Some(10) };
    assert_eq!(paths(&[], range, LONGEST, 1), Err(Error::OutsideCrash));
}

fn write(name: &str, text: &str) -> PathBuf {
    let file = std::env::temp_dir().join(format!("plimsoll-{}-{name}", std::process::id()));
    std::fs::write(&file, text).expect("temporary file");
    file
}

fn source(asset: &str, file: &std::path::Path) -> Source {
    Source { asset: asset.to_owned(), file: file.to_owned() }
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
    let all = paths(&sources, Range::default(), LONGEST, 1).expect("aligned");
    for path in &all {
        let times: Vec<_> = path.candles.iter().map(|c| c.time).collect();
        assert_eq!(times, [7_200, 10_800], "{}", path.asset);
    }
    assert_eq!(all[1].asset, "WBTC");
    assert_eq!(all[1].candles[0].open, 10 * WAD);

    let apart =
        paths(&[source("LINK", &coarse), source("ARB", &late)], Range::default(), LONGEST, 1);
    assert!(matches!(apart, Err(Error::NoOverlap(_))), "{apart:?}");
    let twice =
        paths(&[source("LINK", &coarse), source("link", &fine)], Range::default(), LONGEST, 1);
    assert_eq!(twice, Err(Error::Twice("LINK".to_owned())));
    let unknown = paths(&[source("DOGE", &coarse)], Range::default(), LONGEST, 1);
    assert_eq!(unknown, Err(Error::Unknown("DOGE".to_owned())));
    for file in [coarse, fine, late] {
        std::fs::remove_file(file).expect("temporary file");
    }
}
