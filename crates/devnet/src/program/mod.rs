//! Stylus programs as accounts: their code format, activation records and calls.

mod activate;
mod code;
mod memory;
mod record;
mod run;

pub(crate) use activate::activate;
pub(crate) use code::{
    Codes, FRAGMENTS, check_fragments, compressed_code, create_prelude, fragments, is_program,
    is_stylus, load, root_code, split,
};
pub(crate) use memory::page_gas;
pub(crate) use record::{Inactive, Record, active_record};
pub(crate) use run::{call, open_pages};
