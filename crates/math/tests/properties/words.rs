//! Every word goes round.

use alloy_primitives::{Address, U256};
use plimsoll_math::{interest::RateCurve, oracle::Verdict, words::*};
use proptest::prelude::*;

use crate::{config, up_to};

/// A number of at most `bits` bits, its largest value as likely as any width.
fn field(bits: u32) -> impl Strategy<Value = u128> {
    prop_oneof![1 => Just(u128::MAX >> (128 - bits)), 1 => Just(0), 6 => up_to(bits)]
}

macro_rules! narrow {
    ($name:ident, $type:ty) => {
        fn $name(bits: u32) -> impl Strategy<Value = $type> {
            field(bits).prop_map(|value| value as $type)
        }
    };
}
narrow!(f8, u8);
narrow!(f16, u16);
narrow!(f32, u32);
narrow!(f64, u64);

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn signed(bits: u32) -> impl Strategy<Value = i128> {
    let low = -(1_i128 << (bits - 1));
    let high = (1_i128 << (bits - 1)) - 1;
    prop_oneof![Just(low), Just(high), Just(-1), Just(0), low..=high]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    (0_u8..5).prop_map(Verdict::from_code)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn position_words_go_round(
        debt in field(112), assets in f16(16), checked_at in f32(32), flagged_at in f32(32),
        flags in f8(8), balance in field(112), units in field(112), slot in f32(24),
        overflow in f8(8), sold in f16(16),
    ) {
        let word = Account { debt, assets, checked_at, flagged_at, flags, sold };
        prop_assert_eq!(Account::unpack(word.pack().unwrap()), word);
        let word = Holding { balance, units, slot, overflow };
        prop_assert_eq!(Holding::unpack(word.pack().unwrap()), word);
        let word = Claim { units, slot };
        prop_assert_eq!(Claim::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn price_words_go_round(
        (price, ema, fresh_until, confidence) in (field(92), f64(64), f32(32), f8(8)),
        (scale, threshold, verdict, level) in (f8(6), f16(14), verdict(), f8(3)),
        (ramping, stopped, impaired) in (any::<bool>(), any::<bool>(), any::<bool>()),
        (sigma, relief, grace) in (f16(14), f8(5), f16(9)),
        (max_age, step, sigmas, max_confidence) in (f32(24), f16(16), f8(8), f16(16)),
        (quorum, half_life, outlier) in (f8(4), f16(16), f16(16)),
        (ema_half_life, sources) in (f16(16), f8(5)),
    ) {
        let word = AssetPrice {
            price, ema, fresh_until, confidence, scale, threshold, verdict, level, ramping,
            stopped, sigma, relief, grace, impaired,
        };
        prop_assert_eq!(AssetPrice::unpack(word.pack().unwrap()), word);
        let word = PricePolicy {
            max_age, step, sigmas, max_confidence, quorum, half_life, outlier, ema_half_life,
            sources,
        };
        prop_assert_eq!(PricePolicy::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn source_words_go_round(
        (address, kind, decimals, family) in (address(), f8(3), f8(8), f8(8)),
        (weight, secondary, bounded) in (f8(8), any::<bool>(), any::<bool>()),
        (min, max, price, confidence) in (field(128), field(128), field(92), field(92)),
        (time, until, opened_at, set_at) in (f32(32), f32(32), f32(32), f32(32)),
    ) {
        let word = Source { address, kind, decimals, family, weight, secondary, bounded };
        prop_assert_eq!(Source::unpack(word.pack().unwrap()), word);
        let word = Bounds { min, max };
        prop_assert_eq!(Bounds::unpack(word.pack().unwrap()), word);
        let word = Report { price, confidence, time };
        prop_assert_eq!(Report::unpack(word.pack().unwrap()), word);
        let word = Outage { feed: address, until, opened_at, set_at };
        prop_assert_eq!(Outage::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn sale_terms_go_round(
        (reference_factor, penalty, chip, target) in (f16(14), f16(9), f16(10), f16(15)),
        (full_below, start_excess, fast_rate, slow_rate) in (f16(14), f16(10), f16(10), f16(10)),
        (descent, floor, dust, max_on_sale) in (f16(10), f16(14), f32(32), f64(48)),
        (tip, small, cool_off, milli_exponent) in (f32(24), f32(24), f8(7), f8(5)),
    ) {
        let word = SaleTerms {
            reference_factor, penalty, chip, target, full_below, start_excess, fast_rate,
            slow_rate, descent, floor, dust, max_on_sale, tip, small, cool_off, milli_exponent,
        };
        prop_assert_eq!(SaleTerms::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn asset_words_go_round(
        (newest, high_water, on_sale) in (f16(16), f16(16), field(112)),
        (held, cap, max_ltv) in (field(112), field(112), f16(14)),
        (var_fast, var_slow, anchored_at) in (f32(32), f32(32), f32(32)),
        (observed_at, anchor, averaged_at) in (f32(32), f32(32), f32(24)),
        (depth, impact) in (f64(48), f16(10)),
        (token, decimals) in (address(), f8(8)),
        (from, to, start, end) in (f16(14), f16(14), f32(32), f32(32)),
        (terms_at, threshold_at, weight_at) in (f32(32), f32(32), f32(32)),
        (caps_at, policy_at) in (f32(32), f32(32)),
        (outflow, hour, net) in (f8(7), f32(20), signed(113)),
    ) {
        let word = Sales { newest, high_water, on_sale, held };
        prop_assert_eq!(Sales::unpack(word.pack().unwrap()), word);
        let word = Risk {
            var_fast, var_slow, anchored_at, observed_at, anchor, averaged_at, max_ltv, depth, impact,
        };
        prop_assert_eq!(Risk::unpack(word.pack().unwrap()), word);
        let word = Caps { cap, outflow, flow: Flow { hour, net } };
        prop_assert_eq!(Caps::unpack(word.pack().unwrap()), word);
        let word = Token { token, decimals };
        prop_assert_eq!(Token::unpack(word.pack().unwrap()), word);
        let word = Ramp {
            from, to, start, end, terms_at, threshold_at, weight_at, caps_at, policy_at,
        };
        prop_assert_eq!(Ramp::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn auction_words_go_round_and_round_the_kick_price_up(
        (lot, start, start_excess, redos) in (field(112), f32(32), f16(16), f8(8)),
        (generation, penalty, kick_price) in (f32(24), f16(16), field(92)),
        (units, raised) in (field(112), field(112)),
        (closed, used, keeper) in (any::<bool>(), any::<bool>(), f32(20)),
    ) {
        let word = AuctionTerms {
            lot, start, start_excess, redos, generation, penalty, kick_price,
        };
        let back = AuctionTerms::unpack(word.pack().unwrap());
        prop_assert_eq!(AuctionTerms { kick_price, ..back }, word);
        prop_assert!(back.kick_price >= kick_price);
        prop_assert!(back.kick_price - kick_price <= kick_price >> 39);
        prop_assert_eq!(AuctionTerms::unpack(back.pack().unwrap()), back);
        let word = AuctionPool { units, raised, closed, used, keeper };
        prop_assert_eq!(AuctionPool::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn cost_words_go_round(
        (value, pay, waited, paid, used) in (f64(48), f64(48), field(72), f64(48), any::<bool>()),
        (reference_factor, floor, start_excess) in (f16(14), f16(14), f16(10)),
        (max_on_sale, factor, seconds, keeper) in (f64(48), f32(24), f32(24), f32(24)),
        (learnt_at, open, total, bound) in (f32(32), field(112), field(112), f32(32)),
    ) {
        let word = Sold { value, pay, waited, keeper: paid, used };
        prop_assert_eq!(Sold::unpack(word.pack().unwrap()), word);
        let word = Calm {
            reference_factor, floor, start_excess, max_on_sale, factor, seconds, keeper, learnt_at,
        };
        prop_assert_eq!(Calm::unpack(word.pack().unwrap()), word);
        let word = Losses { open, total, bound };
        prop_assert_eq!(Losses::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn market_words_go_round(
        (index, accrued_at, reserve, rate, level) in
            (field(96), f32(32), field(104), f16(16), f8(3)),
        (window, uptime, gap) in (any::<bool>(), any::<bool>(), f8(3)),
        (net, cash, no_suppliers) in (signed(112), field(112), any::<bool>()),
        (base, kink, slope, jump) in (f8(8), f8(7), f8(8), f8(8)),
        (shares, credits) in (field(128), field(112)),
        (token, decimals, min_debt, outflow) in (address(), f8(8), field(80), f8(8)),
    ) {
        let word = Market { index, accrued_at, reserve, rate, level, window, uptime, gap };
        prop_assert_eq!(Market::unpack(word.pack().unwrap()), word);
        let curve = RateCurve { base, kink, slope, jump };
        let word = Totals { net, cash, curve, no_suppliers };
        prop_assert_eq!(Totals::unpack(word.pack().unwrap()), word);
        let word = Supply { shares, credits };
        prop_assert_eq!(Supply::unpack(word.pack().unwrap()), word);
        let word = Base { token, decimals, min_debt, outflow };
        prop_assert_eq!(Base::unpack(word.pack().unwrap()), word);
    }

    #[test]
    fn breaker_words_go_round(
        (level, since, until) in (f8(3), f32(32), f32(32)),
        (stopped_total, folded_at, grace_until) in (f32(32), f32(32), f32(32)),
        (tripped, reason, first, last, deep) in (f8(3), f8(5), f32(32), f32(32), any::<bool>()),
        (hour, anchor, most_on_sale) in (f32(20), field(112), f64(48)),
        (limits_at, market_at, borne, lost) in (f32(32), f32(32), field(112), field(112)),
    ) {
        let trip = Trip { level: tripped, reason, since: first, until: last };
        let word = Breaker {
            level, since, until, stopped_total, folded_at, trip, grace_until, deep,
        };
        prop_assert_eq!(Breaker::unpack(word.pack().unwrap()), word);
        let word = Limits { hour, anchor, most_on_sale, limits_at, market_at };
        prop_assert_eq!(Limits::unpack(word.pack().unwrap()), word);
        let word = Deficit { borne, hour, lost };
        prop_assert_eq!(Deficit::unpack(word.pack().unwrap()), word);
    }

    /// The fields of random words are all there is: what is packed again differs only in bits that
    /// no field uses.
    #[test]
    fn unused_bits_stay_zero(limbs in any::<[u64; 4]>()) {
        let word = U256::from_limbs(limbs);
        let low = |bits: usize| (U256::from(1) << bits) - U256::from(1);
        prop_assert_eq!(Account::unpack(word).pack().unwrap(), word & low(216));
        prop_assert_eq!(Holding::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Claim::unpack(word).pack().unwrap(), word & low(136));
        prop_assert_eq!(SaleTerms::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Source::unpack(word).pack().unwrap(), word & low(189));
        prop_assert_eq!(Report::unpack(word).pack().unwrap(), word & low(216));
        prop_assert_eq!(Outage::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Sales::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Caps::unpack(word).pack().unwrap(), word & low(252));
        prop_assert_eq!(Risk::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Token::unpack(word).pack().unwrap(), word & low(168));
        prop_assert_eq!(PricePolicy::unpack(word).pack().unwrap(), word & low(121));
        prop_assert_eq!(Ramp::unpack(word).pack().unwrap(), word & low(252));
        prop_assert_eq!(AuctionPool::unpack(word).pack().unwrap(), word & low(246));
        prop_assert_eq!(Sold::unpack(word).pack().unwrap(), word & low(217));
        prop_assert_eq!(Calm::unpack(word).pack().unwrap(), word & low(190));
        prop_assert_eq!(Losses::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Market::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Totals::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Supply::unpack(word).pack().unwrap(), word & low(240));
        prop_assert_eq!(Base::unpack(word).pack().unwrap(), word);
        prop_assert_eq!(Breaker::unpack(word).pack().unwrap(), word & low(236));
    }
}
