//! The guardian: stops new risk while the market falls fast. It may only tighten.

use plimsoll_abi::IPlimsoll;
use plimsoll_abi::OVERALL;
use plimsoll_testkit::engine::GUARDIAN;

use crate::fixed::{self, WAD};
use crate::text;
use crate::time::HOUR;
use crate::world::World;

/// Fall of the leader within an hour that makes it act: 15 %.
const FALL: i128 = -(WAD as i128) * 15 / 100;
/// The level that it raises: no new risk.
const LEVEL: u8 = 1;

/// The guardian.
#[derive(Debug, Default)]
pub struct Guardian {
    /// The leader's prices of the last hour, minute by minute.
    seen: Vec<(u64, u128)>,
    until: u64,
}

/// How far a price is below the highest one of `seen`, WAD; never above zero.
pub fn fall(seen: &[(u64, u128)], price: u128) -> i128 {
    let highest = seen.iter().map(|(_, price)| *price).max().unwrap_or(price);
    fixed::change(highest, price).min(0)
}

impl Guardian {
    /// Looks at the leader's price once a minute.
    pub fn act(&mut self, world: &mut World) {
        let (now, price) = (world.now(), world.oracle()[0]);
        self.seen.retain(|(time, _)| now < time + HOUR);
        self.seen.push((now, price));
        let fall = fall(&self.seen, price);
        if FALL < fall || now < self.until {
            return;
        }
        let until = now + HOUR;
        let call = IPlimsoll::raiseCall {
            asset: OVERALL,
            level: LEVEL,
            until: u32::try_from(until).unwrap_or(u32::MAX),
        };
        let again = now < self.until + HOUR;
        if world.send(GUARDIAN, call).is_ok() {
            self.until = until;
            if again {
                return;
            }
            let words = format!(
                "WETH is {} below its high of the last hour: the guardian allows no new risk until \
                 an hour after it calms down",
                text::percent(fall.abs(), 0)
            );
            world.record.note(now, words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_is_measured_from_the_high() {
        let seen = [(0, 90 * WAD), (60, 100 * WAD), (120, 95 * WAD)];
        assert_eq!(fall(&seen, 84 * WAD), -16 * WAD as i128 / 100);
        assert_eq!(fall(&seen, 101 * WAD), 0);
        assert_eq!(fall(&[], 101 * WAD), 0);
    }
}
