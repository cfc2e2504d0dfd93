//! `cargo xtask demo`: builds the programs and plays a crash against them.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use plimsoll_demo::cli::{self, Command, Options};
use plimsoll_demo::text::Progress;
use plimsoll_demo::{Course, Error, report};
use plimsoll_testkit::engine::Programs;

use crate::build;

/// Runs the command. Success means that every check held.
pub fn demo(args: impl Iterator<Item = OsString>) -> Result<ExitCode, String> {
    match cli::parse(args).map_err(|error| error.to_string())? {
        Command::Help => print(cli::HELP).map(|()| ExitCode::SUCCESS),
        Command::Run(options) => run(&options),
    }
}

fn run(options: &Options) -> Result<ExitCode, String> {
    // What can go wrong goes wrong now rather than after the build or the run.
    let course = Course::new(options).map_err(|error| error.to_string())?;
    if let Some(file) = &options.report {
        report::probe(file).map_err(|error| Error::Report(file.clone(), error).to_string())?;
    }
    let programs = Programs::from_wasm(build::all()?.into_iter().map(|program| program.wasm))?;
    let mut progress: Option<Progress<io::Stdout>> = None;
    let mut on_progress = |done: u64, total: u64, note: &str| {
        progress.get_or_insert_with(|| Progress::stdout(total)).set(done, note);
    };
    let outcome = plimsoll_demo::play(options, &course, Arc::new(programs), &mut on_progress)
        .map_err(|error| error.to_string())?;
    if let Some(mut progress) = progress {
        progress.finish("Played");
    }
    print(&format!("\n{}", outcome.account))?;
    if let Some(file) = &options.report {
        let written = report::write(file, &outcome.data);
        written.map_err(|error| Error::Report(file.clone(), error).to_string())?;
        print(&format!("\nReport written to {}\n", file.display()))?;
    }
    if outcome.wrong.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "error: checks that failed: {}; the first: {}",
        outcome.wrong.len(),
        outcome.wrong[0]
    );
    Ok(ExitCode::FAILURE)
}

/// Prints; a reader that went away is no error.
fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}
