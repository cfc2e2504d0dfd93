//! What is remembered of a price: against the exact exponential, and against whoever would bend it.

use alloy_primitives::U256;
use num_traits::Zero;
use plimsoll_math::correlation::{Correlations, Stake, relief};
use plimsoll_math::health::{Exposure, Leg};
use plimsoll_math::oracle::{
    FAST, Priced, RETURN_MIN, SLOW, Stats, VARIANCE_FLOOR, VARIANCE_MAX, Verdict, squared_return,
    variance_code, variance_of, volatility_of,
};
use plimsoll_math::value::value_down;
use plimsoll_math::words::{AssetPrice, PricePolicy, Risk};
use proptest::prelude::*;

use crate::reference::{self, Q, int};
use crate::{config, plain};

const HALF_LIFE: u16 = 90;

fn seen(price: u128, time: u32) -> Priced {
    Priced { price, time, fresh: time, families: 1, ..Priced::default() }
}

fn start(price: u128, reference: u16) -> Stats {
    Stats::default().after(&seen(price, 1_000), 1_000, HALF_LIFE, reference)
}

/// Prices and the seconds between them, with every verdict and confidence.
fn history() -> impl Strategy<Value = Vec<(u128, u32, u128, u8)>> {
    let one = (
        prop_oneof![4 => 900_000_000_u128..1_100_000_000, 1 => 1_u128..1 << 92],
        prop_oneof![4 => 0_u32..200, 1 => 0_u32..1_000_000],
        prop_oneof![Just(0_u128), 0_u128..50_000_000],
        0_u8..3,
    );
    prop::collection::vec(one, 1..30)
}

/// Plays a history through the stored words, and looks at them after each price.
fn play(
    history: &[(u128, u32, u128, u8)],
    mut look: impl FnMut(&AssetPrice, &Risk, &Priced) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let policy = PricePolicy { ema_half_life: HALF_LIFE, ..plain() };
    let (mut price, mut risk) =
        (AssetPrice { sigma: 500, ..AssetPrice::default() }, Risk::default());
    let mut time = 1_000;
    for &(value, passed, confidence, code) in history {
        time += passed;
        let verdict = Verdict::from_code(code);
        let next = Priced { confidence, verdict, ..seen(value, time) };
        (price, risk) = next.words(&price, &risk, &policy, time);
        price = AssetPrice::unpack(price.pack().unwrap());
        risk = Risk::unpack(risk.pack().unwrap());
        look(&price, &risk, &next)?;
    }
    Ok(())
}

/// What is left of the way from `to` to `from` when `part` of it is to be forgotten: e^-part,
/// enclosed. part: ppm.
fn forgotten(from: u128, to: u128, ppm: (u128, u128)) -> (Q, Q) {
    let away = int(from) - int(to);
    let (low, _) = reference::exp_neg(ppm.1, 0);
    let (_, high) = reference::exp_neg(ppm.0, 0);
    let (a, b) = (int(to) + &away * low, int(to) + away * high);
    if a <= b { (a, b) } else { (b, a) }
}

