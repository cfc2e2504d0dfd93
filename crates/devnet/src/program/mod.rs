//! Stylus programs as accounts: their code format, activation records and calls.

mod activate;
mod code;
mod memory;
mod record;
mod run;

pub(crate) use activate::{Refusal, activate};
pub(crate) use code::{
    Codes, check_fragments, compressed_code, create_prelude, fragments, is_deployable, is_program,
    load, root_code, split,
};
pub(crate) use memory::page_gas;
pub(crate) use record::{ARBOS_STATE, Inactive, Record, active_record, read_word, write_word};
pub(crate) use run::{call, open_pages};
