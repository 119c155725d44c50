//! JSON without trees: values are borrowed from the text, numbers and arrays keep their exact spelling.

mod error;
mod found;

use std::borrow::Cow;
use std::collections::BTreeMap;

use json_search::{Entry, Step, Tree};
use serde_json::value::RawValue;

pub use self::error::JsonError;
pub use self::found::Found;
pub(super) use self::found::{Each, Values};
use crate::domain::payload::{Path, Segment, Value};

/// The members of a JSON object; of members with the same name the last one counts.
pub fn object(text: &str) -> Result<BTreeMap<Cow<'_, str>, Value<'_>>, JsonError> {
    let members: BTreeMap<CowStr<'_>, &RawValue> =
        serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, text))?;
    members.into_iter().map(|(name, raw)| Ok((name.0, value(raw.get(), text)?))).collect()
}

/// The elements of a JSON array.
pub fn array(text: &str) -> Result<Vec<Value<'_>>, JsonError> {
    elements(text)?.into_iter().map(|raw| value(raw.get(), text)).collect()
}

/// The same, as they are written.
pub(super) fn elements(text: &str) -> Result<Vec<&RawValue>, JsonError> {
    serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, text))
}

/// The whole text, if it is JSON.
pub fn whole(text: &str) -> Result<&RawValue, JsonError> {
    serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, text))
}

/// Whether the text is JSON, which does not mean that it can be read (RFC 8259 section 9).
pub fn is_json(text: &str) -> bool {
    json_search::fault_of(text).is_none()
}

/// A map's key that borrows where it can: serde's own `Cow` never does.
#[derive(serde::Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct CowStr<'a>(#[serde(borrow)] Cow<'a, str>);

/// One value of the whole text, without space around it; only a string is looked into.
fn value<'a>(json: &'a str, whole: &str) -> Result<Value<'a>, JsonError> {
    Ok(match json.as_bytes().first() {
        Some(b'n') => Value::Null,
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'[') => Value::Array(json),
        Some(b'{') => Value::Object(json),
        Some(b'"') => Value::String(string(json).map_err(|error| JsonError::new(&error, json, whole))?),
        _ => Value::Number(json),
    })
}

/// The same, of a value that may be known to be plain, so that a string is not searched for escapes.
fn value_of<'a>(json: &'a str, is_plain: bool, whole: &str) -> Result<Value<'a>, JsonError> {
    let string = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| is_plain);
    string.map_or_else(|| value(json, whole), |text| Ok(Value::String(Cow::Borrowed(text))))
}

fn string(json: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    // It is known to be JSON: without a backslash, it is what it stands for.
    match inner.filter(|inner| !inner.contains('\\')) {
        Some(plain) => Ok(Cow::Borrowed(plain)),
        None => serde_json::from_str::<CowStr<'_>>(json).map(|string| string.0),
    }
}

/// The values at `paths`, after one pass over the whole text. Everything else is checked to be JSON and skipped.
pub fn select<'a>(text: &'a str, paths: impl IntoIterator<Item = &'a Path>) -> Result<Found<'a>, JsonError> {
    let paths = in_order(paths);
    let entries = search(text, &paths)?;
    let mut counts = vec![0; paths.len()];
    entries.iter().filter_map(Entry::path).for_each(|path| counts[path] += 1);
    let each = |(path, count): (&&Path, usize)| (path.is_many() && count > 0).then(|| Each::with_room_for(count));
    let mut found: Vec<Option<Values<'a>>> =
        paths.iter().zip(counts).map(|path| each(path).map(Values::Each)).collect();
    for (path, &Entry { json, is_plain, .. }) in entries.iter().filter_map(|entry| Some((entry.path()?, entry))) {
        match &mut found[path] {
            // A `*` has found an array or an object, whatever is in it.
            Some(Values::Each(_)) if json.is_empty() => {}
            Some(Values::Each(each)) => {
                if !is_plain {
                    check(json, text)?;
                }
                each.push(json, is_plain);
            }
            one => *one = Some(Values::One(value_of(json, is_plain, text)?)),
        }
    }
    Ok(paths.into_iter().zip(found).filter_map(|(path, values)| Some((path, values?))).collect())
}

/// Refuses a string that stands for no text. Whatever else is JSON can be read.
fn check(json: &str, whole: &str) -> Result<(), JsonError> {
    if json.starts_with('"') { value(json, whole).map(drop) } else { Ok(()) }
}

/// The same values as they are written, in the order of the text.
pub(super) fn raw<'a>(text: &'a str, paths: &[Path]) -> Result<Vec<&'a str>, JsonError> {
    let entries = search(text, &in_order(paths))?;
    let counting = entries.into_iter().filter(|entry| entry.path().is_some());
    Ok(counting.map(|entry| entry.json).filter(|json| !json.is_empty()).collect())
}

/// What `paths` lead to, which are in order.
fn search<'a>(text: &'a str, paths: &[&Path]) -> Result<Vec<Entry<'a>>, JsonError> {
    let steps = paths.iter().map(|path| path.segments().iter().map(step));
    json_search::search(text, &Tree::of_paths(steps)).map_err(|fault| JsonError::of_search(fault, text))
}

fn step(segment: &Segment) -> Step<'_> {
    segment.name().map_or(Step::Each, Step::Name)
}

fn in_order<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Vec<&'p Path> {
    let mut paths: Vec<&Path> = paths.into_iter().collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests;
