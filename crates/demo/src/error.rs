//! Why a run stops before its end.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::prices;

/// A run that could not be played, which is not the same as one whose checks failed.
#[derive(Debug)]
pub enum Error {
    /// The prices cannot be had.
    Prices(prices::Error),
    /// The contract, a token or the chain refused what has to pass: what was tried, and the answer.
    Refused(String, String),
    /// The report cannot be written.
    Report(PathBuf, io::Error),
}

/// What a step of a run returns.
pub type Result<T> = std::result::Result<T, Error>;

impl From<prices::Error> for Error {
    fn from(error: prices::Error) -> Self {
        Self::Prices(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prices(error) => error.fmt(f),
            Self::Refused(what, why) => write!(f, "{what}: {why}"),
            Self::Report(file, error) => write!(f, "{}: {error}", file.display()),
        }
    }
}

impl std::error::Error for Error {}
