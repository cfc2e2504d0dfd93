use alloy_primitives::U256;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use plimsoll_math::correlation::{Correlations, Stake, relief};
use plimsoll_math::health::{Exposure, Leg, health_factor, pending};
use proptest::prelude::*;

use crate::{cases, config, reference, up_to};

fn legs() -> impl Strategy<Value = Vec<Leg>> {
    prop::collection::vec(
        (up_to(100), 0_u16..10_000).prop_map(|(value, threshold_bps)| Leg { value, threshold_bps }),
        0..16,
    )
}

fn exposure() -> impl Strategy<Value = (Vec<Leg>, Exposure)> {
    (legs(), up_to(106), up_to(106)).prop_map(|(legs, debt, pending)| {
        let start = Exposure { debt, pending, ..Exposure::default() };
        let exposure = legs.iter().fold(start, |sum, leg| sum.with_leg(*leg).unwrap());
        (legs, exposure)
    })
}

fn to_big(value: U256) -> BigInt {
    BigInt::from_bytes_be(num_bigint::Sign::Plus, &value.to_be_bytes::<32>())
}

/// Aave's health factor (aave-v3-origin, GenericLogic and WadRayMath): the sum of value times
/// threshold in bps, over the debt in WAD to the nearest, halves up, over 10^4 down.
fn aave(margin_bps: &BigInt, debt: &BigInt) -> BigInt {
    (margin_bps * BigInt::from(10).pow(18) + debt / 2_u32) / debt / 10_000_u32
}

/// Collateral, threshold and debt; half of them so that the health factor is just below a wei more.
fn one_collateral() -> impl Strategy<Value = (u128, u16, u128)> {
    let any = (up_to(112), 0_u16..10_000, up_to(112));
    let close = (up_to(112), 1_u128..2_000_000).prop_map(|(debt, wei)| {
        let exact = reference::int(debt.max(1)) * reference::int(wei << 40) / reference::ten_to(14);
        (u128::try_from(exact.ceil().to_integer() - BigInt::one()).unwrap_or(0), 1, debt)
    });
    prop_oneof![any, close]
        .prop_map(|(value, threshold, debt)| (value.min((1 << 112) - 1), threshold, debt.max(1)))
}

