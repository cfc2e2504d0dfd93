//! Connections, and the way from a request to its method.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jsonrpsee::core::traits::IdProvider;
use jsonrpsee::server::{BatchRequestConfig, RpcModule, Server, ServerConfig, ServerHandle};
use jsonrpsee::types::SubscriptionId;
use tokio::sync::broadcast::Sender;

use crate::args::Args;
use crate::node::Node;
use crate::store::Block;
use crate::{Config, Limits, methods, subscribe};

/// The node, shared by all requests, which take turns.
pub(crate) struct Shared {
    node: Mutex<Node>,
    /// Closed blocks; apart, so that subscribing does not wait for a long call.
    pub heads: Sender<Arc<Block>>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Node> {
        // A request that panicked does not stop the others.
        self.node.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A node that is serving; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
}

impl Running {
    /// Waits until the node has stopped.
    pub async fn stopped(self) {
        self.handle.stopped().await;
    }
}

/// Starts a node.
///
/// # Errors
/// The address is not free.
pub async fn start(config: Config) -> io::Result<Running> {
    let limits = config.limits;
    let server = Server::builder().set_config(bounds(limits)).build(config.listen).await?;
    let address = server.local_addr()?;
    let module = module(Node::new(&config)).map_err(io::Error::other)?;
    Ok(Running { address, handle: server.start(module) })
}

fn bounds(limits: Limits) -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(limits.request_bytes)
        .max_response_body_size(limits.response_bytes)
        .max_connections(limits.connections)
        .max_subscriptions_per_connection(limits.subscriptions)
        .set_batch_request_config(BatchRequestConfig::Limit(limits.batch))
        .set_id_provider(Ids::default())
        .set_tcp_no_delay(true)
        .build()
}

fn module(node: Node) -> Result<RpcModule<Shared>, jsonrpsee::core::RegisterMethodError> {
    let mut module = RpcModule::new(Shared { heads: node.heads.clone(), node: Mutex::new(node) });
    for (name, method) in methods::all() {
        module.register_blocking_method(name, move |params, shared: Arc<Shared>, _| {
            let args = Args::new(&params)?;
            method(&mut shared.lock(), &args)
        })?;
    }
    subscribe::register(&mut module)?;
    Ok(module)
}

/// Numbers for subscriptions, written as Ethereum's clients expect them.
#[derive(Debug, Default)]
struct Ids(AtomicU64);

impl IdProvider for Ids {
    fn next_id(&self) -> SubscriptionId<'static> {
        let id = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        SubscriptionId::Str(format!("{id:#x}").into())
    }
}
