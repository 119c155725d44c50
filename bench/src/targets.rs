//! What the product wants to be held against, beside what was seen.

use crate::report::Report;

/// A bound on one figure.
struct Target {
    claim: &'static str,
    /// Topic, row and column of what is bounded.
    of: [&'static str; 3],
    at_most: f64,
    unit: &'static str,
}

const TARGETS: [Target; 14] = [
    Target {
        claim: "`hook-trigger` to its first `/next`, above a function that does nothing",
        of: ["cold", "hook-trigger", "above echo (ms)"],
        at_most: 20.0,
        unit: "ms",
    },
    Target {
        claim: "its first call, in warm ones",
        of: ["cold", "hook-trigger", "first to tenth"],
        at_most: 1.5,
        unit: "times",
    },
    Target {
        claim: "an accepted call of 8 KB (p50), in the bare requests to AWS",
        of: ["warm", "8 KB, accepted", "p50 to bare calls"],
        at_most: 1.15,
        unit: "times",
    },
    Target {
        claim: "processor time of an accepted call of 8 KB, in that of the bare requests to AWS",
        of: ["cpu", "8 KB, accepted", "CPU to bare calls"],
        at_most: 1.2,
        unit: "times",
    },
    Target {
        claim: "verify + extract on 25 KB, in HMAC-SHA256 alone",
        of: ["own", "25 KB", "verify + extract to HMAC"],
        at_most: 5.0,
        unit: "times",
    },
    Target {
        claim: "peak memory under load with 25 KB",
        of: ["memory", "25 KB, accepted", "peak memory (MB)"],
        at_most: 20.0,
        unit: "MB",
    },
    Target {
        claim: "binary of `hook-trigger`, stripped",
        of: ["size", "hook-trigger", "binary (MB)"],
        at_most: 6.3,
        unit: "MB",
    },
    Target { claim: "the same, zipped", of: ["size", "hook-trigger", "zip (MB)"], at_most: 2.9, unit: "MB" },
    Target {
        claim: "requests to AWS per accepted call",
        of: ["requests", "8 KB, accepted", "requests"],
        at_most: 3.0,
        unit: "",
    },
    Target {
        claim: "the same, if it starts an action",
        of: ["requests", "8 KB, starts an action", "requests"],
        at_most: 4.0,
        unit: "",
    },
    Target { claim: "the same, ignored", of: ["requests", "8 KB, ignored", "requests"], at_most: 2.0, unit: "" },
    Target {
        claim: "the same, with a bad signature that is logged",
        of: ["requests", "8 KB, bad signature", "requests"],
        at_most: 2.0,
        unit: "",
    },
    Target {
        claim: "the same, accepted by a busy hook",
        of: ["requests", "8 KB, accepted, busy hook", "requests"],
        at_most: 2.0,
        unit: "",
    },
    Target {
        claim: "those of an accepted call that begin while no other is under way",
        of: ["requests", "8 KB, accepted", "turns"],
        at_most: 2.0,
        unit: "",
    },
];

/// The table, of what was measured.
pub(crate) fn table(report: &Report) -> String {
    let mut lines = vec!["| what | at most | seen | |".to_owned(), "|---|---|---|---|".to_owned()];
    for Target { claim, of: [topic, row, column], at_most, unit } in &TARGETS {
        let Some(seen) = report.figure(topic, row, column) else { continue };
        let verdict = if seen.value <= *at_most { "met" } else { "**missed**" };
        let (at_most, seen) = (with(at_most.to_string(), unit), with(seen.text(), unit));
        lines.push(format!("| {claim} | {at_most} | {seen} | {verdict} |"));
    }
    lines.join("\n")
}

fn with(text: String, unit: &str) -> String {
    if unit.is_empty() { text } else { format!("{text} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Figure, Table};

    #[test]
    fn a_target_is_missed_above_its_bound_and_left_out_when_nothing_was_measured() {
        let columns = ["function", "binary (MB)", "zip (MB)"];
        let mut size = Table::new("size", "", "", &columns);
        size.row("hook-trigger", [6.4, 2.9].map(|value| Some(Figure::exact(value))));
        let report = Report { circumstances: Vec::new(), tables: vec![size] };

        let table = table(&report);

        assert!(table.contains("stripped | 6.3 MB | 6.40 MB | **missed** |"), "{table}");
        assert!(table.contains("zipped | 2.9 MB | 2.90 MB | met |"), "{table}");
        assert_eq!(table.lines().count(), 4, "{table}");
    }
}
