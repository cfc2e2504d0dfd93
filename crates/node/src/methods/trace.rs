//! What transactions did, told by executing them again.

use std::sync::Arc;

use alloy_primitives::B256;
use plimsoll_devnet::{Cost, FrameKind, Observed, Watch};
use serde_json::json;

use super::Table;
use super::calls::{Assumed, assuming};
use crate::args::{Args, At};
use crate::error::{Answer, invalid_tx, refused};
use crate::json::hex;
use crate::node::Node;
use crate::request::executable;
use crate::store::Block;
use crate::tracers::Tracer;

pub(super) const METHODS: Table = &[
    ("debug_traceTransaction", trace_transaction),
    ("debug_traceCall", trace_call),
    ("debug_traceBlockByNumber", |node, args| trace_block(node, args.block(0)?, args)),
    ("debug_traceBlockByHash", |node, args| trace_block(node, At::Hash(args.hash(0)?), args)),
    ("plimsoll_gasProfile", profile),
];

fn trace_transaction(node: &mut Node, args: &Args) -> Answer {
    let tracer = Tracer::new(args.optional(1))?;
    let (block, index) = find(node, args.hash(0)?)?;
    let gas_limit = block.entries[index].gas_limit();
    tracer.show(observe(node, &block, index, tracer.watch())?, gas_limit)
}

fn trace_block(node: &mut Node, at: At, args: &Args) -> Answer {
    let tracer = Tracer::new(args.optional(1))?;
    let block = node.store.block(at).cloned().ok_or_else(|| refused("block not found"))?;
    let traces = block.entries.iter().enumerate().map(|(index, entry)| {
        let observed = observe(node, &block, index, tracer.watch())?;
        let result = tracer.show(observed, entry.gas_limit())?;
        Ok(json!({ "txHash": entry.hash().to_string(), "result": result }))
    });
    traces.collect()
}

/// Parameters are a call, a block and options, of which overrides are part.
fn trace_call(node: &mut Node, args: &Args) -> Answer {
    let tracer = Tracer::new(args.optional(2))?;
    let part = |name: &str| {
        let part = args.optional(2).and_then(|options| options.get(name));
        part.filter(|value| !value.is_null())
    };
    let assumed = Assumed { state: part("stateOverrides"), block: part("blockOverrides") };
    assuming(node, args, assumed, |chain, request, cap| {
        let gas = request.gas.unwrap_or(u64::MAX).min(cap);
        let observed = chain.observe(request.tx(gas), false, tracer.watch());
        tracer.show(observed.map_err(invalid_tx)?, gas)
    })
}

/// The block of a transaction and its position there.
fn find(node: &Node, hash: B256) -> Answer<(Arc<Block>, usize)> {
    let (block, entry) = node.store.tx(hash).ok_or_else(|| refused("transaction not found"))?;
    Ok((block.clone(), usize::try_from(entry.index).unwrap_or(usize::MAX)))
}

/// Executes a transaction again, after those before it in its block.
fn observe(node: &mut Node, block: &Arc<Block>, index: usize, watch: Watch) -> Answer<Observed> {
    node.before(block, |chain| {
        let (before, from) = block.entries.split_at(index);
        for entry in before {
            chain.transact(executable(&entry.envelope, entry.from)).map_err(invalid_tx)?;
        }
        let entry = from.first().ok_or_else(|| refused("transaction not found"))?;
        let tx = executable(&entry.envelope, entry.from);
        chain.observe(tx, true, watch).map_err(invalid_tx)
    })
}

/// Gas of a transaction by purpose and by call frame.
fn profile(node: &mut Node, args: &Args) -> Answer {
    let (block, index) = find(node, args.hash(0)?)?;
    let trace = observe(node, &block, index, Watch::default())?.receipt.trace;
    let spent = Cost::ALL.map(|cost| (format!("{cost:?}").to_lowercase(), hex(trace.of(cost))));
    let frames = trace.frames.iter().map(|frame| {
        json!({
            "depth": frame.depth,
            "code": frame.code.to_string(),
            "acting": frame.acting.to_string(),
            "isStylus": frame.kind == FrameKind::Stylus,
            "gasUsed": hex(frame.used),
            "ink": hex(frame.ink),
        })
    });
    Ok(json!({
        "gasUsed": hex(trace.total),
        "refund": hex(trace.refund),
        "spent": serde_json::Map::from_iter(spent),
        "words": trace.words.len(),
        "frames": frames.collect::<Vec<_>>(),
    }))
}
