//! The end of the 32 bits in which times are kept, in 2106.

use alloy_primitives::U256;
use plimsoll_abi::BadUntil;
use plimsoll_math::words::Market;
use plimsoll_testvm::{ANYBODY, ETH, GUARDIAN, Outcome, World, wad};

const LAST: u32 = u32::MAX;

#[test]
fn behind_the_last_second_time_stands_still() {
    let mut w = World::starting(LAST - 100);
    // 1 % a year: 10^24 * 100 bps * 100 s / (10,000 * 31,536,000 s) = 31709791983764586.5...
    let index = 1_000_000_031_709_791_983_764_587_u128;
    let market = Market { rate: 100, ..w.engine.market() };
    w.engine.set_market(&market).passes();
    w.report(wad(1_800), LAST - 100).passes();
    w.open(LAST - 100);
    for time in [u64::from(LAST), 1 << 32, (1 << 32) + 1_000, u64::MAX] {
        w.at_time(time);
        assert_eq!(w.view().ledger().passes().0, U256::from(index), "at {time}");
        assert_eq!(w.elapsed(), 100, "at {time}");
        // A price that would outlive the count is never stale.
        assert_eq!(w.judged(), (0, 0), "at {time}");
    }
    w.by(ANYBODY).accrue().passes();
    assert_eq!(w.engine.market().accrued_at, LAST);
}

#[test]
fn a_level_ends_with_the_count_at_the_latest() {
    let mut w = World::starting(LAST - 100);
    w.open(LAST - 100);
    w.by(GUARDIAN).raise(ETH, 3, LAST).passes();
    for (seconds, level) in [(99, 3), (100, 0)] {
        w.at(seconds);
        assert_eq!((w.judged().1, w.elapsed()), (level, 0));
    }
    // Then none can be raised that would hold.
    let refusal = BadUntil { until: LAST - 1, earliest: LAST, latest: LAST };
    w.refuses(|w| w.by(GUARDIAN).raise(ETH, 3, LAST - 1), refusal);
    w.by(GUARDIAN).raise(ETH, 3, LAST).passes();
    assert_eq!(w.judged().1, 0);
}

#[test]
fn the_index_stops_at_its_width() {
    let mut w = World::starting(1);
    // 136 years at the highest rate, 655 % a year, up: 10^24 * (1 + 65,535 bps * 4,294,967,294 s /
    // (10,000 * 31,536,000 s)). A thousand times that would pass 96 bits.
    let cases =
        [(10_u128.pow(24), 893_537_676_345_414_764_079_147_641), (10_u128.pow(27), (1 << 96) - 1)];
    for (index, expected) in cases {
        w.at(0);
        let market = Market { index, accrued_at: 1, rate: u16::MAX, ..Market::default() };
        w.engine.set_market(&market).passes();
        w.at_time(LAST.into());
        w.by(ANYBODY).accrue().passes();
        assert_eq!(w.engine.market().index, expected);
    }
}
