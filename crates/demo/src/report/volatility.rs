//! Volatility over time: what new risk and jumps are measured by, a line an asset.

use super::data::PriceLine;
use super::frame::{FULL, Frame, Size, both, legend, moment, number};
use super::{scale, section};

/// The section; nothing without a line of two points.
pub fn volatility(lines: &[PriceLine]) -> String {
    let lines: Vec<_> = lines.iter().filter(|line| line.volatilities.len() > 1).collect();
    if lines.is_empty() {
        return String::new();
    }
    let classes: Vec<String> = (0..lines.len()).map(|at| format!("dot c{}", at % 4)).collect();
    let marks: Vec<_> =
        classes.iter().zip(&lines).map(|(class, l)| (class.as_str(), l.asset.as_str())).collect();
    let note = "Standard deviation of a day's return, as the engine measures it: the larger of a \
                day's memory and seven tenths of ten minutes'. New risk gets less credit while it is \
                above the reference; no position is sold because of it.";
    let chart = both(FULL, |size| chart(&lines, size));
    section("volatility", "Volatility", note, &format!("{}{chart}", legend(&marks)))
}

/// Percent, from bps.
fn percent(bps: u128) -> f64 {
    bps as f64 / 100.0
}

fn chart(lines: &[&PriceLine], size: Size) -> String {
    let all = || lines.iter().flat_map(|line| &line.volatilities);
    let most = all().map(|point| point.1).max().unwrap_or(0);
    let from = all().map(|point| point.0).min().unwrap_or(0);
    let to = all().map(|point| point.0).max().unwrap_or(0);
    let range = scale::around(0.0, percent(most).max(0.01), 5);
    let mut frame = Frame::new(size, (from as f64, to as f64), range, 50.0);
    frame.y_axis(5, "percent a day", number);
    frame.time_axis();
    for (at, line) in lines.iter().enumerate() {
        let drawn: Vec<_> = scale::thin_line(&line.volatilities, size.width as usize)
            .iter()
            .map(|(time, bps)| frame.at(*time as f64, percent(*bps)))
            .collect();
        frame.svg.polyline(&format!("line s{}", at % 4), &drawn);
    }
    let tips: Vec<_> = scale::thin(&lines[0].volatilities, 96)
        .iter()
        .map(|(time, _)| {
            let of = |line: &&PriceLine| {
                let after = line.volatilities.partition_point(|point| point.0 <= *time);
                let bps = after.checked_sub(1).map_or(0, |place| line.volatilities[place].1);
                format!("\n{} {} %", line.asset, number(percent(bps), 2))
            };
            let each: String = lines.iter().map(of).collect();
            (*time as f64, format!("{}{each}", moment(*time)))
        })
        .collect();
    frame.tips(&tips);
    let desc = format!("At most {} percent a day.", number(percent(most), 1));
    frame.finish(&format!("volatility-{}", size.name), "Measured volatilities over time", &desc)
}
