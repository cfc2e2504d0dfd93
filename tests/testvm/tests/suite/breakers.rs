//! Breaker levels, which end by themselves.

use plimsoll_abi::{BadLevel, BadUntil, OVERALL};
use plimsoll_testvm::{ETH, GOVERNOR, GUARDIAN, Outcome, START, World};

const WEEK: u32 = 604_800;

#[test]
fn a_level_holds_until_its_last_second() {
    let mut w = World::new();
    w.at(5);
    w.by(GUARDIAN).raise(ETH, 2, START + 105).passes();
    for (seconds, level) in [(5, 2), (104, 2), (105, 0), (106, 0)] {
        w.at(seconds);
        assert_eq!(w.judged().1, level, "after {seconds} s");
        let shown = w.view().breaker_of(ETH).passes();
        assert_eq!(shown, (level, START + 5, START + 105));
    }
    // What has expired stands in nobody's way: a lower level, a sooner end.
    w.by(GUARDIAN).raise(ETH, 1, START + 107).passes();
    assert_eq!(w.judged().1, 1);
}

#[test]
fn the_stricter_of_both_levels_holds_while_it_lasts() {
    let mut w = World::new();
    w.by(GUARDIAN).raise(ETH, 1, START + 100).passes();
    w.by(GUARDIAN).raise(OVERALL, 4, START + 50).passes();
    for (seconds, level, overall) in [(49, 4, 4), (50, 1, 0), (99, 1, 0), (100, 0, 0)] {
        w.at(seconds);
        assert_eq!(w.judged().1, level, "after {seconds} s");
        assert_eq!(w.view().breaker_overall().passes(), (overall, START, START + 50));
    }
}

#[test]
fn a_level_lasts_a_second_at_least_and_a_week_at_most() {
    let mut w = World::new();
    let (earliest, latest) = (START + 1, START + WEEK);
    for until in [START, latest + 1] {
        let refusal = BadUntil { until, earliest, latest };
        w.refuses(|w| w.by(GUARDIAN).raise(ETH, 1, until), refusal);
    }
    w.by(GUARDIAN).raise(ETH, 1, earliest).passes();
    w.by(GUARDIAN).raise(ETH, 1, latest).passes();
    // While it holds it ends no sooner, and no level below it is raised.
    w.at(WEEK - 1);
    let (earliest, latest) = (latest, latest + WEEK - 1);
    let until = earliest - 1;
    w.refuses(|w| w.by(GUARDIAN).raise(ETH, 1, until), BadUntil { until, earliest, latest });
    w.by(GUARDIAN).raise(ETH, 2, latest).passes();
    let refusal = BadLevel { level: 1, current: 2 };
    w.refuses(|w| w.by(GUARDIAN).raise(ETH, 1, latest), refusal);
    // One that has expired cannot be lowered.
    w.at(2 * WEEK - 1);
    let refusal = BadLevel { level: 0, current: 0 };
    w.refuses(|w| w.by(GOVERNOR).lower(ETH, 0), refusal);
}
