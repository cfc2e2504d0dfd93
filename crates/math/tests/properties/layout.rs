//! Where the fields of the words lie, and what does not fit them.

use alloy_primitives::{Address, U256};
use plimsoll_math::{MathError, interest::RateCurve, words::*};

/// One word with one field full: the fields' masks must be disjoint and together `bits` long.
fn assert_tiles(masks: &[U256], bits: usize) {
    let mut seen = U256::ZERO;
    for mask in masks {
        assert_ne!(*mask, U256::ZERO);
        assert_eq!(seen & *mask, U256::ZERO, "two fields overlap");
        assert_eq!(*mask & (seen + U256::from(1)), seen + U256::from(1), "fields leave a gap");
        seen |= *mask;
    }
    assert_eq!(seen.bit_len(), bits);
}

macro_rules! tiles {
    ($word:ident, $bits:expr, $($field:ident = $max:expr),+ $(,)?) => {
        assert_tiles(
            &[$($word { $field: $max, ..Default::default() }.pack().unwrap()),+],
            $bits,
        )
    };
}

const fn ones(bits: u32) -> u128 {
    u128::MAX >> (128 - bits)
}

#[test]
// Of a word with one field nothing is left to default.
#[allow(clippy::needless_update)]
fn fields_lie_side_by_side_in_the_listed_order() {
    let all = Address::repeat_byte(0xff);
    tiles!(
        Account,
        216,
        debt = ones(112),
        assets = u16::MAX,
        checked_at = u32::MAX,
        flagged_at = u32::MAX,
        flags = u8::MAX,
        sold = u16::MAX
    );
    tiles!(
        Holding,
        256,
        balance = ones(112),
        units = ones(112),
        slot = ones(24) as u32,
        overflow = u8::MAX
    );
    tiles!(Claim, 136, units = ones(112), slot = ones(24) as u32);
    tiles!(
        SaleTerms,
        256,
        reference_factor = ones(14) as u16,
        penalty = ones(9) as u16,
        chip = ones(10) as u16,
        target = ones(15) as u16,
        full_below = ones(14) as u16,
        start_excess = ones(10) as u16,
        fast_rate = ones(10) as u16,
        slow_rate = ones(10) as u16,
        descent = ones(10) as u16,
        floor = ones(14) as u16,
        dust = u32::MAX,
        max_on_sale = ones(48) as u64,
        tip = ones(24) as u32,
        small = ones(24) as u32,
        cool_off = ones(7) as u8,
        milli_exponent = ones(5) as u8
    );
    tiles!(
        Sales,
        256,
        newest = u16::MAX,
        high_water = u16::MAX,
        on_sale = ones(112),
        held = ones(112)
    );
    tiles!(
        Caps,
        252,
        cap = ones(112),
        outflow = ones(7) as u8,
        flow = Flow { hour: ones(20) as u32, net: -1 }
    );
    tiles!(
        Risk,
        256,
        var_fast = u32::MAX,
        var_slow = u32::MAX,
        anchored_at = u32::MAX,
        observed_at = u32::MAX,
        anchor = u32::MAX,
        averaged_at = ones(24) as u32,
        max_ltv = ones(14) as u16,
        depth = ones(48) as u64,
        impact = ones(10) as u16
    );
    tiles!(Token, 168, token = all, decimals = u8::MAX);
    tiles!(
        PricePolicy,
        121,
        max_age = ones(24) as u32,
        step = u16::MAX,
        sigmas = u8::MAX,
        max_confidence = u16::MAX,
        quorum = 15,
        half_life = u16::MAX,
        outlier = u16::MAX,
        ema_half_life = u16::MAX,
        sources = 31
    );
    tiles!(
        Source,
        189,
        address = all,
        kind = 7,
        decimals = u8::MAX,
        family = u8::MAX,
        weight = u8::MAX,
        secondary = true,
        bounded = true
    );
    tiles!(Bounds, 256, min = u128::MAX, max = u128::MAX);
    tiles!(Report, 216, price = ones(92), confidence = ones(92), time = u32::MAX);
    tiles!(Outage, 256, feed = all, until = u32::MAX, opened_at = u32::MAX, set_at = u32::MAX);
    tiles!(
        Ramp,
        252,
        from = ones(14) as u16,
        to = ones(14) as u16,
        start = u32::MAX,
        end = u32::MAX,
        terms_at = u32::MAX,
        threshold_at = u32::MAX,
        weight_at = u32::MAX,
        caps_at = u32::MAX,
        policy_at = u32::MAX
    );
    tiles!(
        AuctionPool,
        246,
        units = ones(112),
        raised = ones(112),
        closed = true,
        used = true,
        keeper = ones(20) as u32
    );
    tiles!(
        Sold,
        217,
        value = ones(48) as u64,
        pay = ones(48) as u64,
        waited = ones(72),
        keeper = ones(48) as u64,
        used = true
    );
    tiles!(
        Calm,
        190,
        reference_factor = ones(14) as u16,
        floor = ones(14) as u16,
        start_excess = ones(10) as u16,
        max_on_sale = ones(48) as u64,
        factor = ones(24) as u32,
        seconds = ones(24) as u32,
        keeper = ones(24) as u32,
        learnt_at = u32::MAX
    );
    tiles!(Losses, 256, open = ones(112), total = ones(112), bound = u32::MAX);
    tiles!(
        Market,
        256,
        index = ones(96),
        accrued_at = u32::MAX,
        reserve = ones(104),
        rate = u16::MAX,
        level = 7,
        window = true,
        uptime = true,
        gap = 7
    );
    let curve = RateCurve { base: u8::MAX, kink: 127, slope: u8::MAX, jump: u8::MAX };
    tiles!(Totals, 256, net = -1, cash = ones(112), curve = curve, no_suppliers = true);
    tiles!(Supply, 240, shares = u128::MAX, credits = ones(112));
    tiles!(Base, 256, token = all, decimals = u8::MAX, min_debt = ones(80), outflow = u8::MAX);
    tiles!(Deficit, 244, borne = ones(112), hour = ones(20) as u32, lost = ones(112));
    tiles!(
        Limits,
        244,
        hour = ones(20) as u32,
        anchor = ones(112),
        most_on_sale = ones(48) as u64,
        limits_at = u32::MAX,
        market_at = u32::MAX
    );
    tiles!(
        Breaker,
        236,
        level = ones(3) as u8,
        since = u32::MAX,
        until = u32::MAX,
        stopped_total = u32::MAX,
        folded_at = u32::MAX,
        trip = Trip { level: 7, reason: 31, since: u32::MAX, until: u32::MAX },
        grace_until = u32::MAX,
        deep = true
    );
}

