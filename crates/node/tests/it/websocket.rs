//! Subscriptions over WebSocket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use plimsoll_node::{Config, Limits};
use serde_json::{Value, json};

use crate::rig::{ALICE, BOB, COUNTER, Rig, word};

/// A client of RFC 6455 for short texts.
pub struct Socket(TcpStream);

impl Socket {
    pub fn open(rig: &Rig) -> Self {
        let mut stream = TcpStream::connect(rig.address).expect("node listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("timeout");
        let head = "GET / HTTP/1.1\r\nHost: node\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        stream.write_all(head.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("handshake");
            answer.extend(byte);
        }
        assert!(answer.starts_with(b"HTTP/1.1 101"));
        Self(stream)
    }

    fn send(&mut self, text: &str) {
        // A text in one frame, masked with zeros.
        let length = u16::try_from(text.len()).expect("short text");
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).expect("sent");
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).expect("frame");
        bytes
    }

    fn receive(&mut self) -> Value {
        loop {
            let [kind, length] = self.take();
            let length = match length {
                126 => usize::from(u16::from_be_bytes(self.take())),
                127 => usize::try_from(u64::from_be_bytes(self.take())).expect("length"),
                length => usize::from(length),
            };
            let mut text = vec![0; length];
            self.0.read_exact(&mut text).expect("frame");
            if kind == 0x81 {
                return serde_json::from_slice(&text).expect("JSON");
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.send(&request.to_string());
        self.receive()
    }

    /// The next message of a subscription.
    fn news(&mut self, subscription: &Value) -> Value {
        let mut message = self.receive();
        assert_eq!(message["method"], "eth_subscription");
        assert_eq!(message["params"]["subscription"], *subscription);
        message["params"]["result"].take()
    }
}

#[test]
fn requests_are_answered_over_a_websocket_too() {
    let rig = Rig::new();
    let mut socket = Socket::open(&rig);
    assert_eq!(socket.ask("eth_chainId", json!([]))["result"], "0x64aba");
    socket.send("{");
    assert_eq!(socket.receive()["error"]["code"], -32700);
    assert_eq!(socket.ask("eth_blockNumber", json!([]))["result"], "0x0");
}

#[test]
fn new_heads_arrive_in_order_until_the_client_has_enough() {
    let rig = Rig::new();
    let mut socket = Socket::open(&rig);
    let id = socket.ask("eth_subscribe", json!(["newHeads"]))["result"].clone();
    assert!(id.as_str().expect("hex").starts_with("0x"));
    let first = rig.send(json!({"from": ALICE, "to": BOB, "value": "0x1"}));
    rig.get("evm_mine", json!([]));
    assert_eq!(socket.news(&id)["hash"], first["blockHash"]);
    let second = socket.news(&id);
    assert_eq!(second["parentHash"], first["blockHash"]);
    assert_eq!(second["number"], "0x2");
    assert_eq!(socket.ask("eth_unsubscribe", json!([id]))["result"], true);
    rig.get("evm_mine", json!([]));
    assert_eq!(socket.ask("eth_blockNumber", json!([]))["result"], "0x3");
}

#[test]
fn logs_arrive_that_match_the_filter() {
    let rig = Rig::new();
    let (first, second) = (rig.deploy(&COUNTER), rig.deploy(&COUNTER));
    let mut socket = Socket::open(&rig);
    let filter = json!({"address": second, "topics": [null, [word(2), word(3)]]});
    let id = socket.ask("eth_subscribe", json!(["logs", filter]))["result"].clone();
    for (to, number) in [(&first, 2), (&second, 1), (&second, 2), (&first, 3), (&second, 3)] {
        rig.send(json!({"from": ALICE, "to": to, "data": word(number)}));
    }
    for number in [2, 3] {
        let log = socket.news(&id);
        assert_eq!(log["topics"], json!([word(7), word(number)]));
        assert!(log["address"].as_str().expect("address").eq_ignore_ascii_case(&second));
    }
}

#[test]
fn transactions_are_told_of_when_they_arrive() {
    let rig = Rig::start(Config { auto_mine: false, ..Config::default() });
    let mut socket = Socket::open(&rig);
    let hashes = socket.ask("eth_subscribe", json!(["newPendingTransactions"]))["result"].clone();
    let filter = rig.get("eth_newPendingTransactionFilter", json!([]));
    let tx = json!([{"from": ALICE, "to": BOB, "value": "0x1"}]);
    let first = rig.get("eth_sendTransaction", tx.clone());
    assert_eq!(socket.news(&hashes), first);
    assert_eq!(socket.ask("eth_unsubscribe", json!([hashes]))["result"], true);
    let full = json!(["newPendingTransactions", true]);
    let whole = socket.ask("eth_subscribe", full)["result"].clone();
    let second = rig.get("eth_sendTransaction", tx);
    let told = socket.news(&whole);
    assert_eq!((&told["hash"], &told["nonce"]), (&second, &json!("0x1")));
    assert_eq!(told["blockHash"], json!(null));
    assert_eq!(rig.get("eth_getFilterChanges", json!([filter])), json!([first, second]));
    assert_eq!(rig.get("eth_getFilterChanges", json!([filter])), json!([]));
    assert_eq!(rig.code("eth_getFilterLogs", json!([filter])), -32000);
}

#[test]
fn a_subscription_to_anything_else_is_refused() {
    let rig = Rig::new();
    let mut socket = Socket::open(&rig);
    for params in [json!([]), json!(["news"]), json!([7]), json!(["logs", {"topics": 1}])] {
        let answer = socket.ask("eth_subscribe", params.clone());
        assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
    }
    assert_eq!(socket.ask("eth_chainId", json!([]))["result"], "0x64aba");
}

#[test]
fn connections_have_a_largest_number() {
    let rig = Rig::with(Limits { connections: 1, ..Limits::default() });
    let mut socket = Socket::open(&rig);
    assert_eq!(rig.post("{}").0, 429);
    assert_eq!(socket.ask("eth_chainId", json!([]))["result"], "0x64aba");
    drop(socket);
    // The node needs a moment to see that the client is gone.
    let freed = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        rig.post("{}").0 != 429
    });
    assert!(freed);
}