/// `seconds / memory * unit` in ppm, enclosed.
fn ppm(seconds: u32, memory: u32, unit: u128) -> (u128, u128) {
    let exact = u128::from(seconds) * unit / u128::from(memory) / 1_000_000_000;
    (exact.saturating_sub(1), exact + 2)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_average_never_leaves_the_range_of_its_history(history in history()) {
        let (mut low, mut high) = (u128::MAX, 0);
        play(&history, |price, _, next| {
            if next.verdict != Verdict::Jumped || low > high {
                (low, high) = (low.min(next.price), high.max(next.price));
            }
            // Stored down, by one part in 2^57 at each price.
            let below = low - (low >> 52).min(low);
            prop_assert!(below <= price.average() && price.average() <= high);
            Ok(())
        })?;
    }

    #[test]
    fn variances_never_leave_their_corridor(history in history()) {
        let mut ceiling = variance_of(500);
        play(&history, |_, risk, _| {
            let stats = Stats::from_words(&AssetPrice::default(), risk);
            // No return counts for more than 25 times the slow variance or the floor.
            ceiling = ceiling.max(25 * stats.slow.max(VARIANCE_FLOOR));
            prop_assert!(stats.fast <= ceiling.min(VARIANCE_MAX));
            prop_assert!(stats.slow <= VARIANCE_MAX);
            prop_assert!(risk.volatility() <= 30_000);
            Ok(())
        })?;
    }

    /// Whoever pushes prices within their confidence can only make the engine forget.
    #[test]
    fn moves_below_the_confidence_raise_no_variance(
        moves in prop::collection::vec((0_u128..2_000_001, 0_u32..5_000), 1..20), sigma in 1_u16..2_000,
    ) {
        let mut stats = start(1_000_000_000, sigma);
        let mut time = 1_000;
        for (offset, passed) in moves {
            time += passed;
            let next = Priced { confidence: 2_000_000, ..seen(999_000_000 + offset, time) };
            let after = stats.after(&next, time, HALF_LIFE, sigma);
            prop_assert!(after.fast <= stats.fast && after.slow <= stats.slow);
            stats = after;
        }
    }

    /// One print, however far off, moves a variance by no more than a share of the ceiling.
    #[test]
    fn one_print_counts_for_five_deviations_at_most(
        price in 1_u128..1 << 92, passed in RETURN_MIN..100_000, sigma in 0_u16..3_000,
    ) {
        let stats = start(1_000_000_000, sigma);
        let after = stats.after(&seen(price, 1_000 + passed), 1_000 + passed, HALF_LIFE, sigma);
        let ceiling = 25 * stats.slow.max(VARIANCE_FLOOR);
        let room = |old: u128| int(ceiling.max(old)) - int(old);
        let share = |seconds: u32, memory: u32| {
            // 1 - e^-x <= x.
            reference::ratio(seconds.min(memory / 2).into(), memory.into())
        };
        let moved = |old: u128, new: u128| int(new.max(old)) - int(old);
        prop_assert!(moved(stats.fast, after.fast) <= room(stats.fast) * share(passed, FAST) + int(1));
        prop_assert!(moved(stats.slow, after.slow) <= room(stats.slow) * share(passed, SLOW) + int(1));
    }

    /// A jump moves nothing but the time; confirmed, it counts from where the price was before.
    #[test]
    fn an_unconfirmed_jump_is_not_remembered(lies in prop::collection::vec((1_u128..1 << 92, 0_u32..9_000), 0..9)) {
        let stats = start(1_000_000_000, 500);
        let (mut after, mut time) = (stats, 1_000);
        for (price, passed) in lies {
            time += passed;
            after = after.after(&Priced { verdict: Verdict::Jumped, ..seen(price, time) }, time, HALF_LIFE, 500);
        }
        prop_assert_eq!(after, Stats { observed_at: time, averaged_at: time, ..stats });
    }

    /// Against the exponential, enclosed. The half-life and the memories bound what one price says.
    #[test]
    fn a_price_counts_for_the_time_that_passed(
        price in 950_000_000_u128..1_050_000_000, passed in 0_u32..200_000, sigma in 0_u16..2_000,
    ) {
        let stats = start(1_000_000_000, sigma);
        let after = stats.after(&seen(price, 1_000 + passed), 1_000 + passed, HALF_LIFE, sigma);
        let life = u32::from(HALF_LIFE);
        let (low, high) =
            forgotten(stats.ema, price, ppm(passed.min(life), life, 693_147_180_559_945));
        prop_assert!(low - int(1) <= int(after.ema) && int(after.ema) <= high + int(1));
        if passed < RETURN_MIN {
            prop_assert_eq!((after.fast, after.slow, after.anchor), (stats.fast, stats.slow, stats.anchor));
            return Ok(());
        }
        let shown = squared_return(stats.anchor, price, 0) / u128::from(passed);
        let shown = shown.min(25 * stats.slow.max(VARIANCE_FLOOR));
        for (old, new, memory) in [(stats.fast, after.fast, FAST), (stats.slow, after.slow, SLOW)] {
            let unit = 1_000_000_000_000_000;
            let (low, high) = forgotten(old, shown, ppm(passed.min(memory / 2), memory, unit));
            prop_assert!(low - int(1) <= int(new) && int(new) <= high + int(1));
        }
        prop_assert_eq!((after.anchor, after.anchored_at), (price, 1_000 + passed));
    }

    /// Two steps forget as much as one of the same length.
    #[test]
    fn forgetting_depends_on_time_and_not_on_steps(first in RETURN_MIN..150, second in RETURN_MIN..150) {
        let stats = Stats { slow: 1 << 40, fast: 1 << 40, ..start(1_000_000_000, 500) };
        let still = |stats: Stats, time| stats.after(&seen(1_000_000_000, time), time, HALF_LIFE, 500);
        let twice = still(still(stats, 1_000 + first), 1_000 + first + second);
        let once = still(stats, 1_000 + first + second);
        prop_assert!(twice.fast.abs_diff(once.fast) <= 2 && twice.slow.abs_diff(once.slow) <= 2);
    }

    /// A squared return is exact to a billionth, the same up and down, and no less than that of the
    /// logarithm.
    #[test]
    fn a_return_is_as_long_up_as_down(a in 1_u128..1 << 92, b in 1_u128..1 << 92) {
        prop_assert_eq!(squared_return(a, b, 0), squared_return(b, a, 0));
        let away = int(a.abs_diff(b));
        let exact = &away * &away / int(a) / int(b) * int(10_u128.pow(18));
        prop_assert!(int(squared_return(a, b, 0)) <= exact);
        if a.abs_diff(b) <= a.min(b) {
            let slack = int(3_000_000_000);
            prop_assert!(int(squared_return(a, b, 0)) + slack >= exact);
        }
    }

    /// New risk and jumps are measured by the slow variance or by 0.7 of the fast deviation.
    #[test]
    fn a_sudden_volatility_counts_for_seven_tenths(fast in 0..=VARIANCE_MAX, slow in 0..=VARIANCE_MAX) {
        let measured = Stats { fast, slow, ..Stats::default() }.measured();
        prop_assert!(reference::is_floor(measured, &reference::prices::measured(fast, slow)));
    }

    #[test]
    fn volatilities_and_variances_go_round(sigma in 0_u16..=30_000) {
        let variance = variance_of(sigma);
        let exact = int(sigma.into()) * int(sigma.into()) * int(10_u128.pow(10)) / int(86_400);
        prop_assert!(reference::is_floor(variance, &exact) || variance.is_zero());
        prop_assert!(u64::from(sigma).abs_diff(volatility_of(variance)) <= 1);
    }

    /// No sequence of updates that leaves the prices where they are lowers a health factor: of all
    /// that an update writes, a volatility that has risen too, health reads the price alone. The
    /// position has two assets and is relieved by what sets them apart.
    #[test]
    fn noise_without_a_move_lowers_no_health_factor(
        noise in prop::collection::vec((0_usize..2, 0_u32..100_000, 0_u128..90_000_000, 0_u8..4, 950_u128..1_050), 1..20),
        amounts in prop::array::uniform2(1_u128 << 60..1 << 80), threshold in 6_000_u16..9_500,
        sigmas in prop::array::uniform2(50_u16..1_000), reliefs in prop::array::uniform2(0_u8..=25),
    ) {
        let policy = plain();
        let at = |value: u128, time: u32| seen(value * 1_000_000, time);
        let listed = [0, 1].map(|n| {
            let asset = AssetPrice {
                threshold, sigma: sigmas[n], relief: reliefs[n], scale: 9, ..AssetPrice::default()
            };
            at(1_000, 1_000).words(&asset, &Risk::default(), &policy, 1_000)
        });
        let before = health(&listed, &amounts);
        let (mut words, mut time) = (listed, 1_000);
        for (n, passed, confidence, code, price) in noise {
            // Away and back again, through what is stored.
            for price in [price, 1_000] {
                time += passed;
                let verdict = Verdict::from_code(code);
                let next = Priced { confidence, verdict, ..at(price, time) };
                let (price, risk) = next.words(&words[n].0, &words[n].1, &policy, time);
                words[n] = (AssetPrice::unpack(price.pack().unwrap()), Risk::unpack(risk.pack().unwrap()));
            }
            prop_assert_eq!(health(&words, &amounts), before);
        }
    }
}

