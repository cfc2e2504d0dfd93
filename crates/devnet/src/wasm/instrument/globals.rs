//! The four globals that instrumentation adds behind the program's own.

use wasmparser::Operator;

/// Export name of the ink left, an i64.
pub const INK_LEFT: &str = "stylus_ink_left";
/// Export name of the ink status, an i32: 1 once ink has run out.
pub const INK_STATUS: &str = "stylus_ink_status";
/// Export name of the stack words left, an i32: 0 once the stack has run out.
pub const STACK_LEFT: &str = "stylus_stack_left";

/// Indices of the added globals, in the order Nitro adds them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Globals {
    /// Ink left, i64.
    pub ink: u32,
    /// Ink status, i32.
    pub status: u32,
    /// Holds an i32 operand while it is being charged for. Not exported.
    pub scratch: u32,
    /// Stack words left, i32.
    pub stack: u32,
}

impl Globals {
    /// How many globals are added.
    pub const COUNT: u32 = 4;

    /// Places the globals behind the module's `own`.
    pub fn behind(own: u32) -> Self {
        Self { ink: own, status: own + 1, scratch: own + 2, stack: own + 3 }
    }
}

pub(super) fn get(global_index: u32) -> Operator<'static> {
    Operator::GlobalGet { global_index }
}

pub(super) fn set(global_index: u32) -> Operator<'static> {
    Operator::GlobalSet { global_index }
}
