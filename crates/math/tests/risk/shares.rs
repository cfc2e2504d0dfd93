//! What each part contributes to the variance of all, against exact fractions.

use num_traits::Zero;
use plimsoll_math::{correlation::Part, loss::contributions};
use proptest::prelude::*;

use crate::{
    config,
    reference::{self, Q},
    relief::table,
    up_to,
};

proptest! {
    #![proptest_config(config())]

    /// w_i sum_j rho_ij w_j over sum_ij rho_ij w_i w_j, in bps, down: exactly as long as the weights
    /// add up to less than 2^48, and within a millionth of a bp beyond.
    #[test]
    fn a_contribution_is_a_part_s_share_of_the_variance(
        weights in prop::collection::vec(up_to(120), 1..=16), table in table(), narrow in any::<bool>(),
    ) {
        let weight = |weight: u128| if narrow { weight >> 76 } else { weight };
        let parts: Vec<Part> = (0_u8..).zip(weights)
            .map(|(asset, w)| Part { asset, weight: weight(w) }).collect();
        let got = contributions(&parts, &table).unwrap();
        let term = |a: &Part| parts.iter().fold(Q::zero(), |sum, b| {
            let code = if a.asset == b.asset { 0 } else { table.code(a.asset, b.asset) };
            sum + reference::int(a.weight) * reference::int(b.weight)
                * reference::ratio(250 - u128::from(code), 250)
        });
        let terms: Vec<Q> = parts.iter().map(term).collect();
        let sum = terms.iter().fold(Q::zero(), |sum, term| sum + term);
        let slack = if narrow { Q::zero() } else { reference::ratio(1, 1_000_000) };
        for (n, got) in got.iter().enumerate() {
            let got = reference::int((*got).into());
            let exact = match terms.get(n) {
                Some(term) if !sum.is_zero() => term / &sum * reference::int(10_000),
                _ => Q::zero(),
            };
            prop_assert!(got <= &exact + &slack && exact < got + reference::int(1) + &slack);
        }
    }
}
