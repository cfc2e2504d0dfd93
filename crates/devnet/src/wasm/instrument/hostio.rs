//! Host functions a program may import, and their wasm types.
//!
//! Source of the facts: Nitro's crates/wasm-libraries/forward/lib.rs. Debug chains also offer
//! `console` and `debug`; this chain is not one.

use std::fmt::{self, Display};
use wasmparser::{FuncType, ValType};

/// Module every host function is imported from.
pub(super) const MODULE: &str = "vm_hooks";
/// Host function that charges for new memory pages.
pub(super) const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";

/// Name, parameters and result: `i` is i32, `l` is i64.
const HOSTIOS: [(&str, &str, &str); 42] = [
    ("account_balance", "ii", ""),
    ("account_code", "iiii", "i"),
    ("account_code_size", "i", "i"),
    ("account_codehash", "ii", ""),
    ("block_basefee", "i", ""),
    ("block_coinbase", "i", ""),
    ("block_gas_limit", "", "l"),
    ("block_number", "", "l"),
    ("block_timestamp", "", "l"),
    ("call_contract", "iiiili", "i"),
    ("chainid", "", "l"),
    ("contract_address", "i", ""),
    ("create1", "iiiii", ""),
    ("create2", "iiiiii", ""),
    ("delegate_call_contract", "iiili", "i"),
    ("emit_log", "iii", ""),
    ("evm_gas_left", "", "l"),
    ("evm_ink_left", "", "l"),
    ("exit_early", "i", ""),
    ("math_add_mod", "iii", ""),
    ("math_div", "ii", ""),
    ("math_mod", "ii", ""),
    ("math_mul_mod", "iii", ""),
    ("math_pow", "ii", ""),
    ("msg_reentrant", "", "i"),
    ("msg_sender", "i", ""),
    ("msg_value", "i", ""),
    ("native_keccak256", "iii", ""),
    (PAY_FOR_MEMORY_GROW, "i", ""),
    ("read_args", "i", ""),
    ("read_return_data", "iii", "i"),
    ("return_data_size", "", "i"),
    ("static_call_contract", "iiili", "i"),
    ("storage_cache_bytes32", "ii", ""),
    ("storage_flush_cache", "i", ""),
    ("storage_load_bytes32", "ii", ""),
    ("transient_load_bytes32", "ii", ""),
    ("transient_store_bytes32", "ii", ""),
    ("tx_gas_price", "i", ""),
    ("tx_ink_price", "", "i"),
    ("tx_origin", "i", ""),
    ("write_result", "ii", ""),
];

/// The type of host function `module.name`, if there is one.
pub(super) fn signature(module: &str, name: &str) -> Option<FuncType> {
    if module != MODULE {
        return None;
    }
    let (_, params, results) = HOSTIOS.iter().find(|(known, ..)| *known == name)?;
    Some(FuncType::new(values(params), values(results)))
}

fn values(letters: &str) -> impl Iterator<Item = ValType> {
    letters.bytes().map(|letter| match letter {
        b'l' => ValType::I64,
        _ => ValType::I32,
    })
}

/// Prints a function type as Nitro does: `λ(i32, i64) -> i32`.
pub(super) struct Pretty<'a>(pub &'a FuncType);

impl Display for Pretty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[ValType]| {
            let names: Vec<_> = types.iter().map(ValType::to_string).collect();
            names.join(", ")
        };
        write!(f, "λ({})", list(self.0.params()))?;
        if !self.0.results().is_empty() {
            write!(f, " -> {}", list(self.0.results()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(HOSTIOS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn types_are_looked_up_by_module_and_name() {
        let call = signature("vm_hooks", "call_contract").unwrap();
        assert_eq!(Pretty(&call).to_string(), "λ(i32, i32, i32, i32, i64, i32) -> i32");
        let flush = signature("vm_hooks", "storage_flush_cache").unwrap();
        assert_eq!(Pretty(&flush).to_string(), "λ(i32)");
        assert_eq!(signature("console", "log_txt"), None);
        assert_eq!(signature("env", "read_args"), None);
        assert_eq!(signature("vm_hooks", "selfdestruct"), None);
    }
}
