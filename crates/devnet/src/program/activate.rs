//! Activation: checking a program, measuring it and recording it.
//!
//! Source: Nitro arbos/programs, `ActivateProgram`; `DataPricer`.

use alloy_primitives::{Address, B256, U256};
use revm::context_interface::{ContextTr, JournalTr};

use super::record::{self, Record};
use super::{check_fragments, fragments, load, read_word, write_word};
use crate::evm::Ctx;

/// An activation that went through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activation {
    /// Stylus version of the program.
    pub version: u16,
    /// Hash of the program's code.
    pub code_hash: B256,
    /// Fee in wei for keeping the native code.
    pub data_fee: U256,
    /// Gas that depends on the program.
    pub gas: u64,
}

/// Why an activation failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    /// The program is activated already.
    UpToDate,
    /// The account has no code.
    NotWasm,
    /// The code is no valid program, or needs more memory than is left.
    Invalid,
}

/// Activates the program at `address`.
pub(crate) fn activate(ctx: &mut Ctx, address: Address) -> Result<Activation, Refusal> {
    let now: u64 = ctx.block.timestamp.saturating_to();
    let Ok(account) = ctx.journal_mut().load_account_with_code(address);
    let code_hash = account.data.info.code_hash;
    let code =
        account.data.info.code.as_ref().map(|code| code.original_bytes()).unwrap_or_default();
    let params = ctx.chain.params.clone();

    let before = record::read(ctx, code_hash);
    if before.check_active(&params, now).is_ok() {
        return Err(Refusal::UpToDate);
    }
    if code.is_empty() {
        return Err(Refusal::NotWasm);
    }
    check_fragments(&code, &params).map_err(|_| Refusal::Invalid)?;
    let fragment_gas = read_fragments(ctx, &fragments(&code));
    let source = (code_hash, code.as_ref());
    let loaded = load(&ctx.chain.programs, &params, source, ctx).map_err(|_| Refusal::Invalid)?;
    let program = &loaded.program;
    let budget = params.page_limit.saturating_sub(ctx.chain.pages.open);
    if program.footprint > budget {
        return Err(Refusal::Invalid);
    }
    let fits = |gas: u64| u32::try_from(gas).unwrap_or(u32::MAX);
    let activated = Record {
        version: params.version,
        init_gas: fits(program.init_gas),
        cached_gas: fits(program.cached_gas),
        footprint: program.footprint,
        activated_at: record::hours(now),
        asm_kib: program.asm_estimate.div_ceil(1024),
        cached: before.cached,
    };
    record::write(ctx, code_hash, activated);
    let data_fee = price_data(ctx, program.asm_estimate, now);
    Ok(Activation {
        version: params.version,
        code_hash,
        data_fee,
        gas: program.activation_gas + fragment_gas,
    })
}

/// Warms the fragments of a program. Returns the gas for reading them: access and 3 per word.
fn read_fragments(ctx: &mut Ctx, fragments: &[Address]) -> u64 {
    let read = |fragment: &Address| {
        let Ok(account) = ctx.journal_mut().load_account_with_code(*fragment);
        let access = if account.is_cold { 2_600 } else { 100 };
        let code = account.data.info.code.as_ref();
        access + 3 * code.map_or(0, |code| code.len() as u64).div_ceil(32)
    };
    fragments.iter().map(read).sum()
}

/// Slots of the data pricer in ArbOS state. Code hashes cannot collide with such small numbers.
const DEMAND: U256 = U256::from_limbs([1, 0, 0, 0]);
const LAST_UPDATE: U256 = U256::from_limbs([2, 0, 0, 0]);

/// Wei per byte at no demand.
const MIN_PRICE: u64 = 82_928_201;
/// Bytes of demand that multiply the price by e.
const INERTIA: u64 = 21_360_419;
/// Bytes of demand that drain per second: 1 TiB a year.
const DRAIN: u64 = 34_865;
/// One, in basis points.
const BIPS: u64 = 10_000;

/// Adds `bytes` of demand and returns their price in wei.
fn price_data(ctx: &mut Ctx, bytes: u32, now: u64) -> U256 {
    let demand: u64 = read_word(ctx, DEMAND).saturating_to();
    let last: u64 = read_word(ctx, LAST_UPDATE).saturating_to();
    let drained = now.saturating_sub(last).saturating_mul(DRAIN);
    let demand = demand.saturating_sub(drained).saturating_add(u64::from(bytes));
    write_word(ctx, DEMAND, U256::from(demand));
    write_word(ctx, LAST_UPDATE, U256::from(now));

    let multiplier = exp_bips(demand.saturating_mul(BIPS) / INERTIA);
    let per_byte = MIN_PRICE.saturating_mul(multiplier) / BIPS;
    U256::from(per_byte) * U256::from(bytes)
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
