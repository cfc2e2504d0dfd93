//! The run as text: hour by hour, what is worth telling, the summary, gas and the checks.

use std::fmt::Write;

use crate::ending::Ending;
use crate::fixed;
use crate::record::{Hour, Record};
use crate::report::{Data, Header};
use crate::text::{Align, Table, money_short, percent, price, thousands, units};
use crate::time::{self, HOUR};

/// Most notes that are told.
const NOTES: usize = 24;

/// Writes the account.
pub fn write(data: &Data, record: &Record, ending: &Ending) -> String {
    let parts = [
        head(&data.header),
        hours(data.header.from, record),
        notes(record),
        groups(data),
        gas(data),
        conservation(data),
        checks(ending),
    ];
    parts.join("\n")
}

fn head(header: &Header) -> String {
    let mut text = String::new();
    let (from, to) = (time::minute(header.from), time::minute(header.to));
    let _ = writeln!(text, "Prices     {}", header.input);
    let _ = writeln!(text, "Played     {from} to {to} UTC, seed {}", header.seed);
    let _ = writeln!(text, "Positions  {}", header.positions);
    for (label, value) in &header.facts {
        let _ = writeln!(text, "{label:<19}{value}");
    }
    for contract in &header.contracts {
        let (raw, code) = (contract.raw.into(), contract.compressed.into());
        let (raw, code) = (thousands(raw), thousands(code));
        let _ = writeln!(text, "{:<19}{raw} bytes of WASM, {code} deployed", contract.name);
    }
    text
}

/// One line an hour in which anything was sold; quiet hours are left out.
fn hours(from: u64, record: &Record) -> String {
    const COLUMNS: [(&str, Align); 11] = [
        ("hour", Align::Left),
        ("WETH", Align::Right),
        ("prices", Align::Right),
        ("jumps", Align::Right),
        ("kicked", Align::Right),
        ("opened", Align::Right),
        ("joined", Align::Right),
        ("takes", Align::Right),
        ("paid, USDC", Align::Right),
        ("to oracle", Align::Right),
        ("reset", Align::Right),
    ];
    let mut table = Table::new(&COLUMNS);
    let mut quiet = 0;
    for (place, hour) in record.hours.iter().enumerate() {
        if hour.kicks == 0 && hour.takes == 0 && hour.redos == 0 {
            quiet += 1;
            continue;
        }
        let start = from + place as u64 * HOUR;
        table.row(row(start, hour, record));
    }
    let mut text = table.render();
    if quiet > 0 {
        let _ = writeln!(text, "{quiet} hours without a sale are left out.");
    }
    text
}

fn row(start: u64, hour: &Hour, record: &Record) -> [String; 11] {
    let ticks = &record.prices[0];
    let after = ticks.partition_point(|(time, _)| *time < start + HOUR);
    let last = after.checked_sub(1).map_or(0, |place| ticks[place].1);
    let discount = match hour.worth {
        0 => "–".to_owned(),
        worth => percent(fixed::change(worth, hour.paid), 2),
    };
    [
        format!("{} {}", time::short_day(start), time::clock(start)),
        price(last),
        hour.prices.0.to_string(),
        hour.prices.1.to_string(),
        hour.kicks.to_string(),
        hour.opened.to_string(),
        hour.kicks.saturating_sub(hour.opened).to_string(),
        hour.takes.to_string(),
        money_short(hour.paid),
        discount,
        hour.redos.to_string(),
    ]
}

/// What is worth telling.
fn notes(record: &Record) -> String {
    let mut text = String::from("Worth telling\n");
    for (at, words) in record.notes.iter().take(NOTES) {
        let _ = writeln!(text, "  {} {}  {words}", time::short_day(*at), time::clock(*at));
    }
    let more = record.notes.len().saturating_sub(NOTES);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more of the kind");
    }
    text
}

fn groups(data: &Data) -> String {
    let mut text = String::new();
    for group in data.summary.iter().filter(|group| group.title != "Checks") {
        let _ = writeln!(text, "{}", group.title);
        for (label, value) in &group.rows {
            let _ = writeln!(text, "  {label:<32}{value}");
        }
    }
    text
}

fn gas(data: &Data) -> String {
    let mut table = Table::new(&[
        ("gas", Align::Left),
        ("calls", Align::Right),
        ("reverted", Align::Right),
        ("least", Align::Right),
        ("median", Align::Right),
        ("most", Align::Right),
    ]);
    for entry in &data.gas {
        let number = |value: u64| thousands(value.into());
        table.row([
            entry.entry.clone(),
            number(entry.calls),
            number(entry.reverted),
            number(entry.min),
            number(entry.median),
            number(entry.max),
        ]);
    }
    table.render()
}

fn conservation(data: &Data) -> String {
    let mut table = Table::new(&[
        ("token", Align::Left),
        ("held by the engine", Align::Right),
        ("owed by its books", Align::Right),
        ("difference, wei", Align::Right),
    ]);
    for token in &data.conservation {
        let owed = token.owed.iter().map(|(_, amount)| *amount).sum();
        let whole = |amount| units(amount, token.decimals, token.decimals);
        table.row([
            token.token.clone(),
            whole(token.held),
            whole(owed),
            token.difference().to_string(),
        ]);
    }
    table.render()
}

fn checks(ending: &Ending) -> String {
    let mut text = String::from("Checks\n");
    for (name, count, wrong) in ending.checks.list() {
        let mark = if wrong.is_empty() { "✓" } else { "✗" };
        let _ = writeln!(text, "  {mark} {name} ({})", thousands(count.into()));
        for words in wrong.iter().take(5) {
            let _ = writeln!(text, "      {words}");
        }
    }
    text.push_str(match ending.checks.wrong().len() {
        0 => "Every check held.\n",
        _ => "NOT every check held.\n",
    });
    text
}
