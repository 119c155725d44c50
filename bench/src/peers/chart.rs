//! `docs/peers.svg`: the same figures as bars, each in times of Pipehook's.

use super::{Line, NAMES};
use crate::chart::{Bar, Drawing};

const CLASSES: [&str; 3] = ["c", "b", "a"];

/// The lines that are drawn. The others are in the table.
const DRAWN: [&str; 8] = [
    "start, until it takes calls (ms)",
    "start and first call (ms)",
    "accepted, p50 (ms)",
    "ignored, p50 (ms)",
    "bad signature, p50 (ms)",
    "accepted, processor time (ms)",
    "peak memory after these calls (MB)",
    "package, zipped (MB)",
];

pub(super) fn svg(lines: &[Line]) -> String {
    let mut drawing = Drawing::new();
    for name in DRAWN {
        let Some(line) = lines.iter().find(|line| line.name == name) else { continue };
        drawing.panel(&capitalized(name), &[], bars(line));
    }
    drawing.svg("Pipehook beside other receivers")
}

fn bars(Line { figures, .. }: &Line) -> Vec<Bar> {
    let [own, ..] = figures;
    let bar = |((name, class), figure): ((&&str, &&'static str), &crate::report::Figure)| {
        let times = figure.ratio(*own).value;
        Bar {
            label: name.replace('`', ""),
            parts: vec![(*class, figure.value)],
            text: Some(format!("{times:.2}×, {:.2}", figure.value)),
        }
    };
    NAMES.iter().zip(&CLASSES).zip(figures).map(bar).collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Figure;

    #[test]
    fn each_drawn_figure_is_one_of_those_that_are_measured() {
        let source = include_str!("mod.rs");
        for name in DRAWN {
            let known = name.split_once(", ").map_or(name, |(_, rest)| rest);
            assert!(source.contains(name) || source.contains(&format!("{{name}}, {known}")), "{name}");
        }
    }

    #[test]
    fn a_bar_says_how_many_times_pipehooks_it_is() {
        let line = Line::new("package, zipped (MB)", [2.0, 6.0, 1.0].map(Figure::exact));
        let drawing = svg(&[line]);
        for text in ["Package, zipped (MB)", ">1.00×, 2.00<", ">3.00×, 6.00<", ">0.50×, 1.00<", ">webhook<"] {
            assert!(drawing.contains(text), "{text} in {drawing}");
        }
    }
}
