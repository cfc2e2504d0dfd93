//! The contract's own sources under motsu: several contracts and callers in one process.
//!
//! What this host shows: who may do what, what moves where, what every refusal says, what is
//! logged. It has no gas and no storage cache, and nothing here is the code that one deploys: the
//! embedded chain is for that.

extern crate alloc;

mod deployed;
mod feed;
pub mod host;
mod outcome;
mod taker;
mod token;
mod world;

pub use deployed::Deployed;
pub use feed::Feed;
pub use outcome::{Outcome, explain};
pub use taker::Taker;
pub use token::{Habit, Token};
pub use world::*;
