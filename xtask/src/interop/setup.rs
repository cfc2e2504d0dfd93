//! How the engine is set up, once for every tool: transactions as JSON, with addresses that stand
//! for those of the contracts that a script deploys.

use alloy_primitives::{Address, U256, address, hex, keccak256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::IPlimsollConstructor::stylus_constructorCall;
use plimsoll_testkit::engine::{price_policy, reporter_source, usdc, whole};
use serde_json::{Map, Value, json};

/// The first three accounts of the node.
const GOVERNOR: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const GUARDIAN: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");
const REPORTER: Address = address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");

/// Stand-ins for the base token and for the collateral.
const USDC: Address = Address::repeat_byte(0xb0);
const WETH: Address = Address::repeat_byte(0xb1);

/// Stands for a program, by its place among all.
fn program(place: u8) -> Address {
    Address::repeat_byte(0xa0 | place)
}

/// The programs by name, their stand-ins, the constructor, and what the governor calls next: an
/// asset that can be deposited, borrowed against and sold.
pub fn setup<'a>(programs: impl Iterator<Item = &'a str>) -> Value {
    let names: Vec<&str> = programs.collect();
    let stands = |(place, name): (u8, &&str)| {
        ((*name).to_owned(), json!(hex::encode_prefixed(program(place))))
    };
    let mut addresses: Map<String, Value> = (0..).zip(&names).map(stands).collect();
    addresses.insert("USDC".to_owned(), json!(hex::encode_prefixed(USDC)));
    addresses.insert("WETH".to_owned(), json!(hex::encode_prefixed(WETH)));
    let (data, arguments) = constructor();
    json!({
        "programs": names,
        "addresses": addresses,
        "constructor": { "data": hex::encode_prefixed(data), "arguments": arguments },
        "calls": calls(),
    })
}

/// The constructor's call data, and its arguments as `cargo stylus deploy` takes them.
fn constructor() -> (Vec<u8>, Vec<String>) {
    let call = stylus_constructorCall {
        programs: std::array::from_fn(|place| program(place as u8 + 1)),
        governor: GOVERNOR,
        guardian: GUARDIAN,
        base: USDC,
        baseDecimals: 6,
        minDebt: U256::from(usdc(100)),
    };
    let programs = format!("[{}]", call.programs.map(|program| program.to_string()).join(","));
    let roles = [call.governor, call.guardian, call.base].map(|address| address.to_string());
    let numbers = [call.baseDecimals.to_string(), call.minDebt.to_string()];
    let arguments = [programs].into_iter().chain(roles).chain(numbers).collect();
    // The SDK hashes the constructor's name without the arguments' types.
    let selector = &keccak256("stylus_constructor()")[..4];
    ([selector, &call.abi_encode()[4..]].concat(), arguments)
}

/// What the governor calls, by name.
fn calls() -> Vec<Value> {
    let (asset, cap) = (0, U256::from(whole(1_000_000, 18)));
    vec![
        call(&abi::listAssetCall { token: WETH, decimals: 18 }),
        call(&abi::setPricePolicyCall { asset, policy: price_policy(3_600, 5_000, 100) }),
        call(&abi::setSourceCall {
            asset,
            n: 0,
            source: reporter_source(REPORTER),
            data: U256::ZERO,
        }),
        call(&abi::setThresholdCall { asset, threshold: 8_400, end: 0 }),
        call(&abi::setMaxLtvCall { asset, maxLtv: 8_000 }),
        call(&abi::setCapCall { asset, cap }),
    ]
}

fn call<C: SolCall>(call: &C) -> Value {
    let name = C::SIGNATURE.split('(').next().unwrap_or_default();
    json!({ "name": name, "data": hex::encode_prefixed(call.abi_encode()) })
}
