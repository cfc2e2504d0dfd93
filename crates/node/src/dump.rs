//! The state as a file: accounts, code, storage, and with them activated programs.
//!
//! ```json
//! {
//!   "format": "plimsoll-node state", "version": 1,
//!   "chainId": "0x64aba", "number": "0x5", "timestamp": "0x6955b905",
//!   "baseFeePerGas": "0x1312d00",
//!   "accounts": {
//!     "0x…": {"balance": "0x0", "nonce": "0x1", "code": "0xeff000…", "storage": {"0x…": "0x…"}}
//!   }
//! }
//! ```
//!
//! What activation recorded of a program is storage of an account that belongs to ArbOS, and comes
//! along with it. Native code does not: it is compiled again when the program is first called, which
//! costs time and no gas.

use alloy_primitives::{Address, B256, Bytes, U256};
use plimsoll_devnet::Chain;
use serde_json::{Map, Value, json};

use crate::args;
use crate::error::{Answer, invalid};
use crate::json::hex;
use crate::request::{Fields, slots};

/// What the file says it is.
const FORMAT: &str = "plimsoll-node state";
/// Changes when older nodes cannot read it any more.
const VERSION: u64 = 1;

/// A state that was read and makes sense.
#[derive(Clone, Debug)]
pub(crate) struct Dump {
    /// Time of the block after the state was taken.
    pub timestamp: u64,
    /// Price of gas in wei; ArbOS has it in its storage too.
    base_fee: Option<u64>,
    accounts: Vec<(Address, Account)>,
}

#[derive(Clone, Debug)]
struct Account {
    balance: U256,
    nonce: u64,
    code: Bytes,
    storage: Vec<(U256, U256)>,
}

/// Writes the state of a chain.
pub(crate) fn dump(chain: &Chain) -> Value {
    let block = chain.block();
    let accounts = chain.accounts().into_iter().map(|account| {
        let storage = chain.storage_words(account).into_iter();
        let storage = storage.map(|(slot, word)| {
            (B256::from(slot).to_string(), Value::from(B256::from(word).to_string()))
        });
        let value = json!({
            "balance": hex(chain.balance(account)),
            "nonce": hex(chain.nonce(account)),
            "code": chain.code(account).to_string(),
            "storage": storage.collect::<Map<_, _>>(),
        });
        (account.to_string(), value)
    });
    json!({
        "format": FORMAT,
        "version": VERSION,
        "chainId": hex(chain.config().chain_id),
        "number": hex(block.l2_block.saturating_sub(1)),
        "timestamp": hex(block.timestamp),
        "baseFeePerGas": hex(chain.config().base_fee),
        "accounts": accounts.collect::<Map<_, _>>(),
    })
}

impl Dump {
    pub(crate) fn new(value: &Value) -> Answer<Self> {
        let fields = Fields(args::object(value)?);
        let format = fields.get("format", |value| args::text(value).map(str::to_owned))?;
        let version = fields.get("version", args::quantity)?;
        if format.as_deref() != Some(FORMAT) || version != Some(VERSION) {
            return Err(invalid(format!("not a {FORMAT} of version {VERSION}")));
        }
        let accounts = fields.get("accounts", |value| {
            let accounts = args::object(value)?.iter();
            let account = |(address, value): (&String, &Value)| {
                let address = args::address(&Value::String(address.clone()))?;
                Ok((address, Account::new(value)?))
            };
            accounts.map(account).collect::<Answer<Vec<_>>>()
        })?;
        Ok(Self {
            timestamp: fields.get("timestamp", args::quantity)?.unwrap_or_default(),
            base_fee: fields.get("baseFeePerGas", args::quantity)?,
            accounts: accounts.unwrap_or_default(),
        })
    }

    /// Reads what a file or a request holds: JSON.
    pub(crate) fn parse(text: &[u8]) -> Answer<Self> {
        let value = serde_json::from_slice(text)
            .map_err(|error| invalid(format!("state is no JSON: {error}")))?;
        Self::new(&value)
    }

    /// Makes the accounts what they were. Others stay as they are.
    pub(crate) fn load(&self, chain: &mut Chain) {
        for (address, account) in &self.accounts {
            for slot in chain.storage_words(*address).into_keys() {
                chain.set_storage(*address, slot, U256::ZERO);
            }
            chain.set_balance(*address, account.balance);
            chain.set_nonce(*address, account.nonce);
            chain.set_code(*address, account.code.clone());
            for (slot, word) in &account.storage {
                chain.set_storage(*address, *slot, *word);
            }
        }
        if let Some(base_fee) = self.base_fee {
            chain.set_base_fee(base_fee);
        }
    }
}

impl Account {
    fn new(value: &Value) -> Answer<Self> {
        let fields = Fields(args::object(value)?);
        Ok(Self {
            balance: fields.get("balance", args::word)?.unwrap_or_default(),
            nonce: fields.get("nonce", args::quantity)?.unwrap_or_default(),
            code: fields.get("code", args::bytes)?.unwrap_or_default(),
            storage: fields.get("storage", slots)?.unwrap_or_default(),
        })
    }
}
