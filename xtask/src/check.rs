//! `cargo xtask check`: whether the built bytes can be deployed, without a network.
//!
//! `cargo stylus check` asks a node to activate the program. Here the embedded chain does, and on
//! top come rules that activation does not know.

use std::collections::BTreeSet;

use plimsoll_devnet::{Chain, StylusParams, alloy_primitives::Address, alloy_primitives::U256};
use plimsoll_devnet::{stylus_code, wasm::instrument};

use crate::{
    build::{self, Program},
    table::grouped,
    wasm::Facts,
};

/// What a program may export: the entry point and what a linker leaves behind.
const EXPORTS: [&str; 4] = ["user_entrypoint", "memory", "__data_end", "__heap_base"];
/// The one module that imports come from.
const HOST: &str = "vm_hooks";
/// Pages of memory that a transaction opens for free.
const FREE_PAGES: u64 = 2;

/// Runs the command.
pub fn check() -> Result<(), String> {
    let programs = build::all()?;
    let mut wrong = Vec::new();
    for program in &programs {
        wrong.extend(rules(program)?.into_iter().map(|rule| format!("{}: {rule}", program.name)));
    }
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    deploy(&programs)
}

/// The rules that a program breaks.
fn rules(program: &Program) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    // Refuses unknown imports, floating-point arithmetic and a missing or mistyped entry point.
    if let Err(error) = instrument::instrument(&program.wasm, &StylusParams::default()) {
        wrong.push(format!("cannot be activated: {error}"));
    }
    let facts = Facts::read(&program.wasm)?;
    for (module, name) in facts.imports.iter().filter(|(module, _)| module != HOST) {
        wrong.push(format!("imports {module}.{name}"));
    }
    for name in facts.exports.iter().filter(|name| !EXPORTS.contains(&name.as_str())) {
        wrong.push(format!("exports {name}"));
    }
    for name in &facts.customs {
        wrong.push(format!("has a custom section, {name}"));
    }
    if facts.pages > FREE_PAGES {
        wrong.push(format!("starts with {} pages; {FREE_PAGES} are free", facts.pages));
    }
    for function in &facts.floats {
        wrong.push(format!("function {function} uses floating point"));
    }
    for function in &facts.leaks {
        // The stack that such a function took is never given back: many calls would run out.
        wrong.push(format!("function {function} branches to its own outermost label"));
    }
    Ok(wrong)
}

/// Deploys and activates the programs on a chain of their own.
fn deploy(programs: &[Program]) -> Result<(), String> {
    let mut chain = Chain::default();
    let deployer = Address::repeat_byte(1);
    chain.fund(deployer, U256::from(10_u64.pow(19)));
    let mut hosts = BTreeSet::new();
    for Program { name, wasm } in programs {
        let deployed =
            chain.deploy_stylus(deployer, wasm).map_err(|error| format!("{name}: {error}"))?;
        if !deployed.fragments.is_empty() {
            return Err(format!("{name}: does not fit one account"));
        }
        let code = chain.code(deployed.address);
        if code != stylus_code(wasm) || !chain.is_active(deployed.address) {
            return Err(format!("{name}: is not active as deployed"));
        }
        let activation = deployed.activation.map_or(0, |receipt| receipt.gas_used);
        println!(
            "{name}: {} bytes deployed for {} gas, activated for {} gas and {} wei",
            code.len(),
            grouped(deployed.creation.gas_used),
            grouped(activation),
            deployed.data_fee,
        );
        hosts.extend(Facts::read(wasm)?.imports.into_iter().map(|(_, name)| name));
    }
    let hosts: Vec<String> = hosts.into_iter().collect();
    println!("host functions: {}", hosts.join(" "));
    println!("every rule is kept");
    Ok(())
}
