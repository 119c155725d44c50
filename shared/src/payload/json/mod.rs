//! JSON without trees: values are borrowed from the text, numbers and arrays keep their exact spelling.

mod error;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use self::error::JsonError;
use super::Found;
use crate::domain::payload::{Path, Segment, Value};

/// The members of a JSON object; of members with the same name the last one counts.
pub fn object(text: &str) -> Result<BTreeMap<Cow<'_, str>, Value<'_>>, JsonError> {
    let members: BTreeMap<CowStr<'_>, &RawValue> =
        serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, text))?;
    members.into_iter().map(|(name, raw)| Ok((name.0, value(raw, text)?))).collect()
}

/// The elements of a JSON array.
pub fn array(text: &str) -> Result<Vec<Value<'_>>, JsonError> {
    elements(text)?.into_iter().map(|raw| value(raw, text)).collect()
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
    whole(text).is_ok()
}

/// A map's key that borrows where it can: serde's own `Cow` never does.
#[derive(serde::Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct CowStr<'a>(#[serde(borrow)] Cow<'a, str>);

/// One value of the whole text; only a string is looked into.
fn value<'a>(raw: &'a RawValue, whole: &str) -> Result<Value<'a>, JsonError> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'n') => Value::Null,
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'[') => Value::Array(text),
        Some(b'{') => Value::Object(text),
        Some(b'"') => {
            let string: CowStr<'_> = serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, whole))?;
            Value::String(string.0)
        }
        _ => Value::Number(text),
    })
}

/// The values at `paths`, after one pass over the whole text. Everything else is checked to be JSON and skipped.
pub fn select<'a>(text: &'a str, paths: impl IntoIterator<Item = &'a Path>) -> Result<Found<'a>, JsonError> {
    search(text, paths)?.into_iter().map(|(path, raw)| Ok((path, value(raw, text)?))).collect()
}

/// The same values as they are written, in the order of the paths.
pub(super) fn raw<'a>(text: &'a str, paths: &[Path]) -> Result<Vec<&'a str>, JsonError> {
    Ok(search(text, paths)?.into_iter().map(|(_, raw)| raw.get()).collect())
}

type Raw<'p, 'a> = Vec<(&'p Path, &'a RawValue)>;

fn search<'p, 'a>(text: &'a str, paths: impl IntoIterator<Item = &'p Path>) -> Result<Raw<'p, 'a>, JsonError> {
    let mut paths: Vec<&Path> = paths.into_iter().collect();
    paths.sort_unstable();
    paths.dedup();
    let mut root = Node::default();
    for (index, path) in paths.iter().enumerate() {
        root.insert(path.segments(), index);
    }
    let mut found = vec![None; paths.len()];
    root.search(text, &mut found, &mut 0).map_err(|fault| match fault {
        Fault::Json(error, part) => JsonError::new(&error, part, text),
        Fault::TooMuchWork => JsonError::TooMuchWork,
    })?;
    if let Some(index) = root.wanted {
        found[index] = Some(whole(text)?);
    }
    Ok(paths.into_iter().zip(found).filter_map(|(path, raw)| Some((path, raw?))).collect())
}

/// How many bytes are looked into for one text, those that are looked into again included: paths that lead through one
/// another each read their part of it. The largest body is read eight times.
const MAX_WORK_BYTES: usize = 32 * 1024 * 1024;

/// Why a search has failed.
enum Fault<'a> {
    /// This part is not JSON, or cannot be read.
    Json(serde_json::Error, &'a str),
    /// See [`MAX_WORK_BYTES`].
    TooMuchWork,
}

/// The paths as a tree: what to find in one value.
#[derive(Default)]
struct Node<'p> {
    /// The index of the path that ends here.
    wanted: Option<usize>,
    /// By name, in order.
    children: Vec<(&'p str, Node<'p>)>,
}

