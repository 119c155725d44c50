//! `GET /hook-requests/{request_id}`: shows one call of a hook of the caller's project, as it came and as it was
//! answered, and what its hook makes of it.

use shared::auth::AccessTokens;
use shared::http::request::find_own;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{Consistency, FindHook, FindRequest};
use shared::trigger::ExplainedCall;

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
        let body = ExplainedCall::new(&request, hook.as_ref(), &base_url, call.measurements())?;
        Ok(Response::ok(&body).never_stored())
    }
}
