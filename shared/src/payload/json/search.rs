//! One pass over a JSON text that finds what all paths lead to. Everything else is checked to be JSON and skipped.

mod node;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::node::Node;
use super::JsonError;
use crate::domain::payload::Path;

/// How many bytes are looked into for one text, those that are looked into again included: paths that lead through one
/// another each read their part of it. The largest body is read eight times.
const MAX_WORK_BYTES: usize = 32 * 1024 * 1024;

/// The most values that all paths with a `*` find together: each takes memory, and three bytes of a body can be one.
const MAX_VALUES: usize = 200_000;

/// How many bytes of JSON these values have together. A value counts for each of the paths that find it, and some of
/// them are copied; the largest body may be found four times.
const MAX_FOUND_BYTES: usize = 16 * 1024 * 1024;

/// Of how many members each is compared with each, which takes less time than putting them in order.
const MAX_COMPARED: usize = 16;

/// What a path has found.
pub(super) struct Entry<'a> {
    /// The index of the path.
    path: u32,
    /// The value as it is written; empty where a `*` has found an array or an object, whatever is in it.
    pub(super) json: &'a str,
}

/// The path of an entry that no longer counts, because a later member has the name of the one that it was found in.
const NONE: u32 = u32::MAX;

impl Entry<'_> {
    /// The index of the path, if the entry counts.
    pub(super) fn path(&self) -> Option<usize> {
        (self.path != NONE).then_some(self.path as usize)
    }
}

/// What `paths` lead to in `text`, in the order of the text. The paths are in order, each of them once.
pub(super) fn search<'a>(text: &'a str, paths: &[&Path]) -> Result<Vec<Entry<'a>>, JsonError> {
    let root = Node::of_paths(paths);
    let mut search = Search::default();
    let read = search.read_whole(text, &root);
    read.map_err(|fault| match fault {
        Fault::Json(error, part) => JsonError::new(&error, part, text),
        Fault::TooMuchWork => JsonError::TooMuchWork,
        Fault::TooManyValues => JsonError::TooManyValues,
    })?;
    Ok(search.found)
}

/// Why a search has failed.
enum Fault<'a> {
    /// This part is not JSON, or cannot be read.
    Json(serde_json::Error, &'a str),
    /// See [`MAX_WORK_BYTES`].
    TooMuchWork,
    /// See [`MAX_VALUES`] and [`MAX_FOUND_BYTES`].
    TooManyValues,
}

/// A search that is under way.
#[derive(Default)]
struct Search<'s, 'p, 'a> {
    /// The nodes that are to be found in the value that is being read, behind those of the values around it.
    nodes: Vec<&'s Node<'p>>,
    found: Vec<Entry<'a>>,
    /// The members of the object that is being read that paths lead to, behind those of the objects around it.
    members: Vec<Member<'a>>,
    /// How many bytes were looked into so far.
    work: usize,
    /// How many bytes the values have that were found by paths with a `*`.
    bytes: usize,
    /// Why reading was broken off, unless the text is at fault.
    fault: Option<Fault<'a>>,
}

/// A member of an object, and what was found in it.
struct Member<'a> {
    name: Cow<'a, str>,
    /// Its first entry, and the first that is not in it.
    entries: (usize, usize),
}

