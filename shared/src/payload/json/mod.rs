//! JSON without trees: values are borrowed from the text, numbers and arrays keep their exact spelling.

mod error;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use self::error::JsonError;
use super::Found;
use crate::domain::payload::{Path, Value};

/// The members of a JSON object; of members with the same name the last one counts.
pub fn object(text: &str) -> Result<BTreeMap<Cow<'_, str>, Value<'_>>, JsonError> {
    let members: BTreeMap<CowStr<'_>, &RawValue> =
        serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, text))?;
    members.into_iter().map(|(name, raw)| Ok((name.0, value(raw, text)?))).collect()
}

/// The elements of a JSON array.
pub fn array(text: &str) -> Result<Vec<Value<'_>>, JsonError> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| JsonError::new(&error, text, text))?;
    elements.into_iter().map(|raw| value(raw, text)).collect()
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
    let paths: BTreeSet<&Path> = paths.into_iter().collect();
    let mut root = Node::default();
    for (index, path) in paths.iter().enumerate() {
        root.insert(path.segments(), index);
    }
    let mut found = vec![None; paths.len()];
    root.search(text, &mut found, &mut 0).map_err(|fault| match fault {
        Fault::Json(error, part) => JsonError::new(&error, part, text),
        Fault::TooMuchWork => JsonError::TooMuchWork,
    })?;
    let found = paths.into_iter().zip(found).filter_map(|(path, raw)| Some((path, raw?)));
    found.map(|(path, raw)| Ok((path, value(raw, text)?))).collect::<Result<_, _>>().map(Found)
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
    children: BTreeMap<&'p str, Node<'p>>,
}

impl<'p> Node<'p> {
    fn insert(&mut self, segments: &'p [String], index: usize) {
        let Some((first, rest)) = segments.split_first() else {
            self.wanted = Some(index);
            return;
        };
        self.children.entry(first).or_default().insert(rest, index);
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.get(name)
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
        self.children.values().try_for_each(|child| child.search_wanted(found, work))
    }

