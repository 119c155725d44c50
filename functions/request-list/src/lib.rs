//! `GET /hooks/incoming/{hook_id}/requests`: lists the newest calls of a hook of the caller's project.

use shared::auth::AccessTokens;
use shared::http::hook::find_own;
use shared::http::request::RequestRelationBody;
use shared::http::{ApiError, Call, Endpoint, Page, Response};
use shared::ports::{FindHook, ListRequests};

/// How many calls of a hook can be reached through the list; older ones can be had by their id.
pub const MAX_LISTED: usize = 1_000;

/// The endpoint and what it needs.
pub struct RequestList<Hooks, Requests> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the calls are.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks: FindHook, Requests: ListRequests> Endpoint for RequestList<Hooks, Requests> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let page = Page::of_query(call)?;
        let hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;

        let mut requests = self.requests.list_requests(hook.relation.id, MAX_LISTED).await?;
        // DynamoDB may take days to remove what has expired.
        requests.retain(|request| call.received_at() < request.expires_at());

        let base_url = call.base_url(self.public_url.as_deref());
        let list_url = format!("{base_url}{}", call.path());
        Ok(page.respond(&requests, &list_url, |request| RequestRelationBody::new(request, &base_url)))
    }
}
