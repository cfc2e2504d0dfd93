//! A node in one process: Ethereum's JSON-RPC, over HTTP and WebSocket, on the embedded chain.
//!
//! ```text
//! server      connections, limits, the way from a request to its method, blocks by the clock
//! subscribe   news for WebSocket clients
//! methods/    one file per group of methods
//! node        the chain with its blocks, and what changes both
//! store       closed blocks, transactions, receipts
//! pool        transactions that wait for their block
//! state, trie what headers commit to, and proofs of it
//! dump        the state as a file
//! request     unsigned transactions, and what calls may assume
//! tracers     traces in the forms that tools expect
//! filter      which logs a request is about
//! args, json, error       what comes in and what goes out
//! accounts, typed_data    funded accounts and what they sign
//! ```
//!
//! Unless told otherwise each transaction is executed when it arrives and closes its block. The same
//! requests give the same blocks, hashes and times: nothing depends on the machine's clock unless
//! blocks are closed by it. Calls run in the block that is open, on the latest state; those that name
//! an earlier block run in that one, on the state that it left, as far back as the node remembers.

mod accounts;
mod args;
mod dump;
mod error;
mod filter;
mod json;
mod methods;
mod node;
mod pool;
mod request;
mod server;
mod state;
mod store;
mod subscribe;
mod tracers;
mod trie;
mod typed_data;

use std::net::SocketAddr;
use std::sync::Arc;

use plimsoll_devnet::StylusParams;
pub use server::{Running, start};

/// What `web3_clientVersion` answers.
pub const CLIENT_VERSION: &str = concat!("plimsoll-node/v", env!("CARGO_PKG_VERSION"));

/// What a node starts from.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port to listen on; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Chain id. Default: that of a Nitro developer node.
    pub chain_id: u64,
    /// Time of block 0, in seconds since the epoch. Later if a state is loaded that is.
    pub timestamp: u64,
    /// Seconds from a block's time to the next's.
    pub block_secs: u64,
    /// Price of gas in wei.
    pub base_fee: u64,
    /// Release of ArbOS: one of [`StylusParams::RELEASES`]. A state that is loaded brings its own.
    pub params: StylusParams,
    /// Whether a transaction is executed when it arrives.
    pub auto_mine: bool,
    /// Seconds of the machine's clock after which a block is closed, if that is what closes blocks.
    pub interval: Option<u64>,
    /// Origins of web pages that browsers let read answers; `*` is every page.
    pub cors: Vec<String>,
    /// State to start from, as `anvil_dumpState` and [`Running::dump`] write it.
    pub load: Option<Arc<[u8]>>,
    /// What clients may ask for.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8547)),
            chain_id: 412_346,
            timestamp: 1_767_225_600,
            block_secs: 1,
            base_fee: 20_000_000,
            params: StylusParams::default(),
            auto_mine: true,
            interval: None,
            cors: Vec::new(),
            load: None,
            limits: Limits::default(),
        }
    }
}

/// Bounds that protect the node.
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
    /// Most gas of a call; the chain's largest gas limit bounds it too.
    pub call_gas: u64,
    /// Blocks before the latest whose state can be asked for.
    pub history: usize,
    /// Most blocks that a log query covers.
    pub log_blocks: u64,
    /// Most logs that a query returns.
    pub logs: usize,
    /// Most transactions that wait.
    pub pool: usize,
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
            call_gas: 32_000_000,
            history: 4_096,
            log_blocks: 100_000,
            logs: 20_000,
            pool: 4_096,
            filters: 1_000,
            snapshots: 256,
            mined: 10_000,
        }
    }
}
