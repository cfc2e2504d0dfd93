//! Programs of one function, and what a call of one is checked against.

use plimsoll_devnet::alloy_primitives::{Address, Bytes, U256, address};
use plimsoll_devnet::{Chain, ChainConfig, Outcome, Receipt, StylusParams, Tx, stylus_code};

use crate::paper::{PRICE, Sizes, TX, cached, data_gas, uncached};

pub const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
/// Where most programs under test are.
pub const HERE: u8 = 0xa0;
/// Where what they call is.
pub const THERE: u8 = 0xa1;

/// Every function of `vm_hooks` with its type.
pub const HOOKS: [(&str, &str); 41] = [
    ("read_args", "(param i32)"),
    ("write_result", "(param i32 i32)"),
    ("exit_early", "(param i32)"),
    ("storage_load_bytes32", "(param i32 i32)"),
    ("storage_cache_bytes32", "(param i32 i32)"),
    ("storage_flush_cache", "(param i32)"),
    ("transient_load_bytes32", "(param i32 i32)"),
    ("transient_store_bytes32", "(param i32 i32)"),
    ("call_contract", "(param i32 i32 i32 i32 i64 i32) (result i32)"),
    ("delegate_call_contract", "(param i32 i32 i32 i64 i32) (result i32)"),
    ("static_call_contract", "(param i32 i32 i32 i64 i32) (result i32)"),
    ("create1", "(param i32 i32 i32 i32 i32)"),
    ("create2", "(param i32 i32 i32 i32 i32 i32)"),
    ("read_return_data", "(param i32 i32 i32) (result i32)"),
    ("return_data_size", "(result i32)"),
    ("emit_log", "(param i32 i32 i32)"),
    ("account_balance", "(param i32 i32)"),
    ("account_code", "(param i32 i32 i32 i32) (result i32)"),
    ("account_code_size", "(param i32) (result i32)"),
    ("account_codehash", "(param i32 i32)"),
    ("block_basefee", "(param i32)"),
    ("block_coinbase", "(param i32)"),
    ("block_gas_limit", "(result i64)"),
    ("block_number", "(result i64)"),
    ("block_timestamp", "(result i64)"),
    ("chainid", "(result i64)"),
    ("contract_address", "(param i32)"),
    ("evm_gas_left", "(result i64)"),
    ("evm_ink_left", "(result i64)"),
    ("math_div", "(param i32 i32)"),
    ("math_mod", "(param i32 i32)"),
    ("math_pow", "(param i32 i32)"),
    ("math_add_mod", "(param i32 i32 i32)"),
    ("math_mul_mod", "(param i32 i32 i32)"),
    ("msg_reentrant", "(result i32)"),
    ("msg_sender", "(param i32)"),
    ("msg_value", "(param i32)"),
    ("native_keccak256", "(param i32 i32 i32)"),
    ("tx_gas_price", "(param i32)"),
    ("tx_ink_price", "(result i32)"),
    ("tx_origin", "(param i32)"),
];
const PAY: (&str, &str) = ("pay_for_memory_grow", "(param i32)");

/// A program in the making: its entry point returns 0 after `body`.
#[derive(Clone, Debug)]
pub struct Wat {
    body: String,
    items: String,
    pages: u32,
    functions: u64,
    type_words: u64,
    status: &'static str,
}

/// A program that does `body` and returns 0. It imports what it calls, and its memory cannot grow
/// unless it does that or pays for it.
pub fn wat(body: impl Into<String>) -> Wat {
    Wat {
        body: body.into(),
        items: String::new(),
        pages: 1,
        functions: 1,
        type_words: 2,
        status: "(i32.const 0)",
    }
}

impl Wat {
    /// Starts with so many pages of memory.
    pub fn pages(self, pages: u32) -> Self {
        Self { pages, ..self }
    }

    /// Adds a function with so many parameters and results.
    pub fn function(self, text: &str, type_words: u64) -> Self {
        let items = format!("{} {text}", self.items);
        let (functions, type_words) = (self.functions + 1, self.type_words + type_words);
        Self { items, functions, type_words, ..self }
    }

    /// Returns this instead of 0; the cost of a constant no longer holds.
    pub fn returns(self, status: &'static str) -> Self {
        Self { status, ..self }
    }

