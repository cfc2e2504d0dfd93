//! Positions by health factor over time, as stacked bands.

use super::data::{BANDS, Health};
use super::frame::{FULL, Frame, Size, both, legend, moment, number};
use super::{scale, section};
use crate::text;

/// Names of the bands.
const NAMES: [&str; BANDS] =
    ["below 1", "1 to 1.05", "1.05 to 1.2", "1.2 to 1.5", "above 1.5", "no debt"];
/// Classes of the bands' marks.
const MARKS: [&str; BANDS] = ["box h0", "box h1", "box h2", "box h3", "box h4", "box h5"];

/// The section; nothing without samples.
pub fn health(samples: &[Health]) -> String {
    if samples.is_empty() {
        return String::new();
    }
    let entries: Vec<_> = MARKS.into_iter().zip(NAMES).collect();
    let chart = both(FULL, |size| chart(samples, size));
    let note = "Number of positions by health factor. Below 1 a position may be liquidated; a \
                position whose debt is repaid in full moves to the topmost band.";
    section("health", "Health of the positions", note, &(legend(&entries) + &chart))
}

/// The chart.
fn chart(samples: &[Health], size: Size) -> String {
    let drawn = scale::thin(samples, size.width as usize / 2);
    let total = |sample: &Health| sample.counts.iter().map(|count| u64::from(*count)).sum::<u64>();
    let most = samples.iter().map(total).max().unwrap_or(0).max(1);
    let time = (drawn[0].time as f64, drawn[drawn.len() - 1].time as f64);
    let mut frame = Frame::new(size, time, (0.0, most as f64), 44.0);
    let mut below: Vec<f64> = vec![0.0; drawn.len()];
    for band in 0..BANDS {
        let line = |heights: &[f64]| -> Vec<_> {
            drawn.iter().zip(heights).map(|(s, height)| frame.at(s.time as f64, *height)).collect()
        };
        let lower = line(&below);
        for (height, sample) in below.iter_mut().zip(&drawn) {
            *height += f64::from(sample.counts[band]);
        }
        let upper = line(&below);
        frame.svg.area(&format!("area a{band}"), &upper, &lower);
    }
    frame.y_axis(5, "positions", number);
    frame.time_axis();
    frame.tips(&tips(samples));
    let worst = samples.iter().max_by_key(|sample| sample.counts[0]).copied().unwrap_or_default();
    let desc = format!(
        "Stacked bands of {most} positions. At most {} were below a health factor of 1, at {}.",
        worst.counts[0],
        moment(worst.time)
    );
    frame.finish(&format!("health-{}", size.name), "Positions by health factor over time", &desc)
}

/// Counts of each band at up to 96 moments.
fn tips(samples: &[Health]) -> Vec<(f64, String)> {
    let tip = |sample: &Health| {
        let bands = NAMES.iter().zip(sample.counts).filter(|(_, count)| *count > 0).rev();
        let lines: String = bands
            .map(|(name, count)| format!("\n{name}: {}", text::thousands(u128::from(count))))
            .collect();
        (sample.time as f64, moment(sample.time) + &lines)
    };
    scale::thin(samples, 96).iter().map(tip).collect()
}
