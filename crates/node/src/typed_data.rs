//! Hashes of structured data (EIP-712).

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use alloy_primitives::{B256, I256, U256, keccak256};
use serde_json::{Map, Value};

use crate::args::{self, short};
use crate::error::{Answer, invalid};
use crate::request::Fields;

/// Deepest nesting of structures and arrays.
const DEPTH: usize = 32;

/// Most structures; what one refers to is looked for in all of them.
const STRUCTURES: usize = 256;

/// Members of structures by the structure's name.
struct Types<'a> {
    all: &'a Map<String, Value>,
    /// Hashes of signatures that were needed before.
    hashes: RefCell<HashMap<String, B256>>,
}

/// The hash to sign.
pub(crate) fn hash(data: &Value) -> Answer<B256> {
    let fields = Fields(args::object(data)?);
    let part = |name: &str| {
        let part = fields.0.get(name);
        part.ok_or_else(|| invalid(format!("typed data have no {name}")))
    };
    let types = Types { all: args::object(part("types")?)?, hashes: RefCell::default() };
    if types.all.len() > STRUCTURES {
        return Err(invalid(format!("typed data have more than {STRUCTURES} types")));
    }
    let primary = args::text(part("primaryType")?)?;
    let domain = types.hash_struct("EIP712Domain", part("domain")?, 0)?;
    let mut bytes = vec![0x19, 0x01];
    bytes.extend(domain);
    if primary != "EIP712Domain" {
        bytes.extend(types.hash_struct(primary, part("message")?, 0)?);
    }
    Ok(keccak256(bytes))
}

impl<'a> Types<'a> {
    /// Names and types of a structure's members.
    fn members(&self, name: &str) -> Answer<Vec<(&'a str, &'a str)>> {
        let members = self.all.get(name).and_then(Value::as_array);
        let members = members.ok_or_else(|| invalid(format!("unknown type {}", short(name))))?;
        let member = |member: &'a Value| {
            let text = |name: &str| member.get(name).and_then(Value::as_str);
            let found = text("name").zip(text("type"));
            found.ok_or_else(|| invalid("a member needs a name and a type"))
        };
        members.iter().map(member).collect()
    }

    fn hash_struct(&self, name: &str, value: &Value, depth: usize) -> Answer<B256> {
        let fields = args::object(value)?;
        let mut bytes = self.hash_type(name)?.to_vec();
        for (member, kind) in self.members(name)? {
            let value = fields.get(member).unwrap_or(&Value::Null);
            let word = self.word(kind, value, depth + 1);
            bytes.extend(
                word.map_err(|error| invalid(format!("{}: {}", short(member), error.message())))?,
            );
        }
        Ok(keccak256(bytes))
    }

    fn hash_type(&self, name: &str) -> Answer<B256> {
        if let Some(hash) = self.hashes.borrow().get(name) {
            return Ok(*hash);
        }
        let hash = keccak256(self.encode_type(name)?);
        self.hashes.borrow_mut().insert(name.into(), hash);
        Ok(hash)
    }

    /// The structure's signature, followed by those it refers to in the order of their names.
    fn encode_type(&self, name: &str) -> Answer<String> {
        let mut others = BTreeSet::new();
        self.collect(name, &mut others)?;
        others.remove(name);
        let mut text = String::new();
        for name in [name].into_iter().chain(others) {
            let members = self.members(name)?;
            let members: Vec<_> =
                members.iter().map(|(name, kind)| format!("{kind} {name}")).collect();
            text += &format!("{name}({})", members.join(","));
        }
        Ok(text)
    }

    fn collect<'b>(&self, name: &'b str, found: &mut BTreeSet<&'b str>) -> Answer<()>
    where
        'a: 'b,
    {
        if found.insert(name) {
            for (_, kind) in self.members(name)? {
                let base = kind.split('[').next().unwrap_or_default();
                if self.all.contains_key(base) {
                    self.collect(base, found)?;
                }
            }
        }
        Ok(())
    }

    /// A value as one word.
    fn word(&self, kind: &str, value: &Value, depth: usize) -> Answer<B256> {
        if depth > DEPTH {
            return Err(invalid("typed data are nested too deeply"));
        }
        if let Some((item, length)) = kind.strip_suffix(']').and_then(|kind| kind.rsplit_once('['))
        {
            let items = value.as_array().ok_or_else(|| invalid("expected an array"))?;
            if !length.is_empty() && length.parse() != Ok(items.len()) {
                return Err(invalid(format!("expected {} items", short(length))));
            }
            let words = items.iter().map(|value| self.word(item, value, depth + 1));
            let words = words.collect::<Answer<Vec<_>>>()?;
            return Ok(keccak256(words.concat()));
        }
        if self.all.contains_key(kind) {
            // A structure that is not there is a word of zeros.
            return match value {
                Value::Null => Ok(B256::ZERO),
                value => self.hash_struct(kind, value, depth),
            };
        }
        atom(kind, value)
    }
}

