//! `GET /hook-requests/{request_id}`: shows one call of a hook of the caller's project, as it came and as it was
//! answered.

use shared::auth::AccessTokens;
use shared::http::request::{RequestBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{Consistency, FindHook, FindRequest};

/// The endpoint and what it needs.
pub struct RequestGet<Hooks, Requests> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the call is.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks: FindHook, Requests: FindRequest> Endpoint for RequestGet<Hooks, Requests> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("request_id", "The request")?;
        let request = find_own(&self.requests, &identity, id, call.received_at()).await?;
        let hook = self.hooks.find_hook(request.summary.hook_id, Consistency::Eventual).await?;

        let base_url = call.base_url(self.public_url.as_deref());
        let relation = hook.as_ref().map(|hook| &hook.relation);
        Ok(Response::ok(&RequestBody::new(&request, relation, &base_url)).never_stored())
    }
}
