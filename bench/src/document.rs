//! The tables as Markdown, on the terminal and in the generated part of `docs/performance.md`.

use std::path::Path;

use sample::Failure;

use crate::report::{Figure, Report, Table};
use crate::targets;

/// A part of the document that is generated. The rest is written by hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    begin: &'static str,
    end: &'static str,
}

/// What a whole run measures.
pub(crate) const FIGURES: Part = Part {
    begin: "<!-- bench: begin. `cargo run --release -p bench` writes what follows. -->",
    end: "<!-- bench: end -->",
};

/// Pipehook beside other receivers.
pub(crate) const PEERS: Part = Part {
    begin: "<!-- peers: begin. `cargo run --release -p bench -- peers` writes what follows. -->",
    end: "<!-- peers: end -->",
};

/// What more of everything makes.
pub(crate) const GROWTH: Part = Part {
    begin: "<!-- growth: begin. `cargo run --release -p bench -- growth` writes what follows. -->",
    end: "<!-- growth: end -->",
};

/// One table with its heading.
pub(crate) fn markdown(table: &Table) -> String {
    let mut lines = vec![format!("### {}", table.title), String::new()];
    if !table.text.is_empty() {
        lines.extend(wrapped(&table.text));
        lines.push(String::new());
    }
    if !table.rows.is_empty() {
        lines.push(format!("| {} |", table.columns.join(" | ")));
        lines.push(format!("|{}", "---|".repeat(table.columns.len())));
    }
    for row in &table.rows {
        let figures = row.figures.iter().map(|figure| figure.map_or_else(String::new, Figure::text));
        let cells = std::iter::once(row.name.clone()).chain(figures).chain(row.verdict.clone());
        let cells: Vec<String> = cells.collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n")
}

/// The chart, the place and the tables of a whole run.
pub(crate) fn figures(report: &Report) -> String {
    let mut parts = vec![
        "![Calls and starts beside their floors](performance.svg)".to_owned(),
        format!("### Where\n\n{}", place(report)),
        format!("### Targets\n\n{}", targets::table(report)),
    ];
    parts.extend(report.tables.iter().map(markdown));
    parts.join("\n\n")
}

/// The same of another command: the tables, the most important one first, and then the place.
pub(crate) fn beside(report: &Report, chart: &str) -> String {
    let mut parts = vec![chart.to_owned()];
    parts.extend(report.tables.iter().map(markdown));
    parts.push(place(report));
    parts.join("\n\n")
}

fn place(report: &Report) -> String {
    let lines = report.circumstances.iter().map(|line| wrapped(&format!("- {line}")).join("\n  "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Replaces a generated part of the document.
pub(crate) fn rewrite(path: &Path, part: Part, generated: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = replaced(&text, part, generated);
    let text = text.ok_or_else(|| format!("{} has no lines `{}` and `{}`", path.display(), part.begin, part.end))?;
    Ok(std::fs::write(path, text)?)
}

fn replaced(text: &str, Part { begin, end }: Part, generated: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n\n{generated}\n\n{end}{after}"))
}

/// Lines of at most 118 columns, which leaves room for an indentation.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > 118 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let Part { begin, end } = PEERS;
        let text = format!("before\n{begin}\nold\n{end}\nafter\n");
        let expected = format!("before\n{begin}\n\nnew\n\n{end}\nafter\n");
        assert_eq!(replaced(&text, PEERS, "new").as_deref(), Some(&*expected));
        assert_eq!(replaced(&expected, PEERS, "new").as_deref(), Some(&*expected));
        assert_eq!(replaced(&expected, FIGURES, "new"), None);
    }

    #[test]
    fn the_document_has_every_part_that_is_generated_once() {
        let path = Path::new(crate::binaries::ROOT).join("docs/performance.md");
        let text = std::fs::read_to_string(path).unwrap();
        for Part { begin, end } in [FIGURES, PEERS, GROWTH] {
            assert_eq!((text.matches(begin).count(), text.matches(end).count()), (1, 1), "{begin}");
        }
    }

    #[test]
    fn the_document_has_the_part_that_the_script_rewrites_once() {
        let read = |path: &str| std::fs::read_to_string(Path::new(crate::binaries::ROOT).join(path)).unwrap();
        let (script, text) = (read("bench/first-minutes.py"), read("docs/performance.md"));
        for name in ["BEGIN = \"", "END = \""] {
            let mark = script.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix('"')).unwrap();
            assert_eq!(text.matches(mark).count(), 1, "{mark}");
        }
    }

    #[test]
    fn a_verdict_is_the_last_cell_of_its_row() {
        let mut table = Table::new("t", "Title", "", &["row", "a", "is"]);
        table.judged("x", [Some(Figure::exact(1.0))], "ahead".to_owned());
        assert!(markdown(&table).ends_with("| row | a | is |\n|---|---|---|\n| x | 1 | ahead |"));
    }

    #[test]
    fn a_table_has_a_cell_for_each_column_and_none_for_what_was_not_measured() {
        let mut table = Table::new("t", "Title", &"word ".repeat(40), &["row", "a", "b"]);
        table.row("x", [Some(Figure::exact(1.0)), None]);
        let text = markdown(&table);
        assert!(text.starts_with("### Title\n\n"), "{text}");
        assert!(text.ends_with("| row | a | b |\n|---|---|---|\n| x | 1 |  |"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }
}
