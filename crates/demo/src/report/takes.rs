//! All takes: how far below the oracle each was, and when.

use super::auctions::{plural, tip};
use super::data::{Auction, Take};
use super::frame::{FULL, Frame, Size, both, legend, number};
use super::{scale, section};
use crate::{fixed, text};

/// Most dots that are drawn: the largest payments.
const DOTS: usize = 1_500;
/// Shapes and colours of the legend, by asset.
const MARKS: [&str; 4] = ["dot c0", "dot c1", "dot c2", "dot c3"];

/// The section; nothing without takes.
pub fn takes(auctions: &[Auction]) -> String {
    let mut assets: Vec<&str> = Vec::new();
    let mut dots: Vec<(&Auction, &Take)> = Vec::new();
    for auction in auctions.iter().filter(|auction| !auction.takes.is_empty()) {
        if !assets.contains(&auction.asset.as_str()) {
            assets.push(&auction.asset);
        }
        dots.extend(auction.takes.iter().map(|take| (auction, take)));
    }
    if dots.is_empty() {
        return String::new();
    }
    let order = |name: &&str| crate::asset(name).map_or(usize::MAX, |(place, _)| place);
    assets.sort_by_key(order);
    // Large ones first, so that small ones are painted over them.
    dots.sort_by_key(|(auction, take)| (std::cmp::Reverse(take.pay), auction.id, take.time));
    let count = dots.len();
    let mean = mean(&dots);
    dots.truncate(DOTS);
    let marks: Vec<_> = MARKS.into_iter().cycle().zip(assets.iter().copied()).collect();
    let chart = both(FULL, |size| chart(&dots, &assets, size));
    let side = if mean < 0 { "below" } else { "above" };
    let left_out = match count - dots.len() {
        0 => String::new(),
        rest => format!(" The {} smallest are left out.", text::thousands(rest as u128)),
    };
    let note = format!(
        "{}, each by the minutes since its auction opened and its distance from the oracle; the \
         area is what was paid. On average, weighted by value, they paid {} {side} it.{left_out}",
        plural(count, "take"),
        text::percent(mean.abs(), 2)
    );
    section("takes", "What takers paid", &note, &(legend(&marks) + &chart))
}

/// Paid over worth, less one, WAD.
fn mean(dots: &[(&Auction, &Take)]) -> i128 {
    let (mut paid, mut worth) = (0u128, 0u128);
    for (auction, take) in dots {
        paid = paid.saturating_add(take.pay);
        let value = fixed::value_down(take.lot, auction.decimals, take.oracle);
        worth = worth.saturating_add(value);
    }
    fixed::change(worth, paid)
}

/// The chart.
fn chart(dots: &[(&Auction, &Take)], assets: &[&str], size: Size) -> String {
    let age = |(auction, take): &(&Auction, &Take)| take.time.saturating_sub(auction.opened);
    let span = dots.iter().map(age).max().unwrap_or(0).max(60);
    let above = |take: &Take| -(take.discount_ppm() as f64) / 10_000.0;
    let (mut low, mut high, mut largest) = (0.0f64, 0.0f64, 1u128);
    for (_, take) in dots {
        low = low.min(above(take));
        high = high.max(above(take));
        largest = largest.max(take.pay);
    }
    let (ticks, unit) = scale::duration_ticks(span, 10);
    // Room to the right, so that the last dots are whole.
    let width = span as f64 * 1.02;
    let range = scale::around(low - 0.2, high + 0.2, 5);
    let mut frame = Frame::new(size, (0.0, width), range, 50.0);
    frame.y_axis(5, "price paid against the oracle", |value, digits| {
        format!("{}{} %", if value > 0.0 { "+" } else { "" }, number(value, digits))
    });
    let zero = (frame.at(0.0, 0.0), frame.at(width, 0.0));
    frame.svg.line("zero", zero.0, zero.1);
    let ticks: Vec<_> = ticks.into_iter().map(|(at, label)| (at as f64, label)).collect();
    frame.x_axis(&ticks, &format!("{unit} since the auction opened"));
    for dot in dots {
        let (auction, take) = dot;
        let colour = assets.iter().position(|name| *name == auction.asset).unwrap_or(0) % 4;
        let radius = 2.0 + 9.0 * (take.pay as f64 / largest as f64).sqrt();
        let place = frame.at(age(dot) as f64, above(take));
        let tip = format!("{}\n{}", auction.asset, tip(auction, take));
        frame.svg.dot(&format!("take f{colour}"), place, radius, &tip);
    }
    let desc = format!(
        "{} between {} and {} percent of the oracle price.",
        plural(dots.len(), "take"),
        number(low, 2),
        number(high, 2)
    );
    let title = "Takes by age of the auction and distance from the oracle price";
    frame.finish(&format!("takes-{}", size.name), title, &desc)
}
