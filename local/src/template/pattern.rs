//! The pattern of an EventBridge rule: which events it lets through.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Everything that it names must be in the event, and fit.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(BTreeMap<String, Field>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Object(Pattern),
    OneOf(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exact(Json),
    Prefix(String),
}

impl Pattern {
    /// The error is a line of text. An operator that is not understood is one: a rule must not let through more here than
    /// on AWS, nor less.
    pub(super) fn read(written: &Map<String, Json>) -> Result<Self, String> {
        if written.is_empty() {
            return Err("a pattern names at least one field".to_owned());
        }
        let fields = written.iter().map(|(name, value)| Ok((name.clone(), Field::read(name, value)?)));
        Ok(Self(fields.collect::<Result<_, String>>()?))
    }

    pub(crate) fn fits(&self, event: &Json) -> bool {
        self.0.iter().all(|(name, field)| event.get(name).is_some_and(|value| field.fits(value)))
    }
}

impl Field {
    fn read(name: &str, written: &Json) -> Result<Self, String> {
        match written {
            _ if name.starts_with('$') => Err(format!("{name} in a pattern is not understood here")),
            Json::Object(fields) => Pattern::read(fields).map(Self::Object),
            Json::Array(tests) if !tests.is_empty() => {
                tests.iter().map(Test::read).collect::<Result<_, _>>().map(Self::OneOf)
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                Err(format!("{name} in a pattern is an object, or a list of what it may be"))
            }
        }
    }

    /// Of a list, one item is enough.
    fn fits(&self, value: &Json) -> bool {
        match (self, value) {
            (Self::Object(pattern), value) => pattern.fits(value),
            (Self::OneOf(tests), Json::Array(items)) => {
                items.iter().any(|item| tests.iter().any(|test| test.fits(item)))
            }
            (Self::OneOf(tests), value) => tests.iter().any(|test| test.fits(value)),
        }
    }
}

impl Test {
    fn read(written: &Json) -> Result<Self, String> {
        match written {
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(Self::Exact(written.clone())),
            Json::Array(_) => Err("a list in a list of a pattern is not understood here".to_owned()),
            Json::Object(operator) => Self::read_operator(operator),
        }
    }

    fn read_operator(operator: &Map<String, Json>) -> Result<Self, String> {
        let mut operators = operator.iter();
        match (operators.next(), operators.next()) {
            (Some((name, Json::String(prefix))), None) if name == "prefix" => Ok(Self::Prefix(prefix.clone())),
            (Some((name, _)), _) => Err(format!("the operator {name} of a pattern is not understood here")),
            (None, _) => Err("a test of a pattern has an operator".to_owned()),
        }
    }

    fn fits(&self, value: &Json) -> bool {
        match self {
            Self::Exact(exact) => exact == value,
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(pattern: &Json) -> Result<Pattern, String> {
        Pattern::read(pattern.as_object().unwrap())
    }

    #[test]
    fn an_event_fits_when_everything_that_the_pattern_names_is_there_and_fits() {
        let pattern = json!({
            "source": ["aws.states"],
            "detail": { "status": ["FAILED", "ABORTED"], "name": [{ "prefix": "pipehook-" }, "by hand"] },
        });
        let pattern = read(&pattern).unwrap();
        let event = |source: &str, status: &str, name: Json| json!({ "source": source, "more": 1, "detail": { "status": status, "name": name, "more": {} } });

        assert!(pattern.fits(&event("aws.states", "FAILED", json!("pipehook-1"))));
        assert!(pattern.fits(&event("aws.states", "ABORTED", json!("by hand"))));
        assert!(pattern.fits(&event("aws.states", "ABORTED", json!(["other", "by hand"]))), "one of several");
        for other in [
            event("aws.stat", "FAILED", json!("pipehook-1")),
            event("aws.states", "RUNNING", json!("pipehook-1")),
            event("aws.states", "FAILED", json!("a pipehook-1")),
            event("aws.states", "FAILED", json!(1)),
            event("aws.states", "FAILED", json!([])),
            json!({ "source": "aws.states", "detail": { "status": "FAILED" } }),
            json!({ "source": "aws.states", "detail": "FAILED" }),
            json!({ "source": "aws.states" }),
        ] {
            assert!(!pattern.fits(&other), "{other}");
        }
    }

    #[test]
    fn numbers_booleans_and_null_are_compared_as_they_are() {
        let pattern = read(&json!({ "a": [1, true, null] })).unwrap();

        assert!([json!(1), json!(true), json!(null)].iter().all(|value| pattern.fits(&json!({ "a": value }))));
        assert!([json!("1"), json!(false), json!({})].iter().all(|value| !pattern.fits(&json!({ "a": value }))));
    }

    #[test]
    fn what_is_not_understood_of_a_pattern_is_an_error() {
        for (pattern, expected) in [
            (json!({}), "a pattern names at least one field"),
            (json!({ "a": {} }), "a pattern names at least one field"),
            (json!({ "a": [] }), "a in a pattern is an object, or a list of what it may be"),
            (json!({ "a": "b" }), "a in a pattern is an object, or a list of what it may be"),
            (json!({ "a": [["b"]] }), "a list in a list of a pattern is not understood here"),
            (json!({ "a": [{}] }), "a test of a pattern has an operator"),
            (json!({ "a": [{ "exists": true }] }), "the operator exists of a pattern is not understood here"),
            (json!({ "a": [{ "prefix": { "equals-ignore-case": "b" } }] }), "the operator prefix of a pattern is not"),
            (json!({ "a": [{ "anything-but": ["b"] }] }), "the operator anything-but of a pattern is not"),
            (json!({ "$or": [{ "a": ["b"] }] }), "$or in a pattern is not understood here"),
        ] {
            let error = read(&pattern).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
