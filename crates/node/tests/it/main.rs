//! The node as clients see it: over sockets, in JSON.

mod basics;
mod development;
mod errors;
mod history;
mod logs;
mod rig;
mod stylus;
mod trace;
mod transactions;
mod websocket;
