//! Arguments of the demo.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::prices::{Range, Source};
use crate::time::{self, DAY};

/// Positions without `--positions`.
pub const POSITIONS: u32 = 200;
/// Fewest and most positions.
pub const POSITIONS_BOUNDS: (u32, u32) = (1, 5_000);
/// Seed without `--seed`.
pub const SEED: u64 = 20_200_312;

/// What `--help` prints.
pub const HELP: &str = "\
Builds the contract, plays a market crash against it on an embedded chain, and tells what came of
it. Succeeds when every check held: what the engine holds is what it owes, to the wei.

Usage: cargo xtask demo [options]

  --prices FILE        Candles for WETH: CSV with a header (time, open, high, low, close) or
                       Binance klines without one. Without a file the demo draws a path shaped
                       like 12 and 13 March 2020.
  --prices ASSET=FILE  Candles for WETH, WBTC, ARB or LINK; may be given for each of them.
                       Assets without a file follow WETH.
  --from TIME          Play from this date, date-time (ISO-8601, UTC) or unix second.
  --to TIME            Play up to this time; a date alone includes that day. At most 48 hours are
                       played: of a longer path those around the worst fall.
  --positions N        Borrowers, 1 to 5000 (default 200).
  --seed N             Seed of everything that is drawn (default 20200312).
  --report FILE        Write the run as one HTML page.
  --help               Print this.
";

/// What the user asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Files of prices, at most one for each asset.
    pub prices: Vec<Source>,
    /// Part of the prices to play.
    pub range: Range,
    /// Number of borrowers, within [`POSITIONS_BOUNDS`].
    pub positions: u32,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Where the HTML page goes.
    pub report: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prices: Vec::new(),
            range: Range::default(),
            positions: POSITIONS,
            seed: SEED,
            report: None,
        }
    }
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Run with these options.
    Run(Options),
    /// Print [`HELP`].
    Help,
}

/// What is wrong with the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No such argument.
    Unknown(String),
    /// An argument that needs a value and has none.
    NoValue(&'static str),
    /// An argument that may be given once.
    Twice(String),
    /// Argument, value and what it should be.
    BadValue(&'static str, String, &'static str),
    /// `--prices` for an asset that the demo does not have.
    NoAsset(String),
    /// `--from` is not before `--to`.
    EmptyRange,
    /// Not UTF-8; what can be shown of it.
    NotUtf8(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "{name}: no such argument (try --help)"),
            Self::NoValue(name) => write!(f, "{name} needs a value"),
            Self::Twice(name) => write!(f, "{name} is given twice"),
            Self::BadValue(name, value, wanted) => write!(f, "{name} {value}: must be {wanted}"),
            Self::NoAsset(asset) => {
                let names = crate::ASSETS.map(|asset| asset.name).join(", ");
                write!(
                    f,
                    "--prices {asset}=…: no such asset; the demo has {names} (write ./{asset}=… \
                     for a file of that name)"
                )
            }
            Self::EmptyRange => f.write_str("--from must be before --to"),
            Self::NotUtf8(text) => write!(f, "{text}: arguments must be UTF-8"),
        }
    }
}

impl std::error::Error for Error {}

/// The arguments that take a value.
const NAMES: [&str; 6] = ["--prices", "--from", "--to", "--positions", "--seed", "--report"];

/// Reads the arguments after the program's name. A value follows its argument or an equals sign.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Error> {
    let mut texts = Vec::new();
    for arg in args {
        let text = arg.into_string();
        texts.push(text.map_err(|arg| Error::NotUtf8(arg.to_string_lossy().into_owned()))?);
    }
    if texts.iter().any(|text| text == "--help" || text == "-h") {
        return Ok(Command::Help);
    }
    let mut options = Options::default();
    let mut seen = Vec::new();
    let mut texts = texts.into_iter();
    while let Some(text) = texts.next() {
        let (given, inline) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text.as_str(), None),
        };
        let known = NAMES.iter().find(|name| **name == given);
        let name = *known.ok_or_else(|| Error::Unknown(text.clone()))?;
        let value = match inline {
            Some(value) => value,
            None => texts.next().filter(|v| !v.starts_with("--")).ok_or(Error::NoValue(name))?,
        };
        if value.is_empty() {
            return Err(Error::NoValue(name));
        }
        if name != "--prices" && seen.contains(&name) {
            return Err(Error::Twice(name.to_owned()));
        }
        seen.push(name);
        options.set(name, value)?;
    }
    match options.range {
        Range { from: Some(from), to: Some(to) } if to <= from => Err(Error::EmptyRange),
        _ => Ok(Command::Run(options)),
    }
}

