//! Figures of the made-up run.

use plimsoll_demo::report::{Data, Figure, Gas, Group, Tone};
use plimsoll_demo::rng::Rng;
use plimsoll_demo::text;

/// Headline figures, some of them from the data.
pub fn figures(data: &Data, fall: i128) -> Vec<Figure> {
    let figure = |label: &str, value: String, note: &str, tone| Figure {
        label: label.to_owned(),
        value,
        note: note.to_owned(),
        tone,
    };
    let last = data.solvency.last().copied().unwrap_or_default();
    let sold: u128 = data.auctions.iter().flat_map(|a| &a.takes).map(|take| take.pay).sum();
    vec![
        figure(
            "Fall of WETH",
            text::percent(fall, 1),
            "from the first price to the lowest",
            Tone::Plain,
        ),
        figure(
            "Sold",
            format!("{} USDC", text::money_short(sold)),
            "in made-up auctions",
            Tone::Plain,
        ),
        figure(
            "Bad debt",
            format!("{} USDC", text::money_short(last.bad_debt)),
            "0.02 % of what was lent",
            Tone::Bad,
        ),
        figure("Suppliers", "whole".to_owned(), "claims covered at all times", Tone::Good),
        figure("Lost wei", "0".to_owned(), "over all tokens and calls", Tone::Good),
    ]
}

/// Groups of values, most of them invented.
pub fn summary(data: &Data) -> Vec<Group> {
    let row = |label: &str, value: String| (label.to_owned(), value);
    let takes: usize = data.auctions.iter().map(|auction| auction.takes.len()).sum();
    let group = |title: &str, rows| Group { title: title.to_owned(), rows };
    vec![
        group(
            "Positions",
            vec![
                row("opened", data.header.positions.to_string()),
                row("kicked", "131".to_owned()),
                row("repaid in full", "12".to_owned()),
                row("borrowers' loss", "4.1 % of what was sold".to_owned()),
            ],
        ),
        group(
            "Auctions",
            vec![
                row("opened", data.auctions.len().to_string()),
                row("takes", takes.to_string()),
                row("median time to the first take", text::duration(84)),
                row("resets", "3".to_owned()),
            ],
        ),
        group(
            "Keepers and takers",
            vec![
                row("keepers' rewards", "12,481.20 USDC".to_owned()),
                row("takers' profit", "31,209.77 USDC".to_owned()),
                row(
                    "reserve's income",
                    text::money(data.solvency.last().map_or(0, |s| s.reserve)) + " USDC",
                ),
                row("gas of all transactions", "1.2 bn".to_owned()),
            ],
        ),
    ]
}

/// Gas of each entry point, invented.
pub fn gas(rng: &mut Rng) -> Vec<Gas> {
    let entries = [
        ("supply", 98_000),
        ("deposit", 88_000),
        ("borrow", 131_000),
        ("report", 142_000),
        ("kick", 214_000),
        ("take", 156_000),
        ("redo", 74_000),
        ("settle", 81_000),
        ("repay", 92_000),
    ];
    entries
        .into_iter()
        .map(|(name, base)| {
            let mut used: Vec<u64> = (0..120).map(|_| base + rng.below(base)).collect();
            Gas::of(name, &mut used, rng.below(4))
        })
        .collect()
}
