//! Ink and gas prices of host calls. 10,000 ink buy one gas.
//!
//! Source: Nitro crates/arbutil, `pricing::hostio` and `pricing::evm_gas`.

/// Base of every host call.
pub(super) const BASE: u64 = 8_400;
/// Reading or writing one word of guest memory.
const POINTER: u64 = 13_440 - BASE;
/// Crossing into the node.
pub(super) const REQUEST: u64 = 59_673;

/// A getter that writes one word.
pub(super) const WORD_GETTER: u64 = BASE + POINTER;
/// A host call that reads or writes one word and asks the node.
pub(super) const REQUEST_ONLY: u64 = BASE + REQUEST;
/// A host call with two words and a request.
pub(super) const REQUEST_TWO_WORDS: u64 = BASE + 2 * POINTER + REQUEST;
/// A host call with two words.
pub(super) const TWO_WORDS: u64 = BASE + 2 * POINTER;
/// A call or `create1`: three words and a request.
pub(super) const CALL: u64 = BASE + 3 * POINTER + REQUEST;
/// `create2`: four words and a request.
pub(super) const CREATE2: u64 = BASE + 4 * POINTER + REQUEST;

const DIV: u64 = 20_000;
/// `math_div` and `math_mod`.
pub(super) const MATH_DIV: u64 = BASE + 3 * POINTER + DIV;
/// `math_pow`, without the price of the exponent.
pub(super) const MATH_POW: u64 = BASE + 3 * POINTER;
/// `math_add_mod`.
pub(super) const MATH_ADD_MOD: u64 = BASE + 4 * POINTER + 21_000;
/// `math_mul_mod`.
pub(super) const MATH_MUL_MOD: u64 = BASE + 4 * POINTER + 24_100;

/// Gas that must be left for a storage cache access, beyond the access it may lead to.
pub(super) const CACHE_ACCESS_GAS: u64 = 10;
/// Gas of a cold storage load.
pub(super) const COLD_SLOAD: u64 = 2_100;
/// Gas of a warm access.
pub(super) const WARM: u64 = 100;
/// Gas of a cold account access.
pub(super) const COLD_ACCOUNT: u64 = 2_600;
/// Gas that loading code costs on top of the account, for a 24,576-byte code limit.
pub(super) const LOAD_CODE: u64 = 700;
/// Gas that must be left to store.
pub(super) const SSTORE_SENTRY: u64 = 2_300;

const WORD: u64 = 32;

/// Ink for copying `bytes` out of guest memory.
pub(super) fn read(bytes: u64) -> u64 {
    16_381 + 55 * bytes.saturating_sub(WORD)
}

/// Ink for copying `bytes` into guest memory.
pub(super) fn write(bytes: u64) -> u64 {
    POINTER + 30 * bytes.saturating_sub(WORD)
}

/// Ink for hashing `bytes`.
pub(super) fn keccak(bytes: u64) -> u64 {
    121_800 + 21_000 * bytes.div_ceil(WORD).saturating_sub(2)
}

/// Ink for raising to `exponent`, big-endian.
pub(super) fn pow(exponent: &[u8; 32]) -> u64 {
    let zeros = exponent.iter().take_while(|byte| **byte == 0).count() as u64;
    3_000 + 17_500 * (33 - zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_match_the_published_sums() {
        assert_eq!(WORD_GETTER, 13_440);
        assert_eq!(TWO_WORDS, 18_480);
        assert_eq!(REQUEST_ONLY, 68_073);
        assert_eq!(REQUEST_TWO_WORDS, 78_153);
        assert_eq!(CALL, 83_193);
        assert_eq!(CREATE2, 88_233);
        assert_eq!((MATH_DIV, MATH_POW), (43_520, 23_520));
        assert_eq!((MATH_ADD_MOD, MATH_MUL_MOD), (49_560, 52_660));
    }

    #[test]
    fn variable_prices_start_beyond_their_free_part() {
        assert_eq!((read(32), read(33)), (16_381, 16_436));
        assert_eq!((write(0), write(64)), (5_040, 6_000));
        assert_eq!((keccak(64), keccak(65)), (121_800, 142_800));
        assert_eq!(pow(&[0; 32]), 20_500);
    }
}
