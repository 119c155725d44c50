//! JSON payloads, read at any paths.

use std::collections::HashMap;

use serde_json::from_str;
use serde_json::value::RawValue;
use shared::domain::payload::{Path, Segment, Value, integer};
use shared::domain::variable::Given;
use shared::payload::{Found, json};

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
    for path in paths.iter().filter(|path| path.is_many()) {
        check_each(text, path, &found);
    }
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

/// A path with a `*` finds what the paths find that have an index or a name in its place, in the order of the text.
fn check_each(text: &str, path: &Path, found: &Found<'_>) {
    let Ok(expected) = walk_each(text, path.segments()) else { return };
    let Some(Given::Each { values: texts, .. }) = found.given(path) else {
        assert_eq!(expected, None, "{path}");
        return;
    };
    assert!(expected.is_some(), "{path} found {texts:?} where nothing is");
    let expected = expected.unwrap_or_default();
    assert_eq!(texts.len(), expected.len(), "{path}");
    for ((text, value), expected) in texts.iter().zip(found.all(path)).zip(expected) {
        assert!(std::ptr::eq(*text, expected) && is_at(Some(value), Some(expected)), "{path}: {text} not {expected}");
    }
}

/// What stands at the path; `None` if its first `*` has no array and no object before it.
fn walk_each<'a>(text: &'a str, segments: &[Segment]) -> Result<Option<Vec<&'a str>>, serde_json::Error> {
    let at = segments.iter().position(|segment| *segment == Segment::Each).unwrap_or(segments.len());
    let before: Vec<&str> = segments[..at].iter().filter_map(Segment::name).collect();
    let found = walk(text, &before)?;
    let Some((_, behind)) = segments[at..].split_first() else { return Ok(found.map(|found| vec![found])) };
    let Some(mut inner) = found.map(values).transpose()?.flatten() else { return Ok(None) };
    inner.sort_by_key(|inner| inner.as_ptr().addr());
    let found = inner.into_iter().map(|inner| Ok(walk_each(inner, behind)?.unwrap_or_default()));
    Ok(Some(found.collect::<Result<Vec<_>, serde_json::Error>>()?.concat()))
}

/// The values of an array or an object.
fn values(text: &str) -> Result<Option<Vec<&str>>, serde_json::Error> {
    Ok(match text.trim_start().as_bytes().first() {
        Some(b'{') => Some(from_str::<HashMap<String, &RawValue>>(text)?.into_values().map(RawValue::get).collect()),
        Some(b'[') => Some(from_str::<Vec<&RawValue>>(text)?.into_iter().map(RawValue::get).collect()),
        Some(_) | None => None,
    })
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