impl<'p> Node<'p> {
    /// Adds a path. Paths come in order, so a new child is always the last one.
    fn insert(&mut self, segments: &'p [Segment], index: usize) {
        let Some((first, rest)) = segments.split_first() else {
            self.wanted = Some(index);
            return;
        };
        let Some(first) = first.name() else { return };
        if self.children.last().is_none_or(|(name, _)| *name != first) {
            self.children.push((first, Self::default()));
        }
        if let Some((_, child)) = self.children.last_mut() {
            child.insert(rest, index);
        }
    }

    fn child(&self, name: &str) -> Option<&Self> {
        let at = self.children.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        self.children.get(at).map(|(_, child)| child)
    }

    fn children(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().map(|(_, child)| child)
    }

    /// Finds the values below this node in `part`, its value. A value that is both a result and on the way to others is
    /// looked into a second time, when it is known to be the last of its name. `work` is how many bytes were looked into
    /// so far.
    fn search<'a>(
        &self,
        part: &'a str,
        found: &mut Vec<Option<&'a RawValue>>,
        work: &mut usize,
    ) -> Result<(), Fault<'a>> {
        *work += part.len();
        if *work > MAX_WORK_BYTES {
            return Err(Fault::TooMuchWork);
        }
        let mut deserializer = serde_json::Deserializer::from_str(part);
        let read = deserializer.deserialize_any(Seed { node: self, found });
        read.and_then(|()| deserializer.end()).map_err(|error| Fault::Json(error, part))?;
        self.children().try_for_each(|child| child.search_wanted(found, work))
    }

    fn search_wanted<'a>(&self, found: &mut Vec<Option<&'a RawValue>>, work: &mut usize) -> Result<(), Fault<'a>> {
        if self.children.is_empty() {
            return Ok(());
        }
        match self.wanted {
            Some(index) => found[index].map_or(Ok(()), |raw| self.search(raw.get(), found, work)),
            None => self.children().try_for_each(|child| child.search_wanted(found, work)),
        }
    }

    /// Forgets what an earlier member of the same name had: the last one counts, as a whole.
    fn forget(&self, found: &mut [Option<&RawValue>]) {
        self.wanted.into_iter().for_each(|index| found[index] = None);
        self.children().for_each(|child| child.forget(found));
    }
}

/// Reads one value, in which `node` is to be found.
struct Seed<'s, 'p, 'a> {
    node: &'s Node<'p>,
    found: &'s mut Vec<Option<&'a RawValue>>,
}

impl<'a> DeserializeSeed<'a> for Seed<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        let Some(index) = self.node.wanted else { return deserializer.deserialize_any(self) };
        self.found[index] = Some(<&'a RawValue as serde::Deserialize>::deserialize(deserializer)?);
        Ok(())
    }
}

impl<'a> Visitor<'a> for Seed<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(child) = map.next_key_seed(Key(self.node))? {
            match child {
                Some(node) => {
                    node.forget(self.found);
                    map.next_value_seed(Seed { node, found: self.found })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            let more = match self.node.child(itoa(index, &mut [0; 20])) {
                Some(node) => seq.next_element_seed(Seed { node, found: self.found })?.is_some(),
                None => seq.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    // A path that leads through a scalar leads nowhere.

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// The decimal digits of an index, without an allocation for each element of a long array.
fn itoa(mut index: usize, buffer: &mut [u8; 20]) -> &str {
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + u8::try_from(index % 10).unwrap_or_default();
        index /= 10;
        if index == 0 {
            return std::str::from_utf8(&buffer[at..]).unwrap_or_default();
        }
    }
}

/// Reads a member's name and finds the child that it leads to.
struct Key<'s, 'p>(&'s Node<'p>);

impl<'a, 's, 'p> DeserializeSeed<'a> for Key<'s, 'p> {
    type Value = Option<&'s Node<'p>>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'s, 'p> Visitor<'_> for Key<'s, 'p> {
    type Value = Option<&'s Node<'p>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.child(name))
    }
}

#[cfg(test)]
mod tests;
