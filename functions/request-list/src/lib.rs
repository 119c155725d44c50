//! `GET /hook-requests` and `GET /hooks/incoming/{hook_id}/requests`: lists the calls of the caller's project or of one of
//! its hooks, the newest first.

use shared::auth::AccessTokens;
use shared::http::hook::find_own;
use shared::http::request::{CallList, RequestRelationBody};
use shared::http::{ApiError, Call, Endpoint, Response};
use shared::ports::{FindHook, ListRequests};

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
        let hook = call.optional_path_parameter("hook_id", "The hook")?;
        let list = CallList::of_query(call, hook)?;
        if let Some(hook) = hook {
            find_own(&self.hooks, &identity, hook).await?;
        }

        let found = self.requests.list_requests(&list.query(identity.project_id, call.received_at())).await?;

        let base_url = call.base_url(self.public_url.as_deref());
        let list_url = format!("{base_url}{}", call.path());
        let body = |request| RequestRelationBody::new(request, &base_url);
        Ok(list.page.respond((&found.requests, found.next), (&list_url, &list.repeated), body))
    }
}
