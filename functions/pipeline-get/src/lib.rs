//! `GET /pipelines/{pipeline_id}`: shows a pipeline of the caller's project, with its steps.

use shared::auth::AccessTokens;
use shared::http::pipeline::{PipelineBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindPipeline, FindUser};

/// The endpoint and what it needs.
pub struct PipelineGet<Users, Pipelines> {
    /// Where the pipeline's creator is looked up.
    pub users: Users,
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Users: FindUser, Pipelines: FindPipeline> Endpoint for PipelineGet<Users, Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("pipeline_id", "The pipeline")?;
        let pipeline = find_own(&self.pipelines, &identity, id).await?;
        let creator = self.users.find_user(pipeline.relation.created_by).await?;
        Ok(Response::ok(&PipelineBody::new(&pipeline, creator.as_ref())))
    }
}
