//! Numbers with 128 bits, on which the errors are measured.

use std::{cell::RefCell, collections::HashMap};

use astro_float_num::{BigFloat, Consts, RoundingMode};

pub const BITS: usize = 128;
const NEAREST: RoundingMode = RoundingMode::ToEven;

thread_local! {
    static EXPS: RefCell<HashMap<(i32, usize, u8), BigFloat>> = RefCell::default();
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

/// e^-(value / 2^bits) for a whole value: the product of the library's exponentials of its bytes,
/// each asked for once.
pub fn exp_neg(value: u128, bits: i32) -> BigFloat {
    let of = |place: usize, digit: u8| {
        let digit = fixed(-i128::from(digit), bits - 8 * place as i32);
        exp(&digit)
    };
    EXPS.with_borrow_mut(|exps| {
        let mut product = fixed(1, 0);
        for (place, digit) in value.to_le_bytes().into_iter().enumerate().filter(|(_, d)| *d > 0) {
            let factor = exps.entry((bits, place, digit)).or_insert_with(|| of(place, digit));
            product = mul(&product, factor);
        }
        product
    })
}

pub fn ln(x: &BigFloat) -> BigFloat {
    CONSTS.with_borrow_mut(|consts| x.ln(BITS, NEAREST, consts))
}

thread_local! {
    static ODD: Vec<BigFloat> = (0..500).map(|n| div(&fixed(1, 0), &fixed(2 * n + 1, 0))).collect();
    static ROOT: BigFloat = {
        let pi = CONSTS.with_borrow_mut(|consts| consts.pi(BITS, NEAREST));
        mul(&fixed(2, 0), &pi).sqrt(BITS, NEAREST)
    };
}

/// What a standard normal variable exceeds `x >= 0` with.
///
/// 1/2 - phi(x) (x + x^3 / 3 + x^5 / 15 + ...), terms of one sign; beyond 12 less than 2^-108 is left.
pub fn tail(x: &BigFloat) -> BigFloat {
    if *x > fixed(12, 0) {
        return fixed(0, 0);
    }
    let square = mul(x, x);
    let mut half = square.clone();
    scale(&mut half, -1);
    tail_at(x, &square, &exp(&half.neg()))
}

/// The same of `x / 2^32`.
pub fn tail_of(x: u64) -> BigFloat {
    if x > 12 << 32 {
        return fixed(0, 0);
    }
    let (point, square) = (fixed(x.into(), 32), u128::from(x) * u128::from(x));
    tail_at(&point, &fixed(square as i128, 64), &exp_neg(square, 65))
}

fn tail_at(x: &BigFloat, square: &BigFloat, exp: &BigFloat) -> BigFloat {
    let density = div(exp, &ROOT.with(BigFloat::clone));
    let (mut sum, mut term) = (x.clone(), x.clone());
    ODD.with(|odd| {
        for reciprocal in &odd[1..] {
            term = mul(&mul(&term, square), reciprocal);
            sum = add(&sum, &term);
            let done = sum.exponent().unwrap_or(0) - term.exponent().unwrap_or(-1_000) > 128;
            if done || term.is_zero() {
                break;
            }
        }
    });
    sub(&fixed(1, 1), &mul(&density, &sum))
}

/// Phi(x).
pub fn cdf(x: &BigFloat) -> BigFloat {
    let tail = tail(&x.abs());
    if x.is_negative() { tail } else { sub(&fixed(1, 0), &tail) }
}

pub fn sqrt(x: &BigFloat) -> BigFloat {
    x.sqrt(BITS, NEAREST)
}
