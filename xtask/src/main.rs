//! `cargo xtask`: builds, checks, goldens and the demo.

mod abi;
mod build;
mod check;
mod demo;
mod errors;
mod golden;
mod size;
mod solidity;
mod table;
mod wasm;

use std::{env, ffi::OsString, process::ExitCode};

use golden::Mode;

const HELP: &str = "\
cargo xtask COMMAND

  build    compile the programs to WASM, as they are deployed
  demo     play a crash against them on an embedded chain (demo --help for more)
  check    prove without a network that the programs can be deployed and activated

Compared with what the repository keeps; with --bless they replace it:
  size     sizes of the programs, and what a call pays for them
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
        "check" => check::check()?,
        "demo" => return demo::demo(args),
        "errors" => errors::errors(Mode::parse(args)?)?,
        "help" | "--help" | "-h" => print!("{HELP}"),
        "size" => size::size(Mode::parse(args)?)?,
        _ => return Err(format!("unknown command {command:?}\n\n{HELP}")),
    }
    Ok(ExitCode::SUCCESS)
}
