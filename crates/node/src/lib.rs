//! A node in one process: Ethereum's JSON-RPC, over HTTP and WebSocket, on the embedded chain.
//!
//! ```text
//! server      connections, limits, the way from a request to its method
//! subscribe   newHeads and logs, for WebSocket clients
//! methods/    one file per group of methods
//! node        the chain with its blocks, and what changes both
//! store       closed blocks, transactions, receipts
//! request     unsigned transactions and state overrides
//! filter      which logs a request is about
//! args, json, error   what comes in and what goes out
//! accounts    funded accounts and their signatures
//! ```
//!
//! Each transaction is executed when it arrives and closes its block. The same requests give the
//! same blocks, hashes and times: nothing depends on the machine's clock. Calls run in the block
//! that is open, on the latest state, which is the only one that the node keeps.

mod accounts;
mod args;
mod error;
mod filter;
mod json;
mod methods;
mod node;
mod request;
mod server;
mod store;
mod subscribe;

use std::net::SocketAddr;

pub use server::{Running, start};

/// What `web3_clientVersion` answers.
pub const CLIENT_VERSION: &str = concat!("plimsoll-node/v", env!("CARGO_PKG_VERSION"));

/// What a node starts from.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Address and port to listen on; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Chain id. Default: that of a Nitro developer node.
    pub chain_id: u64,
    /// Time of block 0, in seconds since the epoch.
    pub timestamp: u64,
    /// Seconds from a block to the next.
    pub block_secs: u64,
    /// What one client may ask for.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8547)),
            chain_id: 412_346,
            timestamp: 1_767_225_600,
            block_secs: 1,
            limits: Limits::default(),
        }
    }
}

/// Bounds that protect the node. The gas of a call is bounded by the chain's largest gas limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest request in bytes.
    pub request_bytes: u32,
    /// Longest response in bytes.
    pub response_bytes: u32,
    /// Most requests over HTTP and sessions over WebSocket at a time.
    pub connections: u32,
    /// Most requests in one batch.
    pub batch: u32,
    /// Most subscriptions of one connection.
    pub subscriptions: u32,
    /// Most blocks that a log query covers.
    pub log_blocks: u64,
    /// Most logs that a query returns.
    pub logs: usize,
    /// Most installed filters.
    pub filters: usize,
    /// Most snapshots; each is a copy of the state.
    pub snapshots: usize,
    /// Most blocks that one request closes.
    pub mined: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes: 5 << 20,
            response_bytes: 32 << 20,
            connections: 256,
            batch: 1_000,
            subscriptions: 64,
            log_blocks: 100_000,
            logs: 20_000,
            filters: 1_000,
            snapshots: 256,
            mined: 10_000,
        }
    }
}
