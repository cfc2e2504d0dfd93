//! The node as clients see it: over sockets, in JSON.

mod basics;
mod development;
mod errors;
mod history;
mod junk;
mod limits;
mod logs;
mod mining;
mod releases;
mod rig;
mod signatures;
mod state;
mod stylus;
mod trace;
mod transactions;
mod websocket;
