//! Terms and price policies by the names that a file gives them.

use plimsoll_abi::{PricePolicy as AbiPolicy, SaleTerms as AbiTerms};
use plimsoll_math::{
    params::OutOfBounds,
    words::{PricePolicy, SaleTerms},
};

use super::plan::{Part, named_of, part};

/// What is out of bounds or further than a step, by the names of a setter's values.
pub fn out_of_bounds(asset: u8, names: &[&str], bad: &OutOfBounds) -> String {
    let OutOfBounds { parameter, value, low, high } = bad;
    let name = names.get(usize::from(*parameter)).copied().unwrap_or("a value");
    format!("asset {asset}: {name}: {value} is not from {low} to {high}")
}

macro_rules! named {
    (
        $names:ident, $core:ident, $with:ident, $differing:ident: $abi:ident => $word:ident,
        $count:literal, $left:expr;
        $($field:ident $name:ident),* $(,)?
    ) => {
        /// Names in the order of the setter.
        pub const $names: [&str; $count] = [$(stringify!($field)),*];

        /// As the core knows it.
        pub fn $core(seen: &$abi) -> $word {
            $word { $($field: seen.$name,)* ..$left }
        }

        /// What is deployed with the values of the file in their place.
        pub fn $with(asset: u8, seen: &$abi, wanted: &[(String, u64)]) -> Result<$abi, String> {
            let mut next = seen.clone();
            for (name, value) in wanted {
                let value = *value;
                match name.as_str() {
                    $(stringify!($field) => next.$name = value
                        .try_into()
                        .map_err(|_| format!("asset {asset}: {name}: {value} does not fit"))?,)*
                    _ => return Err(format!("asset {asset}: there is no `{name}` to set")),
                }
            }
            Ok(next)
        }

        /// What differs.
        pub fn $differing(asset: u8, old: &$abi, new: &$abi) -> Vec<Part> {
            let mut parts = Vec::new();
            $(if old.$name != new.$name {
                parts.push(part(named_of(asset, stringify!($field)), old.$name, new.$name));
            })*
            parts
        }
    };
}
named! {
    TERMS, core_terms, with_terms, differing_terms: AbiTerms => SaleTerms,
    15, SaleTerms::default();
    reference_factor referenceFactor, penalty penalty, chip chip, target target,
    full_below fullBelow, start_excess startExcess, fast_rate fastRate, slow_rate slowRate,
    descent descent, floor floor, dust dust, max_on_sale maxOnSale, tip tip, small small,
    cool_off coolOff,
}
named! {
    POLICY, core_policy, with_policy, differing_policy: AbiPolicy => PricePolicy,
    8, PricePolicy::default();
    max_age maxAge, step step, sigmas sigmas, max_confidence maxConfidence, quorum quorum,
    half_life halfLife, outlier outlier, ema_half_life emaHalfLife,
}
