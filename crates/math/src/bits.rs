//! Reading and writing a 256-bit word field by field, from bit 0 up. A cursor instead of offsets:
//! fields cannot overlap, and the two directions list the same widths in the same order.

use alloy_primitives::{Address, B256, U256};

use crate::{MathError, Result};

/// The low 8 bits.
#[inline]
pub(crate) fn low_8(value: u128) -> u8 {
    let [a, ..] = value.to_le_bytes();
    a
}

/// The low 16 bits.
#[inline]
pub(crate) fn low_16(value: u128) -> u16 {
    let [a, b, ..] = value.to_le_bytes();
    u16::from_le_bytes([a, b])
}

/// The low 32 bits.
#[inline]
pub(crate) fn low_32(value: u128) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The low 64 bits.
#[inline]
pub(crate) fn low_64(value: u128) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = value.to_le_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// A word of two halves, high half first.
#[inline]
pub(crate) fn join(high: u128, low: u128) -> U256 {
    U256::from_limbs([
        low_64(low),
        low_64(low >> 64),
        low_64(high),
        low_64(high >> 64),
    ])
}

/// The largest number of `bits` bits.
#[inline]
fn mask(bits: u32) -> u128 {
    u128::MAX.unbounded_shr(128_u32.saturating_sub(bits))
}

/// Takes fields off the low end.
pub(crate) struct Reader {
    low: u128,
    high: u128,
}

impl Reader {
    pub(crate) fn new(word: U256) -> Self {
        let [a, b, c, d] = word.into_limbs();
        Self {
            low: u128::from(b) << 64 | u128::from(a),
            high: u128::from(d) << 64 | u128::from(c),
        }
    }

    /// The next field, of 1 to 128 bits.
    #[inline(never)]
    pub(crate) fn take(&mut self, bits: u32) -> u128 {
        let value = self.low & mask(bits);
        let carried = self.high.unbounded_shl(128_u32.saturating_sub(bits));
        self.low = self.low.unbounded_shr(bits) | carried;
        self.high = self.high.unbounded_shr(bits);
        value
    }

    /// The next field as two's complement.
    pub(crate) fn take_signed(&mut self, bits: u32) -> i128 {
        let unused = 128_u32.saturating_sub(bits);
        let value = self.take(bits).unbounded_shl(unused).cast_signed();
        value.unbounded_shr(unused)
    }

    /// The next 160 bits.
    pub(crate) fn take_address(&mut self) -> Address {
        let low = self.take(128);
        let high = self.take(32);
        Address::from_word(B256::from(join(high, low).to_be_bytes::<32>()))
    }
}

/// Puts fields on, from the low end.
pub(crate) struct Writer {
    low: u128,
    high: u128,
    used: u32,
    fits: bool,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self {
            low: 0,
            high: 0,
            used: 0,
            fits: true,
        }
    }

    /// Appends a field of 1 to 128 bits.
    #[inline(never)]
    pub(crate) fn put(&mut self, bits: u32, value: u128) -> &mut Self {
        // A value that is too wide may spill into its neighbours: the word is refused at the end.
        self.fits &= value <= mask(bits);
        self.low |= value.unbounded_shl(self.used);
        self.high |= match self.used.checked_sub(128) {
            Some(shift) => value.unbounded_shl(shift),
            None => value.unbounded_shr(128_u32.saturating_sub(self.used)),
        };
        self.used = self.used.saturating_add(bits);
        self
    }

    /// Appends a field in two's complement.
    pub(crate) fn put_signed(&mut self, bits: u32, value: i128) -> &mut Self {
        let unused = 128_u32.saturating_sub(bits);
        self.fits &= value.unbounded_shl(unused).unbounded_shr(unused) == value;
        self.put(bits, value.cast_unsigned() & mask(bits))
    }

    /// Appends 160 bits.
    pub(crate) fn put_address(&mut self, address: Address) -> &mut Self {
        let mut source = Reader::new(U256::from_be_bytes(address.into_word().0));
        let low = source.take(128);
        let high = source.take(128);
        self.put(128, low).put(32, high)
    }

    /// The word.
    ///
    /// # Errors
    /// `OutOfRange` if a value did not fit its field.
    pub(crate) fn finish(&self) -> Result<U256> {
        if self.fits && self.used <= 256 {
            Ok(join(self.high, self.low))
        } else {
            Err(MathError::OutOfRange)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cross_the_middle() {
        let mut writer = Writer::new();
        let word = writer
            .put(100, 5)
            .put(60, (1 << 60) - 1)
            .put(96, 7)
            .finish();
        let mut reader = Reader::new(word.unwrap_or_default());
        assert_eq!(
            (reader.take(100), reader.take(60), reader.take(96)),
            (5, (1 << 60) - 1, 7)
        );
    }

    #[test]
    fn too_wide_and_too_many_are_refused() {
        assert_eq!(
            Writer::new().put(8, 256).finish(),
            Err(MathError::OutOfRange)
        );
        assert!(Writer::new().put(8, 255).finish().is_ok());
        let full = Writer::new().put(128, 0).put(128, 0).put(1, 0).finish();
        assert_eq!(full, Err(MathError::OutOfRange));
        assert_eq!(
            Writer::new().put_signed(8, 128).finish(),
            Err(MathError::OutOfRange)
        );
        assert_eq!(
            Writer::new().put_signed(8, -129).finish(),
            Err(MathError::OutOfRange)
        );
        assert!(Writer::new().put_signed(8, -128).finish().is_ok());
    }

    #[test]
    fn an_address_is_the_low_160_bits() {
        let address = Address::repeat_byte(0xa5);
        let word = Writer::new()
            .put_address(address)
            .put(8, 1)
            .finish()
            .unwrap_or_default();
        let mut reader = Reader::new(word);
        assert_eq!((reader.take_address(), reader.take(8)), (address, 1));
        assert_eq!(
            Address::from_word(B256::from(word.to_be_bytes::<32>())),
            address
        );
    }
}
