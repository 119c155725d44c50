//! What a body wants changed of a pipeline. What it leaves out, or has as null, stays.

use serde_json::Value as Json;

use super::body::PipelineBody;
use super::draft::refuse_conditions;
use crate::domain::Invalid;
use crate::domain::id::PipelineId;
use crate::domain::payload::{self, Value};
use crate::domain::pipeline::{ClaimWithin, MaxParallelActions, Pipeline, PipelineRelation};
use crate::domain::timestamp::Timestamp;
use crate::http::error::ApiError;
use crate::http::fields::{Fields, read};

/// Reads what `current` becomes at `now`. The body repeats the pipeline's id, so that one which was meant for another
/// pipeline changes nothing.
pub fn read_change(mut fields: Fields<'_>, current: &Pipeline, now: Timestamp) -> Result<Pipeline, ApiError> {
    let relation = &current.relation;
    fields.required("id", read::integer(|id| same_id(PipelineId::new(id)?, relation.id)));
    let name = fields.required("name", read::parsed);
    let max_parallel_actions = fields.optional("max_parallel_actions", read::integer(MaxParallelActions::new));
    let label = fields.optional("label", read::parsed);
    let on_lost = fields.optional("on_lost", read::parsed);
    let claim_within = fields.optional("claim_within_seconds", read::integer(ClaimWithin::new));
    refuse_conditions(&mut fields);
    check_shown(&mut fields, &PipelineBody::new(current, None), READ_ONLY);
    // These change by themselves.
    fields.ignore(&["created_by_user", "created_at", "updated_at"]);
    let changed = name.map(|name| PipelineRelation {
        name,
        max_parallel_actions: max_parallel_actions.unwrap_or(relation.max_parallel_actions),
        label: label.unwrap_or_else(|| relation.label.clone()),
        on_lost: on_lost.unwrap_or(relation.on_lost),
        claim_within: claim_within.unwrap_or(relation.claim_within),
        updated_at: relation.changed_at(now),
        ..relation.clone()
    });
    fields.finish(changed.map(|relation| Pipeline { relation, steps: current.steps.clone() }))
}

/// What `GET` shows and `PUT` cannot change. Its resource and its operation are what hooks were checked against.
const READ_ONLY: &[&str] = &[
    "project_id",
    "environment_id",
    "organization_id",
    "resource_type",
    "resource_type_human_readable",
    "resource_id",
    "operation",
    "operation_human_readable",
    "steps",
];

/// The id in the path and in the body must be one.
pub(super) fn same_id<Id: PartialEq + Copy>(id: Id, of_path: Id) -> Result<(), Invalid> {
    (id == of_path).then_some(()).ok_or_else(|| Invalid::new("must be the id in the path"))
}

/// What `GET` shows may come back as it was shown. Any other value was meant to change something.
pub(super) fn check_shown(fields: &mut Fields<'_>, shown: &impl serde::Serialize, names: &[&'static str]) {
    // Our bodies can always be written.
    let shown = serde_json::to_value(shown).unwrap_or_default();
    for name in names {
        fields.optional(name, |value| {
            let is_shown = is_same(value, &shown[name]);
            is_shown.then_some(()).ok_or_else(|| Invalid::new("cannot be changed: leave it out"))
        });
    }
}

fn is_same(value: &Value<'_>, shown: &Json) -> bool {
    match value {
        Value::Null => shown.is_null(),
        Value::String(text) => shown.as_str() == Some(text),
        Value::Boolean(boolean) => shown.as_bool() == Some(*boolean),
        Value::Number(text) => payload::integer(text).is_some_and(|integer| shown.as_i64() == Some(integer)),
        Value::Array(json) | Value::Object(json) => serde_json::from_str::<Json>(json).is_ok_and(|json| json == *shown),
        Value::Field(_) => false,
    }
}
