//! Liquidation thresholds on their way down.

use plimsoll_abi::{RampTooShort, ThresholdSet};
use plimsoll_testvm::{ETH, GOVERNOR, Outcome, START, World, wad};

const DAY: u32 = 86_400;

/// From 8,000 bps to 7,600 in two days: a basis point every 432 seconds.
fn falling() -> World {
    let mut w = World::new();
    let (start, end) = (START, START + 2 * DAY);
    w.by(GOVERNOR).set_threshold(ETH, 7_600, end).passes();
    w.logged(&ThresholdSet { asset: ETH, oldValue: 8_000, value: 7_600, start, end });
    w
}

fn shown(w: &mut World) -> u16 {
    w.view().asset(ETH).passes().7
}

#[test]
fn a_threshold_falls_in_a_straight_line_rounded_up() {
    let mut w = falling();
    let line = [
        (0, 8_000),
        (431, 8_000),
        (432, 7_999),
        (863, 7_999),
        (DAY, 7_800),
        (2 * DAY - 1, 7_601),
        (2 * DAY, 7_600),
        (30 * DAY, 7_600),
    ];
    for (seconds, threshold) in line {
        w.at(seconds);
        assert_eq!(shown(&mut w), threshold, "after {seconds} s");
    }
}

#[test]
fn the_stored_threshold_moves_with_reports_alone() {
    let mut w = falling();
    let stored = |w: &World| (w.engine.price(ETH).threshold, w.engine.price(ETH).ramping);
    for (seconds, before, after) in [
        (DAY, (8_000, true), (7_800, true)),
        (2 * DAY - 1, (7_800, true), (7_601, true)),
        (2 * DAY, (7_601, true), (7_600, false)),
        (3 * DAY, (7_600, false), (7_600, false)),
    ] {
        w.at(seconds);
        w.by(GOVERNOR).accrue().passes();
        assert_eq!(stored(&w), before, "before the report after {seconds} s");
        w.report(wad(2_000), START + seconds).passes();
        assert_eq!(stored(&w), after, "after the report after {seconds} s");
    }
}

#[test]
fn a_ramp_takes_a_day() {
    let mut w = World::new();
    w.at(7);
    let earliest = START + 7 + DAY;
    let refusal = RampTooShort { end: earliest - 1, earliest };
    w.refuses(|w| w.by(GOVERNOR).set_threshold(ETH, 7_600, earliest - 1), refusal);
    w.by(GOVERNOR).set_threshold(ETH, 7_600, earliest).passes();
    w.at(7 + DAY - 1);
    assert_eq!(shown(&mut w), 7_601);
    w.at(7 + DAY);
    assert_eq!(shown(&mut w), 7_600);
}

#[test]
fn a_ramp_that_is_replaced_goes_on_from_where_it_was() {
    let mut w = falling();
    w.at(DAY);
    let (start, end) = (START + DAY, START + 2 * DAY);
    w.by(GOVERNOR).set_threshold(ETH, 7_500, end).passes();
    w.logged(&ThresholdSet { asset: ETH, oldValue: 7_800, value: 7_500, start, end });
    w.at(DAY + DAY / 2);
    assert_eq!(shown(&mut w), 7_650);
    // Upwards there is no ramp, and none is left.
    w.by(GOVERNOR).set_threshold(ETH, 7_900, 0).passes();
    assert_eq!(shown(&mut w), 7_900);
    w.at(3 * DAY);
    assert_eq!(shown(&mut w), 7_900);
}
