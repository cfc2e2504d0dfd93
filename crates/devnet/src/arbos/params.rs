//! Stylus parameters as words of ArbOS state.
//!
//! Source: Nitro arbos/programs, `StylusParams`: the fields and their widths are those of its word.

use std::sync::Arc;

use alloy_primitives::U256;

use super::state::{self, Slot};
use crate::evm::Ctx;
use crate::wasm::instrument::StylusParams;

/// Fields of the word, most significant first, with their bits.
type Field = (u32, fn(&StylusParams) -> u64, fn(&mut StylusParams, u64));

const FIELDS: [Field; 15] = [
    (16, |p| p.version.into(), |p, x| p.version = x as u16),
    (24, |p| p.ink_price.into(), |p, x| p.ink_price = x as u32),
    (32, |p| p.max_stack_depth.into(), |p, x| p.max_stack_depth = x as u32),
    (16, |p| p.free_pages.into(), |p, x| p.free_pages = x as u16),
    (16, |p| p.page_gas.into(), |p, x| p.page_gas = x as u16),
    (16, |p| p.page_limit.into(), |p, x| p.page_limit = x as u16),
    (8, |p| p.min_init_gas.into(), |p, x| p.min_init_gas = x as u8),
    (8, |p| p.min_cached_init_gas.into(), |p, x| p.min_cached_init_gas = x as u8),
    (8, |p| p.init_cost_scalar.into(), |p, x| p.init_cost_scalar = x as u8),
    (8, |p| p.cached_cost_scalar.into(), |p, x| p.cached_cost_scalar = x as u8),
    (16, |p| p.expiry_days.into(), |p, x| p.expiry_days = x as u16),
    (16, |p| p.keepalive_days.into(), |p, x| p.keepalive_days = x as u16),
    (16, |p| p.block_cache_size.into(), |p, x| p.block_cache_size = x as u16),
    (32, |p| p.max_wasm_size.into(), |p, x| p.max_wasm_size = x as u32),
    (8, |p| p.max_fragments.into(), |p, x| p.max_fragments = x as u8),
];

/// The word that holds what a chain's owner may change.
pub(crate) fn pack(params: &StylusParams) -> U256 {
    FIELDS.iter().fold(U256::ZERO, |word, (bits, get, _)| (word << *bits) | U256::from(get(params)))
}

/// `base` with what the words of ArbOS state say instead.
pub(crate) fn unpack(base: &StylusParams, words: [U256; 3]) -> StylusParams {
    let [mut word, activation_gas, arbos] = words;
    let mut params = base.clone();
    for (bits, _, set) in FIELDS.iter().rev() {
        let mask = (U256::from(1) << *bits) - U256::from(1);
        set(&mut params, (word & mask).saturating_to());
        word >>= *bits;
    }
    params.activation_gas = activation_gas.saturating_to();
    params.arbos = arbos.saturating_to();
    params
}

/// The words that hold them, in the order of [`unpack`].
pub(crate) const SLOTS: [Slot; 3] = [Slot::Params, Slot::ActivationGas, Slot::Version];

/// Parameters as of now, an owner's changes earlier in this transaction included.
pub(crate) fn current(ctx: &mut Ctx) -> Arc<StylusParams> {
    let words = SLOTS.map(|slot| state::read(ctx, slot));
    let chain = &mut ctx.chain;
    if chain.param_words != words {
        chain.params = Arc::new(unpack(&chain.params, words));
        chain.param_words = words;
    }
    chain.params.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_parameters_unpack_to_themselves() {
        for row in StylusParams::RELEASES {
            let mut odd = row.clone();
            (odd.ink_price, odd.page_gas, odd.expiry_days) = (0x12_3456, 0x789a, 0xbcde);
            (odd.activation_gas, odd.block_cache_size) = (u64::MAX, 0);
            let words = [pack(&odd), U256::from(odd.activation_gas), U256::from(odd.arbos)];
            assert_eq!(unpack(&StylusParams::default(), words), odd);
        }
    }
}
