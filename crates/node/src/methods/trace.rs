//! What the node can tell about where a transaction's gas went.

use plimsoll_devnet::{Cost, FrameKind};
use serde_json::{Value, json};

use super::Table;
use crate::args::Args;
use crate::error::{Answer, refused};
use crate::json::hex;
use crate::node::Node;

pub(super) const METHODS: Table = &[("plimsoll_gasProfile", profile)];

/// Gas of a transaction by purpose and by call frame.
fn profile(node: &mut Node, args: &Args) -> Answer {
    let block = node.store.with_tx(args.hash(0)?);
    let entry = block.and_then(|block| block.entry.as_ref());
    let trace = &entry.ok_or_else(|| refused("transaction not found"))?.receipt.trace;
    let spent = Cost::ALL.map(|cost| (format!("{cost:?}").to_lowercase(), hex(trace.of(cost))));
    let frames: Vec<Value> = trace
        .frames
        .iter()
        .map(|frame| {
            json!({
                "depth": frame.depth,
                "code": frame.code.to_string(),
                "acting": frame.acting.to_string(),
                "isStylus": frame.kind == FrameKind::Stylus,
                "gasUsed": hex(frame.used),
                "ink": hex(frame.ink),
            })
        })
        .collect();
    Ok(json!({
        "gasUsed": hex(trace.total),
        "refund": hex(trace.refund),
        "spent": serde_json::Map::from_iter(spent),
        "words": trace.words.len(),
        "frames": frames,
    }))
}
