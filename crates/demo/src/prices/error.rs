//! What can be wrong with prices, each with what the user needs to find it.

use std::fmt;
use std::path::PathBuf;

use crate::time;

/// Why there are no paths to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A file is not what it should be.
    File(FileError),
    /// Two files for the same asset.
    Twice(String),
    /// A file for an asset that the demo does not have.
    Unknown(String),
    /// The files have no time in common; the asset that is left without any.
    NoOverlap(String),
    /// The range leaves nothing of the generated path.
    OutsideCrash,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file as the user named it.
    pub file: PathBuf,
    /// Line, counted from one; nothing when the file as a whole is meant.
    pub line: Option<u64>,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong with a file of prices. Texts from the file are cut short by [`Cause::quote`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The system refused: its message.
    Unreadable(String),
    /// No rows of prices.
    Empty,
    /// Rows, but none between `--from` and `--to`: the first and last time of the file.
    EmptyRange(u64, u64),
    /// Not UTF-8.
    NotUtf8,
    /// Longer than so many bytes.
    LineTooLong(usize),
    /// More than so many rows.
    TooManyRows(u64),
    /// Neither a header nor a row of numbers.
    NoHeader,
    /// The header names no such column.
    MissingColumn(&'static str),
    /// The header names a column twice.
    DoubleColumn(&'static str),
    /// Columns expected, columns found.
    ColumnCount(usize, usize),
    /// An empty line between rows.
    BlankLine,
    /// Not a time that can be read.
    BadTime(String),
    /// Column and text: not a decimal number.
    BadNumber(&'static str, String),
    /// Column and text: more digits than a price can have.
    TooManyDigits(&'static str, String),
    /// Column and text: zero or negative.
    NotPositive(&'static str, String),
    /// High below low.
    HighBelowLow,
    /// Open outside low and high.
    OpenOutside,
    /// Close outside low and high.
    CloseOutside,
    /// The same time as the row before.
    DoubleTime(u64),
    /// A time, and the later one of the row before.
    Unordered(u64, u64),
}

impl Cause {
    /// At most 40 characters of a text from a file, escaped so that it cannot drive a terminal.
    pub fn quote(text: &str) -> String {
        let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
        if text.chars().nth(40).is_some() {
            short.push('…');
        }
        short
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Empty => f.write_str("holds no rows of prices"),
            Self::EmptyRange(first, last) => write!(
                f,
                "has no rows between --from and --to; it goes from {} to {}",
                time::minute(*first),
                time::minute(*last)
            ),
            Self::NotUtf8 => f.write_str("is not UTF-8 text"),
            Self::LineTooLong(most) => write!(f, "is longer than {most} bytes"),
            Self::TooManyRows(most) => write!(f, "more than {most} rows"),
            Self::NoHeader => f.write_str(
                "is neither a header (time, open, high, low, close, separated by commas) nor a \
                 row of klines",
            ),
            Self::MissingColumn(name) => write!(f, "the header names no column for {name}"),
            Self::DoubleColumn(name) => write!(f, "the header names the column {name} twice"),
            Self::ColumnCount(expected, found) => {
                write!(f, "has {found} columns instead of {expected}")
            }
            Self::BlankLine => f.write_str("is empty, with rows after it"),
            Self::BadTime(text) => write!(
                f,
                "time \"{text}\" is neither unix seconds, milli- or microseconds nor ISO-8601 \
                 (before 2100)"
            ),
            Self::BadNumber(column, text) => {
                write!(f, "{column} \"{text}\" is not a decimal number such as 194.61")
            }
            Self::TooManyDigits(column, text) => write!(
                f,
                "{column} \"{text}\" has too many digits (10 before the point, 18 after it)"
            ),
            Self::NotPositive(column, text) => write!(f, "{column} \"{text}\" is not above zero"),
            Self::HighBelowLow => f.write_str("high is below low"),
            Self::OpenOutside => f.write_str("open is not between low and high"),
            Self::CloseOutside => f.write_str("close is not between low and high"),
            Self::DoubleTime(at) => write!(f, "time {} is there twice", time::minute(*at)),
            Self::Unordered(at, before) => write!(
                f,
                "time {} comes after {}: rows must be in the order of time",
                time::minute(*at),
                time::minute(*before)
            ),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file.display(), self.cause),
            None => write!(f, "{}: {}", self.file.display(), self.cause),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Twice(asset) => write!(f, "--prices: two files for {asset}"),
            Self::Unknown(asset) => {
                let names = crate::ASSETS.map(|asset| asset.name).join(", ");
                write!(f, "--prices: no asset {asset}; the demo has {names}")
            }
            Self::NoOverlap(asset) => {
                write!(f, "--prices: the file for {asset} has no time in common with the others")
            }
            Self::OutsideCrash => write!(
                f,
                "--from, --to: the generated path goes from {} to {}; name a file with --prices \
                 for another time",
                time::minute(super::CRASH_START),
                time::minute(super::CRASH_END)
            ),
        }
    }
}

impl std::error::Error for FileError {}
impl std::error::Error for Error {}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}
