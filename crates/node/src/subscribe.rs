//! News for WebSocket clients: new heads, logs, and transactions that arrive.

use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::server::{
    PendingSubscriptionSink, RpcModule, SubscriptionMessage, SubscriptionSink,
};
use serde_json::Value;
use serde_json::value::to_raw_value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::args::{self, Args};
use crate::error::{Answer, invalid};
use crate::filter::Filter;
use crate::json;
use crate::node::News;
use crate::server::Shared;

/// What a client wants to hear of.
enum Topic {
    Heads,
    Logs(Filter),
    /// Transactions that arrive, whole or by their hashes.
    Waiting {
        full: bool,
    },
    /// Nothing ever changes here.
    Syncing,
}

pub(crate) fn register(module: &mut RpcModule<Shared>) -> Result<(), RegisterMethodError> {
    module.register_subscription(
        "eth_subscribe",
        "eth_subscription",
        "eth_unsubscribe",
        |params, pending, shared, _| async move {
            match Args::new(&params).and_then(|args| topic(&args)) {
                Ok(topic) => serve(pending, topic, &shared).await,
                Err(error) => pending.reject(error).await,
            }
        },
    )?;
    Ok(())
}

fn topic(args: &Args) -> Answer<Topic> {
    match args::text(args.required(0)?)? {
        "newHeads" => Ok(Topic::Heads),
        "logs" => match args.optional(1) {
            Some(filter) => Filter::new(filter).map(Topic::Logs),
            None => Ok(Topic::Logs(Filter::default())),
        },
        "newPendingTransactions" => Ok(Topic::Waiting { full: args.flag(1)? }),
        "syncing" => Ok(Topic::Syncing),
        _ => {
            Err(invalid("unknown subscription: newHeads, logs, newPendingTransactions or syncing"))
        }
    }
}

async fn serve(pending: PendingSubscriptionSink, topic: Topic, shared: &Shared) {
    // Before the client knows, so that it hears of whatever it causes.
    let news = shared.news.subscribe();
    if let Ok(sink) = pending.accept().await {
        forward(news, &topic, shared, sink).await;
    }
}

/// Sends until the client goes away.
async fn forward(mut news: Receiver<News>, topic: &Topic, shared: &Shared, sink: SubscriptionSink) {
    loop {
        let happened = tokio::select! {
            () = sink.closed() => return,
            happened = news.recv() => happened,
        };
        let values = match happened {
            Ok(happened) => told(topic, &happened, shared),
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        for value in values {
            let Ok(value) = to_raw_value(&value) else { return };
            if sink.send(SubscriptionMessage::from(value)).await.is_err() {
                return;
            }
        }
    }
}

fn told(topic: &Topic, happened: &News, shared: &Shared) -> Vec<Value> {
    match (topic, happened) {
        (Topic::Heads, News::Block(block)) => vec![json::header(block)],
        (Topic::Logs(filter), News::Block(block)) => filter.logs(block).collect(),
        (Topic::Waiting { full: false }, News::Waiting(hash)) => vec![hash.to_string().into()],
        (Topic::Waiting { full: true }, News::Waiting(hash)) => {
            let node = shared.lock();
            let executed = node.store.tx(*hash).map(|(_, entry)| (&entry.envelope, entry.from));
            let waiting = node.pool.get(*hash).map(|waiting| (&waiting.envelope, waiting.from));
            let found = waiting.or(executed);
            found.map(|(envelope, from)| json::waiting(envelope, from)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
