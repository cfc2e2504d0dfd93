//! Methods by name.

mod blocks;
mod calls;
mod chain;
mod development;
mod logs;
mod mining;
mod send;
mod sign;
mod trace;

use serde_json::Value;

use crate::args::Args;
use crate::error::Answer;
use crate::node::Node;

/// What serves a request.
pub(crate) type Method = fn(&mut Node, &Args) -> Answer<Value>;

/// Methods of one file.
type Table = &'static [(&'static str, Method)];

/// Every method except subscriptions.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Method)> {
    let tables: [Table; 9] = [
        chain::METHODS,
        blocks::METHODS,
        calls::METHODS,
        send::METHODS,
        logs::METHODS,
        development::METHODS,
        mining::METHODS,
        sign::METHODS,
        trace::METHODS,
    ];
    tables.into_iter().flatten().copied()
}
