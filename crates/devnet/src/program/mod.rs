//! Stylus programs as accounts: their code format, activation records and calls.

mod activate;
mod code;
mod memory;
mod record;
mod run;

pub(crate) use activate::{Refusal, activate};
pub(crate) use code::{compressed_code, create_prelude, is_deployable, is_program, program_wasm};
pub(crate) use memory::page_gas;
pub(crate) use record::{ARBOS_STATE, Inactive, Record, active_record, read_word, write_word};
pub(crate) use run::{call, open_pages};
