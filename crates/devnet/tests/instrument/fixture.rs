//! A program as the Rust compiler makes it, rather than one written for a test.

use crate::harness::{run_source, run_wasm};
use plimsoll_devnet::wasm::instrument::{StylusParams, instrument};
use std::{path::Path, process::Command, sync::OnceLock};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/instrument/fixture/program.rs");

/// The fixture, compiled once: two compilers would remove each other's files.
fn fixture() -> &'static [u8] {
    static FIXTURE: OnceLock<Vec<u8>> = OnceLock::new();
    FIXTURE.get_or_init(compile)
}

/// Compiles the fixture. Its table indices come out padded, which Stylus refuses, so it is written
/// anew as `cargo stylus` does.
fn compile() -> Vec<u8> {
    let wasm = Path::new(env!("CARGO_TARGET_TMPDIR")).join("instrument_fixture.wasm");
    let rustc = Command::new(option_env!("RUSTC").unwrap_or("rustc"))
        .args(["--edition=2024", "--crate-type=cdylib", "--target=wasm32-unknown-unknown"])
        .args(["-Copt-level=2", "-Cpanic=abort", "-Cstrip=symbols", "-Clink-arg=-zstack-size=8192"])
        .args([SOURCE, "-o"])
        .arg(&wasm)
        .status();
    assert!(rustc.expect("rustc runs").success(), "the fixture compiles for wasm32");
    let bytes = std::fs::read(wasm).expect("rustc wrote the fixture");
    let mut module = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    RoundtripReencoder.parse_core_module(&mut module, parser, &bytes).expect("fixture is valid");
    module.finish()
}

#[test]
fn compiled_program_runs_the_same() {
    let source = fixture();
    let params = StylusParams::default();
    let program = instrument(source, &params).unwrap_or_else(|error| panic!("{error}"));
    wasmparser::validate(&program.wasm).expect("instrumented fixture is valid");
    assert!(program.functions > 3 && program.data_bytes > 0);

    let depth = params.max_stack_depth as i32;
    for argument in [0, 1, 7, 64, 1_000] {
        let run = run_wasm(&program.wasm, argument, 1 << 50, depth);
        assert_eq!(run.result, run_source(source, argument));
        assert!(run.result.is_some());
        assert_eq!(run.stack_left, depth, "every frame is given back");
    }
}

#[test]
fn compiled_program_charges_the_same_each_time() {
    let program = instrument(fixture(), &StylusParams::default()).unwrap();
    let ink = |argument| run_wasm(&program.wasm, argument, 1 << 50, 22_000).ink_left;
    assert_eq!(ink(100), ink(100));
    assert!(ink(100) > ink(101));
}
