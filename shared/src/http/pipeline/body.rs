//! A pipeline and its steps as they are shown.

use serde::Serialize;

use crate::domain::id::PipelineId;
use crate::domain::pipeline::{Pipeline, PipelineRelation, Step, StepName};
use crate::domain::user::User;
use crate::http::user::CreatorBody;

/// Pipehook has no organizations, and the published clients want the number of one.
const ORGANIZATION: i64 = 1;

/// A pipeline in a list.
#[derive(Serialize)]
pub struct RelationBody<'a> {
    id: i64,
    name: &'a str,
    environment_id: i64,
    project_id: i64,
    organization_id: i64,
    resource_type: &'static str,
    resource_type_human_readable: &'static str,
    resource_id: i64,
    operation: &'static str,
    operation_human_readable: &'static str,
    max_parallel_actions: u8,
    /// Always null: conditions belong to hooks.
    trigger_when: Option<&'static str>,
    label: &'a str,
    on_lost: &'static str,
    claim_within_seconds: u32,
    created_by_user: Option<CreatorBody<'a>>,
    created_at: String,
    updated_at: String,
}

impl<'a> RelationBody<'a> {
    /// The pipeline, created by this user. A creator who has been removed or has moved to another project is not shown.
    pub fn new(pipeline: &'a PipelineRelation, creator: Option<&'a User>) -> Self {
        Self {
            id: pipeline.id.get(),
            name: pipeline.name.as_str(),
            environment_id: pipeline.environment_id.get(),
            project_id: pipeline.project_id.get(),
            organization_id: ORGANIZATION,
            resource_type: pipeline.resource.kind.as_str(),
            resource_type_human_readable: pipeline.resource.kind.in_words(),
            resource_id: pipeline.resource.id.get(),
            operation: pipeline.operation.as_str(),
            operation_human_readable: pipeline.operation.in_words(),
            max_parallel_actions: pipeline.max_parallel_actions.get(),
            trigger_when: None,
            label: pipeline.label.as_str(),
            on_lost: pipeline.on_lost.as_str(),
            claim_within_seconds: pipeline.claim_within.seconds(),
            created_by_user: CreatorBody::of_project(creator, pipeline.project_id),
            created_at: pipeline.created_at.to_string(),
            updated_at: pipeline.updated_at.to_string(),
        }
    }
}

/// A whole pipeline.
#[derive(Serialize)]
pub struct PipelineBody<'a> {
    #[serde(flatten)]
    relation: RelationBody<'a>,
    /// Those that run, in their order.
    steps: Vec<StepBody<'a>>,
}

impl<'a> PipelineBody<'a> {
    /// The pipeline with the steps that run.
    pub fn new(pipeline: &'a Pipeline, creator: Option<&'a User>) -> Self {
        let id = pipeline.relation.id;
        let steps = (1..).zip(pipeline.steps.linked());
        Self {
            relation: RelationBody::new(&pipeline.relation, creator),
            steps: steps.map(|(order, step)| StepBody::new(step, id, order)).collect(),
        }
    }
}

/// A step.
#[derive(Serialize)]
pub struct StepBody<'a> {
    id: i64,
    name: Option<&'a str>,
    description: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    run_as_user: &'a str,
    command: &'a str,
    runner: &'static str,
    /// The step's own id: its command is not kept apart from it.
    script_id: i64,
    pipeline_id: i64,
    trigger_order: usize,
    /// Always false, as is the next: whatever is there, a user has made.
    is_auto_generated: bool,
    is_default_step: bool,
    created_at: String,
    updated_at: String,
}

impl<'a> StepBody<'a> {
    /// The step of this pipeline, at this place among its steps; 0 if it is not linked.
    pub fn new(step: &'a Step, pipeline: PipelineId, order: usize) -> Self {
        Self {
            id: step.id.get(),
            name: step.draft.name.as_ref().map(StepName::as_str),
            description: Some(step.draft.description.as_str()).filter(|text| !text.is_empty()),
            kind: step.draft.kind.as_str(),
            run_as_user: step.draft.run_as_user.as_str(),
            command: step.draft.command.as_str(),
            runner: step.draft.runner.as_str(),
            script_id: step.id.get(),
            pipeline_id: pipeline.get(),
            trigger_order: order,
            is_auto_generated: false,
            is_default_step: false,
            created_at: step.created_at.to_string(),
            updated_at: step.updated_at.to_string(),
        }
    }
}
