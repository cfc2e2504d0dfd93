//! The functions that are not exact, against a library of 128 bits: a million arguments each, and
//! the places where a step of their own construction lies.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod cascade;
mod exp;
mod loss;
mod normal;
mod reference;

/// Arguments of a function, at least.
pub const POINTS: u64 = 1_000_000;

/// The same numbers every time: splitmix64.
pub struct Noise(pub u64);

impl Noise {
    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `limit`: half of them evenly, half of them with every width as likely as another.
    pub fn below(&mut self, limit: u64) -> u64 {
        let (kind, value) = (self.draw(), self.draw());
        let value = if kind & 1 == 0 { value } else { value >> (kind >> 1 & 63) };
        value % limit
    }
}
