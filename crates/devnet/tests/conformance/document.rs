//! The tables of docs/DEVNET.md hold for the code.

use std::fs;
use std::path::Path;

use plimsoll_devnet::alloy_primitives::{Address, Bytes, keccak256};
use plimsoll_devnet::{NITRO_DEV_ACCOUNT, Outcome, StylusParams, Tx};

use crate::paper::*;
use crate::rig::{HOOKS, Rig, ether, word};

/// Rows of the table between two marks, as cells without backticks and commas.
fn table(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/DEVNET.md");
    let text = fs::read_to_string(path).expect("docs/DEVNET.md");
    let (_, rest) = text.split_once(&format!("<!-- {name} -->")).expect("the table");
    let (table, _) = rest.split_once(&format!("<!-- /{name} -->")).expect("its end");
    let rows = table.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| row.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect();
    rows.map(cells).collect()
}

fn number(cell: &str) -> u64 {
    cell.replace(',', "").parse().unwrap_or_else(|_| panic!("{cell} is no number"))
}

/// Base ink from its parts: pointers, and what else.
fn base_ink(name: &str) -> u64 {
    match name {
        "exit_early" | "pay_for_memory_grow" => 0,
        "native_keccak256" => 121_800,
        "storage_load_bytes32" | "storage_cache_bytes32" => HOSTIO + 2 * PTR,
        "storage_flush_cache" | "read_return_data" | "emit_log" => HOSTIO + EVM_API,
        "account_code" | "account_code_size" => HOSTIO + EVM_API,
        "transient_load_bytes32" | "transient_store_bytes32" => HOSTIO + 2 * PTR + EVM_API,
        "account_balance" | "account_codehash" => HOSTIO + 2 * PTR + EVM_API,
        "create2" => HOSTIO + 4 * PTR + EVM_API,
        "create1" => HOSTIO + 3 * PTR + EVM_API,
        name if name.ends_with("call_contract") => HOSTIO + 3 * PTR + EVM_API,
        "math_div" | "math_mod" => HOSTIO + 3 * PTR + DIV,
        "math_pow" => HOSTIO + 3 * PTR,
        "math_add_mod" => HOSTIO + 4 * PTR + ADD_MOD,
        "math_mul_mod" => HOSTIO + 4 * PTR + MUL_MOD,
        "block_basefee" | "block_coinbase" | "contract_address" | "msg_sender" | "msg_value"
        | "tx_gas_price" | "tx_origin" => HOSTIO + PTR,
        _ => HOSTIO,
    }
}

#[test]
fn host_calls_are_all_there_with_their_base_ink() {
    let rows = table("host calls");
    let names: Vec<String> = rows.iter().map(|row| row[0].replace('`', "")).collect();
    for (name, row) in names.iter().zip(&rows) {
        assert_eq!(number(&row[1]), base_ink(name), "{name}");
    }
    for (hook, _) in HOOKS {
        assert!(names.iter().any(|name| name == hook), "{hook} is missing");
    }
    assert_eq!(names.len(), HOOKS.len() + 1);
}

#[test]
fn releases_have_the_parameters_of_the_table() {
    let rows = table("releases");
    for (column, params) in StylusParams::RELEASES.iter().enumerate() {
        let values: [(&str, u64); 16] = [
            ("version", params.version.into()),
            ("ink_price", params.ink_price.into()),
            ("max_stack_depth", params.max_stack_depth.into()),
            ("free_pages", params.free_pages.into()),
            ("page_gas", params.page_gas.into()),
            ("page_limit", params.page_limit.into()),
            ("min_init_gas", params.min_init_gas.into()),
            ("min_cached_init_gas", params.min_cached_init_gas.into()),
            ("init_cost_scalar", params.init_cost_scalar.into()),
            ("cached_cost_scalar", params.cached_cost_scalar.into()),
            ("expiry_days", params.expiry_days.into()),
            ("keepalive_days", params.keepalive_days.into()),
            ("block_cache_size", params.block_cache_size.into()),
            ("max_wasm_size", params.max_wasm_size.into()),
            ("max_fragments", params.max_fragments.into()),
            ("activation_gas", params.activation_gas),
        ];
        let stated: Vec<(String, u64)> =
            rows.iter().map(|row| (row[0].replace('`', ""), number(&row[1 + column]))).collect();
        let values = values.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(stated, values, "ArbOS {}", params.arbos);
    }
}

/// A method that is not there reverts without data and takes all gas. To its owner ArbOwner leaves
/// the gas, and nothing else fails there without data but removing who is no member.
#[test]
fn contracts_answer_the_methods_of_the_table() {
    const LIMIT: u64 = 4_000_000;
    const ARB_OWNER: u8 = 0x70;
    let mut rig = Rig::new();
    rig.chain.fund(NITRO_DEV_ACCOUNT, ether(1));
    let mut exists = |last: u8, signature: &str| {
        let data = [&keccak256(signature)[..4], &[word(1); 3].concat()].concat();
        let contract = Address::with_last_byte(last);
        let tx = Tx::call(NITRO_DEV_ACCOUNT, contract, data).gas(LIMIT);
        let receipt = rig.chain.simulate(tx).expect("valid call");
        let is_empty = receipt.status == Outcome::Revert { output: Bytes::new() };
        let keeps = if last == ARB_OWNER {
            signature.starts_with("remove")
        } else {
            receipt.gas_used < LIMIT
        };
        !is_empty || keeps
    };
    let mut count = 0;
    for row in table("methods") {
        let last = row[0].rsplit("0x").next().expect("an address").trim_end_matches('`');
        let last = u8::from_str_radix(last, 16).expect("a byte");
        assert!(!exists(last, "nothing()"), "{last:#x}");
        for signature in row[1].split('`').filter(|part| part.contains('(')) {
            assert!(exists(last, signature), "{signature} of {last:#x}");
            count += 1;
        }
    }
    assert_eq!(count, 105);
}
