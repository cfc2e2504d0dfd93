//! Traces in the forms that tools expect.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, B256, Bytes, U256};
use plimsoll_devnet::{Call, CallKind, HaltReason, HostCall, Observed, Receipt, Step, View, Watch};
use serde_json::{Map, Value, json};

use crate::args;
use crate::error::{Answer, invalid, reason, refused};
use crate::json::hex;
use crate::request::Fields;

/// How a trace is to look.
pub(crate) enum Tracer {
    /// geth's structured logs: every instruction of bytecode.
    Steps { stack: bool, memory: bool, storage: bool, returned: bool },
    /// geth's `callTracer`.
    Calls { only_top: bool },
    /// geth's `prestateTracer`.
    Accounts { diff: bool },
    /// Nitro's `stylusTracer`: every host call of a program.
    HostCalls,
    /// Nothing, for those who only want to know that it can be traced.
    Nothing,
}

impl Tracer {
    pub(crate) fn new(value: Option<&Value>) -> Answer<Self> {
        let none = Map::new();
        let fields = Fields(value.map_or(Ok(&none), args::object)?);
        let config = fields.get("tracerConfig", |value| args::object(value).cloned())?;
        let config = config.unwrap_or_default();
        let is = |fields: &Map<String, Value>, name: &str| fields.get(name) == Some(&true.into());
        let tracer = fields.get("tracer", |value| args::text(value).map(str::to_owned))?;
        match tracer.as_deref() {
            None | Some("") => Ok(Self::Steps {
                stack: !is(fields.0, "disableStack"),
                memory: is(fields.0, "enableMemory"),
                storage: !is(fields.0, "disableStorage"),
                returned: is(fields.0, "enableReturnData"),
            }),
            Some("callTracer") => Ok(Self::Calls { only_top: is(&config, "onlyTopCall") }),
            Some("prestateTracer") => Ok(Self::Accounts { diff: is(&config, "diffMode") }),
            Some("stylusTracer") => Ok(Self::HostCalls),
            // The script that `cargo stylus trace` sends unless it is told to use the native tracer.
            Some(script) if script.contains("\"hostio\": function") => Ok(Self::HostCalls),
            Some("noopTracer") => Ok(Self::Nothing),
            Some(_) => Err(invalid(
                "unknown tracer: callTracer, prestateTracer, stylusTracer, noopTracer, or none",
            )),
        }
    }

    /// What to record for it.
    pub(crate) fn watch(&self) -> Watch {
        match self {
            Self::Steps { memory, .. } => {
                Watch { steps: true, memory: *memory, ..Watch::default() }
            }
            Self::Calls { .. } => Watch { calls: true, ..Watch::default() },
            Self::HostCalls => Watch { host_calls: true, ..Watch::default() },
            Self::Accounts { .. } | Self::Nothing => Watch::default(),
        }
    }

    /// The trace of a transaction with this gas limit.
    pub(crate) fn show(&self, observed: Observed, gas_limit: u64) -> Answer {
        match self {
            Self::Calls { only_top } => calls(&observed.receipt, gas_limit, *only_top),
            Self::Accounts { diff } => Ok(accounts(&observed, *diff)),
            Self::HostCalls => {
                let calls = observed.host_calls.ok_or_else(|| refused("too much to trace"))?;
                Ok(host_calls(&calls))
            }
            Self::Nothing => Ok(json!({})),
            Self::Steps { stack, storage, returned, .. } => {
                let steps = observed.steps.ok_or_else(|| refused("too many steps to trace"))?;
                let output = Bytes::copy_from_slice(observed.receipt.status.output());
                let mut answer = json!({
                    "gas": observed.receipt.gas_used,
                    "failed": !observed.receipt.status.is_success(),
                    "returnValue": output.to_string(),
                    "structLogs": struct_logs(&steps, *stack, *storage),
                });
                if *returned {
                    answer["returnData"] = output.to_string().into();
                }
                Ok(answer)
            }
        }
    }
}

