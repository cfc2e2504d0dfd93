//! From source to the bytes that one deploys.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use plimsoll_testkit::engine::PROGRAMS;

const TARGET: &str = "wasm32-unknown-unknown";

/// Flags of every program, in place of those in `.cargo/config.toml`, which are for `cargo stylus`.
const FLAGS: [&str; 6] = [
    // Arbitrum does not know reference types, which LLVM switches on by default.
    "-Ctarget-feature=-reference-types",
    // A stack of 32 KiB keeps a program within two pages of memory.
    "-Clink-arg=-zstack-size=32768",
    // A panic, which nothing outside can reach, stops without a message: the messages and the code
    // that formats them are a tenth of the programs. The standard library is built so, too.
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
];

/// One built program.
pub struct Program {
    pub name: &'static str,
    /// Cleaned as `cargo stylus` cleans it: no custom sections, no padded indices.
    pub wasm: Vec<u8>,
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Builds the programs into `target/stylus/NAME.wasm`.
pub fn all() -> Result<Vec<Program>, String> {
    require("target", TARGET)?;
    require("component", "rust-src")?;
    let out = root().join("target/stylus");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    PROGRAMS.into_iter().map(|name| build(name, &out)).collect()
}

/// Adds a target or a component of the toolchain when it is missing.
fn require(kind: &str, name: &str) -> Result<(), String> {
    let installed = Command::new("rustup")
        .args([kind, "list", "--installed"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("rustup: {error}"))?;
    if String::from_utf8_lossy(&installed.stdout).lines().any(|line| line == name) {
        return Ok(());
    }
    run(Command::new("rustup").args([kind, "add", name]))
}

/// The program of a name: the cargo feature that selects it; the engine's own needs none.
fn build(name: &'static str, out: &Path) -> Result<Program, String> {
    // A directory of their own, whose flags differ from everything else's.
    let target = out.join("target");
    let mut cargo = Command::new("cargo");
    // Building the standard library is not stable; the toolchain's version is pinned.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
    cargo.args(["build", "--quiet", "--locked", "--release", "--lib", "--package", "plimsoll"]);
    cargo.args(["--target", TARGET, "-Zbuild-std=std,panic_abort", "--target-dir"]).arg(&target);
    if name != PROGRAMS[0] {
        cargo.args(["--features", name]);
    }
    run(&mut cargo)?;
    let built = target.join(TARGET).join("release/plimsoll.wasm");
    let raw = fs::read(&built).map_err(|error| format!("{}: {error}", built.display()))?;
    let wasm = plimsoll_devnet::clean_wasm(&raw).map_err(|error| format!("{name}: {error}"))?;
    let path = out.join(name).with_extension("wasm");
    fs::write(&path, &wasm).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Program { name, wasm })
}

/// Runs a command in the root and fails with its name.
pub fn run(command: &mut Command) -> Result<(), String> {
    let status =
        command.current_dir(root()).status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed")) }
}
