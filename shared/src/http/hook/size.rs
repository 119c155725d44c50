//! How large a hook may be.

use super::body::SettingsBody;
use super::condition_body::TriggerWhenBody;
use crate::domain::condition::Conditions;
use crate::domain::variable::Variables;
use crate::http::fields::Fields;

/// The most that `settings` and `trigger_when` come to together, in bytes of JSON as the API shows them, so that a page
/// of 100 hooks fits into what Lambda passes on: 6,291,556 bytes, in which each quote and each backslash of our JSON
/// counts twice. That leaves each hook 2,900 bytes for the rest, which takes 1,500. What a body says is no measure: two
/// bytes of it may become eight.
const MAX_BYTES: usize = 30_000;

/// Refuses variables and conditions that are too large together, wherever the body has any of them.
pub(super) fn check_size(fields: &mut Fields<'_>, variables: Option<&Variables>, conditions: Option<&Conditions>) {
    let (Some(variables), Some(conditions)) = (variables, conditions) else { return };
    let shown = (SettingsBody::new(variables), TriggerWhenBody::new(conditions));
    // An array of the two has three bytes of its own. It can always be written.
    if serde_json::to_vec(&shown).is_ok_and(|json| json.len() - 3 <= MAX_BYTES) {
        return;
    }
    for (field, other) in [("settings", "trigger_when"), ("trigger_when", "settings")] {
        if fields.has(field) {
            fields.refuse(field, format!("must be at most {MAX_BYTES} bytes of JSON together with `{other}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::{RelationBody, read_change, read_draft};
    use super::*;
    use crate::domain::hook::{HookDraft, HookRelation};
    use crate::domain::timestamp::Timestamp;
    use crate::fixtures;
    use crate::http::error::ApiError;

    /// What Lambda passes on of an answer, in bytes.
    const ANSWER: usize = 6 * 1024 * 1024 + 100;

    /// A hook whose `settings` and `trigger_when` come to so many bytes of JSON together, with as many quotes and
    /// backslashes in them as there can be.
    fn of_size(bytes: usize) -> Json {
        let variable = |default: &str| {
            let (name, path) = ("\"".repeat(100), "\\".repeat(100));
            json!({
                "name": name, "source": "body", "path": path, "type": "string", "required": false,
                "default_value": default, "max_length": null, "allowed_values": [],
            })
        };
        let settings = |default: &str| json!({ "variables": [variable(default)] });
        let trigger_when = json!({ "events": [], "conditions": [] });
        let left = bytes - (settings("").to_string().len() + trigger_when.to_string().len());
        let default = format!("{}{}", "x".repeat(left % 2), "\"".repeat(left / 2));
        json!({
            "name": "\\".repeat(100), "action_type": "check_provisioned", "resource_type": "ssl-certificate",
            "resource_id": 9_007_199_254_740_991_i64, "pipeline_id": 9_007_199_254_740_991_i64,
            "requires_secret": false, "settings": settings(&default), "trigger_when": trigger_when,
        })
    }

    fn read(body: &Json) -> Result<HookDraft, ApiError> {
        read_draft(Fields::of_body(&body.to_string()).unwrap(), None)
    }

    fn at_fault<T>(read: Result<T, ApiError>) -> Vec<String> {
        match read {
            Ok(_) => Vec::new(),
            Err(ApiError::Invalid(errors)) => errors.by_field().values().flatten().cloned().collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_hundred_hooks_of_the_largest_size_fit_into_an_answer() {
        let draft = read(&of_size(MAX_BYTES)).unwrap();
        let relation = HookRelation {
            name: draft.name,
            action_type: draft.action_type,
            resource: draft.resource,
            pipeline_id: draft.pipeline_id,
            variables: draft.variables,
            conditions: draft.conditions,
            only_latest: draft.only_latest,
            ..fixtures::hook().relation
        };
        let shown = serde_json::to_string(&RelationBody::new(&relation, &"x".repeat(100))).unwrap();
        let in_answer = json!(shown).to_string().len();
        assert!(in_answer > 2 * MAX_BYTES - 200, "nearly all of it counts twice: {in_answer}");
        assert!(100 * in_answer + 2_000 < ANSWER, "{in_answer}");
    }

    #[test]
    fn a_byte_more_is_refused_wherever_the_body_has_it() {
        let refused = |field: &str, other: &str| {
            format!("The field `{field}` must be at most 30000 bytes of JSON together with `{other}`.")
        };
        let (settings, trigger_when) = (refused("settings", "trigger_when"), refused("trigger_when", "settings"));
        let mut body = of_size(MAX_BYTES + 1);
        assert_eq!(at_fault(read(&body)), [settings.clone(), trigger_when.clone()]);
        body["trigger_when"] = Json::Null;
        assert_eq!(at_fault(read(&body)), [settings]);

        // What is there already counts too.
        let mut hook = fixtures::hook();
        hook.relation.variables = read(&of_size(MAX_BYTES)).unwrap().variables;
        let condition = json!({ "type": "request_body", "path": "ref", "accepted_values": ["main"] });
        let mut change = json!({ "id": hook.relation.id.to_string(), "name": "deploy" });
        let read = |change: &Json| {
            read_change(Fields::of_body(&change.to_string()).unwrap(), &hook, Timestamp::from_unix_seconds(0))
        };
        assert_eq!(at_fault(read(&change)), [""; 0]);
        change["trigger_when"] = json!({ "conditions": [condition] });
        assert_eq!(at_fault(read(&change)), [trigger_when]);
        change["settings"] = json!({ "variables": [] });
        assert_eq!(at_fault(read(&change)), [""; 0]);
    }
}