fn struct_logs(steps: &[Step], with_stack: bool, with_storage: bool) -> Vec<Value> {
    let mut words: HashMap<Address, BTreeMap<U256, U256>> = HashMap::new();
    let logs = steps.iter().map(|step| {
        let mut log = json!({
            "pc": step.pc,
            "op": step.name(),
            "gas": step.gas,
            "gasCost": step.gas_cost,
            "depth": step.depth + 1,
        });
        if step.refund != 0 {
            log["refund"] = step.refund.max(0).into();
        }
        if with_stack {
            log["stack"] = step.stack.iter().map(hex).collect();
        }
        if let Some(memory) = &step.memory {
            log["memory"] = memory.chunks(32).map(hex_bytes).collect();
        }
        if let Some(error) = step.error {
            log["error"] = format!("{error:?}").into();
        }
        if let Some((slot, word)) = step.word.filter(|_| with_storage) {
            let known = words.entry(step.acting).or_default();
            known.insert(slot, word);
            log["storage"] = storage(known);
        }
        log
    });
    logs.collect()
}

/// Calls within each other.
fn calls(receipt: &Receipt, gas_limit: u64, only_top: bool) -> Answer {
    // From the last call to the first: what is deeper, and not yet in a call, is in this one.
    let mut open: Vec<(usize, Value)> = Vec::new();
    let shown = receipt.calls.iter().filter(|call| !only_top || call.depth == 0);
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

/// Accounts that a transaction touched as it found them, or beside what it made of them.
fn accounts(observed: &Observed, diff: bool) -> Value {
    let (mut pre, mut post) = (Map::new(), Map::new());
    for touched in &observed.accounts {
        let address = touched.address.to_string();
        if !diff {
            let before = touched.before.as_ref().map(|before| (address, account(before)));
            pre.extend(before);
            continue;
        }
        if touched.before == touched.after {
            continue;
        }
        let nothing = View::default();
        let before = touched.before.as_ref().unwrap_or(&nothing);
        let after = touched.after.as_ref().unwrap_or(&nothing);
        let changed = |slot: &U256| before.words.get(slot) != after.words.get(slot);
        if touched.before.is_some() {
            let words = before.words.iter().filter(|(slot, _)| changed(slot));
            let words = words.map(|(slot, word)| (*slot, *word)).collect();
            pre.insert(address.clone(), account(&View { words, ..before.clone() }));
        }
        if touched.after.is_some() {
            post.insert(address, difference(before, after));
        }
    }
    match diff {
        true => json!({ "pre": pre, "post": post }),
        false => pre.into(),
    }
}

fn account(view: &View) -> Value {
    let mut value = json!({ "balance": hex(view.balance) });
    if view.nonce > 0 {
        value["nonce"] = view.nonce.into();
    }
    if !view.code.is_empty() {
        value["code"] = view.code.to_string().into();
    }
    if !view.words.is_empty() {
        value["storage"] = storage(&view.words);
    }
    value
}

/// What changed of an account, as it is afterwards. Words that became zero are left out.
fn difference(before: &View, after: &View) -> Value {
    let mut value = json!({});
    if before.balance != after.balance {
        value["balance"] = hex(after.balance);
    }
    if before.nonce != after.nonce {
        value["nonce"] = after.nonce.into();
    }
    if before.code != after.code {
        value["code"] = after.code.to_string().into();
    }
    let words = after
        .words
        .iter()
        .filter(|(slot, word)| !word.is_zero() && before.words.get(*slot) != Some(word));
    let words: BTreeMap<_, _> = words.map(|(slot, word)| (*slot, *word)).collect();
    if !words.is_empty() {
        value["storage"] = storage(&words);
    }
    value
}

fn storage(words: &BTreeMap<U256, U256>) -> Value {
    let word = |word: U256| B256::from(word).to_string();
    Value::Object(words.iter().map(|(slot, value)| (word(*slot), word(*value).into())).collect())
}

/// Host calls as Nitro's tracer writes them: callees within the calls that made them.
fn host_calls(calls: &[HostCall]) -> Value {
    let shown = calls.iter().map(|call| {
        let mut value = json!({
            "name": call.name,
            "args": hex_bytes(&call.args),
            "outs": hex_bytes(&call.outs),
            "startInk": call.start_ink,
            "endInk": call.end_ink,
        });
        if let Some(callee) = call.callee {
            value["address"] = callee.to_string().to_lowercase().into();
            value["steps"] = host_calls(&call.inner);
        }
        value
    });
    shown.collect()
}

fn hex_bytes(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode_prefixed(bytes)
}
