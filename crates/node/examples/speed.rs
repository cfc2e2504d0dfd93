//! How fast a node starts and how many signed transfers it executes in a second, over a socket.
//!
//! `cargo run -p plimsoll-node --example speed [TRANSFERS]`

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope, TypedTransaction};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Signature, TxKind, U256, address, b256, hex};
use k256::ecdsa::SigningKey;
use plimsoll_node::{Config, start};
use tokio::runtime::Runtime;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let transfers: u64 = std::env::args().nth(1).map_or(Ok(2_000), |count| count.parse())?;
    let before = Instant::now();
    let runtime = Runtime::new()?;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let node = runtime.block_on(start(Config { listen, ..Config::default() }))?;
    let mut client = Client::new(node.address)?;
    client.ask("eth_chainId", "[]")?;
    println!("first answer after {} ms", before.elapsed().as_millis());

    let signed: Vec<String> = (0..transfers).map(signed).collect::<Result<_, _>>()?;
    let (before, half) = (Instant::now(), signed.len() / 2);
    for raw in &signed[..half] {
        client.ask("eth_sendRawTransaction", &format!("[\"{raw}\"]"))?;
    }
    report("one request each", half, before);

    let before = Instant::now();
    for batch in signed[half..].chunks(100) {
        let requests: Vec<String> = batch
            .iter()
            .map(|raw| request("eth_sendRawTransaction", &format!("[\"{raw}\"]")))
            .collect();
        client.post(&format!("[{}]", requests.join(",")))?;
    }
    report("a hundred in a batch", signed.len() - half, before);

    let number = client.ask("eth_blockNumber", "[]")?;
    let expected = format!("\"result\":\"{transfers:#x}\"");
    assert!(number.contains(&expected), "{number}: not every transfer was executed");
    Ok(())
}

fn report(how: &str, transfers: usize, since: Instant) {
    let secs = since.elapsed().as_secs_f64();
    println!(
        "{how}: {transfers} transfers in {secs:.2} s, {:.0} a second",
        transfers as f64 / secs
    );
}

/// A transfer by the first development account, in hexadecimal digits.
fn signed(nonce: u64) -> Result<String, k256::ecdsa::Error> {
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
