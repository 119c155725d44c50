//! `GET /{resource_types}/{resource_id}/hooks`, such as `/applications/42/hooks`, and
//! `GET /pipelines/{pipeline_id}/hooks`: lists the hooks of a resource or a pipeline of the caller's project.

use shared::auth::AccessTokens;
use shared::http::hook::RelationBody;
use shared::http::resource::resource_of_plural;
use shared::http::{ApiError, Call, Endpoint, Page, Response};
use shared::ports::{HookFilter, ListHooks};

/// The endpoint and what it needs.
pub struct HookList<Hooks> {
    /// Where the hooks are.
    pub hooks: Hooks,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks: ListHooks> Endpoint for HookList<Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let filter = filter(call)?;
        let page = Page::of_query(call)?;

        let hooks = self.hooks.list_hooks(identity.project_id, filter).await?;

        let base_url = call.base_url(self.public_url.as_deref());
        let list_url = format!("{base_url}{}", call.path());
        Ok(page.respond(&hooks, &list_url, |hook| RelationBody::new(hook, &base_url)))
    }
}

/// What the path names. A resource that does not exist has no hooks: which ones exist is the consumer's to know.
fn filter(call: &Call) -> Result<HookFilter, ApiError> {
    if let Some(pipeline) = call.optional_path_parameter("pipeline_id", "The pipeline")? {
        return Ok(HookFilter::Pipeline(pipeline));
    }
    Ok(HookFilter::Resource(resource_of_plural(call)?))
}
