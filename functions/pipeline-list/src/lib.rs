//! `GET /pipelines/{resource_type}/{resource_id}`: lists the pipelines of a resource of the caller's project.

use std::collections::{BTreeMap, BTreeSet};

use shared::auth::AccessTokens;
use shared::domain::id::UserId;
use shared::domain::pipeline::PipelineRelation;
use shared::domain::user::User;
use shared::http::pipeline::RelationBody;
use shared::http::resource::resource_of;
use shared::http::{ApiError, Call, Endpoint, Page, Response};
use shared::ports::{FindUser, ListPipelines, StoreError};

/// The endpoint and what it needs.
pub struct PipelineList<Users, Pipelines> {
    /// Where the creators of the pipelines are looked up.
    pub users: Users,
    /// Where the pipelines are.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Pipelines: ListPipelines> Endpoint for PipelineList<Users, Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let resource = resource_of(call)?;
        let page = Page::of_query(call)?;

        let pipelines = self.pipelines.list_pipelines(identity.project_id, resource).await?;
        let creators = self.creators(page.of(&pipelines)).await?;

        let list_url = format!("{}{}", call.base_url(self.public_url.as_deref()), call.path());
        Ok(page
            .respond(&pipelines, &list_url, |pipeline| RelationBody::new(pipeline, creators.get(&pipeline.created_by))))
    }
}

impl<Users: FindUser, Pipelines> PipelineList<Users, Pipelines> {
    /// Who created these pipelines, each looked up once: a project has few people.
    async fn creators(&self, pipelines: &[PipelineRelation]) -> Result<BTreeMap<UserId, User>, StoreError> {
        let mut creators = BTreeMap::new();
        let ids: BTreeSet<_> = pipelines.iter().map(|pipeline| pipeline.created_by).collect();
        for id in ids {
            creators.extend(self.users.find_user(id).await?.map(|user| (id, user)));
        }
        Ok(creators)
    }
}
