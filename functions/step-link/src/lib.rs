//! `POST /pipelines/{pipeline_id}/steps/{step_id}/link` and `DELETE /pipelines/{pipeline_id}/steps/{step_id}/unlink`: puts
//! a step back behind the others of its pipeline, or takes it out. What is so already stays so.

use shared::auth::AccessTokens;
use shared::domain::id::StepId;
use shared::domain::pipeline::{Steps, StepsRefused};
use shared::http::pipeline::change_steps;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindPipeline, ReplaceSteps};

/// The endpoint and what it needs.
pub struct StepLink<Pipelines> {
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Pipelines: FindPipeline + ReplaceSteps> Endpoint for StepLink<Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let pipeline = call.path_parameter("pipeline_id", "The pipeline")?;
        let id: StepId = call.path_parameter("step_id", "The step")?;

        let change = |steps: &mut Steps, _| {
            steps.find(id).ok_or(ApiError::NotFound("The step"))?;
            // The two routes have one method each.
            if call.method() == "DELETE" {
                steps.unlink(id);
            } else {
                steps.link(id).map_err(refused)?;
            }
            Ok(())
        };
        change_steps(&self.pipelines, &identity, pipeline, call.received_at(), change).await?;
        Ok(Response::no_content())
    }
}

/// The body has no field that could be at fault.
fn refused(reason: StepsRefused) -> ApiError {
    match reason {
        StepsRefused::Full => reason.into(),
        StepsRefused::NotAlone => ApiError::Conflict(
            "A step of the type step-functions must be the only one of its pipeline: unlink the other one first."
                .into(),
        ),
    }
}
