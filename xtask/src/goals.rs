//! What gas is held against: the design's goals, and the list of entry points.

use std::collections::BTreeSet;

use plimsoll_abi::IPlimsoll::IPlimsollCalls;

use crate::{
    measure::{Figures, Measured, find},
    table::{Table, grouped},
};

/// A goal that the design sets.
struct Goal {
    what: &'static str,
    limit: u64,
    value: fn(&[Measured], Pick) -> Result<u64, String>,
    missed: Missed,
}

/// Where a goal is known to be missed. Anywhere else a miss is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missed {
    Nowhere,
    /// Where nobody has bid for the cache: loading the programs alone costs more than is left.
    NotCached,
    /// Everywhere.
    Always(&'static str),
}

/// Which figures of a call: with the programs cached or not.
type Pick = fn(&Measured) -> &Figures;

const CACHED: Pick = |measured| &measured.cached;
const NOT_CACHED: Pick = |measured| &measured.uncached;

const GOALS: [Goal; 6] = [
    Goal {
        what: "kick and take one position, both transactions, total",
        limit: 180_000,
        value: |all, pick| Ok(pick(find(all, "kick_1")?).total + pick(find(all, "take_1")?).total),
        missed: Missed::NotCached,
    },
    Goal {
        what: "each further position of a kick, calldata included",
        limit: 9_000,
        value: |all, pick| {
            let (fifty, ten) = (pick(find(all, "kick_50")?), pick(find(all, "kick_10")?));
            Ok(fifty.total.saturating_sub(ten.total) / 40)
        },
        missed: Missed::Always("as the next paragraph says"),
    },
    Goal {
        what: "health factor with one collateral, execution",
        limit: 15_000,
        value: |all, pick| Ok(pick(find(all, "health_1")?).execution),
        missed: Missed::NotCached,
    },
    Goal {
        what: "health factor with eight collaterals, execution",
        limit: 55_000,
        value: |all, pick| Ok(pick(find(all, "health_8")?).execution),
        missed: Missed::NotCached,
    },
    Goal {
        what: "what correlations of eight collaterals add to it, ink",
        limit: 3_000,
        value: |all, pick| {
            let (apart, close) = (pick(find(all, "health_8_apart")?), pick(find(all, "health_8")?));
            Ok(apart.ink.saturating_sub(close.ink))
        },
        missed: Missed::Nowhere,
    },
    Goal {
        what: "ranking a hundred positions by expected loss, ink",
        limit: 150_000,
        value: |all, pick| Ok(pick(find(all, "rank_100")?).ink),
        missed: Missed::Nowhere,
    },
];

/// Entry points that no scenario calls, and why.
const UNMEASURED: [(&str, &str); 1] = [(
    "withdrawDust(uint8,address)",
    "a token moves and a word is cleared, as in `withdraw_reserve`",
)];

/// The goals and what they are held against.
pub fn table(measured: &[Measured]) -> Result<Table, String> {
    let mut table = Table::new(["goal", "at most", "cached", "not cached"]);
    for Goal { what, limit, value, .. } in GOALS {
        let numbers = [limit, value(measured, CACHED)?, value(measured, NOT_CACHED)?].map(grouped);
        table.row([what.to_owned()].into_iter().chain(numbers));
    }
    Ok(table)
}

/// Why each goal that is missed is.
pub fn reasons(measured: &[Measured]) -> Result<String, String> {
    let mut text = "\n".to_owned();
    for Goal { what, value, missed, .. } in GOALS {
        let reason = match missed {
            Missed::Nowhere => continue,
            Missed::Always(reason) => format!("missed, {reason}"),
            Missed::NotCached => {
                let loading = value(measured, NOT_CACHED)? - value(measured, CACHED)?;
                format!(
                    "missed by a block's first call where nobody has bid the programs a place in the \
                     cache. Loading them costs {} more, which is the chain's price; one bid ends it",
                    grouped(loading)
                )
            }
        };
        text.push_str(&format!("- {what}: {reason}.\n"));
    }
    Ok(text)
}

/// Fails for a goal that was met and is not any more, and for one whose reason no longer holds.
pub fn check(measured: &[Measured]) -> Result<(), String> {
    let mut wrong = Vec::new();
    for Goal { what, limit, value, missed } in GOALS {
        let (cached, other) = (value(measured, CACHED)?, value(measured, NOT_CACHED)?);
        wrong.extend(judge(what, limit, [cached, other], missed).err());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn judge(what: &str, limit: u64, found: [u64; 2], missed: Missed) -> Result<(), String> {
    let expected = match missed {
        Missed::Nowhere => [false, false],
        Missed::NotCached => [false, true],
        Missed::Always(_) => [true, true],
    };
    let is_missed = found.map(|value| value > limit);
    if is_missed == expected {
        return Ok(());
    }
    let [cached, other] = found.map(grouped);
    let limit = grouped(limit);
    Err(format!("{what}: {cached} cached, {other} not cached, and at most {limit} is the goal"))
}

/// Fails if a function of the interface has neither a scenario nor a reason to have none.
pub fn every_entry_point<'a>(measured: impl Iterator<Item = &'a Measured>) -> Result<(), String> {
    let measured: BTreeSet<[u8; 4]> = measured.map(|one| one.selector).collect();
    let without = without(&measured);
    if without.is_empty() {
        return Ok(());
    }
    Err(format!("no scenario calls {}", without.join(", ")))
}

fn without(measured: &BTreeSet<[u8; 4]>) -> Vec<&'static str> {
    let all = IPlimsollCalls::SELECTORS.iter().zip(IPlimsollCalls::SIGNATURES);
    let exempt = |signature: &str| UNMEASURED.iter().any(|(name, _)| *name == signature);
    all.filter(|(selector, _)| !measured.contains(*selector))
        .map(|(_, signature)| *signature)
        .filter(|signature| !exempt(signature))
        .collect()
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolCall;

    use super::*;

    #[test]
    fn goal_that_was_met_has_to_stay_met() {
        let judge = |found, missed| judge("goal", 100, found, missed).is_ok();
        assert!(judge([100, 100], Missed::Nowhere));
        assert!(!judge([101, 100], Missed::Nowhere));
        assert!(!judge([100, 101], Missed::Nowhere));
        assert!(judge([100, 101], Missed::NotCached));
        assert!(!judge([101, 101], Missed::NotCached));
        // A reason for a miss that is none any more.
        assert!(!judge([100, 100], Missed::NotCached));
        assert!(judge([101, 101], Missed::Always("")));
        assert!(!judge([100, 101], Missed::Always("")));
    }

    #[test]
    fn goals_of_calls_that_nobody_measured_are_errors() {
        for Goal { what, value, .. } in GOALS {
            assert!(value(&[], CACHED).is_err(), "{what}");
        }
    }

    #[test]
    fn entry_points_are_measured_or_excused() {
        let all: BTreeSet<[u8; 4]> = IPlimsollCalls::SELECTORS.iter().copied().collect();
        assert!(without(&all).is_empty());
        let mut fewer = all.clone();
        let take = plimsoll_abi::IPlimsoll::takeCall::SELECTOR;
        assert!(fewer.remove(&take));
        assert_eq!(without(&fewer).len(), 1);
        for (signature, reason) in UNMEASURED {
            assert!(IPlimsollCalls::SIGNATURES.contains(&signature), "{signature}");
            assert!(!reason.is_empty(), "{signature}");
        }
    }
}
