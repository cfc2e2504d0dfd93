//! Text for people: money, prices, shares, durations, aligned tables and a progress bar.
//!
//! Everything is rounded to the nearest at the last digit shown, halves away from zero; nothing
//! here feeds the run.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::BASE_DECIMALS;
use crate::fixed::WAD;
use crate::time::{DAY, HOUR, MINUTE};

/// `number` with a comma between each three digits.
pub fn thousands(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `amount` of a token with `decimals`, with `places` digits after the point: `1,234.50`.
pub fn units(amount: u128, decimals: u8, places: u8) -> String {
    let (decimals, places) = (u32::from(decimals.min(38)), u32::from(places.min(38)));
    let (number, places) = if places < decimals {
        let unit = 10u128.pow(decimals - places);
        (amount / unit + u128::from(amount % unit >= unit / 2), places)
    } else {
        (amount, decimals)
    };
    let one = 10u128.pow(places);
    let whole = thousands(number / one);
    if places == 0 {
        return whole;
    }
    format!("{whole}.{:0width$}", number % one, width = places as usize)
}

/// Base wei as whole tokens with two digits after the point: `1,234,567.89`.
pub fn money(base_wei: u128) -> String {
    units(base_wei, BASE_DECIMALS, 2)
}

/// Base wei with every digit: `1,234,567.891234`.
pub fn money_exact(base_wei: u128) -> String {
    units(base_wei, BASE_DECIMALS, BASE_DECIMALS)
}

/// Signed base wei, a minus sign where it belongs: `−12.00`.
pub fn money_signed(base_wei: i128) -> String {
    let sign = if base_wei < 0 { "−" } else { "" };
    format!("{sign}{}", money(base_wei.unsigned_abs()))
}

/// Base wei in three digits or so: `950`, `12.3 k`, `1.25 M`, `3.40 bn`.
pub fn money_short(base_wei: u128) -> String {
    let whole = base_wei / 10u128.pow(u32::from(BASE_DECIMALS));
    for (unit, power, name) in [(999_500_000, 9, "bn"), (999_500, 6, "M"), (1_000, 3, "k")] {
        if unit <= whole {
            let decimals = power + BASE_DECIMALS;
            let tenfold = whole / 10u128.pow(u32::from(power));
            let places = if tenfold < 10 { 2 } else { u8::from(tenfold < 100) };
            return format!("{} {name}", units(base_wei, decimals, places));
        }
    }
    units(base_wei, BASE_DECIMALS, 0)
}

/// A price (WAD) with as many digits as its size asks for: `7,934.58`, `0.9731`, `0.0002800`.
pub fn price(wad: u128) -> String {
    let places = match wad {
        _ if 10_000 * WAD <= wad => 0,
        _ if 10 * WAD <= wad => 2,
        _ if WAD / 10 <= wad => 4,
        // Four digits that count: below a tenth there are at most 17.
        _ => 21u8.saturating_sub(wad.checked_ilog10().unwrap_or(17) as u8),
    };
    units(wad, 18, places)
}

/// A ratio (WAD) in percent with `places` digits after the point: `-25.3 %`.
pub fn percent(ratio: i128, places: u8) -> String {
    let sign = if ratio < 0 { "−" } else { "" };
    format!("{sign}{} %", units(ratio.unsigned_abs(), 16, places))
}

/// Seconds as a person would say them: `45 s`, `3 min 20 s`, `2 h 05 min`, `1 d 4 h`, `2 d`.
pub fn duration(secs: u64) -> String {
    match secs {
        0..MINUTE => format!("{secs} s"),
        MINUTE..HOUR if secs.is_multiple_of(MINUTE) => format!("{} min", secs / MINUTE),
        MINUTE..HOUR => format!("{} min {:02} s", secs / MINUTE, secs % MINUTE),
        HOUR..DAY => format!("{} h {:02} min", secs / HOUR, secs % HOUR / MINUTE),
        _ if secs % DAY < HOUR => format!("{} d", secs / DAY),
        _ => format!("{} d {} h", secs / DAY, secs % DAY / HOUR),
    }
}

/// Where a column's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of text with aligned columns.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with the given headings.
    pub fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row. Missing cells are empty, surplus ones are dropped.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut row: Vec<String> = cells.into_iter().map(Into::into).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// The table: headings, a rule, the rows; two spaces between columns and none at the end.
    pub fn render(&self) -> String {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (name, _))| {
                let cells = self.rows.iter().map(|row| row[at].chars().count());
                cells.max().unwrap_or(0).max(name.chars().count())
            })
            .collect();
        let line = |cells: &[String]| {
            let padded = cells.iter().zip(&self.columns).zip(&widths);
            let cells: Vec<String> = padded
                .map(|((cell, (_, align)), width)| match align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                })
                .collect();
            cells.join("  ").trim_end().to_owned() + "\n"
        };
        let names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&names) + &line(&rules) + &rows
    }
}

/// Progress of a known number of steps: a bar that rewrites itself on a terminal, a plain line
/// every tenth of the way elsewhere.
pub struct Progress<W> {
    out: W,
    live: bool,
    total: u64,
    shown: Option<u64>,
    drawn: Option<Instant>,
    start: Instant,
}

