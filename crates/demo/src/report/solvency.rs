//! The engine's balance over time.

use super::data::Solvency;
use super::frame::{FULL, Frame, HALF, Size, both, legend, moment, money_unit, number};
use super::{scale, section};
use crate::text;

/// A line of a chart: its class, its name and its value in base wei.
type Line = (&'static str, &'static str, fn(&Solvency) -> u128);

/// What the small charts show.
const SMALL: [(&str, &str, Line); 3] = [
    ("bad", "Bad debt", ("line bad", "bad debt", |s| s.bad_debt)),
    ("reserve", "Reserve", ("line s2", "reserve", |s| s.reserve)),
    ("sale", "On sale", ("line s1", "lots on sale at the live price", |s| s.on_sale)),
];

/// Debt as the chart stacks it: never below zero.
fn debt(sample: &Solvency) -> u128 {
    u128::try_from(sample.debt).unwrap_or(0)
}

/// The section; nothing without samples.
pub fn solvency(samples: &[Solvency]) -> String {
    if samples.is_empty() {
        return String::new();
    }
    let marks = legend(&[
        ("box cash", "cash"),
        ("box debt", "debt of all positions"),
        ("stroke claims", "suppliers' claims"),
    ]);
    let balance = both(FULL, |size| balance(samples, size));
    let small: String = SMALL
        .iter()
        .map(|(id, title, line)| {
            let chart = both(THIRD, |size| single(samples, id, *line, size));
            let last = samples.last().map_or(0, line.2);
            let peak = samples.iter().map(line.2).max().unwrap_or(0);
            format!(
                "<figure><figcaption><b>{title}</b><span>{} at the end, {} at most</span>\
                 </figcaption>{chart}</figure>",
                text::money_short(last),
                text::money_short(peak)
            )
        })
        .collect();
    let note = "Cash and debts are what the engine has. All of it but the reserve belongs to the \
                suppliers: a step down of their line is one who redeems, or a loss.";
    let body = format!("{marks}{balance}<div class=\"thirds\">{small}</div>");
    section("solvency", "Solvency", note, &body)
}

/// A third of the page, or a phone.
const THIRD: [Size; 2] =
    [Size { name: "w", width: 346, height: 190 }, Size { name: "n", height: 180, ..HALF[1] }];

/// First and last time.
fn span(samples: &[Solvency]) -> (f64, f64) {
    let time = |sample: Option<&Solvency>| sample.map_or(0.0, |sample| sample.time as f64);
    (time(samples.first()), time(samples.last()))
}

/// Cash and debt stacked, with the suppliers' claims as a line.
fn balance(samples: &[Solvency], size: Size) -> String {
    let drawn = scale::thin(samples, size.width as usize / 2);
    let stacked = |s: &Solvency| s.cash.saturating_add(debt(s)).max(s.claims);
    let most = samples.iter().map(stacked).max().unwrap_or(0);
    let (unit, name) = money_unit(most);
    let range = scale::around(0.0, (most as f64 / unit).max(1e-6), 5);
    let mut frame = Frame::new(size, span(samples), range, 50.0);
    let line = |value: fn(&Solvency) -> f64| -> Vec<_> {
        drawn.iter().map(|s| frame.at(s.time as f64, value(s) / unit)).collect()
    };
    let floor = line(|_| 0.0);
    let cash = line(|s| s.cash as f64);
    let all = line(|s| s.cash as f64 + debt(s) as f64);
    let claims = line(|s| s.claims as f64);
    frame.svg.area("area cash", &cash, &floor);
    frame.svg.area("area debt", &all, &cash);
    frame.svg.polyline("line claims", &claims);
    frame.y_axis(5, name, number);
    frame.time_axis();
    let tip = |s: &Solvency| {
        let tip = format!(
            "{}\ncash {}\ndebt {}\nsuppliers {}\nreserve {}\nbad debt {}",
            moment(s.time),
            text::money(s.cash),
            text::money_signed(s.debt),
            text::money(s.claims),
            text::money(s.reserve),
            text::money(s.bad_debt)
        );
        (s.time as f64, tip)
    };
    let tips: Vec<_> = scale::thin(samples, 96).iter().map(tip).collect();
    frame.tips(&tips);
    let last = samples.last().copied().unwrap_or_default();
    let desc = format!(
        "At the end: cash {}, debt {}, suppliers' claims {} USDC.",
        text::money(last.cash),
        text::money_signed(last.debt),
        text::money(last.claims)
    );
    let title = "Cash and debts against suppliers' claims over time";
    frame.finish(&format!("balance-{}", size.name), title, &desc)
}

/// One quantity over time, on a scale of its own.
fn single(samples: &[Solvency], id: &str, (class, name, value): Line, size: Size) -> String {
    let points: Vec<_> = samples.iter().map(|s| (s.time, value(s))).collect();
    let most = points.iter().map(|point| point.1).max().unwrap_or(0);
    let (unit, unit_name) = money_unit(most);
    let top = if most == 0 { 1.0 } else { most as f64 / unit };
    let mut frame = Frame::new(size, span(samples), scale::around(0.0, top, 4), 46.0);
    frame.y_axis(4, unit_name, number);
    frame.time_axis();
    let drawn: Vec<_> = scale::thin_line(&points, size.width as usize)
        .iter()
        .map(|(time, amount)| frame.at(*time as f64, *amount as f64 / unit))
        .collect();
    frame.svg.polyline(class, &drawn);
    let tip = |(time, amount): &(u64, u128)| {
        (*time as f64, format!("{}\n{name} {}", moment(*time), text::money(*amount)))
    };
    let tips: Vec<_> = scale::thin(&points, 64).iter().map(tip).collect();
    frame.tips(&tips);
    let last = points.last().map_or(0, |point| point.1);
    let desc = format!("At most {} and at the end {} USDC.", text::money(most), text::money(last));
    frame.finish(&format!("{id}-{}", size.name), &format!("{name} over time"), &desc)
}
