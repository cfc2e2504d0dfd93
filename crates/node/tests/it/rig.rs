//! A running node and a client that knows nothing but sockets and JSON.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use alloy_primitives::U256;
use plimsoll_devnet::init_code;
use plimsoll_node::{Config, Limits, Running, start};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub const ALICE: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
pub const BOB: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/// A node that serves until this is dropped.
pub struct Rig {
    pub address: SocketAddr,
    pub running: Running,
    _runtime: Runtime,
}

impl Rig {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        Self::start(Config { limits, ..Config::default() })
    }

    pub fn start(config: Config) -> Self {
        let runtime = Runtime::new().expect("runtime");
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = runtime.block_on(start(Config { listen, ..config })).expect("free port");
        Self { address: running.address, running, _runtime: runtime }
    }

    /// What is answered to bytes.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("node listens");
        // The node may refuse a body before it has read all of it.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).expect("text")
    }

    /// What a request is answered with.
    pub fn post(&self, body: &str) -> (u16, String) {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = self.raw(&(head + body));
        let (head, body) = answer.split_once("\r\n\r\n").expect("HTTP");
        let status = head.split(' ').nth(1).expect("status").parse().expect("number");
        (status, body.into())
    }

    fn ask(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (status, body) = self.post(&request.to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The result of a method.
    pub fn get(&self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The error of a method.
    pub fn refuse(&self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params);
        assert!(answer["error"].is_object(), "{method}: {answer}");
        answer["error"].take()
    }

    /// The code of a method's error.
    pub fn code(&self, method: &str, params: Value) -> i64 {
        self.refuse(method, params)["code"].as_i64().expect("code")
    }

    /// A method's result as a number.
    pub fn number(&self, method: &str, params: Value) -> u64 {
        number(&self.get(method, params))
    }

    /// The receipt of a transaction that the node signs.
    pub fn send(&self, tx: Value) -> Value {
        let hash = self.get("eth_sendTransaction", json!([tx]));
        self.get("eth_getTransactionReceipt", json!([hash]))
    }

    /// The receipt of a transaction that the node signs and that waits for a block.
    pub fn send_and_mine(&self, tx: Value) -> Value {
        let hash = self.get("eth_sendTransaction", json!([tx]));
        assert_eq!(self.get("eth_getTransactionReceipt", json!([hash])), json!(null));
        self.get("evm_mine", json!([]));
        self.get("eth_getTransactionReceipt", json!([hash]))
    }

    /// Deploys account code. Returns its address.
    pub fn deploy(&self, code: &[u8]) -> String {
        let receipt = self.send(json!({"from": ALICE, "data": init_code(code).to_string()}));
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt["contractAddress"].as_str().expect("address").into()
    }

    /// What a call returns.
    pub fn call(&self, to: &str, data: &str) -> Value {
        self.get("eth_call", json!([{"to": to, "data": data}, "latest"]))
    }
}

pub fn number(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no quantity"));
    u64::from_str_radix(text.strip_prefix("0x").expect("hex"), 16).expect("quantity")
}

/// A word as call data and results write it.
pub fn word(number: u64) -> String {
    format!("{:#066x}", U256::from(number))
}

/// Adds the first word of call data to slot 0, logs the sum under topics 7 and that word, and
/// returns the sum. Without call data it returns slot 0. With one byte it reverts with that byte.
pub const COUNTER: [u8; 52] = [
    // CALLDATASIZE == 1: jump to revert
    0x36, 0x60, 0x01, 0x14, 0x60, 0x22, 0x57, // CALLDATASIZE == 0: jump to read
    0x36, 0x15, 0x60, 0x2b, 0x57, // SSTORE(0, CALLDATALOAD(0) + SLOAD(0))
    0x5f, 0x35, 0x5f, 0x54, 0x01, 0x5f, 0x55, // MSTORE(0, SLOAD(0))
    0x5f, 0x54, 0x5f, 0x52, // LOG2(0, 32, 7, CALLDATALOAD(0))
    0x5f, 0x35, 0x60, 0x07, 0x60, 0x20, 0x5f, 0xa2, // jump to read
    0x60, 0x2b, 0x56, // revert: MSTORE(0, CALLDATALOAD(0)); REVERT(0, 1)
    0x5b, 0x5f, 0x35, 0x5f, 0x52, 0x60, 0x01, 0x5f, 0xfd,
    // read: MSTORE(0, SLOAD(0)); RETURN(0, 32)
    0x5b, 0x5f, 0x54, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3,
];
