//! Numbers with 128 bits, on which the errors are measured.

use std::cell::RefCell;

use astro_float_num::{BigFloat, Consts, RoundingMode};

pub const BITS: usize = 128;
const NEAREST: RoundingMode = RoundingMode::ToEven;

thread_local! {
    static CONSTS: RefCell<Consts> = RefCell::new(Consts::new().unwrap());
}

/// `value / 2^bits`.
pub fn fixed(value: i128, bits: i32) -> BigFloat {
    let mut number = BigFloat::from_i128(value, BITS);
    scale(&mut number, -bits);
    number
}

/// Times `2^bits`.
pub fn scale(number: &mut BigFloat, bits: i32) {
    if !number.is_zero() {
        number.set_exponent(number.exponent().unwrap() + bits);
    }
}

pub fn add(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.add(b, BITS, NEAREST)
}

pub fn sub(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.sub(b, BITS, NEAREST)
}

pub fn mul(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.mul(b, BITS, NEAREST)
}

pub fn div(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.div(b, BITS, NEAREST)
}

pub fn exp(x: &BigFloat) -> BigFloat {
    CONSTS.with_borrow_mut(|consts| x.exp(BITS, NEAREST, consts))
}

pub fn ln(x: &BigFloat) -> BigFloat {
    CONSTS.with_borrow_mut(|consts| x.ln(BITS, NEAREST, consts))
}
