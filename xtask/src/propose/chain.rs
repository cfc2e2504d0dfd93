//! Where the engine is: on an embedded chain, or behind a JSON-RPC endpoint.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use alloy_primitives::{Address, hex};
use alloy_sol_types::{SolCall, SolEvent};
use plimsoll_abi::Borrowed;
use plimsoll_devnet::{Receipt, Tx, TxError};
use plimsoll_testkit::engine::World;
use serde_json::{Value, json};

/// What a call answers: output, or why it was refused.
pub type Answer = Result<Vec<u8>, Vec<u8>>;

/// What a proposal has to know of a chain.
pub trait Chain {
    /// The answer to a call that changes nothing.
    fn call(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Answer, String>;

    /// Everybody who has ever borrowed.
    fn borrowers(&mut self, engine: Address) -> Result<BTreeSet<Address>, String>;

    /// Time of the newest block.
    fn now(&mut self) -> Result<u32, String>;

    /// The answers to calls that are sent one after the other, `wait` seconds from now, on a state
    /// that is then thrown away, up to the first that is refused; nothing if the chain cannot do it.
    fn rehearse(
        &mut self,
        from: Address,
        to: Address,
        calls: &[Vec<u8>],
        wait: u32,
    ) -> Result<Option<Answers>, String>;

    /// Asks a view.
    fn ask<C: SolCall>(&mut self, to: Address, call: C) -> Result<C::Return, String>
    where
        Self: Sized,
    {
        let answer = self.call(Address::ZERO, to, call.abi_encode())?;
        let answer = answer.map_err(|data| format!("{}: 0x{}", C::SIGNATURE, hex::encode(data)))?;
        C::abi_decode_returns_validate(&answer).map_err(|_| {
            format!("{}: this is not what a Plimsoll engine of this version answers", C::SIGNATURE)
        })
    }
}

/// The answers to calls in order, up to the first that is refused.
pub type Answers = Vec<Answer>;

/// Sends one call after the other.
fn in_order(
    calls: &[Vec<u8>],
    mut send: impl FnMut(&[u8]) -> Result<Answer, String>,
) -> Result<Answers, String> {
    let mut answers = Answers::new();
    for call in calls {
        answers.push(send(call)?);
        if answers.last().is_some_and(Result::is_err) {
            break;
        }
    }
    Ok(answers)
}

fn answer(receipt: Result<Receipt, TxError>) -> Result<Answer, String> {
    let status = receipt.map_err(|error| error.to_string())?.status;
    let output = status.output().to_vec();
    Ok(if status.is_success() { Ok(output) } else { Err(output) })
}

impl Chain for World {
    fn rehearse(
        &mut self,
        from: Address,
        to: Address,
        calls: &[Vec<u8>],
        wait: u32,
    ) -> Result<Option<Answers>, String> {
        let before = self.snapshot();
        self.pass(wait);
        let send = |call: &[u8]| answer(self.chain.transact(Tx::call(from, to, call.to_vec())));
        let answers = in_order(calls, send);
        self.revert(before);
        answers.map(Some)
    }

    fn call(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Answer, String> {
        answer(self.chain.simulate(Tx::call(from, to, data)))
    }

    fn borrowers(&mut self, _: Address) -> Result<BTreeSet<Address>, String> {
        Ok(self.accounts.clone())
    }

    fn now(&mut self) -> Result<u32, String> {
        Ok(World::now(self))
    }
}

/// A JSON-RPC endpoint over plain HTTP.
pub struct Rpc {
    host: String,
    path: String,
}

/// Patience with an endpoint.
const TIMEOUT: Duration = Duration::from_secs(60);

impl Rpc {
    /// From an address such as `http://127.0.0.1:8547`.
    pub fn new(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("http://").ok_or_else(|| {
            format!("{url}: only http:// is spoken here; put a node of your own before it")
        })?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        Ok(Self { host, path: format!("/{path}") })
    }

    /// A method's answer: its result, or its error object.
    fn request(&self, method: &str, params: Value) -> Result<Result<Value, Value>, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.host);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.host).map_err(failed)?;
        stream.set_read_timeout(Some(TIMEOUT)).map_err(failed)?;
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.path,
            self.host,
            body.len()
        );
        stream.write_all(head.as_bytes()).map_err(failed)?;
        stream.write_all(body.as_bytes()).map_err(failed)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(failed)?;
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if chunked { joined(body) } else { body.to_owned() };
        let mut answer: Value =
            serde_json::from_str(&body).map_err(|error| format!("{}: {error}", self.host))?;
        match answer.get_mut("error") {
            Some(error) if !error.is_null() => Ok(Err(error.take())),
            _ => Ok(Ok(answer["result"].take())),
        }
    }

    fn result(&self, method: &str, params: Value) -> Result<Value, String> {
        self.request(method, params)?.map_err(|error| format!("{method}: {error}"))
    }
}

