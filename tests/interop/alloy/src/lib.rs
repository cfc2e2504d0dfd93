//! A node of its own for every test, and the engine deployed on it through an alloy provider.
// The engine's functions have as many arguments as they need.
#![allow(clippy::too_many_arguments)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use alloy::contract::SolCallBuilder;
use alloy::network::{EthereumWallet, TransactionBuilder};
use alloy::primitives::utils::parse_ether;
use alloy::primitives::{Address, Bytes, U256, address, hex};
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol;
use alloy::sol_types::{SolCall, SolConstructor};
use alloy::transports::ws::WsConnect;
use serde_json::Value;

sol!(
    #[sol(rpc)]
    "../../golden/IPlimsoll.sol"
);

sol! {
    #[sol(rpc)]
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function stylusVersion() external view returns (uint16 version);
        function programVersion(address program) external view returns (uint16 version);
    }

    #[sol(rpc)]
    contract Token {
        constructor(string name, string symbol, uint8 decimals);
        function mint(address to, uint256 amount) external;
        function approve(address spender, uint256 amount) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
    }
}

/// ArbWasm.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// Keys that every development node funds: public, and worth nothing on any other chain.
const KEYS: [&str; 5] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
];

/// What carries the requests.
#[derive(Clone, Copy, Debug)]
pub enum Transport {
    Http,
    WebSocket,
}

/// A node that ends with the test.
pub struct Node {
    process: Child,
    at: String,
}

/// The engine on a node, and whom the provider signs for.
pub struct Rig {
    pub node: Node,
    pub provider: DynProvider,
    /// The addresses of the programs and tokens, by name.
    pub addresses: HashMap<String, Address>,
    pub engine: IPlimsoll::IPlimsollInstance<DynProvider>,
    pub base: Token::TokenInstance<DynProvider>,
    pub weth: Token::TokenInstance<DynProvider>,
    pub governor: Address,
    pub reporter: Address,
    pub supplier: Address,
    pub borrower: Address,
    pub taker: Address,
}

impl Drop for Node {
    fn drop(&mut self) {
        // Ending a process that has ended is no failure of the test.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Node {
    /// Starts a node on a port that is free.
    pub fn start() -> Self {
        let built = root().join("target/debug/plimsoll-node");
        let program = std::env::var_os("PLIMSOLL_NODE").map_or(built, PathBuf::from);
        let mut command = Command::new(&program);
        let spawned = command.args(["--port", "0"]).stdout(Stdio::piped()).spawn();
        let mut process = spawned.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut line = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the node says where it listens");
        let at = line.trim().rsplit(' ').next().expect("an address").to_owned();
        Self { process, at }
    }

    /// A provider that signs for the first accounts.
    pub async fn provider(&self, transport: Transport) -> (DynProvider, [Address; 5]) {
        let signers = KEYS.map(|key| key.parse::<PrivateKeySigner>().expect("a key"));
        let addresses = signers.each_ref().map(PrivateKeySigner::address);
        let mut wallet = EthereumWallet::default();
        signers.into_iter().for_each(|signer| wallet.register_signer(signer));
        let builder = ProviderBuilder::new().wallet(wallet);
        let provider = match transport {
            Transport::Http => {
                builder.connect_http(format!("http://{}", self.at).parse().expect("a URL")).erased()
            }
            Transport::WebSocket => {
                let at = WsConnect::new(format!("ws://{}", self.at));
                builder.connect_ws(at).await.expect("a connection").erased()
            }
        };
        (provider, addresses)
    }
}

impl Rig {
    /// The engine with USDC and one collateral that costs 3,000.
    pub async fn new(transport: Transport) -> Self {
        let node = Node::start();
        let (provider, people) = node.provider(transport).await;
        let [governor, reporter, supplier, borrower, taker] = people;
        let base = token(&provider, governor, "USDC", 6).await;
        let weth = token(&provider, governor, "WETH", 18).await;
        let tokens = [("USDC", *base.address()), ("WETH", *weth.address())];
        let mut addresses = HashMap::from(tokens.map(|(name, token)| (name.to_owned(), token)));
        let engine = programs(&provider, governor, &mut addresses).await;
        for data in setup(&addresses) {
            let call = TransactionRequest::default().with_from(governor).with_to(engine);
            receipt(&provider, call.with_input(data)).await;
        }
        let engine = IPlimsoll::new(engine, provider.clone());
        let rig = Self {
            node,
            provider,
            addresses,
            engine,
            base,
            weth,
            governor,
            reporter,
            supplier,
            borrower,
            taker,
        };
        rig.report(ether("3000")).await;
        rig
    }

