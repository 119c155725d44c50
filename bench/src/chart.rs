//! `docs/performance.svg`: what a call costs the processor, and what a start takes, each beside its floor.

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
.a{fill:#a8b3bd}.b{fill:#4f8fe6}.c{fill:#e07b39}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.a{fill:#6e7781}.b{fill:#6cb6ff}.c{fill:#f69d50}}";

/// One bar, of parts that follow each other.
struct Bar {
    label: String,
    /// Class and length.
    parts: Vec<(&'static str, f64)>,
}

/// The drawing, of what was measured.
pub(crate) fn svg(report: &Report) -> String {
    let mut drawing = Drawing { body: String::new(), y: 24.0 };
    let kinds = ["1 KB, accepted", "8 KB, accepted", "25 KB, accepted", "1 MB, accepted"];
    let calls = kinds.map(|kind| processor_time(report, kind));
    let keys = [("a", "a function that does nothing"), ("b", "the SDK"), ("c", "Pipehook")];
    drawing.panel("Processor time of an accepted call (ms)", &keys, calls.into_iter().flatten().collect());
    let keys = [("a", "a function that does nothing"), ("c", "above it")];
    drawing.panel("From the start of a process to its first request for work (ms)", &keys, starts(report));
    let height = drawing.y;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n\
         <title>Calls and starts beside their floors</title>\n<style>{STYLE}</style>\n{}</svg>\n",
        drawing.body
    )
}

fn processor_time(report: &Report, kind: &str) -> Option<Bar> {
    let figure = |column| report.figure("cpu", kind, column).map(|figure| figure.value);
    let (all, bare, echo) = (figure("CPU (ms)")?, figure("bare calls CPU (ms)")?, figure("echo CPU (ms)")?);
    let parts = vec![("a", echo), ("b", (bare - echo).max(0.0)), ("c", (all - bare).max(0.0))];
    Some(Bar { label: kind.to_owned(), parts })
}

fn starts(report: &Report) -> Vec<Bar> {
    let Some(table) = report.tables.iter().find(|table| table.topic == "cold") else { return Vec::new() };
    let to_next = |name: &str| report.figure("cold", name, "to first `/next` (ms)").map(|figure| figure.value);
    let Some(echo) = to_next(FLOOR) else { return Vec::new() };
    let names = table.rows.iter().map(|row| row.name.as_str()).filter(|name| *name != FLOOR);
    let bar = |name: &str| {
        let parts = vec![("a", echo), ("c", (to_next(name)? - echo).max(0.0))];
        Some(Bar { label: name.to_owned(), parts })
    };
    names.filter_map(bar).collect()
}

struct Drawing {
    body: String,
    /// Where the next line goes.
    y: f64,
}

impl Drawing {
    fn panel(&mut self, title: &str, keys: &[(&str, &str)], bars: Vec<Bar>) {
        if bars.is_empty() {
            return;
        }
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
            self.text(x + 8.0, "small", &format!("{:.2}", total(&bar)));
            self.y += LINE;
        }
        self.y += LINE;
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
}