proptest! {
    #![proptest_config(cases(100_000))]

    /// One collateral, whatever its volatility: C LT / D in WAD, down, and Aave's to the wei but
    /// where Aave rounds up what is within half a ten-thousandth of a wei of the next.
    #[test]
    fn one_collateral_has_aave_s_health_factor(
        (value, threshold_bps, debt) in one_collateral(), sigma_bps in 0_u16..1_000, relief_percent in 0_u8..=25,
    ) {
        let stake = Stake { asset: 0, value, threshold_bps, sigma_bps, relief_percent };
        let relieved = relief(&[stake], &Correlations::default().with_code(0, 1, 250)).unwrap();
        let exposure = Exposure { debt, ..Exposure::default() }
            .with_leg(Leg { value, threshold_bps }).unwrap()
            .with_relief(relieved).unwrap();
        let margin = BigInt::from(value) * threshold_bps;
        let debt = BigInt::from(debt);
        let exact = &margin * BigInt::from(10).pow(14) / &debt;
        if exact > BigInt::from(u128::MAX) {
            prop_assert_eq!(exposure.health_factor(), U256::MAX);
            return Ok(());
        }
        let shown = to_big(exposure.health_factor());
        prop_assert_eq!(&shown, &exact);
        let whole = &debt * 10_000_u32;
        let rest = margin.clone() * BigInt::from(10).pow(18) % &whole;
        let rounds_up = rest >= whole - &debt / 2_u32;
        prop_assert_eq!(aave(&margin, &debt) - shown, BigInt::from(u8::from(rounds_up)));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn health_is_decided_exactly((legs, exposure) in exposure(), bps in 1_u16..20_000) {
        let margin = legs.iter().fold(reference::Q::zero(), |sum, leg| {
            sum + reference::int(leg.value) * reference::bps(leg.threshold_bps.into())
        });
        let collateral: u128 = legs.iter().map(|leg| leg.value).sum();
        let owed = (reference::int(exposure.debt) - reference::int(exposure.pending))
            .max(reference::Q::zero());
        prop_assert_eq!(exposure.collateral, collateral);
        prop_assert_eq!(reference::int(exposure.owed()), owed.clone());

        let below = margin < &owed * reference::bps(bps.into());
        prop_assert_eq!(exposure.is_below(bps).unwrap(), below);
        prop_assert_eq!(exposure.meets(bps).unwrap(), !below);
        prop_assert_eq!(exposure.is_liquidatable().unwrap(), margin < owed);

        let shown = exposure.health_factor();
        if owed.is_zero() {
            prop_assert_eq!(shown, U256::MAX);
            prop_assert!(!exposure.is_liquidatable().unwrap());
        } else {
            let exact = (margin / owed * reference::ten_to(18)).floor();
            if exact > reference::int(u128::MAX) {
                prop_assert_eq!(shown, U256::MAX);
            } else {
                prop_assert_eq!(exact.to_integer(), to_big(shown));
            }
        }
    }

    /// The decision one wei either side of the line, which a quotient in WAD cannot tell apart.
    #[test]
    fn the_line_is_sharp(owed in 1_u128..1 << 106) {
        let at = Exposure { margin_bps: owed * 10_000, debt: owed, ..Exposure::default() };
        prop_assert!(!at.is_liquidatable().unwrap());
        let under = Exposure { margin_bps: owed * 10_000 - 1, ..at };
        prop_assert!(under.is_liquidatable().unwrap());
        prop_assert_eq!(
            under.health_factor() < U256::from(10_u64.pow(18)),
            under.is_liquidatable().unwrap()
        );
    }

    #[test]
    fn a_better_leg_never_hurts(
        (_, exposure) in exposure(), value in up_to(100), more in up_to(100),
        threshold_bps in 0_u16..10_000,
    ) {
        let leg = Leg { value, threshold_bps };
        let with = exposure.with_leg(leg).unwrap().health_factor();
        prop_assert!(with >= exposure.health_factor());
        let better = Leg { value: value + more, ..leg };
        prop_assert!(exposure.with_leg(better).unwrap().health_factor() >= with);
        // Debt the other way.
        let deeper = Exposure { debt: exposure.debt + more, ..exposure };
        prop_assert!(deeper.health_factor() <= exposure.health_factor());
    }

    #[test]
    fn every_margin_has_a_health_factor(margin in up_to(128), owed in up_to(128)) {
        let shown = health_factor(margin, owed);
        prop_assert_eq!(shown == U256::MAX, owed == 0 || margin / owed > u128::MAX / 10_u128.pow(14));
    }

    #[test]
    fn pending_is_the_lower_factor_less_penalty_down(
        value in up_to(112), reference in 0_u32..1_000_000, factor in 0_u32..1_100_000,
        penalty in 0_u32..70_000,
    ) {
        let exact = reference::int(value) * reference::ppm(reference.min(factor).into())
            / (reference::int(1) + reference::ppm(penalty.into()));
        prop_assert!(reference::is_floor(
            pending(value, reference, factor, penalty).unwrap(),
            &exact
        ));
    }
}

/// 6.25 * 10^18 + 10 at 80 % against 5 * 10^18 + 3 is a hair less than a wei above one: here one, at
/// Aave a wei more. A wei of debt less, and both show it.
#[test]
fn where_aave_rounds_up() {
    let both = |debt: u128| {
        let margin = 6_250_000_000_000_000_010_u128 * 8_000;
        (health_factor(margin, debt), aave(&margin.into(), &debt.into()))
    };
    let wei = |more: u64| BigInt::from(10).pow(18) + more;
    let (ours, theirs) = both(5_000_000_000_000_000_003);
    assert_eq!((to_big(ours), theirs), (wei(0), wei(1)));
    let (ours, theirs) = both(5_000_000_000_000_000_002);
    assert_eq!((to_big(ours), theirs), (wei(1), wei(1)));
}
