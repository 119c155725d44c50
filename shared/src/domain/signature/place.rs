//! Where the proof of a call is, and how the values in a body are had for those that are there.

use std::borrow::Cow;
use std::fmt;

use super::refusal::NotAuthentic;
use crate::domain::received::Received;

/// Where a provider puts the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the scheme's header, or in one of its others.
    Header,
    /// In this parameter of the address that is called.
    Query(&'static str),
    /// At this place in the body; of a form, in the field of this name.
    Body(&'static str),
    /// In the body's array at the first place: in each of its elements, at the second. All of them must hold, or an
    /// attacker could add an element of his own to a captured one.
    Each(&'static str, &'static str),
    /// The body is the proof, and has in it what is proven: a JSON Web Token.
    Whole,
}

/// Where the proof of a hook's calls is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At<'a> {
    /// In this header, in lower case.
    Header(&'a str),
    /// See [`Place::Query`].
    Query(&'static str),
    /// See [`Place::Body`].
    Body(&'static str),
    /// See [`Place::Each`].
    Each(&'static str, &'static str),
    /// See [`Place::Whole`].
    Whole,
}

/// For the owner of the hook, such as ``header `x-signature` ``.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Query(name) => write!(f, "parameter `{name}` of the address"),
            Self::Body(place) => write!(f, "field `{place}` of the body"),
            Self::Each(array, place) => write!(f, "field `{place}` of each element of `{array}`"),
            Self::Whole => f.write_str("body"),
        }
    }
}

/// The most elements of an array that are verified: a caller must not choose how long the verification takes.
pub(super) const MAX_ELEMENTS: usize = 256;

/// What a body holds. It is read where a proof or what it signs is in the body, and of all other calls only once they
/// are known to be authentic.
pub trait Values: Sync {
    /// The texts at these places, in their order. Numbers and truth values are taken as they are written, and what is
    /// null or not there is empty; `None` for what has no text.
    fn texts(&self, places: &[&'static str]) -> Vec<Option<String>>;

    /// The same of each element of an array; none if there is no array, or if it has more than `most` elements.
    fn texts_of_each(&self, array: &'static str, places: &[&'static str], most: usize) -> Vec<Vec<Option<String>>>;
}

/// A body that is not looked into.
impl Values for () {
    fn texts(&self, places: &[&'static str]) -> Vec<Option<String>> {
        vec![None; places.len()]
    }

    fn texts_of_each(&self, _: &'static str, _: &[&'static str], _: usize) -> Vec<Vec<Option<String>>> {
        Vec::new()
    }
}

/// The values that a proof needs of one body, or of one element of an array.
#[derive(Default)]
pub(super) struct Needed(Vec<(&'static str, Option<String>)>);

impl Needed {
    pub(super) fn of(places: &[&'static str], texts: Vec<Option<String>>) -> Self {
        Self(places.iter().copied().zip(texts).collect())
    }

    /// The text at a place, which may be empty.
    pub(super) fn text(&self, place: &'static str) -> Result<&str, NotAuthentic> {
        let text = self.0.iter().find(|(known, _)| *known == place).and_then(|(_, text)| text.as_deref());
        text.ok_or_else(|| NotAuthentic::Missing(At::Body(place).to_string()))
    }
}

/// The value of a header without which the call cannot be proven.
pub(super) fn required<'r>(received: &'r Received, name: &str) -> Result<&'r str, NotAuthentic> {
    received.header(name).ok_or_else(|| NotAuthentic::Missing(At::Header(name).to_string()))
}

/// The value of a parameter of the query, if it is there once: of two, one would be verified and the other read.
pub(super) fn parameter<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    values.next().filter(|_| values.next().is_none()).map(|(_, value)| value)
}
