//! The curves as tables, and what they say in one.

use super::curve::{Curve, FIGURES, count};
use super::fit::{Growth, fit};
use crate::report::{Figure, Table};

const TEXT: &str = "From the first point of each curve to the last. `power` is that of the best curve `a + b·x^power`: 1 is a \
                    line. What grows by less than a tenth does not grow. `USD a million` is what DynamoDB and SQS cost.";

/// The verdict on each figure of each curve.
pub(super) fn of_fits(curves: &[Curve]) -> Table {
    let columns = ["figure", "from", "to", "first", "last", "times", "power", "it"];
    let mut table = Table::new("growth", "What grows", TEXT, &columns);
    for curve in curves {
        let Some((from, to)) = curve.points.first().zip(curve.points.last()) else { continue };
        for (index, name) in FIGURES.iter().enumerate() {
            let values = curve.points.iter().map(|point| (count(point.size), point.figures[index].value));
            let Some(fit) = fit(&values.collect::<Vec<_>>(), noise(curve, index)) else { continue };
            let (first, last) = (from.figures[index], to.figures[index]);
            let sizes = [from.size, to.size].map(|size| Figure::exact(count(size)));
            let power = Some(Figure::exact(fit.power)).filter(|_| fit.growth != Growth::None);
            let figures = [sizes[0], sizes[1], first, last, last.ratio(first)].map(Some);
            let name = format!("{}: {name}", curve.title);
            table.judged(name, figures.into_iter().chain([power]), fit.growth.name().to_owned());
        }
    }
    table
}

/// The largest spread of a figure in its curve, as a part of its value.
fn noise(curve: &Curve, figure: usize) -> f64 {
    let figures = curve.points.iter().map(|point| point.figures[figure]);
    figures.map(|figure| figure.spread / figure.value.max(f64::MIN_POSITIVE)).fold(0.0, f64::max)
}

pub(super) fn of_curve(curve: &Curve) -> Table {
    let columns: Vec<&str> = std::iter::once(curve.of).chain(FIGURES).collect();
    let mut table = Table::new("growth, points", curve.title, curve.text, &columns);
    for point in &curve.points {
        table.row(point.size.to_string(), point.figures.map(Some));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::curve::Point;
    use super::*;
    use crate::document::markdown;

    #[test]
    fn each_figure_that_was_measured_gets_a_verdict() {
        let point = |size: usize| {
            let x = count(size);
            Point { size, figures: [5.0, 2.0, 1.0 + x * x, 1.0 + x, 8.0, 0.0, 1.0].map(Figure::exact) }
        };
        let curve = Curve { title: "Things", text: "", of: "things", points: [0, 5, 10, 50].map(point).into() };

        let text = markdown(&of_fits(&[curve]));

        assert!(text.contains("| Things: start (ms) | 0 | 50 | 5 | 5 | 1 |  | does not grow |"), "{text}");
        assert!(text.contains("| Things: call, p50 (ms) | 0 | 50 | 1 | 2501 | 2501 | 2 | **worse than linear** |"));
        assert!(text.contains("| Things: processor time (ms) | 0 | 50 | 1 | 51 | 51 | 1 | linear |"), "{text}");
        assert!(!text.contains("requests to AWS"), "there was none: {text}");
    }
}
