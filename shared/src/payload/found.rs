//! What paths have found in a payload.

use crate::domain::payload::{Path, Value};
use crate::domain::variable::Given;

/// What was found in a payload, in the order of the paths.
#[derive(Debug, Default)]
pub struct Found<'a>(Vec<(&'a Path, Values<'a>)>);

/// What was found at one path.
#[derive(Debug)]
pub(super) enum Values<'a> {
    /// At a path without a `*`.
    One(Value<'a>),
    /// At a path with a `*`: the values, and how each of them is written.
    Each(Vec<Value<'a>>, Vec<&'a str>),
}

impl<'a> Values<'a> {
    /// None yet, and room for these.
    pub(super) fn of_each(room: usize) -> Self {
        Self::Each(Vec::with_capacity(room), Vec::with_capacity(room))
    }

    /// Adds one of many values. Of one it is the last.
    pub(super) fn push(&mut self, value: Value<'a>, json: &'a str) {
        match self {
            Self::One(last) => *last = value,
            Self::Each(values, texts) => {
                values.push(value);
                texts.push(json);
            }
        }
    }
}

impl<'a> Found<'a> {
    /// The value at one of the paths, unless it has a `*`.
    pub fn at(&self, path: &Path) -> Option<&Value<'a>> {
        match self.values(path)? {
            Values::One(value) => Some(value),
            Values::Each(..) => None,
        }
    }

    /// All values at one of the paths: one at most, unless it has a `*`.
    pub fn all(&self, path: &Path) -> &[Value<'a>] {
        match self.values(path) {
            Some(Values::One(value)) => std::slice::from_ref(value),
            Some(Values::Each(values, _)) => values,
            None => &[],
        }
    }

    /// What there is for a variable at one of the paths. With a `*` in the path, nothing means that there is no array or
    /// object whose values they could be.
    pub fn given(&self, path: &Path) -> Option<Given<'_>> {
        Some(match self.values(path)? {
            Values::One(value) => Given::One(value),
            Values::Each(_, texts) => Given::Each(texts),
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
