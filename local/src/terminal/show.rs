//! Everything that is printed, besides what cargo says while it builds.

use std::{
    fmt::Display,
    io::{self, Write},
};

use local::{LogLine, Message};
use serde_json::Value as Json;

use super::pretty::pretty;

pub(crate) fn text(text: &str) {
    print(&mut io::stdout(), text);
}

pub(crate) fn error(error: &dyn Display) {
    print(&mut io::stderr(), &format!("error: {error}"));
}

/// For what does not end the program.
pub(crate) fn problem(problem: &str) {
    print(&mut io::stderr(), &format!("warning: {problem}"));
}

/// A message that has landed on a queue.
pub(crate) fn message(message: &Message) {
    let group = message.group.as_deref().map(|group| format!(", group {group}")).unwrap_or_default();
    text(&format!("\nA job landed on {}{group}:\n{}", message.queue, pretty(&message.body)));
}

/// A line of a function: any, or only what is worth a warning.
pub(crate) fn log(line: &LogLine, all: bool) {
    if !line.text.is_empty() && (all || is_warning(&line.text)) {
        text(&format!("{}: {}", line.function, line.text));
    }
}

/// Functions log JSON. Other text comes from a panic, or from something else that was not foreseen.
fn is_warning(line: &str) -> bool {
    let Ok(entry) = serde_json::from_str::<Json>(line) else {
        return true;
    };
    matches!(entry["level"].as_str(), Some("WARN" | "ERROR"))
}

fn print(stream: &mut dyn Write, text: &str) {
    // Nobody reads any more, as with `| head`. The stack goes on.
    let _ = writeln!(stream, "{text}");
}
