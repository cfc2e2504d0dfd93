//! Tables: headline figures, summary, conservation, gas and what was run.

use super::data::{Conservation, Contract, Data, Figure, Gas, Group, Header, Tone};
use super::section;
use super::svg::escape;
use crate::{text, time};

/// The headline figures.
pub fn figures(figures: &[Figure]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let tiles: String = figures
        .iter()
        .map(|figure| {
            let tone = match figure.tone {
                Tone::Plain => "",
                Tone::Good => " class=\"good\"",
                Tone::Bad => " class=\"bad\"",
            };
            format!(
                "<div{tone}><dt>{}</dt><dd>{}</dd><dd class=\"note\">{}</dd></div>",
                escape(&figure.label),
                escape(&figure.value),
                escape(&figure.note)
            )
        })
        .collect();
    format!("<dl class=\"tiles\">{tiles}</dl>")
}

/// Groups of labelled values.
pub fn summary(groups: &[Group]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let groups: String = groups
        .iter()
        .map(|group| format!("<div><h3>{}</h3>{}</div>", escape(&group.title), pairs(&group.rows)))
        .collect();
    section("summary", "Summary", "", &format!("<div class=\"groups\">{groups}</div>"))
}

/// Labels and values.
fn pairs(rows: &[(String, String)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(label, value)| {
            format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(label), escape(value))
        })
        .collect();
    format!("<dl class=\"pairs-list\">{rows}</dl>")
}

/// A table with a caption for those who do not see the heading. The first column names the row.
fn table(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let rows: String = rows
        .iter()
        .map(|cells| {
            let cells: String = cells
                .iter()
                .enumerate()
                .map(|(at, cell)| match at {
                    0 => format!("<th scope=\"row\">{cell}</th>"),
                    _ => format!("<td>{cell}</td>"),
                })
                .collect();
            format!("<tr>{cells}</tr>")
        })
        .collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\
         <caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>\
         </div>"
    )
}

/// What the engine holds and owes, for each token.
pub fn conservation(tokens: &[Conservation]) -> String {
    if tokens.is_empty() {
        return String::new();
    }
    let row = |token: &Conservation| {
        let units = |amount| match amount {
            0 => "0".to_owned(),
            _ => text::units(amount, token.decimals, token.decimals),
        };
        let parts: String = token
            .owed
            .iter()
            .map(|(name, amount)| {
                format!("<div><span>{}</span> {}</div>", escape(name), units(*amount))
            })
            .collect();
        let difference = token.difference();
        let verdict = if difference == 0 {
            "<span class=\"yes\">✓ 0</span>".to_owned()
        } else {
            let sign = if difference < 0 { "−" } else { "+" };
            let size = text::thousands(difference.unsigned_abs());
            format!("<span class=\"no\">✗ {sign}{size}</span>")
        };
        // The verdict stands beside the name, where a phone shows it without scrolling.
        vec![escape(&token.token), verdict, units(token.held), parts]
    };
    let rows: Vec<_> = tokens.iter().map(row).collect();
    let whole = tokens.iter().all(|token| token.difference() == 0);
    let note = if whole {
        "For every token, what the engine holds is what it owes, to the last wei."
    } else {
        "What the engine holds differs from what it owes: something is wrong."
    };
    let heads = ["Token", "Difference, wei", "Held", "Owed"];
    let caption = "What the engine holds and owes of each token";
    section("conservation", "Nothing is lost", note, &table(caption, &heads, &rows))
}

/// Gas of each entry point.
pub fn gas(entries: &[Gas]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let number = |value: u64| text::thousands(u128::from(value));
    let most = entries.iter().map(|entry| entry.max).max().unwrap_or(1).max(1);
    let row = |entry: &Gas| {
        let used = |gas: u64| {
            if entry.calls == 0 { "–".to_owned() } else { number(gas) }
        };
        let share = |gas: u64| gas as f64 * 100.0 / most as f64;
        // From least to most, with a stroke at the middle.
        let bar = format!(
            "<span class=\"bar\"><i style=\"left:{:.1}%;width:{:.1}%\"></i>\
             <b style=\"left:{:.1}%\"></b></span>",
            share(entry.min),
            share(entry.max.saturating_sub(entry.min)).max(0.6),
            share(entry.median)
        );
        vec![
            format!("<code>{}</code>", escape(&entry.entry)),
            number(entry.calls),
            number(entry.reverted),
            used(entry.min),
            used(entry.median),
            used(entry.max),
            if entry.calls == 0 { String::new() } else { bar },
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    let heads = ["Entry point", "Calls", "Reverted", "Least", "Median", "Most", "Range"];
    let note = "Gas of the transactions that passed; the bar goes from the least to the most, the \
                stroke is the median.";
    let body = table("Gas of each entry point", &heads, &rows);
    section("gas", "Gas", note, &body.replacen("<table>", "<table class=\"gas\">", 1))
}

/// What was run, at the head of the page.
pub fn masthead(header: &Header) -> String {
    let title = if header.title.is_empty() { "A crash, replayed" } else { &header.title };
    let span = header.to.saturating_sub(header.from);
    let facts = [
        ("Prices", header.input.clone()),
        ("Played", format!("{} to {} UTC", time::minute(header.from), time::minute(header.to))),
        ("Length", text::duration(span)),
        ("Positions", text::thousands(u128::from(header.positions))),
        ("Seed", header.seed.to_string()),
    ];
    let own = facts.into_iter().map(|(label, value)| (label.to_owned(), value));
    let rows: String = own
        .chain(header.facts.iter().cloned())
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| {
            format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(&label), escape(&value))
        })
        .collect();
    format!(
        "<header><p class=\"brand\"><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\">\
         <circle cx=\"16\" cy=\"16\" r=\"9\"/><path d=\"M2 16h28\"/></svg>Plimsoll</p>\
         <h1>{}</h1><dl class=\"facts\">{rows}</dl></header>",
        escape(title)
    )
}

/// The programs that ran, with their sizes.
pub fn contracts(data: &Data) -> String {
    let contracts = &data.header.contracts;
    if contracts.is_empty() {
        return String::new();
    }
    let bytes = |value: u32| text::thousands(u128::from(value));
    let row = |contract: &Contract| {
        let share = u128::from(contract.compressed) * 1_000 / u128::from(contract.limit.max(1));
        vec![
            escape(&contract.name),
            bytes(contract.raw),
            bytes(contract.compressed),
            bytes(contract.limit),
            format!("{} %", text::units(share, 1, 1)),
        ]
    };
    let rows: Vec<_> = contracts.iter().map(row).collect();
    let heads = ["Program", "WASM", "Compressed", "Limit", "Used"];
    let note = "Bytes. These programs ran here as they would be deployed.";
    section("programs", "Programs", note, &table("Programs and their sizes", &heads, &rows))
}
