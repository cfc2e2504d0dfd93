//! `cargo xtask`: builds, checks, goldens and the demo.

mod build;
mod demo;

use std::{env, process::ExitCode};

const HELP: &str = "\
cargo xtask COMMAND

  build    compile the programs to WASM, as they are deployed
  demo     play a crash against them on an embedded chain (demo --help for more)
";

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    let done = match command.to_str() {
        Some("build") => build::all().map(|_| ExitCode::SUCCESS),
        Some("demo") => demo::demo(args),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(format!("unknown command {command:?}\n\n{HELP}")),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
