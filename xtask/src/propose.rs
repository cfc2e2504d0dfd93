//! `cargo xtask propose FILE.toml`: from parameters as one wants them to the calls of a proposal.
//!
//! Reads what is deployed, over JSON-RPC or from the default market on an embedded chain, says what
//! differs, refuses what breaks a bound, a step, a day or a check, rehearses the calls in order
//! where the chain takes snapshots, shows how much debt would become liquidatable, and prints the
//! calls: each by itself, and as one operation of a timelock.

mod asset;
mod chain;
mod effect;
mod file;
mod market;
mod plan;
mod terms;
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
embedded chain. What is not named stays as it is. Units are those of docs/PARAMETERS.md. What
shares a day (min_debt and rate_curve, for one) needs two proposals. A file:

";

/// A file that names everything, but for what shares a day.
const EXAMPLE: &str = "\
[engine]
address = \"0x00000000000000000000000000000000000000e0\"
rpc = \"http://127.0.0.1:8547\"

[timelock]
address = \"0x00000000000000000000000000000000000000f0\"
delay = 172800
salt = 1

[market]
rate_curve = { base = 20, kink = 85, slope = 10, jump = 15 }
outflow = 30
most_on_sale = 150000000000
outage_gap = 7

[[asset]]
id = 0
threshold = 8300
# threshold_end = 1900000000, if the ramp shall be longer than it has to be
max_ltv = 7900
cap = \"900000000000000000000000000\"
outflow = 20
loss_bound = 8000
grace = 60
depth = { value = 20000000000, impact = 200 }
terms = { chip = 20, floor = 9150 }
policy = { max_age = 1800, max_confidence = 60 }
correlation = { sigma = 600, relief = 10, codes = [0, 60, 60, 60] }
";

/// What is said where calls could not be made in order.
const NOT_REHEARSED: &str = "\
This endpoint takes no snapshots: each call was asked for by itself, and steps and days were compared
by the core's rules. Rehearse it on a fork.

";

/// Runs the command.
pub fn propose(mut args: impl Iterator<Item = OsString>) -> Result<(), String> {
    let (mut path, mut rpc) = (None, None);
    while let Some(arg) = args.next() {
        match arg.to_str().unwrap_or_default() {
            "--help" | "-h" => {
                print!("{}", help());
                return Ok(());
            }
            "--rpc" => {
                let url = args.next().ok_or("--rpc needs an address")?;
                rpc = Some(url.to_string_lossy().into_owned());
            }
            _ => path = Some(arg),
        }
    }
    let path = path.ok_or_else(help)?;
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

fn help() -> String {
    let lines: Vec<String> = EXAMPLE.lines().map(|line| format!("  {line}")).collect();
    format!("{HELP}{}\n", lines.join("\n"))
}

/// What the command prints.
fn report(chain: &mut impl Chain, engine: Address, proposal: &Proposal) -> Result<String, String> {
    let plan = Plan::of(chain, engine, proposal)?;
    let effect = Effect::of(chain, engine, &plan)?;
    let mut text = String::new();
    if plan.changes.is_empty() {
        return Ok("Nothing differs from what is deployed.\n".to_owned());
    }
    let asked = if plan.rehearsed { "the engine, in order" } else { "the engine, asked now" };
    let mut differences = Table::new(["what", "deployed", "proposed", asked]);
    for change in &plan.changes {
        for (name, old, new) in &change.parts {
            differences.row([name, old, new, &change.now]);
        }
    }
    text += &format!("Differences\n{}\n", differences.plain());
    if !plan.rehearsed {
        text += NOT_REHEARSED;
    }
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
