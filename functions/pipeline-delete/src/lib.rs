//! `DELETE /pipelines/{pipeline_id}`: removes a pipeline of the caller's project with its steps. Actions that run go on;
//! those that wait fail.

use shared::auth::AccessTokens;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::RemovePipeline;

/// The endpoint and what it needs.
pub struct PipelineDelete<Pipelines> {
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Pipelines: RemovePipeline> Endpoint for PipelineDelete<Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("pipeline_id", "The pipeline")?;
        let removed = self.pipelines.remove_pipeline(identity.project_id, id, call.received_at()).await?;
        if removed { Ok(Response::no_content()) } else { Err(ApiError::NotFound("The pipeline")) }
    }
}
