//! Where each field of a packed word stands, found by packing values and looking at the bits.

use alloy_primitives::{Address, U256};
use plimsoll_math::{
    interest::RateCurve,
    oracle::Verdict,
    words::{
        Account, AssetPrice, AuctionPool, AuctionTerms, Base, Bounds, Breaker, Calm, Caps, Claim,
        Deficit, Flow, Holding, Limits, Losses, Market, Outage, PricePolicy, Ramp, Report, Risk,
        SaleTerms, Sales, Sold, Source, Supply, Token, Totals, Trip,
    },
};

/// A field of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    /// Its lowest bit.
    pub from: usize,
    pub bits: usize,
}

/// A packed word.
pub struct Word {
    pub name: &'static str,
    pub fields: Vec<Field>,
}

type Packed = plimsoll_math::Result<U256>;

/// Values that together set every bit that a field of this type can set.
trait Probe: Sized {
    fn values() -> Vec<Self>;
}

/// Every single bit, and every run of ones from bit zero.
fn patterns() -> impl Iterator<Item = u128> {
    (0..128).flat_map(|bit| [1 << bit, u128::MAX >> (127 - bit)])
}

macro_rules! probe_numbers {
    ($($kind:ty)*) => {$(
        impl Probe for $kind {
            fn values() -> Vec<Self> {
                patterns().filter_map(|value| value.try_into().ok()).collect()
            }
        }
    )*};
}
probe_numbers!(u8 u16 u32 u64 u128);

impl Probe for i128 {
    fn values() -> Vec<Self> {
        let positive = patterns().filter_map(|value| value.try_into().ok());
        positive.chain([-1]).collect()
    }
}

impl Probe for bool {
    fn values() -> Vec<Self> {
        vec![true]
    }
}

impl Probe for Verdict {
    fn values() -> Vec<Self> {
        (0..8).map(Self::from_code).collect()
    }
}

impl Probe for Address {
    fn values() -> Vec<Self> {
        let bit = |n: usize| Self::from_word((U256::ONE << n).into());
        (0..160).map(bit).collect()
    }
}

/// The bits that a field sets.
fn mask<T: Probe>(pack: impl Fn(T) -> Packed, empty: U256) -> U256 {
    let packed = T::values().into_iter().filter_map(|value| pack(value).ok());
    packed.fold(U256::ZERO, |mask, word| mask | (word ^ empty))
}

fn field(name: &'static str, mask: U256) -> Field {
    let from = mask.trailing_zeros();
    Field { name, from, bits: mask.bit_len().saturating_sub(from) }
}

macro_rules! words {
    ($($word:ident: $($field:ident)* $(+ $outer:ident: $kind:ident { $($inner:ident)* })?;)*) => {
        /// Every packed word, its fields from bit zero up. Fields may have fields.
        fn probed() -> Vec<Word> {
            vec![$({
                // Does not compile when a field is missing here.
                let $word { $($field: _,)* $($outer: $kind { $($inner: _),* })? } = $word::default();
                let empty = $word::default().pack().unwrap_or_default();
                let mut fields = vec![$(
                    field(stringify!($field), mask(
                        |value| $word { $field: value, ..$word::default() }.pack(),
                        empty,
                    )),
                )*];
                $(fields.extend([$(
                    field(concat!(stringify!($outer), ".", stringify!($inner)), mask(
                        |value| {
                            let $outer = $kind { $inner: value, ..$kind::default() };
                            $word { $outer, ..$word::default() }.pack()
                        },
                        empty,
                    )),
                )*]);)?
                fields.sort_by_key(|field| field.from);
                Word { name: stringify!($word), fields }
            },)*]
        }
    };
}
words! {
    Market: index accrued_at reserve rate level window uptime gap;
    Totals: net cash no_suppliers + curve: RateCurve { base kink slope jump };
    Supply: shares credits;
    Deficit: borne hour lost;
    Base: token decimals min_debt outflow;
    Breaker: level since until stopped_total folded_at grace_until deep
        + trip: Trip { level reason since until };
    Limits: hour anchor most_on_sale limits_at market_at;
    AssetPrice: price ema fresh_until confidence scale threshold verdict level ramping stopped
        sigma relief grace impaired;
    SaleTerms: reference_factor penalty chip target full_below start_excess fast_rate slow_rate
        descent floor dust max_on_sale tip small cool_off milli_exponent;
    Sales: newest high_water on_sale held;
    Caps: cap outflow + flow: Flow { hour net };
    Risk: var_fast var_slow anchored_at observed_at anchor averaged_at max_ltv depth impact;
    Token: token decimals;
    PricePolicy: max_age step sigmas max_confidence quorum half_life outlier ema_half_life sources;
    Source: address kind decimals family weight secondary bounded;
    Bounds: min max;
    Report: price confidence time;
    Outage: feed until opened_at set_at;
    Ramp: from to start end terms_at threshold_at weight_at caps_at policy_at;
    Sold: value pay waited keeper used;
    Calm: reference_factor floor start_excess max_on_sale factor seconds keeper learnt_at;
    Losses: open total bound;
    Account: debt assets checked_at flagged_at flags sold;
    Holding: balance units slot overflow;
    Claim: units slot;
    AuctionTerms: lot start start_excess redos generation penalty kick_price;
    AuctionPool: units raised closed used keeper;
}

/// Every packed word, its fields from bit zero up.
pub fn words() -> Result<Vec<Word>, String> {
    let words = probed();
    for word in &words {
        let mut end = 0;
        for field in &word.fields {
            if field.bits == 0 || field.from < end {
                return Err(format!("{}.{}: bits {}", word.name, field.name, field.from));
            }
            end = field.from + field.bits;
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_bits() {
        let words = words().unwrap_or_default();
        let of = |name| words.iter().find(|word| word.name == name).map(|word| &word.fields);
        let base = of("Base").cloned().unwrap_or_default();
        assert_eq!(base[0], Field { name: "token", from: 0, bits: 160 });
        assert_eq!(base[2], Field { name: "min_debt", from: 168, bits: 80 });
        // A float of 40 and 8 bits whose exponent never needs the eighth.
        let terms = of("AuctionTerms").cloned().unwrap_or_default();
        assert_eq!(terms[6], Field { name: "kick_price", from: 208, bits: 47 });
        let totals = of("Totals").cloned().unwrap_or_default();
        assert_eq!(totals[0], Field { name: "net", from: 0, bits: 112 });
    }
}
