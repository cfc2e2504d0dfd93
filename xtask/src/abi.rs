//! `cargo xtask abi`: the interface as Solidity, for those who call the engine from contracts.

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Stdio},
};

use alloy_primitives::hex;
use alloy_sol_types::SolInterface;
use plimsoll_abi::IPlimsoll::IPlimsollCalls;
use serde_json::{Value, json};

use crate::{
    build::root,
    golden::Mode,
    solidity::{Argument, Interface, Item},
};

const GOLDEN: &str = "tests/golden/IPlimsoll.sol";

const HEAD: &str = "\
// SPDX-License-Identifier: MIT OR Apache-2.0
// Printed by `cargo xtask abi` from crates/abi.
pragma solidity ^0.8.20;

";

/// Runs the command.
pub fn abi(mode: Mode) -> Result<(), String> {
    let interface = Interface::read()?;
    let text = print(&interface);
    same_selectors(&interface)?;
    mode.text(GOLDEN, &text)?;
    let compiled = compile(&interface, &text)?;
    println!(
        "{} functions, {} errors, {} events; selectors are those of the types{}",
        interface.functions.len(),
        interface.errors.len(),
        interface.events.len(),
        if compiled { " and of solc" } else { "; no solc here to compile it" },
    );
    Ok(())
}

/// Fails unless the printed functions and the compiled ones are the same.
fn same_selectors(interface: &Interface) -> Result<(), String> {
    let mut printed = BTreeMap::new();
    for function in &interface.functions {
        let signature = interface.signature(function);
        if let Some(other) = printed.insert(interface.selector(function), signature.clone()) {
            return Err(format!("{signature} and {other} have the same selector"));
        }
    }
    let compiled: Vec<[u8; 4]> = IPlimsollCalls::selectors().collect();
    for selector in &compiled {
        if !printed.contains_key(selector) {
            return Err(format!("no printed function has the selector {}", hex::encode(selector)));
        }
    }
    if compiled.len() != printed.len() {
        return Err(format!("{} functions printed, {} exist", printed.len(), compiled.len()));
    }
    Ok(())
}

/// Compiles the interface, where node and the compiler are installed, and compares the selectors.
fn compile(interface: &Interface, text: &str) -> Result<bool, String> {
    let folder = root().join("tests/solidity");
    if !folder.join("node_modules/solc").exists() {
        return Ok(false);
    }
    let input = json!({
        "language": "Solidity",
        "sources": { "IPlimsoll.sol": { "content": text } },
        "settings": { "outputSelection": { "*": { "*": ["evm.methodIdentifiers"] } } },
    });
    let request = root().join("target/stylus/abi.json");
    let failed = |error: std::io::Error| error.to_string();
    fs::create_dir_all(root().join("target/stylus")).map_err(failed)?;
    fs::write(&request, input.to_string()).map_err(failed)?;
    let script = "const solc = require('solc'); const fs = require('fs');\
        console.log(solc.compile(fs.readFileSync(process.argv[1], 'utf8')))";
    let output = Command::new("node")
        .current_dir(&folder)
        .args(["-e", script])
        .arg(&request)
        .stderr(Stdio::inherit())
        .output();
    let Ok(output) = output else { return Ok(false) };
    let answer: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("solc: {error}"))?;
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    if let Some(error) = errors.first() {
        return Err(format!("solc: {}", error["formattedMessage"].as_str().unwrap_or_default()));
    }
    let methods = &answer["contracts"]["IPlimsoll.sol"]["IPlimsoll"]["evm"]["methodIdentifiers"];
    for function in &interface.functions {
        let (signature, selector) = (interface.signature(function), interface.selector(function));
        if methods[&signature].as_str() != Some(&hex::encode(selector)) {
            return Err(format!("solc has another selector for {signature}"));
        }
    }
    Ok(true)
}

/// The whole file.
fn print(interface: &Interface) -> String {
    let mut text = HEAD.to_owned();
    for item in &interface.structs {
        docs(&mut text, "", &item.docs);
        text.push_str(&format!("struct {} {{\n", item.name));
        for field in &item.arguments {
            text.push_str(&format!("    {} {};\n", field.kind, field.name));
        }
        text.push_str("}\n\n");
    }
    docs(&mut text, "", &interface.docs);
    text.push_str("interface IPlimsoll {\n");
    let mut section = "";
    for function in &interface.functions {
        if function.section != section {
            section = &function.section;
            text.push_str(&format!("    // ---- {section} ----\n\n"));
        }
        docs(&mut text, "    ", &function.docs);
        text.push_str(&declaration(interface, function));
    }
    for (heading, keyword, items) in
        [("Events", "event", &interface.events), ("Errors", "error", &interface.errors)]
    {
        text.push_str(&format!("    // ---- {heading} ----\n\n"));
        for item in items {
            docs(&mut text, "    ", &item.docs);
            let list: Vec<String> = item.arguments.iter().map(plain).collect();
            text.push_str(&format!("    {keyword} {}({});\n\n", item.name, list.join(", ")));
        }
    }
    text.truncate(text.trim_end().len());
    text.push_str("\n}\n");
    text
}

fn declaration(interface: &Interface, function: &Item) -> String {
    let located = |argument: &Argument, place: &str| {
        let structs = interface.structs.iter().any(|item| item.name == argument.kind);
        let place = match structs || argument.kind.ends_with("[]") || argument.kind == "bytes" {
            true => format!(" {place}"),
            false => String::new(),
        };
        let name = match argument.name.as_str() {
            "" => String::new(),
            name => format!(" {name}"),
        };
        format!("{}{place}{name}", argument.kind)
    };
    let list = |arguments: &[Argument], place| {
        arguments.iter().map(|argument| located(argument, place)).collect::<Vec<_>>().join(", ")
    };
    let taken = list(&function.arguments, "calldata");
    let view = if function.view { " view" } else { "" };
    let returns = match list(&function.returns, "memory").as_str() {
        "" => String::new(),
        returned => format!(" returns ({returned})"),
    };
    format!("    function {}({taken}) external{view}{returns};\n\n", function.name)
}

fn plain(argument: &Argument) -> String {
    let indexed = if argument.indexed { " indexed" } else { "" };
    format!("{}{indexed} {}", argument.kind, argument.name)
}

fn docs(text: &mut String, indent: &str, lines: &[String]) {
    for line in lines {
        // What Rust marks as code stands bare in Solidity's documentation.
        text.push_str(&format!("{indent}/// {}\n", line.replace('`', "")));
    }
}
