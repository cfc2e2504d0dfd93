//! How fast a node starts and how many signed transfers it executes in a second, over a socket.
//!
//! `cargo run -p plimsoll-node --example speed [NODE]`
//!
//! Without the path of a node's binary the node runs in this process. It fails where the best of some
//! short runs is slower than NODE.md promises: a machine that is busy slows some of them, a node that
//! is slow all of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope, TypedTransaction};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Signature, TxKind, U256, address, b256, hex};
use k256::ecdsa::SigningKey;
use plimsoll_node::{Config, Running, start};
use tokio::runtime::Runtime;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Longest time from the start of the process to its first answer.
const START: Duration = Duration::from_secs(2);
/// Fewest transfers a second.
const FEWEST: f64 = 500.0;
/// Transfers of each kind.
const TRANSFERS: usize = 1_000;
/// Transfers of a run that are requests of their own: few, so that some run has the machine to itself.
const RUN: usize = 20;
/// Transfers of a batch.
const BATCH: usize = 100;

fn main() -> Result<ExitCode> {
    let (took, _node, mut client) = started(std::env::args().nth(1).as_deref())?;
    let is_quick = took < START;
    println!("first answer after {} ms", took.as_millis());

    let signed: Vec<String> =
        (0..2 * TRANSFERS as u64).map(signed).collect::<std::result::Result<_, _>>()?;
    let (alone, batched) = signed.split_at(TRANSFERS);
    let each = best(alone.chunks(RUN), |run| {
        run.iter().try_for_each(|raw| {
            client.ask("eth_sendRawTransaction", &format!("[\"{raw}\"]")).map(drop)
        })
    })?;
    println!("one request each: {each:.0} transfers a second, in the best of runs of {RUN}");
    let batch = best(batched.chunks(BATCH), |run| {
        let send = |raw| request("eth_sendRawTransaction", &format!("[\"{raw}\"]"));
        let requests: Vec<String> = run.iter().map(send).collect();
        client.post(&format!("[{}]", requests.join(","))).map(drop)
    })?;
    println!("{BATCH} in a batch: {batch:.0} transfers a second, in the best one");

    let number = client.ask("eth_blockNumber", "[]")?;
    let expected = format!("\"result\":\"{:#x}\"", signed.len());
    assert!(number.contains(&expected), "{number}: not every transfer was executed");
    let good = [is_quick, each >= FEWEST, batch >= FEWEST].iter().filter(|good| **good).count();
    println!("speed: {good} passed, {} failed", 3 - good);
    Ok(if good == 3 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A node that serves until this is dropped.
enum Node {
    Here { _runtime: Runtime, _node: Running },
    Process(Child),
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Self::Process(child) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Starts a node and asks it once. Returns how long that took.
fn started(binary: Option<&str>) -> Result<(Duration, Node, Client)> {
    let before = Instant::now();
    let (node, address) = match binary {
        Some(binary) => process(binary)?,
        None => {
            let runtime = Runtime::new()?;
            let listen = SocketAddr::from(([127, 0, 0, 1], 0));
            let node = runtime.block_on(start(Config { listen, ..Config::default() }))?;
            let address = node.address;
            (Node::Here { _runtime: runtime, _node: node }, address)
        }
    };
    let mut client = Client::new(address)?;
    client.ask("eth_chainId", "[]")?;
    Ok((before.elapsed(), node, client))
}

/// Runs the binary, whose first line ends with its address.
fn process(binary: &str) -> Result<(Node, SocketAddr)> {
    let mut child = Command::new(binary).args(["--port", "0"]).stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take();
    let node = Node::Process(child);
    let mut line = String::new();
    if let Some(stdout) = stdout {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let address = line.split_whitespace().last().ok_or("the node did not start")?;
    Ok((node, address.parse()?))
}

/// Transfers a second in the best of some runs.
fn best<'a>(
    runs: impl Iterator<Item = &'a [String]>,
    mut send: impl FnMut(&[String]) -> std::io::Result<()>,
) -> std::io::Result<f64> {
    let mut best: f64 = 0.0;
    for run in runs {
        let before = Instant::now();
        send(run)?;
        best = best.max(run.len() as f64 / before.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// A transfer by the first development account, in hexadecimal digits.
fn signed(nonce: u64) -> std::result::Result<String, k256::ecdsa::Error> {
    let key = b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    let tx = TypedTransaction::from(TxEip1559 {
        chain_id: 412_346,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 20_000_000,
        to: TxKind::Call(address!("70997970C51812dc3A010C7d01b50e0d17dc79C8")),
        value: U256::from(1),
        ..TxEip1559::default()
    });
    let key = SigningKey::from_slice(key.as_slice())?;
    let signature = key.sign_prehash_recoverable(tx.signature_hash().as_slice())?;
    let envelope: TxEnvelope = tx.into_envelope(Signature::from(signature));
    Ok(hex::encode_prefixed(envelope.encoded_2718()))
}

fn request(method: &str, params: &str) -> String {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{params}}}")
}

/// One connection that is kept.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn ask(&mut self, method: &str, params: &str) -> std::io::Result<String> {
        let answer = self.post(&request(method, params))?;
        assert!(answer.contains("\"result\""), "{answer}");
        Ok(answer)
    }

    fn post(&mut self, body: &str) -> std::io::Result<String> {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.0.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}
