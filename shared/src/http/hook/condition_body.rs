//! Conditions as they are shown. Each has `path` and `accepted_values`, also where they mean nothing: the published
//! clients refuse a hook without them.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::condition::{Accepted, Condition, Conditions, Group, Rule};
use crate::domain::subject::Subject;

/// `trigger_when`.
#[derive(Serialize)]
pub(super) struct TriggerWhenBody<'a> {
    events: [&'static str; 0],
    conditions: Vec<RuleBody<'a>>,
}

/// A condition or a group.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum RuleBody<'a> {
    One(ConditionBody<'a>),
    Any(GroupBody<'a>),
}

#[derive(Serialize)]
pub(crate) struct GroupBody<'a> {
    name: Option<&'a str>,
    path: &'static str,
    accepted_values: [&'static str; 0],
    any: Vec<ConditionBody<'a>>,
}

#[derive(Serialize)]
pub(crate) struct ConditionBody<'a> {
    name: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    path: String,
    operator: &'static str,
    accepted_values: Vec<AcceptedBody>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum AcceptedBody {
    String(String),
    Number(Option<Box<RawValue>>),
    Boolean(bool),
}

impl<'a> TriggerWhenBody<'a> {
    pub(super) fn new(conditions: &'a Conditions) -> Self {
        Self { events: [], conditions: conditions.as_slice().iter().map(RuleBody::new).collect() }
    }
}

impl<'a> RuleBody<'a> {
    /// A rule as it is shown.
    pub(crate) fn new(rule: &'a Rule) -> Self {
        match rule {
            Rule::One(condition) => Self::One(ConditionBody::new(condition)),
            Rule::Any(group) => Self::Any(GroupBody::new(group)),
        }
    }
}

impl<'a> GroupBody<'a> {
    fn new(group: &'a Group) -> Self {
        let any = group.members().iter().map(ConditionBody::new).collect();
        Self { name: group.name.as_deref(), path: "", accepted_values: [], any }
    }
}

impl<'a> ConditionBody<'a> {
    fn new(condition: &'a Condition) -> Self {
        let Condition { name, subject, comparison } = condition;
        let accepted = shown(subject, comparison.accepted()).into_iter().map(|accepted| match accepted {
            Accepted::String(text) => AcceptedBody::String(text),
            Accepted::Number(json) => AcceptedBody::Number(RawValue::from_string(json).ok()),
            Accepted::Boolean(boolean) => AcceptedBody::Boolean(boolean),
        });
        Self {
            name: name.as_deref(),
            kind: subject.kind().as_str(),
            path: subject.name(),
            operator: comparison.operator().as_str(),
            accepted_values: accepted.collect(),
        }
    }
}

/// The values of a condition as answers have them: those of headers and parameters as strings, because the published
/// clients know only strings for what is no `request_body`.
pub(super) fn shown(subject: &Subject, accepted: Vec<Accepted>) -> Vec<Accepted> {
    let as_text = |accepted| match accepted {
        Accepted::String(text) | Accepted::Number(text) => Accepted::String(text),
        Accepted::Boolean(boolean) => Accepted::String(boolean.to_string()),
    };
    match subject {
        Subject::Body(_) => accepted,
        Subject::Header(_) | Subject::Query(_) => accepted.into_iter().map(as_text).collect(),
    }
}
