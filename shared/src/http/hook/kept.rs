//! Which stored condition an entry of a change names.
//!
//! An entry has no id. It names the condition of its type, path and name. The published clients know no types but
//! `request_body` and no groups, and send these back with a path and values alone: an entry without a type names the
//! condition of its path, and of its name if it has one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::condition_body::shown;
use crate::domain::Invalid;
use crate::domain::condition::{Accepted, Condition, Rule};
use crate::domain::payload::{self, Value};
use crate::domain::subject::{Subject, SubjectType};
use crate::http::fields::read;

/// What an entry says of itself, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct Given {
    name: Option<String>,
    kind: Option<SubjectType>,
    has_kind: bool,
    path: Option<String>,
    accepted: Option<Vec<Accepted>>,
    is_group: bool,
}

impl Given {
    pub(super) fn new(fields: &BTreeMap<Cow<'_, str>, Value<'_>>) -> Self {
        let present = |name: &str| fields.get(name).filter(|value| **value != Value::Null);
        let text = |name: &str| match present(name) {
            Some(Value::String(text)) => Some(text.clone().into_owned()),
            Some(_) | None => None,
        };
        Self {
            name: text("name"),
            kind: text("type").and_then(|kind| kind.parse().ok()),
            has_kind: present("type").is_some(),
            path: text("path"),
            accepted: present("accepted_values").and_then(|value| read_accepted(value).ok()),
            is_group: present("any").is_some(),
        }
    }

    fn names_condition(&self, stored: &Condition) -> bool {
        let kind = stored.subject.kind();
        let is_there = self.path.as_ref().is_some_and(|path| Subject::new(kind, path).as_ref() == Ok(&stored.subject));
        let is_kind = if self.has_kind { self.kind == Some(kind) } else { true };
        let is_called = match &self.name {
            None if !self.has_kind => true,
            name => *name == stored.name,
        };
        !self.is_group && is_there && is_kind && is_called
    }

    fn has_values_of(&self, stored: &Condition) -> bool {
        self.accepted.as_ref().is_some_and(|given| are_shown(given, stored))
    }
}

/// What an entry may name.
pub(super) trait Named {
    /// Whether an entry names it.
    fn is_named_by(&self, given: &Given) -> bool;

    /// Whether an entry that names it says just what it is. Conditions may share type, path and name.
    fn is_said_by(&self, given: &Given) -> bool;
}

impl Named for Condition {
    fn is_named_by(&self, given: &Given) -> bool {
        given.names_condition(self)
    }

    fn is_said_by(&self, given: &Given) -> bool {
        given.has_values_of(self)
    }
}

impl Named for Rule {
    fn is_named_by(&self, given: &Given) -> bool {
        match self {
            Self::One(condition) => condition.is_named_by(given),
            Self::Any(group) if given.is_group => given.name == group.name,
            Self::Any(group) => {
                let is_called = given.name.is_none() || given.name == group.name;
                !given.has_kind && given.path.as_deref() == Some("") && is_called
            }
        }
    }

    fn is_said_by(&self, given: &Given) -> bool {
        match self {
            Self::One(condition) => condition.is_said_by(given),
            // A client that knows no groups has nothing that tells them apart but their order.
            Self::Any(group) => given.name.is_some() && given.name == group.name,
        }
    }
}

/// What each entry names: first what it says just as it is, then in order. Each stored one is named once.
pub(super) fn claims<'s, T: Named>(given: &[Given], stored: &'s [T]) -> Vec<Option<&'s T>> {
    let mut free: Vec<_> = stored.iter().map(Some).collect();
    let mut claimed: Vec<Option<&T>> = vec![None; given.len()];
    let mut claim = |is_claimed: &dyn Fn(&T, &Given) -> bool| {
        for (claimed, given) in claimed.iter_mut().zip(given).filter(|(claimed, _)| claimed.is_none()) {
            let named = free.iter_mut().find(|free| free.is_some_and(|stored| is_claimed(stored, given)));
            *claimed = named.and_then(Option::take);
        }
    };
    claim(&|stored, given| stored.is_named_by(given) && stored.is_said_by(given));
    claim(&|stored, given| stored.is_named_by(given));
    claimed
}

/// Whether these are the values of a condition as they are shown. A client may spell a number in another way.
pub(super) fn are_shown(given: &[Accepted], stored: &Condition) -> bool {
    let shown = shown(&stored.subject, stored.comparison.accepted());
    let same = |(given, shown): (&Accepted, &Accepted)| match (given, shown) {
        (Accepted::Number(given), Accepted::Number(shown)) => payload::same_number(given, shown),
        (given, shown) => given == shown,
    };
    given.len() == shown.len() && given.iter().zip(&shown).all(same)
}

pub(super) fn read_accepted(value: &Value<'_>) -> Result<Vec<Accepted>, Invalid> {
    let wrong = || Invalid::new("must be an array of 1 to 50 strings, numbers or booleans");
    let accepted = read::elements(value)?.into_iter().map(|element| match element {
        Value::String(text) => Ok(Accepted::String(text.into_owned())),
        Value::Number(text) => Ok(Accepted::Number(text.to_owned())),
        Value::Boolean(boolean) => Ok(Accepted::Boolean(boolean)),
        Value::Null | Value::Array(_) | Value::Object(_) | Value::Field(_) => Err(wrong()),
    });
    accepted.collect()
}
