//! `PUT /pipelines/{pipeline_id}/steps/{step_id}`: changes a step of a pipeline of the caller's project, and its place.

use shared::auth::AccessTokens;
use shared::domain::id::{PipelineId, StepId};
use shared::domain::machine::MachineRules;
use shared::domain::pipeline::Steps;
use shared::http::pipeline::{StepChange, change_steps, read_step_change};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindPipeline, ReplaceSteps};

/// The endpoint and what it needs.
pub struct StepUpdate<Pipelines> {
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Which state machines a step may name.
    pub rules: MachineRules,
}

impl<Pipelines: FindPipeline + ReplaceSteps> Endpoint for StepUpdate<Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let pipeline: PipelineId = call.path_parameter("pipeline_id", "The pipeline")?;
        let id: StepId = call.path_parameter("step_id", "The step")?;

        let change = |steps: &mut Steps, at| {
            let step = steps.find(id).ok_or(ApiError::NotFound("The step"))?;
            let StepChange { draft, trigger_after } =
                read_step_change(call.fields()?, step, pipeline, steps.order_of(id), &self.rules)?;
            steps.change(id, draft, at)?;
            if let Some(after) = trigger_after {
                steps.move_after(id, after);
            }
            Ok(())
        };
        change_steps(&self.pipelines, &identity, pipeline, call.received_at(), change).await?;
        Ok(Response::no_content())
    }
}
