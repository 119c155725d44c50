//! Conditions: which calls of a hook run its pipeline.

mod accepted;
mod comparison;
mod operator;
mod pattern;
#[cfg(test)]
mod tests;
mod words;
mod work;

use std::borrow::Cow;

pub use self::accepted::Accepted;
pub use self::comparison::Comparison;
pub use self::operator::Operator;
pub use self::work::{TooMuchWork, Work};
use super::Invalid;
use super::payload::{Path, Value};
use super::subject::Subject;

/// The most conditions that one hook has, those of groups included.
pub const MAX_CONDITIONS: usize = 50;

/// A hook's rules. All must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions(Vec<Rule>);

/// A condition, or a group in which one is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// This condition.
    One(Condition),
    /// One of these conditions.
    Any(Group),
}

/// Conditions. The group holds when any one of them does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// For people.
    pub name: Option<String>,
    /// Never empty.
    members: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// For people.
    pub name: Option<String>,
    /// What is looked at.
    pub subject: Subject,
    /// What must be true of it.
    pub comparison: Comparison,
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// How it is called: all that a sender is told.
    pub label: String,
    /// What is there and what must be, for the owner of the hook.
    pub reason: String,
}

impl Conditions {
    /// Checks the number.
    pub fn new(rules: Vec<Rule>) -> Result<Self, Invalid> {
        let conditions = Self(rules);
        if conditions.each().count() > MAX_CONDITIONS {
            let all = format!("must be at most {MAX_CONDITIONS} conditions, counting those within `any`");
            return Err(Invalid::new(all));
        }
        Ok(conditions)
    }

    /// The rules in the order in which they were declared.
    pub fn as_slice(&self) -> &[Rule] {
        &self.0
    }

    /// The conditions, those of groups too.
    pub fn each(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter().flat_map(Rule::conditions)
    }

    /// The places in the payload.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.each().filter_map(|condition| condition.subject.path())
    }

    /// The first rule that does not hold; `find` gives the values of a subject.
    pub fn first_failed<'f, 'v: 'f>(
        &self,
        find: impl Fn(&Subject) -> Cow<'f, [Value<'v>]>,
    ) -> Result<Option<Failed>, TooMuchWork> {
        let mut work = Work::of_one_call();
        for rule in &self.0 {
            if !rule.holds(&find, &mut work)? {
                return Ok(Some(rule.failed(&find)));
            }
        }
        Ok(None)
    }
}

impl Rule {
    /// The condition, or those of the group.
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::One(condition) => std::slice::from_ref(condition),
            Self::Any(group) => &group.members,
        }
    }

    /// How messages call it: its name, else what it looks at.
    pub fn label(&self) -> String {
        match self {
            Self::One(condition) => condition.label(),
            Self::Any(group) => group.name.clone().unwrap_or_else(|| {
                let mut labels: Vec<_> = group.members.iter().map(Condition::label).collect();
                labels.dedup();
                labels.join(" or ")
            }),
        }
    }

    /// Whether it holds; `find` gives the values of a subject.
    pub fn holds<'f, 'v: 'f>(
        &self,
        find: impl Fn(&Subject) -> Cow<'f, [Value<'v>]>,
        work: &mut Work,
    ) -> Result<bool, TooMuchWork> {
        for condition in self.conditions() {
            if condition.comparison.holds(&find(&condition.subject), work)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn failed<'f, 'v: 'f>(&self, find: impl Fn(&Subject) -> Cow<'f, [Value<'v>]>) -> Failed {
        let reasons = self
            .conditions()
            .iter()
            .map(|condition| words::contrast(&condition.subject, &condition.comparison, &find(&condition.subject)));
        Failed { label: self.label(), reason: reasons.collect::<Vec<_>>().join("; or ") }
    }
}

impl Group {
    /// Checks that it has conditions.
    pub fn new(name: Option<String>, members: Vec<Condition>) -> Result<Self, Invalid> {
        if members.is_empty() {
            return Err(Invalid::new("must be an array of at least one condition"));
        }
        Ok(Self { name, members })
    }

    /// The conditions in the order in which they were declared.
    pub fn members(&self) -> &[Condition] {
        &self.members
    }
}

impl Condition {
    fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.subject.name())
    }
}
