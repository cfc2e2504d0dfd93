//! Which correlations are those of a portfolio: four to sixteen assets against an LDL decomposition
//! in fractions, near the edge, where rounding to codes decides.

use num_traits::Zero;
use plimsoll_math::correlation::{Correlations, is_semidefinite};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::reference::{self, Q};

/// Matrices that are compared.
const CASES: u32 = 3_000;

/// Whether a symmetric matrix has no negative direction: no pivot is negative, and beside a pivot of
/// zero there are only zeros.
fn has_no_negative_direction(mut rows: Vec<Vec<Q>>) -> bool {
    for k in 0..rows.len() {
        let pivot = rows[k][k].clone();
        let beside: Vec<Q> = rows[k + 1..].iter().map(|row| row[k].clone()).collect();
        if pivot < Q::zero() || (pivot.is_zero() && beside.iter().any(|entry| !entry.is_zero())) {
            return false;
        }
        if pivot.is_zero() {
            continue;
        }
        for (i, a) in beside.iter().enumerate() {
            for (j, b) in beside.iter().enumerate() {
                rows[k + 1 + i][k + 1 + j] -= a * b / &pivot;
            }
        }
    }
    true
}

fn rows(table: &Correlations, members: &[u8]) -> Vec<Vec<Q>> {
    let rho = |a: u8, b: u8| {
        let code = if a == b { 0 } else { table.code(a, b) };
        reference::ratio(250 - u128::from(code), 250)
    };
    members.iter().map(|a| members.iter().map(|b| rho(*a, *b)).collect()).collect()
}

/// What so many factors make of the assets' loadings, all of their variance common: 250 times the
/// cosine, to the nearest.
fn cosine(a: &[u128], b: &[u128]) -> u128 {
    let dot = |x: &[u128], y: &[u128]| -> u128 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
    let square = 4 * 250 * 250 * dot(a, b) * dot(a, b) / (dot(a, a) * dot(b, b));
    square.isqrt().div_ceil(2).min(250)
}

/// A model of one to three factors in codes, of assets out of sixteen: all correlations lowered by a
/// part, some moved by a few codes, some assets like another in all.
fn model() -> impl Strategy<Value = (Correlations, Vec<u8>)> {
    let loading = prop::collection::vec(1_u128..100, 3);
    let moves = prop::collection::vec(prop_oneof![6 => Just(0_i16), 1 => -3_i16..=3], 120);
    let twins = prop::option::weighted(0.3, (0_usize..16, 0_usize..16));
    let members = prop::sample::subsequence((0_u8..16).collect::<Vec<_>>(), 4..=16);
    let shape = (1_usize..=3, prop_oneof![Just(0_u128), 0_u128..30], any::<bool>());
    (prop::collection::vec(loading, 16), moves, twins, members, shape).prop_map(
        |(mut loadings, moves, twins, members, (factors, lower, still))| {
            if let Some((from, to)) = twins {
                loadings[to] = loadings[from].clone();
            }
            let mut table = Correlations::default();
            let pairs = (1_u8..16).flat_map(|high| (0..high).map(move |low| (low, high)));
            for ((low, high), moved) in pairs.zip(moves) {
                let of = |n: u8| &loadings[usize::from(n)][..factors];
                let rho = cosine(of(low), of(high)) * (250 - lower) / 250;
                let twin = twins == Some((low.into(), high.into()));
                let moved = if still { 0 } else { moved };
                let code = (250 - i16::try_from(rho).unwrap() + moved).clamp(0, 250);
                table = table.with_code(low, high, if twin { 0 } else { code.try_into().unwrap() });
            }
            (table, members)
        },
    )
}

#[test]
fn correlations_are_judged_as_their_decomposition_is() {
    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut refused, mut large) = (0, 0, 0);
    for _ in 0..CASES {
        let (table, members) = model().new_tree(&mut runner).unwrap().current();
        let assets = members.iter().fold(0, |sum, n| sum | 1_u16 << n);
        let expected = has_no_negative_direction(rows(&table, &members));
        assert_eq!(is_semidefinite(&table, assets), expected, "{members:?} {table:?}");
        accepted += u32::from(expected);
        refused += u32::from(!expected);
        large += u32::from(expected && members.len() > 8);
    }
    // Neither is rare, nor are large matrices that are accepted.
    assert!(accepted > CASES / 4 && refused > CASES / 4 && large > CASES / 10);
}

/// A matrix that is singular because two assets are one is accepted; a code more between them and a
/// third is not: whatever the third is, they would have to differ.
#[test]
fn the_edge_is_sharp() {
    for size in 3..=16_u8 {
        let last = size - 1;
        let mut table = Correlations::default();
        for high in 1..size {
            for low in 0..high {
                table = table.with_code(low, high, if (low, high) == (0, last) { 0 } else { 100 });
            }
        }
        let assets = u16::MAX >> (16 - size);
        assert!(is_semidefinite(&table, assets), "{size}");
        assert!(!is_semidefinite(&table.with_code(1, last, 101), assets), "{size}");
        assert!(!is_semidefinite(&table.with_code(1, last, 99), assets), "{size}");
    }
}
