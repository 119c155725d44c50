//! The tables as Markdown, on the terminal and in the generated part of `docs/performance.md`.

use std::path::Path;

use sample::Failure;

use crate::report::{Figure, Report, Table};
use crate::targets;

/// The rest of the document is written by hand.
const BEGIN: &str = "<!-- bench: begin. `cargo run --release -p bench` writes what follows. -->";
const END: &str = "<!-- bench: end -->";

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
        let cells: Vec<String> = std::iter::once(row.name.clone()).chain(figures).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n")
}

/// Everything that is generated.
fn generated(report: &Report) -> String {
    let circumstances: Vec<String> =
        report.circumstances.iter().map(|line| wrapped(&format!("- {line}")).join("\n  ")).collect();
    let mut parts = vec![
        "![Calls and starts beside their floors](performance.svg)".to_owned(),
        format!("### Where\n\n{}", circumstances.join("\n")),
        format!("### Targets\n\n{}", targets::table(report)),
    ];
    parts.extend(report.tables.iter().map(markdown));
    parts.join("\n\n")
}

/// Replaces the generated part of the document.
pub(crate) fn rewrite(path: &Path, report: &Report) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = replaced(&text, &generated(report));
    let text = text.ok_or_else(|| format!("{} has no lines `{BEGIN}` and `{END}`", path.display()))?;
    Ok(std::fs::write(path, text)?)
}

fn replaced(text: &str, generated: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{generated}\n\n{END}{after}"))
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
        let text = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let expected = format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n");
        assert_eq!(replaced(&text, "new").as_deref(), Some(&*expected));
        assert_eq!(replaced(&expected, "new").as_deref(), Some(&*expected));
        assert_eq!(replaced("no marks", "new"), None);
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
