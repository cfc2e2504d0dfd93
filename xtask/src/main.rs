//! `cargo xtask`: builds, checks, goldens and the demo.

mod build;

use std::{env, process::ExitCode};

const HELP: &str = "\
cargo xtask COMMAND

  build    compile both programs to WASM, as they are deployed
";

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    let done = match command.to_str() {
        Some("build") => build::all().map(|_| ()),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown command {command:?}\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
