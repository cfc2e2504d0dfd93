//! `cargo xtask interop`: tools that other people use, run against the node.

mod setup;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use alloy_primitives::hex;
use plimsoll_devnet::{init_code, stylus_code};

use crate::{
    build::{self, root},
    test::{self, Count, installed},
};

/// The release of `cargo stylus` that is run; the SDK that the contract uses is of the same one.
const STYLUS: &str = "0.10.10";

/// Runs the command.
///
/// `--fast` is the part that the gate runs: what installs in a minute, and where node is missing
/// only what needs none.
pub fn interop(args: impl Iterator<Item = OsString>) -> Result<ExitCode, String> {
    let fast = parse(args)?;
    let scripts = root().join("tests/interop");
    let out = root().join("target/interop");
    programs(&out)?;
    let node = node()?;
    let mut count = Count::default();
    count.add(test::run("speed", &mut speed(&node))?);
    if npm(&scripts, fast)? {
        for script in ["cast.mjs", "viem.mjs"] {
            count.add(script_of(&scripts, script, &node)?);
        }
    }
    let mut alloy = Command::new("cargo");
    alloy.args(["test", "--locked"]).current_dir(scripts.join("alloy"));
    count.add(test::run("alloy", alloy.env("PLIMSOLL_NODE", &node))?);
    if !fast {
        let bin = stylus(&out)?;
        let path = std::env::var("PATH").unwrap_or_default();
        let mut script = script_command(&scripts, "stylus.mjs", &node);
        script.env("PATH", format!("{}:{path}", bin.display()));
        count.add(test::run("stylus.mjs", &mut script)?);
    }
    Ok(count.end())
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<bool, String> {
    let mut fast = false;
    for arg in args {
        match arg.to_str() {
            Some("--fast") => fast = true,
            _ => return Err(format!("unknown argument {arg:?}: --fast is the only one")),
        }
    }
    Ok(fast)
}

/// Writes the creation code of every program, in hexadecimal, and how the engine is set up.
fn programs(out: &Path) -> Result<(), String> {
    let write = |file: PathBuf, text: String| {
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
    };
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let programs = build::all()?;
    for program in &programs {
        let code = hex::encode(init_code(&stylus_code(&program.wasm)));
        write(out.join(program.name).with_extension("hex"), code)?;
    }
    let setup = setup::setup(programs.iter().map(|program| program.name));
    write(out.join("setup.json"), format!("{setup:#}\n"))
}

/// Builds the node. Returns its path.
fn node() -> Result<PathBuf, String> {
    build::run(Command::new("cargo").args([
        "build",
        "--quiet",
        "--locked",
        "-p",
        "plimsoll-node",
    ]))?;
    Ok(root().join("target/debug/plimsoll-node"))
}

/// Measures how fast that node starts and executes, which fails below what NODE.md promises.
fn speed(node: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--locked", "-p", "plimsoll-node", "--example", "speed", "--"]);
    command.arg(node);
    command
}

/// Installs what the lock file names, unless it is there. False if that cannot be done and need
/// not be.
fn npm(scripts: &Path, fast: bool) -> Result<bool, String> {
    if !installed("node") || !installed("npm") {
        println!("skipped: cast and viem need node and npm");
        return if fast { Ok(false) } else { Err("node and npm are not installed".to_owned()) };
    }
    let changed = |file: &str| fs::metadata(scripts.join(file)).and_then(|data| data.modified());
    let done = changed("node_modules/.package-lock.json").ok();
    if done.is_some_and(|done| changed("package-lock.json").is_ok_and(|lock| lock <= done)) {
        return Ok(true);
    }
    // Not `ci`: the lock names binaries for other systems that a registry may not have.
    let mut install = Command::new("npm");
    install
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(scripts);
    match install.status() {
        Ok(status) if status.success() => Ok(true),
        _ if fast => {
            println!("skipped: cast and viem cannot be installed");
            Ok(false)
        }
        _ => Err("cast and viem cannot be installed".to_owned()),
    }
}

fn script_command(scripts: &Path, script: &str, node: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(script).current_dir(scripts).env("PLIMSOLL_NODE", node);
    if let Ok(this) = std::env::current_exe() {
        command.env("PLIMSOLL_XTASK", this);
    }
    command
}

fn script_of(scripts: &Path, script: &str, node: &Path) -> Result<Count, String> {
    test::run(script, &mut script_command(scripts, script, node))
}

/// Installs `cargo stylus`, unless it is there. Returns the folder of its program.
fn stylus(out: &Path) -> Result<PathBuf, String> {
    let folder = out.join("stylus");
    let bin = folder.join("bin");
    let version = Command::new(bin.join("cargo-stylus")).args(["stylus", "--version"]).output();
    let wanted = format!("stylus {STYLUS}");
    if version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&wanted)) {
        return Ok(bin);
    }
    let mut install = Command::new("cargo");
    install.args(["install", "cargo-stylus", "--locked", "--version", STYLUS, "--root"]);
    let build = out.join("build");
    install.arg(&folder).arg("--target-dir").arg(&build);
    build::run(&mut install)?;
    // Two gigabytes that nothing asks for again.
    fs::remove_dir_all(&build).map_err(|error| format!("{}: {error}", build.display()))?;
    Ok(bin)
}
