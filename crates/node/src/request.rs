//! Transactions that are not signed yet, and what a call may assume about the state.

use alloy_consensus::{
    Transaction, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy, TypedTransaction,
};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_eips::eip7702::{Authorization, SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use plimsoll_devnet::{Chain, RecoveredAuthorization, Tx};
use serde_json::{Map, Value};

use crate::args::{self, short};
use crate::error::{Answer, invalid};

/// A transaction as `eth_call` and `eth_sendTransaction` take it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub from: Address,
    to: Option<Address>,
    pub gas: Option<u64>,
    gas_price: Option<u128>,
    max_fee: Option<u128>,
    tip: Option<u128>,
    value: U256,
    data: Bytes,
    nonce: Option<u64>,
    access_list: Option<AccessList>,
    authorizations: Vec<SignedAuthorization>,
}

impl Request {
    pub(crate) fn new(value: &Value, chain_id: u64) -> Answer<Self> {
        let fields = Fields(args::object(value)?);
        for blob in ["blobVersionedHashes", "maxFeePerBlobGas", "blobs"] {
            if fields.0.get(blob).is_some_and(|value| !value.is_null()) {
                return Err(invalid("blob transactions are not supported: Arbitrum has none"));
            }
        }
        if fields.get("chainId", args::quantity)?.is_some_and(|id| id != chain_id) {
            return Err(invalid(format!("chainId does not match the node's, {chain_id}")));
        }
        let (input, data) = (fields.get("input", args::bytes)?, fields.get("data", args::bytes)?);
        if input.is_some() && data.is_some() && input != data {
            return Err(invalid("data and input differ"));
        }
        let (gas_price, max_fee) =
            (fields.get("gasPrice", args::wide)?, fields.get("maxFeePerGas", args::wide)?);
        if gas_price.is_some() && max_fee.is_some() {
            return Err(invalid("both gasPrice and maxFeePerGas are specified"));
        }
        let to = fields.get("to", args::address)?;
        let authorizations = fields.get("authorizationList", authorizations)?.unwrap_or_default();
        if !authorizations.is_empty() && (gas_price.is_some() || to.is_none()) {
            return Err(invalid("authorizationList needs to, and excludes gasPrice"));
        }
        Ok(Self {
            from: fields.get("from", args::address)?.unwrap_or_default(),
            to,
            gas: fields.get("gas", args::quantity)?,
            gas_price,
            max_fee,
            tip: fields.get("maxPriorityFeePerGas", args::wide)?,
            value: fields.get("value", args::word)?.unwrap_or_default(),
            data: input.or(data).unwrap_or_default(),
            nonce: fields.get("nonce", args::quantity)?,
            access_list: fields.get("accessList", access_list)?,
            authorizations,
        })
    }

    /// What the chain executes.
    pub(crate) fn tx(&self, gas_limit: u64) -> Tx {
        Tx {
            from: self.from,
            to: self.to,
            value: self.value,
            data: self.data.clone(),
            gas_limit: Some(gas_limit),
            // Calls that say nothing, or zero, run at any price.
            max_fee: self.max_fee.or(self.gas_price).filter(|fee| *fee > 0),
            nonce: None,
            access_list: words(self.access_list.as_ref()),
            authorizations: recovered(&self.authorizations),
        }
    }

    /// Whether an account is warm without being listed.
    pub(crate) fn warms(&self, account: Address) -> bool {
        account == self.from || self.to == Some(account)
    }

    /// The same with another access list.
    pub(crate) fn warming(&self, list: AccessList) -> Self {
        Self { access_list: Some(list), ..self.clone() }
    }

    /// What the sender would sign, with what it left out filled in.
    pub(crate) fn typed(self, gas_limit: u64, nonce: u64, chain: &Chain) -> TypedTransaction {
        let chain_id = chain.config().chain_id;
        let nonce = self.nonce.unwrap_or(nonce);
        let to = self.to.map_or(TxKind::Create, TxKind::Call);
        let (value, input) = (self.value, self.data);
        match (self.gas_price, self.access_list) {
            (Some(gas_price), None) => {
                let chain_id = Some(chain_id);
                TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }.into()
            }
            (Some(gas_price), Some(access_list)) => {
                let tx = TxEip2930 {
                    chain_id,
                    nonce,
                    gas_price,
                    gas_limit,
                    to,
                    value,
                    access_list,
                    input,
                };
                tx.into()
            }
            (None, access_list) if !self.authorizations.is_empty() => {
                let max_priority_fee_per_gas = self.tip.unwrap_or(0);
                let usual = u128::from(chain.config().base_fee) * 2;
                let tx = TxEip7702 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: self.max_fee.unwrap_or(usual + max_priority_fee_per_gas),
                    max_priority_fee_per_gas,
                    to: self.to.unwrap_or_default(),
                    value,
                    access_list: access_list.unwrap_or_default(),
                    authorization_list: self.authorizations,
                    input,
                };
                tx.into()
            }
            (None, access_list) => {
                let max_priority_fee_per_gas = self.tip.unwrap_or(0);
                let usual = u128::from(chain.config().base_fee) * 2;
                let tx = TxEip1559 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: self.max_fee.unwrap_or(usual + max_priority_fee_per_gas),
                    max_priority_fee_per_gas,
                    to,
                    value,
                    access_list: access_list.unwrap_or_default(),
                    input,
                };
                tx.into()
            }
        }
    }
}

