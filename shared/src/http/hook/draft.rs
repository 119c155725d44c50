//! The hook that a body asks for.

use super::conditions::read_conditions;
use super::proofs::refuse_proofs;
use super::signing;
use super::size::check_size;
use super::variables::read_variables;
use crate::domain::Invalid;
use crate::domain::condition::Conditions;
use crate::domain::hook::{ActionType, HookDraft, Resource, ResourceType};
use crate::domain::id::{PipelineId, ResourceId};
use crate::domain::pipeline::PipelineRelation;
use crate::domain::variable::Variables;
use crate::http::error::ApiError;
use crate::http::fields::{Fields, read};

/// What the path of a new hook says of it.
#[derive(Debug, Clone, Copy)]
pub struct OfPipeline {
    /// Its pipeline.
    id: PipelineId,
    /// What it does, unless the body says so: the published clients cannot.
    action_type: ActionType,
    /// What it works on, unless the body says so.
    resource: Resource,
}

impl OfPipeline {
    /// A consumer's pipeline: its hook deploys. The resource is a deployment under the pipeline's id, so that the jobs of
    /// one pipeline run in order.
    pub fn consumers(id: PipelineId) -> Self {
        let resource = Resource { kind: ResourceType::Deployment, id: ResourceId::of_pipeline(id) };
        Self { id, action_type: ActionType::Deploy, resource }
    }

    /// One of ours: its hook does what the pipeline was made for.
    pub fn ours(pipeline: &PipelineRelation) -> Self {
        Self { id: pipeline.id, action_type: pipeline.operation, resource: pipeline.resource }
    }
}

/// Reads the hook that a body asks for.
pub fn read_draft(mut fields: Fields<'_>, pipeline: Option<OfPipeline>) -> Result<HookDraft, ApiError> {
    let draft = read_fields(&mut fields, pipeline);
    fields.finish(draft)
}

/// The same of the fields of a body, or of an object within one.
pub(super) fn read_fields(fields: &mut Fields<'_>, pipeline: Option<OfPipeline>) -> Option<HookDraft> {
    let name = fields.required("name", read::parsed);
    let action_type = read_action_type(fields, pipeline);
    let resource = read_resource(fields, pipeline);
    let (provider, signing) = signing::read_draft(fields);
    let active = fields.optional("active", read::boolean).unwrap_or(true);
    let pipeline_id = read_pipeline(fields, pipeline.map(|pipeline| pipeline.id));
    let only_latest = read_only_latest(fields, pipeline_id, false);
    let variables = fields.object("settings", |settings| read_variables(settings, &Variables::default()));
    let conditions = fields.object("trigger_when", |when| {
        refuse_events(when);
        read_conditions(when, &Conditions::default())
    });
    check_size(fields, variables.as_ref(), conditions.as_ref());
    let means = signing.as_ref().map(|signing| &signing.means);
    refuse_proofs(fields, means, variables.as_ref(), conditions.as_ref());
    Some(HookDraft {
        name: name?,
        action_type: action_type?,
        resource: resource?,
        signing,
        provider,
        active,
        pipeline_id,
        variables: variables?,
        conditions: conditions?,
        only_latest,
    })
}

fn read_action_type(fields: &mut Fields<'_>, pipeline: Option<OfPipeline>) -> Option<ActionType> {
    match pipeline {
        Some(pipeline) if !fields.has("action_type") => Some(pipeline.action_type),
        Some(_) | None => fields.required("action_type", read::parsed),
    }
}

/// Half a resource is an error: a caller that names the type means a certain resource.
fn read_resource(fields: &mut Fields<'_>, pipeline: Option<OfPipeline>) -> Option<Resource> {
    if let Some(pipeline) = pipeline
        && !fields.has("resource_type")
        && !fields.has("resource_id")
    {
        return Some(pipeline.resource);
    }
    let kind = fields.required("resource_type", read::parsed);
    let id = fields.required("resource_id", read::integer(ResourceId::new));
    Some(Resource { kind: kind?, id: id? })
}

