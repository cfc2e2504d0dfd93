//! Dice that fall the same way for the same seed.

pub struct Rng(u64);

impl Rng {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From zero to before `end`.
    pub fn below(&mut self, end: u128) -> u128 {
        let wide = u128::from(self.next()) << 64 | u128::from(self.next());
        if end == 0 { 0 } else { wide % end }
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: u128, high: u128) -> u128 {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, chance: u128) -> bool {
        self.below(100) < chance
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u128) as usize]
    }

    /// Up to `most`, small ones as likely as large ones.
    pub fn amount(&mut self, most: u128) -> u128 {
        let bits = u128::from(128 - most.leading_zeros());
        let bits = self.between(1, bits.max(1));
        self.below(1_u128.checked_shl(bits as u32).unwrap_or(u128::MAX)).min(most)
    }

    /// Some part of `whole`: nothing, anything or everything.
    pub fn part(&mut self, whole: u128) -> u128 {
        match self.below(10) {
            0..=2 => whole,
            3..=8 => self.below(whole + 1),
            _ => self.amount(whole),
        }
    }
}
