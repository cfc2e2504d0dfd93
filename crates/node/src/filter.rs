//! Which logs a request is about.

use std::collections::VecDeque;

use alloy_primitives::{Address, B256, Log};
use serde_json::Value;

use crate::args::{self, At};
use crate::error::{Answer, invalid};
use crate::json;
use crate::request::Fields;
use crate::store::Block;

/// Most topics of a log.
const TOPICS: usize = 4;
/// Most addresses, and most choices for a topic, of one filter.
const CHOICES: usize = 1_000;

/// A filter of `eth_getLogs` and of subscriptions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub span: Span,
    /// Any of them; all if there is none.
    addresses: Vec<Address>,
    /// By position any of them; whatever is there if there is none.
    topics: Vec<Vec<B256>>,
}

/// A filter that a client polls.
pub(crate) struct Installed {
    pub kind: Kind,
    /// First block that it has not reported.
    pub next: u64,
}

/// What an installed filter reports.
pub(crate) enum Kind {
    Logs(Filter),
    /// Hashes of blocks.
    Blocks,
    /// Hashes of transactions that arrived since it was asked.
    Waiting(VecDeque<B256>),
}

impl Installed {
    /// Notes that a transaction arrived; the oldest is forgotten when nobody asks for long.
    pub(crate) fn hear(&mut self, hash: B256, most: usize) {
        if let Kind::Waiting(hashes) = &mut self.kind {
            if hashes.len() >= most {
                hashes.pop_front();
            }
            hashes.push_back(hash);
        }
    }
}

/// Blocks that a filter covers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Span {
    Block(B256),
    Range(At, At),
}

impl Default for Span {
    fn default() -> Self {
        Self::Range(At::Latest, At::Latest)
    }
}

impl Filter {
    pub(crate) fn new(value: &Value) -> Answer<Self> {
        let fields = Fields(args::object(value)?);
        let from = fields.get("fromBlock", args::at)?;
        let to = fields.get("toBlock", args::at)?;
        let span = match fields.get("blockHash", args::hash)? {
            Some(_) if from.is_some() || to.is_some() => {
                return Err(invalid("blockHash excludes fromBlock and toBlock"));
            }
            Some(hash) => Span::Block(hash),
            None => Span::Range(from.unwrap_or(At::Latest), to.unwrap_or(At::Latest)),
        };
        let addresses =
            fields.get("address", |value| choices(value, args::address))?.unwrap_or_default();
        let topics = fields.get("topics", topics)?.unwrap_or_default();
        Ok(Self { span, addresses, topics })
    }

    /// Logs of a block that match.
    pub(crate) fn logs(&self, block: &Block) -> impl Iterator<Item = Value> {
        json::logs(block).filter(|(log, _)| self.matches(log)).map(|(_, value)| value)
    }

    fn matches(&self, log: &Log) -> bool {
        let topics = log.data.topics();
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && topics.len() >= self.topics.len()
            && self
                .topics
                .iter()
                .zip(topics)
                .all(|(any, topic)| any.is_empty() || any.contains(topic))
    }
}

fn topics(value: &Value) -> Answer<Vec<Vec<B256>>> {
    let positions = value.as_array().ok_or_else(|| invalid("expected an array"))?;
    if positions.len() > TOPICS {
        return Err(invalid(format!("a log has at most {TOPICS} topics")));
    }
    let position = |value: &Value| match value {
        Value::Null => Ok(Vec::new()),
        _ => choices(value, args::hash),
    };
    positions.iter().map(position).collect()
}

/// One value or a list of them.
fn choices<T>(value: &Value, parse: impl Fn(&Value) -> Answer<T>) -> Answer<Vec<T>> {
    match value {
        Value::Array(values) if values.len() > CHOICES => {
            Err(invalid(format!("more than {CHOICES} choices")))
        }
        // An empty choice, or a null among the choices, leaves everything.
        Value::Array(values) if values.iter().any(Value::is_null) => Ok(Vec::new()),
        Value::Array(values) => values.iter().map(parse).collect(),
        value => Ok(vec![parse(value)?]),
    }
}
