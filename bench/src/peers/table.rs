//! The table: how many times Pipehook's figure each other one is, what was measured, and who is ahead.

use super::{Line, NAMES};
use crate::report::{Figure, Table};

/// What is counted varies too.
const LEAST_NOISE: f64 = 0.02;

const TEXT: &str = "The same signed push of 8 KB, in turn. The first two columns say how many times Pipehook's figure \
                    each other one is: above 1, Pipehook is ahead. All of them are better if they are smaller.";

pub(super) fn of(lines: &[Line]) -> Table {
    let [own, node, webhook] = NAMES;
    let ratios = [node, webhook].map(|name| format!("{name} in Pipehook's"));
    let columns = ["figure", &ratios[0], &ratios[1], own, node, webhook, "Pipehook is"];
    let mut table = Table::new("peers", "Side by side", TEXT, &columns);
    for Line { name, figures } in lines {
        let [own, others @ ..] = figures;
        let ratios = others.map(|other| (other.value > 0.0 && own.value > 0.0).then(|| other.ratio(*own)));
        table.judged(name, ratios.into_iter().chain(figures.map(Some)), verdict(*figures));
    }
    table
}

/// How Pipehook does beside each: ahead, behind, or level where the two lie within both spreads.
fn verdict([own, others @ ..]: [Figure; 3]) -> String {
    let place = |other: Figure| {
        let noise = (own.spread + other.spread).max(LEAST_NOISE * other.value.abs());
        match other.value - own.value {
            by if by.abs() <= noise => "level with",
            by if by < 0.0 => "**behind**",
            _ => "ahead of",
        }
    };
    let [node, webhook] = others.map(place);
    let [_, node_name, webhook_name] = NAMES;
    if node == webhook {
        return format!("{node} both");
    }
    format!("{node} {node_name}, {webhook} {webhook_name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::markdown;

    fn row(values: [f64; 3], spread: f64) -> String {
        let line = Line::new("x", values.map(|value| Figure { value, spread }));
        markdown(&of(&[line])).lines().last().unwrap().to_owned()
    }

    #[test]
    fn a_row_says_where_pipehook_is_behind() {
        assert_eq!(row([2.0, 1.0, 8.0], 0.0), "| x | 0.50 | 4 | 2 | 1 | 8 | **behind** Node, ahead of `webhook` |");
        assert!(row([9.0, 1.0, 2.0], 0.1).ends_with("| **behind** both |"));
        assert!(row([1.0, 8.0, 9.0], 0.1).ends_with("| ahead of both |"));
    }

    #[test]
    fn what_lies_within_the_noise_is_level() {
        assert!(row([2.0, 1.9, 2.1], 0.1).ends_with("| level with both |"));
        assert!(row([2.0, 1.9, 3.0], 0.1).ends_with("| level with Node, ahead of `webhook` |"));
        assert!(row([100.0, 99.0, 101.0], 0.0).ends_with("| level with both |"));
    }

    #[test]
    fn nothing_is_no_times_of_anything() {
        assert_eq!(row([3.0, 1.0, 0.0], 0.0), "| x | 0.33 |  | 3 | 1 | 0 | **behind** both |");
    }
}
