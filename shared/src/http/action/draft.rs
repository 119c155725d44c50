//! The action that a body asks for.

use crate::domain::Invalid;
use crate::domain::action::Comment;
use crate::domain::job::{MAX_ACTION_JOB_BYTES, SourceRef, SourceType};
use crate::domain::variable::{MAX_VARIABLES, VariableName, VariableValue};
use crate::http::{ApiError, Fields, read};

/// The largest body that asks for an action. The variables of the largest job fit, even if a client escapes many of their
/// characters.
pub const MAX_ACTION_BODY_BYTES: usize = 4 * MAX_ACTION_JOB_BYTES;

/// What a user says of an action to be started.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionDraft {
    /// What its steps get.
    pub variables: Vec<(VariableName, VariableValue)>,
    /// What the user says about it.
    pub comment: Option<Comment>,
}

/// Reads `variables`, `trigger_comment`, `source_type`, `source_ref` and `servers`.
///
/// Clients that know no `variables` can say what to run the pipeline with in the two fields of the source, which become
/// variables of these names.
pub fn read_action(mut fields: Fields<'_>) -> Result<ActionDraft, ApiError> {
    let mut variables = fields.members("variables", MAX_VARIABLES, VariableValue::of_json);
    let comment = fields.optional("trigger_comment", read::parsed);
    let source_type: Option<SourceType> = fields.optional("source_type", read::parsed);
    let source_ref: Option<SourceRef> = fields.optional("source_ref", read::parsed);
    add(&mut fields, &mut variables, "source_type", source_type.map(SourceType::as_str));
    add(&mut fields, &mut variables, "source_ref", source_ref.as_ref().map(SourceRef::as_str));
    if variables.len() > MAX_VARIABLES {
        let most = format_args!("must have at most {MAX_VARIABLES} entries, with `source_type` and `source_ref`");
        fields.refuse("variables", most);
    }
    // An action that ran elsewhere than asked for would do what its user wanted to keep it from.
    fields.optional("servers", |value| {
        let is_empty = read::elements(value)?.is_empty();
        is_empty.then_some(()).ok_or_else(|| {
            Invalid::new("must be empty: set the `label` of the pipeline, which says which workers run its actions")
        })
    });
    fields.finish(Some(ActionDraft { variables, comment }))
}

/// Adds a variable that has a field of its own.
fn add(
    fields: &mut Fields<'_>,
    variables: &mut Vec<(VariableName, VariableValue)>,
    name: &'static str,
    value: Option<&str>,
) {
    let (Some(value), Ok(parsed)) = (value, name.parse::<VariableName>()) else { return };
    if variables.iter().any(|(given, _)| *given == parsed) {
        fields.refuse(name, format_args!("is given twice: it becomes the variable `{name}`, which is in `variables`"));
        return;
    }
    variables.push((parsed, VariableValue::String(value.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<ActionDraft, Vec<String>> {
        read_action(Fields::of_body(body).unwrap()).map_err(|error| {
            let ApiError::Invalid(errors) = error else { panic!("{error}") };
            errors.by_field().keys().cloned().collect()
        })
    }

    fn string(text: &str) -> VariableValue {
        VariableValue::String(text.to_owned())
    }

    #[test]
    fn variables_have_the_types_that_their_json_has() {
        let body = r#"{"variables": {"a": "1", "b": 1, "c": true, "d": [1.10, {"x": null}], "e": -9223372036854775808,
            "f": 42.0, "g": {"x": 1}, "h": 9223372036854775808},
            "trigger_comment": "by hand\nfor the demo", "servers": []}"#;
        let draft = read(body).unwrap();
        let variables: Vec<_> = draft.variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let expected = [
            ("a", string("1")),
            ("b", VariableValue::Integer(1)),
            ("c", VariableValue::Boolean(true)),
            ("d", VariableValue::Array(r#"[1.10, {"x": null}]"#.to_owned())),
            ("e", VariableValue::Integer(i64::MIN)),
            ("f", VariableValue::Number("42.0".to_owned())),
            ("g", VariableValue::Object(r#"{"x": 1}"#.to_owned())),
            ("h", VariableValue::Number("9223372036854775808".to_owned())),
        ];
        assert_eq!(variables, expected);
        assert_eq!(draft.comment.unwrap().as_str(), "by hand\nfor the demo");
    }

    #[test]
    fn a_body_without_anything_starts_an_action_without_variables() {
        for body in ["{}", r#"{"variables": null, "trigger_comment": null, "source_type": null, "servers": null}"#] {
            assert_eq!(read(body), Ok(ActionDraft { variables: Vec::new(), comment: None }));
        }
    }

    #[test]
    fn what_cannot_be_a_variable_is_refused_by_its_name() {
        let body = r#"{"variables": {"a": null, "b": {"x": 1e999}, "c": 1e999, "d": ["\ud800"], "e": 1}}"#;
        assert_eq!(read(body).unwrap_err(), ["variables.a", "variables.b", "variables.c", "variables.d"]);
        let deep = format!(r#"{{"variables": {{"a": {}{}}}}}"#, "[".repeat(61), "]".repeat(61));
        assert_eq!(read(&deep).unwrap_err(), ["variables.a"]);
        for body in [r#"{"variables": []}"#, r#"{"variables": "a=1"}"#, r#"{"variables": {"a\u0000": 1}}"#] {
            assert_eq!(read(body).unwrap_err(), ["variables"], "{body}");
        }
    }

    #[test]
    fn the_source_becomes_variables_unless_they_are_given_too() {
        let draft = read(r#"{"source_type": "tag", "source_ref": "v1.2"}"#).unwrap();
        let expected = [("source_type", string("tag")), ("source_ref", string("v1.2"))];
        assert_eq!(draft.variables, expected.map(|(name, value)| (name.parse().unwrap(), value)));
        let twice =
            r#"{"variables": {"source_ref": "v1", "source_type": "tag"}, "source_type": "tag", "source_ref": "v1"}"#;
        assert_eq!(read(twice).unwrap_err(), ["source_ref", "source_type"]);
        let wrong = format!(r#"{{"source_type": "fork", "source_ref": "{}"}}"#, "x".repeat(201));
        assert_eq!(read(&wrong).unwrap_err(), ["source_ref", "source_type"]);
    }

    #[test]
    fn there_are_at_most_50_variables_with_those_of_the_source() {
        let body = |count: usize, rest: &str| {
            let variables: Vec<_> = (0..count).map(|number| format!(r#""v{number}": {number}"#)).collect();
            format!(r#"{{"variables": {{{}}}{rest}}}"#, variables.join(", "))
        };
        assert_eq!(read(&body(50, "")).unwrap().variables.len(), 50);
        assert_eq!(read(&body(51, "")).unwrap_err(), ["variables"]);
        assert_eq!(read(&body(49, r#", "source_ref": "main""#)).unwrap().variables.len(), 50);
        assert_eq!(read(&body(50, r#", "source_ref": "main""#)).unwrap_err(), ["variables"]);
    }

    #[test]
    fn a_restriction_that_is_not_built_is_refused_and_so_is_a_comment_that_is_too_long() {
        let body = format!(r#"{{"servers": [7], "trigger_comment": "{}", "trigger_coment": ""}}"#, "x".repeat(256));
        assert_eq!(read(&body).unwrap_err(), ["servers", "trigger_coment", "trigger_comment"]);
    }
}
