//! What people and programs see: tables and text on the standard output, or JSON; notes, questions and progress on the
//! standard error output.

mod facts;
mod interrupts;
mod progress;
mod prompt;
mod source;
mod text;
mod trouble;

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use serde::Serialize;
use serde_json::value::RawValue;

pub(crate) use self::{
    facts::Facts,
    interrupts::Interrupts,
    progress::during,
    prompt::{confirm, is_possible as can_ask, line, secret},
    source::{SecretFile, read, read_secret},
    text::{printable, time},
    trouble::{Kind, Trouble},
};
use crate::host;

/// How many spaces stand between two columns of a table.
const BETWEEN: u16 = 2;

/// Where the output goes, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    is_json: bool,
    has_colours: bool,
    /// Of the terminal. A file or a pipe takes lines of any length.
    width: Option<u16>,
}

/// What a colour says. Nothing is said by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Title,
    Good,
    Bad,
    Waiting,
    Faint,
}

impl Screen {
    pub(crate) fn new(is_json: bool) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let width = is_terminal.then(|| terminal_size::terminal_size().map_or(80, |(width, _)| width.0));
        Self { is_json, has_colours: is_terminal && wants_colours(), width }
    }

    /// Of what is written about errors.
    fn of_errors() -> Self {
        Self { is_json: false, has_colours: io::stderr().is_terminal() && wants_colours(), width: None }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.is_json
    }

    /// One line, or several, on the standard output.
    pub(crate) fn print(self, text: &str) -> Result<(), Trouble> {
        self.write(&[text.trim_end().as_bytes(), b"\n"])
    }

    /// Just this on the standard output.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), Trouble> {
        self.write(&[bytes])
    }

    #[expect(clippy::unused_self, reason = "what is written was made for this screen")]
    fn write(self, parts: &[&[u8]]) -> Result<(), Trouble> {
        let mut out = io::stdout().lock();
        // What stays in the buffer would be lost without a word.
        let written = parts.iter().try_for_each(|part| out.write_all(part)).and_then(|()| out.flush());
        written.map_err(|error| Trouble::output(&error))
    }

    /// An object of the API as it is with `--json`; for people, what `text` makes of it.
    pub(crate) fn show(self, object: &RawValue, text: impl FnOnce() -> String) -> Result<(), Trouble> {
        if self.is_json { self.print(object.get()) } else { self.print(&text()) }
    }

    /// The same of a list.
    pub(crate) fn list(self, items: &[Box<RawValue>], text: impl FnOnce() -> String) -> Result<(), Trouble> {
        if !self.is_json {
            return self.print(&text());
        }
        let items: Vec<_> = items.iter().map(|item| item.get()).collect();
        self.print(&format!("[{}]", items.join(",")))
    }

    /// What is no object of the API.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string(value).map_err(|error| Trouble::failed(error.to_string()))?;
        self.print(&text)
    }

    /// What was done, where the API answers nothing.
    pub(crate) fn done(self, value: &impl Serialize, text: &str) -> Result<(), Trouble> {
        if self.is_json { self.json(value) } else { self.print(text) }
    }

    /// What happens, for people who watch: on the standard error output, and not with `--json`.
    pub(crate) fn note(self, text: &str) {
        if !self.is_json {
            note(text);
        }
    }

    /// How long a line may be.
    pub(super) fn columns(self) -> usize {
        self.width.map_or(usize::MAX, usize::from)
    }

    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        let style = match paint.style() {
            Some(style) if self.has_colours => style,
            Some(_) | None => return text.to_owned(),
        };
        format!("{style}{text}{style:#}")
    }

    /// Words that fit into the terminal, with this in front of the first line.
    pub(crate) fn wrap(self, front: &str, text: &str) -> String {
        let width = self.width.map_or(usize::MAX, |width| usize::from(width).max(40));
        let (mut lines, mut line) = (Vec::new(), front.to_owned());
        let mut is_empty = true;
        for word in text.split_whitespace() {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::replace(&mut line, " ".repeat(front.chars().count())));
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&printable(word));
            is_empty = false;
        }
        lines.push(line);
        lines.join("\n")
    }

    /// A table without lines, which fits into the terminal.
    pub(crate) fn table(self, titles: &[&str]) -> Rows {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        match self.width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if self.has_colours {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(titles.iter().map(|title| cell(title, Paint::Title)));
        // A colour goes over the spaces around a text, so that none could be taken away later.
        for (number, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if number + 1 < titles.len() { BETWEEN } else { 0 }));
        }
        Rows(table)
    }
}

