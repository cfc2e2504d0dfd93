use num_bigint::BigInt;
use num_traits::{One, Zero};
use plimsoll_math::{
    MathError,
    correlation::Correlations,
    sizing::{Candidate, Kind, Plan, Policy, Reason, plan},
    value::{value_down, value_up},
};
use proptest::prelude::*;

use crate::{
    config,
    reference::{self, Asset, Q},
};

/// An asset whose balance is worth about `worth` base wei (6 decimals), with everything else drawn
/// from what governance may set, and a little beyond. Half of the assets have ample room.
fn candidate() -> impl Strategy<Value = Candidate> {
    let amounts = (1_u128..1 << 48, 10_u32..95, 24_u8..=36);
    let terms = (0_u16..9_500, 9_300_u16..=9_700, 100_u16..=500);
    let limits = (
        prop_oneof![Just(0), 0_u128..1_000_000_000],
        prop_oneof![4 => Just(u128::MAX >> 16), 1 => Just(0), 1 => 0_u128..1 << 40, 1 => 0_u128..1 << 48],
    );
    (amounts, terms, limits).prop_map(|(amounts, terms, (dust, room))| {
        let (worth, price_bits, scale) = amounts;
        let (threshold_bps, reference_bps, penalty_bps) = terms;
        let price = (1_u128 << price_bits.min(91)) + worth;
        // What does not fit the width of a balance becomes a smaller holding.
        let wanted = reference::int(worth) * reference::ten_to(scale) / reference::int(price);
        let balance = u128::try_from(wanted.to_integer()).unwrap_or(u128::MAX).min((1 << 112) - 1);
        let value = value_down(balance, price, scale).unwrap();
        Candidate {
            asset: 0,
            balance,
            value,
            price,
            scale,
            threshold_bps,
            reference_bps,
            sigma_bps: 0,
            relief_percent: 0,
            penalty_bps,
            dust,
            room,
        }
    })
}

/// A position whose health factor is about `health` bps.
fn position() -> impl Strategy<Value = (Vec<Candidate>, Policy, u128)> {
    let full_below = prop_oneof![Just(0), 8_000_u16..9_999];
    let small = prop_oneof![4 => Just(0), 1 => 0_u128..1 << 48];
    let policy =
        (10_800_u16..=11_500, full_below, small).prop_map(|(target_bps, full_below_bps, small)| {
            Policy { target_bps, full_below_bps, small }
        });
    let health =
        prop_oneof![1 => 5_000_u128..9_000, 5 => 9_000_u128..10_000, 1 => 10_000_u128..11_000];
    (prop::collection::vec(candidate(), 1..=16), policy, health).prop_map(
        |(mut candidates, policy, health)| {
            for (asset, candidate) in (0_u8..).zip(&mut candidates) {
                candidate.asset = asset;
            }
            let margin: u128 =
                candidates.iter().map(|c| c.value * u128::from(c.threshold_bps)).sum();
            (candidates, policy, margin / health)
        },
    )
}

fn net(candidate: &Candidate) -> Q {
    reference::ratio(candidate.reference_bps.into(), 10_000 + u128::from(candidate.penalty_bps))
}

fn sold(candidates: &[Candidate], plan: &Plan) -> Vec<Q> {
    candidates
        .iter()
        .zip(plan.amounts)
        .map(|(c, amount)| reference::value(amount, c.price, c.scale))
        .collect()
}

/// M' in base wei times bps and D' in base wei as the engine counts them: what is left at its value
/// down, and what a sale is expected to bring down, in whole base wei.
fn counted(candidates: &[Candidate], plan: &Plan, owed: u128) -> (BigInt, BigInt) {
    let mut margin = BigInt::zero();
    let mut owed = BigInt::from(owed);
    for (candidate, amount) in candidates.iter().zip(plan.amounts) {
        let worth = |amount| reference::value(amount, candidate.price, candidate.scale).floor();
        let left = worth(candidate.balance - amount).to_integer();
        margin += left * candidate.threshold_bps;
        owed -= (worth(amount) * net(candidate)).floor().to_integer();
    }
    (margin, owed)
}

