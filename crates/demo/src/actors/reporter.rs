//! Where prices come from: desks that push them, and a feed that is asked, each in its own time.

use alloy_primitives::{Address, I256, U256};
use plimsoll_abi::IPlimsoll;
use plimsoll_math::oracle::Verdict;
use plimsoll_testkit::contracts::Feed;
use plimsoll_testkit::engine::GOVERNOR;

use crate::error::Result;
use crate::fixed::{self, PPM};
use crate::rng::Rng;
use crate::scenario::{self, ASSET_COUNT};
use crate::sources::{self, DESKS, FEED_DECIMALS};
use crate::world::World;

/// Confidence when nothing moves, ppm of the price.
const CALM: u128 = 500;
/// Furthest that the second desk's reading is off, ppm.
const NOISE: u64 = 300;

/// When a source speaks again.
#[derive(Clone, Copy, Debug)]
struct Habit {
    /// After a move of so much, ppm.
    deviation: u128,
    /// After so many seconds.
    heartbeat: u64,
}

/// The desks' habits, and the feed's: it is slower.
const HABITS: [Habit; DESKS] =
    [Habit { deviation: 5_000, heartbeat: 600 }, Habit { deviation: 6_000, heartbeat: 480 }];
const FEED: Habit = Habit { deviation: 10_000, heartbeat: 840 };

/// What was said last of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    /// WAD.
    price: u128,
    /// Seconds.
    time: u64,
}

impl Habit {
    /// Whether an asset's turn has come. `waited`: the engine wants a second reading before it
    /// believes the last.
    fn is_due(&self, last: Option<&Said>, price: u128, now: u64, waited: bool) -> bool {
        let Some(last) = last else { return true };
        let moved = last.price.abs_diff(price);
        let far = last.price * self.deviation / PPM <= moved;
        last.time < now && (waited || far || last.time + self.heartbeat <= now)
    }
}

/// Half the width of what a source would call its confidence: a twentieth of a percent, and half of
/// what the price moved since it spoke last.
fn confidence(last: Option<&Said>, price: u128) -> u128 {
    let moved = last.map_or(0, |last| last.price.abs_diff(price));
    (price * CALM / PPM + moved / 2).min(price / 2)
}

/// All sources of all assets.
#[derive(Debug)]
pub struct Sources {
    desks: [[Option<Said>; ASSET_COUNT]; DESKS],
    feeds: [Option<Said>; ASSET_COUNT],
    /// Who asks the feeds.
    poker: Address,
    noise: Rng,
}

impl Sources {
    /// Sources that have not spoken yet.
    pub fn new(world: &mut World, seed: u64) -> Self {
        let poker = scenario::address("poker", 0);
        (0..DESKS).map(sources::desk).chain([poker]).for_each(|address| world.fund(address));
        let noise = Rng::stream(seed, "desk");
        Self { desks: Default::default(), feeds: Default::default(), poker, noise }
    }

    /// Everybody says what is due: each desk in one transaction, and the feeds to whoever asks.
    pub fn act(&mut self, world: &mut World) -> Result<()> {
        for number in 0..DESKS {
            self.report(world, number);
        }
        self.poke(world)
    }

    /// One desk's report.
    fn report(&mut self, world: &mut World, number: usize) {
        let (now, habit) = (world.now(), HABITS[number]);
        let mut due: Vec<(usize, u128, u128)> = Vec::new();
        for asset in 0..ASSET_COUNT {
            let price = self.seen(world, number, asset);
            let last = self.desks[number][asset].as_ref();
            if habit.is_due(last, price, now, is_waited_for(world, asset)) {
                due.push((asset, price, confidence(last, price)));
            }
        }
        if due.is_empty() {
            return;
        }
        let call = IPlimsoll::reportCall {
            assets: due.iter().map(|(asset, ..)| *asset as u8).collect(),
            prices: due.iter().map(|(_, price, _)| U256::from(*price)).collect(),
            confidences: due.iter().map(|(.., confidence)| U256::from(*confidence)).collect(),
            time: u32::try_from(now).unwrap_or(u32::MAX),
        };
        if world.send(sources::desk(number), call).is_ok() {
            for (asset, price, _) in due {
                self.desks[number][asset] = Some(Said { price, time: now });
            }
        }
    }

    /// What a desk sees: the market, and the second one not quite.
    fn seen(&mut self, world: &World, number: usize, asset: usize) -> u128 {
        let price = world.market.oracle(asset, world.now());
        if number == 0 {
            return price;
        }
        let skew = PPM - u128::from(NOISE) + u128::from(self.noise.between(0, 2 * NOISE));
        fixed::mul_div_down(price, skew, PPM)
    }

    /// New rounds of the feeds, and the call that asks them.
    fn poke(&mut self, world: &mut World) -> Result<()> {
        let now = world.now();
        let mut assets = Vec::new();
        for asset in 0..ASSET_COUNT {
            let price = world.market.oracle(asset, now);
            let waited = is_waited_for(world, asset);
            if !FEED.is_due(self.feeds[asset].as_ref(), price, now, waited) {
                continue;
            }
            let answer = price / 10_u128.pow(18 - u32::from(FEED_DECIMALS));
            let answer = I256::try_from(answer).unwrap_or(I256::MAX);
            let set = Feed::setCall { answer, updatedAt: U256::from(now) };
            world.must_to(GOVERNOR, world.feed(asset), set)?;
            self.feeds[asset] = Some(Said { price, time: now });
            assets.push(asset as u8);
        }
        if !assets.is_empty() {
            world.must(self.poker, IPlimsoll::pokeCall { assets })?;
        }
        Ok(())
    }

    /// Whether the engine waits for a second reading of anything.
    pub fn are_waited_for(&self, world: &World) -> bool {
        (0..ASSET_COUNT).any(|asset| is_waited_for(world, asset))
    }
}

fn is_waited_for(world: &World, asset: usize) -> bool {
    world.words().asset_price(asset as u8).verdict == Verdict::Jumped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    const LAST: Said = Said { price: 200 * WAD, time: 1_000 };

    #[test]
    fn a_report_is_due_after_a_move_a_while_or_a_jump() {
        let is_due = |last, price, now, waited| HABITS[0].is_due(last, price, now, waited);
        assert!(is_due(None, WAD, 0, false));
        assert!(!is_due(Some(&LAST), 200 * WAD, 1_599, false));
        assert!(is_due(Some(&LAST), 200 * WAD, 1_600, false));
        assert!(is_due(Some(&LAST), 201 * WAD, 1_001, false));
        assert!(is_due(Some(&LAST), 199 * WAD, 1_001, false));
        assert!(!is_due(Some(&LAST), 201 * WAD - 1, 1_001, false));
        assert!(is_due(Some(&LAST), 200 * WAD, 1_001, true));
        assert!(!is_due(Some(&LAST), 200 * WAD, 1_000, true), "the engine wants a later reading");
    }

    #[test]
    fn confidence_widens_with_the_move() {
        assert_eq!(confidence(None, 200 * WAD), WAD / 10);
        assert_eq!(confidence(Some(&LAST), 200 * WAD), WAD / 10);
        assert_eq!(confidence(Some(&LAST), 190 * WAD), 95 * WAD / 1_000 + 5 * WAD);
        assert_eq!(confidence(Some(&LAST), WAD), WAD / 2, "always below the price");
    }
}
