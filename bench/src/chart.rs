//! The drawings of `docs/performance.md`. The one of a whole run has what a call costs the processor, and what a start
//! takes, each beside its floor; `peers` and `growth` draw theirs with the same pens.

use std::fmt::Write as _;

use crate::report::Report;
use crate::stage::FLOOR;

const WIDTH: f64 = 760.0;
const LABELS: f64 = 190.0;
const BARS: f64 = WIDTH - LABELS - 90.0;
const LINE: f64 = 22.0;
const BAR: f64 = 14.0;

/// The colours are told apart by their lightness too, and stand out on white as on black.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}.small{font-size:12px;fill:#59636e}.title{font-weight:600}\
.a{fill:#a8b3bd;stroke:#a8b3bd}.b{fill:#4f8fe6;stroke:#4f8fe6}.c{fill:#e07b39;stroke:#e07b39}\
rect[class]{stroke:none}polyline[class]{fill:none;stroke-width:2}.axis{stroke:#59636e;stroke-width:1}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.a{fill:#6e7781;stroke:#6e7781}\
.b{fill:#6cb6ff;stroke:#6cb6ff}.c{fill:#f69d50;stroke:#f69d50}}";

/// How high a panel of lines is.
const HEIGHT: f64 = 110.0;

/// One bar, of parts that follow each other.
pub(crate) struct Bar {
    pub(crate) label: String,
    /// Class and length.
    pub(crate) parts: Vec<(&'static str, f64)>,
    /// What is written behind it, in place of its length.
    pub(crate) text: Option<String>,
}

/// A line through points.
pub(crate) struct Line {
    pub(crate) class: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The drawing, of what a whole run has measured.
pub(crate) fn svg(report: &Report) -> String {
    let mut drawing = Drawing::new();
    let kinds = ["1 KB, accepted", "8 KB, accepted", "25 KB, accepted", "1 MB, accepted"];
    let calls = kinds.map(|kind| processor_time(report, kind));
    let keys = [("a", "a function that does nothing"), ("b", "the SDK"), ("c", "Pipehook")];
    drawing.panel("Processor time of an accepted call (ms)", &keys, calls.into_iter().flatten().collect());
    let keys = [("a", "a function that does nothing"), ("c", "above it")];
    drawing.panel("From the start of a process to its first request for work (ms)", &keys, starts(report));
    drawing.svg("Calls and starts beside their floors")
}

fn processor_time(report: &Report, kind: &str) -> Option<Bar> {
    let figure = |column| report.figure("cpu", kind, column).map(|figure| figure.value);
    let (all, bare, echo) = (figure("CPU (ms)")?, figure("bare calls CPU (ms)")?, figure("echo CPU (ms)")?);
    let parts = vec![("a", echo), ("b", (bare - echo).max(0.0)), ("c", (all - bare).max(0.0))];
    Some(Bar { label: kind.to_owned(), parts, text: None })
}

fn starts(report: &Report) -> Vec<Bar> {
    let Some(table) = report.tables.iter().find(|table| table.topic == "cold") else { return Vec::new() };
    let to_next = |name: &str| report.figure("cold", name, "to first `/next` (ms)").map(|figure| figure.value);
    let Some(echo) = to_next(FLOOR) else { return Vec::new() };
    let names = table.rows.iter().map(|row| row.name.as_str()).filter(|name| *name != FLOOR);
    let bar = |name: &str| {
        let parts = vec![("a", echo), ("c", (to_next(name)? - echo).max(0.0))];
        Some(Bar { label: name.to_owned(), parts, text: None })
    };
    names.filter_map(bar).collect()
}

/// Panels below one another.
pub(crate) struct Drawing {
    body: String,
    /// Where the next line goes.
    y: f64,
}

impl Drawing {
    pub(crate) fn new() -> Self {
        Self { body: String::new(), y: 24.0 }
    }

    /// The whole file.
    pub(crate) fn svg(&self, title: &str) -> String {
        let Self { body, y } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y:.0}\" role=\"img\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n{body}</svg>\n"
        )
    }

    /// Bars, the longest of them as wide as the panel.
    pub(crate) fn panel(&mut self, title: &str, keys: &[(&str, &str)], bars: Vec<Bar>) {
        if bars.is_empty() {
            return;
        }
        self.heading(title, keys);
        let total = |bar: &Bar| bar.parts.iter().map(|(_, length)| length).sum::<f64>();
        let longest = bars.iter().map(total).fold(f64::MIN_POSITIVE, f64::max);
        for bar in bars {
            self.text(0.0, "", &bar.label);
            let mut x = LABELS;
            for (class, length) in &bar.parts {
                let width = length / longest * BARS;
                self.rectangle(x, class, width);
                x += width;
            }
            let text = bar.text.clone().unwrap_or_else(|| format!("{:.2}", total(&bar)));
            self.text(x + 8.0, "small", &text);
            self.y += LINE;
        }
        self.y += LINE;
    }

    /// Lines from zero, the highest and the widest of them as large as the panel.
    pub(crate) fn lines(&mut self, title: &str, keys: &[(&str, &str)], lines: &[Line]) {
        let all = || lines.iter().flat_map(|line| &line.points);
        let widest = all().map(|(x, _)| *x).fold(f64::MIN_POSITIVE, f64::max);
        let highest = all().map(|(_, y)| *y).fold(f64::MIN_POSITIVE, f64::max);
        self.heading(title, keys);
        let (left, width) = (60.0, WIDTH - 80.0);
        let bottom = self.y + HEIGHT;
        self.text(0.0, "small", &format!("{highest:.1}×"));
        for (x, y) in [(left, bottom - HEIGHT), (left + width, bottom)] {
            let axis = format!("<path class=\"axis\" d=\"M{left:.1} {bottom:.1}L{x:.1} {y:.1}\"/>");
            let _ = writeln!(self.body, "{axis}");
        }
        for Line { class, points } in lines {
            let place =
                |(x, y): &(f64, f64)| format!("{:.1},{:.1}", left + x / widest * width, bottom - y / highest * HEIGHT);
            let points: Vec<_> = points.iter().map(place).collect();
            let _ = writeln!(self.body, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
        }
        self.y = bottom + 2.0 * LINE;
    }

    /// What a panel shows, and what its colours mean.
    fn heading(&mut self, title: &str, keys: &[(&str, &str)]) {
        self.text(0.0, "title", title);
        self.y += LINE;
        let mut x = 0.0;
        for (class, meaning) in keys {
            self.rectangle(x, class, 12.0);
            self.text(x + 18.0, "small", meaning);
            #[expect(clippy::cast_precision_loss, reason = "a few words")]
            let width = meaning.len() as f64;
            x += 46.0 + width * 6.6;
        }
        self.y += LINE + 4.0;
    }

    // Writing to a string cannot fail.

    fn text(&mut self, x: f64, class: &str, text: &str) {
        let _ = writeln!(self.body, "<text x=\"{x:.1}\" y=\"{:.1}\" class=\"{class}\">{text}</text>", self.y);
    }

    fn rectangle(&mut self, x: f64, class: &str, width: f64) {
        let y = self.y - BAR + 3.0;
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\" class=\"{class}\"/>"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Figure, Table};

    #[test]
    fn a_bar_is_as_long_as_its_figure_and_stays_within_the_drawing() {
        let columns = ["call", "CPU (ms)", "bare calls CPU (ms)", "echo CPU (ms)"];
        let mut table = Table::new("cpu", "", "", &columns);
        table.row("1 KB, accepted", [4.0, 3.0, 1.0].map(|value| Some(Figure::exact(value))));
        table.row("8 KB, accepted", [2.0, 2.0, 1.0].map(|value| Some(Figure::exact(value))));

        let drawing = svg(&Report { circumstances: Vec::new(), tables: vec![table] });

        for (class, width) in [("a", BARS / 4.0), ("b", BARS / 2.0), ("c", BARS / 4.0)] {
            let bar = format!("width=\"{width:.1}\" height=\"{BAR}\" class=\"{class}\"");
            assert!(drawing.contains(&bar), "{bar} in {drawing}");
        }
        assert!(!drawing.contains("From the start"), "nothing was measured of it");
    }

    #[test]
    fn a_line_goes_from_corner_to_corner_of_its_panel() {
        let mut drawing = Drawing::new();
        drawing.lines("x", &[], &[Line { class: "c", points: vec![(0.0, 0.0), (5.0, 2.0), (10.0, 4.0)] }]);
        let (bottom, top) = (drawing.y - 2.0 * LINE, drawing.y - 2.0 * LINE - HEIGHT);
        let (left, right) = (60.0, WIDTH - 20.0);
        let middle = f64::midpoint(left, right);
        let expected =
            format!("{left:.1},{bottom:.1} {middle:.1},{:.1} {right:.1},{top:.1}", f64::midpoint(bottom, top));
        assert!(drawing.svg("x").contains(&expected), "{expected} in {}", drawing.body);
    }
}