impl Options {
    /// Sets the option of one of [`NAMES`].
    fn set(&mut self, name: &'static str, value: String) -> Result<(), Error> {
        match name {
            "--prices" => self.add_prices(value)?,
            "--from" => self.range.from = Some(moment(name, value)?.secs),
            "--to" => {
                let to = moment(name, value)?;
                self.range.to = Some(to.secs + if to.whole_day { DAY } else { 0 });
            }
            "--positions" => {
                let (least, most) = POSITIONS_BOUNDS;
                let number = value.parse().ok().filter(|n| (least..=most).contains(n));
                let wanted = "a number from 1 to 5000";
                self.positions = number.ok_or(Error::BadValue(name, value, wanted))?;
            }
            "--seed" => {
                let wanted = "a number from 0 to 18446744073709551615";
                self.seed = value.parse().map_err(|_| Error::BadValue(name, value, wanted))?;
            }
            _ => self.report = Some(PathBuf::from(value)),
        }
        Ok(())
    }

    /// Adds `FILE` or `ASSET=FILE`. What stands before an equals sign is an asset when it is
    /// letters and digits only.
    fn add_prices(&mut self, value: String) -> Result<(), Error> {
        let asset_and_file = value.split_once('=').filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let (name, file) = asset_and_file.unwrap_or((crate::ASSETS[0].name, &value));
        let (_, asset) = crate::asset(name).ok_or_else(|| Error::NoAsset(name.to_owned()))?;
        if file.is_empty() {
            return Err(Error::BadValue("--prices", value, "FILE or ASSET=FILE"));
        }
        if self.prices.iter().any(|source| source.asset == asset.name) {
            return Err(Error::Twice(format!("--prices for {}", asset.name)));
        }
        self.prices.push(Source { asset: asset.name.to_owned(), file: PathBuf::from(file) });
        Ok(())
    }
}

/// The moment that `value` names.
fn moment(name: &'static str, value: String) -> Result<time::Moment, Error> {
    let wanted = "a date (2020-03-12), a date-time (2020-03-12T10:30) or a unix second";
    time::parse(&value).ok_or(Error::BadValue(name, value, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn run(line: &str) -> Options {
        match read(line) {
            Ok(Command::Run(options)) => options,
            other => unreachable!("{line}: {other:?}"),
        }
    }

    fn message(line: &str) -> String {
        read(line).expect_err(line).to_string()
    }

    #[test]
    fn defaults() {
        let options = run("");
        assert_eq!(options, Options::default());
        assert_eq!((options.positions, options.seed), (200, 20_200_312));
    }

    #[test]
    fn every_argument_in_both_forms() {
        let apart = run("--prices a.csv --prices WBTC=b=c.csv --from 2020-03-12 --to 2020-03-13 \
                         --positions 5000 --seed 18446744073709551615 --report out.html");
        let joined = run("--prices=WETH=a.csv --prices=wbtc=b=c.csv --from=1583971200 \
                          --to=2020-03-14T00:00 --positions=5000 --seed=18446744073709551615 \
                          --report=out.html");
        assert_eq!(apart, joined);
        assert_eq!(apart.prices[1].file, PathBuf::from("b=c.csv"));
        assert_eq!(apart.range, Range { from: Some(1_583_971_200), to: Some(1_584_144_000) });
        assert_eq!(run("--prices ./x=y.csv").prices[0].file, PathBuf::from("./x=y.csv"));
    }

    #[test]
    fn help_wins() {
        assert_eq!(read("--seed --help"), Ok(Command::Help));
        assert_eq!(read("-h"), Ok(Command::Help));
        assert!(HELP.lines().all(|line| line.len() <= 100));
        assert!(NAMES.iter().all(|name| HELP.contains(name)));
    }

    #[test]
    fn every_error_names_its_argument() {
        for (line, start) in [
            ("--price a", "--price: no such argument"),
            ("file.csv", "file.csv: no such argument"),
            ("--seed", "--seed needs a value"),
            ("--seed=", "--seed needs a value"),
            ("--report --seed 1", "--report needs a value"),
            ("--seed 1 --seed 2", "--seed is given twice"),
            ("--seed -1", "--seed -1: must be a number from 0"),
            ("--positions 0", "--positions 0: must be a number from 1 to 5000"),
            ("--positions 5001", "--positions 5001: must be"),
            ("--positions many", "--positions many: must be"),
            ("--from yesterday", "--from yesterday: must be a date"),
            ("--to 2020-02-30", "--to 2020-02-30: must be a date"),
            ("--from 2020-03-13 --to 2020-03-12", "--from must be before --to"),
            ("--from 5 --to 5", "--from must be before --to"),
            ("--prices DOGE=a.csv", "--prices DOGE=…: no such asset; the demo has WETH, WBTC"),
            ("--prices WETH=", "--prices WETH=: must be FILE or ASSET=FILE"),
            ("--prices a --prices weth=b", "--prices for WETH is given twice"),
        ] {
            let message = message(line);
            assert!(message.starts_with(start), "{line}: {message}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn arguments_that_are_not_text() {
        use std::os::unix::ffi::OsStringExt;
        let error = parse([OsString::from_vec(b"--seed=\xff".to_vec())]).expect_err("bytes");
        assert!(error.to_string().starts_with("--seed="), "{error}");
    }
}