/// The body of chunks: a length in hexadecimal on a line before each.
fn joined(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length.trim(), 16).unwrap_or_default();
        let Some(chunk) = rest.get(..length).filter(|chunk| !chunk.is_empty()) else { break };
        whole += chunk;
        body = rest.get(length + 2..).unwrap_or_default();
    }
    whole
}

impl Rpc {
    /// Sends calls for an account whose key is not known, one block each.
    fn send_all(
        &mut self,
        from: Address,
        to: Address,
        calls: &[Vec<u8>],
        wait: u32,
    ) -> Result<Answers, String> {
        let (account, ether) = (from.to_string(), format!("{:#x}", 10_u128.pow(20)));
        self.result("anvil_impersonateAccount", json!([account]))?;
        self.result("anvil_setBalance", json!([account, ether]))?;
        self.result("evm_increaseTime", json!([wait]))?;
        self.result("evm_mine", json!([]))?;
        in_order(calls, |call| {
            let answer = self.call(from, to, call.to_vec())?;
            if answer.is_err() {
                return Ok(answer);
            }
            let data = hex::encode_prefixed(call);
            let tx = json!({ "from": account, "to": to.to_string(), "data": data });
            let hash = self.result("eth_sendTransaction", json!([tx]))?;
            let receipt = self.result("eth_getTransactionReceipt", json!([hash]))?;
            if receipt["status"] != "0x1" {
                return Err(format!("the rehearsal was not mined, or failed: {receipt}"));
            }
            Ok(answer)
        })
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    hex::decode(value.as_str()?).ok()
}

impl Chain for Rpc {
    /// Where the endpoint is a development node that takes snapshots.
    fn rehearse(
        &mut self,
        from: Address,
        to: Address,
        calls: &[Vec<u8>],
        wait: u32,
    ) -> Result<Option<Answers>, String> {
        let Ok(before) = self.request("evm_snapshot", json!([]))? else { return Ok(None) };
        let answers = self.send_all(from, to, calls, wait);
        self.result("evm_revert", json!([before]))?;
        answers.map(Some)
    }

    fn call(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Answer, String> {
        let call = json!({ "from": from.to_string(), "to": to.to_string(), "data": hex::encode_prefixed(data) });
        match self.request("eth_call", json!([call, "latest"]))? {
            Ok(output) => bytes(&output).map(Ok).ok_or(format!("eth_call: {output}")),
            Err(error) => match bytes(&error["data"]) {
                Some(data) => Ok(Err(data)),
                None => Err(format!("eth_call: {error}")),
            },
        }
    }

    fn borrowers(&mut self, engine: Address) -> Result<BTreeSet<Address>, String> {
        let filter = json!({
            "address": engine.to_string(),
            "fromBlock": "0x0",
            "toBlock": "latest",
            "topics": [Borrowed::SIGNATURE_HASH.to_string()],
        });
        let logs = self.result("eth_getLogs", json!([filter]))?;
        let accounts = logs.as_array().into_iter().flatten().filter_map(|log| {
            let topic = bytes(&log["topics"][1])?;
            Some(Address::from_slice(topic.get(12..32)?))
        });
        Ok(accounts.collect())
    }

    fn now(&mut self) -> Result<u32, String> {
        let block = self.result("eth_getBlockByNumber", json!(["latest", false]))?;
        let time = block["timestamp"].as_str().unwrap_or_default().trim_start_matches("0x");
        u32::from_str_radix(time, 16).map_err(|_| "a block without its time".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_split() {
        let rpc = Rpc::new("http://127.0.0.1:8547/v2/key").map(|rpc| (rpc.host, rpc.path));
        assert_eq!(rpc, Ok(("127.0.0.1:8547".to_owned(), "/v2/key".to_owned())));
        assert!(Rpc::new("https://arb1.arbitrum.io/rpc").is_err());
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(joined("4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n"), "{\"a\":1}");
        assert_eq!(joined("zz"), "");
    }
}