fn read_pipeline(fields: &mut Fields<'_>, of_path: Option<PipelineId>) -> Option<PipelineId> {
    let of_body = fields.optional("pipeline_id", read::integer(PipelineId::new));
    if of_path.is_some() && of_body.is_some() && of_path != of_body {
        fields.refuse("pipeline_id", "must be the pipeline in the path, or be left out");
    }
    of_path.or(of_body)
}

/// Jobs of other pipelines are on the queue of the owner's consumer, and cannot be skipped there. A variable may name any
/// pipeline, so the hook must have one of its own.
pub(super) fn read_only_latest(fields: &mut Fields<'_>, pipeline: Option<PipelineId>, current: bool) -> bool {
    let only_latest = fields.optional("only_latest", read::boolean).unwrap_or(current);
    if only_latest && !pipeline.is_some_and(PipelineId::is_ours) {
        fields.refuse(
            "only_latest",
            "must be false unless `pipeline_id` is one of Pipehook's own pipelines: the jobs of others go to your own \
             consumer, which has to skip them itself",
        );
    }
    only_latest
}

/// Calls are not told apart by events, so a list of events would let through what it was meant to keep out.
pub(super) fn refuse_events(trigger_when: &mut Fields<'_>) {
    let example = r#"{"type": "request_header", "path": "x-github-event", "accepted_values": ["push"]}"#;
    trigger_when.optional("events", |value| {
        if read::elements(value)?.is_empty() {
            return Ok(());
        }
        Err(Invalid::new(format!("must be empty: write a condition on what names the event, such as `{example}`")))
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn valid() -> Json {
        json!({
            "name": "deploy", "action_type": "deploy", "resource_type": "application", "resource_id": 42,
            "requires_secret": true, "secret_algorithm": "sha256", "secret_header_name": "X-Hub-Signature-256",
        })
    }

    /// What is read when `change` is merged into a valid body, or the fields at fault; `null` takes a field away.
    fn read(change: Json, pipeline: Option<PipelineId>) -> Result<HookDraft, Vec<String>> {
        let mut body = valid();
        let (Json::Object(body_fields), Json::Object(change)) = (&mut body, change) else { panic!("no object") };
        body_fields.extend(change);
        let text = body.to_string();
        read_draft(Fields::of_body(&text).unwrap(), pipeline.map(OfPipeline::consumers)).map_err(|error| {
            let ApiError::Invalid(errors) = error else { panic!("{error}") };
            errors.by_field().keys().cloned().collect()
        })
    }

    fn at_fault(change: Json) -> Vec<String> {
        read(change, PipelineId::new(7).ok()).err().unwrap_or_default()
    }

    fn with_variable(variable: &Json) -> Json {
        json!({"settings": {"variables": [variable]}})
    }

    fn with_condition(condition: &Json) -> Json {
        json!({"trigger_when": {"conditions": [condition]}})
    }

    #[test]
    fn a_valid_body_is_taken() {
        assert_eq!(at_fault(json!({})), [""; 0]);
        assert_eq!(at_fault(json!({"pipeline_id": 7, "active": false})), [""; 0]);
        assert_eq!(at_fault(json!({"requires_secret": false, "secret_algorithm": null})), [""; 0]);
        let variable = json!({"name": "ids", "type": "array", "path": "a.0", "default_value": [1, "x"]});
        assert_eq!(at_fault(with_variable(&variable)), [""; 0]);
        for variable in [
            json!({"name": "ids", "type": "array", "path": "commits.*.id"}),
            json!({"name": "amount", "type": "number", "default_value": 0.5}),
            json!({"name": "all", "type": "object", "path": "$", "default_value": {"a": 1}}),
        ] {
            assert_eq!(at_fault(with_variable(&variable)), [""; 0], "{variable}");
        }
        let condition = json!({"type": "request_header", "path": "X-Event", "accepted_values": ["a", 1, true]});
        assert_eq!(at_fault(with_condition(&condition)), [""; 0]);
    }

    #[test]
    fn a_misspelt_requirement_never_makes_an_open_hook() {
        for value in [json!(null), json!("false"), json!(0)] {
            assert_eq!(at_fault(json!({"requires_secret": value})), ["requires_secret"]);
        }
        assert_eq!(at_fault(json!({"secret_algorithm": null})), ["secret_algorithm"]);
        assert_eq!(at_fault(json!({"secret_header_name": null})), ["secret_header_name"]);
    }

    #[test]
    fn what_cannot_verify_a_call_is_refused() {
        assert_eq!(at_fault(json!({"secret_algorithm": "md5"})), ["secret_algorithm"]);
        assert_eq!(at_fault(json!({"secret_algorithm": "sha512"})), ["secret_algorithm"]);
        assert_eq!(at_fault(json!({"secret_header_name": "no header"})), ["secret_header_name"]);
        assert_eq!(at_fault(json!({"secret": "too short"})), ["secret"]);
        let both = json!({"secret": "too short", "secret_algorithm": "md5"});
        assert_eq!(at_fault(both), ["secret", "secret_algorithm"]);
        let standard = json!({"secret_header_name": "webhook-signature", "secret": "no prefix, no base64"});
        assert_eq!(at_fault(standard), ["secret"]);
    }

    #[test]
    fn what_would_restrict_the_hook_and_is_not_understood_is_refused() {
        assert_eq!(at_fault(json!({"activ": false})), ["activ"]);
        assert_eq!(at_fault(json!({"unknown": null, "id": "x"})), ["id", "unknown"]);
        assert_eq!(at_fault(json!({"requires_secret": false, "secret": "0123456789abcdef"})), ["secret"]);
        assert_eq!(at_fault(json!({"settings": {"variable": []}})), ["settings.variable"]);
        assert_eq!(at_fault(json!({"trigger_when": {"event": []}})), ["trigger_when.event"]);
        assert_eq!(at_fault(json!({"trigger_when": {"events": ["push"]}})), ["trigger_when.events"]);
        assert_eq!(at_fault(json!({"trigger_when": {"events": "push"}})), ["trigger_when.events"]);
        for events in [json!([]), json!(null)] {
            assert_eq!(at_fault(json!({"trigger_when": {"events": events}})), [""; 0]);
        }
        let variable = json!({"name": "n", "type": "string", "default": "main", "require": true});
        let fields = ["default", "require"].map(|field| format!("settings.variables.0.{field}"));
        assert_eq!(at_fault(with_variable(&variable)), fields);
        let condition = json!({"type": "request_body", "path": "a", "accepted_values": [1], "negate": true});
        assert_eq!(at_fault(with_condition(&condition)), ["trigger_when.conditions.0.negate"]);
    }

    #[test]
    fn the_pipeline_of_the_path_and_of_the_body_must_agree() {
        assert_eq!(at_fault(json!({"pipeline_id": 8})), ["pipeline_id"]);
    }

    #[test]
    fn a_pipeline_says_what_its_hook_does_when_the_body_does_not() {
        let nothing = json!({"action_type": null, "resource_type": null, "resource_id": null});
        let of_pipeline = |change| read(change, PipelineId::new(7).ok()).unwrap();

        let draft = of_pipeline(nothing.clone());
        let resource = Resource { kind: ResourceType::Deployment, id: ResourceId::new(7).unwrap() };
        assert_eq!((draft.action_type, draft.resource), (ActionType::Deploy, resource));
        let draft = of_pipeline(json!({"action_type": "restart"}));
        let resource = Resource { kind: ResourceType::Application, id: ResourceId::new(42).unwrap() };
        assert_eq!((draft.action_type, draft.resource), (ActionType::Restart, resource));

        let without_pipeline = read(nothing, None).unwrap_err();
        assert_eq!(without_pipeline, ["action_type", "resource_id", "resource_type"]);
        assert_eq!(read(json!({"pipeline_id": 7, "action_type": null}), None).unwrap_err(), ["action_type"]);
    }

    #[test]
    fn half_a_resource_is_refused_and_so_is_a_wrong_one() {
        for field in ["resource_type", "resource_id"] {
            assert_eq!(at_fault(json!({field: null})), [field]);
            assert_eq!(at_fault(json!({field: true})), [field]);
        }
        assert_eq!(at_fault(json!({"action_type": "explode"})), ["action_type"]);
    }
}
