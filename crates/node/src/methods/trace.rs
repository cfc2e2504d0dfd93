//! What a transaction called, and where its gas went.

use alloy_consensus::Transaction;
use plimsoll_devnet::{Call, CallKind, Cost, FrameKind, HaltReason, Receipt};
use serde_json::{Value, json};

use super::Table;
use super::calls::assuming;
use crate::args::{self, Args};
use crate::error::{Answer, invalid_tx, reason, refused};
use crate::json::hex;
use crate::node::Node;
use crate::request::Fields;

pub(super) const METHODS: Table = &[
    ("debug_traceTransaction", trace_transaction),
    ("debug_traceCall", trace_call),
    ("plimsoll_gasProfile", profile),
];

/// What a tracer is asked for.
struct Options {
    /// Whether the transaction's own call is enough.
    only_top: bool,
}

impl Options {
    fn new(value: Option<&Value>) -> Answer<Self> {
        let none = serde_json::Map::new();
        let fields = Fields(value.map_or(Ok(&none), args::object)?);
        match fields.get("tracer", |name| args::text(name).map(ToOwned::to_owned))?.as_deref() {
            Some("callTracer") => {}
            _ => return Err(refused("the only tracer is callTracer")),
        }
        let only_top = fields.get("tracerConfig", |config| {
            let config = Fields(args::object(config)?);
            config.get("onlyTopCall", |value| Ok(value == true))
        })?;
        Ok(Self { only_top: only_top.flatten().unwrap_or(false) })
    }
}

fn trace_transaction(node: &mut Node, args: &Args) -> Answer {
    let options = Options::new(args.optional(1))?;
    let block = node.store.with_tx(args.hash(0)?);
    let entry = block.and_then(|block| block.entry.as_ref());
    let entry = entry.ok_or_else(|| refused("transaction not found"))?;
    call_trace(&entry.receipt, entry.envelope.gas_limit(), &options)
}

/// Parameters are a call, a block and options, of which `stateOverrides` are part.
fn trace_call(node: &mut Node, args: &Args) -> Answer {
    let options = Options::new(args.optional(2))?;
    let overrides = args.optional(2).and_then(|value| value.get("stateOverrides"));
    assuming(node, args, overrides.filter(|value| !value.is_null()), |node, request| {
        let gas = request.gas.unwrap_or(u64::MAX).min(node.gas_cap());
        let receipt = node.simulate(request, gas).map_err(invalid_tx)?;
        call_trace(&receipt, gas, &options)
    })
}

/// Calls within each other, as geth's `callTracer` writes them.
fn call_trace(receipt: &Receipt, gas_limit: u64, options: &Options) -> Answer {
    // From the last call to the first: what is deeper, and not yet in a call, is in this one.
    let mut open: Vec<(usize, Value)> = Vec::new();
    let shown = receipt.calls.iter().filter(|call| !options.only_top || call.depth == 0);
    for call in shown.rev() {
        let mut value = frame(call);
        let mut inner = Vec::new();
        while let Some((_, callee)) = open.pop_if(|(depth, _)| *depth > call.depth) {
            inner.push(callee);
        }
        if !inner.is_empty() {
            value["calls"] = inner.into();
        }
        open.push((call.depth, value));
    }
    let (_, mut top) = open.pop().ok_or_else(|| refused("too many calls to trace"))?;
    top["gas"] = hex(gas_limit);
    top["gasUsed"] = hex(receipt.gas_used);
    Ok(top)
}

fn frame(call: &Call) -> Value {
    let kind = match call.kind {
        CallKind::Call => "CALL",
        CallKind::CallCode => "CALLCODE",
        CallKind::DelegateCall => "DELEGATECALL",
        CallKind::StaticCall => "STATICCALL",
        CallKind::Create => "CREATE",
        CallKind::Create2 => "CREATE2",
    };
    let mut value = json!({
        "type": kind,
        "from": call.from.to_string(),
        "gas": hex(call.gas),
        "gasUsed": hex(call.gas_used),
        "input": call.input.to_string(),
    });
    if let Some(to) = call.to {
        value["to"] = to.to_string().into();
    }
    if call.kind != CallKind::StaticCall {
        value["value"] = hex(call.value);
    }
    if !call.output.is_empty() {
        value["output"] = call.output.to_string().into();
    }
    match call.end {
        end if end.is_ok() => {}
        end if end.is_revert() => {
            value["error"] = "execution reverted".into();
            if let Some(reason) = reason(&call.output) {
                value["revertReason"] = reason.into();
            }
        }
        HaltReason::OutOfGas => value["error"] = "out of gas".into(),
        end => value["error"] = format!("{end:?}").into(),
    }
    value
}

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
