//! Words of the market as a whole, and of a breaker.

use alloy_primitives::{Address, U256};

use crate::{
    Result,
    bits::{Reader, Writer, low_8, low_16, low_32, low_64},
    interest::RateCurve,
};

/// What health reads about the market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// Borrow index, RAY. 96 bits.
    pub index: u128,
    /// Time of the last accrual.
    pub accrued_at: u32,
    /// Base wei that belong to the reserve. 104 bits.
    pub reserve: u128,
    /// Borrow rate, bps a year.
    pub rate: u16,
    /// The overall breaker level; not zero means: read the overall breaker word. 3 bits.
    pub level: u8,
    /// A window after an outage may be open: read the outage word.
    pub window: bool,
    /// A feed says whether the sequencer is up: see the outage word.
    pub uptime: bool,
    /// The gap in the heartbeat that is an outage: see [`crate::outage::gap`]. 3 bits.
    pub gap: u8,
}

impl Market {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(96, self.index)
            .put(32, self.accrued_at.into())
            .put(104, self.reserve)
            .put(16, self.rate.into())
            .put(3, self.level.into())
            .put(1, self.window.into())
            .put(1, self.uptime.into())
            .put(3, self.gap.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            index: word.take(96),
            accrued_at: low_32(word.take(32)),
            reserve: word.take(104),
            rate: low_16(word.take(16)),
            level: low_8(word.take(3)),
            window: word.take(1) == 1,
            uptime: word.take(1) == 1,
            gap: low_8(word.take(3)),
        }
    }
}

/// The market's stocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sum of stored debts less unclaimed raised, debt units. 112 bits, two's complement.
    pub net: i128,
    /// Base wei that may be lent, withdrawn or paid out as reserve. 112 bits.
    pub cash: u128,
    /// The rate curve. 31 bits.
    pub curve: RateCurve,
    /// No shares are out, so that interest belongs to the reserve.
    pub no_suppliers: bool,
}

impl Totals {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put_signed(112, self.net)
            .put(112, self.cash)
            .put(8, self.curve.base.into())
            .put(7, self.curve.kink.into())
            .put(8, self.curve.slope.into())
            .put(8, self.curve.jump.into())
            .put(1, self.no_suppliers.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            net: word.take_signed(112),
            cash: word.take(112),
            curve: RateCurve {
                base: low_8(word.take(8)),
                kink: low_8(word.take(7)),
                slope: low_8(word.take(8)),
                jump: low_8(word.take(8)),
            },
            no_suppliers: word.take(1) == 1,
        }
    }
}

/// The suppliers' shares and the owners' credits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// Shares out.
    pub shares: u128,
    /// Base wei owed to owners whose sales brought more than their debt. 112 bits.
    pub credits: u128,
}

impl Supply {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new().put(128, self.shares).put(112, self.credits).finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { shares: word.take(128), credits: word.take(112) }
    }
}

/// The base token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// The token.
    pub token: Address,
    /// Its decimals.
    pub decimals: u8,
    /// Smallest debt of a position that owes anything, base wei. 80 bits.
    pub min_debt: u128,
    /// Largest part of the cash that may leave in a window, percent; zero means any.
    pub outflow: u8,
}

impl Base {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put_address(self.token)
            .put(8, self.decimals.into())
            .put(80, self.min_debt)
            .put(8, self.outflow.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            token: word.take_address(),
            decimals: low_8(word.take(8)),
            min_debt: word.take(80),
            outflow: low_8(word.take(8)),
        }
    }
}

/// A breaker: a level that somebody raised from `since` until `until`, which is not part of it, and
/// one that somebody proved. An asset's word also counts the seconds in which its auction clock has
/// stood still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// The raised level, 0 normal to 4; see [`crate::breaker`]. 3 bits.
    pub level: u8,
    /// First second.
    pub since: u32,
    /// First second after it.
    pub until: u32,
    /// Seconds that the clock stood still up to `folded_at`.
    pub stopped_total: u32,
    /// Time up to which stopped seconds are counted.
    pub folded_at: u32,
    /// The level that somebody proved.
    pub trip: Trip,
    /// First second in which kicks are not held back any more after a level that did.
    pub grace_until: u32,
    /// The series of trips has held kicks back.
    pub deep: bool,
}

/// A level that anybody may prove to be needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trip {
    /// 0 none to 2. 3 bits.
    pub level: u8,
    /// Code of the [`crate::breaker::Reason`]. 5 bits.
    pub reason: u8,
    /// When the series of trips began that this one is part of.
    pub since: u32,
    /// First second after it.
    pub until: u32,
}

impl Breaker {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(3, self.level.into())
            .put(32, self.since.into())
            .put(32, self.until.into())
            .put(32, self.stopped_total.into())
            .put(32, self.folded_at.into())
            .put(3, self.trip.level.into())
            .put(5, self.trip.reason.into())
            .put(32, self.trip.since.into())
            .put(32, self.trip.until.into())
            .put(32, self.grace_until.into())
            .put(1, self.deep.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            level: low_8(word.take(3)),
            since: low_32(word.take(32)),
            until: low_32(word.take(32)),
            stopped_total: low_32(word.take(32)),
            folded_at: low_32(word.take(32)),
            trip: Trip {
                level: low_8(word.take(3)),
                reason: low_8(word.take(5)),
                since: low_32(word.take(32)),
                until: low_32(word.take(32)),
            },
            grace_until: low_32(word.take(32)),
            deep: word.take(1) == 1,
        }
    }
}

/// What holds the market back as a whole, and when its parameters last changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The window that `anchor` belongs to: see [`crate::window`]. 20 bits.
    pub hour: u32,
    /// Cash when the window began, base wei. 112 bits.
    pub anchor: u128,
    /// Most that all assets together may be allowed to have on sale, milli base tokens. 48 bits.
    pub most_on_sale: u64,
    /// When the limits last changed.
    pub limits_at: u32,
    /// When the rate curve or the smallest debt last changed.
    pub market_at: u32,
}

impl Limits {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(20, self.hour.into())
            .put(112, self.anchor)
            .put(48, self.most_on_sale.into())
            .put(32, self.limits_at.into())
            .put(32, self.market_at.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            hour: low_32(word.take(20)),
            anchor: word.take(112),
            most_on_sale: low_64(word.take(48)),
            limits_at: low_32(word.take(32)),
            market_at: low_32(word.take(32)),
        }
    }
}

/// Bad debt: what the suppliers bore, and what was written off lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deficit {
    /// What the suppliers bore and nobody covered, base wei. 112 bits.
    pub borne: u128,
    /// The window that `lost` belongs to: see [`crate::window`]. 20 bits.
    pub hour: u32,
    /// Bad debt written off in it, whoever bore it, base wei. 112 bits.
    pub lost: u128,
}

impl Deficit {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new().put(112, self.borne).put(20, self.hour.into()).put(112, self.lost).finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { borne: word.take(112), hour: low_32(word.take(20)), lost: word.take(112) }
    }
}
