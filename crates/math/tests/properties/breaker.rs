use plimsoll_math::{
    breaker::{
        GRACE, REST, Reason, SERIES, STOPS_CLOCK, TRIP, TRIP_MAX, TripRefusal, active, bound,
        clock, fold, for_kicks, lower, raise, raised, stopped, trip, tripped,
    },
    words::Breaker,
};
use proptest::prelude::*;

use crate::config;

/// What can happen to an asset's clock.
#[derive(Clone, Copy, Debug)]
enum Event {
    Wait(u32),
    Asset { level: u8, delay: u32, length: u32 },
    Overall { level: u8, delay: u32, length: u32 },
    Dead(bool),
    Fold,
}

fn event() -> impl Strategy<Value = Event> {
    let interval = || (0_u8..=4, 0_u32..20, 0_u32..120);
    prop_oneof![
        4 => (0_u32..60).prop_map(Event::Wait),
        2 => interval().prop_map(|(level, delay, length)| Event::Asset { level, delay, length }),
        2 => interval().prop_map(|(level, delay, length)| Event::Overall { level, delay, length }),
        1 => any::<bool>().prop_map(Event::Dead),
        1 => Just(Event::Fold),
    ]
}

/// The state, with a plain count of stopped seconds beside it.
struct World {
    asset: Breaker,
    overall: Breaker,
    dead: bool,
    now: u32,
    counted: u32,
}

impl World {
    fn clock(&self) -> u32 {
        clock(self.now, stopped(&self.asset, &self.overall, self.dead, self.now))
    }

    /// Lets one second pass and counts it if anything stands in the way of a take.
    fn tick(&mut self) {
        let stops = |breaker: &Breaker| active(breaker, self.now) >= STOPS_CLOCK;
        if self.dead || stops(&self.asset) || stops(&self.overall) {
            self.counted += 1;
        }
        self.now += 1;
    }

