//! Words of what selling an asset has cost.

use alloy_primitives::U256;

use crate::{
    Result,
    bits::{Reader, Writer, low_16, low_32, low_64},
};

/// What takes have brought since the last lesson. Values in milli base tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    /// Value at the oracle price. 48 bits.
    pub value: u64,
    /// What takers paid. 48 bits.
    pub pay: u64,
    /// Sum of value times seconds of the auction clock. 72 bits.
    pub waited: u128,
    /// What keepers were paid out of it. 48 bits.
    pub keeper: u64,
    /// Always set once anything was sold: keeps the word from zero.
    pub used: bool,
}

impl Sold {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(48, self.value.into())
            .put(48, self.pay.into())
            .put(72, self.waited)
            .put(48, self.keeper.into())
            .put(1, self.used.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            value: low_64(word.take(48)),
            pay: low_64(word.take(48)),
            waited: word.take(72),
            keeper: low_64(word.take(48)),
            used: word.take(1) == 1,
        }
    }
}

/// Terms as governance has set them, and what sales have taught since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calm {
    /// Governed [`crate::words::SaleTerms::reference_factor`], bps. 14 bits.
    pub reference_factor: u16,
    /// Governed floor, bps. 14 bits.
    pub floor: u16,
    /// Governed start factor less one, bps. 10 bits.
    pub start_excess: u16,
    /// Governed cap on what is on sale, milli base tokens. 48 bits.
    pub max_on_sale: u64,
    /// Moving average of what takers pay over the oracle price, ppm; zero means no past. 24 bits.
    pub factor: u32,
    /// Moving average of the seconds that a lot takes to sell. 24 bits.
    pub seconds: u32,
    /// Moving average of what keepers are paid, ppm of what is sold. 24 bits.
    pub keeper: u32,
    /// Time of the last lesson.
    pub learnt_at: u32,
}

impl Calm {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(14, self.reference_factor.into())
            .put(14, self.floor.into())
            .put(10, self.start_excess.into())
            .put(48, self.max_on_sale.into())
            .put(24, self.factor.into())
            .put(24, self.seconds.into())
            .put(24, self.keeper.into())
            .put(32, self.learnt_at.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            reference_factor: low_16(word.take(14)),
            floor: low_16(word.take(14)),
            start_excess: low_16(word.take(10)),
            max_on_sale: low_64(word.take(48)),
            factor: low_32(word.take(24)),
            seconds: low_32(word.take(24)),
            keeper: low_32(word.take(24)),
            learnt_at: low_32(word.take(32)),
        }
    }
}

/// Bad debt that an asset has left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// What the reserve and the suppliers bore since the governor last looked, base wei. 112 bits.
    pub open: u128,
    /// What they ever bore, base wei. 112 bits.
    pub total: u128,
    /// Open losses above this stop new risk in the asset, whole base tokens.
    pub bound: u32,
}

impl Losses {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new().put(112, self.open).put(112, self.total).put(32, self.bound.into()).finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { open: word.take(112), total: word.take(112), bound: low_32(word.take(32)) }
    }
}
