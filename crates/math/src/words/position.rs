//! Words of a position.

use alloy_primitives::U256;

use crate::{
    Result,
    bits::{Reader, Writer, low_8, low_16, low_32},
};

/// A position's debt and which assets it touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Debt in units of the borrow index, before claims on auctions. 112 bits.
    pub debt: u128,
    /// One bit an asset; it stays while the asset's word is not zero.
    pub assets: u16,
    /// Time of the owner's last passed borrow or withdraw.
    pub checked_at: u32,
    /// When somebody flagged the position as unhealthy; zero for no flag.
    pub flagged_at: u32,
    /// Reserved.
    pub flags: u8,
    /// Assets of which nothing is left and that were there since anything was last owed: who has
    /// sold all of an asset still owes what it did not bring.
    pub sold: u16,
}

impl Account {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(112, self.debt)
            .put(16, self.assets.into())
            .put(32, self.checked_at.into())
            .put(32, self.flagged_at.into())
            .put(8, self.flags.into())
            .put(16, self.sold.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            debt: word.take(112),
            assets: low_16(word.take(16)),
            checked_at: low_32(word.take(32)),
            flagged_at: low_32(word.take(32)),
            flags: low_8(word.take(8)),
            sold: low_16(word.take(16)),
        }
    }
}

/// What a position holds of one asset: a balance and its first claim on an auction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Collateral wei. 112 bits.
    pub balance: u128,
    /// Units in the auction of `slot`; zero means no claim. 112 bits.
    pub units: u128,
    /// The auction's slot. 24 bits.
    pub slot: u32,
    /// Number of further claims, in the overflow mapping: 0 to 2.
    pub overflow: u8,
}

impl Holding {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new()
            .put(112, self.balance)
            .put(112, self.units)
            .put(24, self.slot.into())
            .put(8, self.overflow.into())
            .finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self {
            balance: word.take(112),
            units: word.take(112),
            slot: low_32(word.take(24)),
            overflow: low_8(word.take(8)),
        }
    }
}

/// A further claim of a position on an auction of one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Units in the auction. 112 bits.
    pub units: u128,
    /// The auction's slot. 24 bits.
    pub slot: u32,
}

impl Claim {
    /// The word.
    #[inline(never)]
    pub fn pack(&self) -> Result<U256> {
        Writer::new().put(112, self.units).put(24, self.slot.into()).finish()
    }

    /// The fields of a word.
    #[inline(never)]
    pub fn unpack(word: U256) -> Self {
        let mut word = Reader::new(word);
        Self { units: word.take(112), slot: low_32(word.take(24)) }
    }
}
