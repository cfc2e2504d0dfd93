//! What transactions did, told by executing them again.

use std::ops::Range;
use std::sync::Arc;

use alloy_consensus::transaction::Transaction;
use alloy_primitives::B256;
use plimsoll_devnet::{Cost, FrameKind, GasProfile, Observed, Watch};
use serde_json::{Value, json};

use super::Table;
use super::calls::{Assumed, assuming};
use crate::args::{Args, At};
use crate::error::{Answer, invalid_tx, refused, too_much};
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
    let entry = &block.entries[index];
    let mut shown = Value::Null;
    observe(node, &block, index..index + 1, tracer.watch(), |observed| {
        shown = tracer.show(observed, entry.envelope.gas_limit())?;
        Ok(())
    })?;
    Ok(shown)
}

fn trace_block(node: &mut Node, at: At, args: &Args) -> Answer {
    let tracer = Tracer::new(args.optional(1))?;
    let block = node.store.closed(at).cloned().ok_or_else(|| refused("block not found"))?;
    let most = usize::try_from(node.limits.response_bytes).unwrap_or(usize::MAX);
    let (mut traces, mut length) = (Vec::new(), 0);
    observe(node, &block, 0..block.entries.len(), tracer.watch(), |observed| {
        let entry = &block.entries[traces.len()];
        let result = tracer.show(observed, entry.envelope.gas_limit())?;
        length += result.to_string().len();
        if length > most {
            return Err(too_much("traces of this block are too long"));
        }
        traces.push(json!({ "txHash": entry.hash().to_string(), "result": result }));
        Ok(())
    })?;
    Ok(traces.into())
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

/// Executes the transactions of a block again and records some of them.
fn observe(
    node: &mut Node,
    block: &Block,
    watched: Range<usize>,
    watch: Watch,
    mut tell: impl FnMut(Observed) -> Answer<()>,
) -> Answer<()> {
    node.before(block, |chain| {
        for (index, entry) in block.entries.iter().enumerate().take(watched.end) {
            let tx = executable(&entry.envelope, entry.from);
            if watched.contains(&index) {
                tell(chain.observe(tx.clone(), true, watch).map_err(invalid_tx)?)?;
            }
            if index + 1 < watched.end {
                chain.transact(tx).map_err(invalid_tx)?;
            }
        }
        Ok(())
    })
}

/// Gas of a transaction by purpose and by call frame.
fn profile(node: &mut Node, args: &Args) -> Answer {
    let (block, index) = find(node, args.hash(0)?)?;
    let mut trace = GasProfile::default();
    observe(node, &block, index..index + 1, Watch::default(), |observed| {
        trace = observed.receipt.trace;
        Ok(())
    })?;
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
