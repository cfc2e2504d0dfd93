//! The compiled contracts of `tests/solidity`, linked in as `build.mjs` wrote them.

use alloy_primitives::hex;
use alloy_sol_types::SolConstructor;
use serde_json::Value;

macro_rules! artifacts {
    ($($name:literal),* $(,)?) => {
        /// Every artifact, by the name of its contract.
        const ARTIFACTS: &[(&str, &str)] = &[$((
            $name,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../tests/solidity/artifacts/",
                $name,
                ".json"
            )),
        )),*];
    };
}

artifacts![
    "BlockToken",
    "Caller",
    "ClampedFeed",
    "FalseToken",
    "FeeToken",
    "Feed",
    "HookToken",
    "HugeReturnToken",
    "LyingToken",
    "Market",
    "Multisig",
    "Pyth",
    "ReentrantToken",
    "RevertToken",
    "SenderFeeToken",
    "ShortToken",
    "SilentToken",
    "TakeStub",
    "Taker",
    "TimelockController",
    "Token",
    "Wallet",
];

/// The names of all contracts, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    ARTIFACTS.iter().map(|(name, _)| *name)
}

/// The creation code of a contract whose constructor takes nothing.
///
/// # Panics
/// If there is no contract of that name, as do all functions here.
pub fn init_code(name: &str) -> Vec<u8> {
    code(name, "bytecode")
}

/// The creation code of a contract with its constructor's arguments behind it, for instance
/// `init_code_with("Token", &Token::constructorCall { .. })`.
pub fn init_code_with(name: &str, arguments: &impl SolConstructor) -> Vec<u8> {
    let mut code = init_code(name);
    code.extend(arguments.abi_encode());
    code
}

/// The code that a contract has on chain. None of the contracts has immutables, so it does not
/// depend on the constructor's arguments.
pub fn deployed_code(name: &str) -> Vec<u8> {
    code(name, "deployedBytecode")
}

/// The contract's ABI, as the compiler printed it.
pub fn abi(name: &str) -> Value {
    artifact(name)["abi"].take()
}

fn code(name: &str, field: &str) -> Vec<u8> {
    let artifact = artifact(name);
    let text = artifact[field].as_str().unwrap_or_else(|| panic!("{name} has no {field}"));
    hex::decode(text).unwrap_or_else(|error| panic!("{field} of {name}: {error}"))
}

fn artifact(name: &str) -> Value {
    let (_, text) = ARTIFACTS
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("no test contract is called {name}"));
    serde_json::from_str(text).unwrap_or_else(|error| panic!("artifact of {name}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_artifact_parses() {
        for name in names() {
            let (init, deployed) = (init_code(name), deployed_code(name));
            assert!(!deployed.is_empty(), "{name}");
            assert!(init.windows(deployed.len()).any(|part| part == deployed), "{name}");
            assert!(abi(name).as_array().is_some_and(|entries| !entries.is_empty()), "{name}");
        }
    }

    #[test]
    fn every_artifact_on_disk_is_linked() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/solidity/artifacts");
        let mut found: Vec<String> = std::fs::read_dir(dir)
            .expect("the artifacts are committed")
            .map(|entry| entry.expect("readable").file_name().into_string().expect("ASCII"))
            .collect();
        found.sort();
        let linked: Vec<String> = names().map(|name| format!("{name}.json")).collect();
        assert_eq!(found, linked);
    }

    #[test]
    #[should_panic(expected = "no test contract is called Nothing")]
    fn an_unknown_name_is_named() {
        init_code("Nothing");
    }
}
