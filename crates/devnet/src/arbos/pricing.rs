//! The price of keeping programs' native code.
//!
//! Source: Nitro arbos/programs, `DataPricer`.

use alloy_primitives::U256;

use super::state::{ARBITRUM_START, Slot};
use super::{Done, Metered};

/// Wei per byte at no demand.
const MIN_PRICE: u64 = 82_928_201;
/// Bytes of demand that multiply the price by e.
const INERTIA: u64 = 21_360_419;
/// Bytes of demand that drain per second: 1 TiB a year.
const DRAIN: u32 = 34_865;
/// One, in basis points.
const BIPS: u64 = 10_000;

/// Adds `bytes` of demand and returns their price in wei.
///
/// Reads five words, of which three are constants here, and writes two.
pub(crate) fn price_data(state: &mut Metered<'_>, bytes: u32) -> Done<U256> {
    let now = state.now();
    let demand: u32 = state.read(Slot::DataDemand)?.saturating_to();
    let last: u64 = state.read(Slot::DataUpdated)?.saturating_to();
    state.read_constants(3)?;

    let passed = now.saturating_sub(last.max(ARBITRUM_START));
    let drained = DRAIN.saturating_mul(u32::try_from(passed).unwrap_or(u32::MAX));
    let demand = demand.saturating_sub(drained).saturating_add(bytes);
    state.write(Slot::DataDemand, U256::from(demand))?;
    state.write(Slot::DataUpdated, U256::from(now))?;

    let multiplier = exp_bips(u64::from(demand) * BIPS / INERTIA);
    let per_byte = MIN_PRICE.saturating_mul(multiplier) / BIPS;
    Ok(U256::from(per_byte.saturating_mul(u64::from(bytes))))
}

/// `e^x` in basis points, as ArbOS computes it: twelve terms of the series, rounding down.
fn exp_bips(x: u64) -> u64 {
    const TERMS: u64 = 12;
    (1..TERMS).rev().fold(BIPS.saturating_add(x / TERMS), |sum, term| {
        BIPS.saturating_add(sum.saturating_mul(x) / (term * BIPS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_is_close_to_e() {
        assert_eq!(exp_bips(0), 10_000);
        assert!((27_175..=27_183).contains(&exp_bips(10_000)), "{}", exp_bips(10_000));
    }
}
