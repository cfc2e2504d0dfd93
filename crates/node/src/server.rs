//! Connections, the way from a request to its method, and blocks that the clock closes.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jsonrpsee::core::traits::IdProvider;
use jsonrpsee::server::{BatchRequestConfig, RpcModule, Server, ServerConfig, ServerHandle};
use jsonrpsee::types::SubscriptionId;
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::args::Args;
use crate::dump::{Dump, dump};
use crate::node::{News, Node};
use crate::{Config, Limits, methods, subscribe};

/// The node, shared by all requests, which take turns.
pub(crate) struct Shared {
    node: Mutex<Node>,
    /// What happens; apart, so that subscribing does not wait for a long call.
    pub news: broadcast::Sender<News>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Node> {
        // A request that panicked does not stop the others.
        self.node.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A node that is serving; it stops when this is dropped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    shared: Arc<Shared>,
    clock: AbortHandle,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.clock.abort();
    }
}

impl Running {
    /// Waits until the node has stopped.
    pub async fn stopped(&self) {
        self.handle.clone().stopped().await;
    }

    /// The state as JSON, for [`Config::load`].
    #[must_use]
    pub fn dump(&self) -> String {
        dump(&self.shared.lock().chain).to_string()
    }
}

/// Starts a node.
///
/// # Errors
/// The address is not free, an origin is none, or the state to load makes no sense.
pub async fn start(config: Config) -> io::Result<Running> {
    let wrong = |message: String| io::Error::new(io::ErrorKind::InvalidInput, message);
    let loaded = config.load.as_deref().map(Dump::parse).transpose();
    let loaded = loaded.map_err(|error| wrong(error.message().to_owned()))?;
    let layer = cors(&config.cors).map_err(wrong)?;
    let server = Server::builder()
        .set_config(bounds(config.limits))
        .set_http_middleware(tower::ServiceBuilder::new().option_layer(layer))
        .build(config.listen)
        .await?;
    let address = server.local_addr()?;
    let node = Node::new(config, loaded.map(Arc::new));
    let (news, interval) = (node.news.clone(), node.interval.subscribe());
    let shared = Arc::new(Shared { node: Mutex::new(node), news });
    let module = module(shared.clone()).map_err(io::Error::other)?;
    let clock = tokio::spawn(tick(shared.clone(), interval)).abort_handle();
    Ok(Running { address, handle: server.start(module), shared, clock })
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

/// Lets web pages of these origins read answers; nothing if there are none.
fn cors(origins: &[String]) -> Result<Option<CorsLayer>, String> {
    if origins.is_empty() {
        return Ok(None);
    }
    let allowed = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => {
            let parsed = origins.iter().map(|origin| {
                origin.parse().map_err(|_| format!("{origin} is no origin of a web page"))
            });
            AllowOrigin::list(parsed.collect::<Result<Vec<_>, _>>()?)
        }
    };
    let layer = CorsLayer::new().allow_origin(allowed).allow_methods(AllowMethods::any());
    Ok(Some(layer.allow_headers(AllowHeaders::any())))
}

fn module(shared: Arc<Shared>) -> Result<RpcModule<Shared>, jsonrpsee::core::RegisterMethodError> {
    let mut module = RpcModule::from_arc(shared);
    for (name, method) in methods::all() {
        module.register_blocking_method(name, move |params, shared: Arc<Shared>, _| {
            let args = Args::new(&params)?;
            method(&mut shared.lock(), &args)
        })?;
    }
    subscribe::register(&mut module)?;
    Ok(module)
}

/// Closes a block whenever the interval has passed, as long as there is one.
async fn tick(shared: Arc<Shared>, mut interval: watch::Receiver<Option<u64>>) {
    loop {
        let secs = *interval.borrow_and_update();
        let passed = async {
            match secs {
                Some(secs) => tokio::time::sleep(Duration::from_secs(secs)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = interval.changed() => if changed.is_err() { return },
            () = passed => {
                let shared = shared.clone();
                // Executing may take long, and so may waiting for the node.
                let mined = tokio::task::spawn_blocking(move || {
                    let mut node = shared.lock();
                    // Somebody may have stopped the clock meanwhile.
                    if node.interval.borrow().is_some() {
                        node.mine();
                    }
                });
                if mined.await.is_err() { return }
            }
        }
    }
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