impl Progress<io::Stdout> {
    /// Progress on standard output; a bar when that is a terminal.
    pub fn stdout(total: u64) -> Self {
        let out = io::stdout();
        let live = out.is_terminal();
        Self::new(out, live, total)
    }
}

impl<W: Write> Progress<W> {
    /// Progress of `total` steps on `out`; `live` for a bar that rewrites itself.
    pub fn new(out: W, live: bool, total: u64) -> Self {
        Self { out, live, total, shown: None, drawn: None, start: Instant::now() }
    }

    /// Shows that `done` steps are done. `note` stands beside the bar. Errors of the output are
    /// ignored: progress is not worth stopping for.
    pub fn set(&mut self, done: u64, note: &str) {
        let done = done.min(self.total);
        let percent = (done * 100).checked_div(self.total).unwrap_or(100);
        if self.live {
            let recent = self.drawn.is_some_and(|at| at.elapsed() < Duration::from_millis(80));
            if recent && done < self.total {
                return;
            }
            self.drawn = Some(Instant::now());
            let full = (percent / 4) as usize;
            let bar = format!("{}{}", "█".repeat(full), "░".repeat(25 - full));
            let _ = write!(self.out, "\r\x1b[2K{bar} {percent:>3} %  {note}");
            let _ = self.out.flush();
        } else if self.shown.is_none_or(|shown| shown / 10 < percent / 10) {
            self.shown = Some(percent);
            let _ = writeln!(self.out, "{percent:>3} %  {note}");
        }
    }

    /// Ends the bar with a line of its own and says how long it took.
    pub fn finish(&mut self, note: &str) {
        let took = duration(self.start.elapsed().as_secs());
        let start = if self.live { "\r\x1b[2K" } else { "" };
        let _ = writeln!(self.out, "{start}{note} ({took})");
        let _ = self.out.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_separators_and_rounds_at_the_end() {
        assert_eq!(money(0), "0.00");
        assert_eq!(money(1_234_567_891_234), "1,234,567.89");
        assert_eq!(money(999_995_000), "1,000.00");
        assert_eq!(money_exact(1_234_567_891_234), "1,234,567.891234");
        assert_eq!(money_exact(1), "0.000001");
        assert_eq!(money_signed(-12_000_000), "−12.00");
        assert!(money(u128::MAX).starts_with("340,282,"));
    }

    #[test]
    fn short_money_keeps_three_digits() {
        for (wei, text) in [
            (0, "0"),
            (999_000_000, "999"),
            (1_000_000_000, "1.00 k"),
            (12_345_000_000, "12.3 k"),
            (123_456_000_000, "123 k"),
            (999_600_000_000, "1.00 M"),
            (1_250_000_000_000, "1.25 M"),
            (3_400_000_000_000_000, "3.40 bn"),
        ] {
            assert_eq!(money_short(wei), text);
        }
    }

    #[test]
    fn units_of_any_decimals() {
        assert_eq!(units(15 * WAD / 10, 18, 2), "1.50");
        assert_eq!(units(150_000_000, 8, 4), "1.5000");
        assert_eq!(units(7, 0, 2), "7");
        assert_eq!(units(1, 255, 255), format!("0.{}1", "0".repeat(37)));
    }

    #[test]
    fn prices_and_shares() {
        assert_eq!(price(19_461 * WAD / 100), "194.61");
        assert_eq!(price(65_432 * WAD), "65,432");
        assert_eq!(price(9_731 * WAD / 10_000), "0.9731");
        assert_eq!(price(280_000_000_000_000), "0.0002800");
        assert_eq!(percent(-(253 * WAD as i128) / 1_000, 1), "−25.3 %");
        assert_eq!(percent(WAD as i128, 0), "100 %");
    }

    #[test]
    fn durations() {
        for (secs, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (200, "3 min 20 s"),
            (3_600, "1 h 00 min"),
            (7_500, "2 h 05 min"),
            (100_800, "1 d 4 h"),
            (172_800, "2 d"),
        ] {
            assert_eq!(duration(secs), text);
        }
    }

    #[test]
    fn tables_align_by_characters() {
        let mut table = Table::new(&[("asset", Align::Left), ("price", Align::Right)]);
        table.row(["WETH", "194.61"]);
        table.row(["Ä", "1", "surplus"]);
        table.row(["x"]);
        let expected = "asset   price\n─────  ──────\nWETH   194.61\nÄ           1\nx\n";
        assert_eq!(table.render(), expected);
    }

    #[test]
    fn progress_writes_plain_lines_without_a_terminal() {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, false, 200);
        for done in 0..=200 {
            progress.set(done, "hours");
        }
        progress.finish("done");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.lines().count(), 12, "{text}");
        assert!(text.starts_with("  0 %  hours\n") && text.contains("100 %  hours\n"));
        assert!(!text.contains('\r'));
    }

    #[test]
    fn progress_rewrites_its_line_on_a_terminal() {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, true, 0);
        progress.set(5, "nothing to do");
        progress.finish("done");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("100 %") && text.ends_with("done (0 s)\n"), "{text:?}");
    }
}
