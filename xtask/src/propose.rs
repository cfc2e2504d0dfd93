//! `cargo xtask propose FILE.toml`: from parameters as one wants them to the calls of a proposal.
//!
//! Reads what is deployed, over JSON-RPC or from the default market on an embedded chain, says what
//! differs, refuses what breaks a bound, a step or a check, shows how much debt would become
//! liquidatable, and prints the calls: each by itself, and as one operation of a timelock.

mod chain;
mod effect;
mod file;
mod plan;
#[cfg(test)]
mod tests;
mod timelock;

use std::{ffi::OsString, fs};

use alloy_primitives::{Address, hex};
use plimsoll_testkit::engine::{GOVERNOR, World};

use crate::{build, table::Table};
use chain::{Chain, Rpc};
use effect::Effect;
use file::Proposal;
use plan::Plan;

const HELP: &str = "\
cargo xtask propose FILE.toml [--rpc http://HOST:PORT]

Without --rpc, and without `rpc` in the file, the proposal is tried on the default market of an
embedded chain. A file:

  [engine]
  address = \"0x...\"
  rpc = \"http://127.0.0.1:8547\"

  [timelock]
  address = \"0x...\"
  delay = 172800
  salt = 1

  [market]
  rate_curve = { base = 10, kink = 80, slope = 8, jump = 10 }
  min_debt = \"100000000\"
  outflow = 30
  most_on_sale = 200000000000

  [[asset]]
  id = 0
  threshold = 8300
  threshold_end = 1800000000
  max_ltv = 7900
  cap = \"1000000000000000000000\"
  outflow = 20
  terms = { penalty = 200, floor = 9150 }

What is not named stays as it is. Units are those of docs/PARAMETERS.md.
";

/// Runs the command.
pub fn propose(mut args: impl Iterator<Item = OsString>) -> Result<(), String> {
    let (mut path, mut rpc) = (None, None);
    while let Some(arg) = args.next() {
        match arg.to_str().unwrap_or_default() {
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            "--rpc" => {
                let url = args.next().ok_or("--rpc needs an address")?;
                rpc = Some(url.to_string_lossy().into_owned());
            }
            _ => path = Some(arg),
        }
    }
    let path = path.ok_or_else(|| HELP.to_owned())?;
    let failed = |error: std::io::Error| format!("{}: {error}", path.to_string_lossy());
    let proposal = Proposal::parse(&fs::read_to_string(&path).map_err(failed)?)?;
    match rpc.or_else(|| proposal.rpc.clone()) {
        Some(url) => {
            let engine = proposal.engine.ok_or("the file names no engine.address")?;
            print!("{}", report(&mut Rpc::new(&url)?, engine, &proposal)?);
        }
        None => {
            build::all()?;
            let mut world = World::new();
            let engine = world.engine;
            print!("{}", report(&mut world, engine, &proposal)?);
        }
    }
    Ok(())
}

/// What the command prints.
fn report(chain: &mut impl Chain, engine: Address, proposal: &Proposal) -> Result<String, String> {
    let plan = Plan::of(chain, engine, proposal)?;
    let effect = Effect::of(chain, engine, &plan)?;
    let mut text = String::new();
    if plan.changes.is_empty() {
        return Ok("Nothing differs from what is deployed.\n".to_owned());
    }
    let mut differences = Table::new(["what", "deployed", "proposed", "the engine, asked now"]);
    for change in &plan.changes {
        for (name, old, new) in &change.parts {
            differences.row([name, old, new, &change.now]);
        }
    }
    text += &format!("Differences\n{}\n", differences.plain());
    text += &effect.text();
    text += "\nCalls to the engine\n";
    for change in &plan.changes {
        text += &format!("  {engine}  0x{}\n", hex::encode(&change.call));
    }
    if let Some(timelock) = &proposal.timelock {
        text += &timelock::text(timelock, engine, &plan)?;
    }
    Ok(text)
}

/// Who would call the engine: the governor that it names.
fn governor(chain: &mut impl Chain, engine: Address) -> Result<Address, String> {
    use plimsoll_abi::IPlimsoll::rolesCall;
    let roles = chain.ask(engine, rolesCall {})?;
    Ok(if roles.governor.is_zero() { GOVERNOR } else { roles.governor })
}
