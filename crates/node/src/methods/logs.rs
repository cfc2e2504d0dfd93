//! Logs, and filters that clients poll.

use std::collections::VecDeque;

use serde_json::Value;

use super::Table;
use crate::args::{Args, At};
use crate::error::{Answer, invalid, refused, too_much};
use crate::filter::{Filter, Installed, Kind, Span};
use crate::json::hex;
use crate::node::Node;

pub(super) const METHODS: Table = &[
    ("eth_getLogs", |node, args| find(node, &Filter::new(args.required(0)?)?)),
    ("eth_newFilter", |node, args| {
        let filter = Filter::new(args.required(0)?)?;
        install(node, Kind::Logs(filter))
    }),
    ("eth_newBlockFilter", |node, _| install(node, Kind::Blocks)),
    ("eth_newPendingTransactionFilter", |node, _| install(node, Kind::Waiting(VecDeque::new()))),
    ("eth_getFilterChanges", changes),
    ("eth_getFilterLogs", |node, args| {
        let installed = node.filters.get(&args.quantity(0)?);
        match &installed.ok_or_else(unknown)?.kind {
            Kind::Logs(filter) => find(node, filter),
            _ => Err(refused("filter is not one of logs")),
        }
    }),
    ("eth_uninstallFilter", |node, args| {
        Ok(node.filters.remove(&args.quantity(0)?).is_some().into())
    }),
];

fn install(node: &mut Node, kind: Kind) -> Answer {
    if node.filters.len() >= node.limits.filters {
        return Err(too_much(format!("more than {} filters", node.limits.filters)));
    }
    let id = node.next_filter;
    node.next_filter += 1;
    node.filters.insert(id, Installed { kind, next: node.store.latest() + 1 });
    Ok(hex(id))
}

/// What happened since this was asked last.
fn changes(node: &mut Node, args: &Args) -> Answer {
    let (latest, most) = (node.store.latest(), node.limits.log_blocks);
    let installed = node.filters.get_mut(&args.quantity(0)?).ok_or_else(unknown)?;
    let from = installed.next;
    if latest.saturating_sub(from) >= most && !matches!(installed.kind, Kind::Waiting(_)) {
        installed.next = latest + 1;
        return Err(too_much(format!("filter was not asked for more than {most} blocks")));
    }
    let filter = match &mut installed.kind {
        Kind::Waiting(hashes) => {
            return Ok(std::mem::take(hashes).iter().map(ToString::to_string).collect());
        }
        Kind::Blocks => None,
        Kind::Logs(filter) => Some(filter.clone()),
    };
    installed.next = latest + 1;
    match filter {
        Some(filter) => collect(node, &filter, from, latest),
        None => {
            let blocks = node.store.range(from, latest).iter();
            Ok(blocks.map(|block| block.hash.to_string()).collect())
        }
    }
}

fn find(node: &Node, filter: &Filter) -> Answer {
    let (from, to) = bounds(node, filter.span)?;
    collect(node, filter, from, to)
}

/// First and last block of a filter.
fn bounds(node: &Node, span: Span) -> Answer<(u64, u64)> {
    let latest = node.store.latest();
    let (from, to) = match span {
        Span::Block(hash) => {
            let block = node.store.block(At::Hash(hash)).ok_or_else(|| refused("unknown block"))?;
            return Ok((block.header.number, block.header.number));
        }
        Span::Range(from, to) => (number(from, latest)?, number(to, latest)?),
    };
    if from > to {
        return Err(invalid("invalid block range: fromBlock is after toBlock"));
    }
    let (most, to) = (node.limits.log_blocks, to.min(latest));
    if to.saturating_sub(from) >= most {
        return Err(too_much(format!("block range is longer than {most}")));
    }
    Ok((from, to))
}

fn number(at: At, latest: u64) -> Answer<u64> {
    match at {
        At::Latest | At::Pending => Ok(latest),
        At::Number(number) => Ok(number),
        At::Hash(_) => Err(invalid("a range is one of block numbers")),
    }
}

fn collect(node: &Node, filter: &Filter, from: u64, to: u64) -> Answer {
    let most = node.limits.logs;
    let blocks = node.store.range(from, to).iter();
    let logs: Vec<Value> = blocks.flat_map(|block| filter.logs(block)).take(most + 1).collect();
    match logs.len() > most {
        true => Err(too_much(format!("query returned more than {most} results"))),
        false => Ok(logs.into()),
    }
}

fn unknown() -> jsonrpsee::types::ErrorObjectOwned {
    refused("filter not found")
}