/// Against a debt of 2^90, of so much of two uncorrelated assets.
fn health(words: &[(AssetPrice, Risk); 2], amounts: &[u128; 2]) -> U256 {
    let mut stakes = [Stake::default(); 2];
    let mut sum = Exposure { debt: 1 << 90, ..Exposure::default() };
    for (asset, (price, _)) in (0_u8..).zip(words) {
        let n = usize::from(asset);
        let value = value_down(amounts[n], price.price, price.scale).unwrap();
        let (threshold_bps, sigma_bps) = (price.threshold, price.sigma);
        stakes[n] = Stake { asset, value, threshold_bps, sigma_bps, relief_percent: price.relief };
        sum = sum.with_leg(Leg { value, threshold_bps }).unwrap();
    }
    let apart = Correlations::default().with_code(0, 1, 250);
    sum.with_relief(relief(&stakes, &apart).unwrap()).unwrap().health_factor()
}

/// The average moves with the time that a price stands, whether there is anything new or not; twice
/// in a second counts once.
#[test]
fn a_price_that_stands_is_caught_up_with() {
    let moved = seen(1_100_000_000, 1_010);
    let stats = start(1_000_000_000, 500).after(&moved, 1_010, HALF_LIFE, 500);
    let again = |stats: Stats, now| stats.after(&moved, now, HALF_LIFE, 500);
    assert_eq!(again(stats, 1_010), stats);
    let mut later = stats;
    for now in (1_020..=3_000).step_by(10) {
        let next = again(later, now);
        assert!(next.ema > later.ema && next.ema <= moved.price);
        assert_eq!((next.observed_at, next.slow), (1_010, later.slow));
        later = next;
    }
    assert!(moved.price - later.ema < 1_000);
    // One look after all that time counts for half of the way: nobody saw what was in between.
    let half = (stats.ema + moved.price) / 2;
    assert!(again(stats, 3_000).ema.abs_diff(half) <= 100);
}

/// The first reference is the least that the variances start from, once there is a price.
#[test]
fn a_reference_that_comes_after_the_price_is_where_the_variances_start() {
    let risk = |fast, slow| Risk {
        anchor: variance_code(3_000),
        var_fast: variance_code(fast),
        var_slow: variance_code(slow),
        ..Risk::default()
    };
    let reference = variance_of(500);
    let nothing = risk(0, 0).seeded(500);
    assert_eq!(
        (nothing.var_fast, nothing.var_slow),
        (variance_code(reference), variance_code(reference))
    );
    // What was measured and is more stays.
    let stormy = risk(reference * 4, reference / 2).seeded(500);
    assert_eq!(stormy, risk(reference * 4, reference));
    assert_eq!(risk(7, 8).seeded(0), risk(7, 8));
    // Before the first price there is nothing to seed: that price brings the reference.
    let none = Risk { anchor: 0, ..risk(0, 0) };
    assert_eq!(none.seeded(500), none);
}