    /// A price of the latest block's time.
    pub async fn report(&self, price: U256) {
        let block = self.provider.get_block(Default::default()).await.expect("a block");
        let time = u32::try_from(block.expect("the latest").header.timestamp).expect("before 2106");
        let report = self.engine.report(vec![0], vec![price], vec![U256::ZERO], time);
        send(report, self.reporter).await;
    }

    /// Makes tokens and lets the engine have them.
    pub async fn give(&self, token: &Token::TokenInstance<DynProvider>, to: Address, amount: U256) {
        send(token.mint(to, amount), to).await;
        send(token.approve(*self.engine.address(), amount), to).await;
    }

    /// A supplier's million and ten ether of collateral, against which 23,900 are borrowed.
    pub async fn open(&self) -> TransactionReceipt {
        let (supplier, borrower) = (self.supplier, self.borrower);
        self.give(&self.base, supplier, usdc(1_000_000)).await;
        self.give(&self.weth, borrower, ether("10")).await;
        send(self.engine.supply(usdc(1_000_000), supplier), supplier).await;
        send(self.engine.deposit(0, ether("10"), borrower), borrower).await;
        send(self.engine.borrow(usdc(23_900), borrower), borrower).await
    }
}

/// How the engine is set up, as `cargo xtask interop` writes it.
fn written() -> Value {
    let file = root().join("target/interop/setup.json");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask interop`", file.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// The constructor and the calls after it, with these addresses in the place of their stand-ins.
fn setup(addresses: &HashMap<String, Address>) -> Vec<Bytes> {
    let setup = written();
    let calls = setup["calls"].as_array().expect("calls");
    let call = |call: &Value| {
        let mut data = call["data"].as_str().expect("data").to_owned();
        for (name, address) in addresses {
            let stand_in = setup["addresses"][name].as_str().expect("a stand-in");
            data = data.replace(&stand_in[2..], &hex::encode(address));
        }
        hex::decode(data).expect("hexadecimal").into()
    };
    [&setup["constructor"]].into_iter().chain(calls).map(call).collect()
}

/// Deploys and activates the programs and adds their addresses. Returns the engine's.
async fn programs(
    provider: &DynProvider,
    from: Address,
    addresses: &mut HashMap<String, Address>,
) -> Address {
    let setup = written();
    let names = setup["programs"].as_array().expect("programs").iter().filter_map(Value::as_str);
    let names: Vec<&str> = names.collect();
    let arb_wasm = ArbWasm::new(ARB_WASM, provider.clone());
    for name in &names {
        let file = root().join("target/interop").join(name).with_extension("hex");
        let code = std::fs::read_to_string(&file).expect("written with the setup");
        let code = hex::decode(code.trim()).expect("hexadecimal");
        let address = create(provider, from, code).await;
        let activate = arb_wasm.activateProgram(address).value(ether("0.01"));
        assert_eq!(send(activate, from).await.logs().len(), 1, "{name}");
        addresses.insert((*name).to_owned(), address);
    }
    addresses[names[0]]
}

async fn token(
    provider: &DynProvider,
    from: Address,
    name: &str,
    decimals: u8,
) -> Token::TokenInstance<DynProvider> {
    let file = root().join("tests/solidity/artifacts/Token.json");
    let text = std::fs::read_to_string(file).expect("the artifacts are committed");
    let artifact: Value = serde_json::from_str(&text).expect("JSON");
    let mut code = hex::decode(artifact["bytecode"].as_str().expect("code")).expect("hexadecimal");
    let (name, symbol) = (name.to_owned(), name.to_owned());
    code.extend(Token::constructorCall { name, symbol, decimals }.abi_encode());
    Token::new(create(provider, from, code).await, provider.clone())
}

async fn create(provider: &DynProvider, from: Address, code: impl Into<Bytes>) -> Address {
    let tx = TransactionRequest::default().with_from(from).with_deploy_code(code.into());
    receipt(provider, tx).await.contract_address.expect("an address")
}

/// Sends a transaction, which has to succeed.
async fn receipt(provider: &DynProvider, tx: TransactionRequest) -> TransactionReceipt {
    let pending = provider.send_transaction(tx).await.expect("it is accepted");
    let receipt = pending.get_receipt().await.expect("a receipt");
    assert!(receipt.status(), "{receipt:?}");
    receipt
}

/// Sends a call, which has to succeed.
pub async fn send<P: Provider, C: SolCall>(
    call: SolCallBuilder<P, C>,
    from: Address,
) -> TransactionReceipt {
    let pending = call.from(from).send().await.unwrap_or_else(|error| panic!("{error}"));
    let receipt = pending.get_receipt().await.expect("a receipt");
    assert!(receipt.status(), "{}: {receipt:?}", C::SIGNATURE);
    receipt
}

/// Whole base tokens.
pub fn usdc(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000)
}

/// A number with eighteen decimals.
pub fn ether(amount: &str) -> U256 {
    parse_ether(amount).expect("a number")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}
