//! `PUT /pipelines/{pipeline_id}`: changes a pipeline of the caller's project. Its resource and its operation stay.

use shared::auth::AccessTokens;
use shared::http::pipeline::{find_own, read_change};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindPipeline, ReplacePipeline};

/// The endpoint and what it needs.
pub struct PipelineUpdate<Pipelines> {
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Pipelines: FindPipeline + ReplacePipeline> Endpoint for PipelineUpdate<Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("pipeline_id", "The pipeline")?;
        let pipeline = find_own(&self.pipelines, &identity, id).await?;
        let changed = read_change(call.fields()?, &pipeline, call.received_at())?;
        self.pipelines.replace_pipeline(&pipeline, &changed).await?;
        Ok(Response::no_content())
    }
}
