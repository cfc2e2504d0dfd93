//! From program bytes to something that runs.

mod clean;
mod engine;
pub mod instrument;

pub use clean::clean_wasm;
pub(crate) use engine::{Loaded, MAX_NESTED_FRAMES, ProgramCache, run_on_large_stack};
