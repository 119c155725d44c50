//! What is said of a condition that does not hold.

use std::fmt::Write as _;

use super::accepted::Accepted;
use super::comparison::Comparison;
use super::operator::Operator;
use crate::domain::mask::{MASK, sounds_secret};
use crate::domain::payload::Value;
use crate::domain::subject::Subject;

/// The most values that are named, of those that were found and of those that are accepted.
const MAX_NAMED: usize = 3;

/// The most characters of a value that are shown.
const MAX_SHOWN_CHARS: usize = 60;

/// What is there and what must be, for the owner of the hook: `ref` is "refs/heads/next", and must equal
/// "refs/heads/main".
pub(super) fn contrast(subject: &Subject, comparison: &Comparison, found: &[Value<'_>]) -> String {
    let is_there: Vec<_> = found.iter().filter(|value| **value != Value::Null).collect();
    let found = match subject {
        _ if is_there.is_empty() => "absent".to_owned(),
        // The log masks such a header, and must not have it in a message.
        Subject::Header(name) | Subject::Query(name) if sounds_secret(&name.to_ascii_lowercase()) => MASK.to_owned(),
        Subject::Body(_) | Subject::Header(_) | Subject::Query(_) => listed(&is_there, "and", |value| shown(value)),
    };
    let operator = comparison.operator();
    let mut words =
        format!("{}`{}` is {found}, and must {}", subject.kind().in_words(), subject.name(), operator.in_words());
    match operator {
        Operator::Exists | Operator::Absent => {}
        Operator::Contains
        | Operator::EndsWith
        | Operator::Equals
        | Operator::GreaterThan
        | Operator::LessThan
        | Operator::Matches
        | Operator::NotEquals
        | Operator::StartsWith => {
            // Writing to a string cannot fail.
            let _ = write!(words, " {}", listed(&comparison.accepted(), "or", accepted));
        }
    }
    words
}

fn listed<T>(all: &[T], word: &str, show: impl Fn(&T) -> String) -> String {
    let (named, rest) = all.split_at(all.len().min(MAX_NAMED));
    let mut parts: Vec<_> = named.iter().map(show).collect();
    if !rest.is_empty() {
        parts.push(format!("{} more", rest.len()));
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} {word} {last}", before.join(", ")),
        None => String::new(),
    }
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::String(text) | Value::Field(text) => quoted(text),
        Value::Number(text) | Value::Array(text) | Value::Object(text) => beginning(text),
    }
}

fn accepted(accepted: &Accepted) -> String {
    match accepted {
        Accepted::String(text) => quoted(text),
        Accepted::Number(text) => beginning(text),
        Accepted::Boolean(boolean) => boolean.to_string(),
    }
}

/// With its control characters escaped.
fn quoted(text: &str) -> String {
    format!("{:?}", beginning(text))
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
