//! What paths have found in a payload.

use std::sync::OnceLock;

use super::value_of;
use crate::domain::payload::{Path, Value};
use crate::domain::variable::Given;

/// What was found in a payload, in the order of the paths.
#[derive(Debug, Default)]
pub struct Found<'a>(Vec<(&'a Path, Values<'a>)>);

/// What was found at one path.
#[derive(Debug)]
pub(in crate::payload) enum Values<'a> {
    /// At a path without a `*`.
    One(Value<'a>),
    /// At a path with a `*`.
    Each(Each<'a>),
}

/// What was found at a path with a `*`: there may be many, so that they are read when they are looked at.
#[derive(Debug)]
pub(in crate::payload) struct Each<'a> {
    /// How each of them is written.
    texts: Vec<&'a str>,
    are_plain: bool,
    values: OnceLock<Vec<Value<'a>>>,
}

impl<'a> Each<'a> {
    /// None yet, and room for these.
    pub(super) fn with_room_for(count: usize) -> Self {
        Self { texts: Vec::with_capacity(count), are_plain: true, values: OnceLock::new() }
    }

    /// Adds a value, which can be read.
    pub(super) fn push(&mut self, json: &'a str, is_plain: bool) {
        self.texts.push(json);
        self.are_plain &= is_plain;
    }

    fn values(&self) -> &[Value<'a>] {
        let value = |text: &&'a str| value_of(text, self.are_plain, text).ok();
        self.values.get_or_init(|| self.texts.iter().filter_map(value).collect())
    }
}

impl<'a> Found<'a> {
    /// The value at one of the paths, unless it has a `*`.
    pub fn at(&self, path: &Path) -> Option<&Value<'a>> {
        match self.values(path)? {
            Values::One(value) => Some(value),
            Values::Each(_) => None,
        }
    }

    /// All values at one of the paths: one at most, unless it has a `*`.
    pub fn all(&self, path: &Path) -> &[Value<'a>] {
        match self.values(path) {
            Some(Values::One(value)) => std::slice::from_ref(value),
            Some(Values::Each(each)) => each.values(),
            None => &[],
        }
    }

    /// What there is for a variable at one of the paths. With a `*` in the path, nothing means that there is no array or
    /// object whose values they could be.
    pub fn given(&self, path: &Path) -> Option<Given<'_>> {
        Some(match self.values(path)? {
            Values::One(value) => Given::One(value),
            Values::Each(each) => Given::Each { values: &each.texts, are_plain: each.are_plain },
        })
    }

    fn values(&self, path: &Path) -> Option<&Values<'a>> {
        let at = self.0.binary_search_by(|(known, _)| (*known).cmp(path)).ok()?;
        self.0.get(at).map(|(_, values)| values)
    }
}

/// From values in the order of their paths.
impl<'a> FromIterator<(&'a Path, Values<'a>)> for Found<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a Path, Values<'a>)>>(found: I) -> Self {
        Self(found.into_iter().collect())
    }
}
