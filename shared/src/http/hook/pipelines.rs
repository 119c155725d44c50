//! Which pipelines of ours a hook may run. They are checked when the hook is written, so that no call has to read them.

use std::fmt::Display;

use super::draft::OfPipeline;
use crate::auth::Identity;
use crate::domain::hook::{ActionType, Hook, HookRelation, ResourceType};
use crate::domain::id::PipelineId;
use crate::domain::pipeline::PipelineRelation;
use crate::domain::variable::{Variable, VariableValue};
use crate::http::error::{ApiError, FieldErrors};
use crate::http::pipeline;
use crate::ports::{Consistency, FindPipeline};

/// What the path of a new hook says of it: the pipeline of this id. One of ours must be of the caller's project; of a
/// consumer's nothing is known.
pub async fn find_of_path(
    pipelines: &impl FindPipeline,
    caller: &Identity,
    id: PipelineId,
) -> Result<OfPipeline, ApiError> {
    if !id.is_ours() {
        return Ok(OfPipeline::consumers(id));
    }
    Ok(OfPipeline::ours(&pipeline::find_own(pipelines, caller, id).await?.relation))
}

/// The pipelines of ours that the hook names, if it may run all of them: they are of its project, for its type of resource,
/// and do what it does. What `current` was allowed to run is not looked at again, unless the hook does something else
/// now: a hook can be changed after its pipeline was deleted.
pub async fn check_pipelines(
    pipelines: &impl FindPipeline,
    hook: &HookRelation,
    current: Option<&Hook>,
) -> Result<Vec<PipelineId>, ApiError> {
    let current = current.filter(|current| does(&current.relation) == does(hook));
    let known = current.map_or(&[][..], |current| &current.pipelines);
    let (mut allowed, mut errors) = (Vec::new(), FieldErrors::default());
    for (id, field) in named(hook).filter(|(id, _)| id.is_ours()) {
        if allowed.contains(&id) {
            continue;
        }
        if !known.contains(&id) {
            let pipeline = pipelines.find_pipeline(hook.project_id, id, Consistency::Strong).await?;
            let refused = match &pipeline {
                Some(pipeline) => refusal(&pipeline.relation, hook),
                None => Some("must be a pipeline of this project, and there it does not exist".to_owned()),
            };
            if let Some(reason) = refused {
                errors.add(&field, reason);
                continue;
            }
        }
        allowed.push(id);
    }
    if errors.is_empty() { Ok(allowed) } else { Err(ApiError::Invalid(errors)) }
}

/// What a pipeline has to fit.
fn does(hook: &HookRelation) -> (ActionType, ResourceType) {
    (hook.action_type, hook.resource.kind)
}

/// Every pipeline that the hook names, with the field that names it: its own, and the default of the variable that
/// chooses one.
fn named(hook: &HookRelation) -> impl Iterator<Item = (PipelineId, String)> {
    let of_variable = |(index, variable): (usize, &Variable)| match (variable.name.as_str(), &variable.default) {
        ("pipeline_id", Some(VariableValue::Integer(id))) => {
            let id = PipelineId::new(*id).ok()?;
            Some((id, format!("settings.variables.{index}.default_value")))
        }
        _ => None,
    };
    let own = hook.pipeline_id.map(|id| (id, "pipeline_id".to_owned()));
    own.into_iter().chain(hook.variables.as_slice().iter().enumerate().filter_map(of_variable))
}

/// Why the hook may not run this pipeline of its project.
fn refusal(pipeline: &PipelineRelation, hook: &HookRelation) -> Option<String> {
    let unlike = |what: &str, of_pipeline: &dyn Display, of_hook: &dyn Display| {
        Some(format!("must be a pipeline whose {what} is {of_hook}, like the hook's: this one's is {of_pipeline}"))
    };
    if pipeline.resource.kind != hook.resource.kind {
        return unlike("type of resource", &pipeline.resource.kind, &hook.resource.kind);
    }
    if pipeline.operation != hook.action_type {
        return unlike("operation", &pipeline.operation, &hook.action_type);
    }
    None
}
