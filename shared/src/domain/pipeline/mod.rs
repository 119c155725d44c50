//! The pipeline of ours: what an action runs. The consumer's pipelines are only a number to us.

mod settings;
mod step;
mod steps;

pub use self::settings::{ClaimWithin, Label, MaxParallelActions, OnLost, PipelineName};
pub use self::step::{Command, Description, RunAsUser, Runner, Step, StepDraft, StepName, StepType};
pub use self::steps::{MOST_STEPS, Steps, StepsRefused};

use std::time::Duration;

use super::hook::{ActionType, Resource};
use super::id::{EnvironmentId, PipelineId, ProjectId, UserId};
use super::timestamp::Timestamp;
use super::user::User;

/// How many pipelines a resource may have: lists are read whole.
pub const MOST_PIPELINES: i64 = 100;

/// A pipeline as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// What lists show of it.
    pub relation: PipelineRelation,
    /// What it runs.
    pub steps: Steps,
}

/// The part of a pipeline that lists show: all but its steps. What it is for never changes, so that a hook which was
/// allowed to run it stays so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineRelation {
    /// One of ours.
    pub id: PipelineId,
    /// For people.
    pub name: PipelineName,
    /// The tenant.
    pub project_id: ProjectId,
    /// Where it runs.
    pub environment_id: EnvironmentId,
    /// What it was made for. It may run for other resources of the same type.
    pub resource: Resource,
    /// What it does with a resource.
    pub operation: ActionType,
    /// How many of its actions may run at a time.
    pub max_parallel_actions: MaxParallelActions,
    /// Which workers run it.
    pub label: Label,
    /// What becomes of an action whose worker is lost.
    pub on_lost: OnLost,
    /// How long an action waits for a worker.
    pub claim_within: ClaimWithin,
    /// Who created it.
    pub created_by: UserId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it or one of its steps was last changed.
    pub updated_at: Timestamp,
}

impl PipelineRelation {
    /// When a change that is made at `now` happens: after the last one, also within its millisecond and on a machine
    /// whose clock is behind, so that this instant tells two states of the pipeline apart.
    pub fn changed_at(&self, now: Timestamp) -> Timestamp {
        now.max(self.updated_at.plus(Duration::from_millis(1)))
    }
}

/// A requested pipeline.
#[derive(Debug, Clone)]
pub struct PipelineDraft {
    /// See [`PipelineRelation::name`].
    pub name: PipelineName,
    /// See [`PipelineRelation::operation`].
    pub operation: ActionType,
    /// See [`PipelineRelation::max_parallel_actions`].
    pub max_parallel_actions: MaxParallelActions,
    /// See [`PipelineRelation::label`].
    pub label: Label,
    /// See [`PipelineRelation::on_lost`].
    pub on_lost: OnLost,
    /// See [`PipelineRelation::claim_within`].
    pub claim_within: ClaimWithin,
}

impl Pipeline {
    /// The pipeline of `resource` that `draft` asks for, created by `creator` at `now`. It belongs to the creator's
    /// project, and has no steps yet.
    pub fn create(id: PipelineId, draft: &PipelineDraft, resource: Resource, creator: &User, now: Timestamp) -> Self {
        let relation = PipelineRelation {
            id,
            name: draft.name.clone(),
            project_id: creator.project_id,
            environment_id: creator.environment_id,
            resource,
            operation: draft.operation,
            max_parallel_actions: draft.max_parallel_actions,
            label: draft.label.clone(),
            on_lost: draft.on_lost,
            claim_within: draft.claim_within,
            created_by: creator.id,
            created_at: now,
            updated_at: now,
        };
        Self { relation, steps: Steps::default() }
    }
}
