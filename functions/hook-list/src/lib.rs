//! `GET /hooks/incoming`, `GET /{resource_types}/{resource_id}/hooks`, such as `/applications/42/hooks`, and
//! `GET /pipelines/{pipeline_id}/hooks`: lists the hooks of the caller's project, or of a resource or a pipeline of it.

use shared::auth::AccessTokens;
use shared::http::hook::{ProjectHooks, RelationBody};
use shared::http::resource::resource_of_plural;
use shared::http::{ApiError, Call, Endpoint, Page, Response};
use shared::ports::{HookFilter, ListHooks, ListProjectHooks};

/// The endpoint and what it needs.
pub struct HookList<Hooks> {
    /// Where the hooks are.
    pub hooks: Hooks,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks: ListHooks + ListProjectHooks> Endpoint for HookList<Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let base_url = call.base_url(self.public_url.as_deref());
        let list_url = format!("{base_url}{}", call.path());
        let body = |hook| RelationBody::new(hook, &base_url);
        let Some(filter) = filter(call)? else {
            let list = ProjectHooks::of_query(call)?;
            let found = self.hooks.list_project_hooks(&list.query(identity.project_id)).await?;
            return Ok(list.page.respond((&found.hooks, found.next), (&list_url, &list.repeated), body));
        };
        let page = Page::of_query(call)?;
        let hooks = self.hooks.list_hooks(identity.project_id, filter).await?;
        Ok(page.respond(&hooks, &list_url, body))
    }
}

/// What the path names: nothing, if all hooks of the project are meant. A resource that does not exist has no hooks: which
/// ones exist is the consumer's to know.
fn filter(call: &Call) -> Result<Option<HookFilter>, ApiError> {
    if let Some(pipeline) = call.optional_path_parameter("pipeline_id", "The pipeline")? {
        return Ok(Some(HookFilter::Pipeline(pipeline)));
    }
    let is_of_resource = call.optional_path_parameter::<String>("resource_types", "The resource type")?.is_some();
    if is_of_resource { resource_of_plural(call).map(HookFilter::Resource).map(Some) } else { Ok(None) }
}
