//! A hook as people see it.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::terminal::{Facts, Paint, Screen, time};

/// What is shown of a hook. Fields that lists do not have are empty there. It has no `Debug`, because of a new secret.
#[derive(Deserialize)]
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) action_type: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: u64,
    pub(crate) pipeline_id: Option<u64>,
    pub(crate) provider: Option<String>,
    pub(crate) proof: String,
    pub(crate) active: bool,
    pub(crate) only_latest: bool,
    pub(crate) created_at: String,
    #[serde(default)]
    pub(crate) secret: String,
    pub(crate) secret_header_name: Option<String>,
    #[serde(default)]
    pub(crate) provider_options: Map<String, Json>,
    pub(crate) secret_since: Option<String>,
    pub(crate) previous_secret_valid_until: Option<String>,
    pub(crate) secret_handover: Option<Handover>,
    settings: Settings,
    trigger_when: When,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Handover {
    waits_until: Option<String>,
    received_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Settings {
    variables: Vec<Json>,
}

#[derive(Debug, Deserialize)]
struct When {
    conditions: Vec<Json>,
}

pub(super) fn table(screen: Screen, hooks: &[Hook]) -> String {
    if hooks.is_empty() {
        return "No hook. Create one: pipehook hooks create --help".to_owned();
    }
    let mut rows = screen.table(&["NAME", "PROVIDER", "RUNS", "ID"]);
    for hook in hooks {
        let runs = runs(hook);
        let (paint, runs) =
            if hook.active { (Paint::Plain, runs) } else { (Paint::Waiting, format!("inactive: {runs}")) };
        rows.push([
            (Paint::Plain, &*hook.name),
            (Paint::Plain, hook.provider.as_deref().unwrap_or("-")),
            (paint, &*runs),
            (Paint::Faint, &*hook.id),
        ]);
    }
    rows.keep_words(2, "application/42".len());
    rows.keep_whole(3);
    rows.to_string()
}

fn state(hook: &Hook) -> (Paint, &'static str) {
    if hook.active { (Paint::Good, "active") } else { (Paint::Waiting, "inactive") }
}

fn runs(hook: &Hook) -> String {
    format!("{} {}/{}", hook.action_type, hook.resource_type, hook.resource_id)
}

pub(super) fn facts(hook: &Hook) -> Facts {
    let mut facts = Facts::default();
    let (paint, state) = state(hook);
    facts.add("name", &hook.name).add("id", &hook.id).add("url", &hook.url).painted("state", paint, state);
    facts.maybe("provider", hook.provider.as_deref()).add("proof", &hook.proof).add("runs", &runs(hook));
    facts.maybe("pipeline", hook.pipeline_id.map(|id| id.to_string()).as_deref());
    facts.maybe("only latest", hook.only_latest.then_some("yes"));
    facts.maybe("header", hook.secret_header_name.as_deref()).maybe("secret", Some(&hook.secret));
    facts.maybe("secret since", hook.secret_since.as_deref().map(time).as_deref());
    facts.maybe("old secret until", hook.previous_secret_valid_until.as_deref().map(time).as_deref());
    if let Some(handover) = &hook.secret_handover {
        facts.maybe("waits for secret until", handover.waits_until.as_deref().map(time).as_deref());
        facts.maybe("secret received", handover.received_at.as_deref().map(time).as_deref());
    }
    for (name, value) in &hook.provider_options {
        facts.add("option", &format!("{name}={}", text(value)));
    }
    for variable in &hook.settings.variables {
        facts.add("variable", &variable_text(variable));
    }
    for condition in &hook.trigger_when.conditions {
        facts.add("condition", &condition_text(condition));
    }
    facts.add("created", &time(&hook.created_at));
    facts
}

/// Text without quotes, anything else as JSON.
pub(super) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn variable_text(variable: &Json) -> String {
    let field = |name: &str| variable[name].as_str().unwrap_or_default();
    let mut shown = format!("{}: {} from {} {}", field("name"), field("type"), field("source"), field("path"));
    if variable["required"] == true {
        shown.push_str(", required");
    }
    if !variable["default_value"].is_null() {
        shown = format!("{shown}, default {}", text(&variable["default_value"]));
    }
    shown
}

/// A group holds when one of its conditions does.
pub(super) fn condition_text(condition: &Json) -> String {
    if let Some(any) = condition["any"].as_array() {
        return any.iter().map(condition_text).collect::<Vec<_>>().join(", or ");
    }
    let field = |name: &str| condition[name].as_str().unwrap_or_default();
    let values = condition["accepted_values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let values: Vec<_> = values.iter().map(text).collect();
    let place = field("type").trim_start_matches("request_");
    format!("{place} {} {} {}", field("path"), field("operator"), values.join(" | ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_and_variables_read_as_sentences() {
        let main = json!({"type": "request_body", "path": "ref", "operator": "equals", "accepted_values": ["a", 1]});
        let absent = json!({"type": "request_header", "path": "x-test", "operator": "absent", "accepted_values": []});
        let variable = json!({"name": "n", "type": "integer", "source": "body", "path": "a.b", "required": true,
            "default_value": 2});

        assert_eq!(condition_text(&json!({"any": [main, absent]})), "body ref equals a | 1, or header x-test absent");
        assert_eq!(variable_text(&variable), "n: integer from body a.b, required, default 2");
    }
}
