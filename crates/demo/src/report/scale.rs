//! Scales of axes and their ticks.

use crate::time::{self, DAY, HOUR, MINUTE};

/// A linear map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// Maps `from` to the pixel `start` and `to` to `end`. A range without width gets some.
    pub fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if from < to { to } else { from + 1.0 };
        Self { from, to, start, end }
    }

    /// The pixel of a value.
    pub fn at(&self, value: f64) -> f64 {
        self.start + (value - self.from) / (self.to - self.from) * (self.end - self.start)
    }

    /// First and last value.
    pub fn range(&self) -> (f64, f64) {
        (self.from, self.to)
    }
}

/// Round values between `from` and `to`, about `count` of them, and the digits after the point
/// that tell them apart.
pub fn ticks(from: f64, to: f64, count: usize) -> (Vec<f64>, usize) {
    let rough = (to - from) / count.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 {
        return (vec![from], 0);
    }
    let mut power = 1.0;
    while power > rough {
        power /= 10.0;
    }
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|step| rough <= *step);
    let step = step.unwrap_or(power * 10.0);
    let mut digits = 0;
    let mut size = step;
    while size < 0.999 && digits < 12 {
        size *= 10.0;
        digits += 1;
    }
    let first = (from / step - 1e-9).ceil();
    let values = (0..=2 * count + 2).map(|n| (first + n as f64) * step);
    // Adding zero turns a negative zero into a positive one.
    (values.take_while(|value| *value <= to + step * 1e-6).map(|v| v + 0.0).collect(), digits)
}

/// The smallest range of round values around `from` and `to` with about `count` ticks.
pub fn around(from: f64, to: f64, count: usize) -> (f64, f64) {
    let (values, _) = ticks(from, to, count);
    let [first, second, ..] = values[..] else {
        return (from, to);
    };
    let step = second - first;
    ((from / step + 1e-9).floor() * step, (to / step - 1e-9).ceil() * step)
}

/// Seconds of round clock times from `from` to `to`, at most `count`, with their labels: the day at
/// midnights, else the time of day.
pub fn clock_ticks(from: u64, to: u64, count: usize) -> Vec<(u64, String)> {
    const MINUTES: [u64; 15] =
        [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 43_200];
    let span = to.saturating_sub(from);
    let fits = |step: &u64| span / step < count.max(1) as u64;
    let step = MINUTES.iter().map(|minutes| minutes * MINUTE).find(fits);
    let step = step.unwrap_or_else(|| (span / count.max(1) as u64 / DAY + 1) * DAY);
    let first = from.div_ceil(step) * step;
    (first..=to)
        .step_by(usize::try_from(step).unwrap_or(usize::MAX))
        .map(|at| (at, if at.is_multiple_of(DAY) { time::short_day(at) } else { time::clock(at) }))
        .collect()
}

/// Ticks for a duration of `span` seconds, at most about `count`: seconds and label, and the unit.
pub fn duration_ticks(span: u64, count: usize) -> (Vec<(u64, String)>, &'static str) {
    let (unit, name) = match span {
        0..=180 => (1, "seconds"),
        181..=10_800 => (MINUTE, "minutes"),
        _ => (HOUR, "hours"),
    };
    let most = span.div_ceil(unit).div_ceil(count.max(1) as u64).max(1);
    let steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 960];
    let step = steps.iter().copied().find(|step| most <= *step).unwrap_or(most) * unit;
    let places = 0..=span / step;
    (places.map(|n| (n * step, (n * step / unit).to_string())).collect(), name)
}

/// At most `most` of `items`, evenly spaced, first and last included.
pub fn thin<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    if items.len() <= most.max(2) {
        return items.to_vec();
    }
    let last = items.len() - 1;
    let steps = most.max(2) - 1;
    (0..=steps).map(|n| items[last * n / steps].clone()).collect()
}

/// At most about `most` of `points`, with the highest and lowest of each stretch.
pub fn thin_line(points: &[(u64, u128)], most: usize) -> Vec<(u64, u128)> {
    if points.len() <= most.max(4) {
        return points.to_vec();
    }
    let size = (points.len() * 2).div_ceil(most.max(4)).max(1);
    let mut kept = Vec::with_capacity(most + 2);
    for part in points.chunks(size) {
        let low = part.iter().min_by_key(|point| point.1);
        let high = part.iter().max_by_key(|point| point.1);
        let mut pair: Vec<_> = low.into_iter().chain(high).copied().collect();
        pair.sort_unstable();
        pair.dedup();
        kept.extend(pair);
    }
    // The ends stay where they are.
    for (place, end) in [(0, points.first()), (kept.len(), points.last())] {
        if let Some(end) = end.filter(|end| !kept.contains(end)) {
            kept.insert(place.min(kept.len()), *end);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(86.0, 195.0, 5).0, [100.0, 150.0]);
        assert_eq!(ticks(0.0, 1.0, 5), (vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0], 1));
        assert_eq!(ticks(5.0, 5.0, 4).0, [5.0]);
        assert_eq!(ticks(0.0, f64::INFINITY, 4).0, [0.0]);
        assert_eq!(ticks(0.00028, 0.00035, 4).1, 5);
        assert!(ticks(-0.03, 0.08, 6).0.len() >= 5);
    }

    #[test]
    fn around_widens_to_round_values() {
        assert_eq!(around(86.0, 195.0, 5), (50.0, 200.0));
        assert_eq!(around(0.0, 100.0, 5), (0.0, 100.0));
    }

    #[test]
    fn clock_ticks_name_days_at_midnight() {
        let march = 1_583_971_200;
        let labels: Vec<_> =
            clock_ticks(march, march + 2 * DAY, 9).into_iter().map(|(_, label)| label).collect();
        assert_eq!(
            labels,
            ["12 Mar", "06:00", "12:00", "18:00", "13 Mar", "06:00", "12:00", "18:00", "14 Mar"]
        );
        assert!(clock_ticks(0, 100 * 365 * DAY, 8).len() <= 9);
        assert_eq!(clock_ticks(5, 5, 8).len(), 0);
    }

    #[test]
    fn duration_ticks_choose_their_unit() {
        assert_eq!(duration_ticks(0, 5).1, "seconds");
        assert_eq!(duration_ticks(150, 5).0.len(), 6);
        let (ticks, unit) = duration_ticks(3_000, 6);
        assert_eq!((unit, ticks[1].clone()), ("minutes", (600, "10".to_owned())));
        assert_eq!(duration_ticks(50_000, 6).1, "hours");
    }

    #[test]
    fn thinning_keeps_ends_and_extremes() {
        assert_eq!(thin(&[1, 2, 3, 4, 5], 3), [1, 3, 5]);
        assert_eq!(thin::<u8>(&[], 3), Vec::<u8>::new());
        let mut points: Vec<(u64, u128)> = (0..10_000).map(|n| (n, 500)).collect();
        points[5_001].1 = 1;
        points[7_003].1 = 999;
        let kept = thin_line(&points, 400);
        assert!(kept.len() <= 402, "{}", kept.len());
        assert!(kept.contains(&(5_001, 1)) && kept.contains(&(7_003, 999)));
        assert_eq!((kept[0], kept[kept.len() - 1]), ((0, 500), (9_999, 500)));
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_scale_without_width_still_maps() {
        assert!(Scale::new((5.0, 5.0), (0.0, 10.0)).at(5.0).is_finite());
    }
}
