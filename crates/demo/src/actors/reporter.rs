//! The reporter: pushes prices as real feeds do, when they moved or after a while.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll;
use plimsoll_math::oracle::Verdict;
use plimsoll_testkit::engine::REPORTER;

use crate::fixed::PPM;
use crate::scenario::ASSET_COUNT;
use crate::world::World;

/// Move that calls for a report, ppm: half a percent.
const DEVIATION: u128 = 5_000;
/// Longest time without a report, seconds.
const HEARTBEAT: u64 = 600;
/// Confidence when nothing moves, ppm of the price.
const CALM: u128 = 500;

/// What was reported last of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    /// WAD.
    pub price: u128,
    /// Seconds.
    pub time: u64,
    /// Whether the engine wants a second reading before it believes it.
    pub jumped: bool,
}

/// Whether an asset is to be reported again.
pub fn is_due(last: Option<&Reported>, price: u128, now: u64) -> bool {
    let Some(last) = last else { return true };
    let moved = last.price.abs_diff(price);
    last.time < now
        && (last.jumped || last.time + HEARTBEAT <= now || last.price * DEVIATION / PPM <= moved)
}

/// Half the width of what a source would call its confidence: a twentieth of a percent, and half of
/// what the price moved since the last report.
pub fn confidence(last: Option<&Reported>, price: u128) -> u128 {
    let moved = last.map_or(0, |last| last.price.abs_diff(price));
    (price * CALM / PPM + moved / 2).min(price / 2)
}

/// The reporter.
#[derive(Debug, Default)]
pub struct Reporter {
    last: [Option<Reported>; ASSET_COUNT],
}

impl Reporter {
    /// Reports what is due, in one transaction.
    pub fn act(&mut self, world: &mut World) {
        let now = world.now();
        let due: Vec<(u8, u128, u128)> = (0..ASSET_COUNT)
            .map(|asset| (asset, world.market.oracle(asset, now)))
            .filter(|(asset, price)| is_due(self.last[*asset].as_ref(), *price, now))
            .map(|(asset, price)| {
                (asset as u8, price, confidence(self.last[asset].as_ref(), price))
            })
            .collect();
        if due.is_empty() {
            return;
        }
        let sent = world.send(
            REPORTER,
            IPlimsoll::reportCall {
                assets: due.iter().map(|(asset, ..)| *asset).collect(),
                prices: due.iter().map(|(_, price, _)| U256::from(*price)).collect(),
                confidences: due.iter().map(|(.., confidence)| U256::from(*confidence)).collect(),
                time: u32::try_from(now).unwrap_or(u32::MAX),
            },
        );
        if sent.is_err() {
            return;
        }
        for (asset, price, _) in due {
            let jumped = world.words().asset_price(asset).verdict == Verdict::Jumped;
            self.last[usize::from(asset)] = Some(Reported { price, time: now, jumped });
        }
    }

    /// Whether the engine waits for a second reading.
    pub fn is_waited_for(&self) -> bool {
        self.last.iter().flatten().any(|last| last.jumped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    const LAST: Reported = Reported { price: 200 * WAD, time: 1_000, jumped: false };

    #[test]
    fn a_report_is_due_after_a_move_a_while_or_a_jump() {
        assert!(is_due(None, WAD, 0));
        assert!(!is_due(Some(&LAST), 200 * WAD, 1_599));
        assert!(is_due(Some(&LAST), 200 * WAD, 1_600));
        assert!(is_due(Some(&LAST), 201 * WAD, 1_001));
        assert!(is_due(Some(&LAST), 199 * WAD, 1_001));
        assert!(!is_due(Some(&LAST), 201 * WAD - 1, 1_001));
        let jumped = Reported { jumped: true, ..LAST };
        assert!(is_due(Some(&jumped), 200 * WAD, 1_001));
        assert!(!is_due(Some(&jumped), 200 * WAD, 1_000), "the engine wants a later reading");
    }

    #[test]
    fn confidence_widens_with_the_move() {
        assert_eq!(confidence(None, 200 * WAD), WAD / 10);
        assert_eq!(confidence(Some(&LAST), 200 * WAD), WAD / 10);
        assert_eq!(confidence(Some(&LAST), 190 * WAD), 95 * WAD / 1_000 + 5 * WAD);
        assert_eq!(confidence(Some(&LAST), WAD), WAD / 2, "always below the price");
    }
}
