//! Everything that is printed, besides what cargo says while it builds.

use std::{
    borrow::Cow,
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

/// A message that has landed on a queue, unless it only wakes the function that gives out turns.
pub(crate) fn message(message: &Message) {
    if message.body.starts_with(r#"{"wake":"#) {
        return;
    }
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
    // An error means that no one reads any more, as with `| head`. The stack goes on.
    let _ = writeln!(stream, "{}", printable(text));
}

/// Senders choose paths and values. A terminal must not take them for commands: to clear the screen, to change its title
/// or to hide text.
fn printable(text: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char == '\n' || !(char.is_control() || is_invisible(char));
    if text.chars().all(is_plain) {
        return text.into();
    }
    text.chars().map(|char| if is_plain(char) { char.to_string() } else { char.escape_unicode().to_string() }).collect()
}

/// What turns the direction of text, so that it reads as something else.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_chose_cannot_command_the_terminal() {
        let mut printed = Vec::new();

        print(&mut printed, "a\u{1b}[2J\r\u{9b}1m\u{7}\u{202e}\nü {}");

        assert_eq!(String::from_utf8(printed).unwrap(), "a\\u{1b}[2J\\u{d}\\u{9b}1m\\u{7}\\u{202e}\nü {}\n");
    }
}
