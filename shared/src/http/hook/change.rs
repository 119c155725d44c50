//! What a body wants changed of a hook. What it leaves out, or has as null, stays; only the pipeline goes if it is null.

use super::conditions::read_conditions;
use super::draft::{read_only_latest, refuse_events};
use super::proofs::refuse_proofs;
use super::signing;
use super::size::check_size;
use super::variables::read_variables;
use crate::domain::Invalid;
use crate::domain::condition::Conditions;
use crate::domain::hook::{Hook, HookRelation, Resource};
use crate::domain::id::{HookId, PipelineId, ResourceId};
use crate::domain::mask::MASK;
use crate::domain::payload::Value;
use crate::domain::signing::{Means, worth};
use crate::domain::timestamp::Timestamp;
use crate::http::error::ApiError;
use crate::http::fields::{Fields, read};

/// A hook as a user wants it to be.
#[derive(Debug)]
pub struct HookChange {
    /// All but how its calls are signed.
    pub relation: HookRelation,
    /// How its calls must be signed; `None` takes unsigned calls. The secret changes only by its rotation.
    pub signing: Option<Means>,
}

/// Reads what `hook` becomes at `now`. The body repeats the hook's id, so that one which was meant for another hook
/// changes nothing.
pub fn read_change(mut fields: Fields<'_>, hook: &Hook, now: Timestamp) -> Result<HookChange, ApiError> {
    let current = &hook.relation;
    fields.required("id", |value| match read::parsed::<HookId>(value)? {
        id if id == current.id => Ok(id),
        _ => Err(Invalid::new("must be the id in the path")),
    });
    let name = fields.required("name", read::parsed);
    let (provider, signing) = signing::read_change(&mut fields, hook);
    let variables = fields.object("settings", |settings| {
        let current = &current.variables;
        if settings.has("variables") { read_variables(settings, current) } else { Some(current.clone()) }
    });
    let conditions = fields.object("trigger_when", |when| read_new_conditions(when, &current.conditions));
    check_size(&mut fields, variables.as_ref(), conditions.as_ref());
    refuse_proofs(&mut fields, signing.as_ref(), variables.as_ref(), conditions.as_ref());
    let action_type = fields.optional("action_type", read::parsed).unwrap_or(current.action_type);
    let kind = fields.optional("resource_type", read::parsed).unwrap_or(current.resource.kind);
    let id = fields.optional("resource_id", read::integer(ResourceId::new)).unwrap_or(current.resource.id);
    let active = fields.optional("active", read::boolean).unwrap_or(current.active);
    // The one field in which null says something: a hook must be able to lose its pipeline.
    let kept = if fields.is_null("pipeline_id") { None } else { current.pipeline_id };
    let pipeline_id = fields.optional("pipeline_id", read::integer(PipelineId::new)).or(kept);
    let only_latest = read_only_latest(&mut fields, pipeline_id, current.only_latest);
    check_read_only(&mut fields, hook);
    let relation = (|| {
        Some(HookRelation {
            name: name?,
            action_type,
            resource: Resource { kind, id },
            active,
            pipeline_id,
            requires_secret: signing.is_some(),
            provider,
            proof: worth(signing.as_ref()),
            variables: variables?,
            conditions: conditions?,
            only_latest,
            updated_at: current.changed_at(now),
            ..current.clone()
        })
    })();
    fields.finish(relation.map(|relation| HookChange { relation, signing }))
}

/// The conditions, which stay as they are if the body has none.
fn read_new_conditions(when: &mut Fields<'_>, current: &Conditions) -> Option<Conditions> {
    refuse_events(when);
    if when.has("conditions") { read_conditions(when, current) } else { Some(current.clone()) }
}

/// What `GET` shows and `PUT` cannot change may come back as it was shown. Any other value was meant to change something.
fn check_read_only(fields: &mut Fields<'_>, hook: &Hook) {
    // These follow from other fields, or change by themselves.
    fields.ignore(&["url", "proof", "proven_by", "created_by_user", "created_at", "updated_at"]);
    fields.ignore(&["secret_since", "previous_secret_valid_until", "secret_handover"]);
    let [project, environment] =
        [hook.relation.project_id.get(), hook.relation.environment_id.get()].map(|id| id.to_string());
    for (name, shown) in [
        ("type", Value::String("in".into())),
        ("target_url", Value::Null),
        ("is_auto_generated", Value::Boolean(false)),
        ("verify_ssl", Value::Boolean(true)),
        ("project_id", Value::Number(&project)),
        ("environment_id", Value::Number(&environment)),
    ] {
        fields.optional(name, |value| {
            let is_shown = *value == shown;
            is_shown.then_some(()).ok_or_else(|| Invalid::new("cannot be changed: leave it out"))
        });
    }
    fields.optional("secret", |value| match read::text(value)?.as_str() {
        "" | MASK => Ok(()),
        _ => Err(Invalid::new("is changed by `POST /hooks/incoming/{hook_id}/rotate-secret` alone: leave it out")),
    });
}
