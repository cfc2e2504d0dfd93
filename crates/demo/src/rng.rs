//! Deterministic chance: xoshiro256** seeded through SplitMix64, integers only.

/// A generator of random numbers whose sequence depends on its seed alone.
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u64; 4],
}

/// Advances a SplitMix64 state and returns its next output.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        let mut mix = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut mix)) }
    }

    /// A sequence of its own for each `label`, so that drawing more for one purpose leaves every
    /// other purpose as it was.
    pub fn stream(seed: u64, label: &str) -> Self {
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut mix = seed;
        Self::new(split_mix(&mut mix) ^ hash)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number below `bound`; zero when `bound` is zero. Bias below `bound` / 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included; `low` when they are the wrong way round.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low);
        low + if span == u64::MAX { self.bits() } else { self.below(span + 1) }
    }

    /// True with a probability of `ppm` parts per million.
    pub fn chance(&mut self, ppm: u32) -> bool {
        self.below(1_000_000) < u64::from(ppm)
    }

    /// A normal deviate in WAD (mean 0, standard deviation 1), between -6 and 6: the sum of twelve
    /// uniforms, whose variance is exactly one.
    pub fn normal(&mut self) -> i128 {
        let sum: i128 = (0..6)
            .map(|_| self.bits())
            .map(|bits| i128::from(bits >> 32) + i128::from(bits & 0xffff_ffff))
            .sum();
        ((sum - (6 << 32)) * crate::fixed::WAD as i128) >> 32
    }

    /// One of `items`, or nothing when there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Puts `items` in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    #[test]
    fn split_mix_matches_the_published_sequence() {
        let mut state = 1_234_567;
        assert_eq!(split_mix(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(split_mix(&mut state), 3_203_168_211_198_807_973);
    }

    #[test]
    fn xoshiro_matches_the_published_sequence() {
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let first: Vec<u64> = (0..4).map(|_| rng.bits()).collect();
        assert_eq!(first, [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
    }

    #[test]
    fn same_seed_same_sequence_and_streams_differ() {
        let (mut a, mut b) = (Rng::stream(7, "keepers"), Rng::stream(7, "keepers"));
        let mut c = Rng::stream(7, "takers");
        let mut d = Rng::stream(8, "keepers");
        let (x, y) = (a.bits(), b.bits());
        assert_eq!(x, y);
        assert_ne!(x, c.bits());
        assert_ne!(x, d.bits());
    }

    #[test]
    fn bounds_hold() {
        let mut rng = Rng::new(1);
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.between(5, 5), 5);
        assert_eq!(rng.between(9, 5), 9);
        assert!((0..1_000).all(|_| (3..=6).contains(&rng.between(3, 6))));
        assert!(!rng.chance(0));
        assert!(rng.chance(1_000_000));
        assert_eq!(rng.pick::<u8>(&[]), None);
        rng.between(0, u64::MAX);
    }

    #[test]
    fn normal_has_mean_zero_and_deviation_one() {
        let mut rng = Rng::new(2);
        let n = 20_000i128;
        let draws: Vec<i128> = (0..n).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<i128>() / n;
        let ppm: i128 = 1_000_000_000_000;
        let variance = draws.iter().map(|d| (d / ppm) * (d / ppm)).sum::<i128>() / n;
        assert!(mean.unsigned_abs() < WAD / 50, "{mean}");
        assert!((950_000_000_000..1_050_000_000_000).contains(&variance), "{variance}");
    }

    #[test]
    fn shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Rng::new(3).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
