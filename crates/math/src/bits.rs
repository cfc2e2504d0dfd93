//! Reading and writing a 256-bit word field by field, from bit 0 up. A cursor instead of offsets:
//! fields cannot overlap, and the two directions list the same widths in the same order.

use alloy_primitives::{Address, U256};

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

/// The largest number of `bits` bits.
#[inline(always)]
const fn mask(bits: u32) -> u128 {
    u128::MAX.unbounded_shr(128_u32.saturating_sub(bits))
}

/// Takes fields off the low end.
///
/// Every step is inlined: the position is then a constant, and a field two or three instructions on
/// 64-bit limbs. A shift of 128 bits by a variable would cost a hundred times as much.
pub(crate) struct Reader {
    limbs: [u64; 4],
    at: u32,
}

impl Reader {
    #[inline(always)]
    pub(crate) fn new(word: U256) -> Self {
        Self { limbs: word.into_limbs(), at: 0 }
    }

    /// The next field, of 1 to 128 bits.
    #[inline(always)]
    pub(crate) fn take(&mut self, bits: u32) -> u128 {
        let low = self.digit(self.at);
        let high = if bits > 64 { self.digit(self.at.saturating_add(64)) } else { 0 };
        self.at = self.at.saturating_add(bits);
        (u128::from(high) << 64 | u128::from(low)) & mask(bits)
    }

    /// The 64 bits from a position on.
    #[inline(always)]
    fn digit(&self, at: u32) -> u64 {
        let (limb, shift) = (at >> 6, at & 63);
        let low = limb_of(&self.limbs, limb) >> shift;
        if shift == 0 {
            return low;
        }
        let next = limb_of(&self.limbs, limb.saturating_add(1));
        low | next << (64_u32.saturating_sub(shift) & 63)
    }

    /// The next field as two's complement.
    #[inline(always)]
    pub(crate) fn take_signed(&mut self, bits: u32) -> i128 {
        let unused = 128_u32.saturating_sub(bits);
        let value = self.take(bits).unbounded_shl(unused).cast_signed();
        value.unbounded_shr(unused)
    }

    /// The next 160 bits.
    #[inline(always)]
    pub(crate) fn take_address(&mut self) -> Address {
        let (low, middle) = (low_64(self.take(64)), low_64(self.take(64)));
        address(low_32(self.take(32)), middle, low)
    }
}

/// The address whose bytes are those of three numbers, the high one first.
#[inline(never)]
fn address(high: u32, middle: u64, low: u64) -> Address {
    let ([a, b, c, d], m, l) = (high.to_be_bytes(), middle.to_be_bytes(), low.to_be_bytes());
    let mut bytes = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    if let Some(rest) = bytes.last_chunk_mut::<16>() {
        let (first, second) = rest.split_at_mut(8);
        first.copy_from_slice(&m);
        second.copy_from_slice(&l);
    }
    Address::new(bytes)
}

/// A limb, zero beyond the fourth.
#[inline(always)]
fn limb_of(limbs: &[u64; 4], n: u32) -> u64 {
    let [a, b, c, d] = *limbs;
    match n {
        0 => a,
        1 => b,
        2 => c,
        3 => d,
        _ => 0,
    }
}

/// Puts fields on, from the low end. Inlined as [`Reader`] is.
pub(crate) struct Writer {
    limbs: [u64; 4],
    at: u32,
    fits: bool,
}

impl Writer {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { limbs: [0; 4], at: 0, fits: true }
    }

    /// Appends a field of 1 to 128 bits.
    #[inline(always)]
    pub(crate) fn put(mut self, bits: u32, value: u128) -> Self {
        // A value that is too wide may spill into its neighbours: the word is refused at the end.
        self.fits &= value <= mask(bits);
        self.or(self.at, low_64(value));
        if bits > 64 {
            self.or(self.at.saturating_add(64), low_64(value >> 64));
        }
        self.at = self.at.saturating_add(bits);
        self
    }

    /// Ors 64 bits in from a position on.
    #[inline(always)]
    fn or(&mut self, at: u32, digit: u64) {
        let (limb, shift) = (at >> 6, at & 63);
        self.or_limb(limb, digit.unbounded_shl(shift));
        if shift > 0 {
            self.or_limb(limb.saturating_add(1), digit >> (64_u32.saturating_sub(shift) & 63));
        }
    }

    #[inline(always)]
    fn or_limb(&mut self, limb: u32, part: u64) {
        let [a, b, c, d] = &mut self.limbs;
        match limb {
            0 => *a |= part,
            1 => *b |= part,
            2 => *c |= part,
            3 => *d |= part,
            _ => {}
        }
    }

    /// Appends a field in two's complement.
    #[inline(always)]
    pub(crate) fn put_signed(mut self, bits: u32, value: i128) -> Self {
        let unused = 128_u32.saturating_sub(bits);
        self.fits &= value.unbounded_shl(unused).unbounded_shr(unused) == value;
        self.put(bits, value.cast_unsigned() & mask(bits))
    }

    /// Appends 160 bits.
    #[inline(always)]
    pub(crate) fn put_address(self, address: Address) -> Self {
        let (top, rest) = address.0.0.split_at(4);
        let high = top.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        let low = rest.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
        self.put(128, low).put(32, high.into())
    }

    /// The word.
    ///
    /// # Errors
    /// `OutOfRange` if a value did not fit its field.
    #[inline(always)]
    pub(crate) fn finish(self) -> Result<U256> {
        if self.fits && self.at <= 256 {
            Ok(U256::from_limbs(self.limbs))
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
        let word = Writer::new().put(100, 5).put(60, (1 << 60) - 1).put(96, 7).finish();
        let mut reader = Reader::new(word.unwrap_or_default());
        assert_eq!((reader.take(100), reader.take(60), reader.take(96)), (5, (1 << 60) - 1, 7));
    }

    #[test]
    fn too_wide_and_too_many_are_refused() {
        assert_eq!(Writer::new().put(8, 256).finish(), Err(MathError::OutOfRange));
        assert!(Writer::new().put(8, 255).finish().is_ok());
        let full = Writer::new().put(128, 0).put(128, 0).put(1, 0).finish();
        assert_eq!(full, Err(MathError::OutOfRange));
        assert_eq!(Writer::new().put_signed(8, 128).finish(), Err(MathError::OutOfRange));
        assert_eq!(Writer::new().put_signed(8, -129).finish(), Err(MathError::OutOfRange));
        assert!(Writer::new().put_signed(8, -128).finish().is_ok());
    }

    #[test]
    fn an_address_is_the_low_160_bits() {
        let address = Address::repeat_byte(0xa5);
        let word = Writer::new().put_address(address).put(8, 1).finish().unwrap_or_default();
        let mut reader = Reader::new(word);
        assert_eq!((reader.take_address(), reader.take(8)), (address, 1));
        assert_eq!(Address::from_word(word.into()), address);
    }
}
