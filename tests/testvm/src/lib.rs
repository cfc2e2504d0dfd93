//! The contract under the SDK's own test host, TestVM, with the SDK line that it is built with.
//!
//! What this host shows: what time does by itself, to the second and with exact numbers. A test
//! sets the block's time and the stored words, calls one method, and reads. There are no tokens
//! here: TestVM answers calls from a table.

mod outcome;
mod world;

pub use outcome::{Outcome, explain};
pub use world::*;
