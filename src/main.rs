//! Prints the ABI of the engine's own program for `cargo stylus export-abi`.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

#[cfg(feature = "export-abi")]
fn main() {
    plimsoll::print_from_args();
}

#[cfg(all(not(test), not(feature = "export-abi")))]
#[unsafe(no_mangle)]
pub extern "C" fn main() {}
