//! Parameters of a request.

use std::str::FromStr;

use alloy_primitives::{Address, B256, Bytes, U256};
use jsonrpsee::types::Params;
use serde_json::{Map, Value};

use crate::error::{Answer, invalid};

/// Parameters by position.
pub(crate) struct Args(Vec<Value>);

/// A block, as requests name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Latest,
    /// The block that is open.
    Pending,
    Number(u64),
    Hash(B256),
}

impl Args {
    pub(crate) fn new(params: &Params<'_>) -> Answer<Self> {
        match serde_json::from_str(params.as_str().unwrap_or("[]")) {
            Ok(Value::Array(values)) => Ok(Self(values)),
            Ok(Value::Null) => Ok(Self(Vec::new())),
            _ => Err(invalid("parameters must be an array")),
        }
    }

    /// A parameter that may be left out.
    pub(crate) fn optional(&self, index: usize) -> Option<&Value> {
        self.0.get(index).filter(|value| !value.is_null())
    }

    pub(crate) fn required(&self, index: usize) -> Answer<&Value> {
        self.optional(index).ok_or_else(|| invalid(format!("missing value for argument {index}")))
    }

    pub(crate) fn address(&self, index: usize) -> Answer<Address> {
        address(self.required(index)?)
    }

    pub(crate) fn hash(&self, index: usize) -> Answer<B256> {
        hash(self.required(index)?)
    }

    pub(crate) fn bytes(&self, index: usize) -> Answer<Bytes> {
        bytes(self.required(index)?)
    }

    pub(crate) fn word(&self, index: usize) -> Answer<U256> {
        word(self.required(index)?)
    }

    pub(crate) fn quantity(&self, index: usize) -> Answer<u64> {
        quantity(self.required(index)?)
    }

    /// A block; the latest if it is left out.
    pub(crate) fn block(&self, index: usize) -> Answer<At> {
        self.optional(index).map_or(Ok(At::Latest), at)
    }

    pub(crate) fn flag(&self, index: usize) -> Answer<bool> {
        match self.optional(index) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| invalid("expected true or false")),
        }
    }
}

pub(crate) fn text(value: &Value) -> Answer<&str> {
    value.as_str().ok_or_else(|| invalid(format!("expected a string, got {}", kind(value))))
}

pub(crate) fn object(value: &Value) -> Answer<&Map<String, Value>> {
    value.as_object().ok_or_else(|| invalid(format!("expected an object, got {}", kind(value))))
}

pub(crate) fn address(value: &Value) -> Answer<Address> {
    fixed(value, "address")
}

pub(crate) fn hash(value: &Value) -> Answer<B256> {
    fixed(value, "hash")
}

fn fixed<T: FromStr>(value: &Value, what: &str) -> Answer<T> {
    let text = text(value)?;
    let parsed = text.starts_with("0x").then(|| text.parse().ok()).flatten();
    parsed.ok_or_else(|| invalid(format!("{} is no {what}", short(text))))
}

pub(crate) fn bytes(value: &Value) -> Answer<Bytes> {
    fixed(value, "hex data")
}

/// A number as a hexadecimal string, or a plain JSON number as development tools send it.
pub(crate) fn word(value: &Value) -> Answer<U256> {
    if let Some(number) = value.as_u64() {
        return Ok(U256::from(number));
    }
    let text = text(value)?;
    let digits = text.strip_prefix("0x").filter(|digits| (1..=64).contains(&digits.len()));
    let parsed = digits.and_then(|digits| U256::from_str_radix(digits, 16).ok());
    parsed.ok_or_else(|| invalid(format!("{} is no hexadecimal quantity", short(text))))
}

pub(crate) fn quantity(value: &Value) -> Answer<u64> {
    u64::try_from(word(value)?).map_err(|_| invalid("quantity does not fit 64 bits"))
}

pub(crate) fn wide(value: &Value) -> Answer<u128> {
    u128::try_from(word(value)?).map_err(|_| invalid("quantity does not fit 128 bits"))
}

/// A block by tag, number, or EIP-1898 object.
pub(crate) fn at(value: &Value) -> Answer<At> {
    if let Some(fields) = value.as_object() {
        return match (fields.get("blockHash"), fields.get("blockNumber")) {
            (Some(value), None) => Ok(At::Hash(hash(value)?)),
            (None, Some(value)) => Ok(At::Number(quantity(value)?)),
            _ => Err(invalid("a block needs either blockHash or blockNumber")),
        };
    }
    match value.as_str() {
        Some("latest" | "safe" | "finalized") => Ok(At::Latest),
        Some("pending") => Ok(At::Pending),
        Some("earliest") => Ok(At::Number(0)),
        _ => Ok(At::Number(quantity(value)?)),
    }
}

/// Beginning of a text that may be long.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
