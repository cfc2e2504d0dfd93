//! Every number the chain or the instrumentation is configured with, in one table.

/// Gas units that one step of [`StylusParams::min_init_gas`] stands for (arbos/programs/params.go).
const MIN_INIT_GAS_UNIT: u64 = 128;
/// Gas units that one step of [`StylusParams::min_cached_init_gas`] stands for (arbos/programs/params.go).
const MIN_CACHED_GAS_UNIT: u64 = 32;
/// Percent that one step of an init scalar stands for (arbos/programs/params.go).
const SCALAR_PERCENT: u64 = 2;

/// Stylus parameters. [`Default`] is ArbOS 61, which runs Stylus version 3; other releases are in
/// [`StylusParams::RELEASES`].
///
/// The first group is chain state the owner may change (arbos/programs/params.go); the second is
/// fixed by the Stylus version (crates/prover/src/programs/config.rs).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// Release of ArbOS, as releases are numbered.
    pub arbos: u64,
    /// Stylus version. Versions 2 and 3 can be instrumented.
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

/// ArbOS 61. The first release with these values is 60.
const ARBOS_61: StylusParams = StylusParams {
    arbos: 61,
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
};

/// ArbOS 51: Stylus version 2, programs in one account only, no cache of recent programs.
const ARBOS_51: StylusParams =
    StylusParams { arbos: 51, version: 2, max_wasm_size: 128 * 1024, max_fragments: 0, ..ARBOS_61 };

/// ArbOS 40 and, as far as programs go, 32: a deeper stack, which ArbOS 50 cut.
const ARBOS_40: StylusParams = StylusParams { arbos: 40, max_stack_depth: 262_144, ..ARBOS_51 };

impl Default for StylusParams {
    fn default() -> Self {
        ARBOS_61
    }
}

impl StylusParams {
    /// The releases of ArbOS that a chain can run, newest first.
    pub const RELEASES: [Self; 3] = [ARBOS_61, ARBOS_51, ARBOS_40];

    /// Parameters that a release of ArbOS starts with.
    #[must_use]
    pub fn of_release(arbos: u64) -> Option<Self> {
        Self::RELEASES.into_iter().find(|params| params.arbos == arbos)
    }

    /// The same after an upgrade to a later release, or `None` if this chain cannot run it.
    ///
    /// What the owner has set stays, but for what the release itself sets
    /// (arbos/arbosState/arbosstate.go, `UpgradeArbosVersion`).
    #[must_use]
    pub fn upgraded(&self, arbos: u64) -> Option<Self> {
        let release = Self::of_release(arbos).filter(|release| release.arbos > self.arbos)?;
        Some(Self {
            arbos,
            version: release.version,
            max_stack_depth: self.max_stack_depth.min(release.max_stack_depth),
            max_wasm_size: release.max_wasm_size,
            max_fragments: release.max_fragments,
            ..self.clone()
        })
    }

    /// Scale of the variable init gas, in percent.
    #[must_use]
    pub fn init_cost_percent(&self) -> u64 {
        u64::from(self.init_cost_scalar) * SCALAR_PERCENT
    }

    /// Sets the scale of the variable init gas, in percent, rounded up to a whole step.
    pub fn set_init_cost_percent(&mut self, percent: u64) {
        self.init_cost_scalar = steps(percent, SCALAR_PERCENT);
    }

    /// Sets the least gas of an uncached and of a cached init, rounded up to whole steps.
    pub fn set_min_init_gas(&mut self, uncached: u64, cached: u64) {
        self.min_init_gas = steps(uncached, MIN_INIT_GAS_UNIT);
        self.min_cached_init_gas = steps(cached, MIN_CACHED_GAS_UNIT);
    }

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

/// Steps of `unit` that cover `amount`, as many as fit the word.
fn steps(amount: u64, unit: u64) -> u8 {
    u8::try_from(amount.div_ceil(unit)).unwrap_or(u8::MAX)
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
    fn upgrade_keeps_what_the_owner_set() {
        let old = StylusParams { ink_price: 7, max_stack_depth: 9, ..ARBOS_40 };
        let new = old.upgraded(61).expect("a later release");
        assert_eq!(new, StylusParams { ink_price: 7, max_stack_depth: 9, ..ARBOS_61 });
        assert_eq!(ARBOS_40.upgraded(51), Some(ARBOS_51));
        assert_eq!(ARBOS_61.upgraded(60), None);
        assert_eq!(ARBOS_61.upgraded(61), None);
        assert_eq!(ARBOS_61.upgraded(62), None);
    }

    #[test]
    fn settings_round_up_to_whole_steps() {
        let mut params = StylusParams::default();
        params.set_min_init_gas(8_833, 353);
        assert_eq!((params.init_gas(0), params.cached_gas(0)), (8_960, 384));
        params.set_init_cost_percent(101);
        assert_eq!(params.init_cost_percent(), 102);
        params.set_init_cost_percent(u64::MAX);
        assert_eq!(params.init_cost_percent(), 510);
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