    fn search_wanted<'a>(&self, found: &mut Vec<Option<&'a RawValue>>, work: &mut usize) -> Result<(), Fault<'a>> {
        if self.children.is_empty() {
            return Ok(());
        }
        match self.wanted {
            Some(index) => found[index].map_or(Ok(()), |raw| self.search(raw.get(), found, work)),
            None => self.children.values().try_for_each(|child| child.search_wanted(found, work)),
        }
    }

    /// Forgets what an earlier member of the same name had: the last one counts, as a whole.
    fn forget(&self, found: &mut [Option<&RawValue>]) {
        self.wanted.into_iter().for_each(|index| found[index] = None);
        self.children.values().for_each(|child| child.forget(found));
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn selected<'a>(text: &'a str, paths: &[&str]) -> Vec<Option<Value<'a>>> {
        let path = |path: &&str| -> &'static Path { Box::leak(Box::new(path.parse().unwrap())) };
        let paths: Vec<_> = paths.iter().map(path).collect();
        let found = select(text, paths.iter().copied()).unwrap();
        paths.into_iter().map(|path| found.at(path).cloned()).collect()
    }

    #[test]
    fn paths_lead_through_objects_and_arrays() {
        let text = r#"{"a": {"b.c": [1, {"d": "x\n"}]}, "n": null, "7": true, "big": 9007199254740993}"#;
        let found =
            selected(text, &[r"a.b\.c.1.d", r"a.b\.c.0", r"a.b\.c", "n", "7", "big", "a.x", "n.x", r"a.b\.c.2"]);
        assert_eq!(found[0], Some(Value::String("x\n".into())));
        assert_eq!(found[1], Some(Value::Number("1")));
        assert_eq!(found[2], Some(Value::Array(r#"[1, {"d": "x\n"}]"#)));
        assert_eq!(found[3], Some(Value::Null));
        assert_eq!(found[4], Some(Value::Boolean(true)));
        assert_eq!(found[5], Some(Value::Number("9007199254740993")));
        assert_eq!(found[6..], [None, None, None]);
    }

    #[test]
    fn one_path_may_be_asked_for_twice_and_contain_another() {
        let found = selected(r#"[{"id": 3}]"#, &["0.id", "0", "0.id"]);
        assert_eq!(found, [Some(Value::Number("3")), Some(Value::Object(r#"{"id": 3}"#)), Some(Value::Number("3"))]);
    }

    #[test]
    fn an_index_has_one_spelling() {
        assert_eq!(selected("[[1]]", &["00", "+0", "0.0"])[..2], [None, None]);
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts_as_a_whole() {
        assert_eq!(selected(r#"{"a": {"b": 1}, "a": {"c": 2}}"#, &["a.b", "a.c"]), [None, Some(Value::Number("2"))]);
        assert_eq!(selected(r#"{"a": 1, "a": 2}"#, &["a"]), [Some(Value::Number("2"))]);
    }

    #[test]
    fn text_that_is_not_one_json_value_is_refused_wherever_it_is_wrong() {
        let path = "a".parse().unwrap();
        for text in ["", "{", "{} {}", r#"{"a": 1, "b": tru}"#, r#"{"b": [1,]}"#, r#"{"a": 01}"#, "{\"b\": \"\u{1}\"}"]
        {
            assert!(select(text, [&path]).is_err(), "{text}");
            assert!(select(text, []).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_json_and_cannot_be_read_says_why_and_where() {
        let deep = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
        let path = |levels: usize| vec!["a"; levels].join(".");
        let nested = "it nests more than 127 levels deep along a path";
        let large = "the number is too large";
        let half = r"a \u escape is half of a surrogate pair";
        for (text, paths, line, column, why) in [
            (deep(128), vec![path(128)], 1, 636, nested),
            ("{\n \"a\": 1e999}".into(), vec!["a.b".into()], 2, 11, large),
            (r#"{"a": "\ud83d"}"#.into(), vec!["a".into()], 1, 14, half),
            ("{\"x\":\n [1,\n\"é\\n\\udc00\", 1]}".into(), vec!["x.1".into()], 3, 11, half),
            (r#"{"\ud83d\ud83d": 1}"#.into(), vec!["a".into()], 1, 14, half),
            ("[\n0, {\"a\":\n {\"b\": 1e999}}]".into(), vec!["1.a".into(), "1.a.b.c".into()], 3, 12, large),
            ("[0,\n {\"a\": {\"b\": 1e999}}]".into(), vec!["1.a".into(), "1.a.b.c".into()], 2, 18, large),
        ] {
            let paths: Vec<Path> = paths.iter().map(|path: &String| path.parse().unwrap()).collect();
            let error = select(&text, &paths).unwrap_err();
            assert_eq!(error, JsonError::Unreadable { line, column, why }, "{text}");
        }
        assert!(select(&deep(127), [&path(127).parse().unwrap()]).is_ok());
        assert_eq!(object(r#"{"a": 1, "b": "\udc00"}"#), Err(JsonError::Unreadable { line: 1, column: 21, why: half }));
    }

    #[test]
    fn what_no_path_leads_to_may_be_anything_that_is_json() {
        let text = r#"{"a": [1e999, -0, "\ud800", 0.10], "b": {"c": 1E-999, "d": "\udc00\u0000"}, "e": 1e400}"#;
        let found = selected(text, &["a", "b", "e", "b.c"]);
        assert_eq!(found[0], Some(Value::Array(r#"[1e999, -0, "\ud800", 0.10]"#)));
        assert_eq!(found[2..], [Some(Value::Number("1e400")), Some(Value::Number("1E-999"))]);
    }

    #[test]
    fn paths_that_lead_through_one_another_read_a_large_text_eight_times_at_most() {
        let nested = |bytes: usize| format!(r#"{}"{}"{}"#, r#"{"a":"#.repeat(20), "x".repeat(bytes), "}".repeat(20));
        let paths = |count: usize| -> Vec<Path> {
            (1..=count).map(|depth| vec!["a"; depth].join(".").parse().unwrap()).collect()
        };
        let large = nested(4 * 1024 * 1024 - 1_000);
        assert!(select(&large, &paths(8)).is_ok());
        assert!(matches!(select(&large, &paths(10)), Err(JsonError::TooMuchWork)));
        assert!(select(&nested(1_000_000), &paths(20)).is_ok());
    }

    #[test]
    fn deep_nesting_and_long_arrays_are_passed_over() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let path = "a".parse().unwrap();
        assert!(select(&format!(r#"{{"b": {deep}}}"#), [&path]).is_ok());
        let long = format!("[{}0]", "0,".repeat(1_000_000));
        assert_eq!(selected(&long, &["1000000", "1000001"]), [Some(Value::Number("0")), None]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String, path in "[a-z0-9]{1,3}(\\.[a-z0-9]{1,3}){0,3}") {
            let path = path.parse().unwrap();
            let _ = select(&text, [&path]);
        }

        #[test]
        fn what_is_selected_is_what_a_tree_would_give(json in json_value(), path in "[ab01](\\.[ab01]){0,3}") {
            let text = json.to_string();
            let path: Path = path.parse().unwrap();
            let expected = path.segments().iter().try_fold(&json, |value, segment| {
                value.get(segment).or_else(|| value.get(segment.parse::<usize>().ok()?))
            });
            let found = select(&text, [&path]).unwrap().at(&path).cloned();
            let found = found.map(|found| match found {
                Value::Null => serde_json::Value::Null,
                Value::Boolean(boolean) => boolean.into(),
                Value::String(text) | Value::Field(text) => text.into_owned().into(),
                Value::Number(text) | Value::Array(text) | Value::Object(text) => serde_json::from_str(text).unwrap(),
            });
            prop_assert_eq!(found.as_ref(), expected);
        }
    }

    fn json_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[a-z\"\\\\\n]{0,4}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::hash_map("[ab01]", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }
}
