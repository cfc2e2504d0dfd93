//! Files of candles: CSV with a header, or Binance's klines without one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path as FilePath;

use super::decimal::{DecimalError, parse_wad};
use super::{Candle, Cause, FileError, Path, Range};
use crate::time;

/// What a file may ask of memory and patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a line, without its end.
    pub line: usize,
    /// Rows, those outside the range included. Four years of minutes are 2.1 million.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 4_096, rows: 3_000_000 }
    }
}

/// Names of the columns that are read; the same order as [`Columns::at`].
const NAMES: [&str; 5] = ["time", "open", "high", "low", "close"];
/// What files call the time, best first: a file may have a unix time beside a date.
const TIME_NAMES: [&str; 9] = [
    "open_time",
    "opentime",
    "time",
    "timestamp",
    "datetime",
    "unix",
    "unix_timestamp",
    "unix_time",
    "date",
];

/// Where the columns of interest are.
#[derive(Clone, Copy)]
struct Columns {
    /// Places of [`NAMES`].
    at: [usize; 5],
    /// Columns of every row.
    count: usize,
}

/// Reads the candles of `asset` from a file and keeps those in `range`. The whole file is checked.
pub fn load(file: &FilePath, asset: &str, range: Range) -> Result<Path, FileError> {
    let unreadable = |error: io::Error| FileError {
        file: file.to_owned(),
        line: None,
        cause: Cause::Unreadable(error.to_string()),
    };
    let opened = File::open(file).map_err(unreadable)?;
    read(BufReader::with_capacity(1 << 16, opened), file, asset, range, Limits::default())
}

/// Reads candles like [`load`], from `input`; `file` is for messages.
pub fn read<R: BufRead>(
    input: R,
    file: &FilePath,
    asset: &str,
    range: Range,
    limits: Limits,
) -> Result<Path, FileError> {
    let mut reader = Reader { input, limits, line: 0, text: Vec::with_capacity(256) };
    let result = reader.candles(range);
    let candles =
        result.map_err(|(line, cause)| FileError { file: file.to_owned(), line, cause })?;
    Ok(Path { asset: asset.to_owned(), candles })
}

/// An error before the file's name is attached.
type Fault = (Option<u64>, Cause);

/// A file being read line by line, through one buffer.
struct Reader<R> {
    input: R,
    limits: Limits,
    line: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Reader<R> {
    /// The candles of the file that lie in `range`.
    fn candles(&mut self, range: Range) -> Result<Vec<Candle>, Fault> {
        let mut candles = Vec::new();
        let (mut columns, mut first, mut last) = (None, None, None);
        let (mut rows, mut blank) = (0, None);
        while self.advance()? {
            let here = Some(self.line);
            let text = self.text(self.line == 1).ok_or((here, Cause::NotUtf8))?;
            if text.is_empty() {
                blank = blank.or(here);
                continue;
            }
            if blank.is_some() {
                return Err((blank, Cause::BlankLine));
            }
            let known = match columns {
                Some(known) => known,
                None => {
                    let (found, header) = Columns::find(text).map_err(|cause| (here, cause))?;
                    columns = Some(found);
                    if header {
                        continue;
                    }
                    found
                }
            };
            rows += 1;
            if rows > self.limits.rows {
                return Err((here, Cause::TooManyRows(self.limits.rows)));
            }
            let candle = known.candle(text).and_then(|c| follows(last, c));
            let candle = candle.map_err(|cause| (here, cause))?;
            first = first.or(Some(candle.time));
            last = Some(candle.time);
            if range.contains(candle.time) {
                candles.push(candle);
            }
        }
        match (first, last) {
            (Some(first), Some(last)) if candles.is_empty() => {
                Err((None, Cause::EmptyRange(first, last)))
            }
            (Some(_), Some(_)) => Ok(candles),
            _ => Err((None, Cause::Empty)),
        }
    }

    /// Reads the next line into the buffer; false at the end.
    fn advance(&mut self) -> Result<bool, Fault> {
        self.text.clear();
        self.line += 1;
        // Room for the line's end; one byte more than allowed shows that it is too long.
        let most = self.limits.line as u64 + 2;
        let mut part = self.input.by_ref().take(most);
        let read = part.read_until(b'\n', &mut self.text);
        let length = read.map_err(|error| (None, Cause::Unreadable(error.to_string())))?;
        while matches!(self.text.last(), Some(b'\n' | b'\r')) {
            self.text.pop();
        }
        if self.text.len() > self.limits.line {
            return Err((Some(self.line), Cause::LineTooLong(self.limits.line)));
        }
        Ok(length > 0)
    }

    /// The line as text, trimmed; the first one without a byte order mark.
    fn text(&self, first: bool) -> Option<&str> {
        let text = std::str::from_utf8(&self.text).ok()?;
        let text = if first { text.trim_start_matches('\u{feff}') } else { text };
        Some(text.trim())
    }
}

/// A candle that comes after the time `last`.
fn follows(last: Option<u64>, candle: Candle) -> Result<Candle, Cause> {
    match last {
        Some(last) if last == candle.time => Err(Cause::DoubleTime(last)),
        Some(last) if candle.time < last => Err(Cause::Unordered(candle.time, last)),
        _ => Ok(candle),
    }
}

/// The fields of a line, without spaces and quotes around them.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|field| field.trim().trim_matches('"'))
}

