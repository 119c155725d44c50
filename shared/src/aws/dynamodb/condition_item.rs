//! The conditions of a hook, as JSON in its item.

use serde::{Deserialize, Serialize};

use crate::domain::Invalid;
use crate::domain::condition::{Accepted, Comparison, Condition, Conditions, Group, Rule};
use crate::domain::subject::{Subject, SubjectType};

/// A group has `any`, which a condition has not.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredRule {
    Any {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        any: Vec<StoredCondition>,
    },
    One(StoredCondition),
}

#[derive(Serialize, Deserialize)]
struct StoredCondition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    subject: StoredSubject,
    operator: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<StoredAccepted>,
}

/// A place in a call.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StoredSubject {
    Body(String),
    Header(String),
    Query(String),
}

/// Tagged by type, so that what is read back is what was written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredAccepted {
    String(String),
    /// JSON text.
    Number(String),
    Boolean(bool),
}

/// The conditions as text.
pub(super) fn encode(conditions: &Conditions) -> String {
    let stored: Vec<_> = conditions.as_slice().iter().map(StoredRule::of).collect();
    // It has string keys and no foreign `Serialize`: writing it cannot fail.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// The conditions that a text holds.
pub(super) fn decode(json: &str) -> Result<Conditions, Invalid> {
    let stored: Vec<StoredRule> = serde_json::from_str(json).map_err(|_| Invalid::new("is not JSON of conditions"))?;
    Conditions::new(stored.into_iter().map(StoredRule::decode).collect::<Result<_, _>>()?)
}

impl StoredRule {
    fn of(rule: &Rule) -> Self {
        match rule {
            Rule::One(condition) => Self::One(StoredCondition::of(condition)),
            Rule::Any(group) => {
                Self::Any { name: group.name.clone(), any: group.members().iter().map(StoredCondition::of).collect() }
            }
        }
    }

    fn decode(self) -> Result<Rule, Invalid> {
        Ok(match self {
            Self::One(condition) => Rule::One(condition.decode()?),
            Self::Any { name, any } => {
                let members = any.into_iter().map(StoredCondition::decode).collect::<Result<_, _>>()?;
                Rule::Any(Group::new(name, members)?)
            }
        })
    }
}

impl StoredCondition {
    fn of(condition: &Condition) -> Self {
        Self {
            name: condition.name.clone(),
            subject: StoredSubject::of(&condition.subject),
            operator: condition.comparison.operator().to_string(),
            accepted: condition.comparison.accepted().into_iter().map(StoredAccepted::of).collect(),
        }
    }

    fn decode(self) -> Result<Condition, Invalid> {
        let subject = self.subject.decode()?;
        let accepted = self.accepted.into_iter().map(StoredAccepted::decode).collect();
        Ok(Condition { name: self.name, subject, comparison: Comparison::new(self.operator.parse()?, accepted)? })
    }
}

impl StoredSubject {
    pub(super) fn of(subject: &Subject) -> Self {
        let name = subject.name();
        match subject.kind() {
            SubjectType::RequestBody => Self::Body(name),
            SubjectType::RequestHeader => Self::Header(name),
            SubjectType::RequestQuery => Self::Query(name),
        }
    }

    pub(super) fn decode(&self) -> Result<Subject, Invalid> {
        match self {
            Self::Body(path) => Subject::new(SubjectType::RequestBody, path),
            Self::Header(name) => Subject::new(SubjectType::RequestHeader, name),
            Self::Query(name) => Subject::new(SubjectType::RequestQuery, name),
        }
    }
}

impl StoredAccepted {
    fn of(accepted: Accepted) -> Self {
        match accepted {
            Accepted::String(text) => Self::String(text),
            Accepted::Number(number) => Self::Number(number),
            Accepted::Boolean(boolean) => Self::Boolean(boolean),
        }
    }

    fn decode(self) -> Accepted {
        match self {
            Self::String(text) => Accepted::String(text),
            Self::Number(number) => Accepted::Number(number),
            Self::Boolean(boolean) => Accepted::Boolean(boolean),
        }
    }
}
