//! From program bytes to something that runs.

mod engine;
pub mod instrument;

pub(crate) use engine::{Loaded, ProgramCache, run_on_large_stack};