#[test]
fn values_beyond_their_field_are_refused() {
    let refused = Err(MathError::OutOfRange);
    assert_eq!(Account { debt: 1 << 112, ..Default::default() }.pack(), refused);
    assert_eq!(Holding { balance: 1 << 112, ..Default::default() }.pack(), refused);
    assert_eq!(Holding { slot: 1 << 24, ..Default::default() }.pack(), refused);
    assert_eq!(Claim { slot: 1 << 24, ..Default::default() }.pack(), refused);
    assert_eq!(AssetPrice { price: 1 << 92, ..Default::default() }.pack(), refused);
    assert_eq!(AssetPrice { threshold: 1 << 14, ..Default::default() }.pack(), refused);
    assert_eq!(SaleTerms { slow_rate: 1 << 10, ..Default::default() }.pack(), refused);
    assert_eq!(SaleTerms { milli_exponent: 32, ..Default::default() }.pack(), refused);
    assert_eq!(Risk { max_ltv: 1 << 14, ..Default::default() }.pack(), refused);
    assert_eq!(PricePolicy { max_age: 1 << 24, ..Default::default() }.pack(), refused);
    assert_eq!(AuctionTerms { generation: 1 << 24, ..Default::default() }.pack(), refused);
    assert_eq!(AuctionPool { raised: 1 << 112, ..Default::default() }.pack(), refused);
    assert_eq!(Market { index: 1 << 96, ..Default::default() }.pack(), refused);
    assert_eq!(Totals { net: 1 << 111, ..Default::default() }.pack(), refused);
    assert_eq!(Totals { net: -(1 << 111) - 1, ..Default::default() }.pack(), refused);
    assert!(Totals { net: -(1 << 111), ..Default::default() }.pack().is_ok());
    assert_eq!(Base { min_debt: 1 << 80, ..Default::default() }.pack(), refused);
}