impl Columns {
    /// Finds the columns in the first line. True when that line is a header, false when it is a
    /// row already.
    fn find(line: &str) -> Result<(Self, bool), Cause> {
        let names: Vec<String> =
            fields(line).map(|name| name.to_ascii_lowercase().replace([' ', '-'], "_")).collect();
        let count = names.len();
        if fields(line).all(|field| field.starts_with(|c: char| c.is_ascii_digit())) {
            // Klines have twelve columns; five is what is needed of them.
            let enough = 5 <= count;
            return if enough {
                Ok((Self { at: [0, 1, 2, 3, 4], count }, false))
            } else {
                Err(Cause::ColumnCount(12, count))
            };
        }
        if !NAMES.iter().chain(&TIME_NAMES).any(|known| names.iter().any(|name| name == known)) {
            return Err(Cause::NoHeader);
        }
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let mut at = [0; 5];
        at[0] =
            TIME_NAMES.iter().find_map(|name| place(name)).ok_or(Cause::MissingColumn("time"))?;
        for (slot, wanted) in at.iter_mut().zip(NAMES).skip(1) {
            *slot = place(wanted).ok_or(Cause::MissingColumn(wanted))?;
            if names.iter().filter(|name| *name == wanted).count() > 1 {
                return Err(Cause::DoubleColumn(wanted));
            }
        }
        Ok((Self { at, count }, true))
    }

    /// Reads a row.
    fn candle(&self, line: &str) -> Result<Candle, Cause> {
        let mut texts = [""; 5];
        let mut count = 0;
        for (place, field) in fields(line).enumerate() {
            count = place + 1;
            if let Some(slot) = self.at.iter().position(|at| *at == place) {
                texts[slot] = field;
            }
        }
        if count != self.count {
            return Err(Cause::ColumnCount(self.count, count));
        }
        let moment = time::parse(texts[0]).ok_or_else(|| Cause::BadTime(Cause::quote(texts[0])))?;
        let candle = Candle {
            time: moment.secs,
            open: price("open", texts[1])?,
            high: price("high", texts[2])?,
            low: price("low", texts[3])?,
            close: price("close", texts[4])?,
        };
        let inside = |price: u128| (candle.low..=candle.high).contains(&price);
        match candle {
            _ if candle.high < candle.low => Err(Cause::HighBelowLow),
            _ if !inside(candle.open) => Err(Cause::OpenOutside),
            _ if !inside(candle.close) => Err(Cause::CloseOutside),
            _ => Ok(candle),
        }
    }
}

/// A price, WAD, or what is wrong with it.
fn price(column: &'static str, text: &str) -> Result<u128, Cause> {
    parse_wad(text).map_err(|error| {
        let text = Cause::quote(text);
        match error {
            DecimalError::Malformed => Cause::BadNumber(column, text),
            DecimalError::TooManyDigits => Cause::TooManyDigits(column, text),
            DecimalError::NotPositive => Cause::NotPositive(column, text),
        }
    })
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
