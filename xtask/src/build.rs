//! From source to the bytes that one deploys.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The deployables: name, and the cargo feature that makes its entry point the program's.
const PROGRAMS: [(&str, &[&str]); 2] =
    [("engine", &[]), ("extension", &["--features", "extension"])];

const TARGET: &str = "wasm32-unknown-unknown";

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

/// Builds both programs into `target/stylus/NAME.wasm`.
pub fn all() -> Result<Vec<Program>, String> {
    require_target()?;
    let out = root().join("target/stylus");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    PROGRAMS.iter().map(|(name, features)| build(name, features, &out)).collect()
}

/// Adds the Rust target when it is missing.
fn require_target() -> Result<(), String> {
    let installed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("rustup: {error}"))?;
    if String::from_utf8_lossy(&installed.stdout).lines().any(|line| line == TARGET) {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", TARGET]))
}

fn build(name: &'static str, features: &[&str], out: &Path) -> Result<Program, String> {
    // A directory of its own: the two builds differ in features and would evict each other.
    let target = root().join("target/stylus").join(name);
    run(Command::new("cargo")
        .args(["build", "--quiet", "--locked", "--release", "--lib", "--package", "plimsoll"])
        .args(["--target", TARGET])
        .args(features)
        .arg("--target-dir")
        .arg(&target))?;
    let built = target.join(TARGET).join("release/plimsoll.wasm");
    let raw = fs::read(&built).map_err(|error| format!("{}: {error}", built.display()))?;
    let wasm = plimsoll_devnet::clean_wasm(&raw).map_err(|error| format!("{name}: {error}"))?;
    let path = out.join(name).with_extension("wasm");
    fs::write(&path, &wasm).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Program { name, wasm })
}

/// Runs a command in the root and fails with its name.
pub fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .current_dir(root())
        .status()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed")) }
}