impl<'s, 'p, 'a> Search<'s, 'p, 'a> {
    fn read_whole(&mut self, text: &'a str, root: &'s Node<'p>) -> Result<(), Fault<'a>> {
        self.nodes.push(root);
        self.read(text, 0)?;
        let json = text.trim_matches([' ', '\t', '\n', '\r']);
        root.wanted().map_or(Ok(()), |path| self.keep(path, root, json))
    }

    /// Finds the nodes from `from` on in `part`, which is their value.
    fn read(&mut self, part: &'a str, from: usize) -> Result<(), Fault<'a>> {
        self.work += part.len();
        if self.work > MAX_WORK_BYTES {
            return Err(Fault::TooMuchWork);
        }
        let mut deserializer = serde_json::Deserializer::from_str(part);
        let read = deserializer.deserialize_any(Seed { search: &mut *self, from });
        let read = read.and_then(|()| deserializer.end());
        read.map_err(|error| self.fault.take().unwrap_or(Fault::Json(error, part)))
    }

    /// Keeps a value for those of the nodes from `from` on where a path ends, and looks into it for the others.
    fn take(&mut self, json: &'a str, from: usize) -> Result<(), Fault<'a>> {
        let to = self.nodes.len();
        for at in from..to {
            let node = self.nodes[at];
            if let Some(path) = node.wanted() {
                self.keep(path, node, json)?;
            }
            if node.leads_on() {
                self.nodes.push(node);
            }
        }
        if self.nodes.len() > to {
            self.read(json, to)?;
        }
        self.nodes.truncate(to);
        Ok(())
    }

    /// Adds the nodes that lead on from these.
    fn lead(&mut self, from: Range<usize>, child: impl Fn(&'s Node<'p>) -> Option<&'s Node<'p>>) {
        for at in from {
            self.nodes.extend(child(self.nodes[at]));
        }
    }

    fn keep(&mut self, path: u32, node: &Node<'_>, json: &'a str) -> Result<(), Fault<'a>> {
        if node.is_many() {
            self.bytes += json.len();
        }
        if self.found.len() >= MAX_VALUES || self.bytes > MAX_FOUND_BYTES {
            return Err(Fault::TooManyValues);
        }
        self.found.push(Entry { path, json });
        Ok(())
    }

    /// Breaks reading off.
    fn stop<E: serde::de::Error>(&mut self, fault: Fault<'a>) -> E {
        self.fault = Some(fault);
        E::custom("reading was broken off")
    }

    /// An array or an object stands where the nodes from `from` on are looked for: if a `*` finds nothing in it, there
    /// are no values, but they are not absent.
    fn arrive(&mut self, from: usize) -> Result<(), Fault<'a>> {
        for at in from..self.nodes.len() {
            let node = self.nodes[at];
            if let Some(each) = node.each().filter(|_| !node.is_many()) {
                each.paths(&mut |path| self.keep(path, each, ""))?;
            }
        }
        Ok(())
    }

    /// Of members with one name the last counts, as a whole: forgets what was found in the others.
    fn forget_all_but_the_last(&mut self, from: usize) {
        let members = &mut self.members[from..];
        let differ = |(at, member): (usize, &Member<'_>)| members[..at].iter().all(|other| other.name != member.name);
        let all_differ = members.len() <= MAX_COMPARED && members.iter().enumerate().all(differ);
        if !all_differ {
            members.sort_unstable_by(|one, other| (&one.name, one.entries).cmp(&(&other.name, other.entries)));
            for pair in members.windows(2).filter(|pair| pair[0].name == pair[1].name) {
                let (start, end) = pair[0].entries;
                self.found[start..end].iter_mut().for_each(|entry| entry.path = NONE);
            }
        }
        self.members.truncate(from);
    }
}

/// Reads one value, in which the nodes from `from` on are to be found.
struct Seed<'x, 's, 'p, 'a> {
    search: &'x mut Search<'s, 'p, 'a>,
    from: usize,
}

impl<'a> DeserializeSeed<'a> for Seed<'_, '_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.search.nodes[self.from..].iter().all(|node| node.wanted().is_none()) {
            return deserializer.deserialize_any(self);
        }
        let json = <&'a RawValue as serde::Deserialize>::deserialize(deserializer)?.get();
        self.search.take(json, self.from).map_err(|fault| self.search.stop(fault))
    }
}

impl<'a> Visitor<'a> for Seed<'_, '_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { search, from } = self;
        search.arrive(from).map_err(|fault| search.stop(fault))?;
        let (to, members) = (search.nodes.len(), search.members.len());
        while let Some(name) = map.next_key_seed(Key { search: &mut *search, from })? {
            let Some(name) = name else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let start = search.found.len();
            map.next_value_seed(Seed { search: &mut *search, from: to })?;
            search.nodes.truncate(to);
            if search.members.len() >= MAX_VALUES {
                return Err(search.stop(Fault::TooManyValues));
            }
            search.members.push(Member { name, entries: (start, search.found.len()) });
        }
        search.forget_all_but_the_last(members);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { search, from } = self;
        search.arrive(from).map_err(|fault| search.stop(fault))?;
        let to = search.nodes.len();
        search.lead(from..to, Node::each);
        let for_each = search.nodes.len();
        let last = search.nodes[from..to].iter().filter_map(|node| node.last_index()).max();
        for index in 0_usize.. {
            if last.is_some_and(|last| index <= last) {
                let mut digits = [0; 20];
                let name = itoa(index, &mut digits);
                search.lead(from..to, |node| node.child(name));
            }
            let more = if search.nodes.len() > to {
                seq.next_element_seed(Seed { search: &mut *search, from: to })?.is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            search.nodes.truncate(for_each);
            if !more {
                break;
            }
        }
        search.nodes.truncate(to);
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

/// Reads a member's name, and adds the nodes that it leads to from those from `from` on. `None` if there are no such.
struct Key<'x, 's, 'p, 'a> {
    search: &'x mut Search<'s, 'p, 'a>,
    from: usize,
}

impl Key<'_, '_, '_, '_> {
    /// Whether the name leads anywhere.
    fn lead(&mut self, name: &str) -> bool {
        let to = self.search.nodes.len();
        self.search.lead(self.from..to, |node| node.child(name));
        self.search.lead(self.from..to, Node::each);
        self.search.nodes.len() > to
    }
}

impl<'a> DeserializeSeed<'a> for Key<'_, '_, '_, 'a> {
    type Value = Option<Cow<'a, str>>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Key<'_, '_, '_, 'a> {
    type Value = Option<Cow<'a, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(mut self, name: &'a str) -> Result<Self::Value, E> {
        Ok(self.lead(name).then_some(Cow::Borrowed(name)))
    }

    fn visit_str<E>(mut self, name: &str) -> Result<Self::Value, E> {
        Ok(self.lead(name).then(|| Cow::Owned(name.to_owned())))
    }
}
