//! `POST /pipelines/{resource_type}/{resource_id}`: creates a pipeline for a resource.

use shared::auth::AccessTokens;
use shared::domain::hook::Resource;
use shared::domain::id::PipelineId;
use shared::domain::pipeline::{Pipeline, PipelineDraft};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::User;
use shared::http::pipeline::{PipelineBody, read_draft};
use shared::http::resource::resource_of;
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindUser, InsertPipeline, Random, StoreError};

/// How many ids are drawn before the caller is asked to come again. In a millisecond there are 2048.
const DRAWS: usize = 8;

/// The endpoint and what it needs.
pub struct PipelineCreate<Users, Pipelines> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the pipeline goes.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What the pipeline's id is made of.
    pub random: Random,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Pipelines: InsertPipeline> Endpoint for PipelineCreate<Users, Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let resource = resource_of(call)?;
        let draft = read_draft(call.fields()?)?;
        let user = find_caller(&self.users, &identity).await?;

        let pipeline = self.insert(&draft, resource, &user, call.received_at()).await?;

        let base_url = call.base_url(self.public_url.as_deref());
        let location = format!("{base_url}/pipelines/{}", pipeline.relation.id);
        Ok(Response::created(&location, &PipelineBody::new(&pipeline, Some(&user))))
    }
}

impl<Users, Pipelines: InsertPipeline> PipelineCreate<Users, Pipelines> {
    /// Inserts the pipeline under an id that no other pipeline has.
    async fn insert(
        &self,
        draft: &PipelineDraft,
        resource: Resource,
        creator: &User,
        now: Timestamp,
    ) -> Result<Pipeline, StoreError> {
        for _ in 0..DRAWS {
            let id = PipelineId::draw(now, self.random.bytes());
            let pipeline = Pipeline::create(id, draft, resource, creator, now);
            match self.pipelines.insert_pipeline(&pipeline).await {
                Err(StoreError::Conflict) => {}
                inserted => return inserted.map(|()| pipeline),
            }
        }
        Err(StoreError::Conflict)
    }
}
