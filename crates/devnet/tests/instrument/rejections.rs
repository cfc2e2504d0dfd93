//! Every reason to refuse a program, but for its size.

use crate::harness::{activate, program, refusal, with_items};
use plimsoll_devnet::wasm::instrument::{ActivationError as Error, StylusParams, instrument};

/// Checks that `wat` is not even valid, for a reason that mentions `why`.
fn invalid(wat: &str, why: &str) {
    match refusal(wat) {
        Error::Invalid(reason) => assert!(reason.contains(why), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn garbage() {
    let refused = instrument(b"not wasm", &StylusParams::default()).unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)));
}

#[test]
fn other_stylus_versions() {
    for version in [0, 1, 4] {
        let params = StylusParams { version, ..StylusParams::default() };
        assert_eq!(instrument(&[], &params).unwrap_err(), Error::UnsupportedVersion(version));
    }
}

#[test]
fn disabled_proposals() {
    let op = |code: &str| program(&format!("{code} i32.const 0"));
    invalid(&op("v128.const i64x2 0 0 drop"), "SIMD");
    invalid(&op("ref.null func drop"), "reference types");
    invalid(&op("i32.const 1 i32.const 2 i32.const 0 select (result i32) drop"), "reference types");
    invalid(&op("i32.const 0 i32.atomic.load drop"), "threads");
    invalid(&op("i32.const 0 return_call 0"), "tail call");
    invalid(&op("i64.const 0 i64.const 0 i64.const 0 i64.const 0 i64.add128 drop drop"), "wide");
    invalid(&with_items("(memory 1)", "i32.const 0"), "multiple memories");
    invalid(&with_items("(table 1 funcref) (table 1 funcref)", "i32.const 0"), "table");
    invalid(r#"(module (memory (export "memory") i64 1))"#, "memory64");
    invalid(&with_items("(tag)", "i32.const 0"), "exceptions");
    let sum = "(global i32 (i32.add (i32.const 1) (i32.const 2)))";
    invalid(&with_items(sum, "i32.const 0"), "constant");
}

#[test]
fn multiple_values() {
    invalid(&with_items("(func (result i32 i32) i32.const 1 i32.const 2)", "i32.const 0"), "multi");
    invalid(&program("i32.const 0 (block (param i32) (result i32))"), "multi");
}

#[test]
fn malformed_name_section() {
    let mut wasm = wat::parse_str(program("i32.const 0")).unwrap();
    wasm.extend(b"\x00\x08\x04name\x00\x05a"); // a module name that ends early
    let refused = instrument(&wasm, &StylusParams::default()).unwrap_err();
    assert!(matches!(refused, Error::MalformedNames(_)), "{refused:?}");
}

#[test]
fn data_count_section() {
    let wat = with_items("(data $d \"x\")", "data.drop $d i32.const 0");
    assert_eq!(refusal(&wat), Error::UnsupportedSection("DataCountSection"));
}

#[test]
fn imports_other_than_functions() {
    let refused = refusal(&with_items(r#"(import "vm_hooks" "g" (global i32))"#, "i32.const 0"));
    let (module, name) = ("vm_hooks".into(), "g".into());
    assert_eq!(refused, Error::UnsupportedImport { module, name });
}

#[test]
fn inconsistent_imports() {
    let items = r#"(import "vm_hooks" "read_args" (func (param i32)))
        (import "vm_hooks" "read_args" (func (param i64)))"#;
    let (module, name) = ("vm_hooks".into(), "read_args".into());
    let refused = refusal(&with_items(items, "i32.const 0"));
    assert_eq!(refused, Error::InconsistentImports { module, name });
}

#[test]
fn export_that_shadows_an_import() {
    for export in ["read_args", "user__read_args"] {
        let items = format!(
            r#"(import "vm_hooks" "read_args" (func (param i32))) (func (export "{export}"))"#
        );
        let refused = refusal(&with_items(&items, "i32.const 0"));
        assert_eq!(refused, Error::ExportShadowsImport("read_args".into()));
    }
}

#[test]
fn reserved_names() {
    for export in ["stylus_ink_left", "a__stylus_ink_left"] {
        let items = format!(r#"(global (export "{export}") i32 (i32.const 0))"#);
        let name = "stylus_ink_left".into();
        let refused = refusal(&with_items(&items, "i32.const 0"));
        assert_eq!(refused, Error::Reserved { by: "exports", name });
    }
    let items = r#"(import "env" "stylus_x" (func))"#;
    let name = "stylus_x".into();
    let refused = refusal(&with_items(items, "i32.const 0"));
    assert_eq!(refused, Error::Reserved { by: "imports", name });
}

#[test]
fn start_function() {
    let refused = refusal(&with_items("(func $start) (start $start)", "i32.const 0"));
    assert_eq!(refused, Error::StartFunction);
    assert_eq!(refused.to_string(), "start functions not allowed");
}

#[test]
fn missing_memory() {
    let main = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
    assert_eq!(refusal(&format!("(module {main})")), Error::Missing("memory"));
    let unnamed = format!("(module (memory 1 1) {main})");
    let expected = Error::Missing("memory with export name memory");
    assert_eq!(refusal(&unnamed), expected);
    // the name alone is not enough
    let function = format!(r#"(module (memory 1 1) (func (export "memory")) {main})"#);
    assert_eq!(refusal(&function), expected);
}

#[test]
fn missing_entrypoint() {
    let expected = Error::Missing("export with name user_entrypoint");
    assert_eq!(refusal(r#"(module (memory (export "memory") 0 0))"#), expected);
    let global = r#"(module (memory (export "memory") 0 0)
        (global (export "user_entrypoint") i32 (i32.const 0)))"#;
    assert_eq!(refusal(global), expected);
}

#[test]
fn entrypoint_of_wrong_type() {
    let wat =
        r#"(module (memory (export "memory") 0 0) (func (export "user_entrypoint") (param i64)))"#;
    let found = "λ(i64)".into();
    assert_eq!(refusal(wat), Error::WrongType { name: "user_entrypoint", found });
}

#[test]
fn growing_memory_without_payment() {
    let wat = program("i32.const 0").replace("1 1)", "1 2)");
    assert_eq!(refusal(&wat), Error::Missing("import pay_for_memory_grow"));
    let mistyped = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i64)))"#;
    let wat = with_items(mistyped, "i32.const 0").replace("1 1)", "1 2)");
    let (name, found) = ("pay_for_memory_grow", "λ(i64)".into());
    assert_eq!(refusal(&wat), Error::WrongType { name, found });
}

#[test]
fn floating_point_arithmetic() {
    for (code, name) in [
        ("f32.const 1 f32.const 2 f32.add drop", "F32Add"),
        ("f64.const 1 f64.sqrt drop", "F64Sqrt"),
        ("f64.const 1 i32.trunc_sat_f64_u drop", "I32TruncSatF64U"),
        ("i64.const 1 f32.convert_i64_s drop", "F32ConvertI64S"),
    ] {
        let refused = refusal(&program(&format!("{code} i32.const 0")));
        assert_eq!(refused, Error::FloatingPoint(name.into()));
    }
}

#[test]
fn bulk_table_operations() {
    let items = "(table 1 1 funcref) (elem $e func)";
    for (code, name) in [
        ("i32.const 0 i32.const 0 i32.const 0 table.copy", "TableCopy"),
        ("i32.const 0 i32.const 0 i32.const 0 table.init $e", "TableInit"),
        ("elem.drop $e", "ElemDrop"),
    ] {
        let refused = refusal(&with_items(items, &format!("{code} i32.const 0")));
        assert_eq!(refused, Error::UnsupportedOpcode(name.into()));
    }
}

#[test]
fn unknown_imports() {
    for (module, name) in [("env", "read_args"), ("vm_hooks", "sudo"), ("console", "log_i32")] {
        let import = format!(r#"(import "{module}" "{name}" (func (param i32)))"#);
        let (module, name) = (module.into(), name.into());
        let refused = refusal(&with_items(&import, "i32.const 0"));
        assert_eq!(refused, Error::UnknownImport { module, name });
    }
}

#[test]
fn imports_of_wrong_type() {
    let refused = refusal(&with_items(
        r#"(import "vm_hooks" "msg_value" (func (param i32) (result i32)))"#,
        "i32.const 0",
    ));
    let expected = Error::ImportType {
        name: "msg_value".into(),
        expected: "λ(i32)".into(),
        found: "λ(i32) -> i32".into(),
    };
    assert_eq!(refused, expected);
}

#[test]
fn data_outside_memory() {
    let data =
        |offset: i64| with_items(&format!("(data (i32.const {offset}) \"ab\")"), "i32.const 0");
    assert!(activate(&data(65_534)).is_ok());
    assert_eq!(refusal(&data(65_535)), Error::DataOutOfBounds { offset: 65_535, size: 2 });
    assert_eq!(refusal(&data(-1)), Error::DataOutOfBounds { offset: u32::MAX, size: 2 });
}

#[test]
fn elements_outside_table() {
    let segment = |offset| {
        let items = format!("(table 4 4 funcref) (elem (i32.const {offset}) func 0 0)");
        with_items(&items, "i32.const 0")
    };
    assert!(activate(&segment(2)).is_ok());
    let expected = Error::ElementOutOfBounds { offset: 3, length: 2, table: 4 };
    assert_eq!(refusal(&segment(3)), expected);
}
