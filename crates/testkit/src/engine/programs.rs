//! The compiled programs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Their names, in the order in which a call passes them. Users call the first one's address; what
/// a program does not hold it delegate-calls to the next.
pub const NAMES: [&str; 4] = ["engine", "extension", "market", "lens"];

/// The bytes that `cargo xtask build` wrote and that one deploys, in the order of `NAMES`.
#[derive(Clone, Debug)]
pub struct Programs(pub [Vec<u8>; 4]);

impl Programs {
    /// Reads the programs from `target/stylus`.
    ///
    /// # Errors
    /// A file is not there; the message says how to build it.
    pub fn load() -> Result<Self, String> {
        let [engine, extension, market, lens] = NAMES.map(read);
        Ok(Self([engine?, extension?, market?, lens?]))
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
        NAMES.into_iter().zip(self.0.iter().map(Vec::as_slice))
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
