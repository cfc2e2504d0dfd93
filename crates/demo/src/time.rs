//! Dates without a library: ISO-8601 and unix times to seconds since 1970, UTC, and back.

/// Seconds in a minute.
pub const MINUTE: u64 = 60;
/// Seconds in an hour.
pub const HOUR: u64 = 3_600;
/// Seconds in a day.
pub const DAY: u64 = 86_400;
/// First second that is refused: 1 January 2100. The contract keeps times in 32 bits.
pub const END: u64 = 4_102_444_800;

/// A moment as written, and how much of it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970.
    pub secs: u64,
    /// True for a date without a time of day, which is its midnight.
    pub whole_day: bool,
}

/// Reads a time: unix seconds, milliseconds or microseconds (told apart by size), a date
/// `2020-03-12`, or a date-time `2020-03-12T10:30:00Z` with a space or a `T`, with or without
/// seconds, fraction and offset. Without an offset it is UTC. Fractions of a second are dropped.
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    let moment = match text.split_once('-') {
        Some((year, _)) if !year.is_empty() => iso(text)?,
        _ => Moment { secs: unix(text)?, whole_day: false },
    };
    (moment.secs < END).then_some(moment)
}

/// Unix time in seconds, milliseconds or microseconds. A year after 5138 in seconds would be
/// milliseconds of 1973: no market data lies on the wrong side of either border.
fn unix(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !all_digits(whole) || !all_digits(fraction) || whole.len() > 17 {
        return None;
    }
    let number: u64 = whole.parse().ok()?;
    Some(match number {
        0..100_000_000_000 => number,
        100_000_000_000..100_000_000_000_000 => number / 1_000,
        _ => number / 1_000_000,
    })
}

/// An ISO-8601 date or date-time.
fn iso(text: &str) -> Option<Moment> {
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let midnight = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(Moment { secs: u64::try_from(midnight).ok()?, whole_day: true });
    }
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match clock.find(['Z', 'z', '+', '-']) {
        Some(at) => (&clock[..at], offset(&clock[at..])?),
        None => (clock, 0),
    };
    let secs = midnight + time_of_day(clock)? - offset;
    Some(Moment { secs: u64::try_from(secs).ok()?, whole_day: false })
}

/// Seconds since 1970 of the midnight of `YYYY-MM-DD`.
fn date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    let valid = parts.next().is_none() && (1..=12).contains(&month);
    if !valid || day < 1 || days_in_month(year, month) < day {
        return None;
    }
    Some(days_from_civil(year, month, day) * DAY as i64)
}

/// Seconds of `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
fn time_of_day(text: &str) -> Option<i64> {
    let (text, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |part| digits(part, 2))?;
    let valid = parts.next().is_none() && all_digits(fraction);
    (valid && hour < 24 && minute < 60 && second < 60)
        .then_some(hour * 3_600 + minute * 60 + second)
}

/// Seconds of `Z`, `+02:00`, `+0200` or `-05`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let text = text.get(1..)?.replacen(':', "", 1);
    let hours = digits(text.get(..2)?, 2)?;
    let minutes = if text.len() == 2 { 0 } else { digits(text.get(2..)?, 2)? };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// True for one or more ASCII digits.
fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number written with exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && all_digits(text)).then(|| text.parse().ok()).flatten()
}

/// Days of a month in the Gregorian calendar.
fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date. Years start in March here, so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + day_of_year - 719_468
}

/// Year, month and day of a time.
fn civil(secs: u64) -> (i64, i64, i64) {
    let days = (secs / DAY) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let civil_month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(civil_month <= 2), civil_month, day)
}

/// `2020-03-12 10:30`.
pub fn minute(secs: u64) -> String {
    format!("{} {}", day(secs), clock(secs))
}

/// `2020-03-12`.
pub fn day(secs: u64) -> String {
    let (year, month, day) = civil(secs);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `12 Mar`.
pub fn short_day(secs: u64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, month, day) = civil(secs);
    format!("{day} {}", MONTHS.get((month - 1) as usize).copied().unwrap_or("?"))
}

/// `10:30`.
pub fn clock(secs: u64) -> String {
    format!("{:02}:{:02}", secs % DAY / HOUR, secs % HOUR / MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARCH: u64 = 1_583_971_200;

    fn secs(text: &str) -> Option<u64> {
        parse(text).map(|moment| moment.secs)
    }

    #[test]
    fn reads_every_unix_scale() {
        assert_eq!(secs("1583971200"), Some(MARCH));
        assert_eq!(secs("1583971200.0"), Some(MARCH));
        assert_eq!(secs("1583971200000"), Some(MARCH));
        assert_eq!(secs("1583971200999"), Some(MARCH));
        assert_eq!(secs("1583971200000000"), Some(MARCH));
        assert_eq!(secs("0"), Some(0));
    }

    #[test]
    fn reads_dates_and_date_times() {
        assert_eq!(parse("2020-03-12"), Some(Moment { secs: MARCH, whole_day: true }));
        for text in [
            "2020-03-12 00:00",
            "2020-03-12T00:00:00",
            "2020-03-12 00:00:00.000",
            "2020-03-12T00:00:00Z",
            "2020-03-12 00:00:00 UTC",
            "2020-03-12T02:00:00+02:00",
            "2020-03-12T02:00:00+0200",
            "2020-03-11T19:00:00-05",
        ] {
            assert_eq!(parse(text), Some(Moment { secs: MARCH, whole_day: false }), "{text}");
        }
        assert_eq!(secs("2020-02-29"), Some(MARCH - 12 * DAY));
        assert_eq!(secs("1970-01-01"), Some(0));
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for text in [
            "",
            "-5",
            "12/03/2020",
            "2020-3-12",
            "2020-13-01",
            "2020-02-30",
            "2019-02-29",
            "2020-03-12T24:00:00",
            "2020-03-12T10:61",
            "2020-03-12T10",
            "2020-03-12x10:00",
            "2020-03-12T10:00:00+25:00",
            "2020-03-12T10:00:00.",
            "1969-12-31",
            "2100-01-01",
            "9999999999",
            "123456789012345678",
            "1e9",
            "２０２０-03-12",
            "2020-03-1２",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(minute(MARCH + 37_800), "2020-03-12 10:30");
        assert_eq!(short_day(MARCH), "12 Mar");
        for at in (0..END).step_by(12_345_678) {
            assert_eq!(secs(&day(at)), Some(at / DAY * DAY));
            assert_eq!(secs(&minute(at)), Some(at / MINUTE * MINUTE));
        }
    }
}
