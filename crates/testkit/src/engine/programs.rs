//! The two compiled programs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// The bytes that `cargo xtask build` wrote and that one deploys.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The hot paths: what users call.
    pub engine: Vec<u8>,
    /// The cold paths, which the engine delegate-calls.
    pub extension: Vec<u8>,
}

impl Programs {
    /// Reads both programs from `target/stylus`.
    ///
    /// # Errors
    /// A file is not there; the message says how to build it.
    pub fn load() -> Result<Self, String> {
        Ok(Self {
            engine: read("engine")?,
            extension: read("extension")?,
        })
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
}

fn read(name: &str) -> Result<Vec<u8>, String> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let path = root.join("target/stylus").join(name).with_extension("wasm");
    std::fs::read(&path).map_err(|error| {
        let path = path.display();
        format!("{path}: {error}: run `cargo xtask build`")
    })
}
