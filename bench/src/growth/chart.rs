//! `docs/growth.svg`: each curve, its figures in times of its first point.

use super::curve::{Curve, count};
use crate::chart::{Drawing, Line};

/// Which figures are drawn, in which colour.
const DRAWN: [(usize, &str); 3] = [(2, "c"), (3, "b"), (4, "a")];
const KEYS: [(&str, &str); 3] = [("c", "time of a call"), ("b", "processor time"), ("a", "peak memory")];

pub(super) fn svg(curves: &[Curve]) -> String {
    let mut drawing = Drawing::new();
    for curve in curves {
        let last = curve.points.last().map_or(0, |point| point.size);
        let title = format!("{}: times of the first point, up to {last} {}", curve.title, curve.of);
        let lines = DRAWN.map(|(figure, class)| line(curve, figure, class));
        drawing.lines(&title, &KEYS, &lines);
    }
    drawing.svg("What more of everything makes")
}

fn line(curve: &Curve, figure: usize, class: &'static str) -> Line {
    let first = curve.points.first().map_or(1.0, |point| point.figures[figure].value).max(f64::MIN_POSITIVE);
    let points = curve.points.iter().map(|point| (count(point.size), point.figures[figure].value / first));
    Line { class, points: points.collect() }
}
