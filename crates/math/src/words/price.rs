//! Words of a price's sources, of what is believed of them, and of an outage.

use alloy_primitives::{Address, U256};

use crate::{
    Result,
    bits::{Reader, Writer, low_8, low_16, low_32},
};

/// What is believed of an asset's sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PricePolicy {
    /// Seconds from observation to staleness. 24 bits.
    pub max_age: u32,
    /// A move up to this is never a jump, bps of the stored price.
    pub step: u16,
    /// Standard deviations beyond which a move is a jump, tenths.
    pub sigmas: u8,
    /// Widest confidence of a valid price, bps.
    pub max_confidence: u16,
    /// Families that must agree. 4 bits.
    pub quorum: u8,
    /// Seconds in which a reading loses half its weight; zero means never.
    pub half_life: u16,
    /// A reading up to this far from the median is never an outlier, bps of the median.
    pub outlier: u16,
    /// Seconds in which the moving average comes half way; zero means that it is the price.
    pub ema_half_life: u16,
    /// Bit n: the asset has a source n. 5 bits.
    pub sources: u8,
}

impl PricePolicy {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(24, self.max_age.into())
            .put(16, self.step.into())
            .put(8, self.sigmas.into())
            .put(16, self.max_confidence.into())
            .put(4, self.quorum.into())
            .put(16, self.half_life.into())
            .put(16, self.outlier.into())
            .put(16, self.ema_half_life.into())
            .put(5, self.sources.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            max_age: low_32(word.take(24)),
            step: low_16(word.take(16)),
            sigmas: low_8(word.take(8)),
            max_confidence: low_16(word.take(16)),
            quorum: low_8(word.take(4)),
            half_life: low_16(word.take(16)),
            outlier: low_16(word.take(16)),
            ema_half_life: low_16(word.take(16)),
            sources: low_8(word.take(5)),
        }
    }
}

/// Where readings come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The feed, or the reporter. Zero means that there is no source.
    pub address: Address,
    /// What it is: [`Source::FEED`], [`Source::PYTH`] or [`Source::REPORTER`]. 3 bits.
    pub kind: u8,
    /// Decimals of a feed's answers.
    pub decimals: u8,
    /// Sources of one provider or one venue are one family.
    pub family: u8,
    /// Weight of a reading of this second, from one.
    pub weight: u8,
    /// Derived, capped or a fallback: it may stop new risk and never moves the price.
    pub secondary: bool,
    /// A feed whose answers have bounds: read them.
    pub bounded: bool,
}

impl Source {
    /// A contract with Chainlink's `latestRoundData`.
    pub const FEED: u8 = 0;
    /// A contract with Pyth's `getPriceUnsafe`.
    pub const PYTH: u8 = 1;
    /// An account that pushes its readings.
    pub const REPORTER: u8 = 2;

    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put_address(self.address)
            .put(3, self.kind.into())
            .put(8, self.decimals.into())
            .put(8, self.family.into())
            .put(8, self.weight.into())
            .put(1, self.secondary.into())
            .put(1, self.bounded.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            address: word.take_address(),
            kind: low_8(word.take(3)),
            decimals: low_8(word.take(8)),
            family: low_8(word.take(8)),
            weight: low_8(word.take(8)),
            secondary: word.take(1) == 1,
            bounded: word.take(1) == 1,
        }
    }
}

/// A feed's bounds, both exclusive, in its own units: what it answers at or beyond one is clamped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The lower.
    pub min: u128,
    /// The upper; zero means none.
    pub max: u128,
}

impl Bounds {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new().put(128, self.min).put(128, self.max).finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { min: word.take(128), max: word.take(128) }
    }
}

/// What a reporter said last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// WAD base tokens for a whole collateral token. 92 bits.
    pub price: u128,
    /// Half the width of the interval that it is said to lie in, WAD. 92 bits.
    pub confidence: u128,
    /// When it was observed; zero means never.
    pub time: u32,
}

impl Report {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(92, self.price)
            .put(92, self.confidence)
            .put(32, self.time.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { price: word.take(92), confidence: word.take(92), time: low_32(word.take(32)) }
    }
}

/// The window after an outage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// A feed that says whether the sequencer is up; zero means none.
    pub feed: Address,
    /// The last second of the newest window.
    pub until: u32,
    /// When that window opened; zero means that there was none.
    pub opened_at: u32,
    /// When the governor last changed the gap or the feed.
    pub set_at: u32,
}

impl Outage {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put_address(self.feed)
            .put(32, self.until.into())
            .put(32, self.opened_at.into())
            .put(32, self.set_at.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            feed: word.take_address(),
            until: low_32(word.take(32)),
            opened_at: low_32(word.take(32)),
            set_at: low_32(word.take(32)),
        }
    }
}
