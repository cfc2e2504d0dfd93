//! The numbers, as Nitro's sources have them (nitro v3.10.x; docs/DEVNET.md lists the files).

/// Ink that one gas buys.
pub const PRICE: u64 = 10_000;

// Host calls: crates/arbutil/src/pricing.rs.
pub const HOSTIO: u64 = 8_400;
pub const PTR: u64 = 5_040;
pub const EVM_API: u64 = 59_673;
pub const DIV: u64 = 20_000;
pub const MUL_MOD: u64 = 24_100;
pub const ADD_MOD: u64 = 21_000;

/// Ink for bytes that the host writes to the program.
pub fn write_price(bytes: u64) -> u64 {
    5_040 + 30 * bytes.saturating_sub(32)
}

/// Ink for bytes that the host reads from the program.
pub fn read_price(bytes: u64) -> u64 {
    16_381 + 55 * bytes.saturating_sub(32)
}

// Instructions: crates/prover/src/programs/meter.rs.
pub const HEADER: u64 = 2_450;
pub const CONST: u64 = 1;
pub const END: u64 = 1;
pub const LOOP: u64 = 1;
pub const UNREACHABLE: u64 = 1;
pub const DROP: u64 = 9;
pub const LOCAL_GET: u64 = 75;
pub const LOCAL_TEE: u64 = 75;
pub const LOCAL_SET: u64 = 210;
pub const SUB: u64 = 70;
pub const LOAD: u64 = 670;
pub const STORE: u64 = 825;
pub const LONG_STORE: u64 = 950;
pub const BR_IF: u64 = 765;
pub const CALL: u64 = 3_800;
pub const BULK: u64 = 950;
pub const BULK_BYTE: u64 = 100;
pub const GROW: u64 = 8_050;

/// The block that ends every program here: a status and the end of its body.
pub const TAIL: u64 = HEADER + CONST + END;

// The EVM: go-ethereum params, core/vm/operations_acl_arbitrum.go.
pub const TX: u64 = 21_000;
pub const COLD_SLOAD: u64 = 2_100;
pub const WARM: u64 = 100;
pub const SSTORE_NEW: u64 = 20_000;
pub const SSTORE_RESET: u64 = 2_900;
pub const COLD_ACCOUNT: u64 = 2_600;
pub const LOAD_CODE: u64 = 700;
pub const VALUE: u64 = 9_000;
pub const NEW_ACCOUNT: u64 = 25_000;
pub const STIPEND: u64 = 2_300;
pub const LOG: u64 = 375;
pub const LOG_BYTE: u64 = 8;
pub const CREATE: u64 = 32_000;
pub const HASH_WORD: u64 = 6;
pub const CODE_BYTE: u64 = 200;
/// Ink of [`EVM_API`] in whole gas: what a storage load that misses pays on top.
pub const REQUEST: u64 = 5;

/// Gas of the transaction's data: 4 per zero byte, 16 per other byte.
pub fn data_gas(data: &[u8]) -> u64 {
    data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum()
}

/// What of a module its load costs depend on.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Bytes of the module.
    pub len: u64,
    pub functions: u64,
    /// Parameters and results of the functions.
    pub type_words: u64,
    /// Globals of its own; metering adds four.
    pub globals: u64,
    /// Bytes of data segments, headers included.
    pub data: u64,
    pub pages: u64,
}

/// Gas that every call of a program pays: 11 · 32, and crates/prover/src/binary.rs, `cached_init`.
pub fn cached(sizes: Sizes) -> u64 {
    352 + sizes.functions * 13_420 / 100_000
        + sizes.type_words * 89 / 100_000
        + sizes.len * 122 / 100_000
        + (sizes.globals + 4) * 1_628 / 1_000
        + sizes.data * 75_244 / 100_000
        + sizes.pages * 5
}

/// Gas that an uncached call pays on top: 69 · 128, and the same file's `init`.
pub fn uncached(sizes: Sizes) -> u64 {
    8_832
        + sizes.functions * 8_252 / 1_000
        + sizes.type_words * 1_059 / 1_000
        + sizes.len * 1_286 / 10_000
}

/// Gas that an activation pays before it looks at the code: precompiles/ArbWasm.go, and the version,
/// the surcharge, the record and the parameters.
pub const BEFORE_CODE: u64 = 1_659_168 + 3 * 800 + 100;

/// Gas of activating a module of `len` bytes and one page that does nothing, its argument and its
/// two results included.
///
/// Instructions once metered: two of its own, a charge of 12, a frame of 12 taken and 4 to give it
/// back, and a return. One page is 2,217 µs, and a µs 28 gas.
pub fn empty_activation(len: u64) -> u64 {
    let measured = 28 * (len * 31_733 / 100_000 + 2_217 + (2 + 12 + 12 + 4 + 1) * 535 / 1_000);
    // Five words of the pricer and the fee account. Module hash, demand, time, record.
    let state = 6 * 800 + 4 * 20_000;
    // Two topics and four words.
    let log = 3 * 375 + 4 * 32 * 8;
    BEFORE_CODE + measured + state + log + 3 * 3
}

/// Gas that the EVM charges for memory, and returned data costs at least: arbos/programs/programs.go.
pub fn evm_memory(bytes: u64) -> u64 {
    let words = bytes.div_ceil(32);
    3 * words + words * words / 512
}