/// What the chain executes for a signed transaction.
pub(crate) fn executable(envelope: &TxEnvelope, from: Address) -> Tx {
    Tx {
        from,
        to: envelope.to(),
        value: envelope.value(),
        data: envelope.input().clone(),
        gas_limit: Some(envelope.gas_limit()),
        max_fee: Some(envelope.max_fee_per_gas()),
        nonce: Some(envelope.nonce()),
        access_list: words(envelope.access_list()),
        authorizations: recovered(envelope.authorization_list().unwrap_or_default()),
    }
}

/// Authorizations with who signed them; void ones stay, since they cost gas.
fn recovered(signed: &[SignedAuthorization]) -> Vec<RecoveredAuthorization> {
    signed.iter().map(|signed| signed.clone().into_recovered()).collect()
}

fn words(list: Option<&AccessList>) -> Vec<(Address, Vec<U256>)> {
    let items = list.into_iter().flat_map(|list| &list.0);
    items
        .map(|item| (item.address, item.storage_keys.iter().map(|key| (*key).into()).collect()))
        .collect()
}

fn access_list(value: &Value) -> Answer<AccessList> {
    let items = value.as_array().ok_or_else(|| invalid("accessList must be an array"))?;
    let item = |value: &Value| {
        let fields = Fields(args::object(value)?);
        let keys = |value: &Value| {
            let keys = value.as_array().ok_or_else(|| invalid("storageKeys must be an array"))?;
            keys.iter().map(args::hash).collect::<Answer<Vec<B256>>>()
        };
        Ok(AccessListItem {
            address: fields
                .get("address", args::address)?
                .ok_or_else(|| invalid("an access list entry needs an address"))?,
            storage_keys: fields.get("storageKeys", keys)?.unwrap_or_default(),
        })
    };
    items.iter().map(item).collect::<Answer<Vec<_>>>().map(AccessList)
}

fn authorizations(value: &Value) -> Answer<Vec<SignedAuthorization>> {
    let items = value.as_array().ok_or_else(|| invalid("authorizationList must be an array"))?;
    let item = |value: &Value| {
        let fields = Fields(args::object(value)?);
        let missing = |name: &str| invalid(format!("an authorization needs {name}"));
        let number = |name: &str| fields.get(name, args::word)?.ok_or_else(|| missing(name));
        let narrow = |name: &str| fields.get(name, args::quantity)?.ok_or_else(|| missing(name));
        let authorization = Authorization {
            chain_id: number("chainId")?,
            address: fields.get("address", args::address)?.ok_or_else(|| missing("address"))?,
            nonce: narrow("nonce")?,
        };
        let parity = fields.get("yParity", args::quantity)?.or(fields.get("v", args::quantity)?);
        let parity = parity.and_then(|parity| u8::try_from(parity).ok());
        let parity = parity.ok_or_else(|| missing("yParity"))?;
        let (r, s) = (number("r")?, number("s")?);
        Ok(SignedAuthorization::new_unchecked(authorization, parity, r, s))
    };
    items.iter().map(item).collect()
}

/// Applies the state overrides of `eth_call` to the chain.
pub(crate) fn assume(chain: &mut Chain, overrides: &Value) -> Answer<()> {
    for (account, value) in args::object(overrides)? {
        let account = args::address(&Value::String(account.clone()))?;
        let fields = Fields(args::object(value)?);
        if fields.0.contains_key("movePrecompileToAddress") {
            return Err(invalid("precompiles cannot be moved"));
        }
        if let Some(balance) = fields.get("balance", args::word)? {
            chain.set_balance(account, balance);
        }
        if let Some(nonce) = fields.get("nonce", args::quantity)? {
            chain.set_nonce(account, nonce);
        }
        if let Some(code) = fields.get("code", args::bytes)? {
            chain.set_code(account, code);
        }
        let (whole, diff) = (fields.get("state", slots)?, fields.get("stateDiff", slots)?);
        if whole.is_some() && diff.is_some() {
            return Err(invalid("state and stateDiff exclude each other"));
        }
        if whole.is_some() {
            for slot in chain.storage_words(account).into_keys() {
                chain.set_storage(account, slot, U256::ZERO);
            }
        }
        for (slot, word) in whole.or(diff).unwrap_or_default() {
            chain.set_storage(account, slot, word);
        }
    }
    Ok(())
}

/// Applies the block overrides of `eth_call`: those that programs and bytecode can see here.
///
/// `number` is what `NUMBER` returns, which on Arbitrum is the parent chain's block.
pub(crate) fn assume_block(chain: &mut Chain, overrides: &Value) -> Answer<()> {
    for (name, value) in args::object(overrides)?.iter().filter(|(_, value)| !value.is_null()) {
        match name.as_str() {
            "number" => chain.set_l1_block(args::quantity(value)?),
            "time" | "timestamp" => chain.set_time(args::quantity(value)?),
            "baseFee" | "baseFeePerGas" => chain.set_base_fee(args::quantity(value)?),
            _ => return Err(invalid(format!("block override {} is not supported", short(name)))),
        }
    }
    Ok(())
}

pub(crate) fn slots(value: &Value) -> Answer<Vec<(U256, U256)>> {
    let slot = |(slot, word): (&String, &Value)| {
        Ok((args::word(&Value::String(slot.clone()))?, args::word(word)?))
    };
    args::object(value)?.iter().map(slot).collect()
}

/// Fields of an object, absent when null.
pub(crate) struct Fields<'a>(pub &'a Map<String, Value>);

impl Fields<'_> {
    pub(crate) fn get<T>(
        &self,
        name: &str,
        parse: impl Fn(&Value) -> Answer<T>,
    ) -> Answer<Option<T>> {
        let value = self.0.get(name).filter(|value| !value.is_null());
        value
            .map(|value| {
                parse(value).map_err(|error| invalid(format!("{name}: {}", error.message())))
            })
            .transpose()
    }
}
