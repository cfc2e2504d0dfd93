//! Diversification: the relief against exact fractions, correlations, and what sizing makes of it.

use num_bigint::BigInt;
use num_traits::{One, Zero};
use plimsoll_math::{
    correlation::{Correlations, Stake, is_safe_top_up, is_semidefinite, norm, relief},
    sizing::{Candidate, Kind, Policy, plan},
};
use proptest::prelude::*;

use crate::{
    config,
    reference::{self, Q},
    up_to,
};

/// Bits after the point of a root that is taken for exact.
const ROOT_BITS: u32 = 240;

pub fn q(value: u64) -> Q {
    reference::int(value.into())
}

/// sqrt(`x`) within 2^-240, from below.
fn root(x: &Q) -> Q {
    let scaled = (x * Q::from_integer(BigInt::one() << (2 * ROOT_BITS))).floor().to_integer();
    Q::new(scaled.sqrt(), BigInt::one() << ROOT_BITS)
}

/// The diversification ratio of values that need not be whole.
fn ratio_of(stakes: &[Stake], values: &[Q], table: &Correlations) -> Q {
    let weights: Vec<Q> =
        stakes.iter().zip(values).map(|(stake, value)| value * q(stake.sigma_bps.into())).collect();
    let sum = weights.iter().fold(Q::zero(), |sum, weight| sum + weight);
    if sum.is_zero() {
        return Q::one();
    }
    let mut square = Q::zero();
    for (i, a) in weights.iter().enumerate() {
        for (j, b) in weights.iter().enumerate() {
            let code = if i == j { 0 } else { table.code(stakes[i].asset, stakes[j].asset) };
            square += a * b * reference::ratio(250 - u128::from(code), 250);
        }
    }
    root(&(square / (&sum * &sum)))
}

/// The relief in base wei times bps.
pub fn exact(stakes: &[Stake], values: &[Q], table: &Correlations) -> Q {
    let spare = Q::one() - ratio_of(stakes, values, table);
    stakes.iter().zip(values).fold(Q::zero(), |sum, (stake, value)| {
        if stake.sigma_bps == 0 {
            return sum;
        }
        let limit = reference::ratio(stake.relief_percent.into(), 100);
        sum + value * q(10_000 - u64::from(stake.threshold_bps)) * spare.clone().min(limit)
    })
}

fn whole(stakes: &[Stake]) -> Vec<Q> {
    stakes.iter().map(|stake| reference::int(stake.value)).collect()
}

/// One to `most` assets whose values have up to `bits` bits.
fn stakes(most: usize, bits: u32) -> impl Strategy<Value = Vec<Stake>> {
    let sigma = prop_oneof![1 => Just(0), 8 => 50_u16..1_000];
    prop::collection::vec((up_to(bits), 6_000_u16..9_500, sigma, 0_u8..=25), 1..=most).prop_map(
        |list| {
            let stakes = (0_u8..).zip(list).map(
                |(asset, (value, threshold_bps, sigma_bps, relief_percent))| Stake {
                    asset,
                    value,
                    threshold_bps,
                    sigma_bps,
                    relief_percent,
                },
            );
            stakes.collect()
        },
    )
}

