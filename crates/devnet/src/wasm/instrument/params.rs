//! Every number the chain or the instrumentation is configured with, in one table.

/// Gas units that one step of [`StylusParams::min_init_gas`] stands for (arbos/programs/params.go).
const MIN_INIT_GAS_UNIT: u64 = 128;
/// Gas units that one step of [`StylusParams::min_cached_init_gas`] stands for (arbos/programs/params.go).
const MIN_CACHED_GAS_UNIT: u64 = 32;
/// Percent that one step of an init scalar stands for (arbos/programs/params.go).
const SCALAR_PERCENT: u64 = 2;

/// Stylus parameters. [`Default`] is ArbOS 61, which runs Stylus version 3.
///
/// The first group is chain state the owner may change (arbos/programs/params.go); the second is
/// fixed by the Stylus version (crates/prover/src/programs/config.rs).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// Stylus version. Only version 3 can be instrumented.
    pub version: u16,
    /// Ink that one unit of gas buys.
    pub ink_price: u32,
    /// Words of stack a program starts with.
    pub max_stack_depth: u32,
    /// Memory pages a transaction may open for free.
    pub free_pages: u16,
    /// Gas per page beyond the free ones, before the exponential term.
    pub page_gas: u16,
    /// Pages that may be open at once; also the largest initial memory. Activating while pages are
    /// open lowers the budget: pass the difference.
    pub page_limit: u16,
    /// Least gas of an uncached init, in steps of 128 gas.
    pub min_init_gas: u8,
    /// Least gas of a cached init, in steps of 32 gas.
    pub min_cached_init_gas: u8,
    /// Scale of the variable init gas, in steps of 2 %.
    pub init_cost_scalar: u8,
    /// Scale of the variable cached init gas, in steps of 2 %.
    pub cached_cost_scalar: u8,
    /// Days until an activation expires.
    pub expiry_days: u16,
    /// Days before an activation may be extended.
    pub keepalive_days: u16,
    /// Code hashes remembered per block as recently run.
    pub block_cache_size: u16,
    /// Bytes a program may have after decompression. Enforced where the code is decompressed.
    pub max_wasm_size: u32,
    /// Fragments a program's code may be split into.
    pub max_fragments: u8,
    /// Gas the chain owner adds to every activation.
    pub activation_gas: u64,

    /// Gas every activation burns up front (precompiles/ArbWasm.go).
    pub activation_fixed_gas: u64,
    /// Ink for the check at the head of each basic block.
    pub basic_block_ink: u64,
    /// Ink per byte of `memory.fill`.
    pub memory_fill_ink_per_byte: u64,
    /// Ink per byte of `memory.copy`.
    pub memory_copy_ink_per_byte: u64,
    /// Pages a program may start with, whatever the chain's page limit.
    pub heap_bound_pages: u32,
    /// Words one stack frame may take.
    pub max_frame_words: u32,
    /// Values one function may hold on the operand stack at once.
    pub max_frame_contention: u16,
}

impl Default for StylusParams {
    fn default() -> Self {
        Self {
            version: 3,
            ink_price: 10_000,
            max_stack_depth: 22_000,
            free_pages: 2,
            page_gas: 1_000,
            page_limit: 128,
            min_init_gas: 69,
            min_cached_init_gas: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: 256 * 1024,
            max_fragments: 4,
            activation_gas: 0,
            activation_fixed_gas: 1_659_168,
            basic_block_ink: 2_450,
            memory_fill_ink_per_byte: 100,
            memory_copy_ink_per_byte: 100,
            heap_bound_pages: 128,
            max_frame_words: 10_240,
            max_frame_contention: 4_096,
        }
    }
}

impl StylusParams {
    /// Gas that loading a program costs when it is not cached, on top of [`Self::cached_gas`]
    /// (arbos/programs/programs.go).
    pub fn init_gas(&self, init_cost: u16) -> u64 {
        let least = u64::from(self.min_init_gas) * MIN_INIT_GAS_UNIT;
        least + scaled(init_cost, self.init_cost_scalar)
    }

    /// Gas that every call of a program costs, cached or not (arbos/programs/programs.go).
    pub fn cached_gas(&self, cached_cost: u16) -> u64 {
        let least = u64::from(self.min_cached_init_gas) * MIN_CACHED_GAS_UNIT;
        least + scaled(cached_cost, self.cached_cost_scalar)
    }
}

/// `cost` times `scalar` steps of 2 %, rounded up. Both fit sixteen bits, so nothing overflows.
fn scaled(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * u64::from(scalar) * SCALAR_PERCENT).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_gas_is_charged_for_a_free_program() {
        let params = StylusParams::default();
        assert_eq!(params.init_gas(0), 8_832);
        assert_eq!(params.cached_gas(0), 352);
    }

    #[test]
    fn default_scalars_are_one_hundred_percent() {
        let params = StylusParams::default();
        assert_eq!(params.init_gas(12_345), 8_832 + 12_345);
        assert_eq!(params.cached_gas(u16::MAX), 352 + 65_535);
    }

    #[test]
    fn scaled_gas_rounds_up() {
        let params = StylusParams {
            init_cost_scalar: 1,
            cached_cost_scalar: 255,
            ..StylusParams::default()
        };
        assert_eq!(params.init_gas(1), 8_833); // 0.02 → 1
        assert_eq!(params.cached_gas(3), 352 + 16); // 15.3 → 16
    }
}
