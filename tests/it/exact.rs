//! Exact quotients of 256-bit products: a second opinion on the core's rounding.

use alloy_primitives::U256;

pub const BPS: u128 = 10_000;
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// Seconds in a year times basis points in one.
pub const BPS_YEAR: u128 = BPS * 31_536_000;
pub const AMOUNT_MAX: u128 = (1 << 112) - 1;

/// floor(a * b / d)
pub fn floor(a: u128, b: u128, d: u128) -> u128 {
    (U256::from(a) * U256::from(b) / U256::from(d)).to()
}

/// ceil(a * b / d)
pub fn ceil(a: u128, b: u128, d: u128) -> u128 {
    (U256::from(a) * U256::from(b)).div_ceil(U256::from(d)).to()
}

/// Numbers that look drawn and never change: xorshift.
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, limit: u128) -> u128 {
        let mut next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            u128::from(self.0)
        };
        (next() << 64 | next()) % limit
    }
}
