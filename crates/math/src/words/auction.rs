//! Words of an auction.

use alloy_primitives::U256;

use crate::{
    Result,
    bits::{Reader, Writer, low_8, low_16, low_32, low_64},
    fixed::{float_up, float_value},
};

/// What is for sale and on which terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuctionTerms {
    /// Collateral wei still for sale; the closing index once closed. 112 bits.
    pub lot: u128,
    /// Auction clock at the start.
    pub start: u32,
    /// Start factor less one, ppm.
    pub start_excess: u16,
    /// How often it was restarted.
    pub redos: u8,
    /// How often the words were used before. 24 bits.
    pub generation: u32,
    /// Penalty that a take charges, ppm of the net proceeds.
    pub penalty: u16,
    /// Oracle price at the start, WAD. Stored in 48 bits: rounded up by less than one part in 2^39.
    pub kick_price: u128,
}

impl AuctionTerms {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(112, self.lot)
            .put(32, self.start.into())
            .put(16, self.start_excess.into())
            .put(8, self.redos.into())
            .put(24, self.generation.into())
            .put(16, self.penalty.into())
            .put(48, float_up(self.kick_price).into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            lot: word.take(112),
            start: low_32(word.take(32)),
            start_excess: low_16(word.take(16)),
            redos: low_8(word.take(8)),
            generation: low_32(word.take(24)),
            penalty: low_16(word.take(16)),
            kick_price: float_value(low_64(word.take(48))),
        }
    }
}

/// Who has a claim on an auction's proceeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuctionPool {
    /// Units of lot not yet claimed. 112 bits.
    pub units: u128,
    /// Debt units raised and not yet claimed. 112 bits.
    pub raised: u128,
    /// Nothing is left for sale.
    pub closed: bool,
    /// Always set once the words were ever used: keeps the word from zero.
    pub used: bool,
    /// What keepers were paid for it, ppm of the units. 20 bits.
    pub keeper: u32,
}

impl AuctionPool {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(112, self.units)
            .put(112, self.raised)
            .put(1, self.closed.into())
            .put(1, self.used.into())
            .put(20, self.keeper.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            units: word.take(112),
            raised: word.take(112),
            closed: word.take(1) == 1,
            used: word.take(1) == 1,
            keeper: low_32(word.take(20)),
        }
    }
}
