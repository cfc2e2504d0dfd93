//! Outages: after a gap in the engine's own heartbeat, or a restart that a feed reports, owners get a
//! window in which only positions below the hard limit can be kicked.
//!
//! A window ends by itself, and the next one opens six hours after the last at the earliest: nobody
//! can hold liquidations up by repeating whatever opens one.
//!
//! The seconds of a silence do not count for auctions either ([`Heart`]): nobody could take.

use crate::words::{Market, Outage};

/// Longest window, seconds.
pub const WINDOW_MAX: u32 = 3_600;
/// Seconds from the opening of one window to that of the next.
pub const APART: u32 = 21_600;
/// The highest gap code.
pub const GAP_CODE_MAX: u8 = 7;

/// Beats that fit into the gap that counts as an outage.
const BEATS: u32 = 4;

/// The gap in the heartbeat that is an outage, seconds: 5 minutes doubled `code` times, 10 minutes
/// to 640; zero for code zero: gaps mean nothing.
pub fn gap(code: u8) -> u32 {
    match code {
        0 => 0,
        code => 300_u32.unbounded_shl(code.into()),
    }
}

/// How long a window is open after a gap of at least `gap` seconds: half the gap, an hour at most.
pub fn length(gap: u32) -> u32 {
    (gap >> 1).min(WINDOW_MAX)
}

/// Whether the window is open.
pub const fn is_open(outage: &Outage, now: u32) -> bool {
    outage.opened_at > 0 && outage.opened_at <= now && now <= outage.until
}

/// Whether the heartbeat has a gap that ends now: the last accrual is longer ago than the gap.
pub fn is_silent(market: &Market, now: u32) -> bool {
    let gap = gap(market.gap);
    gap > 0 && now.saturating_sub(market.accrued_at) > gap
}

/// Whether the last beat is so long ago that what happens now should be one: more than a part of the
/// gap, so that it is known to that part when a silence began.
pub fn is_late(market: &Market, now: u32) -> bool {
    let gap = gap(market.gap);
    gap > 0 && now.saturating_sub(market.accrued_at).saturating_mul(BEATS) > gap
}

/// What tells whether time has passed for those who wanted to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heart {
    /// The last beat.
    pub beat: u32,
    /// Longest silence that is none, seconds.
    pub gap: u32,
}

impl Heart {
    /// One that never stops: what is looked ahead counts on beats to come.
    pub const STEADY: Self = Self { beat: 0, gap: u32::MAX };

    /// The market's.
    pub fn of(market: &Market) -> Self {
        let gap = gap(market.gap);
        Self { beat: market.accrued_at, gap: if gap == 0 { u32::MAX } else { gap } }
    }

    /// The last second that counts up to `now`: `now` itself, or, in a silence, the last one in which
    /// the market was heard of, by its beat or by what was counted up to `folded_at`.
    pub fn heard(&self, folded_at: u32, now: u32) -> u32 {
        let last = self.beat.max(folded_at).min(now);
        if now.saturating_sub(last) > self.gap { last } else { now }
    }
}

/// Whether nothing has beaten yet since a restart at `started`. One that is still to come is none: a
/// feed that is ahead for ever must not stop the clock for ever.
pub const fn is_first_since(market: &Market, started: u32, now: u32) -> bool {
    market.accrued_at < started && started <= now
}

/// The window that a gap opens now, if the last one opened long enough ago.
pub fn after_gap(outage: &Outage, gap: u32, now: u32) -> Option<Outage> {
    opened(outage, now.saturating_add(length(gap)), now)
}

/// The window after a restart at `started`, or while the sequencer is said to be `down`, if it is
/// not over and the last one opened long enough ago.
pub fn after_report(
    outage: &Outage,
    gap: u32,
    down: bool,
    started: u32,
    now: u32,
) -> Option<Outage> {
    let from = if down { now } else { started.min(now) };
    opened(outage, from.saturating_add(length(gap)), now)
}

fn opened(outage: &Outage, until: u32, now: u32) -> Option<Outage> {
    let apart = outage.opened_at == 0 || now.saturating_sub(outage.opened_at) >= APART;
    (apart && until > now).then_some(Outage { until, opened_at: now, ..*outage })
}

