use num_traits::{One, Zero};
use plimsoll_math::{
    fixed::BPS,
    interest::{
        INDEX_MAX, INDEX_START, Ledger, RESERVE_MAX, RateCurve, accrue, nav, net_value, rate_bps,
        refresh_rate,
    },
    settlement::write_off,
    shares::{VIRTUAL_SHARES, assets_for_down, shares_for_down},
    value::{debt_up, units_down, units_up},
    words::Market,
};
use proptest::prelude::*;

use crate::{config, reference, up_to};

fn curve() -> impl Strategy<Value = RateCurve> {
    (any::<u8>(), 0_u8..=100, any::<u8>(), any::<u8>())
        .prop_map(|(base, kink, slope, jump)| RateCurve { base, kink, slope, jump })
}

fn net() -> impl Strategy<Value = i128> {
    (up_to(111), any::<bool>()).prop_map(|(size, negative)| {
        let size = size as i128;
        if negative { -size } else { size }
    })
}

fn ledger() -> impl Strategy<Value = Ledger> {
    (
        (INDEX_START..=INDEX_MAX, any::<u32>(), up_to(104), any::<u16>()),
        (net(), up_to(112), curve(), any::<bool>()),
    )
        .prop_map(|((index, accrued_at, reserve, rate), (net, cash, curve, no_suppliers))| {
            Ledger { index, accrued_at, reserve, rate, net, cash, curve, no_suppliers }
        })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_rate_is_the_curve_up(curve in curve(), debt in up_to(118), cash in up_to(112)) {
        let RateCurve { base, kink, slope, jump } = curve;
        let exact = reference::rate([base, kink, slope, jump], debt, cash);
        let rate = rate_bps(&curve, debt, cash);
        if exact > reference::int(u16::MAX.into()) {
            prop_assert_eq!(rate, u16::MAX);
        } else {
            // Beyond the kink and up to it alike: one rounding.
            prop_assert!(reference::is_ceil(rate.into(), &exact));
        }
    }

    #[test]
    fn the_rate_rises_with_debt_and_falls_with_cash(
        curve in curve(), debt in up_to(110), cash in up_to(110), more in up_to(110),
    ) {
        let rate = rate_bps(&curve, debt, cash);
        prop_assert!(rate_bps(&curve, debt + more, cash) >= rate);
        prop_assert!(rate_bps(&curve, debt, cash + more) <= rate);
        prop_assert!(u128::from(rate) >= (u128::from(curve.base) * 10).min(u16::MAX.into()));
    }

    #[test]
    fn the_index_grows_by_the_exact_interest_up(ledger in ledger(), seconds in any::<u32>()) {
        let now = ledger.accrued_at.saturating_add(seconds);
        let after = accrue(&ledger, now);
        let exact = reference::index_after(ledger.index, ledger.rate, now - ledger.accrued_at);
        if after.index < INDEX_MAX {
            prop_assert!(reference::is_ceil(after.index, &exact));
        } else {
            prop_assert!(exact > reference::int(INDEX_MAX) - reference::int(1));
        }
        prop_assert_eq!(after.accrued_at, now);
        prop_assert_eq!(
            Ledger {
                index: ledger.index,
                accrued_at: ledger.accrued_at,
                reserve: ledger.reserve,
                ..after
            },
            ledger
        );
        // The words hold whatever comes out.
        prop_assert!(after.market(&Market::default()).pack().is_ok());
        prop_assert!(after.totals().pack().is_ok());
        prop_assert_eq!(Ledger::from_words(&after.market(&Market::default()), &after.totals()), after);
    }

    #[test]
    fn interest_belongs_to_suppliers_or_else_to_the_reserve(
        ledger in ledger(), seconds in 0_u32..400_000_000,
    ) {
        let now = ledger.accrued_at.saturating_add(seconds);
        let after = accrue(&ledger, now);
        let grown = net_value(after.net, after.index).unwrap()
            - net_value(ledger.net, ledger.index).unwrap();
        let to_reserve = after.reserve - ledger.reserve;
        if ledger.no_suppliers && ledger.net > 0 {
            if after.reserve < RESERVE_MAX {
                prop_assert_eq!(to_reserve, grown as u128);
                // So nobody's claim changes.
                prop_assert_eq!(nav(&after), nav(&ledger));
            }
        } else {
            prop_assert_eq!(to_reserve, 0);
            prop_assert!(ledger.net < 0 || nav(&after).unwrap() >= nav(&ledger).unwrap());
        }
    }

    /// Many steps earn no less than one, and more only by compounding and one unit a step.
    #[test]
    fn accruing_in_steps_compounds(
        rate in 0_u16..5_000, steps in prop::collection::vec(1_u32..1_000_000, 1..20),
    ) {
        let start = Ledger { index: INDEX_START, rate, ..Ledger::default() };
        let mut stepped = start;
        let mut exact = reference::int(INDEX_START);
        let mut now = 0;
        for step in &steps {
            now += step;
            stepped = accrue(&stepped, now);
            exact *= reference::Q::one()
                + reference::bps(rate.into()) * reference::ratio((*step).into(), 31_536_000);
        }
        prop_assert!(stepped.index >= accrue(&start, now).index);
        let over = reference::int(stepped.index) - &exact;
        prop_assert!(over >= reference::Q::zero());
        // A unit a step, which later steps grow by less than a factor of three.
        prop_assert!(over < reference::int(3 * steps.len() as u128));
        prop_assert_eq!(accrue(&stepped, now), stepped);
        prop_assert_eq!(accrue(&stepped, now - 1), stepped);
    }

    #[test]
    fn the_residual_is_exact(ledger in ledger()) {
        let exact = reference::signed(ledger.net) * reference::int(ledger.index)
            / reference::ten_to(27);
        let value = net_value(ledger.net, ledger.index).unwrap();
        let residual = reference::int(ledger.cash) + exact.floor() - reference::int(ledger.reserve);
        prop_assert_eq!(reference::signed(value), exact.floor());
        prop_assert_eq!(
            reference::int(nav(&ledger).unwrap()),
            residual.max(reference::Q::zero())
        );
    }

    /// Borrowing and repaying change the suppliers' claim by at most a wei, and never against them.
    #[test]
    fn borrow_and_repay_leave_the_residual(
        ledger in ledger(), cash in 0_u128..1 << 100, net in 0_u128..1 << 100, amount in up_to(100),
    ) {
        let ledger = Ledger { cash: cash + amount, net: net as i128, ..ledger };
        let before = nav(&ledger).unwrap();
        let units = units_up(amount, ledger.index).unwrap() as i128;
        let lent = Ledger { cash, net: ledger.net + units, ..ledger };
        prop_assert!(nav(&lent).unwrap() >= before);

        let units = units_down(amount, ledger.index).unwrap() as i128;
        let repaid = Ledger { cash: ledger.cash + amount, net: ledger.net - units, ..ledger };
        prop_assert!(nav(&repaid).unwrap() >= before);
    }

    #[test]
    fn the_rate_follows_the_stocks(ledger in ledger()) {
        let after = refresh_rate(&ledger);
        let value = net_value(ledger.net, ledger.index).unwrap().max(0) as u128;
        prop_assert_eq!(after.rate, rate_bps(&ledger.curve, value, ledger.cash));
        prop_assert_eq!(Ledger { rate: ledger.rate, ..after }, ledger);
    }

    #[test]
    fn shares_are_exact_and_never_lower_the_price(
        assets in up_to(112), total in up_to(120), nav in up_to(112),
    ) {
        let exact = reference::int(assets) * reference::int(total + VIRTUAL_SHARES)
            / reference::int(nav + 1);
        let Ok(shares) = shares_for_down(assets, total, nav) else {
            prop_assert!(exact > reference::int(u128::MAX));
            return Ok(());
        };
        prop_assert!(reference::is_floor(shares, &exact));
        // (nav + assets + 1) / (total + shares + virtual) >= (nav + 1) / (total + virtual).
        let before = reference::ratio(nav + 1, total + VIRTUAL_SHARES);
        let Some(sum) = (total + VIRTUAL_SHARES).checked_add(shares) else { return Ok(()) };
        prop_assert!(reference::ratio(nav + assets + 1, sum) >= before);
        // The way back never gains.
        let back = assets_for_down(shares, total + shares, nav + assets).unwrap();
        prop_assert!(back <= assets);
    }

    #[test]
    fn redeeming_is_exact_and_never_lowers_the_price(
        total in up_to(120), part in 0..=BPS, nav in up_to(112),
    ) {
        let shares = total / BPS * part;
        let assets = assets_for_down(shares, total, nav).unwrap();
        let exact = reference::int(shares) * reference::int(nav + 1)
            / reference::int(total + VIRTUAL_SHARES);
        prop_assert!(reference::is_floor(assets, &exact));
        prop_assert!(assets <= nav);
        let before = reference::ratio(nav + 1, total + VIRTUAL_SHARES);
        let after = reference::ratio(nav - assets + 1, total - shares + VIRTUAL_SHARES);
        prop_assert!(after >= before);
    }

    #[test]
    fn a_write_off_is_borne_in_order_and_in_full(
        debt in up_to(112), index in INDEX_START..=INDEX_MAX, credit in up_to(112),
        reserve in up_to(104),
    ) {
        let split = write_off(debt, index, credit, reserve).unwrap();
        let owed = debt_up(debt, index).unwrap();
        prop_assert_eq!(split.from_credit + split.from_reserve + split.loss, owed);
        prop_assert!(split.from_credit <= credit && split.from_reserve <= reserve);
        prop_assert!(split.from_reserve == 0 || split.from_credit == credit);
        prop_assert!(split.loss == 0 || split.from_reserve == reserve);
    }

    /// The suppliers' claim falls by the recorded loss, and by less than a wei beside it.
    #[test]
    fn a_write_off_costs_the_suppliers_the_loss(
        debt in up_to(100), other in up_to(100), index in INDEX_START..=INDEX_MAX,
        credit in up_to(110), reserve in up_to(100), cash in up_to(110),
    ) {
        let split = write_off(debt, index, credit, reserve).unwrap();
        let before = Ledger {
            index, reserve, net: (debt + other) as i128, cash: cash + reserve, ..Ledger::default()
        };
        let after = Ledger {
            reserve: reserve - split.from_reserve,
            net: other as i128,
            cash: before.cash + split.from_credit,
            ..before
        };
        let fall = nav(&before).unwrap() as i128 - nav(&after).unwrap() as i128;
        prop_assert!(fall == split.loss as i128 || fall == split.loss as i128 - 1);
    }
}
