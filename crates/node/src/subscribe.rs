//! News for WebSocket clients: new heads and logs.

use std::sync::Arc;

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
use crate::server::Shared;
use crate::store::Block;

/// What a client wants to hear of.
enum Topic {
    Heads,
    Logs(Filter),
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
        _ => Err(invalid("only newHeads and logs can be subscribed to")),
    }
}

async fn serve(pending: PendingSubscriptionSink, topic: Topic, shared: &Shared) {
    // Before the client knows, so that it hears of whatever it causes.
    let heads = shared.heads.subscribe();
    if let Ok(sink) = pending.accept().await {
        forward(heads, topic, sink).await;
    }
}

/// Sends until the client goes away.
async fn forward(mut heads: Receiver<Arc<Block>>, topic: Topic, sink: SubscriptionSink) {
    loop {
        let block = tokio::select! {
            () = sink.closed() => return,
            block = heads.recv() => block,
        };
        let block = match block {
            Ok(block) => block,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        for value in news(&topic, &block) {
            let Ok(value) = to_raw_value(&value) else { return };
            if sink.send(SubscriptionMessage::from(value)).await.is_err() {
                return;
            }
        }
    }
}

fn news(topic: &Topic, block: &Block) -> Vec<Value> {
    match topic {
        Topic::Heads => vec![json::header(block)],
        Topic::Logs(filter) => filter.logs(block).collect(),
    }
}
