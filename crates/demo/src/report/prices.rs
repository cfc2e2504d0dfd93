//! Price lines: a chart for each asset.

use super::data::PriceLine;
use super::frame::{Frame, HALF, Size, both, moment, number, wad};
use super::svg::{Anchor, escape};
use super::{scale, section};
use crate::{fixed, text};

/// The section; nothing without prices.
pub fn prices(lines: &[PriceLine]) -> String {
    let lines: Vec<_> = lines.iter().filter(|line| !line.points.is_empty()).collect();
    if lines.is_empty() {
        return String::new();
    }
    let charts: String = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let id = format!("price-{at}");
            let chart = both(HALF, |size| chart(line, at, &id, size));
            format!("<figure>{}{chart}</figure>", caption(line, at))
        })
        .collect();
    let note = "What the engine believed, and its moving average (dashed), which holds a sale back \
                while it is above the line of liquidation. The dot marks the lowest price.";
    section("prices", "Prices", note, &format!("<div class=\"pairs\">{charts}</div>"))
}

/// Name of the asset, and its fall from the first price to the lowest.
fn caption(line: &PriceLine, at: usize) -> String {
    let (first, low, last) = ends(line);
    let change = |to| text::percent(fixed::change(first, to), 1);
    format!(
        "<figcaption><i class=\"dot c{}\"></i><b>{}</b><span>{} → {} ({} at the low, {} at the \
         end)</span></figcaption>",
        at % 4,
        escape(&line.asset),
        text::price(first),
        text::price(last),
        change(low),
        change(last)
    )
}

/// First, lowest and last price, WAD.
fn ends(line: &PriceLine) -> (u128, u128, u128) {
    let prices = || line.points.iter().map(|point| point.1);
    (prices().next().unwrap_or(0), prices().min().unwrap_or(0), prices().next_back().unwrap_or(0))
}

/// The chart of one asset.
fn chart(line: &PriceLine, at: usize, id: &str, size: Size) -> String {
    let points = scale::thin_line(&line.points, size.width as usize);
    let value = |point: &(u64, u128)| (point.0 as f64, wad(point.1));
    let (mut low, mut high) = (f64::MAX, 0.0f64);
    for point in points.iter().chain(&line.averages) {
        low = low.min(wad(point.1));
        high = high.max(wad(point.1));
    }
    let time = (points[0].0 as f64, points[points.len() - 1].0 as f64);
    let mut frame = Frame::new(size, time, scale::around(low, high, 5), 56.0);
    frame.y_axis(5, &format!("USDC for one {}", line.asset), number);
    frame.time_axis();
    let drawn: Vec<_> = points.iter().map(value).map(|(x, y)| frame.at(x, y)).collect();
    let colour = at % 4;
    let averages = scale::thin_line(&line.averages, size.width as usize);
    let averages: Vec<_> = averages.iter().map(value).map(|(x, y)| frame.at(x, y)).collect();
    frame.svg.polyline("line average", &averages);
    frame.svg.polyline(&format!("line s{colour}"), &drawn);
    if let Some(lowest) = points.iter().min_by_key(|point| point.1) {
        let (x, y) = frame.at(lowest.0 as f64, wad(lowest.1));
        frame.svg.dot(&format!("mark f{colour}"), (x, y), 4.0, "");
        let (left, right) = (x < f64::from(size.width) / 2.0, text::price(lowest.1));
        let (shift, anchor) = if left { (9.0, Anchor::Start) } else { (-9.0, Anchor::End) };
        frame.svg.text("label", (x + shift, y + 4.0), anchor, &right);
    }
    let tips: Vec<_> = scale::thin(&line.points, 96)
        .iter()
        .map(|(time, price)| {
            let tip = format!("{}\n{} {}", moment(*time), line.asset, text::price(*price));
            (*time as f64, tip)
        })
        .collect();
    frame.tips(&tips);
    let (first, lowest, last) = ends(line);
    let desc = format!(
        "Line from {} to {} USDC with a low of {}.",
        text::price(first),
        text::price(last),
        text::price(lowest)
    );
    frame.finish(&format!("{id}-{}", size.name), &format!("Price of {}", line.asset), &desc)
}
