//! What time does by itself, to the second.
#![allow(missing_docs)]

mod auctions;
mod breakers;
mod clocks;
mod edges;
mod interest;
mod prices;
mod thresholds;
