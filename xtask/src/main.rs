//! `cargo xtask`: builds, checks, goldens and the demo.

mod abi;
mod build;
mod cascade;
mod check;
mod demo;
mod errors;
mod gas;
mod goals;
mod golden;
mod histogram;
mod interop;
mod layout;
mod measure;
mod peers;
mod propose;
mod size;
mod solidity;
mod table;
mod test;
mod verdicts;
mod wasm;

use std::{env, ffi::OsString, process::ExitCode};

use golden::Mode;

const HELP: &str = "\
cargo xtask COMMAND

  build    compile the programs to WASM, as they are deployed
  demo     play a crash against them on an embedded chain (demo --help for more)
  cascade  the same with sales that move the market, with the cap on sale and without
  test     build the programs, run every suite, count what passed and failed
  interop  run cast, viem, alloy and cargo stylus against the node (--fast: without the last)
  propose  turn a file of parameters into the calls of a proposal (propose --help for more)
  check    prove without a network that the programs can be deployed and activated

Compared with what the repository keeps; with --bless they replace it:
  size     sizes of the programs, and what a call pays for them
  abi      the interface as Solidity
  errors   docs/ERRORS.md
  verdicts docs/VERDICTS.md
  layout   slots, fields, and which words a call touches: docs/STORAGE.md
  gas      what every call costs: docs/GAS.md (--json FILE writes the numbers there, too)
";

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    match run(command.to_str().unwrap_or_default(), args) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, args: impl Iterator<Item = OsString>) -> Result<ExitCode, String> {
    match command {
        "abi" => abi::abi(Mode::parse(args)?)?,
        "build" => build::all().map(|_| ())?,
        "cascade" => cascade::cascade(args)?,
        "check" => check::check()?,
        "demo" => return demo::demo(args),
        "errors" => errors::errors(Mode::parse(args)?)?,
        "layout" => layout::layout(Mode::parse(args)?)?,
        "gas" => gas::gas(args)?,
        "interop" => return interop::interop(args),
        "help" | "--help" | "-h" => print!("{HELP}"),
        "propose" => propose::propose(args)?,
        "size" => size::size(Mode::parse(args)?)?,
        "test" => return test::test(),
        "verdicts" => verdicts::verdicts(Mode::parse(args)?)?,
        _ => return Err(format!("unknown command {command:?}\n\n{HELP}")),
    }
    Ok(ExitCode::SUCCESS)
}
