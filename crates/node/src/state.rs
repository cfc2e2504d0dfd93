//! The state as headers commit to it.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_rlp::Encodable;
use plimsoll_devnet::{Chain, Changes};
use serde_json::{Value, json};

use crate::json::hex;
use crate::trie::{Leaf, Trie};

/// Every account of a block, and their storage.
#[derive(Clone, Debug, Default)]
pub(crate) struct State(Trie<Account>);

#[derive(Clone, Debug)]
struct Account {
    nonce: u64,
    balance: U256,
    code_hash: B256,
    storage: Trie<U256>,
}

impl Leaf for U256 {
    fn encoded(&self) -> Vec<u8> {
        alloy_rlp::encode(self)
    }
}

impl Leaf for Account {
    fn encoded(&self) -> Vec<u8> {
        let fields: [&dyn Encodable; 4] =
            [&self.nonce, &self.balance, &self.storage.root(), &self.code_hash];
        let mut encoded = Vec::new();
        alloy_rlp::encode_list::<&dyn Encodable, dyn Encodable>(&fields, &mut encoded);
        encoded
    }
}

impl State {
    /// The whole state of a chain.
    pub(crate) fn of(chain: &Chain) -> Self {
        let mut state = Self::default();
        let accounts = chain.accounts().into_iter();
        let all = accounts.map(|account| (account, chain.storage_words(account)));
        let all = all.map(|(account, words)| (account, words.into_keys().collect()));
        state.update(chain, &all.collect());
        state
    }

    /// Takes over what changed.
    pub(crate) fn update(&mut self, chain: &Chain, changes: &Changes) {
        for (address, slots) in changes {
            let key = keccak256(address);
            let mut storage = self.0.get(key).map(|old| old.storage.clone()).unwrap_or_default();
            for slot in slots {
                let key = keccak256(slot.to_be_bytes::<32>());
                match chain.storage(*address, *slot) {
                    U256::ZERO => storage.remove(key),
                    word => storage.insert(key, word),
                }
            }
            let (nonce, balance) = (chain.nonce(*address), chain.balance(*address));
            let code_hash = chain.code_hash(*address);
            let has_code = code_hash != alloy_primitives::KECCAK256_EMPTY;
            // An account without anything does not exist (EIP-161).
            match nonce > 0 || !balance.is_zero() || has_code || !storage.is_empty() {
                true => self.0.insert(key, Account { nonce, balance, code_hash, storage }),
                false => self.0.remove(key),
            }
        }
    }

    /// What the header says.
    pub(crate) fn root(&self) -> B256 {
        self.0.root()
    }

    /// An account and some of its storage with their proofs (EIP-1186).
    pub(crate) fn proof(&self, address: Address, slots: &[B256]) -> Value {
        let key = keccak256(address);
        let nothing = Account {
            nonce: 0,
            balance: U256::ZERO,
            code_hash: alloy_primitives::KECCAK256_EMPTY,
            storage: Trie::default(),
        };
        let account = self.0.get(key).unwrap_or(&nothing);
        let nodes = |nodes: Vec<alloy_primitives::Bytes>| -> Value {
            nodes.iter().map(ToString::to_string).collect()
        };
        let storage = slots.iter().map(|slot| {
            let key = keccak256(slot);
            json!({
                "key": slot.to_string(),
                "value": hex(account.storage.get(key).copied().unwrap_or_default()),
                "proof": nodes(account.storage.proof(key)),
            })
        });
        json!({
            "address": address.to_string(),
            "balance": hex(account.balance),
            "nonce": hex(account.nonce),
            "codeHash": account.code_hash.to_string(),
            "storageHash": account.storage.root().to_string(),
            "accountProof": nodes(self.0.proof(key)),
            "storageProof": storage.collect::<Vec<_>>(),
        })
    }
}
