//! What the embedded-chain tests and the demo share: the Solidity contracts that they deploy beside
//! the engine, as code ([`artifacts`]) and as types ([`contracts`]), and the engine itself on a chain
//! ([`engine`]).
//!
//! The sources are in `tests/solidity`; `node build.mjs --check` there compares the code with them.

pub mod artifacts;
pub mod audit;
pub mod contracts;
pub mod engine;
pub mod governors;
