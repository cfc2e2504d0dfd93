//! `cargo xtask test`: everything that tests, and one line that says how it went.

use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Command, ExitCode, Stdio},
};

use crate::build::{self, root};

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
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
    println!("{} passed, {} failed", count.passed, count.failed);
    Ok(if count.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Reads `test result: ok. 12 passed; 0 failed; ...`.
    fn line(line: &str) -> Option<Self> {
        let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let number = |what: &str| {
            let part = numbers.split(';').find_map(|part| part.trim().strip_suffix(what))?;
            part.trim().parse().ok()
        };
        Some(Self { passed: number(" passed")?, failed: number(" failed")? })
    }
}

/// Runs cargo and shows what it says. A suite that cannot be built or run is one failure.
fn cargo(what: &str, folder: &Path, args: &[&str]) -> Result<Count, String> {
    println!("== {what}: cargo {}", args.join(" "));
    let failed = |error: io::Error| format!("{what}: {error}");
    let mut child = Command::new("cargo")
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
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

/// Whether the committed bytecode is what the Solidity sources compile to, where node is installed.
fn artifacts(folder: &Path) -> Count {
    let run = |program: &str, args: &[&str]| {
        let status = Command::new(program).args(args).current_dir(folder).status();
        status.is_ok_and(|status| status.success())
    };
    let here = |program| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    println!("== tests/solidity: node build.mjs --check");
    if !here("node") || !here("npm") {
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
        assert_eq!(Count::line("test engine ... ok"), None);
    }
}