/// A value of an elementary type.
fn atom(kind: &str, value: &Value) -> Answer<B256> {
    let bits = |prefix: &str, unit: usize, most: usize| {
        let size = kind.strip_prefix(prefix)?;
        let size = if size.is_empty() && unit == 8 { most } else { size.parse().ok()? };
        (size > 0 && size <= most && size % unit == 0).then_some(size)
    };
    match kind {
        "string" => return Ok(keccak256(args::text(value)?)),
        "bytes" => return Ok(keccak256(args::bytes(value)?)),
        "address" => return Ok(args::address(value)?.into_word()),
        "bool" => {
            let value = value.as_bool().ok_or_else(|| invalid("expected true or false"))?;
            return Ok(B256::with_last_byte(value.into()));
        }
        _ => {}
    }
    if let Some(length) = bits("bytes", 1, 32) {
        let bytes = args::bytes(value)?;
        if bytes.len() != length {
            return Err(invalid(format!("expected {length} bytes")));
        }
        return Ok(B256::right_padding_from(&bytes));
    }
    if let Some(bits) = bits("uint", 8, 256) {
        let number = unsigned(value)?;
        let fits = number.bit_len() <= bits;
        return fits.then(|| number.into()).ok_or_else(|| invalid("number is too large"));
    }
    if let Some(bits) = bits("int", 8, 256) {
        let number = signed(value)?;
        let magnitude = if number.is_negative() { !number } else { number };
        let fits = magnitude.into_raw().bit_len() < bits;
        return fits
            .then(|| number.into_raw().into())
            .ok_or_else(|| invalid("number is too large"));
    }
    Err(invalid(format!("unknown type {}", short(kind))))
}

/// A number, or its decimal or hexadecimal digits.
fn unsigned(value: &Value) -> Answer<U256> {
    match value {
        Value::String(text) if !text.starts_with("0x") => {
            U256::from_str_radix(text, 10).map_err(|_| invalid("expected a number"))
        }
        value => args::word(value),
    }
}

fn signed(value: &Value) -> Answer<I256> {
    if let Some(number) = value.as_i64() {
        return I256::try_from(number).map_err(|_| invalid("number is too large"));
    }
    let (digits, is_negative) = match value.as_str().and_then(|text| text.strip_prefix('-')) {
        Some(digits) => (unsigned(&Value::String(digits.into()))?, true),
        None => (unsigned(value)?, false),
    };
    let sign = if is_negative {
        alloy_primitives::Sign::Negative
    } else {
        alloy_primitives::Sign::Positive
    };
    I256::checked_from_sign_and_abs(sign, digits).ok_or_else(|| invalid("number is too large"))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::b256;
    use serde_json::json;

    use super::*;

    /// The example of EIP-712.
    fn mail() -> Value {
        serde_json::from_str(include_str!("../tests/eip712.json")).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_has_its_hash() {
        let expected = b256!("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
        assert_eq!(hash(&mail()).expect("hash"), expected);
    }

    #[test]
    fn what_a_type_does_not_allow_is_refused() {
        let word = |kind: &str, value: Value| atom(kind, &value).ok();
        assert_eq!(word("uint8", json!(255)), Some(B256::with_last_byte(255)));
        assert_eq!(word("uint8", json!("256")), None);
        assert_eq!(word("int8", json!(-128)), Some(B256::from(I256::MINUS_ONE.into_raw() << 7)));
        assert_eq!(word("int8", json!(-129)), None);
        assert_eq!(word("int8", json!(127)), Some(B256::with_last_byte(127)));
        assert_eq!(word("int8", json!(128)), None);
        assert_eq!(word("bytes2", json!("0x0102")), Some(B256::right_padding_from(&[1, 2])));
        assert_eq!(word("bytes2", json!("0x01")), None);
        assert_eq!(word("uint7", json!(1)), None);
        assert_eq!(word("bytes33", json!("0x")), None);
        assert_eq!(word("Nobody", json!({})), None);
    }
}
