//! Runs instrumented programs and checks what they charge against figures derived by hand.

mod bulk;
mod costs;
mod fixture;
mod flow;
mod harness;
mod limits;
mod memory;
mod prices;
mod rejections;
mod same_result;
mod stack;