pub fn table() -> impl Strategy<Value = Correlations> {
    prop::collection::vec(0_u8..=250, 120).prop_map(|codes| {
        let pairs = (1_u8..16).flat_map(|high| (0..high).map(move |low| (low, high)));
        let table = Correlations::default();
        pairs.zip(codes).fold(table, |sum, ((low, high), code)| sum.with_code(low, high, code))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn relief_is_the_formula_down(stakes in stakes(8, 60), table in table()) {
        let got = relief(&stakes, &table).unwrap();
        let exact = exact(&stakes, &whole(&stakes), &table);
        let value: u128 = stakes.iter().map(|stake| stake.value).sum();
        // Two units, and a root that is one unit of its fiftieths too large: of the smallest sigma
        // drawn that is 10^4 / 50 / 50 units; above 2^55 of weight 17 parts in 2^54 of the haircuts.
        let slack = q(8) + reference::int(value) * q(10_000) * q(17)
            / Q::from_integer(BigInt::one() << 54);
        prop_assert!(reference::int(got) <= exact);
        prop_assert!(exact <= reference::int(got) + slack, "{got}");
    }

    /// Of several with one that is worth anything, too: see `properties/health.rs` for what that
    /// makes of the health factor.
    #[test]
    fn one_collateral_has_none(mut stakes in stakes(8, 112), table in table(), keep in 0_usize..8) {
        let keep = keep % stakes.len();
        for (n, stake) in stakes.iter_mut().enumerate() {
            if n != keep {
                stake.value = 0;
            }
        }
        prop_assert_eq!(relief(&stakes, &table).unwrap(), 0);
    }

    /// Never more than a quarter of the haircuts, and never less with lower correlations.
    #[test]
    fn relief_is_bounded_and_falls_with_correlation(
        stakes in stakes(16, 80), table in table(), pair in 0_u8..120, less in 0_u8..=250,
    ) {
        let got = relief(&stakes, &table).unwrap();
        let haircuts: u128 = stakes.iter()
            .map(|s| s.value * u128::from(10_000 - s.threshold_bps)).sum();
        prop_assert!(got <= haircuts / 4);
        let (low, high) = (1_u8..16).flat_map(|high| (0..high).map(move |low| (low, high)))
            .nth(pair.into()).unwrap();
        let apart = table.with_code(low, high, table.code(low, high).saturating_add(less).min(250));
        prop_assert!(relief(&stakes, &apart).unwrap() >= got);
        prop_assert_eq!(relief(&stakes, &Correlations::default()).unwrap(), 0);
    }

    /// A top-up of anything never lowers the margin where its pairs are safe ones.
    #[test]
    fn a_top_up_never_lowers_the_margin(
        stakes in stakes(6, 50), table in table(), at in 0_usize..6, more in up_to(50),
    ) {
        let at = at % stakes.len();
        prop_assume!(stakes.iter().all(|other| other.sigma_bps == 0
            || stakes[at].sigma_bps == 0 || is_safe_top_up(&stakes[at], other)));
        let margin = |stakes: &[Stake]| {
            let sum: u128 =
                stakes.iter().map(|s| s.value * u128::from(s.threshold_bps)).sum();
            sum + relief(stakes, &table).unwrap()
        };
        let before = margin(&stakes);
        let mut after = stakes.clone();
        after[at].value += more;
        // Up to what the relief before was not rounded down by.
        prop_assert!(margin(&after) + 64 >= before);
    }

    /// Against Sylvester's criterion in fractions: every principal minor of three assets.
    #[test]
    fn three_correlations_are_judged_exactly(a in 0_u8..=250, b in 0_u8..=250, c in 0_u8..=250) {
        let table = Correlations::default().with_code(0, 1, a).with_code(0, 2, b).with_code(1, 2, c);
        let rho = |code: u8| reference::ratio(250 - u128::from(code), 250);
        let (x, y, z) = (rho(a), rho(b), rho(c));
        let two = reference::int(2);
        let minor = Q::one() + &two * &x * &y * &z - &x * &x - &y * &y - &z * &z;
        prop_assert_eq!(is_semidefinite(&table, 0b111), minor >= Q::zero());
    }

    /// What is accepted has no mix of assets, short ones too, whose variance is negative; what
    /// factors make is accepted up to rounding.
    #[test]
    fn accepted_matrices_have_no_negative_variance(
        table in table(), assets in 1_u16.., mix in prop::collection::vec(-100_i64..100, 16),
    ) {
        if is_semidefinite(&table, assets) {
            let members: Vec<u8> = (0..16).filter(|n| assets >> n & 1 == 1).collect();
            let mut sum = 0_i64;
            for a in &members {
                for b in &members {
                    let code = if a == b { 0 } else { table.code(*a, *b) };
                    sum += mix[usize::from(*a)] * mix[usize::from(*b)] * (250 - i64::from(code));
                }
            }
            prop_assert!(sum >= 0);
        }
    }

    /// One factor with loadings l: rho = l_i l_j is a correlation matrix, and stays one when every
    /// correlation is lowered by as much as rounding to codes may have raised it.
    #[test]
    fn factor_models_are_accepted(loadings in prop::collection::vec(0_u32..230, 16)) {
        let mut table = Correlations::default();
        for high in 1..16_u8 {
            for low in 0..high {
                let rho = loadings[usize::from(low)] * loadings[usize::from(high)] / 250;
                table = table.with_code(low, high, 250 - u8::try_from(rho).unwrap());
            }
        }
        prop_assert!(is_semidefinite(&table, u16::MAX));
    }

    /// The norm is at least the exact one and at most the sum.
    #[test]
    fn a_norm_is_up_and_a_sum_down(stakes in stakes(16, 96), table in table()) {
        let parts: Vec<_> = stakes.iter().map(|stake| stake.part().unwrap()).collect();
        let got = norm(&parts, &table).unwrap();
        let unit = Q::from_integer(BigInt::one() << got.shift);
        let sum = parts.iter().fold(Q::zero(), |sum, part| sum + reference::int(part.weight));
        prop_assert!(q(got.sum) * &unit <= sum);
        let norm = ratio_of(&stakes, &whole(&stakes), &table) * sum;
        prop_assert!(norm <= q(got.root) * unit / q(50));
    }
}

/// Candidates at a price of one with ample room, all of them in reach of diversification.
fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (1_u128 << 30..1 << 46, 6_500_u16..8_400, 200_u16..800, 0_u8..=25, 100_u16..200);
    prop::collection::vec(one, 2..=5).prop_map(|list| {
        let one =
            |(asset, (value, threshold_bps, sigma_bps, relief_percent, penalty_bps))| Candidate {
                asset,
                balance: value,
                value,
                price: 1,
                scale: 0,
                threshold_bps,
                sigma_bps,
                relief_percent,
                reference_bps: 9_500,
                penalty_bps,
                dust: 0,
                room: u128::MAX >> 16,
            };
        (0_u8..).zip(list).map(one).collect()
    })
}

pub fn stake(candidate: &Candidate) -> Stake {
    Stake {
        asset: candidate.asset,
        value: candidate.value,
        threshold_bps: candidate.threshold_bps,
        sigma_bps: candidate.sigma_bps,
        relief_percent: candidate.relief_percent,
    }
}

/// Base wei times bps.
pub fn margin(candidates: &[Candidate], table: &Correlations) -> u128 {
    let stakes: Vec<Stake> = candidates.iter().map(stake).collect();
    let weighted: u128 = candidates.iter().map(|c| c.value * u128::from(c.threshold_bps)).sum();
    weighted + relief(&stakes, table).unwrap()
}

/// HT D' - M' after sales, base wei times bps: not above zero at the target.
fn lacks(candidates: &[Candidate], sold: &[Q], owed: u128, target: u16, table: &Correlations) -> Q {
    let stakes: Vec<Stake> = candidates.iter().map(stake).collect();
    let left: Vec<Q> =
        candidates.iter().zip(sold).map(|(c, s)| reference::int(c.value) - s).collect();
    let mut margin = exact(&stakes, &left, table);
    let mut owed = reference::int(owed);
    for ((candidate, sold), left) in candidates.iter().zip(sold).zip(&left) {
        margin += left * q(candidate.threshold_bps.into());
        owed -= sold
            * reference::ratio(
                candidate.reference_bps.into(),
                10_000 + u128::from(candidate.penalty_bps),
            );
    }
    owed * q(target.into()) - margin
}

proptest! {
    #![proptest_config(config())]

    /// The lots reach the target, and with a base wei less of the last one they do not.
    #[test]
    fn a_partial_sale_is_the_least_of_the_reference(
        candidates in candidates(), table in table(), health in 9_200_u128..9_999,
        target in 10_800_u16..=11_500,
    ) {
        let stakes: Vec<Stake> = candidates.iter().map(stake).collect();
        let margin: u128 = relief(&stakes, &table).unwrap()
            + candidates.iter().map(|c| c.value * u128::from(c.threshold_bps)).sum::<u128>();
        let owed = margin / health + 1;
        let policy = Policy { target_bps: target, full_below_bps: 9_000, small: 0 };
        let plan = plan(&candidates, &policy, owed, &table).unwrap();
        if plan.kind == Kind::Partial {
            let mut sold: Vec<Q> =
                candidates.iter().zip(plan.amounts).map(|(_, amount)| reference::int(amount)).collect();
            // The one that is not sold out, if there is one.
            let open = candidates.iter().zip(plan.amounts)
                .position(|(c, amount)| amount > 0 && amount < c.balance);
            if let Some(open) = open {
                // A hundredth of a base wei: the relief's own rounding.
                let slack = q(100);
                let missing = lacks(&candidates, &sold, owed, target, &table);
                prop_assert!(missing <= slack, "missing {missing}");
                sold[open] -= q(1);
                prop_assert!(lacks(&candidates, &sold, owed, target, &table) > -slack);
            }
        }
    }

    /// Whatever is sold by choice leaves the health factor at least where it was, in fractions.
    #[test]
    fn a_sale_by_choice_never_lowers_health(
        candidates in candidates(), table in table(), health in 9_000_u128..9_999,
        rooms in prop::collection::vec(0_u128..1 << 46, 5),
    ) {
        let mut candidates = candidates;
        for (candidate, room) in candidates.iter_mut().zip(rooms) {
            candidate.room = room;
        }
        let stakes: Vec<Stake> = candidates.iter().map(stake).collect();
        let weighted: u128 =
            candidates.iter().map(|c| c.value * u128::from(c.threshold_bps)).sum();
        let margin = weighted + relief(&stakes, &table).unwrap();
        let owed = margin / health + 1;
        let policy = Policy { target_bps: 11_200, full_below_bps: 0, small: 0 };
        let plan = plan(&candidates, &policy, owed, &table).unwrap();
        if matches!(plan.kind, Kind::Partial | Kind::Slice) {
            let left: Vec<Stake> = stakes.iter().zip(plan.amounts)
                .map(|(s, amount)| Stake { value: s.value - amount, ..*s }).collect();
            let after = relief(&left, &table).unwrap()
                + left.iter().map(|s| s.value * u128::from(s.threshold_bps)).sum::<u128>();
            let brought: u128 = candidates.iter().zip(plan.amounts)
                .map(|(c, amount)| amount * u128::from(c.reference_bps) / (10_000 + u128::from(c.penalty_bps)))
                .sum();
            let owes = owed.saturating_sub(brought);
            prop_assert!(reference::int(after) * reference::int(owed) >= reference::int(margin) * reference::int(owes));
        }
    }
}