/// The rows of a table.
#[derive(Debug)]
pub(crate) struct Rows(Table);

impl Rows {
    pub(crate) fn push<'a>(&mut self, cells: impl IntoIterator<Item = (Paint, &'a str)>) {
        self.0.add_row(cells.into_iter().map(|(paint, text)| cell(&printable(text), paint)));
    }

    /// The column is never narrower, so that words of this length stay whole.
    pub(crate) fn keep_words(&mut self, column: usize, length: usize) {
        if let (Some(column), Ok(length)) = (self.0.column_mut(column), u16::try_from(length)) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(length + BETWEEN)));
        }
    }

    /// The column is never broken, so that an id can be copied.
    pub(crate) fn keep_whole(&mut self, column: usize) {
        if let Some(column) = self.0.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

impl std::fmt::Display for Rows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        for line in text.lines() {
            // The table fills its last column.
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn cell(text: &str, paint: Paint) -> Cell {
    let cell = Cell::new(text);
    match paint {
        Paint::Plain => cell,
        Paint::Title => cell.add_attribute(comfy_table::Attribute::Bold),
        Paint::Good => cell.fg(Color::Green),
        Paint::Bad => cell.fg(Color::Red),
        Paint::Waiting => cell.fg(Color::Yellow),
        Paint::Faint => cell.add_attribute(comfy_table::Attribute::Dim),
    }
}

impl Paint {
    fn style(self) -> Option<anstyle::Style> {
        match self {
            Self::Plain => None,
            Self::Title => Some(anstyle::Style::new().bold()),
            Self::Good => Some(anstyle::AnsiColor::Green.on_default()),
            Self::Bad => Some(anstyle::AnsiColor::Red.on_default()),
            Self::Waiting => Some(anstyle::AnsiColor::Yellow.on_default()),
            Self::Faint => Some(anstyle::Style::new().dimmed()),
        }
    }
}

/// A line on the standard error output. If no one reads it, that is no reason to stop.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// <https://no-color.org>: any value but the empty one.
fn wants_colours() -> bool {
    let is_set = |name| host::variable(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && host::variable("TERM").is_none_or(|terminal| terminal != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(width: Option<u16>, has_colours: bool) -> Screen {
        Screen { is_json: false, has_colours, width }
    }

    #[test]
    fn a_table_fits_into_80_columns_and_keeps_ids_whole() {
        let id = "33c690d6-0619-404d-9113-f2e4d067efdb";
        let mut rows = screen(Some(80), false).table(&["NAME", "PROVIDER", "RUNS", "STATE", "ID"]);
        let name = "a name that is much too long for one line of a terminal";
        rows.push([name, "github", "deploy application/42", "active", id].map(|text| (Paint::Good, text)));
        rows.keep_whole(4);

        let text = rows.to_string();

        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains(id) && text.lines().count() > 2 && !text.contains('\u{1b}'), "{text}");
        let wide = {
            let mut rows = screen(None, false).table(&["NAME"]);
            rows.push([(Paint::Plain, name)]);
            rows
        };
        assert_eq!(wide.to_string(), format!("NAME\n{name}\n"));
    }

    #[test]
    fn colours_are_only_where_they_are_wanted() {
        for has_colours in [true, false] {
            let screen = screen(Some(80), has_colours);
            let mut rows = screen.table(&["STATE"]);
            rows.push([(Paint::Bad, "failed")]);
            for text in [rows.to_string(), screen.paint(Paint::Bad, "failed")] {
                assert_eq!(text.contains('\u{1b}'), has_colours, "{text:?}");
            }
        }
    }

    #[test]
    fn long_text_is_wrapped_at_words() {
        let text =
            screen(Some(40), false).wrap("  1. ", "Both sides must have the same secret, which it calls Password.");

        assert_eq!(text, "  1. Both sides must have the same\n     secret, which it calls Password.");
    }
}
