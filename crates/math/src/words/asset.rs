//! Words of an asset.

use alloy_primitives::{Address, U256};

use crate::{
    Result,
    bits::{Reader, Writer, low_8, low_16, low_32, low_64},
    oracle::Verdict,
};

/// Everything that health reads about an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssetPrice {
    /// WAD base tokens for a whole collateral token. 92 bits.
    pub price: u128,
    /// Moving average of the price, as a code of [`crate::fixed`]'s wide float.
    pub ema: u64,
    /// The last second in which the price is not stale.
    pub fresh_until: u32,
    /// Confidence in units of 4 bps of the price, up, saturating.
    pub confidence: u8,
    /// Power of ten from collateral wei times price to base wei. 6 bits.
    pub scale: u8,
    /// Liquidation threshold, bps. 14 bits.
    pub threshold: u16,
    /// The verdict on the price when it was stored. 3 bits.
    pub verdict: Verdict,
    /// The asset's breaker level; not zero means: read its breaker word. 3 bits.
    pub level: u8,
    /// The threshold is on its way down: read the ramp.
    pub ramping: bool,
    /// The auction clock has stood still before: read the breaker word.
    pub stopped: bool,
    /// Reference volatility, bps of the price per square root of a day; zero means that the asset
    /// takes no part in diversification. 14 bits.
    pub sigma: u16,
    /// Largest part of the haircut that diversification may remove, percent. 5 bits.
    pub relief: u8,
    /// Longest grace of a flagged position, seconds; zero means none. 9 bits.
    pub grace: u16,
    /// Its losses are above their bound: it carries no new risk.
    pub impaired: bool,
}

impl AssetPrice {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(92, self.price)
            .put(64, self.ema.into())
            .put(32, self.fresh_until.into())
            .put(8, self.confidence.into())
            .put(6, self.scale.into())
            .put(14, self.threshold.into())
            .put(3, self.verdict.code().into())
            .put(3, self.level.into())
            .put(1, self.ramping.into())
            .put(1, self.stopped.into())
            .put(14, self.sigma.into())
            .put(5, self.relief.into())
            .put(9, self.grace.into())
            .put(1, self.impaired.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            price: word.take(92),
            ema: low_64(word.take(64)),
            fresh_until: low_32(word.take(32)),
            confidence: low_8(word.take(8)),
            scale: low_8(word.take(6)),
            threshold: low_16(word.take(14)),
            verdict: Verdict::from_code(low_8(word.take(3))),
            level: low_8(word.take(3)),
            ramping: word.take(1) == 1,
            stopped: word.take(1) == 1,
            sigma: low_16(word.take(14)),
            relief: low_8(word.take(5)),
            grace: low_16(word.take(9)),
            impaired: word.take(1) == 1,
        }
    }
}

/// What governs the sale of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaleTerms {
    /// Expected clearing price over the oracle price, bps. 14 bits.
    pub reference_factor: u16,
    /// Penalty, bps. 9 bits.
    pub penalty: u16,
    /// Keeper's share of a lot, bps. 10 bits.
    pub chip: u16,
    /// Health factor that a sale aims at, bps. 15 bits.
    pub target: u16,
    /// Health factor below which the whole position is sold, bps. 14 bits.
    pub full_below: u16,
    /// Start factor less one, bps. 10 bits.
    pub start_excess: u16,
    /// Fall of the factor above one, ppm a second. 10 bits.
    pub fast_rate: u16,
    /// Fall of the factor below one, ppm a second. 10 bits.
    pub slow_rate: u16,
    /// Fastest fall below the kick price, ppm a second. 10 bits.
    pub descent: u16,
    /// Lowest factor, bps. 14 bits.
    pub floor: u16,
    /// Smallest value of a deposit, lot, take or remainder, milli base tokens.
    pub dust: u32,
    /// Largest value on sale at once, milli base tokens. 48 bits.
    pub max_on_sale: u64,
    /// Flat reward a kicked position, milli base tokens. 24 bits.
    pub tip: u32,
    /// Debt up to which a position is sold as a whole, milli base tokens. 24 bits.
    pub small: u32,
    /// Seconds after the owner's own borrow or withdraw without a kick. 7 bits.
    pub cool_off: u8,
    /// Power of ten from milli base tokens to base wei: base decimals less three. 5 bits.
    pub milli_exponent: u8,
}

impl SaleTerms {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(14, self.reference_factor.into())
            .put(9, self.penalty.into())
            .put(10, self.chip.into())
            .put(15, self.target.into())
            .put(14, self.full_below.into())
            .put(10, self.start_excess.into())
            .put(10, self.fast_rate.into())
            .put(10, self.slow_rate.into())
            .put(10, self.descent.into())
            .put(14, self.floor.into())
            .put(32, self.dust.into())
            .put(48, self.max_on_sale.into())
            .put(24, self.tip.into())
            .put(24, self.small.into())
            .put(7, self.cool_off.into())
            .put(5, self.milli_exponent.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            reference_factor: low_16(word.take(14)),
            penalty: low_16(word.take(9)),
            chip: low_16(word.take(10)),
            target: low_16(word.take(15)),
            full_below: low_16(word.take(14)),
            start_excess: low_16(word.take(10)),
            fast_rate: low_16(word.take(10)),
            slow_rate: low_16(word.take(10)),
            descent: low_16(word.take(10)),
            floor: low_16(word.take(14)),
            dust: low_32(word.take(32)),
            max_on_sale: low_64(word.take(48)),
            tip: low_32(word.take(24)),
            small: low_32(word.take(24)),
            cool_off: low_8(word.take(7)),
            milli_exponent: low_8(word.take(5)),
        }
    }
}

