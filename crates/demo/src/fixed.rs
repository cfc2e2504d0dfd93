//! Fixed-point arithmetic on `u128`, with exact 256-bit intermediates.

use alloy_primitives::U256;

/// One, in WAD.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// One, in parts per million.
pub const PPM: u128 = 1_000_000;

/// `a * b / c`, rounded down. The largest `u128` when the result does not fit or `c` is zero.
pub fn mul_div_down(a: u128, b: u128, c: u128) -> u128 {
    match a.checked_mul(b) {
        _ if c == 0 => u128::MAX,
        Some(product) => product / c,
        None => {
            let wide = U256::from(a).saturating_mul(U256::from(b)) / U256::from(c);
            u128::try_from(wide).unwrap_or(u128::MAX)
        }
    }
}

/// `a * b / c`, rounded up. The largest `u128` when the result does not fit or `c` is zero.
pub fn mul_div_up(a: u128, b: u128, c: u128) -> u128 {
    if c == 0 {
        return u128::MAX;
    }
    let product = U256::from(a).saturating_mul(U256::from(b));
    u128::try_from(product.div_ceil(U256::from(c))).unwrap_or(u128::MAX)
}

/// `value` moved by `change` (WAD, signed): `value * (1 + change)`, rounded down, never below
/// zero.
pub fn scale(value: u128, change: i128) -> u128 {
    let part = mul_div_down(value, change.unsigned_abs(), WAD);
    if change < 0 { value.saturating_sub(part) } else { value.saturating_add(part) }
}

/// `to / from - 1` in WAD, rounded towards zero. Zero when `from` is zero.
pub fn change(from: u128, to: u128) -> i128 {
    if from == 0 {
        return 0;
    }
    let size = i128::try_from(mul_div_down(to.abs_diff(from), WAD, from)).unwrap_or(i128::MAX);
    if to < from { -size } else { size }
}

/// `2^(-elapsed / half_life)` in WAD, rounded down, within 40 units. Zero past 60 half-lives; one
/// without elapsed time; zero for a half-life of zero.
pub fn decay(elapsed: u64, half_life: u64) -> u128 {
    if elapsed == 0 {
        return WAD;
    }
    if half_life == 0 || elapsed / half_life >= 60 {
        return 0;
    }
    let mut result = WAD >> (elapsed / half_life);
    // The fraction of a half-life, bit by bit: each bit contributes a root of one half.
    let mut rest = u128::from(elapsed % half_life);
    let mut root = WAD / 2;
    for _ in 0..40 {
        root = (root * WAD).isqrt();
        rest *= 2;
        if rest >= u128::from(half_life) {
            rest -= u128::from(half_life);
            result = result * root / WAD;
        }
        if rest == 0 {
            break;
        }
    }
    result
}

/// Base wei for `amount` of a token with `decimals` at `price` (WAD), rounded down.
pub fn value_down(amount: u128, decimals: u8, price: u128) -> u128 {
    mul_div_down(amount, price, per_base(decimals))
}

/// Amount of a token with `decimals` that `value` base wei buys at `price` (WAD), rounded down.
pub fn amount_down(value: u128, decimals: u8, price: u128) -> u128 {
    mul_div_down(value, per_base(decimals), price)
}

/// What divides `amount * price` to give base wei.
fn per_base(decimals: u8) -> u128 {
    10u128.saturating_pow(u32::from(decimals)).saturating_mul(WAD / 10u128.pow(BASE_DECIMALS))
}

/// [`crate::BASE_DECIMALS`] as an exponent.
const BASE_DECIMALS: u32 = crate::BASE_DECIMALS as u32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mul_div_is_exact_beyond_128_bits() {
        let big = 1u128 << 100;
        assert_eq!(mul_div_down(big, big, big), big);
        assert_eq!(mul_div_down(7, 3, 2), 10);
        assert_eq!(mul_div_up(7, 3, 2), 11);
        assert_eq!(mul_div_up(big, big, big), big);
    }

    #[test]
    fn mul_div_saturates_instead_of_panicking() {
        assert_eq!(mul_div_down(1, 1, 0), u128::MAX);
        assert_eq!(mul_div_up(1, 1, 0), u128::MAX);
        assert_eq!(mul_div_down(u128::MAX, u128::MAX, 1), u128::MAX);
    }

    #[test]
    fn change_and_scale_are_inverse() {
        assert_eq!(change(200, 150), -(WAD as i128) / 4);
        assert_eq!(scale(200, change(200, 150)), 150);
        assert_eq!(scale(10, -2 * WAD as i128), 0);
        assert_eq!(change(0, 5), 0);
    }

    #[test]
    fn decay_halves_each_half_life() {
        assert_eq!(decay(0, 900), WAD);
        assert_eq!(decay(900, 900), WAD / 2);
        assert_eq!(decay(1_800, 900), WAD / 4);
        // 2^(-1/2)
        assert!(decay(450, 900).abs_diff(707_106_781_186_547_524) < 50);
        // 2^(-1/3)
        assert!(decay(300, 900).abs_diff(793_700_525_984_099_737) < 1_000_000);
        assert_eq!(decay(900 * 60, 900), 0);
        assert_eq!(decay(1, 0), 0);
    }

    #[test]
    fn decay_never_rises_with_time() {
        let values: Vec<_> = (0..4_000).map(|t| decay(t, 900)).collect();
        assert!(values.windows(2).all(|w| w[1] <= w[0]));
    }

    #[test]
    fn value_and_amount_agree() {
        // 2 WETH at 194.60 are 389.20 base; half a WBTC at 8,000 is 4,000.
        assert_eq!(value_down(2 * WAD, 18, 1_946 * WAD / 10), 389_200_000);
        assert_eq!(value_down(50_000_000, 8, 8_000 * WAD), 4_000_000_000);
        assert_eq!(amount_down(4_000_000_000, 8, 8_000 * WAD), 50_000_000);
        assert_eq!(amount_down(1, 18, 0), u128::MAX);
    }
}
