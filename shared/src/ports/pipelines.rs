//! Pipelines of ours, with their steps.

use std::future::Future;

use super::{Consistency, StoreError};
use crate::domain::hook::Resource;
use crate::domain::id::{PipelineId, ProjectId};
use crate::domain::pipeline::{Pipeline, PipelineRelation, Steps};
use crate::domain::timestamp::Timestamp;

/// Finds a pipeline.
pub trait FindPipeline: Send + Sync {
    /// The project's pipeline of this id; `None` if the project has none. Of a consumer's pipeline nothing is known, so
    /// nothing is read.
    fn find_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Pipeline>, StoreError>> + Send;
}

/// Inserts a new pipeline.
pub trait InsertPipeline: Send + Sync {
    /// Inserts the pipeline, and the gate that bounds its actions. Fails with [`StoreError::Conflict`] when the id is
    /// taken: draw another one. Fails with [`StoreError::Full`] when the resource has
    /// [`MOST_PIPELINES`](crate::domain::pipeline::MOST_PIPELINES).
    fn insert_pipeline(&self, pipeline: &Pipeline) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Changes a pipeline.
pub trait ReplacePipeline: Send + Sync {
    /// Writes `new` in the place of `current`, and the bound of its gate if it is another one. Fails with
    /// [`StoreError::Conflict`] when what is stored is not `current` any more.
    fn replace_pipeline(
        &self,
        current: &Pipeline,
        new: &Pipeline,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Changes the steps of a pipeline.
pub trait ReplaceSteps: Send + Sync {
    /// Gives the pipeline these steps at `at`. Fails with [`StoreError::Conflict`] when what is stored is not `current`
    /// any more.
    fn replace_steps(
        &self,
        current: &PipelineRelation,
        steps: &Steps,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Removes a pipeline.
pub trait RemovePipeline: Send + Sync {
    /// Removes the project's pipeline of this id with its steps, and closes its gate: what waits for it runs no more.
    /// Says whether there was one.
    fn remove_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Lists pipelines.
pub trait ListPipelines: Send + Sync {
    /// The pipelines of a project's resource, the oldest first. May miss the writes of the last second.
    fn list_pipelines(
        &self,
        project: ProjectId,
        resource: Resource,
    ) -> impl Future<Output = Result<Vec<PipelineRelation>, StoreError>> + Send;
}