    pub fn wasm(&self) -> Vec<u8> {
        let text = format!("{} {}", self.items, self.body);
        let calls = |name: &str| {
            let named = format!("${name}");
            let mut rest = text.split(&named).skip(1);
            rest.any(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        };
        let grows = text.contains("memory.grow") || calls(PAY.0);
        let hooks = HOOKS.iter().filter(|(name, _)| calls(name)).chain(grows.then_some(&PAY));
        let imports: String = hooks
            .map(|(name, ty)| format!("(import \"vm_hooks\" \"{name}\" (func ${name} {ty}))\n"))
            .collect();
        let most = if grows { String::new() } else { self.pages.to_string() };
        let module = format!(
            "(module {imports} (memory (export \"memory\") {} {most}) {}
               (func (export \"user_entrypoint\") (param $len i32) (result i32) {} {}))",
            self.pages, self.items, self.body, self.status
        );
        wat::parse_str(&module).unwrap_or_else(|error| panic!("{error}\n{module}"))
    }

    pub fn sizes(&self) -> Sizes {
        Sizes {
            len: self.wasm().len() as u64,
            functions: self.functions,
            type_words: self.type_words,
            globals: 0,
            data: 0,
            pages: u64::from(self.pages),
        }
    }

    /// Gas for loading it, uncached.
    pub fn init(&self) -> u64 {
        cached(self.sizes()) + uncached(self.sizes())
    }
}

/// What a call costs beyond its transaction and the loading of the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paper {
    /// Ink of instructions and host calls.
    pub ink: u64,
    /// Gas that is charged as gas.
    pub gas: u64,
}

impl Paper {
    /// Gas of both, the ink rounded up.
    pub fn total(self) -> u64 {
        self.gas + self.ink.div_ceil(PRICE)
    }
}

pub fn ink(ink: u64) -> Paper {
    Paper { ink, gas: 0 }
}

impl Paper {
    pub fn and_gas(self, gas: u64) -> Self {
        Self { gas: self.gas + gas, ..self }
    }
}

pub struct Rig {
    pub chain: Chain,
}

impl Rig {
    pub fn new() -> Self {
        Self::with(ChainConfig::default())
    }

    /// A chain that runs a release of ArbOS.
    pub fn of_release(arbos: u64) -> Self {
        let params = StylusParams::of_release(arbos).expect("a release");
        Self::with(ChainConfig { params, ..ChainConfig::default() })
    }

    pub fn with(config: ChainConfig) -> Self {
        let mut chain = Chain::new(config);
        chain.fund(ALICE, ether(1_000));
        Self { chain }
    }

    /// Places a program at an address with this last byte, and activates it.
    pub fn place(&mut self, last: u8, wat: &Wat) -> Address {
        let account = Address::with_last_byte(last);
        self.chain.set_code(account, stylus_code(&wat.wasm()));
        if !self.chain.is_active(account) {
            let receipt = self.chain.activate(ALICE, account).expect("valid transaction");
            assert!(receipt.status.is_success(), "{:?}", receipt.status);
        }
        account
    }

    /// Places EVM code at an address with this last byte.
    pub fn install(&mut self, last: u8, code: &[u8]) -> Address {
        let account = Address::with_last_byte(last);
        self.chain.set_code(account, Bytes::copy_from_slice(code));
        account
    }

    pub fn send(&mut self, tx: Tx) -> Receipt {
        let receipt = self.chain.transact(tx).expect("valid transaction");
        let trace = &receipt.trace;
        assert_eq!(trace.spent.sum() - trace.refund, receipt.gas_used, "{trace:#?}");
        receipt
    }

    /// Calls a program that is not cached with `data`, and checks what that costs.
    pub fn check(&mut self, wat: &Wat, data: &[u8], expected: Paper) -> Receipt {
        let account = self.place(HERE, wat);
        self.check_tx(wat, Tx::call(ALICE, account, data.to_vec()), expected)
    }

    /// Likewise for a transaction to the program.
    pub fn check_tx(&mut self, wat: &Wat, tx: Tx, expected: Paper) -> Receipt {
        let before = TX + data_gas(&tx.data) + wat.init();
        let receipt = self.send(tx);
        assert!(receipt.status.is_success(), "{:?} of {wat:?}", receipt.status);
        assert_eq!(receipt.trace.frames[0].ink, expected.ink, "ink of {wat:?}");
        let gas = receipt.gas_used + receipt.trace.refund;
        assert_eq!(gas, before + expected.total(), "gas of {wat:?}");
        receipt
    }
}

/// Checks a call without data on a new chain.
pub fn check(body: &str, expected: Paper) -> Receipt {
    Rig::new().check(&wat(body), &[], expected)
}

pub fn ether(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000_000_000_000_000u64)
}

pub fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

/// Bytes of the result, which the program must have returned.
pub fn output(receipt: &Receipt) -> &[u8] {
    assert!(receipt.status.is_success(), "{:?}", receipt.status);
    receipt.status.output()
}

/// A revert without data: what a trap is.
pub fn trap() -> Outcome {
    Outcome::Revert { output: Bytes::new() }
}
