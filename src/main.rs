//! Prints the ABI for `cargo stylus export-abi`, which runs this on the host.
//!
//! The interface is the golden that `cargo xtask abi` checks against `plimsoll-abi`: the tables of
//! all programs, since callers see one address.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

#[cfg(feature = "export-abi")]
fn main() {
    let wanted = std::env::args().nth(1);
    if wanted.as_deref() == Some("constructor") {
        println!(
            "constructor(address[9] programs, address governor, address guardian, address base, \
             uint8 baseDecimals, uint256 minDebt)"
        );
    } else {
        print!("{}", include_str!("../tests/golden/IPlimsoll.sol"));
    }
}

/// Nothing: the programs are built from the library.
#[cfg(all(not(test), not(feature = "export-abi")))]
#[unsafe(no_mangle)]
pub extern "C" fn main() {}
