//! Deploy, read, write and watch, each over HTTP and over WebSocket.

use std::time::Duration;

use alloy::network::TransactionResponse;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::rpc::types::Filter;
use alloy::sol_types::{SolError, SolEvent};
use futures_util::StreamExt;
use plimsoll_interop_alloy::{
    ARB_WASM, ArbWasm, IPlimsoll, Node, Rig, Transport, ether, send, usdc,
};
use tokio::time::timeout;

/// Longer than anything takes.
const LATE: Duration = Duration::from_secs(20);

macro_rules! over {
    ($($name:ident),* $(,)?) => {
        mod over_http {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Transport::Http).await;
            })*
        }
        mod over_websocket {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Transport::WebSocket).await;
            })*
        }
    };
}

over!(
    the_node_is_a_chain,
    programs_are_deployed_and_active,
    what_is_written_is_read,
    a_refusal_is_typed,
    an_estimate_suffices,
    logs_are_found,
);

async fn the_node_is_a_chain(transport: Transport) {
    let node = Node::start();
    let (provider, [from, to, ..]) = node.provider(transport).await;
    assert_eq!(provider.get_chain_id().await.expect("an id"), 412_346);
    assert_eq!(provider.get_block_number().await.expect("a number"), 0);
    let before = provider.get_balance(to).await.expect("a balance");
    let tx = alloy::rpc::types::TransactionRequest::default().from(from).to(to);
    let pending = provider.send_transaction(tx.value(U256::from(5))).await.expect("accepted");
    let receipt = pending.get_receipt().await.expect("a receipt");
    assert_eq!((receipt.status(), receipt.gas_used), (true, 21_000));
    assert_eq!(provider.get_balance(to).await.expect("a balance"), before + U256::from(5));
    let sent = provider.get_transaction_by_hash(receipt.transaction_hash).await.expect("an answer");
    assert_eq!(sent.map(|tx| tx.from()), Some(from));
}

async fn programs_are_deployed_and_active(transport: Transport) {
    let rig = Rig::new(transport).await;
    let arb_wasm = ArbWasm::new(ARB_WASM, rig.provider.clone());
    let current = arb_wasm.stylusVersion().call().await.expect("a version");
    for (name, program) in &rig.addresses {
        if ["USDC", "WETH"].contains(&name.as_str()) {
            continue;
        }
        let version = arb_wasm.programVersion(*program).call().await.expect("a version");
        assert_eq!(version, current, "{name}");
        let code = rig.provider.get_code_at(*program).await.expect("code");
        assert_eq!(code[..4], [0xef, 0xf0, 0, 0]);
    }
}

async fn what_is_written_is_read(transport: Transport) {
    let rig = Rig::new(transport).await;
    rig.open().await;
    let health = rig.engine.healthFactor(rig.borrower).call().await.expect("an answer");
    assert_eq!(health, ether("25200") / U256::from(23_900));
    let position = rig.engine.position(rig.borrower).call().await.expect("an answer");
    assert_eq!((position.health, position.debt), (health, usdc(23_900)));
    let balance = rig.base.balanceOf(rig.borrower).call().await.expect("an answer");
    assert_eq!(balance, usdc(23_900));
    let terms = rig.engine.terms(0).call().await.expect("an answer");
    assert!((10_800..=11_500).contains(&terms.target), "{}", terms.target);
}

async fn a_refusal_is_typed(transport: Transport) {
    let rig = Rig::new(transport).await;
    rig.open().await;
    let borrow = rig.engine.borrow(usdc(23_900), rig.borrower).from(rig.borrower);
    let error = borrow.call().await.err().expect("too much");
    let data = error.as_revert_data().expect("data");
    let decoded = IPlimsoll::Unhealthy::abi_decode(&data).expect("its type");
    assert_eq!((decoded.debt, decoded.limit), (usdc(47_800), usdc(24_000)));
}

async fn an_estimate_suffices(transport: Transport) {
    let rig = Rig::new(transport).await;
    rig.open().await;
    let borrow = || rig.engine.borrow(usdc(50), rig.borrower);
    let gas = borrow().from(rig.borrower).estimate_gas().await.expect("an estimate");
    let receipt = send(borrow().gas(gas), rig.borrower).await;
    assert!(receipt.gas_used <= gas && gas < receipt.gas_used * 3 / 2, "{gas}: {receipt:?}");
}

async fn logs_are_found(transport: Transport) {
    let rig = Rig::new(transport).await;
    let receipt = rig.open().await;
    let filter = Filter::new()
        .address(*rig.engine.address())
        .event_signature(IPlimsoll::Borrowed::SIGNATURE_HASH)
        .topic1(rig.borrower)
        .from_block(0);
    let logs = rig.provider.get_logs(&filter).await.expect("logs");
    assert_eq!(logs.len(), 1);
    assert_eq!(logs[0].transaction_hash, Some(receipt.transaction_hash));
    let event = logs[0].log_decode::<IPlimsoll::Borrowed>().expect("its type").inner.data;
    assert_eq!((event.account, event.amount), (rig.borrower, usdc(23_900)));
    let none = rig.provider.get_logs(&filter.topic1(rig.taker)).await.expect("no logs");
    assert!(none.is_empty(), "{none:?}");
}

/// A kick, and a take five minutes later; what the watcher of the first named is what is taken.
async fn sell(rig: &Rig, opened: impl Future<Output = IPlimsoll::Opened>) {
    rig.report(ether("2500")).await;
    rig.give(&rig.base, rig.taker, usdc(1_000_000)).await;
    send(rig.engine.kick(vec![rig.borrower], vec![]), rig.taker).await;
    let event = timeout(LATE, opened).await.expect("the event in time");
    assert_eq!(event.keeper, rig.taker);
    let late: serde_json::Value =
        rig.provider.raw_request("evm_increaseTime".into(), [300]).await.expect("later");
    assert!(!late.is_null());
    let before = rig.weth.balanceOf(rig.taker).call().await.expect("an answer");
    let (lot, any) = (ether("10"), U256::MAX);
    let take = rig.engine.take(event.auction, lot, any, U256::ZERO, u32::MAX, rig.taker, "".into());
    let receipt = send(take, rig.taker).await;
    let taken = receipt.decoded_log::<IPlimsoll::Taken>().expect("the event").data;
    let after = rig.weth.balanceOf(rig.taker).call().await.expect("an answer");
    assert!(taken.lot > U256::ZERO);
    assert_eq!(after - before, taken.lot);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_watched_over_http() {
    let rig = Rig::new(Transport::Http).await;
    rig.open().await;
    let mut watcher = rig.engine.Opened_filter().watch().await.expect("a filter");
    watcher.poller.set_poll_interval(Duration::from_millis(50));
    let mut stream = watcher.into_stream();
    let opened = async { stream.next().await.expect("an event").expect("its type").0 };
    sell(&rig, opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_subscribed_to_over_websocket() {
    let rig = Rig::new(Transport::WebSocket).await;
    rig.open().await;
    let mut heads = rig.provider.subscribe_blocks().await.expect("a subscription");
    let opened = rig.engine.Opened_filter().subscribe().await.expect("a subscription");
    let mut stream = opened.into_stream();
    let opened = async { stream.next().await.expect("an event").expect("its type").0 };
    sell(&rig, opened).await;
    let head = timeout(LATE, heads.recv()).await.expect("a block in time").expect("a block");
    let block = rig.provider.get_block_by_hash(head.hash).await.expect("an answer");
    assert_eq!(block.map(|block| block.header.number), Some(head.number));
}
