//! Whether correlations are those of some portfolio.

use core::cmp::Ordering;

use super::{Correlations, ONE};
use crate::{
    MAX_ASSETS,
    fixed::{compare_products, mul_div_down, mul_div_up},
};

/// Whether the correlations among `assets`, one bit each, are positive semidefinite, exactly: what
/// is not is no portfolio's, and some mix of assets would have a negative variance.
///
/// # Source
/// Bareiss' elimination without fractions: after k pivots every entry is a minor of order k + 1 of
/// the matrix of codes, with 250 for one. Those of a semidefinite matrix are at most 250^(k + 1),
/// which fits up to the fifteenth; so what does not fit is refused as well. A pivot of zero has
/// only zeros beside it.
pub fn is_semidefinite(correlations: &Correlations, assets: u16) -> bool {
    let mut matrix = Matrix { entries: [[0; MAX_ASSETS]; MAX_ASSETS] };
    let members = || (0_u8..16).filter(|asset| assets >> asset & 1 == 1);
    let mut order = 0_usize;
    for (i, a) in members().enumerate() {
        order = order.max(i.saturating_add(1));
        for (j, b) in members().enumerate() {
            let code = if i == j { 0 } else { correlations.code(a, b) };
            matrix.set(i, j, i128::from(ONE).saturating_sub(code.into()));
        }
    }
    let mut last = 1;
    for k in 0..order {
        let pivot = matrix.at(k, k);
        let rest = k.saturating_add(1)..order;
        if pivot == 0 {
            if rest.clone().any(|i| matrix.at(i, k) != 0) {
                return false;
            }
            continue;
        }
        let Ok(divisor) = u128::try_from(pivot) else { return false };
        if rest.len() == 1 {
            // The sign of the last minor, which may need a bit more than there is.
            let last = k.saturating_add(1);
            let (own, beside) = (matrix.at(last, last), matrix.at(last, k).unsigned_abs());
            let positive = compare_products(own.unsigned_abs(), divisor, beside, beside);
            return own >= 0 && positive != Ordering::Less;
        }
        for i in rest.clone() {
            for j in rest.clone() {
                let products = ((matrix.at(i, j), pivot), (matrix.at(i, k), matrix.at(k, j)));
                let Some(minor) = exact_quotient(products, last) else { return false };
                matrix.set(i, j, minor);
            }
        }
        last = divisor;
    }
    true
}

struct Matrix {
    entries: [[i128; MAX_ASSETS]; MAX_ASSETS],
}

impl Matrix {
    fn at(&self, i: usize, j: usize) -> i128 {
        self.entries.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
    }

    fn set(&mut self, i: usize, j: usize, value: i128) {
        if let Some(place) = self.entries.get_mut(i).and_then(|row| row.get_mut(j)) {
            *place = value;
        }
    }
}

/// `(a b - c d) / divisor` where the difference is a multiple of the divisor; none above 128 bits.
///
/// The remainders of the two products cancel: they are equal if the products have one sign, and add
/// up to none or one divisor if they have two.
fn exact_quotient(products: ((i128, i128), (i128, i128)), divisor: u128) -> Option<i128> {
    let ((a, b), (c, d)) = products;
    let down = |x: i128, y: i128| mul_div_down(x.unsigned_abs(), y.unsigned_abs(), divisor).ok();
    let up = |x: i128, y: i128| mul_div_up(x.unsigned_abs(), y.unsigned_abs(), divisor).ok();
    let (first_negative, second_negative) = ((a < 0) != (b < 0), (c < 0) != (d < 0));
    let first = i128::try_from(down(a, b)?).ok()?;
    let size = if first_negative == second_negative {
        first.checked_sub(i128::try_from(down(c, d)?).ok()?)?
    } else {
        first.checked_add(i128::try_from(up(c, d)?).ok()?)?
    };
    if first_negative { size.checked_neg() } else { Some(size) }
}
