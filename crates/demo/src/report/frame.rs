//! The frame of a chart: axes, grid, legend, and the two widths in which each chart is drawn.

use super::scale::{self, Scale};
use super::svg::{Anchor, Svg, escape};
use crate::time;

/// Dimensions of a drawing, pixels of its view box. Pages show the wide drawing on wide screens and
/// the narrow one on phones, so that texts keep their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Part of the drawing's id.
    pub name: &'static str,
    pub width: u32,
    pub height: u32,
}

/// A chart across the page.
pub const FULL: [Size; 2] =
    [Size { name: "w", width: 1088, height: 340 }, Size { name: "n", width: 388, height: 280 }];
/// A chart across half of the page.
pub const HALF: [Size; 2] =
    [Size { name: "w", width: 528, height: 240 }, Size { name: "n", width: 388, height: 210 }];

/// Draws a chart in both of its sizes.
pub fn both(sizes: [Size; 2], draw: impl Fn(Size) -> String) -> String {
    let [wide, narrow] = sizes.map(draw);
    format!("<div class=\"wide\">{wide}</div><div class=\"narrow\">{narrow}</div>")
}

/// A legend: marks with their names. A mark is a pair of classes for its shape and colour.
pub fn legend(entries: &[(&str, &str)]) -> String {
    let items: String = entries
        .iter()
        .map(|(class, name)| format!("<li><i class=\"{class}\"></i>{}</li>", escape(name)))
        .collect();
    format!("<ul class=\"legend\">{items}</ul>")
}

/// A chart being drawn.
pub struct Frame {
    pub svg: Svg,
    /// Maps values to pixels from left to right.
    pub x: Scale,
    /// Maps values to pixels from bottom to top.
    pub y: Scale,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Frame {
    /// A frame for values `x` and `y` (first and last), with `left` pixels for labels.
    pub fn new(size: Size, x: (f64, f64), y: (f64, f64), left: f64) -> Self {
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        let (right, top, bottom) = (width - 10.0, 26.0, height - 38.0);
        Self {
            svg: Svg::default(),
            x: Scale::new(x, (left, right)),
            y: Scale::new(y, (bottom, top)),
            width,
            height,
            left,
            right,
            top,
            bottom,
        }
    }

    /// The point of two values.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    /// Horizontal grid lines with labels, and the name of the axis above them.
    pub fn y_axis(&mut self, count: usize, name: &str, label: impl Fn(f64, usize) -> String) {
        let (from, to) = self.y.range();
        // A rounded range may leave room for two or three ticks only: ask for more then.
        let finer = (count..=3 * count).map(|count| scale::ticks(from, to, count));
        let fits = |(values, _): &(Vec<f64>, usize)| count.min(4) <= values.len();
        let (values, digits) = finer.into_iter().find(fits).unwrap_or_default();
        for value in values {
            let y = self.y.at(value);
            self.svg.line("grid", (self.left, y), (self.right, y));
            let text = label(value, digits);
            self.svg.text("tick", (self.left - 8.0, y + 4.0), Anchor::End, &text);
        }
        self.svg.text("axis", (0.0, 12.0), Anchor::Start, name);
    }

    /// Ticks on the axis below, and its name.
    pub fn x_axis(&mut self, ticks: &[(f64, String)], name: &str) {
        let y = self.bottom;
        self.svg.line("base", (self.left, y), (self.right, y));
        let mut free = 0.0;
        for (value, label) in ticks {
            let x = self.x.at(*value);
            self.svg.line("base", (x, y), (x, y + 4.0));
            // Digits are about 7 pixels wide: a label that would touch another is left out, and
            // none leaves the drawing.
            let half = label.chars().count() as f64 * 3.4;
            let middle = x.min(self.width - half);
            if free <= middle - half {
                self.svg.text("tick", (middle, y + 18.0), Anchor::Middle, label);
                free = middle + half + 6.0;
            }
        }
        self.svg.text("axis", (self.right, self.height - 4.0), Anchor::End, name);
    }

    /// Time of day and days below; the values of `x` are seconds since 1970.
    pub fn time_axis(&mut self) {
        let (from, to) = self.x.range();
        let count = ((self.right - self.left) / 50.0) as usize;
        let ticks = scale::clock_ticks(from as u64, to as u64, count);
        let ticks: Vec<_> = ticks.into_iter().map(|(at, label)| (at as f64, label)).collect();
        self.x_axis(&ticks, "time, UTC");
    }

    /// Columns that show a tip when the pointer is over them: value of `x` and text, in order. Each
    /// reaches half the way to its neighbours.
    pub fn tips(&mut self, tips: &[(f64, String)]) {
        let places: Vec<f64> = tips.iter().map(|(value, _)| self.x.at(*value)).collect();
        for (at, (_, tip)) in tips.iter().enumerate() {
            let before = at.checked_sub(1).map(|left| f64::midpoint(places[left], places[at]));
            let after = places.get(at + 1).map(|right| f64::midpoint(places[at], *right));
            let (start, end) = (before.unwrap_or(self.left), after.unwrap_or(self.right));
            let height = self.bottom - self.top;
            self.svg.hit(start, self.top, (end - start).max(0.5), height, tip);
        }
    }

    /// The finished drawing.
    pub fn finish(self, id: &str, title: &str, desc: &str) -> String {
        self.svg.finish(id, (self.width, self.height), title, desc)
    }
}

/// `13 Mar 02:30`.
pub fn moment(secs: u64) -> String {
    format!("{} {}", time::short_day(secs), time::clock(secs))
}

/// Whole and decimal digits of a tick, with thousands separators.
pub fn number(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), crate::text::thousands);
    let sign = if value < 0.0 { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// WAD as a float, for drawing only.
pub fn wad(value: u128) -> f64 {
    value as f64 / 1e18
}

/// A divisor that brings base wei to one to four digits, and the name of the unit: for axes.
pub fn money_unit(most: u128) -> (f64, &'static str) {
    match most {
        0..10_000_000_000 => (1e6, "USDC"),
        10_000_000_000..2_000_000_000_000 => (1e9, "thousand USDC"),
        _ => (1e12, "million USDC"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_signs() {
        assert_eq!(number(-1_234.5, 1), "−1,234.5");
        assert_eq!(number(50_000.0, 0), "50,000");
        assert_eq!(number(0.25, 2), "0.25");
    }

    #[test]
    fn tips_cover_the_width_without_overlap() {
        let mut frame = Frame::new(HALF[0], (0.0, 10.0), (0.0, 1.0), 40.0);
        frame.tips(&[(0.0, "a".to_owned()), (5.0, "b".to_owned()), (10.0, "c".to_owned())]);
        let text = frame.finish("id", "t", "d");
        assert_eq!(text.matches("data-tip").count(), 3);
        assert!(text.contains("x=\"40.0\"") && text.contains("width=\"239.0\""), "{text}");
    }
}
