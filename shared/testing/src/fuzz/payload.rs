//! JSON payloads, read at any paths.

use std::collections::HashMap;

use serde_json::from_str;
use serde_json::value::RawValue;
use shared::domain::payload::{Path, Segment, Value, integer};
use shared::payload::json;

use super::{paths, sections};

/// Lines of paths, then a payload. A path is what its grammar says, and is printed as it was read. Text that is no
/// JSON is refused, JSON that `serde_json` reads as a tree is taken, and what is found is the very text that stands
/// where the path leads, found here level by level.
///
/// # Panics
///
/// When one of this does not hold.
pub fn payload_paths(input: &[u8]) {
    let Some((lines, body)) = sections(input) else { return };
    let paths = paths(&lines);
    let Ok(text) = std::str::from_utf8(body) else { return };
    check_selection(text, &paths.iter().collect::<Vec<_>>());
    check_levels(text);
}

/// Checks what [`json::select`] makes of `text`.
pub(super) fn check_selection(text: &str, paths: &[&Path]) {
    let Ok(found) = json::select(text, paths.iter().copied()) else {
        assert!(from_str::<serde_json::Value>(text).is_err(), "JSON was refused");
        return;
    };
    assert!(from_str::<&RawValue>(text).is_ok(), "what is no JSON was taken");
    for path in paths.iter().filter(|path| !path.is_many()) {
        let found = found.at(path);
        // The walk reads the names beside the path as well, and fails on one that is no text, such as "\ud800".
        if let Ok(expected) = walk(text, &names(path)) {
            assert!(is_at(found, expected), "{path}: {found:?} instead of {expected:?}");
        }
        if let Some(Value::Number(number)) = found {
            check_integer(number);
        }
    }
}

/// The names of a path without a `*`.
fn names(path: &Path) -> Vec<&str> {
    path.segments().iter().filter_map(Segment::name).collect()
}

/// What stands at the path, found by reading one level after the other. It compares texts where a tree would compare
/// numbers that it has rounded, and it knows no depth that is too deep.
pub(super) fn walk<'a>(text: &'a str, segments: &[impl AsRef<str>]) -> Result<Option<&'a str>, serde_json::Error> {
    let mut raw: &RawValue = from_str(text)?;
    for segment in segments {
        let segment = segment.as_ref();
        let inner = match raw.get().as_bytes().first() {
            Some(b'{') => from_str::<HashMap<String, &RawValue>>(raw.get())?.remove(segment),
            Some(b'[') => {
                index(segment).and_then(|index| from_str::<Vec<&RawValue>>(raw.get()).ok()?.get(index).copied())
            }
            _ => None,
        };
        let Some(inner) = inner else { return Ok(None) };
        raw = inner;
    }
    Ok(Some(raw.get()))
}

/// A place in an array has one name.
fn index(segment: &str) -> Option<usize> {
    segment.parse().ok().filter(|index: &usize| index.to_string() == segment)
}

fn is_at(found: Option<&Value<'_>>, expected: Option<&str>) -> bool {
    let (found, expected) = match (found, expected) {
        (None, None) => return true,
        (Some(found), Some(expected)) => (found, expected),
        (Some(_), None) | (None, Some(_)) => return false,
    };
    match found {
        Value::Null => expected == "null",
        Value::Boolean(boolean) => expected == boolean.to_string(),
        Value::String(string) => from_str::<String>(expected).is_ok_and(|expected| expected == *string),
        Value::Field(_) => false,
        // The same place in memory, not only the same text.
        Value::Number(text) => std::ptr::eq(*text, expected) && !text.starts_with(['[', '{', '"', 't', 'f', 'n']),
        Value::Array(text) => std::ptr::eq(*text, expected) && text.starts_with('['),
        Value::Object(text) => std::ptr::eq(*text, expected) && text.starts_with('{'),
    }
}

/// The integer and its spelling are the same number, as far as 64 bits of floating point can tell.
fn check_integer(number: &str) {
    let integer = integer(number);
    if let Some(integer) = integer {
        assert_eq!(integer.to_string().parse::<f64>(), number.parse::<f64>(), "{number}");
    }
    if let Ok(expected) = number.parse::<i64>() {
        assert_eq!(integer, Some(expected), "{number}");
    }
}

/// The readers of one level agree with the walk.
fn check_levels(text: &str) {
    for (name, value) in json::object(text).unwrap_or_default() {
        if let Ok(expected) = walk(text, &[&name]) {
            assert!(is_at(Some(&value), expected), "{name}");
        }
    }
    for (index, value) in json::array(text).unwrap_or_default().iter().enumerate().take(64) {
        let expected = walk(text, &[index.to_string()]);
        assert!(expected.is_ok_and(|expected| is_at(Some(value), expected)), "{index}");
    }
}
