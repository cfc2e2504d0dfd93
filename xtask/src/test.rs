//! `cargo xtask test`: everything that tests, and one line that says how it went.
//! How runs are counted is shared with `cargo xtask interop`.

use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Command, ExitCode, Stdio},
};

use crate::build::{self, root};

/// What the property tests draw their cases from, unless `PROPTEST_RNG_SEED` says otherwise: a gate
/// that fails has to fail again. `cargo test` draws others each time.
const SEED: &str = "20261120";

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    passed: u64,
    failed: u64,
}

/// Builds the programs and runs every suite, the later ones even when an earlier one fails.
pub fn test() -> Result<ExitCode, String> {
    build::all()?;
    let mut count = Count::default();
    let root = root();
    let workspace = ["test", "--workspace", "--no-fail-fast"];
    count.add(cargo("the workspace", &root, &workspace)?);
    // Suites with a lock file of their own.
    for folder in ["tests/motsu", "tests/testvm"] {
        if root.join(folder).join("Cargo.toml").exists() {
            count.add(cargo(folder, &root.join(folder), &["test", "--no-fail-fast"])?);
        }
    }
    count.add(artifacts(&root.join("tests/solidity")));
    Ok(count.end())
}

impl Count {
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Prints the last line. Success means that something passed and nothing failed.
    pub fn end(self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Reads `test result: ok. 12 passed; 0 failed; ...`, and `cast: 12 passed, 0 failed`.
    fn line(line: &str) -> Option<Self> {
        let (_, numbers) = match line.strip_prefix("test result: ") {
            Some(result) => result.split_once(". ")?,
            None => line.split_once(": ").filter(|(_, rest)| rest.ends_with(" failed"))?,
        };
        let number = |what: &str| {
            let mut parts = numbers.split([';', ',']);
            parts.find_map(|part| part.trim().strip_suffix(what))?.parse().ok()
        };
        Some(Self { passed: number(" passed")?, failed: number(" failed")? })
    }
}

/// Runs cargo and shows what it says.
fn cargo(what: &str, folder: &Path, args: &[&str]) -> Result<Count, String> {
    let mut command = Command::new("cargo");
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        command.env("PROPTEST_RNG_SEED", SEED);
    }
    run(what, command.args(args).current_dir(folder))
}

/// Runs a suite and shows what it says. One that cannot be built or run is one failure.
pub fn run(what: &str, command: &mut Command) -> Result<Count, String> {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    println!("== {what}: {}", words.join(" "));
    let failed = |error: io::Error| format!("{what}: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut count = Count::default();
    if let Some(stdout) = child.stdout.take() {
        let mut screen = io::stdout();
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(failed)?;
            writeln!(screen, "{line}").map_err(failed)?;
            count.add(Count::line(&line).unwrap_or_default());
        }
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() && count.failed == 0 {
        println!("{what}: {status}");
        count.failed = 1;
    }
    Ok(count)
}

/// Whether there is such a program.
pub fn installed(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether the committed bytecode is what the Solidity sources compile to, where node is installed.
fn artifacts(folder: &Path) -> Count {
    let run = |program: &str, args: &[&str]| {
        let status = Command::new(program).args(args).current_dir(folder).status();
        status.is_ok_and(|status| status.success())
    };
    println!("== tests/solidity: node build.mjs --check");
    if !installed("node") || !installed("npm") {
        println!("skipped: node and npm are not installed");
        return Count::default();
    }
    if !folder.join("node_modules/solc").exists()
        && !run("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])
    {
        println!("skipped: the compiler cannot be installed");
        return Count::default();
    }
    match run("node", &["build.mjs", "--check"]) {
        true => Count { passed: 1, failed: 0 },
        false => Count { passed: 0, failed: 1 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        assert_eq!(Count::line(line), Some(Count { passed: 12, failed: 3 }));
        let line = "cast: 8 passed, 0 failed";
        assert_eq!(Count::line(line), Some(Count { passed: 8, failed: 0 }));
        assert_eq!(Count::line("test engine ... ok"), None);
        assert_eq!(Count::line("FAIL cast: send: 0 passed, not 1, failed"), None);
    }
}
