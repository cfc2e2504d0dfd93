//! The run as one HTML page: styles, drawings and a few lines of script inside, nothing fetched.

mod auctions;
mod data;
mod frame;
mod health;
mod prices;
mod scale;
mod solvency;
mod svg;
mod tables;
mod takes;
mod volatility;

use std::fs;
use std::io;
use std::path::Path;

pub use data::{
    Auction, BANDS, Conservation, Contract, CurvePoint, Data, Figure, Gas, Group, Header, Health,
    PriceLine, Solvency, Take, Tone,
};

/// Style of the page.
const STYLE: &str = include_str!("style.css");
/// Tooltips. Without it the page lacks nothing else.
const SCRIPT: &str = include_str!("tips.js");
/// Keeps a page that shows names from files from running or fetching anything else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// The page.
pub fn render(data: &Data) -> String {
    let sections = [
        tables::masthead(&data.header),
        tables::figures(&data.figures),
        tables::summary(&data.summary),
        prices::prices(&data.prices),
        volatility::volatility(&data.prices),
        health::health(&data.health),
        auctions::auctions(&data.auctions),
        takes::takes(&data.auctions),
        solvency::solvency(&data.solvency),
        tables::conservation(&data.conservation),
        tables::gas(&data.gas),
        tables::contracts(data),
    ];
    let title = svg::escape(&data.header.title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>Plimsoll: {title}</title>\n<style>{STYLE}</style></head>\n<body><main>{}</main>\
         <div id=\"tip\" hidden></div>\n<script>{SCRIPT}</script></body></html>\n",
        sections.join("\n")
    )
}

/// Writes the page to a file, over what was there.
pub fn write(file: &Path, data: &Data) -> io::Result<()> {
    fs::write(file, render(data))
}

/// Whether [`write()`] can be expected to work: for finding out before a run rather than after it.
/// Leaves an empty file where there was none.
pub fn probe(file: &Path) -> io::Result<()> {
    fs::OpenOptions::new().append(true).create(true).open(file).map(drop)
}

/// A section of the page: its anchor, heading, a sentence on how to read it, and the body.
fn section(id: &str, title: &str, note: &str, body: &str) -> String {
    let note = if note.is_empty() {
        String::new()
    } else {
        format!("<p class=\"lead\">{}</p>", svg::escape(note))
    };
    format!("<section id=\"{id}\"><h2>{title}</h2>{note}{body}</section>")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
