//! Integer formulas for what a program costs to activate, to load and to store.
//!
//! Each term is floored on its own before it is added, as in Nitro's crates/prover/src/binary.rs
//! and crates/prover/src/programs/mod.rs; changing the order of the sums changes results.

use super::error::ActivationError;

/// What the formulas measure of a program.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    /// Functions the module defines; imports are not counted.
    pub functions: u64,
    /// Parameters plus results, summed over the defined functions.
    pub type_words: u64,
    /// Bytes of the module as deployed, decompressed.
    pub wasm_len: u64,
    /// Globals, including the four that instrumentation adds.
    pub globals: u64,
    /// Bytes the data segments carry.
    pub data_payload: u64,
    /// Bytes the data segments occupy in the module, headers included.
    pub data_encoded: u64,
    /// Bytes the element segments occupy in the module, headers included.
    pub elements_encoded: u64,
    /// Pages of initial memory.
    pub footprint: u64,
    /// Instructions over all bodies, after instrumentation.
    pub instrumented_ops: u64,
}

impl Sizes {
    /// Bytes the load cost is charged for: data and element segments with their headers.
    pub fn loaded_bytes(&self) -> u64 {
        self.data_encoded + self.elements_encoded
    }

    /// Load cost that every call pays, before the chain's minimum and scalar. In gas.
    pub fn cached_cost(&self) -> Result<u16, ActivationError> {
        let cost = part(self.functions, 13_420, 100_000)
            + part(self.type_words, 89, 100_000)
            + part(self.wasm_len, 122, 100_000)
            + part(self.globals, 1_628, 1_000)
            + part(self.loaded_bytes(), 75_244, 100_000)
            + self.footprint * 5;
        u16::try_from(cost).map_err(|_| ActivationError::CostTooHigh("cached cost"))
    }

    /// Load cost that uncached calls pay on top, before the chain's minimum and scalar. In gas.
    pub fn init_cost(&self) -> Result<u16, ActivationError> {
        let cost = part(self.functions, 8_252, 1_000)
            + part(self.type_words, 1_059, 1_000)
            + part(self.wasm_len, 1_286, 10_000);
        u16::try_from(cost).map_err(|_| ActivationError::CostTooHigh("init cost"))
    }

    /// Canonical estimate of the native code, in bytes. The activation's data fee is per byte.
    pub fn asm_estimate(&self) -> Result<u32, ActivationError> {
        let bytes = 512_000
            + part(self.functions, 996_829, 1_000)
            + part(self.type_words, 11_416, 1_000)
            + part(self.wasm_len, 62_628, 10_000);
        u32::try_from(bytes).map_err(|_| ActivationError::CostTooHigh("asm estimate"))
    }

    /// Gas of the work that activation does on this module.
    pub fn activation_gas(&self) -> u64 {
        let microseconds = part(self.wasm_len, 31_733, 100_000)
            + part(self.functions, 17_263, 100_000)
            + part(self.data_payload, 17_376, 100_000)
            + part(self.elements_encoded, 17_376, 100_000)
            + self.footprint * 2_217
            + part(self.instrumented_ops, 535, 1_000);
        microseconds * GAS_PER_MICROSECOND
    }
}

/// Gas for one microsecond of activation: 7 M gas/s, doubled for safety, at half the sync rate.
const GAS_PER_MICROSECOND: u64 = 28;

/// `count * numerator / denominator`, rounded down. Counts are bounded by the module's length,
/// so the product stays far below 2^64.
fn part(count: u64, numerator: u64, denominator: u64) -> u64 {
    count * numerator / denominator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sizes {
        Sizes {
            functions: 61,
            type_words: 168,
            wasm_len: 24_576,
            globals: 11,
            data_payload: 1_400,
            data_encoded: 1_480,
            elements_encoded: 56,
            footprint: 1,
            instrumented_ops: 30_000,
        }
    }

    #[test]
    fn cached_cost_floors_each_term() {
        // 8.18 + 0.14 + 29.98 + 17.90 + 1536 * 0.75244 = 1155.74 + 5
        assert_eq!(sample().cached_cost(), Ok(8 + 29 + 17 + 1_155 + 5));
    }

    #[test]
    fn init_cost_floors_each_term() {
        // 503.37 + 177.91 + 3160.47
        assert_eq!(sample().init_cost(), Ok(503 + 177 + 3_160));
    }

    #[test]
    fn asm_estimate_floors_each_term() {
        // 512000 + 60806.56 + 1917.88 + 153914.57
        assert_eq!(sample().asm_estimate(), Ok(512_000 + 60_806 + 1_917 + 153_914));
    }

    #[test]
    fn activation_gas_floors_microseconds() {
        // 7798.70 + 10.53 + 243.26 + 9.73 + 2217 + 16050
        let microseconds = 7_798 + 10 + 243 + 9 + 2_217 + 16_050;
        assert_eq!(sample().activation_gas(), microseconds * 28);
    }

    #[test]
    fn costs_above_sixteen_bits_are_refused() {
        let heavy = Sizes {
            data_encoded: 87_097, // 65 535.3
            ..Sizes::default()
        };
        assert_eq!(heavy.cached_cost(), Ok(65_535));
        let heavier = Sizes {
            data_encoded: 87_098, // 65 536.01
            ..Sizes::default()
        };
        assert_eq!(heavier.cached_cost(), Err(ActivationError::CostTooHigh("cached cost")));
        let long = Sizes {
            wasm_len: 509_612, // 65 536.1
            ..Sizes::default()
        };
        assert_eq!(long.init_cost(), Err(ActivationError::CostTooHigh("init cost")));
    }
}