/// Every lot fits its balance and its room, and neither it nor what it leaves is dust.
fn check_lots(candidates: &[Candidate], plan: &Plan) -> Result<(), TestCaseError> {
    for (candidate, amount) in candidates.iter().zip(plan.amounts) {
        let Candidate { balance, price, scale, dust, room, .. } = *candidate;
        prop_assert!(amount <= balance);
        if amount == 0 {
            continue;
        }
        prop_assert!(value_up(amount, price, scale).unwrap() <= room);
        if amount < balance {
            prop_assert!(value_down(amount, price, scale).unwrap() >= dust, "a lot of dust");
            let left = value_down(balance - amount, price, scale).unwrap();
            prop_assert!(left >= dust, "dust left behind");
        }
    }
    prop_assert!(plan.amounts[candidates.len()..].iter().all(|amount| *amount == 0));
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_plan_keeps_the_rules((candidates, policy, owed) in position()) {
        let plan = plan(&candidates, &policy, owed, &Correlations::default()).unwrap();
        check_lots(&candidates, &plan)?;
        let weighted: u128 =
            candidates.iter().map(|c| c.value * u128::from(c.threshold_bps)).sum();
        let value: u128 = candidates.iter().map(|c| c.value).sum();
        let sold = sold(&candidates, &plan);
        let all = plan.amounts == [0; 16];
        match plan.kind {
            Kind::None(reason) => {
                prop_assert!(all);
                prop_assert_eq!(weighted >= owed * 10_000, reason == Reason::Healthy);
                prop_assert_eq!(reason == Reason::Nothing, value == 0 && weighted < owed * 10_000);
                let tight = candidates.iter().any(|c| c.room < c.value);
                prop_assert!(reason != Reason::NoRoom || tight);
            }
            Kind::Partial | Kind::Slice => {
                prop_assert!(!all && weighted < owed * 10_000);
                prop_assert!(weighted >= owed * u128::from(policy.full_below_bps));
                prop_assert!(owed > policy.small);
                let (margin_after, owed_after) = counted(&candidates, &plan, owed);
                prop_assert!(
                    owed_after <= BigInt::zero()
                        || margin_after * owed >= BigInt::from(weighted) * owed_after
                );
            }
            Kind::Whole => {
                prop_assert!(!all && weighted < owed * 10_000);
                // No more than debt and penalty at nine tenths of the price, up to dust and roundings.
                let gross = candidates.iter().map(|c| c.penalty_bps).max().unwrap();
                let limit = reference::int(owed) * reference::ratio(10_000 + u128::from(gross), 9_000);
                let total = sold.iter().fold(Q::zero(), |sum, sold| sum + sold);
                let dust: u128 = candidates.iter().map(|c| 2 * c.dust + 2 + (c.price >> 30)).sum();
                let capped = limit + reference::int(dust);
                prop_assert!(total <= capped || value <= owed);
            }
        }
    }

    /// One asset with ample room and no dust: against the closed form.
    #[test]
    fn a_partial_sale_of_one_asset_is_the_closed_form(
        worth in 1_000_000_u128..1 << 60, price in 1_u128 << 40..1 << 80,
        (threshold_bps, reference_bps, penalty_bps) in (0_u16..8_800, 9_300_u16..=9_700, 100_u16..=500),
        target_bps in 10_800_u16..=11_500, health in 5_000_u128..10_000,
    ) {
        let scale = 30;
        let balance = (reference::int(worth) * reference::ten_to(scale) / reference::int(price))
            .ceil().to_integer();
        let balance = u128::try_from(balance).unwrap();
        let value = value_down(balance, price, scale).unwrap();
        let candidate = Candidate {
            asset: 3, balance, value, price, scale, threshold_bps, reference_bps, penalty_bps,
            dust: 0, sigma_bps: 0, relief_percent: 0, room: u128::MAX >> 16,
        };
        let policy = Policy { target_bps, full_below_bps: 0, small: 0 };
        let owed = value * u128::from(threshold_bps) / health;
        prop_assume!(owed > 0);
        let plan = plan(&[candidate], &policy, owed, &Correlations::default()).unwrap();
        let asset = Asset {
            value: reference::int(value),
            threshold: reference::bps(threshold_bps.into()),
            net: net(&candidate),
        };
        let (owing, target) = (reference::int(owed), reference::bps(target_bps.into()));
        let before = &asset.value * &asset.threshold;
        let exact = reference::sale_to_target(&asset, &owing, &before, &target).unwrap();
        if exact <= asset.value {
            let got = reference::value(plan.amounts[0], price, scale);
            if plan.kind == Kind::Partial {
                // At least what is needed, and at most a base wei and a collateral wei more.
                let unit = Q::one() + reference::value(1, price, scale);
                prop_assert!(got >= exact.clone().min(reference::value(balance, price, scale)));
                prop_assert!(got <= &exact + unit);
                // So the target is met: exactly in fractions.
                let (after, owes) = reference::after_sales(
                    &[Asset { value: reference::value(balance, price, scale), ..asset }],
                    &owing,
                    &[got],
                );
                prop_assert!(owes <= Q::zero() || after >= target * owes);
            } else {
                // A sale that restores the target raises health, up to roundings; it is refused
                // only when it is within wei of the whole or of none.
                prop_assert!(value < 100_000_000 || exact < Q::one());
            }
        } else if plan.kind == Kind::Partial {
            // Not enough to reach the target: all of it, which helps.
            prop_assert_eq!(plan.amounts[0], balance);
        }
    }

    /// Expected proceeds below the debt: no slice helps.
    #[test]
    fn what_no_slice_helps_is_sold_whole(
        worths in prop::collection::vec(1_u128 << 34..1 << 44, 2..6), target_bps in 10_800_u16..=11_500,
        part in 0_u128..1_000,
    ) {
        // Thresholds so high that no single sale frees margin at this target.
        let candidates: Vec<_> = worths.iter().map(|worth| Candidate {
            asset: 0, balance: *worth, value: *worth, price: 1, scale: 0, threshold_bps: 11_000,
            reference_bps: 9_500, penalty_bps: 150, dust: 0, sigma_bps: 0, relief_percent: 0, room: u128::MAX >> 16,
        }).collect();
        let value: u128 = worths.iter().sum();
        // Between D = M, where it becomes liquidatable, and P = D, where no slice helps: M > P here,
        // so only the whole is left.
        let owed = value * 11_000 / 10_000 + 1 + part;
        let policy = Policy { target_bps, full_below_bps: 0, small: 0 };
        let whole = plan(&candidates, &policy, owed, &Correlations::default()).unwrap();
        prop_assert_eq!(whole.kind, Kind::Whole);
        for (amount, worth) in whole.amounts.iter().zip(&worths) {
            prop_assert_eq!(amount, worth);
        }
    }

    /// The good asset has little room, and enough of the other to reach the target would lower the
    /// health factor: the room of the good one measures an equal part of both.
    #[test]
    fn a_slice_is_the_same_part_of_every_asset(
        worth in 1_u128 << 34..1 << 60, room in 10_u128..590,
    ) {
        let poor = Candidate {
            asset: 0,
            balance: worth,
            value: worth,
            price: 1,
            scale: 0,
            threshold_bps: 9_500,
            reference_bps: 9_500,
            penalty_bps: 150,
            dust: 0,
            sigma_bps: 0,
            relief_percent: 0,
            room: u128::MAX >> 16,
        };
        let room = worth / 10_000 * room;
        let good =
            Candidate { balance: worth / 2, value: worth / 2, threshold_bps: 0, room, ..poor };
        let policy = Policy { target_bps: 11_200, full_below_bps: 9_000, small: 0 };
        let plan = plan(&[poor, good], &policy, worth, &Correlations::default()).unwrap();
        prop_assert_eq!(plan.kind, Kind::Slice);
        prop_assert_eq!(plan.amounts[1], room);
        let part = reference::ratio(room, good.balance);
        prop_assert!(reference::is_ceil(plan.amounts[0], &(part * reference::int(worth))));
    }

    #[test]
    fn no_room_anywhere_sells_nothing((candidates, policy, owed) in position()) {
        let blocked: Vec<_> =
            candidates.into_iter().map(|c| Candidate { room: 0, ..c }).collect();
        let plan = plan(&blocked, &policy, owed, &Correlations::default()).unwrap();
        prop_assert!(matches!(plan.kind, Kind::None(_)));
        prop_assert_eq!(plan.amounts, [0; 16]);
    }

    /// A full cap on one asset does not stop the sale of another.
    #[test]
    fn a_full_cap_does_not_block_the_others(worth in 1_u128 << 34..1 << 60, health in 9_200_u128..9_990) {
        let asset = Candidate {
            asset: 0, balance: worth, value: worth, price: 1, scale: 0, threshold_bps: 8_000,
            reference_bps: 9_500, penalty_bps: 150, dust: 0, sigma_bps: 0, relief_percent: 0, room: 0,
        };
        let other = Candidate { threshold_bps: 8_200, room: u128::MAX >> 16, ..asset };
        let policy = Policy { target_bps: 11_200, full_below_bps: 9_000, small: 0 };
        let owed = worth * 16_200 / health;
        let plan = plan(&[asset, other], &policy, owed, &Correlations::default()).unwrap();
        prop_assert_eq!(plan.kind, Kind::Partial);
        prop_assert_eq!(plan.amounts[0], 0);
        prop_assert!(plan.amounts[1] > 0);
    }
}

#[test]
fn seventeen_candidates_are_refused() {
    let policy = Policy { target_bps: 11_200, full_below_bps: 9_000, small: 0 };
    assert_eq!(
        plan(&[Candidate::default(); 17], &policy, 1, &Correlations::default()),
        Err(MathError::OutOfRange)
    );
    assert_eq!(
        plan(&[Candidate::default(); 16], &policy, 1, &Correlations::default()).unwrap().kind,
        Kind::None(Reason::Nothing)
    );
}
