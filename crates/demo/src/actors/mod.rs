//! Who acts in the demo. Each file has one kind of actor: what he decides, as a function of numbers,
//! and how he carries it out through the contract's interface.

pub mod borrower;
pub mod guardian;
pub mod keeper;
pub mod reporter;
pub mod supplier;
pub mod taker;
