//! The compiled programs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Their names, the engine's own first, the others in the order in which it numbers them. Users
/// call the first one's address; what it does not hold it delegate-calls.
pub const PROGRAMS: [&str; 10] = [
    "engine",
    "liquidation",
    "claims",
    "prices",
    "market",
    "lens",
    "risk",
    "governance",
    "positions",
    "breakers",
];

/// The bytes that `cargo xtask build` wrote and that one deploys, in the order of `PROGRAMS`.
#[derive(Clone, Debug)]
pub struct Programs(pub [Vec<u8>; PROGRAMS.len()]);

impl Programs {
    /// Reads the programs from `target/stylus`.
    ///
    /// # Errors
    /// A file is not there; the message says how to build it.
    pub fn load() -> Result<Self, String> {
        let all: Result<Vec<_>, _> = PROGRAMS.into_iter().map(read).collect();
        Self::from_wasm(all?)
    }

    /// These programs, in the order of `PROGRAMS`.
    ///
    /// # Errors
    /// It is another number of them.
    pub fn from_wasm(all: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, String> {
        let all: Vec<_> = all.into_iter().collect();
        let count = all.len();
        all.try_into().map(Self).map_err(|_| format!("{count} programs for {PROGRAMS:?}"))
    }

    /// The programs of this checkout, read once a process.
    ///
    /// # Panics
    /// They are not built.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        static SHARED: OnceLock<Arc<Programs>> = OnceLock::new();
        let load = || Arc::new(Self::load().unwrap_or_else(|missing| panic!("{missing}")));
        SHARED.get_or_init(load).clone()
    }

    /// Names and bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        PROGRAMS.into_iter().zip(self.0.iter().map(Vec::as_slice))
    }
}

fn read(name: &str) -> Result<Vec<u8>, String> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let path = root.join("target/stylus").join(name).with_extension("wasm");
    std::fs::read(&path).map_err(|error| {
        let path = path.display();
        format!("{path}: {error}: run `cargo xtask build`")
    })
}