/// Whether a kick needs a health factor below the hard limit: the window is open, or it opens as
/// soon as somebody stores it.
pub fn holds(market: &Market, outage: &Outage, now: u32) -> bool {
    let noticed = market.window || is_silent(market, now);
    noticed && (is_open(outage, now) || after_gap(outage, gap(market.gap), now).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 1_000_000;

    #[test]
    fn gaps_double_from_ten_minutes() {
        assert_eq!([0, 1, 2, 7].map(gap), [0, 600, 1_200, 38_400]);
        assert_eq!([0, 600, 7_200, 7_202, 38_400].map(length), [0, 300, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn a_gap_is_longer_than_its_code_says() {
        let market = Market { accrued_at: NOW, gap: 1, ..Market::default() };
        assert!(!is_silent(&market, NOW + 600));
        assert!(is_silent(&market, NOW + 601));
        assert!(!is_silent(&Market { gap: 0, ..market }, u32::MAX));
    }

    #[test]
    fn the_seconds_of_a_silence_do_not_count() {
        let heart = Heart::of(&Market { accrued_at: NOW, gap: 1, ..Market::default() });
        let seen = [599, 600, 601, 2_400].map(|past| heart.heard(0, NOW + past) - NOW);
        assert_eq!(seen, [599, 600, 0, 0]);
        // What was counted later than the beat was heard, too.
        let seen = [900, 901].map(|past| heart.heard(NOW + 300, NOW + past) - NOW);
        assert_eq!(seen, [900, 300]);
        assert_eq!(heart.heard(NOW + 300, NOW + 100), NOW + 100);
        let without = Heart::of(&Market { accrued_at: 1, gap: 0, ..Market::default() });
        assert_eq!([without, Heart::STEADY].map(|heart| heart.heard(0, NOW)), [NOW, NOW]);
    }

    #[test]
    fn a_restart_is_new_until_something_beats() {
        let market = Market { accrued_at: NOW, ..Market::default() };
        let seen = [NOW, NOW + 1, NOW + 9, NOW + 10, u32::MAX];
        let seen = seen.map(|started| is_first_since(&market, started, NOW + 9));
        assert_eq!(seen, [false, true, true, false, false]);
    }

    #[test]
    fn a_window_ends_by_itself() {
        let window = after_gap(&Outage::default(), 600, NOW).unwrap();
        let open = [NOW - 1, NOW, NOW + 300, NOW + 301].map(|now| is_open(&window, now));
        assert_eq!(open, [false, true, true, false]);
    }

    #[test]
    fn a_window_is_not_extended_and_not_opened_again_for_six_hours() {
        let window = after_gap(&Outage::default(), 600, NOW).unwrap();
        for later in [0, 1, 300, 301, APART - 1] {
            assert_eq!(after_gap(&window, 600, NOW + later), None, "{later}");
            assert_eq!(after_report(&window, 600, true, 0, NOW + later), None, "{later}");
        }
        assert!(after_gap(&window, 600, NOW + APART).is_some());
    }

    #[test]
    fn kicks_are_held_from_the_gap_on_until_the_window_is_over() {
        let silent = Market { accrued_at: NOW - 601, gap: 1, ..Market::default() };
        let none = Outage::default();
        assert!(holds(&silent, &none, NOW));
        // Somebody accrued: the gap is gone, and the flag says that there was one.
        let noticed = Market { accrued_at: NOW, window: true, ..silent };
        assert!(holds(&noticed, &none, NOW));
        let window = after_gap(&none, 600, NOW).unwrap();
        assert!(holds(&noticed, &window, NOW + 300));
        assert!(!holds(&noticed, &window, NOW + 301));
        // Another gap within six hours holds nobody.
        assert!(!holds(&Market { window: false, ..noticed }, &window, NOW + 3_600));
        assert!(!holds(&Market { window: false, ..noticed }, &none, NOW));
    }

    #[test]
    fn a_restart_counts_from_when_it_was() {
        let none = Outage::default();
        assert_eq!(after_report(&none, 600, false, NOW - 300, NOW), None);
        assert_eq!(after_report(&none, 600, false, NOW - 299, NOW).unwrap().until, NOW + 1);
        // A feed that is ahead of the chain, and one that says that nothing runs.
        assert_eq!(after_report(&none, 600, false, u32::MAX, NOW).unwrap().until, NOW + 300);
        assert_eq!(after_report(&none, 600, true, 0, NOW).unwrap().until, NOW + 300);
    }
}
