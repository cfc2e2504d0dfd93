//! Gas and ink to the unit, from small programs and sums worked out on paper.
//!
//! Every expected figure is a sum of literal numbers from docs/DEVNET.md, written beside the program
//! it is for. Nothing here asks the crate under test what something costs.

mod accounts;
mod arithmetic;
mod calls;
mod charges;
mod context;
mod creates;
mod delegations;
mod document;
mod fragments;
mod hosts;
mod interpreter;
mod lifecycle;
mod memory;
mod outcomes;
mod paper;
mod releases;
mod results;
mod rig;
mod statics;
mod steps;
mod storage;
mod templates;
