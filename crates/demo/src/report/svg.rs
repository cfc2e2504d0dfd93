//! Pieces of SVG and HTML as text.

use std::fmt::Write;

/// `text` with the characters escaped that mean something in HTML or in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push_str("&#10;"),
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

/// Elements of a drawing, in the order in which they are painted. Coordinates in pixels of the
/// view box; classes are those of the page's style.
#[derive(Default)]
pub struct Svg {
    out: String,
}

/// How a text is anchored.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = write!(
            self.out,
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        );
    }

    /// An open line through points.
    pub fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        if points.is_empty() {
            return;
        }
        let _ = write!(self.out, "<path class=\"{class}\" d=\"{}\"/>", steps(points));
    }

    /// The area between two lines, the second from right to left.
    pub fn area(&mut self, class: &str, upper: &[(f64, f64)], lower: &[(f64, f64)]) {
        if upper.is_empty() || lower.is_empty() {
            return;
        }
        let back: Vec<_> = lower.iter().rev().copied().collect();
        let rest = steps(&back).replacen('M', "L", 1);
        let _ = write!(self.out, "<path class=\"{class}\" d=\"{}{rest}Z\"/>", steps(upper));
    }

    /// A dot; `tip` is shown when the pointer is on it.
    pub fn dot(&mut self, class: &str, at: (f64, f64), radius: f64, tip: &str) {
        let (x, y) = at;
        let _ = write!(
            self.out,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\""
        );
        if tip.is_empty() {
            self.out.push_str("/>");
        } else {
            let _ = write!(self.out, " data-tip=\"{}\"/>", escape(tip));
        }
    }

    /// An invisible rectangle with a tip.
    pub fn hit(&mut self, x: f64, y: f64, width: f64, height: f64, tip: &str) {
        let _ = write!(
            self.out,
            "<rect class=\"hit\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" data-tip=\"{}\"/>",
            escape(tip)
        );
    }

    /// A text.
    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let (x, y) = at;
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escape(text)
        );
    }

    /// The drawing with its title and description for those who cannot see it. `id` is unique on
    /// the page.
    pub fn finish(self, id: &str, size: (f64, f64), title: &str, desc: &str) -> String {
        let ((width, height), id) = (size, escape(id));
        format!(
            "<svg viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title>\
             <desc id=\"{id}-d\">{}</desc>{}</svg>",
            escape(title),
            escape(desc),
            self.out
        )
    }
}

/// Path data through points, with one digit after the point.
fn steps(points: &[(f64, f64)]) -> String {
    let mut data = String::with_capacity(points.len() * 12);
    for (place, (x, y)) in points.iter().enumerate() {
        let letter = if place == 0 { 'M' } else { 'L' };
        let _ = write!(data, "{letter}{x:.1} {y:.1}");
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup_and_control_characters() {
        assert_eq!(
            escape("<a href=\"x\">'&\u{1b}"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\u{fffd}"
        );
    }

    #[test]
    fn draws_in_order() {
        let mut svg = Svg::default();
        svg.polyline("a", &[(0.0, 1.0), (2.0, 3.25)]);
        svg.area("b", &[(0.0, 0.0), (1.0, 0.0)], &[(0.0, 2.0), (1.0, 2.0)]);
        svg.polyline("none", &[]);
        let text = svg.finish("x", (10.0, 20.0), "T", "D");
        assert!(text.contains("d=\"M0.0 1.0L2.0 3.2\""), "{text}");
        assert!(text.contains("d=\"M0.0 0.0L1.0 0.0L1.0 2.0L0.0 2.0Z\""), "{text}");
        assert!(text.contains("viewBox=\"0 0 10 20\"") && !text.contains("none"));
    }
}