    fn apply(&mut self, event: Event) {
        if !matches!(event, Event::Wait(_)) {
            self.asset = fold(&self.asset, &self.overall, self.dead, self.now);
        }
        let set = |breaker: Breaker, now: u32, level, delay, length| Breaker {
            level,
            since: now + delay,
            until: now + delay + length,
            ..breaker
        };
        match event {
            Event::Wait(_) | Event::Fold => {}
            Event::Asset { level, delay, length } => {
                self.asset = set(self.asset, self.now, level, delay, length);
            }
            Event::Overall { level, delay, length } => {
                self.overall = set(self.overall, self.now, level, delay, length);
            }
            Event::Dead(dead) => self.dead = dead,
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_clock_counts_each_second_once_and_never_runs_backwards(
        events in prop::collection::vec(event(), 1..30),
    ) {
        let start = 1_000;
        let mut world = World {
            asset: Breaker { folded_at: start, ..Breaker::default() },
            overall: Breaker::default(),
            dead: false,
            now: start,
            counted: 0,
        };
        let mut last = world.clock();
        for event in events {
            let seconds = if let Event::Wait(seconds) = event { seconds } else { 0 };
            world.apply(event);
            prop_assert_eq!(world.clock(), last, "an event moves the clock");
            for _ in 0..seconds {
                world.tick();
                let now = world.clock();
                prop_assert!(now == last || now == last + 1);
                prop_assert_eq!(world.now - now, world.counted);
                last = now;
            }
        }
    }

    #[test]
    fn stopped_is_the_union_clipped(
        (a, b) in ((0_u8..=4, 0_u32..200, 0_u32..200), (0_u8..=4, 0_u32..200, 0_u32..200)),
        folded_at in 0_u32..150, stopped_total in 0_u32..50, past in 0_u32..150, dead in any::<bool>(),
    ) {
        let now = folded_at + past;
        let asset = Breaker {
            level: a.0, since: a.1, until: a.2, stopped_total, folded_at, ..Breaker::default()
        };
        let overall = Breaker { level: b.0, since: b.1, until: b.2, ..Breaker::default() };
        let seconds = (folded_at..now)
            .filter(|second| {
                dead || active(&asset, *second) >= 3 || active(&overall, *second) >= 3
            })
            .count() as u32;
        prop_assert_eq!(stopped(&asset, &overall, dead, now), stopped_total + seconds);
        let folded = fold(&asset, &overall, dead, now);
        prop_assert_eq!(folded.stopped_total, stopped_total + seconds);
        prop_assert_eq!(fold(&folded, &overall, dead, now), folded);
        prop_assert_eq!(
            stopped(&folded, &overall, dead, now),
            stopped(&asset, &overall, dead, now)
        );
    }

    #[test]
    fn extremes_do_not_overflow(
        level in 0_u8..=4, since in any::<u32>(), until in any::<u32>(), total in any::<u32>(),
        folded_at in any::<u32>(), now in any::<u32>(), dead in any::<bool>(),
    ) {
        let asset = Breaker {
            level, since, until, stopped_total: total, folded_at, ..Breaker::default()
        };
        let stopped = stopped(&asset, &asset, dead, now);
        prop_assert!(stopped >= total);
        prop_assert!(clock(now, stopped) <= now);
    }
}

/// What can happen to a breaker's levels.
#[derive(Clone, Copy, Debug)]
enum Move {
    Wait(u32),
    Raise { level: u8, length: u32 },
    Lower(u8),
    Trip { reason: Reason, measure: u32 },
}

fn a_move() -> impl Strategy<Value = Move> {
    let reason = (0_usize..6).prop_map(|n| Reason::ALL[n]);
    prop_oneof![
        3 => (0_u32..5_000).prop_map(Move::Wait),
        1 => (0_u8..6, 0_u32..10_000).prop_map(|(level, length)| Move::Raise { level, length }),
        1 => (0_u8..5).prop_map(Move::Lower),
        4 => (reason, 0_u32..10_001).prop_map(|(reason, measure)| Move::Trip { reason, measure }),
    ]
}

proptest! {
    #![proptest_config(config())]

    /// Whoever trips, in whatever order: never above the highest level of a trip, never lower and
    /// never sooner than what is in force, never without its bound, never beyond a series; and the
    /// word always packs.
    #[test]
    fn trips_are_bounded_whatever_happens(moves in prop::collection::vec(a_move(), 1..60)) {
        let (mut now, mut breaker) = (1_000_000_u32, Breaker::default());
        for each in moves {
            let before = breaker;
            match each {
                Move::Wait(seconds) => now += seconds,
                Move::Raise { level, length } => {
                    if let Ok(next) = raise(&breaker, level, now + length, now) {
                        prop_assert!(active(&next, now) >= active(&breaker, now));
                        prop_assert!(next.until >= breaker.until || raised(&breaker, now) == 0);
                        prop_assert_eq!(next.trip, breaker.trip);
                        breaker = next;
                    }
                }
                Move::Lower(level) => {
                    if let Ok(next) = lower(&breaker, level, now) {
                        prop_assert!(active(&next, now) <= level);
                        breaker = next;
                    }
                }
                Move::Trip { reason, measure } => {
                    let needed = bound(&breaker, reason, now);
                    match trip(&breaker, reason, measure, now) {
                        Ok(next) => {
                            prop_assert!(measure >= needed);
                            prop_assert!(tripped(&next, now) >= tripped(&breaker, now));
                            prop_assert!(next.trip.level <= TRIP_MAX);
                            prop_assert!(next.trip.until >= breaker.trip.until);
                            prop_assert!(next.trip.until <= now + TRIP);
                            prop_assert!(next.trip.until <= next.trip.since + SERIES);
                            prop_assert_eq!(raised(&next, now), raised(&breaker, now));
                            breaker = next;
                        }
                        Err(TripRefusal::Unproved { bound }) => {
                            prop_assert!(measure < needed && bound == needed);
                        }
                        Err(TripRefusal::Level { current }) => {
                            prop_assert!(current > reason.level());
                        }
                        Err(TripRefusal::Resting { until }) => {
                            prop_assert!(until > now && until <= now + REST);
                        }
                    }
                }
            }
            // What counts stopped seconds is not the levels' business.
            prop_assert_eq!(breaker.stopped_total, before.stopped_total);
            prop_assert_eq!(breaker.folded_at, before.folded_at);
            // The grace is a wait of kicks, and one that ends.
            prop_assert!(for_kicks(&breaker, now) >= active(&breaker, now));
            let last = breaker.until.max(breaker.trip.until);
            prop_assert!(breaker.grace_until <= last.max(now) + GRACE);
            prop_assert_eq!(Breaker::unpack(breaker.pack().unwrap()), breaker);
        }
    }
}