/// What the engine holds of an asset, and its auctions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sales {
    /// Slot of the newest auction; zero means none. 16 bits.
    pub newest: u16,
    /// The highest slot that was ever used. 16 bits.
    pub high_water: u16,
    /// Collateral wei of all lots. 112 bits.
    pub on_sale: u128,
    /// Sum of all balances and lots. 112 bits.
    pub held: u128,
}

impl Sales {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(16, self.newest.into())
            .put(16, self.high_water.into())
            .put(112, self.on_sale)
            .put(112, self.held)
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            newest: low_16(word.take(16)),
            high_water: low_16(word.take(16)),
            on_sale: word.take(112),
            held: word.take(112),
        }
    }
}

/// How much of an asset may be held, and how fast it may leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Most that a deposit may bring [`Sales::held`] to. 112 bits.
    pub cap: u128,
    /// Largest part of what is held that may be withdrawn in a window, percent; zero means any.
    /// 7 bits.
    pub outflow: u8,
    /// What has been withdrawn.
    pub flow: Flow,
}

/// What was withdrawn less what was deposited in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// The window: see [`crate::window`]. 20 bits.
    pub hour: u32,
    /// Collateral wei; below zero where more came than went. 113 bits, two's complement.
    pub net: i128,
}

impl Caps {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(112, self.cap)
            .put(7, self.outflow.into())
            .put(20, self.flow.hour.into())
            .put_signed(113, self.flow.net)
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            cap: word.take(112),
            outflow: low_8(word.take(7)),
            flow: Flow { hour: low_32(word.take(20)), net: word.take_signed(113) },
        }
    }
}

/// What new risk is weighed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Risk {
    /// Fast moving variance of the price's returns, a float code.
    pub var_fast: u32,
    /// Slow moving variance, a float code.
    pub var_slow: u32,
    /// When the anchor was observed.
    pub anchored_at: u32,
    /// When the newest price was observed.
    pub observed_at: u32,
    /// The price that the next return is measured from, a float code.
    pub anchor: u32,
    /// When the average was brought up to the price, seconds modulo 2^24. 24 bits.
    pub averaged_at: u32,
    /// Borrowing weight, bps. 14 bits.
    pub max_ltv: u16,
    /// Market depth: value that sells within 2 % of the price, milli base tokens; zero means that
    /// size does not count. 48 bits.
    pub depth: u64,
    /// How far selling the depth moves the price, bps. 10 bits.
    pub impact: u16,
}

impl Risk {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(32, self.var_fast.into())
            .put(32, self.var_slow.into())
            .put(32, self.anchored_at.into())
            .put(32, self.observed_at.into())
            .put(32, self.anchor.into())
            .put(24, self.averaged_at.into())
            .put(14, self.max_ltv.into())
            .put(48, self.depth.into())
            .put(10, self.impact.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            var_fast: low_32(word.take(32)),
            var_slow: low_32(word.take(32)),
            anchored_at: low_32(word.take(32)),
            observed_at: low_32(word.take(32)),
            anchor: low_32(word.take(32)),
            averaged_at: low_32(word.take(24)),
            max_ltv: low_16(word.take(14)),
            depth: low_64(word.take(48)),
            impact: low_16(word.take(10)),
        }
    }
}

/// A collateral token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub token: Address,
    /// Its decimals.
    pub decimals: u8,
}

impl Token {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new().put_address(self.token).put(8, self.decimals.into()).finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { token: word.take_address(), decimals: low_8(word.take(8)) }
    }
}

/// A threshold on its way down, all zero when there is none; and when governance last changed what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ramp {
    /// Threshold at `start`, bps. 14 bits.
    pub from: u16,
    /// Threshold at `end`, bps. 14 bits.
    pub to: u16,
    /// When it starts to fall.
    pub start: u32,
    /// When it has fallen.
    pub end: u32,
    /// When the terms of sale last changed.
    pub terms_at: u32,
    /// When the threshold was last set.
    pub threshold_at: u32,
    /// When the borrowing weight last rose.
    pub weight_at: u32,
    /// When the cap or the outflow limit was last widened.
    pub caps_at: u32,
    /// When the price policy last changed.
    pub policy_at: u32,
}

impl Ramp {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(14, self.from.into())
            .put(14, self.to.into())
            .put(32, self.start.into())
            .put(32, self.end.into())
            .put(32, self.terms_at.into())
            .put(32, self.threshold_at.into())
            .put(32, self.weight_at.into())
            .put(32, self.caps_at.into())
            .put(32, self.policy_at.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            from: low_16(word.take(14)),
            to: low_16(word.take(14)),
            start: low_32(word.take(32)),
            end: low_32(word.take(32)),
            terms_at: low_32(word.take(32)),
            threshold_at: low_32(word.take(32)),
            weight_at: low_32(word.take(32)),
            caps_at: low_32(word.take(32)),
            policy_at: low_32(word.take(32)),
        }
    }
}
